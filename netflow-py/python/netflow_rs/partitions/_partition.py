"""A part of all flows, and its counts."""

from __future__ import annotations

import warnings
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping

from .. import _netflow
from .._errors import NetflowError, NetflowWarning
from ._arrow import arrow
from ._storage import opened

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True)
class Counts:
    """The rows of a partition, and what could not be decoded."""

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
        """Everything that should have made a row and did not."""
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
        pa = arrow()
        report_counts = counted or warn
        if self.late is not None:
            rows = 0
            for batch in pa.ipc.open_stream(self.late):
                rows += batch.num_rows
                yield batch
            late = self.late_sets
            report_counts(Counts(self.files, rows, 0, 0, -late, late, {}, ()))
            return
        options = dict(self.options)
        file = options.pop("file")
        several = len(self.files) > 1
        reader = _netflow.Reader(
            [opened(name, self.storage) for name in self.files],
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
        report_counts(_counts(self.files, rows, report, faults))

    def read(self) -> pyarrow.Table:
        """All flows of it as a ``pyarrow.Table``."""
        return arrow().Table.from_batches(list(self.batches()), schema=schema(self.options))

    def counts(self) -> Counts:
        """Decodes it for the counts alone."""
        counts: list[Counts] = []
        options = {**self.options, "columns": ["frame"], "file": False}
        narrow = self if self.late is not None else replace(self, options=options)
        for _ in narrow.batches(counts.append):
            pass
        return counts[0]


def warn(counts: Counts) -> None:
    """Reports what could not be decoded, as a :class:`NetflowWarning`."""
    if counts.undecodable > 0:
        warnings.warn(describe(counts), NetflowWarning, stacklevel=2)


def describe(counts: Counts) -> str:
    """What could not be decoded, in words."""
    what = {kind: count for kind, count in counts.problems.items() if kind != "no_template"}
    text = f"{counts.undecoded_sets} sets had no template, {counts.unreadable} datagrams no "
    text += f"header that can be read; problems, these datagrams among them: {what or 'none'}"
    return "; ".join([f"{', '.join(counts.files[:3])}: {text}", *counts.faults])


def schema(options: Mapping[str, Any]) -> pyarrow.Schema:
    """The schema of the flows of a partition with these options."""
    pa = arrow()
    wanted = {**options, "file": False, "counters": False, "strict": False, "state": None}
    found = pa.schema(_netflow.Reader([], **wanted))
    return found.insert(0, pa.field("file", pa.string())) if options["file"] else found


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
    pa = arrow()
    column = pa.repeat(pa.scalar(name, pa.string()), batch.num_rows)
    fields = [pa.field("file", pa.string()), *batch.schema]
    return pa.RecordBatch.from_arrays([column, *batch.columns], schema=pa.schema(fields))
