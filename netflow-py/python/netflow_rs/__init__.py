"""NetFlow, IPFIX and sFlow: captures and sockets to Arrow, pandas, polars and DuckDB.

>>> import netflow_rs as nf
>>> nf.read("capture.pcap").to_pandas()  # doctest: +SKIP

:func:`scan` is lazy and decodes only the columns it is asked for, :func:`read` keeps all in
memory, :func:`records` yields one flow after the other, :func:`tables` one table for each template
with every element, :func:`health` says what is wrong with an export, :func:`report` shows its traffic as a page,
:class:`Decoder` takes
datagrams of your own socket and :func:`listen` opens one. :func:`fields` lists the columns with
their meaning; :func:`prefix` groups addresses by network.
"""

from . import _netflow

from ._collector import Collector
from ._decoder import Decoder
from ._documents import Documents, documents
from ._errors import FilterError, NetflowError, NetflowWarning, Problem
from ._exporters import Limits
from ._flows import Flows, ReportedTable, read, scan
from ._health import health
from ._inputs import COLUMNS
from ._listen import listen, listen_async
from ._listeners import AsyncListener, Listener
from ._netflow import Record, __version__
from ._page import ReportPage, report
from ._prefix import duckdb_prefix, prefix
from ._records import Records, records
from ._report import Report
from ._table import Table
from ._tables import Tables, TemplateTable, tables

__all__ = [
    "AsyncListener",
    "COLUMNS",
    "Collector",
    "Decoder",
    "Documents",
    "FilterError",
    "Flows",
    "Limits",
    "Listener",
    "NetflowError",
    "NetflowWarning",
    "Problem",
    "Record",
    "Records",
    "Report",
    "ReportPage",
    "ReportedTable",
    "Table",
    "Tables",
    "TemplateTable",
    "__version__",
    "documents",
    "duckdb_prefix",
    "fields",
    "health",
    "listen",
    "listen_async",
    "prefix",
    "read",
    "records",
    "report",
    "scan",
    "tables",
]


def fields() -> Table:
    """The normalised fields, which are the columns of flows and the attributes of a record: name,
    type, unit and meaning.

    >>> import netflow_rs as nf
    >>> nf.fields().head(3).to_polars()  # doctest: +SKIP
    """
    return Table(_netflow.fields())
