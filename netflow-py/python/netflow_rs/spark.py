"""Flows in Apache Spark: a Python Data Source, for PySpark 4.

::

    from netflow_rs.spark import NetflowDataSource

    spark.dataSource.register(NetflowDataSource)
    spark.read.format("netflow").load("captures/*.pcap")

Options:

``columns``
    names separated by commas; only these are decoded. All, and ``file``, if not given.
``addresses``
    ``"octets"`` (16 of them, the default), ``"view"`` (4 or 16), ``"text"`` or ``"key"``.
``table``
    ``"flows"``, or ``"problems"``: what could not be decoded, a row each.
``ports``
    further ports that collectors listen on, separated by commas.
``lookahead``
    how many of the next files are searched for a template that data waits for: 1.

A partition is a file. What exporters taught before it, templates above all, comes with it: an
index pass on the driver decodes the files in the order of their names and saves what the
decoder knows at the start of each. Files whose data waits for a template of the next are one
partition with it. So a capture that was split decodes as if it were one; what stays without
a template is told by a warning and in the table ``problems``.

Paths are those of :func:`netflow_rs.scan`: patterns, and what fsspec opens. Executors need this
package, and PYSPARK_PYTHON the Python that has it.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import datasource as ds
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.types import StructType
from pyspark.sql.pandas.types import from_arrow_schema

from . import _netflow
from ._errors import NetflowError, NetflowWarning
from ._flows import Flows, Report, _options
from ._inputs import COLUMNS, expand

_PROBLEMS = pa.schema(
    [
        ("file", pa.string()),
        ("frame", pa.int64()),
        ("exporter", pa.string()),
        ("kind", pa.string()),
        ("message", pa.string()),
        ("offset", pa.int64()),
        ("octets", pa.int64()),
    ]
)


@dataclass
class FilesOfOnePartition(InputPartition):
    """Files, and what exporters taught before them."""

    paths: list[str]
    state: bytes | None

    def __init__(self, paths: list[str], state: bytes | None) -> None:
        super().__init__(paths)
        self.paths = paths
        self.state = state


@dataclass(frozen=True)
class _Wanted:
    paths: list[str]
    columns: list[str]
    addresses: str
    table: str
    ports: list[int]
    lookahead: int

    @staticmethod
    def of(options: dict[str, str]) -> _Wanted:
        def words(name: str) -> list[str]:
            return [each.strip() for each in options.get(name, "").split(",") if each.strip()]

        paths = json.loads(options["paths"]) if "paths" in options else [options.get("path", "")]
        if not any(paths):
            raise NetflowError('give a path: .load("captures/*.pcap")', kind="no_path")
        table = options.get("table", "flows")
        if table not in ("flows", "problems"):
            raise NetflowError(f'table is "flows" or "problems", not {table!r}', kind="option")
        return _Wanted(
            paths=paths,
            columns=words("columns") or ["file", *COLUMNS],
            addresses=options.get("addresses", "octets"),
            table=table,
            ports=[int(port) for port in words("ports")],
            lookahead=int(options.get("lookahead", "1")),
        )

    def flows(self, paths: Sequence[str], state: bytes | None, columns: Sequence[str]) -> Flows:
        """A scan of these files."""
        inputs, options = _options(
            list(paths),
            columns=[name for name in columns if name != "file"],
            addresses=self.addresses,
            types="spark",
            table="flows",
            rows=1 << 16,
            split_biflows=False,
            discarded=False,
            ports=self.ports,
            strict=False,
            state=state,
        )
        return Flows(inputs, {**options, "file": "file" in columns})

    def schema(self) -> pa.Schema:
        """Of the rows."""
        if self.table == "problems":
            return _PROBLEMS
        first = expand(self.paths)[0][0]
        found = pa.schema(self.flows([first], None, self.columns))
        of = {field.name: field for field in found}
        of["file"] = pa.field("file", pa.string())
        return pa.schema([of[name].remove_metadata() for name in self.columns])


class NetflowDataSource(DataSource):
    """``spark.read.format("netflow")``; see the module."""

    @classmethod
    def name(cls) -> str:
        """The name of the format."""
        return "netflow"

    def schema(self) -> StructType:
        """The columns."""
        return from_arrow_schema(_Wanted.of(dict(self.options)).schema())

    def reader(self, schema: StructType) -> DataSourceReader:
        """What reads."""
        return NetflowReader(_Wanted.of(dict(self.options)))


class NetflowReader(DataSourceReader):
    """Plans partitions on the driver, and reads them on executors."""

    def __init__(self, wanted: _Wanted) -> None:
        self.wanted = wanted
        self.filters: list[ds.Filter] = []

    def pushFilters(self, filters: list[ds.Filter]) -> Iterable[ds.Filter]:
        """Takes comparisons of columns; gives back the others."""
        for each in filters:
            if self.wanted.table == "flows" and _expression(each) is not None:
                self.filters.append(each)
            else:
                yield each

    def partitions(self) -> list[InputPartition]:
        """The index pass."""
        paths = [name for name, _ in expand(self.wanted.paths)]
        partitions: list[InputPartition] = []
        state: bytes | None = None
        waiting = 0
        while paths:
            count, index = 1, self._index(paths[:1], state)
            for more in range(2, min(len(paths), 1 + self.wanted.lookahead) + 1):
                if index.waiting == 0:
                    break
                longer = self._index(paths[:more], state)
                if longer.late > index.late:
                    count, index = more, longer
            partitions.append(FilesOfOnePartition(paths[:count], state))
            waiting += index.waiting
            state, paths = index.state, paths[count:]
        if waiting:
            warnings.warn(
                f"{waiting} data sets have no template in these files and are no rows; "
                '.option("table", "problems") tells which',
                NetflowWarning,
                stacklevel=2,
            )
        return partitions

    def _index(self, paths: list[str], state: bytes | None) -> _Index:
        with warnings.catch_warnings():
            # They are told when the rows are read.
            warnings.simplefilter("ignore", NetflowWarning)
            return _Index(self.wanted.flows(paths, state, ["frame"]))

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """The rows of a partition."""
        assert isinstance(partition, FilesOfOnePartition)
        if self.wanted.table == "problems":
            yield self._problems(partition)
            return
        schema = self.wanted.schema()
        flows = self.wanted.flows(partition.paths, partition.state, self.wanted.columns)
        reader = pa.RecordBatchReader.from_stream(flows)
        for batch in reader:
            if "file" in schema.names and "file" not in batch.schema.names:
                file = pa.array([partition.paths[0]] * batch.num_rows, pa.string())
                batch = batch.append_column("file", file)
            batch = batch.select(schema.names).cast(schema)
            for each in self.filters:
                batch = batch.filter(_expression(each))
            if batch.num_rows:
                yield batch

    def _problems(self, partition: FilesOfOnePartition) -> pa.RecordBatch:
        flows = self.wanted.flows(partition.paths, partition.state, ["frame"])
        rows = [
            {
                "file": problem.file,
                "frame": problem.frame,
                "exporter": problem.exporter,
                "kind": problem.kind,
                "message": problem.message,
                "offset": problem.offset,
                "octets": problem.octets,
            }
            for problem in flows.problems
        ]
        return pa.RecordBatch.from_pylist(rows, schema=_PROBLEMS)


class _Index:
    """What the decoder knows behind some files, and what still waits."""

    def __init__(self, flows: Flows) -> None:
        reader = _netflow.Reader(flows._inputs, **flows._options)
        reading = reader.open()
        for _ in reading:
            pass
        assert reader.report is not None
        stats = Report(reader.report).stats
        self.state = reading.save()
        self.late: int = stats["late_sets"]
        without = stats["problems"].get("no_template", 0)
        self.waiting: int = max(without - self.late, 0)


def _expression(each: Any) -> pc.Expression | None:
    """A filter of Spark as one of Arrow; ``None`` if there is no such."""
    attribute = getattr(each, "attribute", None)
    if not isinstance(attribute, tuple) or len(attribute) != 1:
        return None
    field = pc.field(attribute[0])
    try:
        if isinstance(each, ds.EqualTo):
            return field == pc.scalar(each.value)
        if isinstance(each, ds.GreaterThan):
            return field > pc.scalar(each.value)
        if isinstance(each, ds.GreaterThanOrEqual):
            return field >= pc.scalar(each.value)
        if isinstance(each, ds.LessThan):
            return field < pc.scalar(each.value)
        if isinstance(each, ds.LessThanOrEqual):
            return field <= pc.scalar(each.value)
        if isinstance(each, ds.In):
            return field.isin(list(each.value))
        if isinstance(each, ds.IsNotNull):
            return field.is_valid()
        if isinstance(each, ds.IsNull):
            return field.is_null()
    except pa.ArrowInvalid:
        return None
    return None
