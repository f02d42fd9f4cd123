"""Errors, warnings, and problems in the data."""

from __future__ import annotations

import sys
import warnings
from typing import NamedTuple


class NetflowError(ValueError):
    """Data that cannot be decoded, or a file that cannot be read to its end.

    Attributes:
        kind: a stable name such as ``"cut"``.
        offset: octets before what could not be read; of a datagram, of its payload.
        path: the file.
        frame: number of the packet in the file, from 1.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: str = "",
        offset: int | None = None,
        path: str | None = None,
        frame: int | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.offset = offset
        self.path = path
        self.frame = frame


class FilterError(ValueError):
    """A ``where=`` that is not valid.

    Attributes:
        column: where, in characters from 1.
        suggestion: what may have been meant.
    """

    def __init__(self, message: str, *, column: int = 0, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.column = column
        self.suggestion = suggestion


class NetflowWarning(UserWarning):
    """A file that could not be read to its end, or that holds no flow export."""


class Problem(NamedTuple):
    """Something inside the data that was passed over."""

    kind: str
    """A stable name such as ``"no_template"``."""
    message: str
    offset: int
    """Octets of the payload before it."""
    octets: int
    """Octets that were passed over."""
    set: int | None
    frame: int
    """Number of the packet, from 1."""
    exporter: str
    file: str | None = None


def warn(message: str) -> None:
    """Warns of a file, at the line outside of this package; called by the compiled module."""
    level = 2
    caller = sys._getframe(1)
    while caller.f_back and caller.f_globals.get("__name__", "").startswith(f"{__package__}."):
        caller = caller.f_back
        level += 1
    warnings.warn(message, NetflowWarning, stacklevel=level)
