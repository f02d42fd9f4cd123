"""When a datagram was received."""

from __future__ import annotations

import math
import time
from datetime import datetime, timedelta, timezone

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def nanoseconds(received: datetime | float | None) -> int:
    """Nanoseconds since 1970; now by default."""
    if received is None:
        return time.time_ns()
    if isinstance(received, datetime):
        if received.tzinfo is None:
            raise ValueError("received has no time zone; pass datetime.now(timezone.utc)")
        nanos = (received - _EPOCH) // timedelta(microseconds=1) * 1_000
    else:
        nanos = round(received * 1e9) if math.isfinite(received * 1e9) else 1 << 63
    if not -(1 << 63) <= nanos < 1 << 63:
        raise ValueError(f"received is a time between 1678 and 2262, not {received}")
    return nanos
