"""Which files, and parts of them, are decoded together, and what each has to know."""

from __future__ import annotations

import importlib
import zlib
from dataclasses import dataclass, replace
from typing import Any, Iterable, Iterator, Mapping, Sequence

from .. import _netflow
from .._errors import NetflowError
from .._exporters import known
from .._table import ROWS
from .._inputs import chosen
from .._options import PartitionOptions, Unpack, lists
from ._arrow import arrow, as_stream
from ._index import PIECE, FileIndex, Map, gather, index
from ._partition import Partition, Range, schema
from ._storage import files, size_of

CHAINS = ("all", "folder", "none")

ORDERS = ("time", "given")


@lists(known, but=["by_port"])
def plan(
    source: str | Sequence[str],
    *,
    columns: Sequence[str] | None = None,
    addresses: str = "text",
    types: str = "plain",
    file: bool | None = None,
    rows: int = ROWS,
    split_biflows: bool = False,
    discarded: bool = False,
    ports: Sequence[int] = (),
    chain: str = "all",
    order: str = "time",
    octets: int = 0,
    storage: Mapping[str, Any] | None = None,
    indexes: Iterable[FileIndex] = (),
    map: Map | None = None,
    **options: Unpack[PartitionOptions],
) -> list[Partition]:
    """The partitions that together are all flows.

    Args:
        source: paths, patterns, URLs that fsspec opens.
        columns, addresses, types, rows, split_biflows, discarded, ports: those of
            :func:`netflow_rs.scan`.
        file: whether the name of the file is a column, the first; by default it is, unless
            there are ``columns``.
        chain: ``"all"``: files go on with what was announced in those before them; ``"folder"``:
            only those of the same folder, as if each were of a collector of its own;
            ``"none"``: each file has all templates it needs, and nothing is indexed.
        order: ``"time"``: the files follow each other by the time of their first message;
            ``"given"``: in the order of the argument, those of a pattern by their names.
        octets: of a partition, about: small neighbours are joined, larger files are divided
            (not compressed ones, nor after the first TCP stream that exports); 0 is a partition
            a file.
        storage: options of fsspec.
        indexes: of files that were indexed before; those of other sizes are made anew.
        map: how files are indexed: ``map(function, names)``. In threads of this process, if
            not given.
        sampling, sampling_override, options_scope, second_counters, definitions, interface_names, limits: those
            of :func:`netflow_rs.scan`. Files of definitions and interfaces are read again with each partition, on
            the machine that reads it.
    """
    if chain not in CHAINS:
        raise ValueError(f'chain is "all", "folder" or "none", not {chain!r}')
    if order not in ORDERS:
        raise ValueError(f'order is "time" or "given", not {order!r}')
    storage = dict(storage or {})
    names = files(source, storage=storage)
    wanted, has_file = chosen(columns)
    decoding: dict[str, Any] = {
        "columns": wanted,
        "addresses": addresses,
        "types": types,
        "rows": rows,
        "split_biflows": split_biflows,
        "discarded": discarded,
        "file": has_file or (columns is None if file is None else file),
        "ports": list(ports),
        "exporters": known(**options),
    }
    # A wrong option is an error before anything is read.
    schema(decoding)
    if chain == "none":
        found = [(name, size_of(name, storage)) for name in names]
        return [
            Partition(pack, size, decoding, storage=storage)
            for pack, size in _packs(found, octets)
        ]
    every = min(octets, PIECE) or PIECE
    made = gather(names, ports=ports, storage=storage, indexes=indexes, map=map, every=every)
    if all(each.faults and not each.stats["datagrams"] for each in made):
        raise NetflowError(made[0].faults[0], kind="unreadable", path=made[0].file)
    if order == "time":
        # Files without a message that has a time announce nothing.
        made.sort(key=lambda each: each.first_received or 0)
    chains: dict[str, list[FileIndex]] = {}
    for each in made:
        key = each.file.rpartition("/")[0] if chain == "folder" else ""
        chains.setdefault(key, []).append(each)
    return [
        partition
        for one in chains.values()
        for partition in _chained(one, decoding, storage, octets)
    ]


@dataclass(frozen=True)
class _Section:
    """What is replayed at once: a file, or a section of one."""

    index: FileIndex
    range: Range
    octets: int | None
    announcements: bytes


def _sections(each: FileIndex, octets: int) -> list[_Section]:
    """The parts of a file that is larger than this; else it is one."""
    if octets == 0 or each.octets is None or each.octets <= octets:
        return [_Section(each, Range(), each.octets, each.announcements)]
    pa = arrow()
    compute: Any = importlib.import_module("pyarrow.compute")
    rows: Any = pa.ipc.open_stream(each.announcements).read_all()
    bounds = compute.indices_nonzero(compute.equal(rows["kind"], "piece")).to_pylist()
    marks = rows.take(pa.array(bounds, pa.int64()))
    starts = [0, *marks["offset"].to_pylist()]
    ends = [*starts[1:], None]
    begin, end = [0, *bounds], [*bounds, len(rows)]
    return [
        _Section(
            each,
            Range(starts[number], ends[number], mark),
            (each.octets if ends[number] is None else ends[number]) - starts[number],
            as_stream(rows.slice(begin[number], end[number] - begin[number])),
        )
        for number, mark in enumerate([None, *marks["payload"].to_pylist()])
    ]


def _chained(
    made: list[FileIndex], options: dict[str, Any], storage: dict[str, Any], octets: int
) -> Iterator[Partition]:
    """The partitions of files in their order, each with the state at its start, followed by
    the flows of earlier ones that it freed."""
    sections = [section for each in made for section in _sections(each, octets)]
    names = [section.index.file for section in sections]
    late = {name: options[name] for name in ("columns", "addresses", "types", "rows", "exporters")}
    # The name of the file is a column where there are several, and put there else.
    replay = _netflow.Replay(
        names if options["file"] else [],
        **late,
        split_biflows=options["split_biflows"],
        state=None,
    )
    number, reported = 0, 0
    for pack, size in _packs([(section.index.file, section.octets) for section in sections], octets):
        state = zlib.compress(replay.save(), 1)
        first = number
        for _ in pack:
            if sections[number].range.start == 0:
                _complete(sections, number, replay, options, storage)
            replay.append(sections[number].announcements, number, first)
            number += 1
        members = sections[first:number]
        files, ranges = _joined(members)
        yield Partition(
            files,
            size,
            options,
            state,
            ranges,
            storage,
            **_extent([section.index for section in members]),
        )
        if replay.late_sets > reported:
            table: Any = arrow().table(replay.take())
            yield Partition(
                files,
                table.nbytes,
                options,
                late=as_stream(table),
                late_sets=replay.late_sets - reported,
            )
            reported = replay.late_sets


def _joined(members: list[_Section]) -> tuple[tuple[str, ...], tuple[Range, ...]]:
    """Files and their parts; neighbours of one file are one part."""
    files: list[str] = []
    ranges: list[Range] = []
    for section in members:
        if files and files[-1] == section.index.file and ranges[-1].end == section.range.start:
            ranges[-1] = replace(ranges[-1], end=section.range.end)
        else:
            files.append(section.index.file)
            ranges.append(section.range)
    return tuple(files), () if all(each == Range() for each in ranges) else tuple(ranges)


def _complete(
    sections: list[_Section],
    number: int,
    replay: _netflow.Replay,
    options: dict[str, Any],
    storage: dict[str, Any],
) -> None:
    """If too much of the file that begins here waited for templates to be kept in its index, it
    is read once more, with the templates that are known here."""
    each = sections[number].index
    if not _left_out(each.announcements):
        return
    again = index(
        each.file, ports=options["ports"], storage=storage, state=replay.save(), every=each.every
    )
    old = [section for section in sections[number:] if section.index is each]
    new = _sections(again, 0 if len(old) == 1 else 1)
    if [section.range for section in new] != [section.range for section in old]:
        raise ValueError(f"{each.file} has changed since it was indexed")
    sections[number : number + len(old)] = new


def _left_out(announcements: bytes) -> bool:
    pa = arrow()
    compute: Any = importlib.import_module("pyarrow.compute")
    return any(
        compute.any(compute.equal(batch.column("kind"), "left_out")).as_py()
        for batch in pa.ipc.open_stream(announcements)
    )


def _extent(made: Sequence[FileIndex]) -> dict[str, Any]:
    """When the flows of these files were sent and by which exporters; nothing unless all files say so."""
    first = [each.first_received for each in made if each.first_received is not None]
    last = [each.last_received for each in made if each.last_received is not None]
    if len(first) < len(made) or len(last) < len(made):
        return {}
    return {
        "first_received": min(first),
        "last_received": max(last),
        "exporters": tuple(sorted({name for each in made for name in each.exporters})),
    }


def _packs(
    found: Sequence[tuple[str, int | None]], octets: int
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Neighbours up to a size; a file of unknown size is alone."""
    pack: list[str] = []
    size = 0
    for name, own in found:
        if pack and (own is None or size + own > octets):
            yield tuple(pack), size
            pack, size = [], 0
        pack.append(name)
        size += octets if own is None else own
    if pack:
        yield tuple(pack), size
