"""What the caller knows of exporters besides what they announce."""

from __future__ import annotations

from typing import Mapping, Optional

Rates = Optional[Mapping[str, int]]
"""Sampling rates by address or subnet: ``{"192.0.2.0/24": 1000}`` is one packet of 1000."""
Meanings = Optional[Mapping[str, str]]
"""What elements 23 and 24 beside 1 and 2 count, by address or subnet of exporters: ``"biflow"``,
the reverse direction, or ``"post"``, the same packets after the exporter."""
Known = tuple[list[str], list[str], str, list[str]]
"""As the compiled module takes it."""


def known(
    sampling: Rates, sampling_override: Rates, options_scope: str, second_counters: Meanings
) -> Known:
    """As the compiled module takes it."""
    return (
        _assigned(sampling),
        _assigned(sampling_override),
        options_scope,
        _assigned(second_counters),
    )


def _assigned(values: Mapping[str, int] | Mapping[str, str] | None) -> list[str]:
    return [f"{subnet}={value}" for subnet, value in (values or {}).items()]
