"""A capture of 1 GB, made by repetition, is aggregated in less than 300 MB."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import TESTDATA, command_rows

CAPTURE = TESTDATA / "genuine" / "nfr_v9.pcap"
SIZE = 1_000_000_000
LIMIT = 300_000_000

HEAD = """
import resource, sys
import netflow_rs as nf
flows = nf.scan(sys.argv[1], columns=["source_address", "octets"])
"""
TAIL = """
print(total, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""
AGGREGATIONS = {
    "duckdb": """
import duckdb
duckdb.sql("set threads = 1")
sums = duckdb.sql("select source_address, sum(octets)::bigint from flows group by all").fetchall()
total = sum(octets for _, octets in sums)
""",
    "polars": """
import polars as pl
sums = flows.lazy().group_by("source_address").agg(pl.col("octets").sum())
total = sums.collect(engine="streaming")["octets"].sum()
""",
    "pyarrow": """
import pyarrow as pa, pyarrow.compute as pc
total = sum(pc.sum(batch["octets"]).as_py() for batch in pa.RecordBatchReader.from_stream(flows))
""",
    "all columns": """
total = sum(len(batch) for batch in nf.scan(sys.argv[1]))
""",
    "tables": """
tables = nf.tables(sys.argv[1])
total = sum(len(table) for table in tables if not table.is_options)
largest = max(tables, key=len)
assert sum(len(batch) for batch in largest) == len(largest)
""",
    "command to a folder of tables": """
import glob, tempfile, pyarrow.parquet as pq
from netflow_rs._netflow import run
with tempfile.TemporaryDirectory() as folder:
    arguments = ["-q", "-s", "record", "-f", "parquet", "-o", folder, sys.argv[1]]
    assert run(["netflow", "decode", *arguments]) == 0
    files = [pq.ParquetFile(name) for name in glob.glob(folder + "/*.parquet")]
    total = sum(
        file.metadata.num_rows for file in files
        if file.schema_arrow.metadata[b"kind"] == b"data"
    )
""",
}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The capture, and how many copies it holds."""
    path = tmp_path_factory.mktemp("large") / "large.pcap"
    octets = CAPTURE.read_bytes()
    copies = SIZE // (len(octets) - 24) + 1
    with path.open("wb") as file:
        file.write(octets[:24])
        for _ in range(copies):
            file.write(octets[24:])
    assert path.stat().st_size >= SIZE
    return path, copies


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_memory(name: str, large: tuple[Path, int]) -> None:
    path, copies = large
    code = HEAD + AGGREGATIONS[name] + TAIL
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    # DuckDB may have drawn a progress bar before.
    total, octets = done.stdout.split()[-2:]
    print(f"{name}: {int(octets) / 1e6:.0f} MB")
    assert int(octets) < LIMIT
    rows = command_rows(CAPTURE)
    is_sum = name in ("duckdb", "polars", "pyarrow")
    once = sum(row["octets"] for row in rows) if is_sum else len(rows)
    assert int(total) == copies * once
