"""What the caller knows of exporters besides what they announce."""

from __future__ import annotations

from typing import Mapping, Optional

Rates = Optional[Mapping[str, int]]
"""Sampling rates by address or subnet: ``{"192.0.2.0/24": 1000}`` is one packet of 1000."""


def known(
    sampling: Rates, sampling_override: Rates, options_scope: str
) -> tuple[list[str], list[str], str]:
    """As the compiled module takes it."""
    return _rates(sampling), _rates(sampling_override), options_scope


def _rates(rates: Rates) -> list[str]:
    return [f"{subnet}={rate}" for subnet, rate in (rates or {}).items()]
