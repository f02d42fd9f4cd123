"""What is wrong with an export, and where."""

from __future__ import annotations

import json
from typing import Any, Sequence

from . import _netflow
from ._arguments import OptionsScope, port_list
from ._exporters import Definitions, Limits, Meanings, Rates, known
from ._inputs import Inputs, expand


def health(
    source: Inputs,
    *,
    ports: Sequence[int] = (),
    strict: bool = False,
    state: bytes | None = None,
    sampling: Rates = None,
    sampling_override: Rates = None,
    options_scope: OptionsScope = "domain",
    second_counters: Meanings = None,
    definitions: Definitions = (),
    interface_names: Definitions = (),
    by_port: bool = False,
    limits: Limits | None = None,
) -> dict[str, Any]:
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
    inputs = expand(source)
    document = _netflow.health(
        inputs,
        ports=port_list(ports),
        strict=strict,
        state=state,
        exporters=known(
            sampling,
            sampling_override,
            options_scope,
            second_counters,
            definitions,
            interface_names,
            by_port,
            limits,
        ),
    )
    found: dict[str, Any] = json.loads(document)
    return found
