"""What is read from files anew by everyone who asks for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Iterator

from . import _netflow
from ._inputs import Opened
from ._optional import imported
from ._progress import Progress
from ._table import Columnar, Table, write_parquet

if TYPE_CHECKING:
    import polars
    import pyarrow


class Rescannable(Columnar):
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
        return Table(self._gathered(progress))

    def _gathered(self, progress: bool | None) -> _netflow.Table:
        batches: list[_netflow.Table] = []
        reading = self._reader.open()
        with Progress(self._inputs, progress) as bar:
            for batch in reading:
                batches.append(batch)
                bar.at(reading.octets_read)
        return _netflow.Table.concat(batches) if batches else self._reader.empty()

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
        write_parquet(path, schema, self._reader.open())

    def to_pyarrow(self) -> pyarrow.Table:
        """A ``pyarrow.Table``."""
        # Read here, where Ctrl-C is heard, not inside of a consumer.
        return imported("pyarrow").table(self.read())

    def to_polars(self) -> polars.DataFrame:
        """A ``polars.DataFrame``."""
        return imported("polars").DataFrame(self.read())
