"""Files that fsspec opens: here those of its memory; S3 is tried beside Spark."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path
from typing import Any, Iterator

import fsspec
import pyarrow as pa
import pytest

import netflow_rs as nf
from netflow_rs import partitions

from .conftest import TESTDATA, command_rows
from .pieces import cut

CAPTURE = TESTDATA / "genuine" / "pm_v9.pcap"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Any]:
    """Pieces of a capture as memory://in/*.pcap."""
    system: Any = fsspec.filesystem("memory")
    for path in cut(CAPTURE, 5, tmp_path):
        system.pipe(f"/in/{path.name}", path.read_bytes())
    system.pipe("/one/whole.pcap", CAPTURE.read_bytes())
    yield system
    for folder in ("/in", "/one"):
        system.rm(folder, recursive=True)


def rows(table: Any) -> Counter[str]:
    return Counter(map(repr, pa.table(table).to_pylist()))


def expected(columns: list[str]) -> Counter[str]:
    return rows(nf.read(CAPTURE, columns=columns))


def test_a_url_is_read_as_a_path_is(memory: Any) -> None:
    columns = ["source_address", "octets"]
    for source in ("memory://one/whole.pcap", "memory://in/*.pcap"):
        flows = nf.scan(source, columns=columns, addresses="text")
        for _ in range(2):
            assert rows(flows) == expected(columns)
        assert rows(pickle.loads(pickle.dumps(flows))) == expected(columns)
        assert len(list(nf.records(source))) == len(command_rows(CAPTURE))
        assert sum(map(len, nf.tables(source))) >= len(command_rows(CAPTURE))
    files = pa.table(nf.scan("memory://in/*.pcap"))["file"].to_pylist()
    assert all(name.endswith(".pcap") for name in files)


def test_a_file_object_of_fsspec(memory: Any) -> None:
    with memory.open("/one/whole.pcap") as file:
        flows = nf.scan(file, columns=["octets"])
        for _ in range(2):
            assert rows(flows) == expected(["octets"])


@pytest.mark.parametrize("octets", [0, 1_000])
def test_partitions_of_urls(memory: Any, octets: int) -> None:
    columns = ["frame", "source_address", "octets"]
    for source in ("memory://in/*.pcap", "memory://in", "memory://one/whole.pcap"):
        plan = partitions.plan(source, columns=columns, octets=octets)
        assert len(plan) > (1 if octets or source.startswith("memory://in") else 0)
        found: Counter[str] = Counter()
        for partition in plan:
            found += rows(pickle.loads(pickle.dumps(partition)).read().select(columns[1:]))
        assert found == expected(columns[1:])
    names = partitions.files("memory://in")
    partitions.save(partitions.gather(names), "memory://one/index.parquet")
    loaded = partitions.load("memory://one/index.parquet")
    assert [each.file for each in loaded] == names
    assert [each.octets for each in loaded] == [memory.size(name) for name in names]


def test_a_url_of_nothing(memory: Any) -> None:
    for function in (nf.read, lambda url: list(nf.records(url)), partitions.plan):
        for url in ("memory://none.pcap", "memory://none/*.pcap"):
            with pytest.raises(FileNotFoundError):
                function(url)
