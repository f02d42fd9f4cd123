"""What arguments may be, and errors that name the argument and its range."""

from __future__ import annotations

import operator
from typing import Any, Iterable, Literal, get_args

Addresses = Literal["text", "octets", "view", "key"]
"""How columns hold addresses: as text, as 16 octets, as 4 or 16, or as a number to group by."""
Types = Literal["native", "plain", "spark"]
"""The Arrow types of columns; ``"plain"`` are without dictionaries."""
RowKind = Literal["flows", "counters"]
"""Which rows are read."""
OptionsScope = Literal["domain", "exporter"]
"""What the options of an observation domain apply to."""
Meaning = Literal["biflow", "post"]
"""What elements 23 and 24 beside 1 and 2 count."""
Transport = Literal["udp", "stream"]
"""What a datagram was received by."""


def choice(name: str, value: object, allowed: Any) -> str:
    """One of the words of a ``Literal``."""
    words: tuple[str, ...] = get_args(allowed)
    if isinstance(value, str) and value in words:
        return value
    quoted = [f'"{word}"' for word in words]
    raise ValueError(f"{name} must be {', '.join(quoted[:-1])} or {quoted[-1]}, not {value!r}")


def whole(name: str, value: object, least: int, most: int) -> int:
    """A whole number in a range."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if not least <= number <= most:
        raise ValueError(f"{name} must be a number from {least:,} to {most:,}, not {number}")
    return number


def chosen_flows(where: str | None, split_biflows: bool, discarded: bool) -> dict[str, Any]:
    """Which flows become rows or records, as the compiled module takes it."""
    return {"where": where, "split_biflows": bool(split_biflows), "discarded": bool(discarded)}


def row_limit(rows: object) -> int:
    """Rows of a batch."""
    return whole("rows", rows, 1, 1 << 32)


def port_list(ports: Iterable[object]) -> list[int]:
    """Further ports that collectors listen on."""
    if isinstance(ports, (str, bytes)) or not isinstance(ports, Iterable):
        raise TypeError(f"ports are a list of numbers such as [9995], not {ports!r}")
    return [whole("a port", port, 0, 65_535) for port in ports]
