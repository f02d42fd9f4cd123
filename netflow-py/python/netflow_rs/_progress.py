"""A bar that shows how far a long read is."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

from ._inputs import Opened
from ._optional import imported


class Progress:
    """A bar of tqdm on long reads, if it is asked for, or in a notebook."""

    def __init__(self, inputs: list[Opened], wanted: bool | None) -> None:
        self.bar: Any = None
        if wanted is False or (wanted is None and not _in_notebook()):
            return
        try:
            tqdm = importlib.import_module("tqdm.auto").tqdm
        except ImportError:
            if wanted:
                imported("tqdm")
            return
        sizes = [os.path.getsize(name) for name, opener in inputs if opener is None]
        total = sum(sizes) if len(sizes) == len(inputs) else None
        self.bar = tqdm(total=total, unit="B", unit_scale=True, delay=0.5, desc="flows")

    def __enter__(self) -> Progress:
        return self

    def at(self, octets: int) -> None:
        if self.bar is not None:
            self.bar.update(octets - self.bar.n)

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"
