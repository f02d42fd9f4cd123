"""Packages that only some functions need."""

from __future__ import annotations

import importlib
from typing import Any


def imported(name: str, *, needs: str | None = None) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        wanted = needs or name
        raise ImportError(f"{name} is not installed: pip install {wanted}") from error
