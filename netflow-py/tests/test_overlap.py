"""What happens while something is being read: other passes, other threads, signals, files that cannot
be read."""

from __future__ import annotations

import copy
import io
import os
import pickle
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import netflow_rs as nf
from netflow_rs import partitions

from .conftest import TESTDATA, command_rows
from .pieces import packets


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More than the octets that are read at once."""
    head, all_packets = packets(TESTDATA / "genuine" / "nfr_v5.pcap")
    octets = b"".join(all_packets)
    path = tmp_path_factory.mktemp("long") / "long.pcap"
    path.write_bytes(head + octets * (1_500_000 // len(octets)))
    return path


def test_passes_over_one_file_object_may_overlap(long: Path) -> None:
    count = len(nf.read(long, columns=["octets"]))
    with long.open("rb") as file:
        flows = nf.scan(file, columns=["octets"], rows=1_000)
        one = flows.batches()
        seen = len(next(one))
        assert len(flows.read()) == count
        assert flows.stats["records"] == count
        assert seen + sum(map(len, one)) == count
        both = pl.concat([flows.lazy(), flows.lazy()]).select(pl.len()).collect().item()
        assert both == 2 * count
        found: list[int] = []
        threads = [
            threading.Thread(target=lambda: found.append(len(flows.read()))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [count] * 4


def test_a_pipe_by_its_path_is_read_once(capture: Path, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(capture.read_bytes()))
    writer.start()
    flows = nf.scan(path)
    assert len(flows.read()) == len(command_rows(capture))
    writer.join()
    with pytest.raises(nf.NetflowError, match="cannot be read again"):
        flows.read()


@pytest.mark.parametrize("content", [b"", b"no capture at all"])
def test_a_file_that_is_no_capture_keeps_no_other_from_being_read(
    content: bytes, capture: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.pcap"
    other.write_bytes(content)
    sources = [capture, other, capture]
    count = 2 * len(command_rows(capture))
    with pytest.warns(nf.NetflowWarning, match="other.pcap is"):
        table = nf.read(sources)
    assert len(table) == count
    # The names of files after it are theirs.
    assert set(table.to_pyarrow()["file"].to_pylist()) == {str(capture)}
    with pytest.warns(nf.NetflowWarning, match="other.pcap is"):
        assert len(list(nf.records(sources))) == count
    with pytest.warns(nf.NetflowWarning, match="other.pcap is"):
        assert sum(map(len, nf.tables(sources))) >= count
    for function in (nf.read, nf.tables, lambda files, strict: list(nf.records(files, strict=strict))):
        with pytest.raises(nf.NetflowError, match="other.pcap is"):
            function(sources, strict=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", nf.NetflowWarning)
            with pytest.raises(nf.NetflowError, match="other.pcap is"):
                function([other, other], strict=False)
    plan = partitions.plan([str(path) for path in (capture, other)])
    counts = [each.counts() for each in plan]
    assert sum(each.rows for each in counts) == count // 2
    assert [len(each.faults) for each in counts] in ([0, 1], [1, 0])
    with pytest.raises(nf.NetflowError, match="other.pcap is"):
        partitions.plan(str(other))


def test_records_end_behind_an_error(capture: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise TimeoutError

    records = nf.records([Broken(b""), capture])
    with pytest.raises(TimeoutError):
        next(records)
    assert list(records) == []


def test_rows_before_an_exception_come_before_it(long: Path) -> None:
    class Half(io.BytesIO):
        left = 800_000

        def read(self, size: int | None = -1) -> bytes:
            if self.left <= 0:
                raise TimeoutError
            octets = super().read(min(size or 0, self.left))
            self.left -= len(octets)
            return octets

        def seekable(self) -> bool:
            return False

    rows = 0
    with pytest.raises(TimeoutError):
        for batch in nf.scan(Half(long.read_bytes()), columns=["octets"]):
            rows += len(batch)
    half = long.with_suffix(".half")
    half.write_bytes(long.read_bytes()[:800_000])
    with pytest.warns(nf.NetflowWarning, match="is cut"):
        assert rows == len(nf.read(half)) > 0


def test_a_file_that_asks_its_reader_while_it_is_read_gets_an_error(capture: Path) -> None:
    class Curious(io.BytesIO):
        asked: Any = None

        def read(self, size: int | None = -1) -> bytes:
            with pytest.raises(RuntimeError, match="being read just now"):
                self.asked()
            return super().read(size)

    file = Curious(capture.read_bytes())
    records = nf.records(file)
    file.asked = lambda: records.stats
    assert len(list(records)) == len(command_rows(capture))
    file = Curious(capture.read_bytes())
    flows = nf.scan(file)
    reading = flows._reader.open()
    file.asked = lambda: reading.octets_read
    assert sum(table.num_rows for table in reading) == len(command_rows(capture))


CTRL_C = """
import os, sys, signal, threading, time, netflow_rs as nf, pyarrow, polars, duckdb
from endless import Endless

path = sys.argv[1]
flows = nf.scan(Endless(path), columns=["octets"])
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    try:
        {do}
    except Exception as error:
        # DuckDB looks for signals itself, and has its own error if it sees one first.
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from error
        # What a loop over files would do.
        for _ in range(1_000):
            time.sleep(0.01)
        print("went on")
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize(
    "do",
    [
        "pyarrow.table(flows)",
        "polars.DataFrame(flows)",
        # With more threads, those that do not hear of the signal read on.
        "duckdb.sql('set threads = 1').sql('select sum(octets) from flows').fetchall()",
        "nf.tables(Endless(path))",
    ],
)
def test_ctrl_c_inside_of_a_consumer_is_heard(do: str, capture: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CTRL_C.format(do=do), str(capture)],
        cwd=Path(__file__).parent,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.splitlines()[-1:] == [b"interrupted"], done.stderr


def test_flows_and_tables_are_pickled(capture: Path) -> None:
    flows = nf.scan(capture, columns=["octets", "source_address", "exporter_address"])
    table = flows.read()
    for made in (pickle.loads(pickle.dumps(flows)), copy.copy(flows)):
        assert pa.table(made).equals(pa.table(table))
    for again in (pickle.loads(pickle.dumps(table)), copy.deepcopy(table)):
        assert pa.table(again).equals(pa.table(table))
    with pytest.raises(TypeError):
        pickle.dumps(nf.scan(io.BytesIO(b"")))


def test_the_name_of_the_file_can_be_asked_for(capture: Path) -> None:
    for source, names in (([capture, capture], ["file", "octets"]), (capture, ["octets", "file"])):
        flows = nf.scan(source, columns=names)
        assert flows.columns == ["file", "octets"]
        assert set(pa.table(flows)["file"].to_pylist()) == {str(capture)}
        assert nf.scan(source).select("file").columns == ["file"]
        assert flows.lazy().select("file").collect().columns == ["file"]
    (partition,) = partitions.plan(str(capture), columns=["octets", "file"])
    assert partition.read().column_names == ["file", "octets"]
    with pytest.raises(nf.NetflowError):
        nf.Collector(columns=["file"])
    with pytest.raises(ValueError, match="columns"):
        nf.scan(capture, table="counters").select("counter")


@pytest.mark.parametrize(
    ("other", "ours"),
    [("src_ip", "source_address"), ("dstport", "destination_port"), ("bytes", "octets")],
)
def test_names_that_others_give_columns(other: str, ours: str, capture: Path) -> None:
    with pytest.raises(nf.NetflowError, match=f"did you mean '{ours}'"):
        nf.scan(capture, columns=[other])


def test_whole_numbers_stay_whole_in_pandas(capture: Path) -> None:
    table = nf.scan(capture).read()
    frame = table.to_pandas()
    assert list(frame.columns) == table.columns
    arrow = table.to_pyarrow()
    for field in arrow.schema:
        if pa.types.is_integer(field.type):
            assert pd.api.types.is_integer_dtype(frame[field.name].dtype), field.name
            values = [None if pd.isna(value) else int(value) for value in frame[field.name]]
            assert values == arrow[field.name].to_pylist()
    # As pyarrow has it, if it is asked.
    assert table.to_pandas(split_blocks=True)["vlan"].dtype == "float64"


def test_a_name_that_is_no_text(capture: Path, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.pcap"
    with open(path, "wb") as file:
        file.write(capture.read_bytes())
    count = len(command_rows(capture))
    for source in (path.decode("utf-8", "surrogateescape"), os.fsdecode(path), f"{tmp_path}/*.pcap"):
        assert len(nf.read(source)) == count
    done = subprocess.run(
        [sys.executable, "-m", "netflow_rs", "decode", "-q", "-f", "json", path],
        capture_output=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) == count


def test_the_home_folder(capture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.pcap").write_bytes(capture.read_bytes())
    monkeypatch.setenv("HOME", str(tmp_path))
    assert len(nf.read("~/x.pcap")) == len(command_rows(capture))


def test_a_file_object_of_text_is_refused_with_how_to_open_it(capture: Path) -> None:
    with capture.open(errors="replace") as file:
        with pytest.raises(TypeError, match='mode "rb"'):
            nf.read(file)  # type: ignore[arg-type]


def test_a_record_is_a_mapping_of_its_elements(capture: Path) -> None:
    record = next(nf.records(capture))
    assert list(record) == record.keys() == list(record.elements)
    assert record.get("octetDeltaCount") == record.elements.get("octetDeltaCount")
    assert record.get("none") is None and record.get("none", 7) == 7
    assert dict(record) == record.elements


def test_a_signal_handler_that_asks_for_stats_ends_the_pass(long: Path) -> None:
    records: Any = None

    def handler(*_: object) -> None:
        records.stats

    old = signal.signal(signal.SIGALRM, handler)
    try:
        compressed = pa.compress(long.read_bytes(), "zstd", asbytes=True)
        records = nf.records(io.BytesIO(compressed))
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        try:
            for _ in records:
                pass
        except RuntimeError as error:
            assert "being read just now" in str(error)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
