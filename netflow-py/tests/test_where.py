"""``where=``: the flows that the command's ``--where`` chooses."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

import netflow_rs as nf

WHERE = "proto udp and (dst port 53 or src port 53)"


def chosen_by_command(path: Path, where: str) -> list[int]:
    """The octets of the flows that the command chooses."""
    command = [sys.executable, "-m", "netflow_rs", "decode", "-q", "-f", "json", "-w", where]
    done = subprocess.run([*command, str(path)], capture_output=True, check=True)
    return [json.loads(line)["octets"] for line in done.stdout.splitlines()]


def test_flows_are_those_of_the_command(capture: Path) -> None:
    for where in (WHERE, "proto tcp", "bytes > 100", "not any", "any"):
        expected = chosen_by_command(capture, where)
        table = pa.table(nf.scan(capture, where=where, columns=["octets"]))
        assert table["octets"].to_pylist() == expected
        assert pa.table(nf.read(capture, where=where))["octets"].to_pylist() == expected
        assert [record.octets for record in nf.records(capture, where=where)] == expected


def test_columns_that_are_not_read_may_decide(capture: Path) -> None:
    flows = nf.scan(capture, where=WHERE).select("packets")
    assert flows.columns == ["packets"]
    assert len(flows.read()) == len(chosen_by_command(capture, WHERE))
    assert len(flows.lazy().collect()) == len(flows.read())
    assert len(pickle.loads(pickle.dumps(flows)).read()) == len(flows.read())


def test_each_direction_of_a_split_biflow_is_tested(capture: Path) -> None:
    whole = len(nf.read(capture, split_biflows=True, where="any"))
    chosen = len(nf.read(capture, split_biflows=True, where=WHERE))
    others = len(nf.read(capture, split_biflows=True, where=f"not ({WHERE})"))
    assert chosen + others == whole
    records = nf.records(capture, split_biflows=True, where=WHERE)
    assert len(list(records)) == chosen


def test_an_error_points_at_its_column(capture: Path) -> None:
    for call in (nf.scan, nf.read, nf.records):
        with pytest.raises(nf.FilterError) as caught:
            call(capture, where="proto tcp and dport 443")  # type: ignore[operator]
        assert caught.value.column == 15
        assert caught.value.suggestion == "dst port"
        assert str(caught.value).endswith("proto tcp and dport 443\n                ^")
    assert issubclass(nf.FilterError, ValueError)


def test_counters_have_no_filter(capture: Path) -> None:
    with pytest.raises(ValueError, match="among flows"):
        nf.scan(capture, table="counters", where="any")
