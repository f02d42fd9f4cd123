"""Files that are decoded separately yield the rows of one pass over them."""

from __future__ import annotations

import pickle
import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import netflow_rs as nf
from netflow_rs import partitions

from .conftest import TESTDATA, captures
from .pieces import cut, packets

PCAPS = [path for path in captures() if path.suffix == ".pcap"]


def rows(table: pa.Table, columns: list[str]) -> Counter[str]:
    """The rows, in any order: a late one comes where its template is."""
    return Counter(map(repr, table.select(columns).to_pylist()))


def decoded(plan: list[partitions.Partition]) -> tuple[pa.Table, list[partitions.Counts]]:
    """Every partition, each as another machine would get it."""
    counts: list[partitions.Counts] = []
    batches = [
        batch
        for partition in reversed(plan)
        for batch in pickle.loads(pickle.dumps(partition)).batches(counts.append)
    ]
    schema = partitions.schema(plan[0].options)
    return pa.Table.from_batches(batches, schema=schema), counts


def whole(source: Any, **options: Any) -> tuple[pa.Table, nf.Report]:
    """One pass over everything."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nf.NetflowWarning)
        flows = nf.scan(source, addresses="text", types="plain", **options)
        return pa.table(flows.read()), flows.report()


def undecoded(report: nf.Report) -> int:
    return report.stats["problems"].get("no_template", 0) - report.stats["late_sets"]


@pytest.mark.parametrize("capture", PCAPS, ids=lambda path: path.name)
def test_pieces_give_what_one_pass_gives(capture: Path, tmp_path: Path) -> None:
    pieces = cut(capture, 12, tmp_path)
    plan = partitions.plan([str(path) for path in pieces], order="given")
    expected, report = whole(pieces)
    found, counts = decoded(plan)
    columns = [*nf.COLUMNS] + (["file"] if "file" in expected.column_names else [])
    assert rows(found, columns) == rows(expected, columns)
    assert sum(each.rows for each in counts) == len(expected)
    assert sum(each.undecoded_sets for each in counts) == undecoded(report)
    assert sum(each.datagrams for each in counts) == report.stats["datagrams"]
    assert sum(each.unreadable for each in counts) == report.stats["unreadable"]


@pytest.mark.parametrize("name", ["ovs", "pm_v10", "pm_v9", "nfr_v9", "sf_v10_mpls"])
@pytest.mark.parametrize("octets", [0, 1_500])
def test_pieces_are_the_capture(name: str, octets: int, tmp_path: Path) -> None:
    capture = TESTDATA / "genuine" / f"{name}.pcap"
    plan = partitions.plan([str(path) for path in cut(capture, 9, tmp_path)], octets=octets)
    assert len(plan) > 1
    expected, report = whole(capture)
    found, counts = decoded(plan)
    columns = [name for name in nf.COLUMNS if name != "frame"]
    assert rows(found, columns) == rows(expected, columns)
    assert sum(each.undecoded_sets for each in counts) == undecoded(report)
    # Without what was announced before, most of these files cannot be read.
    alone, alone_counts = decoded(
        partitions.plan([each.files[0] for each in plan if not each.late], chain="none")
    )
    if name in ("pm_v10", "pm_v9"):
        assert len(alone) < len(expected)
        assert sum(each.undecoded_sets for each in alone_counts) > undecoded(report)


def test_data_of_one_file_waits_for_the_template_of_the_next(tmp_path: Path) -> None:
    capture = TESTDATA / "synthetic" / "data_before_template.pcap"
    pieces = cut(capture, 4, tmp_path)
    plan = partitions.plan([str(path) for path in pieces])
    late = [each for each in plan if each.late is not None]
    assert len(late) == 1
    table = late[0].read()
    assert table.num_rows > 0
    assert set(table["late"].to_pylist()) == {True}
    # They came in a file before that of the template.
    assert not set(table["file"].to_pylist()) & set(late[0].files)
    assert late[0].counts().undecoded_sets == -late[0].late_sets


def test_what_waits_beyond_the_limit_is_read_once_more(tmp_path: Path) -> None:
    """The templates are in the first file only; the second holds more than a decoder keeps."""
    head, all_packets = packets(TESTDATA / "genuine" / "pm_v9.pcap")
    first = tmp_path / "a.pcap"
    first.write_bytes(head + b"".join(all_packets))
    data = [each for each in all_packets if templates(head + each, tmp_path) == 0]
    second, third = tmp_path / "b.pcap", tmp_path / "c.pcap"
    many = 3_000_000 // len(b"".join(data))
    second.write_bytes(head + b"".join(data) * many)
    third.write_bytes(head + b"".join(data))
    kinds = index_rows(second, "kind")
    assert kinds[-1] == "left_out" and set(kinds) == {"waits", "left_out"}
    expected, report = whole([first, second, third])
    found, counts = decoded(
        partitions.plan([str(first), str(second), str(third)], order="given", columns=["octets"])
    )
    assert len(found) == len(expected)
    assert sum(each.undecoded_sets for each in counts) == undecoded(report)


def templates(capture: bytes, folder: Path) -> int:
    path = folder / "one.pcap"
    path.write_bytes(capture)
    return index_rows(path, "kind").count("templates")


def index_rows(path: Path, column: str) -> list[Any]:
    announcements = partitions.index(str(path)).announcements
    return pa.ipc.open_stream(announcements).read_all()[column].to_pylist()


def test_what_cannot_be_decoded_is_reported(tmp_path: Path) -> None:
    capture = TESTDATA / "genuine" / "pm_v9.pcap"
    pieces = cut(capture, 9, tmp_path)
    lost = [each for each in pieces if "templates" in index_rows(each, "kind")]
    rest = [str(each) for each in pieces if each not in lost]
    counts = [each.counts() for each in partitions.plan(rest)]
    _, report = whole(rest)
    assert sum(each.undecodable for each in counts) == undecoded(report) > 0
    with pytest.warns(nf.NetflowWarning, match="sets had no template"):
        for each in partitions.plan(rest):
            list(each.batches())


def test_a_datagram_that_cannot_be_read_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "junk.pcap"
    capture = bytearray((TESTDATA / "genuine" / "pm_v5.pcap").read_bytes())
    capture[24 + 16 + 14 + 20 + 8] ^= 0xFF  # The version, after the headers of the first packet.
    path.write_bytes(capture)
    (partition,) = partitions.plan(str(path), ports=[2100])
    counts = partition.counts()
    assert (counts.unreadable, counts.undecodable) == (1, 1)
    assert "1 datagrams no header" in partitions.describe(counts)


def test_a_cut_file_is_reported(tmp_path: Path) -> None:
    capture = TESTDATA / "genuine" / "pm_v5.pcap"
    path = tmp_path / "cut.pcap"
    path.write_bytes(capture.read_bytes()[:-7])
    (partition,) = partitions.plan(str(path))
    counts = partition.counts()
    assert len(counts.faults) == 1 and counts.rows > 0
    assert counts.undecodable == 1


def test_indexes_are_kept(tmp_path: Path) -> None:
    pieces = cut(TESTDATA / "genuine" / "pm_v10.pcap", 5, tmp_path)
    names = [str(path) for path in pieces]
    kept = str(tmp_path / "kept" / "index.parquet")
    partitions.save(partitions.gather(names[:3]), kept)
    loaded = partitions.load(kept)
    assert loaded == partitions.gather(names[:3])
    asked: list[str] = []

    def here(function: Any, names: Any) -> list[partitions.FileIndex]:
        asked.extend(names)
        return [function(name) for name in names]

    plan = partitions.plan(names, indexes=loaded, map=here)
    assert asked == names[3:]
    assert len(plan) == 5
    # One that has grown since is read anew.
    asked.clear()
    pieces[0].write_bytes(pieces[0].read_bytes() + pieces[1].read_bytes()[24:])
    partitions.gather(names[:3], indexes=loaded, map=here)
    assert asked == names[:1]


def test_columns_that_there_are(tmp_path: Path) -> None:
    capture = str(TESTDATA / "genuine" / "pm_v9.pcap")
    (plan,) = partitions.plan(capture, columns=["octets", "source_address"], types="spark")
    assert plan.read().column_names == ["octets", "source_address"]
    (plan,) = partitions.plan(capture, columns=["octets"], file=True)
    assert plan.read().column_names == ["file", "octets"]
    assert plan.read()["file"][0].as_py() == capture
    (plan,) = partitions.plan(capture)
    assert plan.read().column_names == ["file", *nf.COLUMNS]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"chain": "some"}, "chain is"),
        ({"order": "none"}, "order is"),
        ({"columns": ["octet"]}, "did you mean 'octets'"),
        ({"addresses": "hex"}, "addresses are"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        partitions.plan(str(TESTDATA / "genuine" / "pm_v9.pcap"), **arguments)


def test_no_file() -> None:
    with pytest.raises(FileNotFoundError):
        partitions.plan("/nowhere/*.pcap")
    with pytest.raises(nf.NetflowError, match="is not a pcap"):
        partitions.plan(__file__)


@pytest.mark.parametrize("capture", captures(), ids=lambda path: path.name)
def test_a_large_file_is_divided(capture: Path) -> None:
    """Into parts of a few packets: all rows, and the frames of the whole file."""
    try:
        expected, report = whole(capture)
    except nf.NetflowError:
        return
    plan = partitions.plan(str(capture), octets=1_000, file=False)
    found, counts = decoded(plan)
    assert rows(found, [*nf.COLUMNS]) == rows(expected, [*nf.COLUMNS])
    assert sum(each.rows for each in counts) == len(expected)
    assert sum(each.undecoded_sets for each in counts) == undecoded(report)
    assert sum(each.datagrams for each in counts) == report.stats["datagrams"]
    assert sum(each.unreadable for each in counts) == report.stats["unreadable"]
    assert [fault for each in counts for fault in each.faults] == report.faults
    ranges = [each.ranges[0] for each in plan if each.late is None and each.ranges]
    if ranges:
        # They follow each other, from the start of the file to its end.
        assert [each.start for each in ranges] == [0, *(each.end for each in ranges[:-1])]
        assert ranges[-1].end is None
        assert sum(each.octets for each in plan if each.late is None) == capture.stat().st_size
    is_plain = capture.suffix in (".pcap", ".pcapng", ".ipfix")
    if is_plain and report.stats["datagrams"] > 20 and "tcp" not in capture.name:
        assert len(ranges) > 1


@pytest.mark.parametrize("name", ["ovs", "pm_v10", "pm_v9", "sf_v10_mpls"])
def test_parts_of_several_files_are_put_together(name: str, tmp_path: Path) -> None:
    capture = TESTDATA / "genuine" / f"{name}.pcap"
    pieces = [str(path) for path in cut(capture, 3, tmp_path)]
    expected, report = whole(pieces)
    indexes = [partitions.index(each, every=500) for each in pieces]
    for octets in (500, 2_000, 5_000):
        plan = partitions.plan(pieces, octets=octets, indexes=indexes, file=True)
        assert max(each.octets for each in plan if each.late is None) < octets + 1_600
        found, counts = decoded(plan)
        columns = ["file", *nf.COLUMNS]
        assert rows(found, columns) == rows(expected, columns)
        assert sum(each.undecoded_sets for each in counts) == undecoded(report)
    # An index of pieces serves whole files too.
    plan = partitions.plan(pieces, indexes=indexes)
    assert [each.ranges for each in plan] == [()] * len(plan)
    assert rows(decoded(plan)[0], [*nf.COLUMNS]) == rows(expected, [*nf.COLUMNS])


def test_what_waits_beyond_the_limit_is_read_once_more_in_parts(tmp_path: Path) -> None:
    head, all_packets = packets(TESTDATA / "genuine" / "pm_v9.pcap")
    first, second = tmp_path / "a.pcap", tmp_path / "b.pcap"
    first.write_bytes(head + b"".join(all_packets))
    data = [each for each in all_packets if templates(head + each, tmp_path) == 0]
    second.write_bytes(head + b"".join(data) * (3_000_000 // len(b"".join(data))))
    assert "left_out" in index_rows(second, "kind")
    expected, report = whole([first, second])
    plan = partitions.plan(
        [str(first), str(second)], order="given", columns=["octets", "frame"], octets=500_000
    )
    assert len(plan) > 4
    found, counts = decoded(plan)
    assert rows(found, ["octets", "frame"]) == rows(expected, ["octets", "frame"])
    assert sum(each.undecoded_sets for each in counts) == undecoded(report)
    # It is an error if the file is another one by then.
    indexes = [partitions.index(str(path), every=100_000) for path in (first, second)]
    size = second.stat().st_size
    second.write_bytes(head + all_packets[0] * 2 + second.read_bytes()[24 : size // 2])
    second.write_bytes(second.read_bytes().ljust(size, b"\0"))
    with pytest.raises(ValueError, match="has changed"):
        partitions.plan(
            [str(first), str(second)], order="given", octets=500_000, indexes=indexes
        )


def test_a_mark_is_of_its_file(capture: Path) -> None:
    plan = partitions.plan(str(capture), octets=300, columns=["octets"])
    part = next(each for each in plan if each.ranges and each.ranges[0].mark)
    damaged = replace(part, ranges=(replace(part.ranges[0], mark=b"mark"),))
    with pytest.raises(ValueError, match="not a mark"):
        damaged.read()
