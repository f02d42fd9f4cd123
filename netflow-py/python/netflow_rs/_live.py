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
from typing import Any, AsyncGenerator, AsyncIterator, Generator, Iterator, Sequence, Union

from . import _netflow
from ._errors import Problem
from ._exporters import Meanings, Rates, known
from ._flows import ROWS, Table
from ._inputs import check_columns
from ._netflow import Record

Exporter = Union[
    str, tuple[Any, ...], list[Any], "ipaddress.IPv4Address", "ipaddress.IPv6Address", None
]
Address = Union[str, tuple[str, int], tuple[str, int, int, int]]
Octets = Union[bytes, bytearray, memoryview]

# Seconds after which a listener looks whether it was closed.
_PATIENCE = 0.1
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _exporter(exporter: Exporter) -> tuple[str, int]:
    host, port = _parted(exporter)
    if not 0 <= port <= 65_535:
        raise ValueError(f"{port} is no port")
    # A zone says through which interface an address is reached.
    return host.split("%")[0], port


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
    ``sampling_override``, ``options_scope`` and ``second_counters`` are those of :func:`scan`.
    """

    def __init__(
        self,
        *,
        sampling: Rates = None,
        sampling_override: Rates = None,
        options_scope: str = "domain",
        second_counters: Meanings = None,
    ) -> None:
        self._state = _netflow.State(
            exporters=known(sampling, sampling_override, options_scope, second_counters)
        )

    def decode(
        self,
        datagram: Octets,
        *,
        exporter: Exporter = None,
        received: datetime | float | None = None,
        transport: str = "udp",
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
        if transport not in ("udp", "stream"):
            raise ValueError(f'transport is "udp" or "stream", not {transport!r}')
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


class _Port:
    """A socket that one thread reads and any may close."""

    def __init__(self, bound: socket.socket) -> None:
        self.bound = bound
        self.closing = False
        # Another thread closes the socket only while nobody reads: its number may be assigned to
        # another file at once. A signal handler of the reader's own thread need not wait.
        self.turn = threading.RLock()

    def close(self) -> None:
        self.closing = True
        with self.turn:
            self.bound.close()


class Listener(_Collecting, Iterator[Table]):
    """The batches of a UDP port. See :func:`listen`."""

    def __init__(
        self, bound: socket.socket, collector: Collector, rows: int, interval: float
    ) -> None:
        self.collector = collector
        self._port = _Port(bound)
        self._batches = _listen(self._port, collector, rows, interval)

    def __next__(self) -> Table:
        with self._port.turn:
            return next(self._batches)

    def close(self) -> None:
        """Closes the port, from any thread or signal handler; rows that wait are returned before
        the end."""
        self._port.close()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncListener(_Collecting, AsyncIterator[Table]):
    """The batches of a UDP port. See :func:`listen_async`."""

    def __init__(
        self, bound: socket.socket, collector: Collector, rows: int, interval: float
    ) -> None:
        self.collector = collector
        self._bound = bound
        self._batches = _listen_async(bound, collector, rows, interval)

    async def __anext__(self) -> Table:
        return await self._batches.__anext__()

    async def aclose(self) -> None:
        """Closes the port."""
        await self._batches.aclose()
        self._bound.close()

    async def __aenter__(self) -> AsyncListener:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def listen(
    address: Address,
    *,
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
    """Listens on a UDP port and yields a batch whenever there are ``rows`` rows, or any rows
    after ``interval`` seconds. Ends with Ctrl-C, or when it is closed.

    What could not be decoded is in ``stats`` and ``problems`` of the listener; ``state`` is what
    ``save`` of another returned. ``sampling``, ``sampling_override``, ``options_scope`` and
    ``second_counters`` are those of :func:`scan`.
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
    return Listener(_bind(_address(address), interval), collector, rows, interval)


def listen_async(
    address: Address,
    *,
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
    return AsyncListener(_bind(_address(address), interval), collector, rows, interval)


def _bind(address: tuple[Any, ...], interval: float) -> socket.socket:
    if interval <= 0:
        raise ValueError(f"interval is a number of seconds, not {interval}")
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_DGRAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        if "%" in address[0]:
            # Sockets take a zone as a number only.
            host, port = address[:2]
            address = socket.getaddrinfo(host, port, family, socket.SOCK_DGRAM)[0][4]
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def _listen(
    port: _Port, collector: Collector, rows: int, interval: float
) -> Generator[Table, None, None]:
    with port.bound as bound:
        due = time.monotonic() + interval
        while not port.closing:
            try:
                bound.settimeout(min(max(due - time.monotonic(), 0.001), _PATIENCE))
                datagram, exporter = bound.recvfrom(65_535)
            except TimeoutError:
                pass
            except OSError:
                if not port.closing:
                    raise
            else:
                collector.push(datagram, exporter)
            now = time.monotonic()
            if collector.rows >= rows or now >= due:
                due = now + interval
                if collector.rows:
                    yield collector.take()
    if collector.rows:
        yield collector.take()


async def _listen_async(
    bound: socket.socket, collector: Collector, rows: int, interval: float
) -> AsyncGenerator[Table, None]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: collector, sock=bound)
    try:
        due = loop.time() + interval
        while True:
            await asyncio.sleep(min(interval, 0.05))
            if collector.rows >= rows or loop.time() >= due:
                due = loop.time() + interval
                if collector.rows:
                    yield collector.take()
    finally:
        transport.close()
