"""Columns: which there are, what they hold, and the networks of addresses."""

from __future__ import annotations

import ipaddress
import warnings
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest

import netflow_rs as nf

from .conftest import captures, command_rows


def test_addresses_are_text_in_every_call(capture: Path) -> None:
    row = command_rows(capture)[0]
    wanted = row["source_address"]
    count = sum(each["source_address"] == wanted for each in command_rows(capture))
    lazy = nf.scan(capture).lazy().filter(pl.col("source_address") == wanted)
    assert len(lazy.collect()) == count > 0
    flows = nf.scan(capture).to_pyarrow()
    with duckdb.connect() as connection:
        connection.register("flows", flows)
        query = f"select count(*) from flows where source_address = '{wanted}'"
        assert connection.sql(query).fetchall() == [(count,)]
    table = nf.read(capture)
    assert len(table.filter(pl.col("source_address") == wanted)) == count


def test_a_table_in_memory_has_the_columns_that_hold_a_value(capture: Path) -> None:
    rows = command_rows(capture)
    used = {name for row in rows for name in row}
    table = nf.read(capture)
    assert set(table.columns) == used
    assert nf.scan(capture, columns="used").columns == table.columns
    assert nf.scan(capture).columns == list(nf.COLUMNS)
    assert nf.COLUMNS[:4] == ("start", "end", "source_address", "destination_address")
    # Columns that are asked for are there.
    assert nf.read(capture, columns=["octets", "as_path"]).columns == ["octets", "as_path"]
    assert table.nbytes < nf.scan(capture).read().nbytes


def test_the_fields_have_a_type_a_unit_and_a_meaning() -> None:
    fields = nf.fields().to_pyarrow().to_pylist()
    assert [each["name"] for each in fields] == list(nf.COLUMNS)
    octets = next(each for each in fields if each["name"] == "octets")
    assert (octets["type"], octets["unit"]) == ("u64", "octets")
    assert all(each["meaning"].endswith(".") for each in fields)


def test_a_table_can_be_cut_filtered_and_written(capture: Path, tmp_path: Path) -> None:
    table = nf.read(capture)
    octets = [row.get("octets") for row in command_rows(capture)]
    assert table.head(3).to_pyarrow()["octets"].to_pylist() == octets[:3]
    assert nf.scan(capture).head(3).to_pyarrow()["octets"].to_pylist() == octets[:3]
    assert table.select("octets").columns == ["octets"]
    with pytest.raises(KeyError, match="did you mean 'octets'"):
        table.select("octet")
    assert table.schema["octets"] == "UInt64 [octets]"
    wanted = [value for value in octets if value is not None and value > 100]
    masks = [
        pl.col("octets") > 100,
        table.to_polars()["octets"] > 100,
        table.to_pandas()["octets"] > 100,
        table.to_numpy()["octets"] > 100,
        [value is not None and value > 100 for value in octets],
        pa.array([value is not None and value > 100 for value in octets]),
    ]
    for mask in masks:
        assert table.filter(mask).to_pyarrow()["octets"].to_pylist() == wanted
    with pytest.raises(ValueError, match="2 flags for"):
        table.filter([True, False])
    with pytest.raises(TypeError, match="True and False"):
        table.filter(octets)
    table.write_parquet(tmp_path / "0.parquet")
    nf.scan(capture).write_parquet(tmp_path / "1.parquet")
    for path in tmp_path.iterdir():
        assert pl.read_parquet(path)["octets"].to_list() == octets
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("path", captures(), ids=lambda path: path.name)
def test_duckdb_copies_every_capture(path: Path, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nf.NetflowWarning)
        try:
            flows = nf.read(path)
        except nf.NetflowError:
            return
    to = tmp_path / "x.parquet"
    with duckdb.connect() as connection:
        connection.register("flows", flows.to_pyarrow())
        connection.execute(f"copy flows to '{to}'")
        found = connection.sql(f"select count(*) from '{to}'").fetchall()
    assert found == [(len(flows),)]


def test_addresses_are_grouped_by_network(capture: Path) -> None:
    table = nf.read(capture)
    texts = table.to_pyarrow()["source_address"].to_pylist()

    def network(text: str) -> str:
        length = 24 if "." in text else 48
        return str(ipaddress.ip_network(f"{text}/{length}", strict=False))

    wanted = [network(text) for text in texts]
    assert len(set(wanted)) > 1
    column = pl.col("source_address")
    frame = table.to_polars()
    assert frame.select(nf.prefix(column, 24, 48)).to_series().to_list() == wanted
    assert nf.prefix(frame["source_address"], 24, 48).to_list() == wanted
    assert nf.prefix(table.to_pandas()["source_address"], 24, 48).tolist() == wanted
    assert nf.prefix(table.to_pyarrow()["source_address"], 24, 48).to_pylist() == wanted
    lazy = nf.scan(capture).lazy().group_by(nf.prefix(column, 24, 48)).len().collect()
    assert dict(lazy.iter_rows()) == {name: wanted.count(name) for name in wanted}
    exporters = table.to_pyarrow()["exporter_address"]
    assert nf.prefix(exporters, 8).to_pylist() == ["127.0.0.0/8"] * len(table)
    with duckdb.connect() as connection:
        nf.duckdb_prefix(connection)
        connection.register("flows", table.to_pyarrow())
        found = connection.sql("select network_prefix(source_address, 24, 48) from flows").fetchall()
    assert [name for (name,) in found] == wanted


def test_what_is_no_address_has_no_network() -> None:
    assert nf.prefix("192.0.2.77", 24) == "192.0.2.0/24"
    assert nf.prefix(pa.array(["x", None]), 24).to_pylist() == [None, None]
    with pytest.raises(ValueError, match="not an address"):
        nf.prefix("source_address", 24)
    with pytest.raises(ValueError, match="ipv4 must be a number from 0 to 32, not 33"):
        nf.prefix("192.0.2.77", 33)
    with pytest.raises(TypeError, match="addresses="):
        nf.prefix(pl.Series([b"0123456789abcdef"]), 24)
