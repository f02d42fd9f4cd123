"""Datagrams to batches of flows."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any, Sequence

from . import _netflow
from ._addresses import Exporter, host_and_port
from ._decoder import Octets
from ._arguments import Addresses, Types, choice, chosen_flows, row_limit
from ._exporters import known
from ._inputs import check_columns
from ._options import ExporterOptions, Unpack, lists
from ._received import nanoseconds
from ._report import ReportedSoFar
from ._table import ROWS, Table


class Collector(ReportedSoFar, asyncio.DatagramProtocol):
    """Gathers the flows of datagrams into batches; also a protocol of asyncio.

    ::

        loop.create_datagram_endpoint(nf.Collector, local_addr=("0.0.0.0", 2055))

    Rows are kept in memory, without limit, until :meth:`take` returns them: call it regularly. The arguments
    are those of :func:`scan`.
    """

    @lists(known)
    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        where: str | None = None,
        addresses: Addresses = "text",
        types: Types = "native",
        rows: int = ROWS,
        split_biflows: bool = False,
        discarded: bool = False,
        state: bytes | None = None,
        **options: Unpack[ExporterOptions],
    ) -> None:
        self._collector = _netflow.Collector(
            columns=check_columns(columns),
            chosen=chosen_flows(where, split_biflows, discarded),
            addresses=choice("addresses", addresses, Addresses),
            types=choice("types", types, Types),
            rows=row_limit(rows),
            state=state,
            exporters=known(**options),
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
        host, port = host_and_port(exporter)
        self.rows = self._collector.push(datagram, host, port, nanoseconds(received))
        return self.rows

    def take(self) -> Table:
        """The rows that wait; there may be none."""
        self.rows = 0
        return Table(self._collector.take())

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """For asyncio."""
        self.push(data, addr)

    def _report(self) -> dict[str, Any]:
        return self._collector.report

    def health(self) -> dict[str, Any]:
        """The health of the exporters so far, as :meth:`Decoder.health` returns it; a frame is the
        number of the call of :meth:`push`, from 1."""
        return self._health()

    def _health(self, *counts: int) -> dict[str, Any]:
        """The same with the numbers of datagrams that sockets received, and that the kernel and a
        queue dropped."""
        found: dict[str, Any] = json.loads(self._collector.health(*counts))
        return found

    def save(self) -> bytes:
        """The state of the exporters, for the argument ``state`` of the next."""
        return self._collector.save()
