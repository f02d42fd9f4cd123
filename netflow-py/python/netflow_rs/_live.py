"""Datagrams as they arrive."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from datetime import datetime, timedelta, timezone
from typing import Any, AsyncIterator, Iterator, Sequence, Union

from . import _netflow
from ._errors import Problem
from ._flows import ROWS, Table
from ._inputs import check_columns
from ._netflow import Record

Exporter = Union[
    str, tuple[Any, ...], "ipaddress.IPv4Address", "ipaddress.IPv6Address", None
]
Octets = Union[bytes, bytearray, memoryview]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _exporter(exporter: Exporter) -> tuple[str, int]:
    if exporter is None:
        return "0.0.0.0", 0
    if isinstance(exporter, tuple):
        if len(exporter) < 2:
            raise ValueError("an exporter is (address, port)")
        return str(exporter[0]).split("%")[0], int(exporter[1])
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
            raise ValueError("received has no time zone; give datetime.now(timezone.utc)")
        return (received - _EPOCH) // timedelta(microseconds=1) * 1_000
    return round(received * 1e9)


class Decoder:
    """Decodes datagrams of any number of exporters, and keeps what they taught.

    One may be used by several threads, one at a time inside.
    """

    def __init__(self) -> None:
        self._state = _netflow.State()

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
            received: when, as datetime or as seconds since 1970; now, if not given.
            transport: ``"udp"``, or ``"stream"`` for a message of TCP.

        Raises:
            NetflowError: if not even its first header can be read. Whatever is wrong further
                on is told in :attr:`problems`.
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

    def save(self) -> bytes:
        """What exporters taught, for :meth:`load` or the argument ``state`` of ``scan``."""
        return self._state.save()

    def load(self, state: bytes) -> None:
        """Adds what :meth:`save` gave."""
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


def _address(address: str | tuple[str, int]) -> tuple[str, int]:
    if isinstance(address, tuple):
        return address
    host, port = _exporter(address)
    if port == 0 and not address.endswith(":0"):
        raise ValueError(f"{address!r} has no port; give '0.0.0.0:2055'")
    return host, port


class Collector(asyncio.DatagramProtocol):
    """Gathers the flows of datagrams into batches; also a protocol of asyncio.

    ::

        loop.create_datagram_endpoint(nf.Collector, local_addr=("0.0.0.0", 2055))
    """

    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        addresses: str = "text",
        types: str = "native",
        rows: int = ROWS,
    ) -> None:
        self._collector = _netflow.Collector(
            columns=check_columns(columns), addresses=addresses, types=types, rows=rows
        )
        self.rows = 0
        """Rows that wait to be taken."""

    def push(
        self,
        datagram: Octets,
        exporter: Exporter = None,
        received: datetime | float | None = None,
    ) -> int:
        """Adds a datagram; gives how many rows wait to be taken."""
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


def listen(
    address: str | tuple[str, int],
    *,
    columns: Sequence[str] | None = None,
    addresses: str = "text",
    types: str = "native",
    rows: int = ROWS,
    interval: float = 1.0,
) -> Iterator[Table]:
    """Listens on a UDP port and yields a batch whenever there are ``rows`` rows, or any rows
    after ``interval`` seconds. Ends with Ctrl-C, or when the generator is closed.
    """
    collector = Collector(columns=columns, addresses=addresses, types=types, rows=rows)
    bound = _bind(_address(address))
    return _listen(bound, collector, rows, interval)


def _bind(address: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_DGRAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def _listen(
    bound: socket.socket, collector: Collector, rows: int, interval: float
) -> Iterator[Table]:
    with bound:
        due = time.monotonic() + interval
        while True:
            bound.settimeout(max(due - time.monotonic(), 0.001))
            try:
                datagram, exporter = bound.recvfrom(65_535)
                collector.push(datagram, exporter)
            except TimeoutError:
                pass
            now = time.monotonic()
            if collector.rows >= rows or now >= due:
                due = now + interval
                if collector.rows:
                    yield collector.take()


async def listen_async(
    address: str | tuple[str, int],
    *,
    columns: Sequence[str] | None = None,
    addresses: str = "text",
    types: str = "native",
    rows: int = ROWS,
    interval: float = 1.0,
) -> AsyncIterator[Table]:
    """:func:`listen` for asyncio."""
    loop = asyncio.get_running_loop()
    transport, collector = await loop.create_datagram_endpoint(
        lambda: Collector(columns=columns, addresses=addresses, types=types, rows=rows),
        sock=_bind(_address(address)),
    )
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
