"""Writes the stub of the compiled module: its attributes come from registry/fields.csv.

    python stubs.py          writes python/netflow_rs/_netflow.pyi
    python stubs.py --check  compares it with what is there
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
STUB = FOLDER / "python" / "netflow_rs" / "_netflow.pyi"
FIELDS = FOLDER.parent / "registry" / "fields.csv"

TYPES = {
    "U8": "int",
    "U16": "int",
    "U32": "int",
    "U64": "int",
    "Flag": "bool",
    "Address": "IPv4Address | IPv6Address",
    "Mac": "str",
    "Time": "datetime",
    "Duration": "timedelta",
    "Text": "str",
    "Octets": "bytes",
    "Name": "str",
    "Application": "str",
    "Numbers": "list[int]",
}

HEAD = '''\
"""The compiled module. Written by stubs.py; do not edit."""

import os
import sys
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from os import PathLike
from typing import Any, Callable, Iterator, Mapping, Sequence, final

from ._errors import Problem

__all__ = [
    "Collector",
    "Documents",
    "FIELDS",
    "ParquetFile",
    "Pass",
    "Reader",
    "Record",
    "Records",
    "Replay",
    "State",
    "Table",
    "Tables",
    "TablesPass",
    "__version__",
    "fields",
    "health",
    "index",
    "prefixes",
    "run",
]

if sys.platform == "linux":
    __all__ += ["Sockets"]

__version__: str
FIELDS: list[tuple[str, str, str, str]]

_Path = str | os.PathLike[str]
_Inputs = Sequence[tuple[str, Callable[[], Any] | None]]
_Known = tuple[list[str], list[str], str, list[str], list[str], bool]

def run(arguments: Sequence[str]) -> int: ...
def prefixes(addresses: Sequence[str | None], ipv4: int, ipv6: int) -> list[str | None]: ...
def fields() -> Table: ...
def health(
    inputs: _Inputs,
    *,
    ports: Sequence[int],
    strict: bool,
    state: bytes | None,
    exporters: _Known | None,
) -> str: ...
def index(
    input: tuple[str, Callable[[], Any] | None],
    *,
    every: int,
    ports: Sequence[int],
    strict: bool,
    state: bytes | None,
) -> tuple[bytes, dict[str, Any]]: ...
@final
class Documents:
    def __new__(
        cls,
        inputs: _Inputs,
        *,
        options: Mapping[str, Any],
        ports: Sequence[int],
        strict: bool,
        state: bytes | None,
        exporters: _Known | None,
    ) -> Documents: ...
    def __iter__(self) -> Documents: ...
    def __next__(self) -> bytes: ...
    @property
    def report(self) -> dict[str, Any]: ...
    @property
    def problems(self) -> list[Problem]: ...

@final
class Replay:
    def __new__(
        cls,
        names: Sequence[str],
        *,
        columns: Sequence[str] | None,
        addresses: str,
        types: str,
        rows: int,
        split_biflows: bool,
        state: bytes | None,
        exporters: _Known | None,
    ) -> Replay: ...
    def append(self, index: bytes, file: int, first: int) -> bool: ...
    def take(self) -> Table: ...
    @property
    def late_sets(self) -> int: ...
    def save(self) -> bytes: ...

@final
class Reader:
    def __new__(
        cls,
        inputs: _Inputs,
        *,
        columns: Sequence[str] | None,
        where: str | None = None,
        addresses: str,
        types: str,
        counters: bool,
        rows: int,
        split_biflows: bool,
        discarded: bool,
        file: bool,
        ports: Sequence[int],
        strict: bool,
        state: bytes | None,
        exporters: _Known | None = None,
        ranges: Sequence[tuple[bytes | None, int | None]] | None = None,
        warn: bool = True,
    ) -> Reader: ...
    def open(self) -> Pass: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...
    def empty(self) -> Table: ...
    @property
    def column_names(self) -> list[str]: ...
    @property
    def report(self) -> dict[str, Any] | None: ...

@final
class Pass:
    def __iter__(self) -> Pass: ...
    def __next__(self) -> Table: ...
    @property
    def octets_read(self) -> int: ...
    def save(self) -> bytes: ...

@final
class Table:
    @staticmethod
    def concat(tables: Sequence[Table]) -> Table: ...
    @staticmethod
    def load(octets: bytes) -> Table: ...
    def save(self) -> bytes: ...
    def first(self, count: int) -> Table: ...
    def project(self, columns: Sequence[int]) -> Table: ...
    def filter(self, mask: Sequence[bool]) -> Table: ...
    def used(self) -> list[bool]: ...
    @property
    def types(self) -> list[tuple[str, str, str | None]]: ...
    @property
    def num_rows(self) -> int: ...
    @property
    def column_names(self) -> list[str]: ...
    @property
    def nbytes(self) -> int: ...
    def head(self, count: int) -> list[list[str | None]]: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

@final
class ParquetFile:
    def __new__(cls, path: str | PathLike[str], schema: Table) -> ParquetFile: ...
    def write(self, table: Table) -> None: ...
    def finish(self) -> None: ...

@final
class Tables:
    def __new__(
        cls,
        inputs: _Inputs,
        *,
        addresses: str,
        rows: int,
        ports: Sequence[int],
        strict: bool,
        state: bytes | None,
        exporters: _Known | None,
    ) -> Tables: ...
    def open(self) -> TablesPass: ...

@final
class TablesPass:
    def __iter__(self) -> TablesPass: ...
    def __next__(self) -> tuple[int, Table]: ...
    def reader(self, place: int) -> Reader: ...
    @property
    def found(self) -> list[tuple[str, str | None, str, int, int, bool, int]]: ...
    @property
    def left_out(self) -> int: ...
    @property
    def octets_read(self) -> int: ...
    @property
    def report(self) -> dict[str, Any] | None: ...

@final
class Records:
    def __new__(
        cls,
        inputs: _Inputs,
        *,
        where: str | None,
        split_biflows: bool,
        ports: Sequence[int],
        strict: bool,
        state: bytes | None,
        exporters: _Known | None,
    ) -> Records: ...
    def __iter__(self) -> Records: ...
    def __next__(self) -> Record: ...
    @property
    def report(self) -> dict[str, Any]: ...
    @property
    def problems(self) -> list[Problem]: ...

@final
class State:
    def __new__(
        cls, *, exporters: _Known | None
    ) -> State: ...
    def decode(
        self,
        datagram: bytes | bytearray | memoryview,
        host: str,
        port: int,
        received: int,
        stream: bool,
    ) -> list[Record]: ...
    def save(self) -> bytes: ...
    def load(self, state: bytes) -> None: ...
    def end_session(self, host: str, port: int) -> None: ...
    def health(self) -> str: ...
    @property
    def report(self) -> dict[str, Any]: ...
    @property
    def problems(self) -> list[Problem]: ...

@final
class Collector:
    def __new__(
        cls,
        *,
        columns: Sequence[str] | None,
        addresses: str,
        types: str,
        rows: int,
        state: bytes | None,
        exporters: _Known | None,
    ) -> Collector: ...
    def push(
        self, datagram: bytes | bytearray | memoryview, host: str, port: int, received: int
    ) -> int: ...
    def take(self) -> Table: ...
    def save(self) -> bytes: ...
    def health(self) -> str: ...
    @property
    def report(self) -> dict[str, Any]: ...

if sys.platform == "linux":
    @final
    class Sockets:
        def __new__(
            cls,
            collector: Collector,
            addresses: Sequence[tuple[str, str, int, int]],
            *,
            certificates: tuple[_Path, _Path, _Path | None, bool] | None,
            allowed: Sequence[str],
            read_buffer: int,
        ) -> Sockets: ...
        def receive(self, rows: int, seconds: float) -> tuple[int, bool]: ...
        def close(self) -> None: ...
        def fileno(self) -> int: ...
        @property
        def addresses(self) -> list[tuple[str, str, int]]: ...
        @property
        def counters(self) -> dict[str, int]: ...

@final
class Record:
    """One flow: the normalised fields as attributes, the elements of its record by name."""

    def __getitem__(self, name: str, /) -> Any: ...
    def __contains__(self, name: str, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...
    def get(self, name: str, default: Any = None, /) -> Any: ...
    def __dir__(self) -> list[str]: ...
    def keys(self) -> list[str]: ...
    @property
    def elements(self) -> dict[str, Any]: ...
    @property
    def fields(self) -> dict[str, Any]: ...
'''


def stub() -> str:
    """The text of the stub."""
    attributes = []
    with FIELDS.open(newline="") as table:
        for field in csv.DictReader(table):
            python = TYPES[field["type"]]
            attributes.append(f"    {field['name']}: {python} | None\n")
    return HEAD + "".join(attributes)


def main() -> int:
    """Writes or compares the stub."""
    if "--check" in sys.argv:
        if STUB.read_text() == stub():
            return 0
        print(f"{STUB} is out of date: run python {__file__}", file=sys.stderr)
        return 1
    STUB.write_text(stub())
    return 0


if __name__ == "__main__":
    sys.exit(main())
