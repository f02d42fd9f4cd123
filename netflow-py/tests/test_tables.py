"""A table for each template: the rows are those of the command and of records."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import warnings
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import netflow_rs as nf

from .conftest import TESTDATA, captures
from .test_agree import nanoseconds

# Columns that hold what their type cannot: JSON has its octets or, of numbers, more digits, a table
# has null. Looked at by the tests of the library.
ODD = {
    "pm_v10.pcap": {"flowEndMicroseconds", "flowStartMicroseconds"},
    "h3c_v9.pcap": {"ipv4RouterSc"},
    "nfv9-h3c.pcap": {"ipv4RouterSc"},
    "ipfix_reduced_size.pcap": {"ipv6ExtensionHeadersFull", "tcpOptionsFull", "absoluteError"},
    "ipfix_strings_and_booleans.pcap": {"dataRecordsReliability"},
    "ipfix_times.pcap": {"flowStartMilliseconds"},
    "trap_list_bad.pcap": {"basicList", "subTemplateList"},
    "trap_odd_fields.pcap": {"sourceIPv4Address"},
    # A scope of no name.
    "trap_v9_scopes.pcap": {"scope.7", "scope.scope:7"},
}

# NetScaler has times of first and last octets.
MICROS = ("Microseconds", "Nanoseconds", "FB", "LB")

TIME = re.compile(r"\d{4,}-\d\d-\d\dT[0-9:.]+Z")
HEAD = ["received", "export_time", "sequence", "late", "frame"]


def by_command(path: Path) -> dict[tuple[Any, ...], Counter[str]]:
    """Rows of the schema record by exporter, protocol, domain, template, and of what they are."""
    done = subprocess.run(
        [sys.executable, "-m", "netflow_rs", "decode", "-q", "-s", "record", str(path)],
        capture_output=True,
        check=False,
    )
    found: dict[tuple[Any, ...], Counter[str]] = {}
    for line in done.stdout.splitlines():
        row = json.loads(line)
        if row["kind"] not in ("data", "options"):
            continue
        key = (row.get("exporter"), row["protocol"], row["domain"], row.get("set", 0), row["kind"])
        scope = {f"scope.{name}": value for name, value in row.get("scope", {}).items()}
        fields = {**scope, **row["fields"], "received": row["received"], "frame": row["frame"]}
        found.setdefault(key, Counter())[rendered(fields, path.name)] += 1
    return found


def by_table(tables: nf.Tables, capture: str) -> dict[tuple[Any, ...], Counter[str]]:
    """The same of the tables."""
    found: dict[tuple[Any, ...], Counter[str]] = {}
    for table in tables:
        kind = "options" if table.is_options else "data"
        key = (
            table.exporter,
            table.export_protocol,
            table.observation_domain,
            table.template_id,
            kind,
        )
        rows = found.setdefault(key, Counter())
        for row in of_arrow(pa.table(table)):
            named = {name: value for name, value in row.items() if name not in HEAD}
            named.update(received=row["received"], frame=row["frame"])
            rows[rendered(named, capture)] += 1
    return found


def of_arrow(table: pa.Table) -> list[dict[str, Any]]:
    """Rows with times in nanoseconds, as Python's do not hold them."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(place, field.name, table[field.name].cast(pa.int64()))
    return table.to_pylist()


def rendered(fields: dict[str, Any], capture: str) -> str:
    names = sorted(fields.keys() - ODD.get(capture, set()))
    return json.dumps({name: value(name, fields[name]) for name in names})


def value(name: str, sent: Any) -> Any:
    """A value of JSON or of Arrow in one form."""
    if isinstance(sent, bytes):
        return sent.hex()
    if isinstance(sent, dict):
        # Of a list of RFC 6313 its semantic; tests of the library compare the rest.
        return "a list"
    if isinstance(sent, list):
        return [value(name, each) for each in sent]
    if isinstance(sent, str) and TIME.fullmatch(sent):
        sent = nanoseconds(sent)
    if isinstance(sent, int) and name.endswith(MICROS):
        # JSON has the digits of the type, Arrow those of the fraction of an NTP time.
        return (sent + 500) // 1_000
    return sent


@pytest.mark.parametrize("path", captures(), ids=lambda path: path.name)
def test_every_capture(path: Path) -> None:
    expected = by_command(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nf.NetflowWarning)
        try:
            tables = nf.tables(path)
        except nf.NetflowError as error:
            assert not expected and error.kind in ("unknown_format", "empty", "link_type")
            return
        assert by_table(tables, path.name) == expected
        memory = tables.read()
    assert [(name, len(table)) for name, table in memory.items()] == [
        (table.name, len(table)) for table in tables
    ]
    assert len({table.name for table in tables}) == len(tables)


def test_the_records_of_data_are_those_of_records(capture: Path) -> None:
    found = [
        {**row, "template_id": table.template_id}
        for table in nf.tables(capture)
        if not table.is_options
        for row in table.to_pyarrow().to_pylist()
    ]
    records = list(nf.records(capture))
    assert len(found) == len(records) > 0
    names = ["sourceIPv4Address", "octetDeltaCount", "packetDeltaCount", "protocolIdentifier"]

    def of_record(record: nf.Record) -> str:
        values = [record[name] if name in record else None for name in names]
        return repr([record.template_id, record.frame, *map(str, values)])

    def of_row(row: dict[str, Any]) -> str:
        values = [row.get(name) for name in names]
        return repr([row["template_id"], row["frame"], *map(str, values)])

    assert Counter(map(of_row, found)) == Counter(map(of_record, records))


def test_every_consumer_takes_a_table_twice(capture: Path) -> None:
    table = one = max(nf.tables(capture), key=len)
    octets = sum(pa.table(table)["octetDeltaCount"].to_pylist())
    assert octets > 0
    for _ in range(2):
        assert pl.DataFrame(table)["octetDeltaCount"].sum() == octets
        assert pd.DataFrame.from_arrow(table)["octetDeltaCount"].sum() == octets
        total = duckdb.sql("select sum(octetDeltaCount)::bigint from one")
        assert total is not None and total.fetchall() == [(octets,)]
        assert table.to_pandas()["octetDeltaCount"].sum() == octets
        assert sum(len(batch) for batch in table) == len(table)
    assert pa.schema(table) == pa.table(table).schema
    assert isinstance(table.to_pandas()["received"][0], datetime)


def test_several_files_tell_which(capture: Path) -> None:
    other = TESTDATA / "genuine" / "pm_v10.pcap"
    tables = nf.tables([capture, other])
    files = {name for table in tables for name in pa.table(table)["file"].to_pylist()}
    assert files == {str(capture), str(other)}
    assert sum(map(len, tables)) == sum(len(each) for path in (capture, other) for each in nf.tables(path))


def test_addresses_and_batches_as_they_are_asked_for(capture: Path) -> None:
    table = max(nf.tables(capture, addresses="octets", rows=3), key=len)
    assert pa.schema(table).field("sourceIPv4Address").type == pa.binary(16)
    assert {len(batch) for batch in list(table)[:-1]} == {3}
    with pytest.raises(ValueError, match="addresses must be"):
        nf.tables(capture, addresses="strings")  # type: ignore[arg-type]


def test_tables_are_found_by_name_and_shown(capture: Path) -> None:
    tables = nf.tables(capture)
    for place, table in enumerate(tables):
        assert tables[place] is table and tables[table.name] is table
        assert table.name in repr(tables) and table.name in tables._repr_html_()
        assert table.name in table._repr_html_()
    assert tables[:1] == [tables[0]]
    assert tables.stats["records"] == sum(len(table) for table in tables if not table.is_options)
    with pytest.raises(KeyError):
        tables["none"]


def test_what_goes_wrong(capture: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        nf.tables("no-such.pcap")
    with pytest.raises(TypeError):
        nf.tables(7)  # type: ignore[arg-type]
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(capture.read_bytes()[:-1])
    with pytest.warns(nf.NetflowWarning, match="is cut"):
        assert len(nf.tables(cut)) > 0
    with pytest.raises(nf.NetflowError, match="is cut"):
        nf.tables(cut, strict=True)

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    tables = nf.tables(Pipe(capture.read_bytes()))
    with pytest.raises(nf.NetflowError, match="cannot be read again"):
        tables.read()
    with pytest.raises(Exception, match="cannot be read again"):
        pa.table(tables[0])
