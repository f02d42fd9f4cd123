"""Flows one by one."""

from __future__ import annotations

from typing import Any, Iterator

from . import _netflow
from ._arguments import chosen_flows
from ._inputs import Inputs, expand
from ._netflow import Record
from ._options import InputOptions, Unpack, lists, reading
from ._report import ReportedSoFar


class Records(ReportedSoFar, Iterator[Record]):
    """The flows of files, one by one. See :func:`records`."""

    def __init__(self, records: _netflow.Records) -> None:
        self._records = records

    def __iter__(self) -> Records:
        return self

    def __next__(self) -> Record:
        return next(self._records)

    def _report(self) -> dict[str, Any]:
        return self._records.report

    def __repr__(self) -> str:
        return "<netflow_rs.Records>"


@lists(reading)
def records(
    source: Inputs,
    *,
    where: str | None = None,
    split_biflows: bool = False,
    discarded: bool = False,
    **options: Unpack[InputOptions],
) -> Records:
    """The flows of captures and IPFIX files, one :class:`Record` after the other.

    A packet that cannot be decoded costs no other: it is among ``problems``. A file that is
    cut ends with a :class:`NetflowWarning`, or with ``strict`` a :class:`NetflowError`.
    The arguments are those of :func:`scan`.
    """
    chosen = chosen_flows(where, split_biflows, discarded)
    return Records(_netflow.Records(expand(source), chosen=chosen, **reading(**options)))
