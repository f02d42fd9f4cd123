"""One UDP socket, for systems other than Linux."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any


class PortableSocket:
    """A UDP socket whose datagrams go to a collector."""

    def __init__(
        self, collector: Any, place: tuple[str, str, int, int], read_buffer: int
    ) -> None:
        _, host, port, zone = place
        self._collector = collector
        is_ipv6 = ":" in host
        bound = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, read_buffer)
            bound.bind((host, port, 0, zone) if is_ipv6 else (host, port))
            self.addresses = [("udp", *bound.getsockname()[:2])]
        except OSError:
            bound.close()
            raise
        self._bound = bound
        self._closing = False
        # Another thread closes the socket only while nobody reads: its number may be assigned to
        # another file at once. A signal handler of the reader's own thread need not wait.
        self._turn = threading.RLock()
        self.counters = {"datagrams": 0, "datagram_octets": 0}

    def receive(self, rows: int, seconds: float, /) -> tuple[int, bool]:
        """Receives until this number of rows wait or the seconds have passed."""
        collector = self._collector
        with self._turn:
            due = time.monotonic() + seconds
            while not self._closing and collector.rows < rows:
                try:
                    self._bound.settimeout(max(due - time.monotonic(), 0.0))
                    datagram, exporter = self._bound.recvfrom(65_535)
                except (TimeoutError, BlockingIOError):
                    break
                except OSError:
                    if self._closing:
                        break
                    raise
                self.counters["datagrams"] += 1
                self.counters["datagram_octets"] += len(datagram)
                collector.push(datagram, exporter)
                if seconds > 0 and time.monotonic() >= due:
                    break
        return collector.rows, not self._closing

    def close(self) -> None:
        """Closes the socket, from any thread or signal handler."""
        self._closing = True
        with self._turn:
            self._bound.close()

    def fileno(self) -> int:
        """Its descriptor; -1 when it is closed."""
        return self._bound.fileno()
