"""Datagrams as they arrive."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import math
import socket
import threading
import time
from datetime import datetime, timedelta, timezone
from typing import Any, AsyncIterator, Generator, Iterator, Protocol, Sequence, Union, cast

from . import _netflow
from ._arguments import OptionsScope, Transport, choice, whole
from ._errors import Problem
from ._exporters import Definitions, Meanings, Rates, known
from ._flows import ROWS, Table
from ._inputs import PathLike, check_columns
from ._netflow import Record
from ._portable import PortableSocket

Exporter = Union[
    str, tuple[Any, ...], list[Any], "ipaddress.IPv4Address", "ipaddress.IPv6Address", None
]
Address = Union[str, tuple[str, int], tuple[str, int, int, int]]
Octets = Union[bytes, bytearray, memoryview]

Addresses = Union[Address, Sequence[Address]]
# Transport, host, port and zone.
_Place = tuple[str, str, int, int]
_Certificates = tuple[PathLike, PathLike, Union[PathLike, None], bool]

# Octets of the receive buffer of a UDP socket that the system is asked for.
READ_BUFFER = 16 << 20
# Seconds after which a listener lets signals be handled.
_PATIENCE = 0.1
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _exporter(exporter: Exporter) -> tuple[str, int]:
    first = exporter[0] if isinstance(exporter, (tuple, list)) and exporter else exporter
    if not isinstance(first, (str, ipaddress.IPv4Address, ipaddress.IPv6Address, type(None))):
        raise TypeError(
            "exporter is an address such as '192.0.2.1' or (address, port), not "
            f"{type(first).__name__}"
        )
    host, port = _parted(exporter)
    # A zone says through which interface an address is reached.
    return host.split("%")[0], whole("the port of the exporter", port, 0, 65_535)


def _parted(exporter: Exporter) -> tuple[str, int]:
    if exporter is None:
        return "0.0.0.0", 0
    if isinstance(exporter, (tuple, list)):
        if len(exporter) < 2:
            raise ValueError("an exporter is (address, port)")
        return str(exporter[0]), int(exporter[1])
    text = str(exporter)
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        return host, int(port.lstrip(":") or 0)
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, int(port)
    return text, 0


def _received(received: datetime | float | None) -> int:
    if received is None:
        return time.time_ns()
    if isinstance(received, datetime):
        if received.tzinfo is None:
            raise ValueError("received has no time zone; pass datetime.now(timezone.utc)")
        nanos = (received - _EPOCH) // timedelta(microseconds=1) * 1_000
    else:
        nanos = round(received * 1e9) if math.isfinite(received * 1e9) else 1 << 63
    if not -(1 << 63) <= nanos < 1 << 63:
        raise ValueError(f"received is a time between 1678 and 2262, not {received}")
    return nanos


class Decoder:
    """Decodes datagrams of any number of exporters, and keeps what they announced.

    One may be used by several threads, one at a time inside. ``sampling``,
    ``sampling_override``, ``options_scope``, ``second_counters``, ``definitions`` and ``by_port``
    are those of :func:`scan`.
    """

    def __init__(
        self,
        *,
        sampling: Rates = None,
        sampling_override: Rates = None,
        options_scope: OptionsScope = "domain",
        second_counters: Meanings = None,
        definitions: Definitions = (),
        by_port: bool = False,
    ) -> None:
        self._state = _netflow.State(
            exporters=known(
                sampling, sampling_override, options_scope, second_counters, definitions, by_port
            )
        )

    def decode(
        self,
        datagram: Octets,
        *,
        exporter: Exporter = None,
        received: datetime | float | None = None,
        transport: Transport = "udp",
    ) -> list[Record]:
        """The flows of a datagram: its own, and those that waited for a template it brings.

        Args:
            datagram: the payload.
            exporter: who sent it: ``"192.0.2.1"``, ``"192.0.2.1:50000"``, ``("192.0.2.1",
                50000)``. Templates belong to one exporter.
            received: when, as datetime or as seconds since 1970; now by default.
            transport: ``"udp"``, or ``"stream"`` for a message of TCP.

        Raises:
            NetflowError: if not even its first header can be read. Everything that is wrong after
                it is reported in :attr:`problems`.
        """
        choice("transport", transport, Transport)
        host, port = _exporter(exporter)
        return self._state.decode(
            datagram, host, port, _received(received), transport == "stream"
        )

    def end_session(self, exporter: Exporter) -> None:
        """Forgets the templates of a stream."""
        self._state.end_session(*_exporter(exporter))

    def health(self) -> dict[str, Any]:
        """The health of the exporters so far, as :func:`netflow_rs.health` returns it. ``input``
        is all zeros; a frame is the number of the call of :meth:`decode`, from 1."""
        found: dict[str, Any] = json.loads(self._state.health())
        return found

    def save(self) -> bytes:
        """The state of the exporters, for :meth:`load` or the argument ``state`` of ``scan``."""
        return self._state.save()

    def load(self, state: bytes) -> None:
        """Merges a state that :meth:`save` returned."""
        self._state.load(state)

    @property
    def stats(self) -> dict[str, Any]:
        """Counters by name."""
        return self._state.report["stats"]

    @property
    def templates(self) -> list[dict[str, Any]]:
        """Templates in force."""
        return self._state.report["templates"]

    @property
    def domains(self) -> list[dict[str, Any]]:
        """What each observation domain sent, and what of it was lost."""
        return self._state.report["domains"]

    @property
    def problems(self) -> list[Problem]:
        """What was passed over; the last 1,000."""
        return self._state.problems

    def __repr__(self) -> str:
        stats = self.stats
        return f"<netflow_rs.Decoder {stats['datagrams']} datagrams, {stats['records']} records>"


def _address(address: Address) -> tuple[Any, ...]:
    """As sockets take it, with the zone."""
    if isinstance(address, (tuple, list)):
        # IPv6 sockets report four: flow information and zone, too.
        if len(address) != 2 and not (len(address) == 4 and ":" in str(address[0])):
            raise ValueError(f"an address is (host, port), not {address!r}")
        bound: tuple[Any, ...] = tuple(address)
        if not isinstance(bound[0], str) or not all(isinstance(n, int) for n in bound[1:]):
            raise TypeError(f"an address is a str and an int, not {address!r}")
    elif isinstance(address, str):
        try:
            bound = _parted(address)
        except ValueError:
            bound = (address, 0)
        if bound[1] == 0 and not address.endswith(":0"):
            raise ValueError(f"{address!r} has no port; pass '0.0.0.0:2055'")
    else:
        raise TypeError(f"pass an address such as '0.0.0.0:2055', not {address!r}")
    if not 0 <= bound[1] <= 65_535:
        raise ValueError(f"{bound[1]} is no port, in {address!r}")
    return bound


class Collector(asyncio.DatagramProtocol):
    """Gathers the flows of datagrams into batches; also a protocol of asyncio.

    ::

        loop.create_datagram_endpoint(nf.Collector, local_addr=("0.0.0.0", 2055))

    Rows wait until :meth:`take` takes them, however many: take them as they come.
    """

    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        addresses: str = "text",
        types: str = "native",
        rows: int = ROWS,
        state: bytes | None = None,
        sampling: Rates = None,
        sampling_override: Rates = None,
        options_scope: str = "domain",
        second_counters: Meanings = None,
    ) -> None:
        self._collector = _netflow.Collector(
            columns=check_columns(columns),
            addresses=addresses,
            types=types,
            rows=rows,
            state=state,
            exporters=known(sampling, sampling_override, options_scope, second_counters),
        )
        self.rows = 0
        """Rows that wait to be taken."""

    def push(
        self,
        datagram: Octets,
        exporter: Exporter = None,
        received: datetime | float | None = None,
    ) -> int:
        """Adds a datagram; returns the number of rows that wait to be taken."""
        host, port = _exporter(exporter)
        self.rows = self._collector.push(datagram, host, port, _received(received))
        return self.rows

    def take(self) -> Table:
        """The rows that wait; there may be none."""
        self.rows = 0
        return Table(self._collector.take())

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """For asyncio."""
        self.push(data, addr)

    @property
    def stats(self) -> dict[str, Any]:
        """Counters by name."""
        return self._collector.report["stats"]

    @property
    def problems(self) -> list[Problem]:
        """What was passed over; the first 1,000."""
        return self._collector.report["problems"]

    @property
    def templates(self) -> list[dict[str, Any]]:
        """Templates in force."""
        return self._collector.report["templates"]

    @property
    def domains(self) -> list[dict[str, Any]]:
        """What each observation domain sent, and what of it was lost."""
        return self._collector.report["domains"]

    def health(self) -> dict[str, Any]:
        """The health of the exporters so far, as :meth:`Decoder.health` returns it; a frame is the
        number of the call of :meth:`push`, from 1."""
        found: dict[str, Any] = json.loads(self._collector.health())
        return found

    def save(self) -> bytes:
        """The state of the exporters, for the argument ``state`` of the next."""
        return self._collector.save()


class _Sockets(Protocol):
    """Sockets whose datagrams go to a collector: of the compiled module on Linux, else portable."""

    def receive(self, rows: int, seconds: float, /) -> tuple[int, bool]: ...

    def close(self) -> None: ...

    def fileno(self) -> int: ...

    @property
    def addresses(self) -> list[tuple[str, str, int]]: ...

    @property
    def counters(self) -> dict[str, int]: ...


class _Collecting:
    """What became of the datagrams so far."""

    collector: Collector

    @property
    def stats(self) -> dict[str, Any]:
        """Counters by name."""
        return self.collector.stats

    @property
    def problems(self) -> list[Problem]:
        """What was passed over; the first 1,000."""
        return self.collector.problems

    @property
    def templates(self) -> list[dict[str, Any]]:
        """Templates in force."""
        return self.collector.templates

    @property
    def domains(self) -> list[dict[str, Any]]:
        """What each observation domain sent, and what of it was lost."""
        return self.collector.domains

    def save(self) -> bytes:
        """The state of the exporters, for the argument ``state`` of the next."""
        return self.collector.save()

    def __repr__(self) -> str:
        stats = self.stats
        problems = sum(stats["problems"].values())
        return (
            f"<netflow_rs.{type(self).__name__} {stats['datagrams']} datagrams, "
            f"{stats['records']} records, {problems} problems>"
        )


class Listener(_Collecting, Iterator[Table]):
    """The batches of one or more listening addresses. See :func:`listen`."""

    def __init__(
        self, sockets: _Sockets, collector: Collector, rows: int, interval: float
    ) -> None:
        self.collector = collector
        self._sockets = sockets
        self._batches = _listen(sockets, collector, rows, interval)
        # A generator runs in one thread at a time.
        self._turn = threading.Lock()

    def __next__(self) -> Table:
        with self._turn:
            return next(self._batches)

    @property
    def listening(self) -> list[tuple[str, str, int]]:
        """Transport, host and port of each address, with the port that the system chose."""
        return self._sockets.addresses

    @property
    def received(self) -> dict[str, int]:
        """What the sockets received, refused and lost, by name: ``kernel_drops`` are datagrams that
        the system dropped because a receive buffer was full."""
        return self._sockets.counters

    def close(self) -> None:
        """Closes the sockets, from any thread or signal handler. What was received before is decoded,
        and rows that wait are returned before the end."""
        self._sockets.close()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncListener(_Collecting, AsyncIterator[Table]):
    """The batches of one or more listening addresses. See :func:`listen_async`."""

    def __init__(
        self, sockets: _Sockets, collector: Collector, rows: int, interval: float
    ) -> None:
        self.collector = collector
        self._sockets = sockets
        self._rows = rows
        self._interval = interval
        self._due: float | None = None

    async def __anext__(self) -> Table:
        """The next batch. It may be cancelled, and called again."""
        loop = asyncio.get_running_loop()
        # Other tasks get their turn even if there is always something to receive.
        await asyncio.sleep(0)
        while True:
            self.collector.rows, is_open = self._sockets.receive(self._rows, 0)
            now = loop.time()
            due = self._due = self._due or now + self._interval
            if self.collector.rows >= self._rows or now >= due or not is_open:
                self._due = now + self._interval
                if self.collector.rows:
                    return self.collector.take()
                if not is_open:
                    raise StopAsyncIteration
            # Connections that take too long are closed by a call of `receive`, too.
            await self._readable(min(max(due - now, 0.001), 0.25))

    async def _readable(self, seconds: float) -> None:
        """Waits until there is something to receive, at most this long."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        descriptor = self._sockets.fileno()
        try:
            loop.add_reader(descriptor, readable.set)
        except NotImplementedError:
            # Loops of Windows have no readers.
            await asyncio.sleep(min(seconds, 0.05))
            return
        try:
            await asyncio.wait_for(readable.wait(), seconds)
        except asyncio.TimeoutError:
            pass
        finally:
            loop.remove_reader(descriptor)

    @property
    def listening(self) -> list[tuple[str, str, int]]:
        """As :attr:`Listener.listening`."""
        return self._sockets.addresses

    @property
    def received(self) -> dict[str, int]:
        """As :attr:`Listener.received`."""
        return self._sockets.counters

    async def aclose(self) -> None:
        """Closes the sockets. What was received before is decoded, and a batch of it may follow."""
        self._sockets.close()

    async def __aenter__(self) -> AsyncListener:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def listen(
    address: Addresses = (),
    *,
    tcp: Addresses = (),
    tls: Addresses = (),
    certificate: PathLike | None = None,
    key: PathLike | None = None,
    client_ca: PathLike | None = None,
    client_certificates: str = "required",
    allow: Sequence[str] = (),
    read_buffer: int = READ_BUFFER,
    columns: Sequence[str] | None = None,
    addresses: str = "text",
    types: str = "native",
    rows: int = ROWS,
    interval: float = 1.0,
    state: bytes | None = None,
    sampling: Rates = None,
    sampling_override: Rates = None,
    options_scope: str = "domain",
    second_counters: Meanings = None,
) -> Listener:
    """Listens on UDP ports, and for IPFIX over TCP and TLS, and yields a batch whenever there are
    ``rows`` rows, or any rows after ``interval`` seconds. Ends when it is closed; Ctrl-C interrupts it.

    Args:
        address: where to listen over UDP, such as ``"0.0.0.0:2055"`` or a list of addresses.
        tcp: where to listen for IPFIX over TCP.
        tls: where to listen for IPFIX over TLS, with ``certificate`` and ``key`` in files of PEM.
        client_ca: ask exporters for a certificate signed by one of these authorities (PEM);
            ``client_certificates`` is ``"required"`` or ``"optional"``.
        allow: subnets of exporters that may send; all if it is empty.
        read_buffer: octets of the receive buffer of each UDP socket to ask the system for.

    What could not be decoded is in ``stats`` and ``problems`` of the listener, what was lost before in
    ``received``; ``state`` is what ``save`` of another returned. ``sampling``, ``sampling_override``,
    ``options_scope`` and ``second_counters`` are those of :func:`scan`. TCP and TLS, several addresses
    and ``allow`` need Linux.
    """
    collector = Collector(
        columns=columns,
        addresses=addresses,
        types=types,
        rows=rows,
        state=state,
        sampling=sampling,
        sampling_override=sampling_override,
        options_scope=options_scope,
        second_counters=second_counters,
    )
    certificates = _certificates(certificate, key, client_ca, client_certificates)
    places = _places(address, tcp, tls)
    sockets = _open(collector, places, certificates, allow, read_buffer, interval)
    return Listener(sockets, collector, rows, interval)


def listen_async(
    address: Addresses = (),
    *,
    tcp: Addresses = (),
    tls: Addresses = (),
    certificate: PathLike | None = None,
    key: PathLike | None = None,
    client_ca: PathLike | None = None,
    client_certificates: str = "required",
    allow: Sequence[str] = (),
    read_buffer: int = READ_BUFFER,
    columns: Sequence[str] | None = None,
    addresses: str = "text",
    types: str = "native",
    rows: int = ROWS,
    interval: float = 1.0,
    state: bytes | None = None,
    sampling: Rates = None,
    sampling_override: Rates = None,
    options_scope: str = "domain",
    second_counters: Meanings = None,
) -> AsyncListener:
    """:func:`listen` for asyncio."""
    collector = Collector(
        columns=columns,
        addresses=addresses,
        types=types,
        rows=rows,
        state=state,
        sampling=sampling,
        sampling_override=sampling_override,
        options_scope=options_scope,
        second_counters=second_counters,
    )
    certificates = _certificates(certificate, key, client_ca, client_certificates)
    places = _places(address, tcp, tls)
    sockets = _open(collector, places, certificates, allow, read_buffer, interval)
    return AsyncListener(sockets, collector, rows, interval)


def _places(udp: Addresses, tcp: Addresses, tls: Addresses) -> list[_Place]:
    """Transport, host, port and zone of each address."""
    places = []
    for transport, addresses in (("udp", udp), ("tcp", tcp), ("tls", tls)):
        for address in _several(addresses):
            places.append((transport, *_resolved(_address(address))))
    if not places:
        raise ValueError("there is no address to listen on; pass '0.0.0.0:2055'")
    return places


def _several(addresses: Addresses) -> list[Address]:
    if isinstance(addresses, (str, tuple)) and addresses != ():
        return [cast(Address, addresses)]
    if isinstance(addresses, (list, tuple)):
        return list(cast("Sequence[Address]", addresses))
    raise TypeError(f"pass an address such as '0.0.0.0:2055', not {addresses!r}")


def _resolved(address: tuple[Any, ...]) -> tuple[str, int, int]:
    """Host, port and the number of the zone."""
    host, port = address[:2]
    zone = address[3] if len(address) == 4 else 0
    if "%" in host:
        found = socket.getaddrinfo(host, port, socket.AF_INET6, socket.SOCK_DGRAM)[0][4]
        zone = found[3] if len(found) == 4 else 0
        host = host.split("%")[0]
    return host, port, zone


def _certificates(
    certificate: PathLike | None,
    key: PathLike | None,
    client_ca: PathLike | None,
    clients: str,
) -> _Certificates | None:
    if clients not in ("required", "optional"):
        raise ValueError(f'client_certificates is "required" or "optional", not {clients!r}')
    if certificate is None or key is None:
        return None
    return certificate, key, client_ca, clients == "required"


def _open(
    collector: Collector,
    places: list[_Place],
    certificates: _Certificates | None,
    allow: Sequence[str],
    read_buffer: int,
    interval: float,
) -> _Sockets:
    if interval <= 0:
        raise ValueError(f"interval is a number of seconds, not {interval}")
    opened = getattr(_netflow, "Sockets", None)
    if opened is None:
        if len(places) != 1 or places[0][0] != "udp" or allow:
            raise NotImplementedError("more than one UDP address, TCP, TLS and allow need Linux")
        return PortableSocket(collector, places[0], read_buffer)
    sockets: _Sockets = opened(
        collector._collector,
        places,
        certificates=certificates,
        allowed=list(allow),
        read_buffer=read_buffer,
    )
    return sockets


def _listen(
    sockets: _Sockets, collector: Collector, rows: int, interval: float
) -> Generator[Table, None, None]:
    due = time.monotonic() + interval
    is_open = True
    while is_open:
        # Signals are handled between two calls.
        wait = min(max(due - time.monotonic(), 0.001), _PATIENCE)
        collector.rows, is_open = sockets.receive(rows, wait)
        now = time.monotonic()
        if collector.rows >= rows or now >= due or not is_open:
            due = now + interval
            if collector.rows:
                yield collector.take()
