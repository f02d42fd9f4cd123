"""Flows of files as Arrow data: lazy, and in memory."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Iterator, Literal, Sequence, Union

from . import _netflow
from ._arguments import Addresses, RowKind, Types, choice, row_limit
from ._inputs import Inputs, Opened, chosen, expand
from ._options import InputOptions, ScanOptions, Unpack, lists, reading
from ._optional import imported
from ._progress import Progress
from ._report import Report, Reported
from ._rescannable import Rescannable
from ._table import ROWS, Table

if TYPE_CHECKING:
    import polars

Columns = Union[Sequence[str], Literal["used"], None]
"""Names of columns, all of them, or those that hold something."""

_FEW = "counters have few columns, which cannot be chosen"


class ReportedTable(Table, Reported):
    """Rows in memory, and the report of the pass that read them. What is selected or filtered is a
    :class:`Table` without it."""

    def __init__(self, table: _netflow.Table, report: Report) -> None:
        super().__init__(table)
        self._report = report

    def report(self) -> Report:
        """What the pass counted that read the rows."""
        return self._report

    def used(self) -> ReportedTable:
        """The same rows with those columns only that hold a value in any of them."""
        return ReportedTable(super().used()._table, self._report)


class Flows(Rescannable, Reported):
    """Flows of files, read anew by everyone who asks for them. See :func:`scan`."""

    def __init__(self, inputs: list[Opened], options: dict[str, Any]) -> None:
        super().__init__(inputs, _netflow.Reader(inputs, **options))
        self._options = options

    def __reduce__(self) -> tuple[Any, ...]:
        # Of paths and URLs; a file object says itself that it cannot be pickled.
        return Flows, (self._inputs, self._options)

    def read(self, *, progress: bool | None = None) -> ReportedTable:
        """All rows, in memory."""
        rows = self._gathered(progress)
        return ReportedTable(rows, self.report())

    def select(self, *columns: str) -> Flows:
        """The same flows with these columns only; others are not decoded."""
        if self._options["counters"]:
            raise ValueError(_FEW)
        names, file = chosen(columns)
        return Flows(self._inputs, {**self._options, "columns": names, "file": file})

    def lazy(self) -> polars.LazyFrame:
        """A ``polars.LazyFrame``: only columns that the query needs are decoded, and reading
        stops when it has enough rows."""
        pl = imported("polars")
        plugins = imported("polars.io.plugins")

        def source(
            with_columns: list[str] | None,
            predicate: polars.Expr | None,
            n_rows: int | None,
            batch_size: int | None,
        ) -> Iterator[polars.DataFrame]:
            options = dict(self._options)
            if with_columns is not None and not options["counters"]:
                options["columns"], options["file"] = chosen(with_columns)
            if batch_size is not None:
                options["rows"] = max(1, min(options["rows"], batch_size))
            left = n_rows
            for batch in _netflow.Reader(self._inputs, **options).open():
                frame = pl.DataFrame(batch)
                if left is not None:
                    frame = frame.head(left)
                    left -= len(frame)
                if with_columns is not None:
                    frame = frame.select(with_columns)
                if predicate is not None:
                    frame = frame.filter(predicate)
                yield frame
                if left is not None and left <= 0:
                    return

        schema = pl.DataFrame(self._reader.empty()).schema
        return plugins.register_io_source(source, schema=schema)

    def report(self) -> Report:
        """What the last complete pass counted; reads the files if there was none. Those of
        :meth:`lazy` are passes of their own."""
        report = self._reader.report
        if report is None:
            options = {**self._options, "columns": ["frame"]}
            reader = _netflow.Reader(self._inputs, **options)
            for _ in reader.open():
                pass
            report = reader.report
            assert report is not None
        return Report(report)

    def __repr__(self) -> str:
        files = self.files
        shown = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
        return f"<netflow_rs.Flows of {shown}, {len(self.columns)} columns, not read yet>"

    def _repr_html_(self) -> str:
        files = "".join(f"<li>{html.escape(name)}</li>" for name in self.files[:10])
        more = f"<li>and {len(self.files) - 10} more</li>" if len(self.files) > 10 else ""
        columns = ", ".join(html.escape(name) for name in self.columns)
        return (
            f"<p><b>Flows</b> of</p><ul>{files}{more}</ul>"
            f"<p>{len(self.columns)} columns: {columns}</p>"
            "<p>Nothing is read before something asks for the flows.</p>"
        )


@lists(reading)
def scan(
    source: Inputs,
    *,
    columns: Columns = None,
    where: str | None = None,
    addresses: Addresses = "text",
    types: Types = "native",
    table: RowKind = "flows",
    rows: int = ROWS,
    split_biflows: bool = False,
    discarded: bool = False,
    **options: Unpack[InputOptions],
) -> Flows:
    """Flows of captures and IPFIX files, lazily: nothing is read before it is needed, and
    each use reads the files again.

    Args:
        source: a path, a pattern such as ``"captures/*.pcap.gz"``, a URL that fsspec opens, a
            file object opened with mode ``"rb"``, or several of these. The format is
            detected from the content: pcap, pcapng or IPFIX, plain, gzip or zstd.
        columns: of :data:`COLUMNS`, and ``"file"``, which comes first; only these are decoded.
            All by default, the same for every file, and ``"file"`` if there are several;
            ``"used"`` reads the files once to find the columns that hold a value.
        where: only flows that match this expression, such as ``"proto tcp and dst port 443"``, in the
            language of the command's ``--where``; the others are passed over before columns are built.
            A :class:`FilterError` points at the column that is wrong.
        addresses: ``"text"``, ``"octets"`` (16 of them, IPv4 as ``::ffff:a.b.c.d``), ``"view"``
            (4 or 16), or ``"key"`` (a number to group by).
        types: ``"native"``, ``"plain"`` (without dictionaries) or ``"spark"``.
        table: ``"flows"``, or ``"counters"`` of sFlow.
        rows: of a batch at most.
        split_biflows: a record of two directions (RFC 5103) makes two rows.
        discarded: discarded packets of sFlow are rows too.
        ports: additional UDP ports on which every datagram is decoded, and TCP ports of IPFIX.
        strict: a file that cannot be read to its end is an error, not a warning.
        state: of :meth:`Decoder.save`: templates and names to begin with.
        sampling: rates of exporters that announce none, by address or subnet:
            ``{"192.0.2.0/24": 1000}`` is one packet of 1000. The longest prefix counts.
        sampling_override: rates that replace those that exporters announce.
        options_scope: ``"domain"``: sampling rates and names in options apply to the observation
            domain that sends them; ``"exporter"``: to the exporter's other domains too, as long
            as those agree.
        second_counters: what elements 23 and 24 beside 1 and 2 count, by address or subnet of
            exporters: ``"biflow"``, the reverse direction, or ``"post"``, the same packets after
            the exporter. Without it, the meaning is inferred from the records.
        definitions: files with definitions of elements, as the command's ``--definitions``.
        interface_names: CSV files that name interfaces, as the command's ``--interface-names``.
        by_port: each source port of an address is an exporter of its own.
        limits: of the decoder's memory and work, such as ``{"state_octets": 16 << 20}``; see
            :class:`Limits`.
    """
    inputs = expand(source)
    choice("table", table, RowKind)
    if table == "counters" and columns is not None:
        raise ValueError(_FEW)
    if table == "counters" and where is not None:
        raise ValueError("where chooses among flows, not counters")
    names, file = chosen(None if columns == "used" else columns)
    reader: dict[str, Any] = {
        "columns": names,
        "where": where,
        # Of one file its name is a column only if it is asked for.
        "file": file or (names is None and len(inputs) > 1),
        "addresses": choice("addresses", addresses, Addresses),
        "types": choice("types", types, Types),
        "counters": table == "counters",
        "rows": row_limit(rows),
        "split_biflows": split_biflows,
        "discarded": discarded,
        **reading(**options),
    }
    if columns == "used":
        reader["columns"] = _used(inputs, reader)
    return Flows(inputs, reader)


def _used(inputs: list[Opened], options: dict[str, Any]) -> list[str]:
    """Columns of flows that hold a value, found by a pass over the files."""
    # Numbers are the smallest form of addresses.
    reader = _netflow.Reader(inputs, **{**options, "addresses": "key", "warn": False})
    used: set[str] = set()
    for batch in reader.open():
        used.update(name for name, each in zip(batch.column_names, batch.used()) if each)
    return [name for name in reader.column_names if name in used and name != "file"]


@lists(scan)
def read(
    source: Inputs,
    *,
    columns: Columns = None,
    table: RowKind = "flows",
    progress: bool | None = None,
    **options: Unpack[ScanOptions],
) -> ReportedTable:
    """Flows of captures and IPFIX files, in memory.

    Without ``columns``, columns that hold no value are left out. What could not be decoded is in
    ``stats`` and ``problems`` of the table, what was lost before in ``domains``. The arguments are those of
    :func:`scan`; ``progress`` shows a bar of tqdm, in a notebook unless it is ``False``.
    """
    flows = scan(source, columns=columns, table=table, **options)
    found = flows.read(progress=progress)
    # Of all columns, most exporters fill a few: the others would take most of the memory.
    return found.used() if columns is None and table == "flows" and len(found) else found
