"""``netflow top``: the sums of ``GROUP BY`` over the columns of the same capture."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from .conftest import captures

COMMAND = [sys.executable, "-m", "netflow_rs"]
FIELDS = "protocol,destination_port,input_interface"
GENUINE = [path for path in captures() if path.parent.name == "genuine"]
SUMS = """
    sum(coalesce(octets_scaled, octets, 0))::ubigint, sum(coalesce(packets_scaled, packets, 0))::ubigint, count(*)
"""


def command(*arguments: str) -> str:
    """What the command writes."""
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, check=False, text=True)
    # 1: the capture ends inside a packet, or holds no flow export.
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.mark.parametrize("path", GENUINE, ids=lambda path: path.name)
def test_sums_are_those_of_group_by(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "flows.parquet"
    command("decode", "-q", "--split-biflows", "-o", str(file), str(path))
    if not file.exists():
        pytest.skip("no flow export")
    with duckdb.connect() as connection:
        flows = connection.read_parquet(str(file))
        # Running totals, and teardowns of firewalls, repeat what other records counted.
        repeated = "counters = 'total' or firewall_event is not null"
        if flows.filter(repeated).limit(1).fetchall():
            pytest.skip("records repeat counters")
        groups = flows.aggregate(f"{FIELDS}, {SUMS}", FIELDS).fetchall()
    text = command("top", "-q", "-n", "1000000", "-f", "json", "--by", FIELDS, str(path))
    rows = [json.loads(line) for line in text.splitlines()]
    assert {tuple(row.values()) for row in rows} == set(groups)
