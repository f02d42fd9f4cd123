"""Records outlive their file: kept, compared, sent to other processes."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import netflow_rs as nf

from .conftest import TESTDATA

KINDS = [
    "genuine/fixbuf_lists.ipfix",
    "genuine/nfr_v9.pcap",
    "genuine/pm_sf.pcap",
    "synthetic/cisco_nbar_v9.pcap",
    "synthetic/nfv5.pcap",
]


@pytest.mark.parametrize("name", KINDS)
def test_records_can_be_pickled(name: str) -> None:
    before = list(nf.records(TESTDATA / name))
    after: list[nf.Record] = pickle.loads(pickle.dumps(before))
    assert after == before and len(set(after)) == len(set(before))
    for one, other in zip(before, after):
        # As texts, since a float may be NaN.
        assert repr(one.fields) == repr(other.fields)
        assert repr(one.elements) == repr(other.elements)
        assert list(one) == list(other)


def test_what_is_no_pickled_record_is_an_error(capture: Path) -> None:
    kind, (fields, names, elements) = next(nf.records(capture)).__reduce__()
    assert kind is nf.Record
    for cut in (fields[:-1], fields + b"\0", b"\0\xff\xff\xff\xff\xff"):
        with pytest.raises(ValueError, match="not a pickled record"):
            nf.Record(cut, names, elements)
    with pytest.raises(ValueError, match="not a pickled record"):
        nf.Record(fields, names, elements[:-1])
    # Lists inside lists without end.
    deep = b""
    for _ in range(100):
        deep = b"\x0a" + bytes([len(deep)]) + deep if len(deep) < 255 else deep
    with pytest.raises(ValueError, match="not a pickled record"):
        nf.Record(b"", ["deep"], deep)


def test_a_record_weighs_less_than_a_kilobyte() -> None:
    for name in KINDS[1:]:
        for record in nf.records(TESTDATA / name):
            assert sys.getsizeof(record) < 1_000, (name, record)


def test_a_list_of_the_records_of_5_megabytes_takes_less_than_60(tmp_path: Path) -> None:
    octets = (TESTDATA / "synthetic" / "nfv5.pcap").read_bytes()
    path = tmp_path / "five.pcap"
    path.write_bytes(octets[:24] + octets[24:] * (5_000_000 // (len(octets) - 24)))
    code = """
import resource, sys
import netflow_rs as nf
def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before = used()
found = list(nf.records(sys.argv[1]))
print(used() - before, len(found))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    took, count = map(int, done.stdout.split())
    assert count > 90_000 and took < 60_000_000


def test_near_names_are_suggested(capture: Path) -> None:
    record = next(nf.records(capture))
    with pytest.raises(AttributeError, match="did you mean \"source_address\""):
        record.src_ip  # type: ignore[attr-defined]
    with pytest.raises(KeyError, match="octetDeltaCount"):
        record["octetDeltaCnt"]


def test_limits_hold_in_every_reader() -> None:
    path = TESTDATA / "genuine" / "nfr_v9.pcap"
    limits: nf.Limits = {"templates": 0}
    assert len(nf.read(path, limits=limits)) == 0 < len(nf.read(path))
    assert list(nf.records(path, limits=limits)) == []
    documents = nf.documents(path, "flow", limits=limits)
    assert all(each["kind"] == "problem" for each in documents)
    assert len(nf.tables(path, limits=limits)) == 0
    assert nf.health(path, limits=limits)["domains"][0]["flows"] == 0
    collector, decoder = nf.Collector(limits=limits), nf.Decoder(limits=limits)
    for datagram in datagrams(path):
        assert collector.push(datagram) == 0 and decoder.decode(datagram) == []
    assert collector.stats["problems"]["limit"] > 0


def datagrams(path: Path) -> list[bytes]:
    """The payloads of a capture of UDP over Ethernet and IPv4 without options."""
    octets = path.read_bytes()
    found, at = [], 24
    while at < len(octets):
        length = int.from_bytes(octets[at + 8 : at + 12], sys.byteorder)
        found.append(octets[at + 16 + 42 : at + 16 + length])
        at += 16 + length
    return found


def test_limits_that_make_no_sense_name_the_limit_and_its_range(capture: Path) -> None:
    wrong: list[tuple[type[Exception], str, object]] = [
        (ValueError, "no limit 'state_octet', did you mean 'state_octets'", {"state_octet": 1}),
        (ValueError, "limits: list_depth must be a number from 0 to 255", {"list_depth": 256}),
        (TypeError, "limits: templates must be a whole number, not str", {"templates": "few"}),
        (TypeError, "template_lifetime must be a timedelta or None", {"template_lifetime": 30}),
        (ValueError, "must not be negative", {"waiting_lifetime": timedelta(seconds=-1)}),
        (TypeError, "limits map names to numbers", 5),
    ]
    for kind, message, limits in wrong:
        with pytest.raises(kind, match=message):
            nf.read(capture, limits=limits)  # type: ignore[arg-type]
    assert len(nf.read(capture, limits={"template_lifetime": None, "waiting_octets": 0}))


def test_filters_and_directions_hold_for_datagrams_too() -> None:
    path = TESTDATA / "genuine" / "nfr_v9.pcap"
    where = "proto udp"
    expected = len(nf.read(path, where=where))
    collector, decoder = nf.Collector(where=where), nf.Decoder(where=where)
    records = [record for each in datagrams(path) for record in decoder.decode(each)]
    for each in datagrams(path):
        collector.push(each)
    assert 0 < expected == len(records) == len(collector.take()) < len(nf.read(path))
    documents = nf.documents(path, "flow", where=where)
    assert expected == sum(each.get("kind") != "problem" for each in documents)
    with pytest.raises(nf.FilterError):
        nf.Decoder(where="proto")
    with pytest.raises(ValueError, match="has every record"):
        nf.documents(path, "record", where=where)


def test_domains_have_units_samples_and_drops(capture: Path) -> None:
    (domain,) = nf.scan(capture).domains
    assert domain["unit"] == "message" and domain["received"] > 0 == domain["lost"]
    assert isinstance(domain["clock_skew"], timedelta)
    sampled = [each for each in nf.scan(TESTDATA / "genuine" / "pm_sf.pcap").domains]
    assert all(each["samples"]["received"] > 0 for each in sampled)
    assert all("drops" in each["samples"] for each in sampled)
