"""What the caller knows of exporters besides what they announce, and the limits of a decoder."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any, Mapping, Optional, Sequence, TypedDict, Union

from ._arguments import Meaning, OptionsScope, choice, whole
from ._inputs import nearest

Definitions = Union[str, "os.PathLike[str]", Sequence[Union[str, "os.PathLike[str]"]]]
"""Files with definitions of elements, or that name interfaces, as the command's ``--definitions`` and
``--interface-names``."""
Rates = Optional[Mapping[str, int]]
"""Sampling rates by address or subnet: ``{"192.0.2.0/24": 1000}`` is one packet of 1000."""
Meanings = Optional[Mapping[str, Meaning]]
"""What elements 23 and 24 beside 1 and 2 count, by address or subnet of exporters: ``"biflow"``,
the reverse direction, or ``"post"``, the same packets after the exporter."""
Known = dict[str, Any]
"""As the compiled module takes it."""


class Limits(TypedDict, total=False):
    """The limits of a decoder's memory and work: ``{"state_octets": 16 << 20}``.

    What is not named has its default. Files are read without a ``template_lifetime``; datagrams of
    sockets with one of 30 minutes.
    """

    state_octets: int
    """Octets of memory for the state of all exporters; when they are used up, those silent for
    longest are forgotten. 64 MiB."""
    domain_octets: int
    """Octets of these for one observation domain. 8 MiB."""
    waiting_octets: int
    """Octets of these for data of one domain that waits for its template. 1 MiB."""
    waiting_lifetime: timedelta | None
    """How long data waits for its template; ``None`` is for ever. 30 minutes."""
    templates: int
    """Templates of one observation domain. 4,096."""
    template_fields: int
    """Fields of one template. 4,096."""
    list_depth: int
    """How deep lists of RFC 6313 may be nested. 4."""
    list_templates: int
    """Templates that the lists of one set may name. 64."""
    common_properties: int
    """Common properties (RFC 5473) of one domain. 65,536."""
    joined_octets: int
    """Octets of the records of one datagram together with their common properties. 1 MiB."""
    template_lifetime: timedelta | None
    """How long a template over UDP is in force after it was last sent; ``None`` is for ever."""


_MOST = {"template_fields": 65_535, "list_depth": 255}
_LIFETIMES = ("waiting_lifetime", "template_lifetime")


def known(
    *,
    sampling: Rates = None,
    sampling_override: Rates = None,
    options_scope: OptionsScope = "domain",
    second_counters: Meanings = None,
    definitions: Definitions = (),
    interface_names: Definitions = (),
    by_port: bool = False,
    limits: Limits | None = None,
) -> Known:
    """As the compiled module takes it."""
    return {
        "sampling": _assigned("sampling", sampling),
        "sampling_override": _assigned("sampling_override", sampling_override),
        "options_scope": choice("options_scope", options_scope, OptionsScope),
        "second_counters": _assigned("second_counters", second_counters),
        "definitions": _files(definitions),
        "interface_names": _files(interface_names),
        "by_port": bool(by_port),
        "limits": _limits(limits),
    }


def _files(paths: Definitions) -> list[str]:
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    for path in paths:
        # Errors of files are those of Python.
        open(path, "rb").close()
    return [os.fspath(path) for path in paths]


def _assigned(name: str, values: Mapping[str, object] | None) -> list[str]:
    if values is not None and not isinstance(values, Mapping):
        raise TypeError(
            f"{name} maps addresses or subnets of exporters to values, "
            f'{{"192.0.2.0/24": …}}, not {type(values).__name__}'
        )
    return [f"{subnet}={value}" for subnet, value in (values or {}).items()]


def _limits(limits: Limits | None) -> dict[str, int | None]:
    """Numbers by name; lifetimes are nanoseconds."""
    if limits is not None and not isinstance(limits, Mapping):
        raise TypeError(
            f'limits map names to numbers, {{"state_octets": …}}, not {type(limits).__name__}'
        )
    found: dict[str, int | None] = {}
    for name, value in (limits or {}).items():
        if name not in Limits.__annotations__:
            near = nearest(name, list(Limits.__annotations__))
            meant = f", did you mean {near!r}?" if near else "; see nf.Limits"
            raise ValueError(f"there is no limit {name!r}{meant}")
        if name in _LIFETIMES:
            found[name] = _lifetime(name, value)
        else:
            found[name] = whole(f"limits: {name}", value, 0, _MOST.get(name, (1 << 48) - 1))
    return found


def _lifetime(name: str, value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, timedelta):
        raise TypeError(f"limits: {name} must be a timedelta or None, not {type(value).__name__}")
    if value < timedelta(0):
        raise ValueError(f"limits: {name} must not be negative, but is {value}")
    # Longer than 292 years is for ever to the decoder, whose times are numbers of 64 bits.
    return min(value // timedelta(microseconds=1) * 1_000, (1 << 63) - 1)
