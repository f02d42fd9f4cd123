"""Flows one by one."""

from __future__ import annotations

from typing import Any, Iterator, Sequence

from . import _netflow
from ._arguments import OptionsScope, chosen_flows, port_list
from ._exporters import Definitions, Limits, Meanings, Rates, known
from ._inputs import Inputs, expand
from ._netflow import Record
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


def records(
    source: Inputs,
    *,
    where: str | None = None,
    split_biflows: bool = False,
    discarded: bool = False,
    ports: Sequence[int] = (),
    strict: bool = False,
    state: bytes | None = None,
    sampling: Rates = None,
    sampling_override: Rates = None,
    options_scope: OptionsScope = "domain",
    second_counters: Meanings = None,
    definitions: Definitions = (),
    interface_names: Definitions = (),
    by_port: bool = False,
    limits: Limits | None = None,
) -> Records:
    """The flows of captures and IPFIX files, one :class:`Record` after the other.

    A packet that cannot be decoded costs no other: it is among ``problems``. A file that is
    cut ends with a :class:`NetflowWarning`, or with ``strict`` a :class:`NetflowError`.
    The arguments are those of :func:`scan`.
    """
    inputs = expand(source)
    return Records(
        _netflow.Records(
            inputs,
            chosen=chosen_flows(where, split_biflows, discarded),
            ports=port_list(ports),
            strict=strict,
            state=state,
            exporters=known(
                sampling,
                sampling_override,
                options_scope,
                second_counters,
                definitions,
                interface_names,
                by_port,
                limits,
            ),
        )
    )
