"""The data source in local mode: files split anywhere decode as if they were one."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path
from typing import Any, Iterator

import pyarrow as pa
import pytest

pytest.importorskip("pyspark")

import netflow_rs as nf  # noqa: E402

from ..conftest import TESTDATA, command_rows  # noqa: E402


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    from netflow_rs.spark import NetflowDataSource

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.python.filterPushdown.enabled", "true")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    session.dataSource.register(NetflowDataSource)
    yield session
    session.stop()


def split(capture: Path, into: Path, packets: int) -> list[Path]:
    """A classic little-endian pcap as files of so many packets."""
    octets = capture.read_bytes()
    head, rest = octets[:24], octets[24:]
    pieces: list[bytes] = []
    while rest:
        length = struct.unpack("<I", rest[8:12])[0] + 16
        pieces.append(rest[:length])
        rest = rest[length:]
    paths = []
    for start in range(0, len(pieces), packets):
        path = into / f"{start:04}.pcap"
        path.write_bytes(head + b"".join(pieces[start : start + packets]))
        paths.append(path)
    return paths


def rows(table: pa.Table) -> list[Any]:
    columns = [table[name].to_pylist() for name in sorted(table.column_names)]
    return sorted(zip(*columns), key=repr)


OF_ALL = [name for name in nf.COLUMNS if name not in ("frame",)]


@pytest.mark.parametrize("name", ["genuine/sf_v9.pcap", "genuine/nfr_v9.pcap", "genuine/fp_all.pcap"])
def test_a_capture_that_is_split(spark: Any, name: str, tmp_path: Path) -> None:
    paths = split(TESTDATA / name, tmp_path, 2)
    assert len(paths) > 2
    frame = spark.read.format("netflow").load(str(tmp_path / "*.pcap"))
    assert frame.rdd.getNumPartitions() > 2
    found = frame.select(*OF_ALL).toArrow()
    wanted = pa.table(nf.scan(TESTDATA / name, types="spark", columns=OF_ALL))
    assert rows(found) == rows(wanted)
    assert {row.file for row in frame.select("file").distinct().collect()} <= {
        str(path) for path in paths
    }


def test_data_whose_template_is_in_the_next_file(spark: Any, tmp_path: Path) -> None:
    capture = TESTDATA / "synthetic" / "data_before_template.pcap"
    split(capture, tmp_path, 1)
    frame = spark.read.format("netflow").option("columns", "octets").load(f"{tmp_path}/*.pcap")
    expected = [row.get("octets") for row in command_rows(capture)]
    assert sorted(row.octets for row in frame.collect()) == sorted(expected)


def test_what_is_never_decoded_is_told(spark: Any, tmp_path: Path) -> None:
    capture = TESTDATA / "synthetic" / "data_before_template.pcap"
    first = split(capture, tmp_path, 1)[0]
    problems = spark.read.format("netflow").option("table", "problems").load(str(first))
    assert [row.kind for row in problems.collect()] == ["no_template"]
    assert spark.read.format("netflow").load(str(first)).count() == 0


def test_filters_and_columns(spark: Any) -> None:
    path = TESTDATA / "genuine" / "nfr_v9.pcap"
    reader = spark.read.format("netflow").option("addresses", "text")
    frame = reader.option("columns", "source_address,protocol,octets").load(str(path))
    assert frame.columns == ["source_address", "protocol", "octets"]
    found = frame.filter("protocol = 6 and octets > 100").groupBy().sum("octets").collect()[0][0]
    wanted = [row for row in command_rows(path) if row.get("protocol") == 6]
    assert found == sum(row["octets"] for row in wanted if row["octets"] > 100)


def test_an_unknown_column_is_told(spark: Any) -> None:
    path = str(TESTDATA / "genuine" / "nfr_v9.pcap")
    with pytest.raises(Exception, match="did you mean 'octets'"):
        spark.read.format("netflow").option("columns", "octet").load(path)
