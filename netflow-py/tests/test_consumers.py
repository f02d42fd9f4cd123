"""Every Arrow consumer reads a scan twice, with the same right results."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import netflow_rs as nf

from .conftest import TESTDATA, command_rows

COLUMNS = ["source_address", "octets", "start", "exporter_address"]


def total(path: Path) -> int:
    return sum(row.get("octets", 0) for row in command_rows(path))


def test_pyarrow(capture: Path) -> None:
    flows = nf.scan(capture, columns=COLUMNS)
    schema = pa.schema(flows)
    for _ in range(2):
        table = pa.table(flows)
        assert table.schema == schema
        assert sum(table["octets"].to_pylist()) == total(capture)
        assert table.schema.field("start").type == pa.timestamp("ns", "UTC")
        assert pa.types.is_dictionary(table.schema.field("exporter_address").type)


def test_polars(capture: Path) -> None:
    flows = nf.scan(capture, columns=COLUMNS)
    for _ in range(2):
        assert pl.DataFrame(flows)["octets"].sum() == total(capture)


def test_polars_lazy_pushes_the_columns_down(
    capture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from netflow_rs import _flows

    opened: list[Any] = []
    original = _flows._netflow.Reader

    def reader(inputs: Any, **options: Any) -> Any:
        opened.append(options["columns"])
        return original(inputs, **options)

    lazy = nf.scan(capture).lazy()
    monkeypatch.setattr(_flows._netflow, "Reader", reader, raising=True)
    query = lazy.filter(pl.col("protocol") == 6).select(pl.col("octets").sum())
    rows = [row for row in command_rows(capture) if row.get("protocol") == 6]
    for _ in range(2):
        assert query.collect().item() == sum(row["octets"] for row in rows)
    assert [sorted(columns) for columns in opened] == [["octets", "protocol"]] * 2
    assert lazy.head(3).collect().height == 3


def test_duckdb(capture: Path) -> None:
    flows = nf.scan(capture, columns=COLUMNS)
    relation = duckdb.sql("select sum(octets)::bigint from flows")
    assert relation is not None
    for _ in range(2):
        assert relation.fetchall() == [(total(capture),)]
    assert flows.to_duckdb().count("*").fetchall() == [(len(command_rows(capture)),)]


def test_pandas(capture: Path) -> None:
    flows = nf.scan(capture, columns=COLUMNS)
    for _ in range(2):
        assert pd.DataFrame.from_arrow(flows)["octets"].sum() == total(capture)
    frame = nf.read(capture).to_pandas()
    assert len(frame) == len(command_rows(capture))
    assert set(frame["source_address"]) == {
        row["source_address"] for row in command_rows(capture)
    }


def test_nothing_is_copied_where_types_allow(capture: Path) -> None:
    table = nf.read(capture, columns=["octets"])
    addresses = {pa.table(table)["octets"].chunk(0).buffers()[1].address for _ in range(2)}
    assert len(addresses) == 1
    frame = pl.DataFrame(table)
    assert frame["octets"].to_numpy(allow_copy=False).ctypes.data in addresses


def test_addresses_are_held_as_they_are_asked_for(capture: Path) -> None:
    expected = [row["source_address"] for row in command_rows(capture)]
    types = {
        "octets": pa.binary(16),
        "view": pa.binary_view(),
        "text": pa.string(),
        "key": pa.uint64(),
    }
    for addresses, arrow in types.items():
        table = pa.table(nf.scan(capture, columns=["source_address"], addresses=addresses))  # type: ignore[arg-type]
        assert table.schema.field(0).type == arrow
        assert len(table) == len(expected)
    text = pa.table(nf.scan(capture, columns=["source_address"], addresses="text"))
    assert text[0].to_pylist() == expected


def test_the_types_of_spark_have_no_unsigned_numbers(capture: Path) -> None:
    for field in pa.schema(nf.scan(capture, types="spark")):
        assert not pa.types.is_unsigned_integer(field.type)
        assert not pa.types.is_fixed_size_binary(field.type)
        assert not pa.types.is_dictionary(field.type)


def test_several_files_tell_which(capture: Path) -> None:
    other = TESTDATA / "synthetic" / "nfv5.pcap"
    table = nf.read([capture, other]).to_pyarrow()
    files = table["file"].to_pylist()
    assert files.count(str(capture)) == len(command_rows(capture))
    assert files.count(str(other)) == len(command_rows(other))
    pattern = nf.scan(str(TESTDATA / "synthetic" / "nfv[15].pcap"))
    assert [Path(name).name for name in pattern.files] == ["nfv1.pcap", "nfv5.pcap"]


def test_a_file_object_is_read_again_from_where_it_was(capture: Path) -> None:
    octets = capture.read_bytes()
    file = io.BytesIO(b"other" + octets)
    file.seek(5)
    flows = nf.scan(file, columns=["octets"])
    for _ in range(2):
        assert pa.table(flows)["octets"].to_pylist() == [
            row["octets"] for row in command_rows(capture)
        ]


class Pipe(io.RawIOBase):
    """A file object that cannot seek."""

    def __init__(self, octets: bytes) -> None:
        self.octets = io.BytesIO(octets)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.octets.read(size)


def test_what_cannot_seek_raises_on_the_second_pass(capture: Path) -> None:
    flows = nf.scan(Pipe(capture.read_bytes()))  # type: ignore[arg-type]
    assert len(flows.read()) == len(command_rows(capture))
    with pytest.raises(nf.NetflowError, match="cannot be read again"):
        flows.read()
    for consume in (pa.table, pl.DataFrame, pd.DataFrame.from_arrow):
        with pytest.raises(Exception, match="cannot be read again"):
            consume(flows)
    with pytest.raises(Exception, match="cannot be read again"):
        duckdb.execute("select count(*) from flows").fetchall()


def test_counters_of_sflow() -> None:
    # Of the expected rows that the reader in Python made: each member of each structure.
    path = TESTDATA / "genuine" / "ovs.pcap"
    rows = json.loads((TESTDATA / "genuine" / "ovs.expected.json").read_text())
    expected = [
        (record["tag"], name, value)
        for row in rows
        if row["kind"] == "counters"
        for record in row["records"]
        for name, _, value in record["fields"]
    ]
    table = nf.read(path, table="counters").to_pyarrow().to_pylist()
    assert len(table) == len(expected) > 0
    for row, (tag, name, value) in zip(table, expected):
        assert (row["format"], row["counter"]) == (tag, name)
        found = [row["value"], row["value_float"], row["value_text"]]
        # A counter of all ones is one the agent does not know (sFlow version 5, section 5).
        known = [] if value in (2**32 - 1, 2**64 - 1) else [value]
        assert [each for each in found if each is not None] == known


def test_counters_as_a_column_each() -> None:
    path = TESTDATA / "genuine" / "ovs.pcap"
    counters = nf.read(path, table="counters")
    wide = counters.counter_columns("ovs_dp_stats")
    long = counters.to_polars().filter(pl.col("structure") == "ovs_dp_stats")
    assert wide.columns[:8] == counters.columns[:8]
    assert wide.columns[8:] == long["counter"].unique(maintain_order=True).to_list()
    frame = wide.to_polars()
    for name in wide.columns[8:]:
        assert frame[name].to_list() == long.filter(pl.col("counter") == name)["value"].to_list()
    with pytest.raises(KeyError, match="did you mean 'ovs_dp_stats'"):
        counters.counter_columns("ovs_dp_stat")
    with pytest.raises(ValueError, match='table="counters"'):
        nf.read(path).counter_columns()
    again = pickle.loads(pickle.dumps(wide))
    assert again.columns == wide.columns


def test_counters_of_several_files_in_the_types_of_spark() -> None:
    paths = [TESTDATA / "genuine" / "ovs.pcap", TESTDATA / "genuine" / "fp_all.pcap"]
    one = nf.read(paths[0], table="counters").to_pyarrow()
    table = pa.table(nf.scan(paths, table="counters", types="spark"))
    files = table["file"].to_pylist()
    assert files.count(str(paths[0])) == len(one) > 0
    for field in table.schema:
        assert not pa.types.is_unsigned_integer(field.type) and not pa.types.is_dictionary(field.type)
    assert table["value"].to_pylist()[: len(one)] == one["value"].to_pylist()
    with pytest.raises(ValueError, match="columns"):
        nf.scan(paths, table="counters", columns=["octets"])
