"""A table for each template, with every element it has."""

from __future__ import annotations

import html
from typing import Any, Iterator, Sequence, overload

from . import _netflow
from ._arguments import Addresses, choice, row_limit
from ._errors import warn
from ._inputs import Inputs, Opened, expand
from ._options import InputOptions, Unpack, lists, reading
from ._progress import Progress
from ._report import Report, Reported
from ._rescannable import Rescannable
from ._table import ROWS, Table


class TemplateTable(Rescannable):
    """The records of one template: read anew by everyone who asks for them. See :func:`tables`.

    The columns are ``received``, ``export_time``, ``sequence``, ``late`` and ``frame`` (before
    them ``file``, of several files), then the elements by their names, or as ``"PEN:ID"``;
    a name that is taken already is followed by ``" (PEN:ID)"``.
    """

    def __init__(
        self,
        inputs: list[Opened],
        reader: _netflow.Reader,
        described: tuple[str, str | None, str, int, int, bool, int],
    ) -> None:
        super().__init__(inputs, reader)
        (
            self.name,
            self.exporter,
            self.export_protocol,
            self.observation_domain,
            self.template_id,
            self.is_options,
            self._rows,
        ) = described

    name: str
    """As ``"192.0.2.1-netflow9-0-256"``; that of a template that was redefined ends with a number
    more."""
    exporter: str | None
    """Its address; ``None`` in an IPFIX file, which does not say."""
    export_protocol: str
    observation_domain: int
    template_id: int
    """0 in the versions that have no templates."""
    is_options: bool
    """It describes the exporter, not flows."""

    def __len__(self) -> int:
        return self._rows

    def __repr__(self) -> str:
        kind = "options" if self.is_options else "records"
        shown = ", ".join(self.columns[:8]) + (", …" if len(self.columns) > 8 else "")
        return f"<netflow_rs.TemplateTable {self.name!r}, {len(self)} {kind}: {shown}>"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self)[1:-1])}</p>"


class Tables(Reported, Sequence[TemplateTable]):
    """The tables of files, by number or by name. See :func:`tables`."""

    def __init__(self, inputs: list[Opened], options: dict[str, Any], bar: bool | None) -> None:
        self._inputs = inputs
        self._tables = _netflow.Tables(inputs, **options)
        reading = self._tables.open()
        for _ in self._batches(reading, bar):
            pass
        self._all = [
            TemplateTable(inputs, reading.reader(place), described)
            for place, described in enumerate(reading.found)
        ]
        report = reading.report
        assert report is not None
        self._report = Report(report)
        if reading.left_out:
            warn(f"{reading.left_out} rows are in no table: there are too many templates")

    def _batches(
        self, reading: _netflow.TablesPass, progress: bool | None
    ) -> Iterator[tuple[int, _netflow.Table]]:
        with Progress(self._inputs, progress) as bar:
            for found in reading:
                bar.at(reading.octets_read)
                yield found

    def __len__(self) -> int:
        return len(self._all)

    @overload
    def __getitem__(self, which: int | str) -> TemplateTable: ...
    @overload
    def __getitem__(self, which: slice) -> list[TemplateTable]: ...
    def __getitem__(self, which: int | str | slice) -> TemplateTable | list[TemplateTable]:
        if not isinstance(which, str):
            return self._all[which]
        for table in self._all:
            if table.name == which:
                return table
        raise KeyError(which)

    def read(self, *, progress: bool | None = None) -> dict[str, Table]:
        """All of them in memory, by their names; they are read in one pass."""
        reading = self._tables.open()
        batches: dict[int, list[_netflow.Table]] = {}
        for place, batch in self._batches(reading, progress):
            batches.setdefault(place, []).append(batch)
        names = [described[0] for described in reading.found]
        return {
            names[place]: Table(_netflow.Table.concat(batches[place])) for place in sorted(batches)
        }

    def report(self) -> Report:
        """What the pass counted that found the tables."""
        return self._report

    def __repr__(self) -> str:
        lines = "".join(f"\n  {table!r}" for table in self._all[:20])
        more = f"\n  … {len(self) - 20} more" if len(self) > 20 else ""
        return f"<netflow_rs.Tables, {len(self)} of them>{lines}{more}"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{place}</td><td>{html.escape(table.name)}</td>"
            f"<td>{'options' if table.is_options else 'records'}</td><td>{len(table):,}</td>"
            f"<td>{html.escape(', '.join(table.columns))}</td></tr>"
            for place, table in enumerate(self._all[:50])
        )
        more = f"<p>and {len(self) - 50} more</p>" if len(self) > 50 else ""
        head = "".join(f"<th>{name}</th>" for name in ("", "table", "of", "rows", "columns"))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


@lists(reading)
def tables(
    source: Inputs,
    *,
    addresses: Addresses = "text",
    rows: int = ROWS,
    progress: bool | None = None,
    **options: Unpack[InputOptions],
) -> Tables:
    """A table for each template of captures and IPFIX files, with every element it has: those of
    vendors, options, and lists too. NetFlow v1 to v8 have one for each exporter and version.

    The files are read once to find the tables; each is read again by everyone who asks for its
    rows, in bounded memory. The arguments are those of :func:`netflow_rs.read`.

    >>> for table in nf.tables("capture.pcap"):  # doctest: +SKIP
    ...     print(table.name, len(table), table.to_pandas())
    """
    return Tables(
        expand(source),
        {
            "addresses": choice("addresses", addresses, Addresses),
            "rows": row_limit(rows),
            **reading(**options),
        },
        progress,
    )
