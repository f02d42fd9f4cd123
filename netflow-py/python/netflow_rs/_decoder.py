"""Datagrams to flows, one after the other."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Union

from . import _netflow
from ._addresses import Exporter, host_and_port
from ._arguments import Transport, choice, chosen_flows
from ._errors import Problem
from ._exporters import known
from ._netflow import Record
from ._options import ExporterOptions, Unpack, lists
from ._received import nanoseconds
from ._report import ReportedSoFar

Octets = Union[bytes, bytearray, memoryview]


class Decoder(ReportedSoFar):
    """Decodes datagrams of any number of exporters, and keeps what they announced.

    One may be used by several threads, one at a time inside. The arguments are those of
    :func:`scan`.
    """

    @lists(known)
    def __init__(
        self,
        *,
        where: str | None = None,
        split_biflows: bool = False,
        discarded: bool = False,
        state: bytes | None = None,
        **options: Unpack[ExporterOptions],
    ) -> None:
        self._state = _netflow.State(
            chosen=chosen_flows(where, split_biflows, discarded),
            state=state,
            exporters=known(**options),
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
        host, port = host_and_port(exporter)
        return self._state.decode(
            datagram, host, port, nanoseconds(received), transport == "stream"
        )

    def end_session(self, exporter: Exporter) -> None:
        """Forgets the templates of a stream."""
        self._state.end_session(*host_and_port(exporter))

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

    def _report(self) -> dict[str, Any]:
        return self._state.report

    @property
    def problems(self) -> list[Problem]:
        """What was passed over; the last 1,000."""
        return self._state.problems

    def __repr__(self) -> str:
        stats = self.stats
        return f"<netflow_rs.Decoder {stats['datagrams']} datagrams, {stats['records']} records>"
