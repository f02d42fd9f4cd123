"""Flows as Arrow data: lazy, and in memory."""

from __future__ import annotations

import html
import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Literal, Sequence, Union

from . import _netflow
from ._arguments import Addresses, OptionsScope, RowKind, Types, choice, port_list, row_limit
from ._errors import Problem
from ._exporters import Definitions, Meanings, Rates, known
from ._inputs import Inputs, Opened, chosen, expand, nearest

if TYPE_CHECKING:
    import duckdb
    import numpy
    import pandas
    import polars
    import pyarrow

ROWS = 65_536
"""Rows of a batch."""

Columns = Union[Sequence[str], Literal["used"], None]
"""Names of columns, all of them, or those that hold something."""


def _import(name: str, *, needs: str | None = None) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        wanted = needs or name
        raise ImportError(f"{name} is not installed: pip install {wanted}") from error


def _nullable(pandas: Any) -> dict[Any, Any]:
    """Types of pandas by those of Arrow."""
    pyarrow = _import("pyarrow")
    return {
        getattr(pyarrow, name.lower())(): getattr(pandas, f"{name}Dtype")()
        for name in ("UInt8", "UInt16", "UInt32", "UInt64", "Int8", "Int16", "Int32", "Int64")
    }


class _Columns:
    """What everything with columns can become."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        raise NotImplementedError

    def to_pyarrow(self) -> pyarrow.Table:
        """A ``pyarrow.Table``."""
        return _import("pyarrow").table(self)

    def to_polars(self) -> polars.DataFrame:
        """A ``polars.DataFrame``."""
        return _import("polars").DataFrame(self)

    def to_numpy(self) -> dict[str, numpy.ndarray[Any, Any]]:
        """An array of numpy for each column, by its name. Numbers of which some are missing become
        floats with ``nan``, times ``datetime64[ns]`` in UTC, texts and lists objects."""
        table = self.to_pyarrow()
        return {
            name: column.to_numpy()
            for name, column in zip(table.column_names, table.columns)
        }

    def to_pandas(self, **options: Any) -> pandas.DataFrame:
        """A ``pandas.DataFrame``; options are those of ``pyarrow.Table.to_pandas``.

        Whole numbers stay whole: a column of them where some are missing is one of pandas' nullable
        types, such as ``UInt16``, unless there are ``options``.
        """
        pandas = _import("pandas")
        pyarrow = _import("pyarrow", needs="pandas pyarrow")
        table = self.to_pyarrow()
        if options:
            return table.to_pandas(**options)
        is_integer = pyarrow.types.is_integer
        holed = [
            name
            for name, column in zip(table.column_names, table.columns)
            if is_integer(column.type) and column.null_count
        ]
        frame = table.drop_columns(holed).to_pandas()
        whole = table.select(holed).to_pandas(types_mapper=_nullable(pandas).get)
        return pandas.concat([frame, whole], axis=1)[table.column_names]

    def to_duckdb(
        self, connection: duckdb.DuckDBPyConnection | None = None
    ) -> duckdb.DuckDBPyRelation:
        """A DuckDB relation."""
        module = _import("duckdb")
        _import("pyarrow", needs="duckdb pyarrow")
        where = module if connection is None else connection
        return where.from_arrow(self.to_pyarrow())


_USUAL = frozenset(
    "start end source_address destination_address source_port destination_port protocol "
    "octets packets sampling_rate".split()
)
"""The columns that are shown first."""


class Table(_Columns):
    """Rows in memory. Every Arrow consumer takes it, any number of times."""

    def __init__(self, table: _netflow.Table) -> None:
        self._table = table

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return self._table.column_names

    @property
    def nbytes(self) -> int:
        """Octets of memory that the columns take."""
        return self._table.nbytes

    @property
    def schema(self) -> dict[str, str]:
        """Arrow types of the columns by their names; a unit follows in brackets."""
        return {
            name: kind if unit is None else f"{kind} [{unit}]"
            for name, kind, unit in self._table.types
        }

    def head(self, rows: int = 5) -> Table:
        """The first rows."""
        return Table(self._table.first(max(rows, 0)))

    def select(self, *columns: str) -> Table:
        """The same rows with these columns only."""
        return Table(self._table.project([self._place(name) for name in columns]))

    def used(self) -> Table:
        """The same rows with those columns only that hold a value in any of them."""
        used = self._table.used()
        return Table(self._table.project([place for place, each in enumerate(used) if each]))

    def filter(self, mask: Iterable[object] | polars.Expr) -> Table:
        """The rows where a mask is true.

        Args:
            mask: a flag for each row: a list, an array of numpy, a series of pandas or Polars, an
                array of pyarrow; or an expression of Polars, such as ``pl.col("octets") > 1_000``.
        """
        found: Any = mask
        if type(found).__module__.startswith("polars.expr"):
            found = self.to_polars().select(found).to_series()
        elif hasattr(found, "to_pylist"):
            found = found.to_pylist()
        elif hasattr(found, "tolist"):
            found = found.tolist()
        flags = [_flag(each) for each in found]
        if len(flags) != len(self):
            raise ValueError(f"the mask has {len(flags)} flags for {len(self)} rows")
        return Table(self._table.filter(flags))

    def write_parquet(self, path: str | os.PathLike[str]) -> None:
        """Writes the rows to a Parquet file, compressed with zstd; it replaces one of that name when
        it is complete."""
        _write_parquet(path, self._table, [self._table])

    def _place(self, name: str) -> int:
        columns = self.columns
        if name not in columns:
            near = nearest(name, columns)
            raise KeyError(f"no column {name!r}" + (f", did you mean {near!r}?" if near else ""))
        return columns.index(name)

    def __len__(self) -> int:
        return self._table.num_rows

    def __reduce__(self) -> tuple[Any, ...]:
        return _loaded, (self._table.save(),)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._table.__arrow_c_schema__()

    def _shown(self, rows: int) -> tuple[list[str], list[list[str | None]]]:
        """Columns that hold something in the first rows, and these."""
        head = self._table.head(rows)
        used = [
            index
            for index in range(len(self.columns))
            if not head or any(row[index] is not None for row in head)
        ]
        names = [self.columns[index] for index in used]
        return names, [[row[index] for index in used] for row in head]

    def __repr__(self) -> str:
        names, rows = self._shown(5)
        rest = len(self.columns) - len(names)
        order = sorted(range(len(names)), key=lambda place: names[place] not in _USUAL)
        lines = [f"<netflow_rs.Table of {len(self)} rows and {len(self.columns)} columns>"]
        for place in order[:12]:
            values = ", ".join("-" if row[place] is None else str(row[place]) for row in rows)
            lines.append(f"  {names[place]}: {values}{', …' if len(self) > len(rows) else ''}")
        if len(names) > 12 or rest:
            lines.append(f"  … {max(len(names) - 12, 0) + rest} more columns")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        names, rows = self._shown(10)
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        body = "".join(
            "<tr>"
            + "".join(f"<td>{'' if cell is None else html.escape(cell)}</td>" for cell in row)
            + "</tr>"
            for row in rows
        )
        rest = len(self.columns) - len(names)
        note = f"{len(self):,} rows, {len(self.columns)} columns"
        if rest:
            note += f"; {rest} of them empty in the rows shown"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{note}</p>"


def _flag(value: object) -> bool:
    """A flag; of numpy too, and null is false."""
    if isinstance(value, bool) or value is None:
        return bool(value)
    if type(value).__name__ in ("bool_", "bool", "NAType"):
        return type(value).__name__ != "NAType" and bool(value)
    raise TypeError(f"a mask has True and False, not {value!r}")


def _write_parquet(
    path: str | os.PathLike[str], schema: _netflow.Table, batches: Iterable[_netflow.Table]
) -> None:
    """A file that has its name once it is complete."""
    final = Path(path)
    part = final.with_name(f"{final.name}.{os.getpid()}.part")
    file = _netflow.ParquetFile(part, schema)
    try:
        for batch in batches:
            file.write(batch)
        file.finish()
        part.replace(final)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _loaded(octets: bytes) -> Table:
    """A table that was pickled."""
    return Table(_netflow.Table.load(octets))


class Report:
    """What a pass counted."""

    def __init__(self, report: dict[str, Any]) -> None:
        self.stats: dict[str, Any] = report["stats"]
        """Counters by name; ``stats["problems"]`` by the kind of problem."""
        self.problems: list[Problem] = report["problems"]
        """The first problems, 1,000 at most."""
        self.templates: list[dict[str, Any]] = report["templates"]
        """Templates in force at the end."""
        self.domains: list[dict[str, Any]] = report["domains"]
        """What each observation domain sent, and what of it was lost."""
        self.faults: list[str] = report["faults"]
        """Files that could not be read to their end."""

    def __repr__(self) -> str:
        counts = {name: count for name, count in self.stats.items() if count}
        return f"<netflow_rs.Report {counts}>"


class Rescannable(_Columns):
    """What is read from files anew by everyone who asks for it."""

    def __init__(self, inputs: list[Opened], reader: _netflow.Reader) -> None:
        self._inputs = inputs
        self._reader = reader

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return self._reader.column_names

    @property
    def files(self) -> list[str]:
        """What is read, in this order."""
        return [name for name, _ in self._inputs]

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._reader.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._reader.__arrow_c_schema__()

    def batches(self) -> Iterator[Table]:
        """One batch after the other, each of bounded size."""
        return (Table(batch) for batch in self._reader.open())

    __iter__ = batches

    def read(self, *, progress: bool | None = None) -> Table:
        """All rows, in memory."""
        batches: list[_netflow.Table] = []
        reading = self._reader.open()
        with Progress(self._inputs, progress) as bar:
            for batch in reading:
                batches.append(batch)
                bar.at(reading.octets_read)
        if not batches:
            return Table(self._reader.empty())
        return Table(_netflow.Table.concat(batches))

    def head(self, rows: int = 5) -> Table:
        """The first rows; what follows them is not read."""
        batches: list[_netflow.Table] = []
        left = max(rows, 0)
        reading = self._reader.open()
        while left > 0:
            batch = next(reading, None)
            if batch is None:
                break
            batches.append(batch.first(left))
            left -= batches[-1].num_rows
        return Table(_netflow.Table.concat(batches or [self._reader.empty()]))

    @property
    def schema(self) -> dict[str, str]:
        """Arrow types of the columns by their names; a unit follows in brackets."""
        return Table(self._reader.empty()).schema

    def write_parquet(self, path: str | os.PathLike[str]) -> None:
        """Writes all rows to a Parquet file, batch by batch."""
        schema = self._reader.empty()
        _write_parquet(path, schema, self._reader.open())

    def to_pyarrow(self) -> pyarrow.Table:
        """A ``pyarrow.Table``."""
        # Read here, where Ctrl-C is heard, not inside of a consumer.
        return _import("pyarrow").table(self.read())

    def to_polars(self) -> polars.DataFrame:
        """A ``polars.DataFrame``."""
        return _import("polars").DataFrame(self.read())


class Flows(Rescannable):
    """Flows of files, read anew by everyone who asks for them. See :func:`scan`."""

    def __init__(self, inputs: list[Opened], options: dict[str, Any]) -> None:
        super().__init__(inputs, _netflow.Reader(inputs, **options))
        self._options = options

    def __reduce__(self) -> tuple[Any, ...]:
        # Of paths and URLs; a file object says itself that it cannot be pickled.
        return Flows, (self._inputs, self._options)

    def select(self, *columns: str) -> Flows:
        """The same flows with these columns only; others are not decoded."""
        if self._options["counters"]:
            raise ValueError(_FEW)
        names, file = chosen(columns)
        return Flows(self._inputs, {**self._options, "columns": names, "file": file})

    def lazy(self) -> polars.LazyFrame:
        """A ``polars.LazyFrame``: only columns that the query needs are decoded, and reading
        stops when it has enough rows."""
        pl = _import("polars")
        plugins = _import("polars.io.plugins")

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

    @property
    def stats(self) -> dict[str, Any]:
        """Counters of :meth:`report`."""
        return self.report().stats

    @property
    def problems(self) -> list[Problem]:
        """Problems of :meth:`report`."""
        return self.report().problems

    @property
    def templates(self) -> list[dict[str, Any]]:
        """Templates of :meth:`report`."""
        return self.report().templates

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


class Progress:
    """A bar of tqdm on long reads, if it is asked for, or in a notebook."""

    def __init__(self, inputs: list[Opened], wanted: bool | None) -> None:
        self.bar: Any = None
        if wanted is False or (wanted is None and not _in_notebook()):
            return
        try:
            tqdm = importlib.import_module("tqdm.auto").tqdm
        except ImportError:
            if wanted:
                _import("tqdm")
            return
        sizes = [os.path.getsize(name) for name, opener in inputs if opener is None]
        total = sum(sizes) if len(sizes) == len(inputs) else None
        self.bar = tqdm(total=total, unit="B", unit_scale=True, delay=0.5, desc="flows")

    def __enter__(self) -> Progress:
        return self

    def at(self, octets: int) -> None:
        if self.bar is not None:
            self.bar.update(octets - self.bar.n)

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()


def _in_notebook() -> bool:
    import sys

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"


_FEW = "counters have few columns, which cannot be chosen"


def _options(
    source: Inputs,
    *,
    columns: Columns,
    where: str | None,
    addresses: str,
    types: str,
    table: str,
    rows: int,
    split_biflows: bool,
    discarded: bool,
    ports: Sequence[int],
    strict: bool,
    state: bytes | None,
    sampling: Rates,
    sampling_override: Rates,
    options_scope: str,
    second_counters: Meanings,
    definitions: Definitions,
    by_port: bool,
) -> tuple[list[Opened], dict[str, Any]]:
    inputs = expand(source)
    choice("table", table, RowKind)
    if table == "counters" and columns is not None:
        raise ValueError(_FEW)
    if table == "counters" and where is not None:
        raise ValueError("where chooses among flows, not counters")
    names, file = chosen(None if columns == "used" else columns)
    options = {
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
        "ports": port_list(ports),
        "strict": strict,
        "state": state,
        "exporters": known(
            sampling, sampling_override, options_scope, second_counters, definitions, by_port
        ),
    }
    if columns == "used":
        options["columns"] = _used(inputs, options)
    return inputs, options


def _used(inputs: list[Opened], options: dict[str, Any]) -> list[str]:
    """Columns of flows that hold a value, found by a pass over the files."""
    # Numbers are the smallest form of addresses.
    reader = _netflow.Reader(inputs, **{**options, "addresses": "key", "warn": False})
    used: set[str] = set()
    for batch in reader.open():
        used.update(name for name, each in zip(batch.column_names, batch.used()) if each)
    return [name for name in reader.column_names if name in used and name != "file"]


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
    ports: Sequence[int] = (),
    strict: bool = False,
    state: bytes | None = None,
    sampling: Rates = None,
    sampling_override: Rates = None,
    options_scope: OptionsScope = "domain",
    second_counters: Meanings = None,
    definitions: Definitions = (),
    by_port: bool = False,
) -> Flows:
    """Flows of captures and IPFIX files, lazily: nothing is read before it is asked for, and
    everyone who asks gets a fresh pass.

    Args:
        source: a path, a pattern such as ``"captures/*.pcap.gz"``, a URL that fsspec opens, a
            file object opened with mode ``"rb"``, or several of these. What a file is, its
            content shows: pcap, pcapng or IPFIX, plain, gzip or zstd.
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
        ports: further ports that collectors listen on.
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
            the exporter. Without it, records show which of them.
        definitions: files with definitions of elements, as the command's ``--definitions``.
        by_port: each source port of an address is an exporter of its own.
    """
    return Flows(
        *_options(
            source,
            columns=columns,
            where=where,
            addresses=addresses,
            types=types,
            table=table,
            rows=rows,
            split_biflows=split_biflows,
            discarded=discarded,
            ports=ports,
            strict=strict,
            state=state,
            sampling=sampling,
            sampling_override=sampling_override,
            options_scope=options_scope,
            second_counters=second_counters,
            definitions=definitions,
            by_port=by_port,
        )
    )


def read(
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
    ports: Sequence[int] = (),
    strict: bool = False,
    state: bytes | None = None,
    sampling: Rates = None,
    sampling_override: Rates = None,
    options_scope: OptionsScope = "domain",
    second_counters: Meanings = None,
    definitions: Definitions = (),
    by_port: bool = False,
    progress: bool | None = None,
) -> Table:
    """Flows of captures and IPFIX files, in memory.

    Without ``columns``, columns that hold no value are left out. The arguments are those of
    :func:`scan`; ``progress`` shows a bar of tqdm, in a notebook unless it is ``False``.
    """
    flows = scan(
        source,
        columns=columns,
        where=where,
        addresses=addresses,
        types=types,
        table=table,
        rows=rows,
        split_biflows=split_biflows,
        discarded=discarded,
        ports=ports,
        strict=strict,
        state=state,
        sampling=sampling,
        sampling_override=sampling_override,
        options_scope=options_scope,
        second_counters=second_counters,
        definitions=definitions,
        by_port=by_port,
    )
    found = flows.read(progress=progress)
    # Of all columns, most exporters fill a few: the others would take most of the memory.
    return found.used() if columns is None and table == "flows" and len(found) else found
