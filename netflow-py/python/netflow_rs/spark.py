"""Captures as a data source of Spark 4.

>>> from netflow_rs.spark import NetflowDataSource
>>> spark.dataSource.register(NetflowDataSource)  # doctest: +SKIP
>>> flows = (
...     spark.read.format("netflow").option("columns", "source_address,octets").load("in/*.pcap")
... )  # doctest: +SKIP

A partition is a file, or with ``partitionOctets`` several small ones or a part of a large one. Before the first is read, the files are indexed, so that each begins with
the templates in force at its start (:mod:`netflow_rs.partitions`); :func:`index` does that once,
on the executors, and keeps it.
"""

# pyright: reportMissingImports=false
# Of pyspark, which only the users of this module have.
from __future__ import annotations

import importlib
import ipaddress
import json
import pickle
from dataclasses import asdict
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping, Sequence

from pyspark.sql import datasource as ds
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from . import partitions as parts
from ._errors import NetflowError
from ._table import ROWS
from ._inputs import check_columns, chosen
from .partitions._index import nanos
from .partitions._storage import writer

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import SparkSession

COUNTS = (
    "files array<string>, rows bigint, datagrams bigint, unreadable bigint, "
    "undecoded_sets bigint, late_sets bigint, problems map<string,bigint>, "
    "faults array<string>, undecodable bigint"
)
"""Columns of the table ``counts``."""

OPTIONS = {
    "path": "paths, patterns and URLs that fsspec opens",
    "paths": "several of them, as JSON; as load([…]) passes them",
    "columns": "names of columns, separated by commas; all by default",
    "file": "true: the name of the file is a column too; so it is if no columns are named",
    "addresses": '"text", "octets" or "key"',
    "table": '"flows", or "counts": the rows of each partition, and what could not be decoded',
    "mode": '"permissive", or "failfast": what cannot be decoded is an error',
    "counts": "a folder to which each partition of flows writes its counts as JSON",
    "chain": '"all", "folder" or "none"; see netflow_rs.partitions.plan',
    "order": '"time" or "given"; see netflow_rs.partitions.plan',
    "index": "what netflow_rs.spark.index wrote",
    "partitionoctets": "of a partition: small files are joined, large ones divided",
    "splitbiflows": "true: a record of two directions makes two rows",
    "discarded": "true: discarded packets of sFlow are rows too",
    "pushfilters": "true: filters are answered here; only if this load is for one query alone",
    "ports": "further ports that collectors listen on, separated by commas",
    "rows": "of a batch at most",
    "sampling": 'rates of exporters that announce none, as JSON: {"192.0.2.0/24": 1000}',
    "samplingoverride": "rates that replace those that exporters announce, as JSON",
    "optionsscope": '"domain", or "exporter": options apply to its other domains too',
    "secondcounters": 'what elements 23 and 24 count, as JSON: {"192.0.2.0/24": "biflow"}',
    "storage": "options of fsspec, as JSON",
}
"""Options by name, in lower case: Spark makes no difference."""


class NetflowDataSource(ds.DataSource):
    """The format ``netflow``; :data:`OPTIONS` lists its options."""

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self.options = _Options(options)

    @classmethod
    def name(cls) -> str:
        return "netflow"

    def schema(self) -> StructType | str:
        if self.options.table == "counts":
            return COUNTS
        return from_arrow_schema(parts.schema(self.options.decoding()))

    def reader(self, schema: StructType) -> ds.DataSourceReader:
        if self.options.table == "counts":
            return CountsReader(self.options)
        # With a schema of the user only its columns are read.
        options = self.options.narrowed(schema)
        return PushingReader(options) if options.push else FlowsReader(options)


class _Options:
    """The options, read."""

    def __init__(self, options: Mapping[str, str]) -> None:
        by_name = {name.lower(): value for name, value in options.items()}
        for name in by_name:
            if name not in OPTIONS:
                raise ValueError(
                    f"there is no option {name!r}; there are {', '.join(sorted(OPTIONS))}"
                )
        self.sources: list[str] = json.loads(by_name.get("paths", "[]"))
        if "path" in by_name:
            self.sources.append(by_name["path"])
        columns = by_name.get("columns")
        self.columns, with_file = chosen(None if columns is None else _listed(columns))
        self.file = _flag(by_name, "file", with_file or self.columns is None)
        self.addresses = by_name.get("addresses", "text")
        self.table = _one_of(by_name, "table", ("flows", "counts"))
        self.mode = _one_of(by_name, "mode", ("permissive", "failfast"))
        self.counts = by_name.get("counts")
        self.chain = _one_of(by_name, "chain", parts.CHAINS)
        self.order = _one_of(by_name, "order", parts.ORDERS)
        self.index = by_name.get("index")
        self.octets = _number(by_name, "partitionoctets", 0)
        self.split_biflows = _flag(by_name, "splitbiflows", False)
        self.push = _flag(by_name, "pushfilters", False)
        self.discarded = _flag(by_name, "discarded", False)
        self.ports = [int(port) for port in _listed(by_name.get("ports", ""))]
        self.rows = _number(by_name, "rows", ROWS)
        self.storage: dict[str, Any] = json.loads(by_name.get("storage", "{}"))
        self.exporters: dict[str, Any] = {
            "sampling": json.loads(by_name.get("sampling", "{}")),
            "sampling_override": json.loads(by_name.get("samplingoverride", "{}")),
            "options_scope": _one_of(by_name, "optionsscope", ("domain", "exporter")),
            "second_counters": json.loads(by_name.get("secondcounters", "{}")),
        }

    def decoding(self) -> dict[str, Any]:
        """What decides which columns and rows there are."""
        return {
            "columns": self.columns,
            "file": self.file,
            "addresses": self.addresses,
            "types": "spark",
            "rows": self.rows,
            "split_biflows": self.split_biflows,
            "discarded": self.discarded,
            "ports": self.ports,
        }

    def narrowed(self, schema: StructType) -> _Options:
        """Only the columns of this schema, whose types have to be those of flows."""
        names = [name for name in schema.names if name != "file"]
        columns = check_columns(names)
        other = _Options.__new__(_Options)
        other.__dict__.update(self.__dict__, columns=columns, file="file" in schema.names)
        found = from_arrow_schema(parts.schema(other.decoding()))
        types = {each.name: each.dataType for each in found}
        for each in schema:
            if each.dataType != types[each.name]:
                raise NetflowError(
                    f"the column {each.name!r} is {types[each.name].simpleString()}, not "
                    f"{each.dataType.simpleString()}",
                    kind="schema",
                )
        if schema.names != found.names:
            raise NetflowError("the column 'file' comes first", kind="schema")
        return other

    def plan(self) -> list[parts.Partition]:
        if not self.sources:
            raise ValueError("there is no path; pass one to load(…)")
        known: list[parts.FileIndex] = []
        if self.index is not None:
            known = parts.load(self.index, storage=self.storage)
        return parts.plan(
            self.sources,
            **self.decoding(),
            **self.exporters,
            chain=self.chain,
            order=self.order,
            octets=self.octets,
            storage=self.storage,
            indexes=known,
        )


class _Files(ds.InputPartition):
    """A partition on its way to an executor."""

    def __init__(self, number: int, partition: parts.Partition) -> None:
        super().__init__(number)
        self.partition = partition


class CountsReader(ds.DataSourceReader):
    """The rows of each partition, and what of it could not be decoded."""

    def __init__(self, options: _Options) -> None:
        self.options = options

    def partitions(self) -> Sequence[ds.InputPartition]:
        return [_Files(number, each) for number, each in enumerate(self.options.plan())]

    def read(self, partition: ds.InputPartition) -> Iterator[tuple[Any, ...]]:
        assert isinstance(partition, _Files)
        yield _row(partition.partition.counts())


class FlowsReader(ds.DataSourceReader):
    """The flows."""

    def __init__(self, options: _Options) -> None:
        self.options = options
        self.filters: list[ds.Filter] = []

    def partitions(self) -> Sequence[ds.InputPartition]:
        return [
            _Files(number, each)
            for number, each in enumerate(self.options.plan())
            if all(_may_hold(each, wanted) for wanted in self._of_files())
        ]

    def _of_files(self) -> list[ds.Filter]:
        """Filters by which a whole file can be passed over."""
        names = {"received", "file"}
        if self.options.addresses == "text":
            names.add("exporter_address")
        return [each for each in self.filters if getattr(each, "attribute", ("",))[0] in names]

    def read(self, partition: ds.InputPartition | None) -> Iterator[pyarrow.RecordBatch]:
        if not isinstance(partition, _Files):
            # Spark makes one of its own where all were passed over.
            return
        schema = parts.schema(self.options.decoding())
        masks = [mask for each in self.filters if (mask := _mask(each, schema)) is not None]
        counted: list[parts.Counts] = []
        for batch in partition.partition.batches(counted.append):
            for mask in masks:
                batch = batch.filter(mask(batch))
            if batch.num_rows > 0:
                yield batch
        self._tell(partition.value, counted[0])

    def _tell(self, number: int, counts: parts.Counts) -> None:
        if self.options.counts is not None:
            path = f"{self.options.counts.rstrip('/')}/part-{number:05}.json"
            text = json.dumps({**asdict(counts), "undecodable": counts.undecodable})
            with writer(path, self.options.storage) as out:
                out.write(text.encode())
        if self.options.mode == "failfast" and counts.undecodable > 0:
            raise NetflowError(parts.describe(counts), kind="undecodable", path=counts.files[0])
        parts.warn(counts)


class PushingReader(FlowsReader):
    """The flows that pass the filters of the query.

    It is not the default. What Spark 4.3 has pushed for one query it keeps for every later plan
    of the same ``load``: of ``a = flows.where(…)`` and ``b = flows.where(…)`` in one query, or of
    ``flows`` itself afterwards, the rows would be those of the filter pushed last. Nor may a
    reader have this method where pushdown is not enabled.
    """

    def pushFilters(self, filters: list[ds.Filter]) -> Iterable[ds.Filter]:
        """Takes the filters that can be tested on Arrow columns; Spark keeps the others."""
        schema = parts.schema(self.options.decoding())
        for each in filters:
            if _mask(each, schema) is None:
                yield each
            else:
                self.filters.append(each)


def index(
    spark: SparkSession,
    source: str | Sequence[str],
    to: str,
    *,
    ports: Sequence[int] = (),
    storage: Mapping[str, Any] | None = None,
) -> int:
    """Indexes files on the executors and writes that to the path or URL ``to``, for the option
    ``index``. What ``to`` holds already is kept, so that only new files are read.

    Returns:
        how many files were indexed now.
    """
    names = parts.files(source, storage=storage)
    try:
        known = parts.load(to, storage=storage)
    except FileNotFoundError:
        known = []
    count = 0

    def on_executors(
        function: Callable[[str], parts.FileIndex], names: Sequence[str]
    ) -> list[parts.FileIndex]:
        nonlocal count
        count = len(names)
        frame = spark.createDataFrame([(name,) for name in names], "file string")

        def each(batches: Iterator[Any]) -> Iterator[Any]:
            import pyarrow as pa

            for batch in batches:
                for name in batch.column(0).to_pylist():
                    octets = pickle.dumps(function(name))
                    yield pa.RecordBatch.from_pydict({"index": pa.array([octets], pa.binary())})

        rows = frame.repartition(count).mapInArrow(each, "index binary").collect()
        return [pickle.loads(row[0]) for row in rows]

    made = parts.gather(names, ports=ports, storage=storage, indexes=known, map=on_executors)
    now = {each.file for each in made}
    kept = [each for each in known if each.file not in now]
    parts.save([*kept, *made], to, storage=storage)
    return count


def _row(counts: parts.Counts) -> tuple[Any, ...]:
    return (
        list(counts.files),
        counts.rows,
        counts.datagrams,
        counts.unreadable,
        counts.undecoded_sets,
        counts.late_sets,
        counts.problems,
        list(counts.faults),
        counts.undecodable,
    )


_Mask = Callable[[Any], Any]

_COMPARED = {
    ds.EqualTo: "equal",
    ds.GreaterThan: "greater",
    ds.GreaterThanOrEqual: "greater_equal",
    ds.LessThan: "less",
    ds.LessThanOrEqual: "less_equal",
}
_TEXT = {
    ds.StringStartsWith: "starts_with",
    ds.StringEndsWith: "ends_with",
    ds.StringContains: "match_substring",
}


def _mask(wanted: ds.Filter, schema: Any) -> _Mask | None:
    """A function that says of each row whether it passes: true, false, or null as SQL has it; ``None``
    for a filter that is left to Spark."""
    import pyarrow as pa

    # Its functions are made at run time.
    pc: Any = importlib.import_module("pyarrow.compute")
    if isinstance(wanted, ds.Not):
        inner = _mask(wanted.child, schema)
        return None if inner is None else lambda batch: pc.invert(inner(batch))
    path: tuple[str, ...] = getattr(wanted, "attribute", ())
    if len(path) != 1 or path[0] not in schema.names:
        return None
    name = path[0]
    kind = schema.field(name).type
    if isinstance(wanted, ds.IsNull):
        return lambda batch: pc.is_null(batch.column(name))
    if isinstance(wanted, ds.IsNotNull):
        return lambda batch: pc.is_valid(batch.column(name))
    if pa.types.is_nested(kind):
        return None
    value = getattr(wanted, "value", None)
    if isinstance(wanted, ds.EqualNullSafe):
        if value is None:
            return lambda batch: pc.is_null(batch.column(name))
        if (scalar := _scalar(value, kind)) is None:
            return None
        return lambda batch: pc.fill_null(pc.equal(batch.column(name), scalar), False)
    if isinstance(wanted, ds.In):
        scalars = [_scalar(each, kind) for each in wanted.value]
        if not scalars or any(each is None for each in scalars):
            return None
        values = pa.array([each.as_py() for each in scalars], kind)
        return lambda batch: pc.if_else(
            pc.is_valid(batch.column(name)),
            pc.is_in(batch.column(name), value_set=values),
            pa.scalar(None, pa.bool_()),
        )
    if type(wanted) in _TEXT and pa.types.is_string(kind) and isinstance(value, str):
        text = getattr(pc, _TEXT[type(wanted)])
        return lambda batch: text(batch.column(name), value)
    if type(wanted) in _COMPARED and (scalar := _scalar(value, kind)) is not None:
        compare = getattr(pc, _COMPARED[type(wanted)])
        return lambda batch: compare(batch.column(name), scalar)
    return None


def _scalar(value: Any, kind: Any) -> Any:
    """A value of Spark in a type of Arrow; ``None`` if it is null or of another type."""
    import pyarrow as pa

    if value is None:
        return None
    if isinstance(value, datetime) and value.tzinfo is None:
        # Spark passes times to Python in the zone of the machine.
        value = value.astimezone(timezone.utc)
    try:
        return pa.scalar(value, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, TypeError):
        return None


def _may_hold(partition: parts.Partition, wanted: ds.Filter) -> bool:
    """Whether a row of the partition may pass; in doubt, it may."""
    name = getattr(wanted, "attribute", ("",))[0]
    values: list[Any]
    if isinstance(wanted, ds.EqualTo):
        values = [wanted.value]
    elif isinstance(wanted, ds.In):
        values = list(wanted.value)
    else:
        values = []
    if partition.late is not None:
        return True
    if name == "file":
        return not values or any(value in partition.files for value in values)
    if name == "exporter_address":
        known = {ipaddress.ip_address(each) for each in partition.exporters}
        return not values or not known or any(_address(value) in known for value in values)
    first, last = partition.first_received, partition.last_received
    if first is None or last is None:
        return True
    # Rows have microseconds.
    times = [_micros(value) for value in values]
    if times:
        return any(first // 1_000 <= time <= last // 1_000 for time in times)
    if isinstance(wanted, (ds.GreaterThan, ds.GreaterThanOrEqual)):
        return last // 1_000 >= _micros(wanted.value)
    if isinstance(wanted, (ds.LessThan, ds.LessThanOrEqual)):
        return first // 1_000 <= _micros(wanted.value)
    return True


def _address(text: str) -> Any:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _micros(time: datetime) -> int:
    since = nanos(time.astimezone(timezone.utc))
    assert since is not None
    return since // 1_000


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _flag(options: Mapping[str, str], name: str, default: bool) -> bool:
    value = options.get(name)
    if value is None:
        return default
    if value.lower() not in ("true", "false"):
        raise ValueError(f'the option {name} is "true" or "false", not {value!r}')
    return value.lower() == "true"


def _number(options: Mapping[str, str], name: str, default: int) -> int:
    value = options.get(name, str(default))
    if not value.isdecimal():
        raise ValueError(f"the option {name} is a number, not {value!r}")
    return int(value)


def _one_of(options: Mapping[str, str], name: str, values: Sequence[str]) -> str:
    value = options.get(name, values[0])
    if value not in values:
        raise ValueError(f"the option {name} is one of {', '.join(values)}, not {value!r}")
    return value
