"""The batches of sockets, as they come."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any, AsyncIterator, Generator, Iterator, Protocol

from ._collector import Collector
from ._errors import Problem
from ._report import ReportedSoFar
from ._table import Table

# Seconds after which a listener lets signals be handled.
_PATIENCE = 0.1


class Sockets(Protocol):
    """Sockets whose datagrams go to a collector: of the compiled module on Linux, else portable."""

    def receive(self, rows: int, seconds: float, /) -> tuple[int, bool]: ...

    def close(self) -> None: ...

    def fileno(self) -> int: ...

    @property
    def addresses(self) -> list[tuple[str, str, int]]: ...

    @property
    def counters(self) -> dict[str, int]: ...


class _Listening(ReportedSoFar):
    """What listeners share: their sockets, and what became of the datagrams so far."""

    def __init__(
        self, sockets: Sockets, collector: Collector, rows: int, interval: float
    ) -> None:
        self.collector = collector
        self._sockets = sockets
        self._rows = rows
        self._interval = interval

    @property
    def listening(self) -> list[tuple[str, str, int]]:
        """Transport, host and port of each address, with the port that the system chose."""
        return self._sockets.addresses

    @property
    def received(self) -> dict[str, int]:
        """What the sockets received, refused and lost, by name: ``kernel_drops`` are datagrams that
        the system dropped because a receive buffer was full."""
        return self._sockets.counters

    @property
    def problems(self) -> list[Problem]:
        """What was passed over; the first 1,000."""
        return self.collector.problems

    def _report(self) -> dict[str, Any]:
        return self.collector._report()

    def health(self) -> dict[str, Any]:
        """The health of the exporters so far, as :func:`netflow_rs.health` returns it, with a finding
        on datagrams that were dropped before they were read."""
        received = self.received
        datagrams = received.get("datagrams", 0) + received.get("messages", 0)
        kernel_drops = received.get("kernel_drops", 0)
        return self.collector._health(datagrams, kernel_drops, received.get("queue_drops", 0))

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


class Listener(_Listening, Iterator[Table]):
    """The batches of one or more listening addresses. See :func:`listen`."""

    def __init__(
        self, sockets: Sockets, collector: Collector, rows: int, interval: float
    ) -> None:
        super().__init__(sockets, collector, rows, interval)
        self._batches = _batches(sockets, collector, rows, interval)
        # A generator runs in one thread at a time.
        self._turn = threading.Lock()

    def __next__(self) -> Table:
        with self._turn:
            return next(self._batches)

    def close(self) -> None:
        """Closes the sockets, from any thread or signal handler. What was received before is decoded,
        and rows that wait are returned before the end."""
        self._sockets.close()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _batches(
    sockets: Sockets, collector: Collector, rows: int, interval: float
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


class AsyncListener(_Listening, AsyncIterator[Table]):
    """The batches of one or more listening addresses. See :func:`listen_async`."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(
            listener._sockets, listener.collector, listener._rows, listener._interval
        )
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

    async def aclose(self) -> None:
        """Closes the sockets. What was received before is decoded, and a batch of it may follow."""
        self._sockets.close()

    async def __aenter__(self) -> AsyncListener:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
