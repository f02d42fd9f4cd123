"""Captures through Spark are what one pass over them is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import netflow_rs as nf
from netflow_rs import partitions
from netflow_rs.spark import index
from tests.pieces import cut

ROOT = Path(__file__).resolve().parents[2]
TESTDATA = ROOT / "testdata"
OVS = TESTDATA / "genuine" / "ovs.pcap"


def rows(table: Any) -> Counter[str]:
    return Counter(map(repr, table.to_pylist()))


def expected(source: Any, columns: list[str], types: str = "spark") -> pa.Table:
    """What one pass returns, in the types of Spark."""
    flows = nf.scan(source, columns=columns, addresses="text", types=types)
    return pa.table(flows.read())


def plan_of(frame: DataFrame) -> str:
    return frame._jdf.queryExecution().executedPlan().toString()  # pyright: ignore


@pytest.mark.parametrize(
    "path",
    [
        "genuine/ovs.pcap",
        "genuine/pm_v9.pcap",
        "genuine/pm_v10.pcap",
        "genuine/pm_sf.pcap",
        "synthetic/data_before_template.pcap",
        "synthetic/ipfix_withdrawal.pcap",
    ],
)
def test_a_capture_in_pieces_is_the_capture(
    spark: SparkSession, path: str, tmp_path: Path
) -> None:
    capture = TESTDATA / path
    pieces = cut(capture, 4, tmp_path)
    columns = [name for name in nf.COLUMNS if name != "frame"]
    flows = spark.read.format("netflow").load(f"{tmp_path}/*.pcap")
    assert flows.columns == ["file", *nf.COLUMNS]
    found = flows.select(columns).toArrow()
    whole = expected(capture, columns)
    assert found.num_rows > 0
    assert rows(found) == rows(whole)
    # Late flows are of the file that they came in.
    by_file = {row["file"]: row["count"] for row in flows.groupBy("file").count().collect()}
    several = pa.table(nf.read(pieces, types="plain"))
    names = Counter(several["file"].to_pylist())
    assert by_file == names

    counts = spark.read.format("netflow").option("table", "counts").load(f"{tmp_path}/*.pcap")
    report = nf.scan(pieces).report()
    total = counts.agg(
        F.sum("rows"), F.sum("datagrams"), F.sum("unreadable"), F.sum("undecoded_sets")
    ).collect()[0]
    assert list(total) == [
        len(whole),
        report.stats["datagrams"],
        report.stats["unreadable"],
        report.stats["problems"].get("no_template", 0) - report.stats["late_sets"],
    ]


def test_columns_by_option(spark: SparkSession) -> None:
    read = spark.read.format("netflow").option("columns", "source_address, octets")
    flows = read.load(str(OVS))
    assert flows.dtypes == [("source_address", "string"), ("octets", "bigint")]
    assert rows(flows.toArrow()) == rows(expected(OVS, ["source_address", "octets"]))
    assert read.option("file", "true").load(str(OVS)).columns[0] == "file"


def test_columns_by_schema(spark: SparkSession) -> None:
    read = spark.read.format("netflow")
    flows = read.schema("octets bigint, received timestamp").load(str(OVS))
    assert rows(flows.toArrow()) == rows(expected(OVS, ["octets", "received"]))
    with pytest.raises(PySparkException, match="octets.*bigint.*string"):
        read.schema("octets string").load(str(OVS)).collect()


def test_several_paths(spark: SparkSession, tmp_path: Path) -> None:
    pieces = [str(path) for path in cut(OVS, 3, tmp_path)]
    read = spark.read.format("netflow").option("columns", "octets")
    assert read.load(pieces).count() == len(expected(OVS, ["octets"]))  # pyright: ignore
    assert read.load(pieces[:1]).count() < len(expected(OVS, ["octets"]))  # pyright: ignore
    packed = read.option("partitionOctets", "10000000").load(pieces)  # pyright: ignore
    assert packed.rdd.getNumPartitions() == 1
    assert packed.count() == len(expected(OVS, ["octets"]))


FILTERS: list[tuple[str, Any, bool]] = [
    ("octets = 66", pc.field("octets") == 66, True),
    ("octets != 66", pc.field("octets") != 66, True),
    (
        "octets > 100 and octets <= 2000",
        (pc.field("octets") > 100) & (pc.field("octets") <= 2000),
        True,
    ),
    ("source_port in (53, 80, 443)", pc.field("source_port").isin([53, 80, 443]), True),
    (
        "source_port not in (53, 80)",
        ~pc.field("source_port").isin([53, 80]) & pc.field("source_port").is_valid(),
        True,
    ),
    ("vlan is null", pc.field("vlan").is_null(), True),
    ("vlan is not null", pc.field("vlan").is_valid(), True),
    ("vlan <=> 5", (pc.field("vlan") == 5).is_valid() & (pc.field("vlan") == 5), True),
    ("source_address like '10.%'", pc.starts_with(pc.field("source_address"), "10."), True),
    ("export_protocol = 'ipfix'", pc.field("export_protocol") == "ipfix", True),
    ("exporter_address = '192.0.2.99'", pc.field("exporter_address") == "192.0.2.99", True),
    ("late = true", pc.field("late") == True, True),  # noqa: E712
    ("octets % 2 = 0", pc.bit_wise_and(pc.field("octets"), 1) == 0, False),
]


@pytest.mark.parametrize(("condition", "same", "is_pushed"), FILTERS, ids=lambda each: str(each))
def test_filters(
    spark: SparkSession, condition: str, same: Any, is_pushed: bool, tmp_path: Path
) -> None:
    cut(OVS, 2, tmp_path)
    columns = (
        "export_protocol exporter_address source_address source_port protocol octets vlan late"
    ).split()
    read = spark.read.format("netflow").option("columns", ",".join(columns))
    flows = read.option("pushFilters", "true").load(str(tmp_path)).where(condition)
    assert rows(flows.toArrow()) == rows(expected(OVS, columns).filter(same))
    # What the source answers is no longer in the plan.
    filtered = [line for line in plan_of(flows).splitlines() if "Filter (" in line]
    assert bool(filtered) is not is_pushed


def test_files_of_another_time_are_not_read(spark: SparkSession, tmp_path: Path) -> None:
    cut(OVS, 6, tmp_path)
    every = expected(OVS, ["received", "octets"])
    times = sorted(every["received"].to_pylist())
    middle = times[len(times) // 2]
    read = spark.read.format("netflow").option("columns", "received,octets")
    read = read.option("pushFilters", "true")
    for condition, same in [
        (F.col("received") >= F.lit(middle), pc.field("received") >= middle),
        (F.col("received") < F.lit(middle), pc.field("received") < middle),
        (F.col("received") == F.lit(middle), pc.field("received") == middle),
    ]:
        some = read.load(str(tmp_path)).where(condition)
        assert rows(some.toArrow()) == rows(every.filter(same))
        assert 0 < some.rdd.getNumPartitions() < 6


def test_filters_of_one_query_are_not_those_of_the_next(spark: SparkSession) -> None:
    """They would be, were they pushed by default: Spark keeps them with what was loaded."""
    flows = spark.read.format("netflow").option("columns", "octets").load(str(OVS))
    every = expected(OVS, ["octets"])
    large, small = flows.where("octets > 200"), flows.where("octets <= 200")
    assert 0 < large.count() < len(every)
    assert large.union(small).count() == len(every)
    assert flows.count() == len(every)


def test_what_cannot_be_decoded(spark: SparkSession, tmp_path: Path) -> None:
    pieces = cut(TESTDATA / "genuine" / "pm_v9.pcap", 9, tmp_path)
    kinds = {
        path: pa.ipc.open_stream(partitions.index(str(path)).announcements).read_all()["kind"]
        for path in pieces
    }
    rest = [str(path) for path in pieces if "templates" not in kinds[path].to_pylist()]
    stats = nf.scan(rest).report().stats
    lost = stats["problems"]["no_template"] - stats["late_sets"]
    assert lost > 0
    read = spark.read.format("netflow")
    counts = read.option("table", "counts").load(rest)  # pyright: ignore
    assert counts.agg(F.sum("undecodable")).collect()[0][0] == lost

    read = spark.read.format("netflow").option("columns", "octets")
    counted = tmp_path / "counted"
    assert read.option("counts", str(counted)).load(rest).count() >= 0  # pyright: ignore
    found = [json.loads(path.read_text()) for path in sorted(counted.iterdir())]
    assert len(found) == len(rest)
    assert sum(each["undecodable"] for each in found) == lost

    with pytest.raises(PySparkException, match="had no template"):
        read.option("mode", "failfast").load(rest).count()  # pyright: ignore
    # Nothing is wrong with the whole.
    whole = read.option("mode", "failfast").load([str(path) for path in pieces])  # pyright: ignore
    assert whole.count() == len(expected(pieces, ["octets"]))


def test_an_index_of_its_own(spark: SparkSession, tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    pieces = cut(OVS, 5, folder)
    kept = str(tmp_path / "index.parquet")
    assert index(spark, [str(path) for path in pieces[:3]], kept) == 3
    assert index(spark, str(folder), kept) == 2
    assert index(spark, str(folder), kept) == 0
    read = spark.read.format("netflow").option("columns", "octets").option("index", kept)
    assert read.load(str(folder)).count() == len(expected(OVS, ["octets"]))
    # It is what is planned by: with another one, these files have other templates.
    empty = partitions.index(str(TESTDATA / "genuine" / "pm_v5.pcap")).announcements
    forged = [
        partitions.FileIndex(**{**each.__dict__, "announcements": empty})
        for each in partitions.load(kept)
    ]
    partitions.save(forged, kept)
    assert read.load(str(folder)).count() < len(expected(OVS, ["octets"]))


def test_a_large_file_is_divided(spark: SparkSession) -> None:
    """Into parts that executors decode separately, with the templates in force at their start."""
    columns = ["frame", "source_address", "octets", "template_id"]
    for name in ("ovs", "pm_v9", "pm_v10"):
        capture = TESTDATA / "genuine" / f"{name}.pcap"
        read = spark.read.format("netflow").option("columns", ",".join(columns))
        flows = read.option("partitionOctets", "1500").load(str(capture))
        assert flows.rdd.getNumPartitions() >= capture.stat().st_size // 3_200
        assert rows(flows.toArrow()) == rows(expected(capture, columns))
    counts = read.option("table", "counts").option("partitionOctets", "1500")
    counted = counts.load(str(OVS)).agg(F.sum("rows"), F.sum("undecodable")).collect()[0]
    assert counted[0] == len(expected(OVS, ["octets"])) and counted[1] == 0


def test_paths_through_fsspec(spark: SparkSession, tmp_path: Path) -> None:
    cut(OVS, 3, tmp_path)
    read = spark.read.format("netflow").option("columns", "octets").option("file", "true")
    flows = read.option("storage", '{"auto_mkdir": false}').load(f"file://{tmp_path}/*.pcap")
    assert flows.count() == len(expected(OVS, ["octets"]))
    assert all(row.file.startswith("file://") for row in flows.select("file").distinct().collect())


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        ("colums", "octets", "there is no option 'colums'"),
        ("columns", "octet", "did you mean 'octets'"),
        ("table", "flow", "table is one of"),
        ("rows", "many", "rows is a number"),
        ("file", "yes", "is \"true\" or \"false\""),
    ],
)
def test_wrong_options(spark: SparkSession, option: str, value: str, text: str) -> None:
    with pytest.raises(PySparkException, match=text):
        spark.read.format("netflow").option(option, value).load(str(OVS)).collect()


def test_no_such_path(spark: SparkSession) -> None:
    with pytest.raises(PySparkException, match="No such file"):
        spark.read.format("netflow").load("/nowhere/*.pcap").collect()
