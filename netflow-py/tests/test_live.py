"""Datagrams of one's own, sockets, asyncio."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

import netflow_rs as nf
from netflow_rs import _addresses, _listen

# IPFIX: header, a template of source address, destination port and octets, one record.
DATAGRAM = bytes(
    [0, 10, 0, 54, 0x60, 0x72, 0xCC, 0x40, 0, 0, 0, 1, 0, 0, 0, 7]
    + [0, 2, 0, 20, 1, 0, 0, 3, 0, 8, 0, 4, 0, 11, 0, 2, 0, 1, 0, 8]
    + [1, 0, 0, 18, 192, 0, 2, 1, 0, 53, 0, 0, 0, 0, 0, 0, 5, 0xDC]
)
DATA_ONLY = struct.pack(">HHIII", 10, 34, 0x6072CC40, 2, 7) + DATAGRAM[36:]


@pytest.mark.parametrize("octets", [bytes, bytearray, memoryview])
def test_a_decoder_takes_octets_of_any_kind(octets: type) -> None:
    decoder = nf.Decoder()
    received = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
    [record] = decoder.decode(octets(DATAGRAM), exporter="192.0.2.9:50000", received=received)
    assert record.source_address == ipaddress.ip_address("192.0.2.1")
    assert (record.destination_port, record.octets, record.source_port) == (53, 1500, None)
    assert record.exporter_address == ipaddress.ip_address("192.0.2.9")
    assert (record.exporter_port, record.received) == (50000, received)
    assert record["octetDeltaCount"] == 1500 and "octetDeltaCount" in record
    assert record.keys() == [
        "sourceIPv4Address",
        "destinationTransportPort",
        "octetDeltaCount",
    ]
    assert "192.0.2.1" in repr(record) and "source_address" in dir(record)
    with pytest.raises(KeyError):
        record["no such element"]
    with pytest.raises(AttributeError, match="record"):
        getattr(record, "octetDeltaCount")


def test_state_is_kept_between_calls_and_belongs_to_an_exporter() -> None:
    decoder = nf.Decoder()
    decoder.decode(DATAGRAM, exporter="192.0.2.9")
    assert len(decoder.decode(DATA_ONLY, exporter="192.0.2.9")) == 1
    assert decoder.decode(DATA_ONLY, exporter=("192.0.2.10", 50000)) == []
    assert [problem.kind for problem in decoder.problems] == ["no_template"]
    assert decoder.stats["records"] == 2
    [template] = decoder.templates
    assert template["id"] == 256 and template["fields"][0] == ("sourceIPv4Address", 4)
    assert len(decoder.domains) == 2
    other = nf.Decoder()
    other.load(decoder.save())
    assert len(other.decode(DATA_ONLY, exporter="192.0.2.9")) == 1


def test_what_is_no_flow_export_is_an_error() -> None:
    decoder = nf.Decoder()
    with pytest.raises(nf.NetflowError) as caught:
        decoder.decode(b"\0\1")
    assert caught.value.offset == 0 and caught.value.kind
    for wrong in ("text", 7, None, [1, 2]):
        with pytest.raises(TypeError):
            decoder.decode(wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="address"):
        decoder.decode(DATAGRAM, exporter="nowhere")
    with pytest.raises(ValueError, match="time zone"):
        decoder.decode(DATAGRAM, received=datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="state"):
        decoder.load(b"none")


def send(port: int, stop: threading.Event) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        while not stop.is_set():
            sender.sendto(DATAGRAM, ("127.0.0.1", port))
            time.sleep(0.01)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_listen_yields_batches() -> None:
    port, stop = free_port(), threading.Event()
    batches = nf.listen(f"127.0.0.1:{port}", columns=["source_address", "octets"], interval=0.1)
    sender = threading.Thread(target=send, args=(port, stop))
    sender.start()
    try:
        for _ in range(2):
            table = next(batches)
            assert len(table) > 0 and table.columns == ["source_address", "octets"]
    finally:
        stop.set()
        sender.join()
        batches.close()
    with pytest.raises(ValueError, match="port"):
        nf.listen("127.0.0.1")


def test_listen_tells_what_it_cannot_read() -> None:
    port = free_port()
    with nf.listen(f"127.0.0.1:{port}", interval=0.05) as batches:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for datagram in (b"junk", DATA_ONLY, DATAGRAM):
                sender.sendto(datagram, ("127.0.0.1", port))
            rows = len(next(batches))
        assert rows >= 1
        assert batches.stats["unreadable"] == 1 and len(batches.domains) == 1
        assert {problem.kind for problem in batches.problems} > {"no_template"}
        assert len(batches.templates) == 1
        assert len(batches.problems) == 2 and " 2 problems" in repr(batches)
        state = batches.save()
    with nf.listen(f"127.0.0.1:{port}", interval=0.05, state=state) as batches:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("127.0.0.1", 0))
            sender.sendto(DATA_ONLY, ("127.0.0.1", port))
            assert len(next(batches)) == 1


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def test_a_listener_that_waits_is_closed_by_another_thread() -> None:
    port = free_port()
    batches = nf.listen(f"127.0.0.1:{port}", interval=60)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(DATAGRAM, ("127.0.0.1", port))
    free: list[bool] = []

    def close() -> None:
        time.sleep(0.5)
        free.append(is_free(port))
        batches.close()
        free.append(is_free(port))

    closer = threading.Thread(target=close)
    closer.start()
    began = time.monotonic()
    # The row that waited comes first.
    assert [len(table) for table in batches] == [1]
    assert time.monotonic() - began < 20
    closer.join()
    assert free == [False, True]
    with pytest.raises(StopIteration):
        next(batches)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no such signal")
def test_a_listener_that_waits_is_closed_by_a_signal_handler() -> None:
    port = free_port()
    batches = nf.listen(f"127.0.0.1:{port}", interval=60)
    free: list[bool] = []

    def close(*_: object) -> None:
        batches.close()
        free.append(is_free(port))

    before = signal.signal(signal.SIGALRM, close)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        began = time.monotonic()
        assert list(batches) == [] and time.monotonic() - began < 20
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert free == [True]


def test_wrong_addresses_and_times() -> None:
    with pytest.raises(TypeError, match="pass an address"):
        nf.listen(2055)  # type: ignore[arg-type]
    odd: list[tuple[Any, type[Exception]]] = [
        (("127.0.0.1",), ValueError),
        (("::1", 2055, 0), ValueError),
        (("127.0.0.1", 2055, 0, 0), ValueError),
        (("127.0.0.1", 70_000), ValueError),
        (("127.0.0.1", -1), ValueError),
        (("127.0.0.1", "2055"), TypeError),
        ((None, 2055), TypeError),
        ("127.0.0.1:http", ValueError),
        ("127.0.0.1:70000", ValueError),
    ]
    for address, kind in odd:
        with pytest.raises(kind, match=re.escape(repr(address))):
            nf.listen(address)
    with pytest.raises(ValueError, match="interval"):
        nf.listen("127.0.0.1:0", interval=-1)
    decoder = nf.Decoder()
    for exporter in ("192.0.2.1:70000", ("192.0.2.1", -1)):
        with pytest.raises(ValueError, match="port of the exporter must be"):
            decoder.decode(DATAGRAM, exporter=exporter)
    for received in (float("inf"), 1e300, datetime(2300, 1, 1, tzinfo=timezone.utc)):
        with pytest.raises(ValueError, match="between 1678 and 2262"):
            decoder.decode(DATAGRAM, received=received)
    for exporter in ("fe80::1%eth0", ["fe80::1%eth0", 5], ("fe80::1", 5, 0, 3)):
        [record] = decoder.decode(DATAGRAM, exporter=exporter)
        assert record.exporter_address == ipaddress.ip_address("fe80::1")


@pytest.mark.parametrize("address", ["[fe80::1%lo]:2055", ("fe80::1%lo", 2055)])
def test_the_zone_is_bound(address: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Names of interfaces differ: this one is the third.
    found = [(socket.AF_INET6, socket.SOCK_DGRAM, 17, "", ("fe80::1", 2055, 0, 3))]
    asked: list[str] = []

    def getaddrinfo(host: str, *_: object) -> list[Any]:
        asked.append(host)
        return found

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    places = _addresses.places(address, (), ())
    assert asked == ["fe80::1%lo"] and places == [("udp", "fe80::1", 2055, 3)]


linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems have one UDP socket")


@linux
def test_several_addresses_udp_and_tcp_feed_one_listener() -> None:
    addresses = ["127.0.0.1:0", "[::1]:0"]
    with nf.listen(addresses, tcp=("127.0.0.1", 0), interval=0.05) as batches:
        transports = [transport for transport, _, _ in batches.listening]
        assert transports == ["udp", "udp", "tcp"]
        for (_, host, port), kind in zip(batches.listening, (socket.AF_INET, socket.AF_INET6)):
            with socket.socket(kind, socket.SOCK_DGRAM) as sender:
                sender.sendto(DATAGRAM, (host, port))
        _, host, port = batches.listening[2]
        with socket.create_connection((host, port)) as stream:
            # Two messages, in three segments.
            octets = DATAGRAM + DATA_ONLY
            for part in (octets[:10], octets[10:70], octets[70:]):
                stream.sendall(part)
        rows = 0
        while rows < 4:
            rows += len(next(batches))
        assert rows == 4
        received = batches.received
        assert received["datagrams"] == 2 and received["messages"] == 2
        assert received["kernel_drops"] == 0
    assert batches.received["connections"] == 1
    with pytest.raises(ValueError, match="no address to listen on"):
        nf.listen()
    with pytest.raises(OSError, match="cannot listen on udp 192.0.2.1"):
        nf.listen("192.0.2.1:2055")


@linux
def test_what_the_kernel_dropped_is_a_finding_of_health() -> None:
    with nf.listen("127.0.0.1:0", interval=0.05, read_buffer=4096) as batches:
        _, host, port = batches.listening[0]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(200):
                sender.sendto(DATAGRAM, (host, port))
            next(batches)
            # The kernel reports its count with the next datagram that has room.
            sender.sendto(DATAGRAM, (host, port))
        next(batches)
        findings = {finding["code"]: finding for finding in batches.health()["findings"]}
        assert findings["kernel_drops"]["drops"] == batches.received["kernel_drops"] > 0


@linux
def test_only_exporters_that_are_allowed_are_decoded() -> None:
    with nf.listen("127.0.0.1:0", allow=["127.0.0.2/32"], interval=0.05) as batches:
        _, host, port = batches.listening[0]
        for source in ("127.0.0.1", "127.0.0.2"):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.bind((source, 0))
                sender.sendto(DATAGRAM, (host, port))
        assert len(next(batches)) == 1
        assert batches.received["not_allowed"] == 1
    with pytest.raises(ValueError, match="allow"):
        nf.listen("127.0.0.1:0", allow=["everyone"])


@linux
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_ipfix_over_tls(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        + ["-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        + ["-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    listener = nf.listen(tls="127.0.0.1:0", certificate=certificate, key=key, interval=0.05)
    with listener as batches:
        _, host, port = batches.listening[0]
        context = ssl.create_default_context(cafile=str(certificate))

        # The handshake needs the listener to be read meanwhile.
        def send_over_tls() -> None:
            with socket.create_connection((host, port)) as stream:
                with context.wrap_socket(stream, server_hostname="localhost") as secure:
                    secure.sendall(DATAGRAM)

        sender = threading.Thread(target=send_over_tls)
        sender.start()
        assert len(next(batches)) == 1
        sender.join()
    with pytest.raises(ValueError, match="certificate"):
        nf.listen(tls="127.0.0.1:0")


def test_rows_survive_a_wait_that_was_cancelled() -> None:
    async def run() -> int:
        async with nf.listen_async("127.0.0.1:0", interval=0.2) as batches:
            _, host, port = batches.listening[0]
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(batches.__anext__(), 0.05)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(DATAGRAM, (host, port))
            return len(await asyncio.wait_for(batches.__anext__(), 20))

    assert asyncio.run(run()) == 1


def test_one_udp_socket_without_the_compiled_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(_listen._netflow, "Sockets", raising=False)
    with pytest.raises(NotImplementedError, match="Linux"):
        nf.listen("127.0.0.1:0", tcp="127.0.0.1:0")
    with nf.listen("127.0.0.1:0", interval=0.05) as batches:
        _, host, port = batches.listening[0]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(DATAGRAM, (host, port))
        assert len(next(batches)) == 1
        assert batches.received["datagrams"] == 1
    assert list(batches) == []

    async def first() -> int:
        async with nf.listen_async("127.0.0.1:0", interval=0.05) as batches:
            _, host, port = batches.listening[0]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(DATAGRAM, (host, port))
            return len(await batches.__anext__())

    assert asyncio.run(asyncio.wait_for(first(), 20)) == 1


def test_an_exporter_behind_a_socket_of_both_versions_is_one() -> None:
    collector = nf.Collector(columns=["exporter_address"])
    collector.push(DATAGRAM, ("::ffff:192.0.2.1", 5))
    collector.push(DATA_ONLY, ("192.0.2.1", 5))
    assert collector.take().to_pyarrow()[0].to_pylist() == ["192.0.2.1", "192.0.2.1"]


def test_listen_in_asyncio() -> None:
    port, stop = free_port(), threading.Event()

    async def first() -> nf.Table:
        async for table in nf.listen_async(("127.0.0.1", port), interval=0.1):
            return table
        raise AssertionError("no batch")

    sender = threading.Thread(target=send, args=(port, stop))
    sender.start()
    try:
        table = asyncio.run(asyncio.wait_for(first(), 20))
    finally:
        stop.set()
        sender.join()
    assert len(table) > 0


def test_a_collector_counts_what_it_cannot_read() -> None:
    collector = nf.Collector(rows=2)
    assert collector.push(DATAGRAM, ("192.0.2.9", 1)) == 1
    assert collector.push(b"none", ("192.0.2.9", 1)) == 1
    for _ in range(4):
        collector.push(DATAGRAM, ("192.0.2.9", 1))
    assert collector.rows == 5
    assert len(collector.take()) == 5 and len(collector.take()) == 0
    assert collector.stats["unreadable"] == 1 and len(collector.problems) == 1
