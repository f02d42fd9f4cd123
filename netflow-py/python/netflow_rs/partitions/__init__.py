"""Captures as partitions that are decoded anywhere, in any order.

A file that is decoded alone lacks what exporters announced in the files before it: templates,
sampling rates, names. So there are two passes:

1. :func:`index` reads each file on its own and keeps the datagrams with announcements.
2. :func:`plan` puts the indexes in order, finds the state at the start of each file,
   and returns a :class:`Partition` for each. :meth:`Partition.batches` decodes it, wherever it was
   sent (it is pickled); together they hold what one pass over all files returns.

>>> from netflow_rs import partitions
>>> plan = partitions.plan("captures/*.pcap", columns=["source_address", "octets"])
... # doctest: +SKIP
>>> for partition in plan: print(len(partition.read()))  # doctest: +SKIP

Ray, Dask, Daft and Spark need no more than that; see ``docs/distributed.md``.
"""

from __future__ import annotations

from ._index import PIECE, FileIndex, Map, gather, index, load, save
from ._partition import Counts, Partition, Range, describe, schema, warn
from ._plan import CHAINS, ORDERS, plan
from ._storage import files

__all__ = [
    "CHAINS",
    "ORDERS",
    "PIECE",
    "Counts",
    "FileIndex",
    "Map",
    "Partition",
    "Range",
    "describe",
    "files",
    "gather",
    "index",
    "load",
    "plan",
    "save",
    "schema",
    "warn",
]
