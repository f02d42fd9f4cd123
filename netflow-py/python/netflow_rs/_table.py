"""Rows in memory, and what columns can become."""

from __future__ import annotations

import html
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable

from . import _netflow
from ._inputs import nearest
from ._optional import imported

if TYPE_CHECKING:
    import duckdb
    import numpy
    import pandas
    import polars
    import pyarrow

ROWS = 65_536
"""Rows of a batch."""


class Columnar:
    """What everything with columns can become."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        raise NotImplementedError

    def to_pyarrow(self) -> pyarrow.Table:
        """A ``pyarrow.Table``."""
        return imported("pyarrow").table(self)

    def to_polars(self) -> polars.DataFrame:
        """A ``polars.DataFrame``."""
        return imported("polars").DataFrame(self)

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
        pandas = imported("pandas")
        pyarrow = imported("pyarrow", needs="pandas pyarrow")
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
        module = imported("duckdb")
        imported("pyarrow", needs="duckdb pyarrow")
        where = module if connection is None else connection
        return where.from_arrow(self.to_pyarrow())


def _nullable(pandas: Any) -> dict[Any, Any]:
    """Types of pandas by those of Arrow."""
    pyarrow = imported("pyarrow")
    return {
        getattr(pyarrow, name.lower())(): getattr(pandas, f"{name}Dtype")()
        for name in ("UInt8", "UInt16", "UInt32", "UInt64", "Int8", "Int16", "Int32", "Int64")
    }


_USUAL = frozenset(
    "start end source_address destination_address source_port destination_port protocol "
    "octets packets sampling_rate".split()
)
"""The columns that are shown first."""


class Table(Columnar):
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

    def counter_columns(self, structure: str = "if_counters") -> Table:
        """Of a table of counters: a row for each record of a structure of sFlow, with a column for each of its
        counters, after who sent it and when.

        >>> nf.read("capture.pcap", table="counters").counter_columns()  # doctest: +SKIP
        """
        columns = self.columns
        if "structure" not in columns or "counter" not in columns:
            raise ValueError('only counters have structures: read them with table="counters"')
        found = self._table.counter_columns(structure)
        if found.num_rows == 0 and len(self):
            structures = self._table.project([columns.index("structure")])
            names = sorted({name for (name,) in structures.head(len(self)) if name is not None})
            near = nearest(structure, names)
            meant = f", did you mean {near!r}?" if near else f": there are {', '.join(names)}"
            raise KeyError(f"no structure {structure!r}{meant}")
        return Table(found)

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
        write_parquet(path, self._table, [self._table])

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


def write_parquet(
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
