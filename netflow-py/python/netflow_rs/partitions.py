"""Captures as partitions that are decoded anywhere, in any order.

A file that is decoded alone lacks what exporters taught in the files before it: templates,
sampling rates, names. So there are two passes:

1. :func:`index` reads each file on its own and keeps the datagrams that teach.
2. :func:`plan` puts the indexes in order, finds the state that stands at the start of each file,
   and gives a :class:`Partition` for each. :meth:`Partition.batches` decodes it, wherever it was
   sent (it is pickled); together they are what one pass over all files would have given.

>>> from netflow_rs import partitions
>>> plan = partitions.plan("captures/*.pcap", columns=["source_address", "octets"])
... # doctest: +SKIP
>>> for partition in plan: print(len(partition.read()))  # doctest: +SKIP

Ray, Dask, Daft and Spark need no more than that; see ``docs/distributed.md``.
"""

from __future__ import annotations

import importlib
import json
import os
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping, Sequence

from . import _netflow
from ._errors import NetflowError, NetflowWarning
from ._flows import ROWS
from ._inputs import Opened, chosen, expand

if TYPE_CHECKING:
    import pyarrow

PIECE = 32 << 20
"""Octets from one place where a file can be divided to the next."""

CHAINS = ("all", "folder", "none")
ORDERS = ("time", "given")

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
    """Of its last message; ``None`` if there were too many exporters to tell."""
    exporters: tuple[str, ...]
    """Addresses of all exporters in it; none if there were too many to tell."""
    stats: dict[str, Any]
    """Counters of the pass, as of :class:`netflow_rs.Report`. Problems are those of the file
    alone."""
    faults: tuple[str, ...]
    """Why it could not be read to its end."""
    teaching: bytes = field(repr=False)
    """The datagrams that teach, as an Arrow stream; ``pyarrow.ipc.open_stream`` reads it."""
    every: int = PIECE
    """Octets of the pieces in it, about."""


@dataclass(frozen=True)
class Counts:
    """What a partition gave, and what could not be decoded."""

    files: tuple[str, ...]
    rows: int
    datagrams: int
    unreadable: int
    """Datagrams whose header could not be read."""
    undecoded_sets: int
    """Sets without a template. Negative for late flows of other partitions, which counted
    them: the sum over all partitions is what nobody could decode."""
    late_sets: int
    problems: dict[str, int]
    """By kind, those of unreadable datagrams and ``no_template`` of late sets included."""
    faults: tuple[str, ...]
    """Files that could not be read to their end."""

    @property
    def undecodable(self) -> int:
        """Everything that gave no row and should have."""
        others = sum(count for kind, count in self.problems.items() if kind != "no_template")
        return self.undecoded_sets + others + len(self.faults)


@dataclass(frozen=True)
class Range:
    """A part of a file, between places where nothing is under way."""

    start: int = 0
    """Octets of the file before it."""
    end: int | None = None
    """Octets of the file before its end; ``None`` is the end of the file."""
    mark: bytes | None = field(default=None, repr=False)
    """What reading needs of the part of the file before it."""


@dataclass(frozen=True)
class Partition:
    """Files, or parts of them, that are decoded together, and the state at the start of the first;
    or flows that were decoded already, since their template came later."""

    files: tuple[str, ...]
    octets: int
    options: dict[str, Any] = field(repr=False)
    state: bytes | None = field(default=None, repr=False)
    ranges: tuple[Range, ...] = ()
    """Of each file its part; none, if all are whole."""
    storage: dict[str, Any] = field(default_factory=dict, repr=False)
    late: bytes | None = field(default=None, repr=False)
    late_sets: int = 0
    first_received: int | None = None
    last_received: int | None = None
    exporters: tuple[str, ...] = field(default=(), repr=False)

    def batches(
        self, counted: Callable[[Counts], None] | None = None
    ) -> Iterator[pyarrow.RecordBatch]:
        """The flows, as ``pyarrow.RecordBatch`` of bounded size; ``counted`` hears at the end
        what there was. Without it, what could not be decoded is a :class:`NetflowWarning`."""
        pa = _pyarrow()
        tell = counted or warn
        if self.late is not None:
            rows = 0
            for batch in pa.ipc.open_stream(self.late):
                rows += batch.num_rows
                yield batch
            late = self.late_sets
            tell(Counts(self.files, rows, 0, 0, -late, late, {}, ()))
            return
        options = dict(self.options)
        file = options.pop("file")
        several = len(self.files) > 1
        reader = _netflow.Reader(
            [_opened(name, self.storage) for name in self.files],
            **options,
            file=file and several,
            counters=False,
            strict=False,
            state=None if self.state is None else zlib.decompress(self.state),
            ranges=[(each.mark, each.end) for each in self.ranges] or None,
            # Files that cannot be read, or not to their end, are counted.
            warn=False,
        )
        rows = 0
        faults: tuple[str, ...] = ()
        try:
            for table in reader.open():
                for batch in pa.table(table).to_batches():
                    rows += batch.num_rows
                    yield _with_file(batch, self.files[0]) if file and not several else batch
        except NetflowError as error:
            if error.kind == "arrow":
                raise
            # None of the files could be read at all.
            faults = (str(error),)
        report = reader.report
        assert report is not None
        tell(_counts(self.files, rows, report, faults))

    def read(self) -> pyarrow.Table:
        """All flows of it as a ``pyarrow.Table``."""
        return _pyarrow().Table.from_batches(list(self.batches()), schema=schema(self.options))

    def counts(self) -> Counts:
        """Decodes it for the counts alone."""
        counts: list[Counts] = []
        options = {**self.options, "columns": ["frame"], "file": False}
        narrow = self if self.late is not None else replace(self, options=options)
        for _ in narrow.batches(counts.append):
            pass
        return counts[0]


def warn(counts: Counts) -> None:
    """Tells what could not be decoded, as a :class:`NetflowWarning`."""
    if counts.undecodable > 0:
        warnings.warn(told(counts), NetflowWarning, stacklevel=2)


def told(counts: Counts) -> str:
    """What could not be decoded, in words."""
    what = {kind: count for kind, count in counts.problems.items() if kind != "no_template"}
    text = f"{counts.undecoded_sets} sets had no template, {counts.unreadable} datagrams no "
    text += f"header that can be read; problems, these datagrams among them: {what or 'none'}"
    return "; ".join([f"{', '.join(counts.files[:3])}: {text}", *counts.faults])


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
        state: what stands at the start of the file, if that is known; see :func:`plan`.
        every: octets from one place where the file can be divided to the next.
    """
    storage = dict(storage or {})
    input = _opened(file, storage)
    teaching, report = _netflow.index(
        input, every=max(1, every), ports=list(ports), strict=False, state=state
    )
    domains = report["domains"]
    first = min((each["first_received"] for each in domains), default=None)
    last = max((each["last_received"] for each in domains), default=None)
    # Of domains that were forgotten for want of memory nothing is known.
    is_all = report["stats"]["evicted"] == 0
    return FileIndex(
        file=file,
        octets=_size(file, storage),
        first_received=nanos(first),
        last_received=nanos(last) if is_all else None,
        exporters=tuple(sorted({each["exporter"] for each in domains})) if is_all else (),
        stats=report["stats"],
        faults=tuple(report["faults"]),
        teaching=teaching,
        every=max(1, every),
    )


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
) -> list[Partition]:
    """The partitions that together are all flows.

    Args:
        source: paths, patterns, URLs that fsspec opens.
        columns, addresses, types, rows, split_biflows, discarded, ports: those of
            :func:`netflow_rs.scan`.
        file: whether the name of the file is a column, the first; if not given, it is unless
            there are ``columns``.
        chain: ``"all"``: files go on with what was taught in those before them; ``"folder"``: only those of the same folder, as if each were of a
            collector of its own; ``"none"``: each file has all templates it needs, and nothing
            is indexed.
        order: ``"time"``: the files follow each other by the time of their first message;
            ``"given"``: as they are given, those of a pattern by their names.
        octets: of a partition, about: small neighbours are put together, larger files are divided
            (not compressed ones, nor behind the first TCP stream that exports); 0 is a partition
            a file.
        storage: options of fsspec.
        indexes: of files that were indexed before; those of other sizes are made anew.
        map: how files are indexed: ``map(function, names)``. In threads of this process, if
            not given.
    """
    if chain not in CHAINS:
        raise ValueError(f'chain is "all", "folder" or "none", not {chain!r}')
    if order not in ORDERS:
        raise ValueError(f'order is "time" or "given", not {order!r}')
    storage = dict(storage or {})
    names = files(source, storage=storage)
    wanted, told = chosen(columns)
    options: dict[str, Any] = {
        "columns": wanted,
        "addresses": addresses,
        "types": types,
        "rows": rows,
        "split_biflows": split_biflows,
        "discarded": discarded,
        "file": told or (columns is None if file is None else file),
        "ports": list(ports),
    }
    # What is wrong with an option is told before anything is read.
    schema(options)
    if chain == "none":
        found = [(name, _size(name, storage)) for name in names]
        return [
            Partition(pack, size, options, storage=storage)
            for pack, size in _packs(found, octets)
        ]
    every = min(octets, PIECE) or PIECE
    made = gather(names, ports=ports, storage=storage, indexes=indexes, map=map, every=every)
    if all(each.faults and not each.stats["datagrams"] for each in made):
        raise NetflowError(made[0].faults[0], kind="unreadable", path=made[0].file)
    if order == "time":
        # Files of which no message tells a time teach nothing.
        made.sort(key=lambda each: each.first_received or 0)
    chains: dict[str, list[FileIndex]] = {}
    for each in made:
        key = each.file.rpartition("/")[0] if chain == "folder" else ""
        chains.setdefault(key, []).append(each)
    return [
        partition
        for one in chains.values()
        for partition in _chained(one, options, storage, octets)
    ]


def files(source: str | Sequence[str], *, storage: Mapping[str, Any] | None = None) -> list[str]:
    """The names of all files that are meant, each as :func:`index` takes it. Of a folder, these
    are its files whose names begin with neither ``_`` nor ``.``."""
    given = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    names: list[str] = []
    for each in given:
        text = os.fspath(each)
        if not isinstance(text, str):
            raise TypeError("only paths and URLs can be read elsewhere, no file objects")
        if "://" in text:
            names += _listed(text, storage or {})
        elif os.path.isdir(text):
            paths = [os.path.join(os.path.abspath(text), name) for name in sorted(os.listdir(text))]
            names += [path for path in paths if os.path.isfile(path) and not _is_hidden(path)]
        else:
            # Workers may run in another folder.
            names += [os.path.abspath(name) for name, _ in expand(text)]
    if not names:
        raise FileNotFoundError(2, "No such file or directory", str(source))
    return list(dict.fromkeys(names))


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
        if name in known and known[name].octets == _size(name, storage)
    }
    missing = [name for name in names if name not in old]
    one = _Indexing(tuple(ports), storage, every)
    made = (map or _threads)(one, missing) if missing else []
    old.update({each.file: each for each in made})
    return [old[name] for name in names]


def save(indexes: Iterable[FileIndex], path: str, *, storage: Mapping[str, Any] | None = None) -> None:
    """Writes indexes as Parquet, for :func:`load`; ``path`` may be a URL."""
    pa = _pyarrow()
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
        "teaching": pa.large_binary(),
        "every": number,
    }
    table = pa.Table.from_pylist(rows, schema=pa.schema(list(columns.items())))
    with writer(path, dict(storage or {})) as out:
        parquet.write_table(table, out, compression="zstd")


def load(path: str, *, storage: Mapping[str, Any] | None = None) -> list[FileIndex]:
    """What :func:`save` wrote."""
    parquet: Any = importlib.import_module("pyarrow.parquet")
    name, opener = _opened(path, dict(storage or {}))
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


def schema(options: Mapping[str, Any]) -> pyarrow.Schema:
    """The schema of the flows of a partition with these options."""
    pa = _pyarrow()
    wanted = {**options, "file": False, "counters": False, "strict": False, "state": None}
    found = pa.schema(_netflow.Reader([], **wanted))
    return found.insert(0, pa.field("file", pa.string())) if options["file"] else found


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


@dataclass(frozen=True)
class _Piece:
    """What is replayed at once: a file, or a part of one."""

    index: FileIndex
    range: Range
    octets: int | None
    teaching: bytes


def _pieces(each: FileIndex, octets: int) -> list[_Piece]:
    """The parts of a file that is larger than this; else it is one."""
    if octets == 0 or each.octets is None or each.octets <= octets:
        return [_Piece(each, Range(), each.octets, each.teaching)]
    pa = _pyarrow()
    compute: Any = importlib.import_module("pyarrow.compute")
    rows: Any = pa.ipc.open_stream(each.teaching).read_all()
    bounds = compute.indices_nonzero(compute.equal(rows["kind"], "piece")).to_pylist()
    marks = rows.take(pa.array(bounds, pa.int64()))
    starts = [0, *marks["offset"].to_pylist()]
    ends = [*starts[1:], None]
    begin, end = [0, *bounds], [*bounds, len(rows)]
    return [
        _Piece(
            each,
            Range(starts[number], ends[number], mark),
            (each.octets if ends[number] is None else ends[number]) - starts[number],
            _ipc(rows.slice(begin[number], end[number] - begin[number])),
        )
        for number, mark in enumerate([None, *marks["payload"].to_pylist()])
    ]


def _chained(
    made: list[FileIndex], options: dict[str, Any], storage: dict[str, Any], octets: int
) -> Iterator[Partition]:
    """The partitions of files in their order, each with the state at its start, and behind it
    the flows of earlier ones that it freed."""
    pieces = [piece for each in made for piece in _pieces(each, octets)]
    names = [piece.index.file for piece in pieces]
    late = {name: options[name] for name in ("columns", "addresses", "types", "rows")}
    # The name of the file is a column where there are several, and put there else.
    replay = _netflow.Replay(
        names if options["file"] else [],
        **late,
        split_biflows=options["split_biflows"],
        state=None,
    )
    number, told = 0, 0
    for pack, size in _packs([(piece.index.file, piece.octets) for piece in pieces], octets):
        state = zlib.compress(replay.save(), 1)
        first = number
        for _ in pack:
            if pieces[number].range.start == 0:
                _complete(pieces, number, replay, options, storage)
            replay.append(pieces[number].teaching, number, first)
            number += 1
        members = pieces[first:number]
        files, ranges = _joined(members)
        yield Partition(
            files,
            size,
            options,
            state,
            ranges,
            storage,
            **_extent([piece.index for piece in members]),
        )
        if replay.late_sets > told:
            table: Any = _pyarrow().table(replay.take())
            yield Partition(
                files,
                table.nbytes,
                options,
                late=_ipc(table),
                late_sets=replay.late_sets - told,
            )
            told = replay.late_sets


def _joined(members: list[_Piece]) -> tuple[tuple[str, ...], tuple[Range, ...]]:
    """Files and their parts; neighbours of one file are one part."""
    files: list[str] = []
    ranges: list[Range] = []
    for piece in members:
        if files and files[-1] == piece.index.file and ranges[-1].end == piece.range.start:
            ranges[-1] = replace(ranges[-1], end=piece.range.end)
        else:
            files.append(piece.index.file)
            ranges.append(piece.range)
    return tuple(files), () if all(each == Range() for each in ranges) else tuple(ranges)


def _complete(
    pieces: list[_Piece],
    number: int,
    replay: _netflow.Replay,
    options: dict[str, Any],
    storage: dict[str, Any],
) -> None:
    """If too much of the file that begins here waited for templates to be kept in its index, it
    is read once more, with the templates that are known here."""
    each = pieces[number].index
    if not _left_out(each.teaching):
        return
    again = index(
        each.file, ports=options["ports"], storage=storage, state=replay.save(), every=each.every
    )
    old = [piece for piece in pieces[number:] if piece.index is each]
    new = _pieces(again, 0 if len(old) == 1 else 1)
    if [piece.range for piece in new] != [piece.range for piece in old]:
        raise ValueError(f"{each.file} has changed since it was indexed")
    pieces[number : number + len(old)] = new


def _left_out(teaching: bytes) -> bool:
    pa = _pyarrow()
    compute: Any = importlib.import_module("pyarrow.compute")
    return any(
        compute.any(compute.equal(batch.column("kind"), "left_out")).as_py()
        for batch in pa.ipc.open_stream(teaching)
    )


def _extent(made: Sequence[FileIndex]) -> dict[str, Any]:
    """When and of whom the flows of these files are; nothing unless all tell."""
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
    """Neighbours up to a size; a file of unknown size stands alone."""
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


def _counts(
    names: tuple[str, ...], rows: int, report: dict[str, Any], faults: tuple[str, ...]
) -> Counts:
    stats = report["stats"]
    problems: dict[str, int] = dict(stats["problems"])
    return Counts(
        files=names,
        rows=rows,
        datagrams=stats["datagrams"],
        unreadable=stats["unreadable"],
        undecoded_sets=problems.get("no_template", 0) - stats["late_sets"],
        late_sets=stats["late_sets"],
        problems=problems,
        faults=(*faults, *report["faults"]),
    )


def _with_file(batch: Any, name: str) -> Any:
    pa = _pyarrow()
    column = pa.repeat(pa.scalar(name, pa.string()), batch.num_rows)
    fields = [pa.field("file", pa.string()), *batch.schema]
    return pa.RecordBatch.from_arrays([column, *batch.columns], schema=pa.schema(fields))


def _ipc(table: Any) -> bytes:
    pa = _pyarrow()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def _pyarrow() -> Any:
    try:
        importlib.import_module("pyarrow.ipc")
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise ImportError("pyarrow is not installed: pip install pyarrow") from error


def _fsspec(url: str) -> Any:
    try:
        return importlib.import_module("fsspec")
    except ImportError as error:
        raise ImportError(f"{url} is a URL: pip install fsspec") from error


def _opened(name: str, storage: Mapping[str, Any]) -> Opened:
    """What opens a file that :func:`files` named."""
    if "://" not in name:
        return name, None
    return name, _fsspec(name).open(name, "rb", expand=False, **storage).open


def _listed(url: str, storage: Mapping[str, Any]) -> list[str]:
    """The files that a URL means: itself, those of a pattern, or those in a folder."""
    system, path = _fsspec(url).core.url_to_fs(url, **storage)
    if any(sign in path for sign in "*?["):
        found = [name for name in sorted(system.glob(path)) if not system.isdir(name)]
    elif system.isdir(path):
        found = [name for name in sorted(system.find(path, maxdepth=1)) if not _is_hidden(name)]
    else:
        found = [path] if system.exists(path) else []
    if not found:
        raise FileNotFoundError(2, "No such file or directory", url)
    return [system.unstrip_protocol(name) for name in found]


def _is_hidden(name: str) -> bool:
    """Of a folder, what Spark passes over too: marks such as ``_SUCCESS``."""
    return name.rpartition("/")[2].startswith(("_", "."))


def _size(name: str, storage: Mapping[str, Any]) -> int | None:
    if "://" not in name:
        return os.path.getsize(name)
    system, path = _fsspec(name).core.url_to_fs(name, **storage)
    size = system.size(path)
    return None if size is None else int(size)


def writer(path: str, storage: Mapping[str, Any]) -> Any:
    """Opens a path or URL to write to."""
    if "://" not in path:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        return open(path, "wb")
    return _fsspec(path).open(path, "wb", **storage)


def nanos(time: datetime | None) -> int | None:
    """Nanoseconds since 1970."""
    if time is None:
        return None
    return (time - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1) * 1_000
