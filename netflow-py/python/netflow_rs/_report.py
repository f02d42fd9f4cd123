"""What passes over files count."""

from __future__ import annotations

from typing import Any

from ._errors import Problem


class Report:
    """What a pass counted."""

    def __init__(self, report: dict[str, Any]) -> None:
        self.stats: dict[str, Any] = report["stats"]
        """Counters by name; ``stats["problems"]`` by the kind of problem."""
        self.problems: list[Problem] = report["problems"]
        """The first problems, 1,000 at most."""
        self.templates: list[dict[str, Any]] = report["templates"]
        """Templates in force at the end."""
        self.domains: list[dict[str, Any]] = report["domains"]
        """What each observation domain sent, and what of it was lost.

        ``unit`` is what its sequence numbers count: ``"flow"``, ``"message"`` or ``"data record"``,
        and ``received``, ``lost``, ``late`` and ``unread`` are numbers of these; ``duplicated`` are
        messages. ``samples`` is the same by the numbers of sFlow samples, with the agent's own count
        of ``drops``. ``clock_skew`` is how far the exporter's clock was ahead."""
        self.faults: list[str] = report["faults"]
        """Files that could not be read to their end."""

    def __repr__(self) -> str:
        counts = {name: count for name, count in self.stats.items() if count}
        return f"<netflow_rs.Report {counts}>"


class Reported:
    """What has the report of a pass."""

    def report(self) -> Report:
        """What the pass counted."""
        raise NotImplementedError

    @property
    def stats(self) -> dict[str, Any]:
        """Counters of :meth:`report`."""
        return self.report().stats

    @property
    def problems(self) -> list[Problem]:
        """Problems of :meth:`report`."""
        return self.report().problems

    @property
    def domains(self) -> list[dict[str, Any]]:
        """Domains of :meth:`report`."""
        return self.report().domains

    @property
    def templates(self) -> list[dict[str, Any]]:
        """Templates of :meth:`report`."""
        return self.report().templates


class ReportedSoFar:
    """The properties of an object whose decoder is still in use."""

    def _report(self) -> dict[str, Any]:
        """The report of the compiled module."""
        raise NotImplementedError

    @property
    def stats(self) -> dict[str, Any]:
        """Counters by name, so far."""
        stats: dict[str, Any] = self._report()["stats"]
        return stats

    @property
    def problems(self) -> list[Problem]:
        """What was passed over so far; the first 1,000."""
        problems: list[Problem] = self._report()["problems"]
        return problems

    @property
    def templates(self) -> list[dict[str, Any]]:
        """Templates in force."""
        templates: list[dict[str, Any]] = self._report()["templates"]
        return templates

    @property
    def domains(self) -> list[dict[str, Any]]:
        """What each observation domain sent, and what of it was lost; see :attr:`Report.domains`."""
        domains: list[dict[str, Any]] = self._report()["domains"]
        return domains
