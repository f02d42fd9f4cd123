"""What is wrong with an export, and where."""

from __future__ import annotations

import json
from typing import Any

from . import _netflow
from ._inputs import Inputs, expand
from ._options import InputOptions, Unpack, lists, reading


@lists(reading)
def health(source: Inputs, **options: Unpack[InputOptions]) -> dict[str, Any]:
    """The health of the exporters in captures and IPFIX files: the document that
    ``netflow explain --format json`` prints.

    ``verdict`` is a list of sentences, the most severe first; ``findings`` has the same as data, each
    with a stable ``code``, ``number`` and ``severity`` (``"error"``, ``"warning"`` or ``"info"``),
    the exporter and domain it is about, the ``frame`` where it was seen, and its numbers.
    ``domains`` has templates and their changes, sampling rates, clocks and sequence numbers of each
    observation domain, ``problems`` what could not be read, ``input`` what the files held.

    >>> import netflow_rs as nf
    >>> for finding in nf.health("capture.pcap")["findings"]:  # doctest: +SKIP
    ...     print(finding["severity"], finding["code"])

    A file that is cut is examined as far as it goes, with a :class:`NetflowWarning`, or with
    ``strict`` a :class:`NetflowError`. The other arguments are those of :func:`scan`.
    """
    document = _netflow.health(expand(source), **reading(**options))
    found: dict[str, Any] = json.loads(document)
    return found
