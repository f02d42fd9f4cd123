"""Sampling rates that the caller knows, and whose options apply."""

from __future__ import annotations

import pickle
import socket
from typing import Any

import pytest

import netflow_rs as nf
from netflow_rs.partitions import plan
from .conftest import TESTDATA
from .test_live import DATAGRAM, free_port

# What each capture announces is in its description in testdata/synthetic/make.py.
CASES: list[tuple[str, dict[str, Any], tuple[int | None, str | None]]] = [
    ("rates_of_other_domain", {}, (None, None)),
    ("rates_of_other_domain", {"options_scope": "exporter"}, (100, "other_domain")),
    (
        "rates_of_other_domain",
        {"sampling": {"192.0.2.0/24": 500, "192.0.2.9": 7}},
        (500, "configured"),
    ),
    ("rates_of_line_cards", {}, (None, "ambiguous")),
    ("flow_selection", {"sampling": {"192.0.2.0/24": 500}}, (20, "flow_selection")),
    ("flow_selection", {"sampling_override": {"192.0.2.1": 700}}, (700, "override")),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), CASES)
def test_scan_read_and_records_take_rates_and_the_scope_of_options(
    name: str, arguments: dict[str, Any], expected: tuple[int | None, str | None]
) -> None:
    path = TESTDATA / "synthetic" / f"trap_{name}.pcap"
    flows = nf.scan(path, **arguments)
    again = pickle.loads(pickle.dumps(flows))
    for table in (flows.read(), again.read(), nf.read(path, **arguments)):
        [row] = table.to_pyarrow().to_pylist()
        # A column without a value is left out by read.
        assert (row.get("sampling_rate"), row.get("sampling")) == expected
    [record] = nf.records(path, **arguments)
    assert (record.sampling_rate, record.sampling) == expected


def test_decoders_and_collectors_take_rates() -> None:
    decoder = nf.Decoder(sampling={"192.0.2.0/24": 500})
    [record] = decoder.decode(DATAGRAM, exporter="192.0.2.9")
    assert (record.sampling_rate, record.sampling) == (500, "configured")
    [record] = decoder.decode(DATAGRAM, exporter="198.51.100.9")
    assert record.sampling_rate is None
    collector = nf.Collector(sampling_override={"2001:db8::/32": 20})
    collector.push(DATAGRAM, "2001:db8::1")
    assert collector.take().to_pyarrow()["sampling_rate"].to_pylist() == [20]
    port = free_port()
    rates = {"127.0.0.0/8": 3}
    with nf.listen(f"127.0.0.1:{port}", interval=0.05, sampling=rates) as batches:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(DATAGRAM, ("127.0.0.1", port))
        assert next(batches).to_pyarrow()["sampling_rate"].to_pylist() == [3]


@pytest.mark.parametrize(("name", "arguments", "expected"), CASES)
def test_health_tables_and_partitions_take_them(
    name: str, arguments: dict[str, Any], expected: tuple[int | None, str | None]
) -> None:
    path = TESTDATA / "synthetic" / f"trap_{name}.pcap"
    domains = nf.health(path, **arguments)["domains"]
    sampling = [one for domain in domains for one in domain["sampling"]]
    # The rule of a rate, or the reason for which there is none.
    assert [(one["rate"], one["rule"] or one.get("reason")) for one in sampling] == [expected]
    assert len(nf.tables(path, **arguments)) > 0
    for chain in ("all", "none"):
        [part] = plan(str(path), chain=chain, columns=["sampling_rate", "sampling"], **arguments)
        [row] = part.read().to_pylist()
        # A column without a value is left out by read.
        assert (row.get("sampling_rate"), row.get("sampling")) == expected


def test_second_counters_are_what_the_caller_says() -> None:
    path = TESTDATA / "cases" / "second_counters_of_egress.pcap"
    for meaning, expected in (("biflow", True), ("post", False)):
        table = nf.read(
            path,
            columns=["reverse_octets"],
            second_counters={"0.0.0.0/0": meaning},  # type: ignore[arg-type]
        )
        flows = table.to_pyarrow()
        assert any(flows["reverse_octets"].to_pylist()) == expected
    with pytest.raises(ValueError, match="second_counters: .*biflow"):
        nf.scan(path, second_counters={"192.0.2.1": "both"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"sampling": {"192.0.2.0/24": 0}}, "sampling: .*1 or more"),
        ({"sampling": {"router": 100}}, "no IP address"),
        ({"sampling_override": {"192.0.2.0/33": 100}}, "sampling_override: .*up to 32"),
        ({"options_scope": "router"}, 'options_scope must be "domain" or "exporter"'),
    ],
)
def test_rates_and_scopes_that_make_no_sense_are_refused(
    arguments: dict[str, Any], reason: str
) -> None:
    path = TESTDATA / "synthetic" / "trap_flow_selection.pcap"
    with pytest.raises(ValueError, match=reason):
        nf.Decoder(**arguments)
    with pytest.raises(ValueError, match=reason):
        nf.Collector(**arguments)
    with pytest.raises(ValueError, match=reason):
        nf.scan(path, **arguments)
    with pytest.raises(ValueError, match=reason):
        nf.records(path, **arguments)
