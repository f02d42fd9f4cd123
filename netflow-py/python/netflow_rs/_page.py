"""The report as a page of HTML."""

from __future__ import annotations

import html
import os
from pathlib import Path

from . import _netflow
from ._inputs import Inputs, expand
from ._options import InputOptions, Unpack, lists, reading

# Pixels of the page in a notebook.
_HEIGHT = 720


class ReportPage:
    """A page of HTML that loads nothing. A notebook shows it; elsewhere, :meth:`save` it."""

    def __init__(self, page: str) -> None:
        self.html = page
        """The page."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the page to a file."""
        Path(path).write_text(self.html, encoding="utf-8")

    def _repr_html_(self) -> str:
        # In a frame of its own: styles and script do not reach the notebook, nor those of the notebook the
        # page. The sandbox takes away everything else that a page could do.
        page = html.escape(self.html, quote=True)
        return (
            f'<iframe srcdoc="{page}" sandbox="allow-scripts" title="Traffic report" width="100%" '
            f'height="{_HEIGHT}" style="border: 0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<netflow_rs.ReportPage of {len(self.html):,} characters>"


@lists(reading)
def report(
    source: Inputs,
    *,
    title: str | None = None,
    where: str | None = None,
    groups: int = 10,
    flows: int = 500,
    geo: str | os.PathLike[str] | None = None,
    asn: str | os.PathLike[str] | None = None,
    services: str | os.PathLike[str] | None = None,
    internal_networks: str = "private",
    **options: Unpack[InputOptions],
) -> ReportPage:
    """The traffic in captures and IPFIX files and the health of their exporters: the page that
    ``netflow report`` writes. A notebook shows it.

    >>> import netflow_rs as nf
    >>> nf.report("capture.pcap")  # doctest: +SKIP
    >>> nf.report("capture.pcap", where="dst port 443").save("report.html")  # doctest: +SKIP

    ``groups`` is the number of rows of each table, ``flows`` that of the flows in the list. ``geo`` and
    ``asn`` are databases in MaxMind's format, for countries with a map and for the names of autonomous
    systems; ``services`` is a file such as ``/etc/services``. ``internal_networks`` are subnets, or names such as ``private`` and ``loopback``, after
    commas. Octets and packets are scaled by the sampling rate where it is known; numbers that rest on an
    assumption say so. The other arguments are those of :func:`health`.
    """
    if groups < 0 or not 0 <= flows <= 20_000:
        raise ValueError("groups cannot be negative, and flows are 0 to 20000: a page can hold no more")
    inputs = expand(source)
    if title is None:
        names = [os.path.basename(name) for name, _ in inputs]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        title = ", ".join(names[:3]) + more
    page = _netflow.page(
        inputs,
        options={
            "title": title,
            "filter": where,
            "groups": groups,
            "flows": flows,
            "geo": None if geo is None else os.fspath(geo),
            "asn": None if asn is None else os.fspath(asn),
            "services": None if services is None else os.fspath(services),
            "internal_networks": internal_networks,
        },
        **reading(**options),
    )
    return ReportPage(page)
