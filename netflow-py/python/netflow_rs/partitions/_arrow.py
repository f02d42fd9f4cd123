"""What needs pyarrow."""

from __future__ import annotations

import importlib
from typing import Any


def arrow() -> Any:
    """pyarrow, which few need."""
    try:
        importlib.import_module("pyarrow.ipc")
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise ImportError("pyarrow is not installed: pip install pyarrow") from error


def as_stream(table: Any) -> bytes:
    """A table as an Arrow stream."""
    pa = arrow()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()
