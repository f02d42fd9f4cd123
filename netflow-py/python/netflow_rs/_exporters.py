"""What the caller knows of exporters besides what they announce."""

from __future__ import annotations

import os
from typing import Mapping, Optional, Sequence, Union

from ._arguments import Meaning

Definitions = Union[str, "os.PathLike[str]", Sequence[Union[str, "os.PathLike[str]"]]]
"""Files with definitions of elements, as the command's ``--definitions``."""
Rates = Optional[Mapping[str, int]]
"""Sampling rates by address or subnet: ``{"192.0.2.0/24": 1000}`` is one packet of 1000."""
Meanings = Optional[Mapping[str, Meaning]]
"""What elements 23 and 24 beside 1 and 2 count, by address or subnet of exporters: ``"biflow"``,
the reverse direction, or ``"post"``, the same packets after the exporter."""
Known = tuple[list[str], list[str], str, list[str], list[str], bool]
"""As the compiled module takes it."""


def known(
    sampling: Rates,
    sampling_override: Rates,
    options_scope: str,
    second_counters: Meanings,
    definitions: Definitions = (),
    by_port: bool = False,
) -> Known:
    """As the compiled module takes it."""
    if isinstance(definitions, (str, os.PathLike)):
        definitions = [definitions]
    for path in definitions:
        # Errors of files are those of Python.
        open(path, "rb").close()
    return (
        _assigned("sampling", sampling),
        _assigned("sampling_override", sampling_override),
        options_scope,
        _assigned("second_counters", second_counters),
        [os.fspath(path) for path in definitions],
        bool(by_port),
    )


def _assigned(name: str, values: Mapping[str, object] | None) -> list[str]:
    if values is not None and not isinstance(values, Mapping):
        raise TypeError(
            f"{name} maps addresses or subnets of exporters to values, "
            f'{{"192.0.2.0/24": …}}, not {type(values).__name__}'
        )
    return [f"{subnet}={value}" for subnet, value in (values or {}).items()]
