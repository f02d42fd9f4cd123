"""What of one file others need."""

from __future__ import annotations

import importlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Iterable, Mapping, Sequence

from .. import _netflow
from ._arrow import arrow
from ._storage import opened, size_of, writer

PIECE = 32 << 20
"""Octets from one place where a file can be divided to the next."""

Map = Callable[[Callable[[str], "FileIndex"], Sequence[str]], Iterable["FileIndex"]]
"""Applies a function to every name, here or on other machines, and keeps their order."""


@dataclass(frozen=True)
class FileIndex:
    """What of one file others need."""

    file: str
    octets: int | None
    """Size of the file, ``None`` if it is not known."""
    first_received: int | None
    """Nanoseconds since 1970 of its first message; ``None`` if it has none."""
    last_received: int | None
    """Of its last message; ``None`` if there were too many exporters to list."""
    exporters: tuple[str, ...]
    """Addresses of all exporters in it; none if there were too many to list."""
    stats: dict[str, Any]
    """Counters of the pass, as of :class:`netflow_rs.Report`. Problems are those of the file
    alone."""
    faults: tuple[str, ...]
    """Why it could not be read to its end."""
    announcements: bytes = field(repr=False)
    """The datagrams with announcements, as an Arrow stream; ``pyarrow.ipc.open_stream`` reads it."""
    every: int = PIECE
    """Octets of the pieces in it, about."""


def index(
    file: str,
    *,
    ports: Sequence[int] = (),
    storage: Mapping[str, Any] | None = None,
    state: bytes | None = None,
    every: int = PIECE,
) -> FileIndex:
    """Reads one file for its index. It can be done anywhere: it needs no other file.

    Args:
        file: a path, or a URL that fsspec opens.
        ports: further ports that collectors listen on.
        storage: options of fsspec.
        state: that at the start of the file, if it is known; see :func:`plan`.
        every: octets from one place where the file can be divided to the next.
    """
    storage = dict(storage or {})
    input = opened(file, storage)
    announcements, report = _netflow.index(
        input, every=max(1, every), ports=list(ports), strict=False, state=state, exporters=None
    )
    domains = report["domains"]
    first = min((each["first_received"] for each in domains), default=None)
    last = max((each["last_received"] for each in domains), default=None)
    # Nothing is known of domains that were forgotten because the memory limit was reached.
    is_all = report["stats"]["evicted"] == 0
    return FileIndex(
        file=file,
        octets=size_of(file, storage),
        first_received=nanos(first),
        last_received=nanos(last) if is_all else None,
        exporters=tuple(sorted({each["exporter"] for each in domains})) if is_all else (),
        stats=report["stats"],
        faults=tuple(report["faults"]),
        announcements=announcements,
        every=max(1, every),
    )


def gather(
    names: Sequence[str],
    *,
    ports: Sequence[int] = (),
    storage: Mapping[str, Any] | None = None,
    indexes: Iterable[FileIndex] = (),
    map: Map | None = None,
    every: int = PIECE,
) -> list[FileIndex]:
    """The indexes of these files, in this order; only those that are not in ``indexes`` are
    made. The arguments are those of :func:`plan` and :func:`index`."""
    storage = dict(storage or {})
    known = {each.file: each for each in indexes}
    old = {
        name: known[name]
        for name in names
        if name in known and known[name].octets == size_of(name, storage)
    }
    missing = [name for name in names if name not in old]
    one = _Indexing(tuple(ports), storage, every)
    made = (map or _threads)(one, missing) if missing else []
    old.update({each.file: each for each in made})
    return [old[name] for name in names]


def save(
    indexes: Iterable[FileIndex], path: str, *, storage: Mapping[str, Any] | None = None
) -> None:
    """Writes indexes as Parquet, for :func:`load`; ``path`` may be a URL."""
    pa = arrow()
    parquet: Any = importlib.import_module("pyarrow.parquet")
    rows = [
        {**each.__dict__, "stats": json.dumps(each.stats), "exporters": list(each.exporters)}
        | {"faults": list(each.faults)}
        for each in indexes
    ]
    text, number = pa.string(), pa.int64()
    columns = {
        "file": text,
        "octets": number,
        "first_received": number,
        "last_received": number,
        "exporters": pa.list_(text),
        "stats": text,
        "faults": pa.list_(text),
        "announcements": pa.large_binary(),
        "every": number,
    }
    table = pa.Table.from_pylist(rows, schema=pa.schema(list(columns.items())))
    with writer(path, dict(storage or {})) as out:
        parquet.write_table(table, out, compression="zstd")


def load(path: str, *, storage: Mapping[str, Any] | None = None) -> list[FileIndex]:
    """What :func:`save` wrote."""
    parquet: Any = importlib.import_module("pyarrow.parquet")
    name, opener = opened(path, dict(storage or {}))
    with open(name, "rb") if opener is None else opener() as file:
        rows = parquet.read_table(file).to_pylist()
    return [
        FileIndex(
            **{
                **row,
                "stats": json.loads(row["stats"]),
                "exporters": tuple(row["exporters"]),
                "faults": tuple(row["faults"]),
            }
        )
        for row in rows
    ]


def nanos(time: datetime | None) -> int | None:
    """Nanoseconds since 1970."""
    if time is None:
        return None
    return (time - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1) * 1_000


class _Indexing:
    """:func:`index` with its options, to be sent elsewhere."""

    def __init__(self, ports: tuple[int, ...], storage: dict[str, Any], every: int) -> None:
        self.ports = ports
        self.storage = storage
        self.every = every

    def __call__(self, file: str) -> FileIndex:
        return index(file, ports=self.ports, storage=self.storage, every=self.every)


def _threads(function: Callable[[str], FileIndex], names: Sequence[str]) -> list[FileIndex]:
    with ThreadPoolExecutor(max_workers=min(32, os.cpu_count() or 1, len(names))) as pool:
        return list(pool.map(function, names))
