"""Records, scan and the command say the same of every capture."""

from __future__ import annotations

import ipaddress
import warnings
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import netflow_rs as nf

from .conftest import captures, command_rows


def of_record(name: str, value: Any) -> Any:
    """A value of a record as JSON has it, times in microseconds."""
    if isinstance(value, (ipaddress.IPv4Address, ipaddress.IPv6Address)):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    return value


def of_json(name: str, value: Any) -> Any:
    """A value of JSON as a record has it."""
    if name.endswith("_address") or name in ("next_hop", "bgp_next_hop"):
        return ipaddress.ip_address(value)
    if name in ("start", "end", "received", "export_time"):
        return microseconds(value)
    if name == "duration":
        return value // 1_000
    return value


def microseconds(text: str) -> datetime:
    """A time of RFC 3339; digits past microseconds are cut, as datetime cannot hold them."""
    head, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{head}.{(fraction + '000000')[:6]}+00:00")


def nanoseconds(text: str) -> int:
    """A time of RFC 3339 as nanoseconds since 1970."""
    head, _, fraction = text.rstrip("Z").partition(".")
    seconds = datetime.fromisoformat(f"{head}+00:00") - datetime.fromisoformat(
        "1970-01-01T00:00:00+00:00"
    )
    return (seconds // timedelta(seconds=1)) * 10**9 + int((fraction + "0" * 9)[:9])


def scanned(path: Path) -> list[dict[str, Any]]:
    """Rows of a scan, without nulls, in the forms of JSON; times in nanoseconds."""
    table = pa.table(nf.scan(path, addresses="text"))
    columns: dict[str, list[Any]] = {}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_timestamp(column.type) or pa.types.is_duration(column.type):
            column = column.cast(pa.int64())
        columns[name] = column.to_pylist()
    rows = []
    for index in range(len(table)):
        row = {name: values[index] for name, values in columns.items()}
        for name, value in row.items():
            if isinstance(value, bytes):
                row[name] = value.hex()
        rows.append({name: value for name, value in row.items() if value is not None})
    return rows


@pytest.mark.parametrize("path", captures(), ids=lambda path: path.name)
def test_every_capture(path: Path) -> None:
    expected = command_rows(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nf.NetflowWarning)
        try:
            rows = scanned(path)
            records = list(nf.records(path))
        except nf.NetflowError as error:
            # Only of what is not a capture at all.
            assert not expected and error.kind in ("unknown_format", "empty", "link_type")
            return
    assert len(records) == len(rows) == len(expected)
    for record, row, wanted in zip(records, rows, expected):
        assert {name: of_record(name, value) for name, value in record.fields.items()} == {
            name: of_json(name, value) for name, value in wanted.items()
        }
        for name in ("start", "end", "received", "export_time"):
            if name in wanted:
                wanted = {**wanted, name: nanoseconds(wanted[name])}
        if wanted.get("duration", 0) < 0:
            # No interval of Arrow's readers: start and end are there.
            wanted = {name: value for name, value in wanted.items() if name != "duration"}
        assert row == wanted


def test_elements_are_those_of_the_schema_record(capture: Path) -> None:
    import json
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "netflow_rs", "decode", "-q", "-s", "record", str(capture)],
        capture_output=True,
        check=True,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    wanted = [row["fields"] for row in rows if row["kind"] == "data"]
    found = [record.elements for record in nf.records(capture)]
    assert len(found) == len(wanted) > 0
    for record, fields in zip(found, wanted):
        assert list(record) == list(fields)
        assert record["octetDeltaCount" if "octetDeltaCount" in fields else next(iter(fields))] is not None
        for name, value in fields.items():
            if isinstance(value, int):
                assert record[name] == value
