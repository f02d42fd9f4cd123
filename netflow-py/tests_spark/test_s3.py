"""Captures of S3, which a server of moto in this process plays: real requests of s3fs and boto."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Iterator

import pyarrow as pa
import pytest
import s3fs
from moto.server import ThreadedMotoServer
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import netflow_rs as nf
from netflow_rs import partitions
from netflow_rs.spark import index
from tests.pieces import cut, packets

ROOT = Path(__file__).resolve().parents[2]
CAPTURE = ROOT / "testdata" / "genuine" / "pm_v9.pcap"
COLUMNS = ["source_address", "destination_port", "octets", "template_id"]


@pytest.fixture(scope="module")
def storage() -> Iterator[dict[str, Any]]:
    """Options of fsspec for a server that holds the capture in pieces, and a large one."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    options = {
        "key": "test",
        "secret": "test",
        "client_kwargs": {"endpoint_url": f"http://{host}:{port}"},
    }
    yield options
    server.stop()


@pytest.fixture(scope="module")
def lake(storage: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("lake")
    system = s3fs.S3FileSystem(**storage)
    system.mkdir("lake")
    for path in cut(CAPTURE, 5, folder):
        system.put(str(path), f"lake/in/{path.name}")
    head, all_packets = packets(CAPTURE)
    many = b"".join(all_packets)
    large = folder / "large.pcap"
    # Larger than what s3fs reads at once.
    large.write_bytes(head + many * (12_000_000 // len(many)))
    system.put(str(large), "lake/large/large.pcap")
    yield system
    system.rm("lake", recursive=True)


def rows(table: Any) -> Counter[str]:
    return Counter(map(repr, table.to_pylist()))


def expected(types: str) -> Counter[str]:
    return rows(pa.table(nf.read(CAPTURE, columns=COLUMNS, types=types)))


def test_file_objects(lake: Any) -> None:
    names = sorted(lake.glob("lake/in/*.pcap"))
    files = [lake.open(name, "rb") for name in names]
    flows = nf.scan(files, columns=COLUMNS, addresses="text", types="plain")
    for _ in range(2):
        assert rows(pa.table(flows)) == expected("plain")
    with lake.open("lake/large/large.pcap") as file:
        flows = nf.scan(file, columns=["octets"])
        octets = pa.table(flows)["octets"].to_pylist()
        # Two passes over one file object, in turn.
        both = zip(flows.batches(), flows.batches())
        found = [
            value for two in both for each in two for value in pa.table(each)["octets"].to_pylist()
        ]
        assert sum(found) == 2 * sum(octets) > 0


def test_partitions(lake: Any, storage: dict[str, Any]) -> None:
    for source in ("s3://lake/in/*.pcap", "s3://lake/in"):
        plan = partitions.plan(source, columns=COLUMNS, storage=storage)
        assert len([each for each in plan if each.late is None]) == 5
        found: Counter[str] = Counter()
        for partition in plan:
            found += rows(partition.read())
        assert found == expected("plain")
    partitions.save(
        partitions.gather(["s3://lake/in/pm_v9-0000.pcap"], storage=storage),
        "s3://lake/index.parquet",
        storage=storage,
    )
    [kept] = partitions.load("s3://lake/index.parquet", storage=storage)
    assert kept.octets == lake.size("lake/in/pm_v9-0000.pcap")


def test_parts_of_a_large_file(lake: Any, storage: dict[str, Any]) -> None:
    url = "s3://lake/large/large.pcap"
    plan = partitions.plan(url, columns=["octets"], octets=4 << 20, storage=storage)
    assert len(plan) >= 3 and all(each.ranges for each in plan if each.late is None)
    with lake.open(url) as file:
        whole = pa.table(nf.scan(file, columns=["octets"]))
    assert sum(partition.read().num_rows for partition in plan) == len(whole) > 0


def test_spark(spark: SparkSession, lake: Any, storage: dict[str, Any]) -> None:
    read = spark.read.format("netflow").option("columns", ",".join(COLUMNS))
    read = read.option("storage", json.dumps(storage))
    flows = read.load("s3://lake/in/*.pcap")
    assert flows.rdd.getNumPartitions() >= 5
    assert rows(flows.toArrow()) == expected("spark")
    kept = "s3://lake/spark.index.parquet"
    assert index(spark, "s3://lake/in", kept, storage=storage) == 5
    assert index(spark, "s3://lake/in", kept, storage=storage) == 0
    again = read.option("index", kept).load("s3://lake/in")
    assert rows(again.toArrow()) == expected("spark")
    # Large files are divided, and executors read their parts.
    large = read.option("partitionOctets", str(4 << 20)).load("s3://lake/large/large.pcap")
    assert large.rdd.getNumPartitions() >= 3
    with lake.open("lake/large/large.pcap") as file:
        whole = pa.table(nf.scan(file, columns=["octets"]))
    total = large.agg(F.count("*"), F.sum("octets")).collect()[0]
    assert list(total) == [len(whole), sum(whole["octets"].to_pylist())]
    # The counts of each partition are written where the flows are.
    counted = read.option("counts", "s3://lake/counts").load("s3://lake/in/*.pcap")
    assert counted.count() == sum(expected("spark").values())
    assert len(lake.glob("lake/counts/*.json")) == counted.rdd.getNumPartitions()
