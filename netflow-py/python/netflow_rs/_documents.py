"""Flows as the documents of other tools."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar, cast, overload

from . import _netflow
from ._arguments import chosen_flows
from ._inputs import Inputs, expand
from ._options import InputOptions, Unpack, lists, reading
from ._report import ReportedSoFar

# Formats whose documents are octets.
_Octets = Literal["msgpack", "forward", "protobuf", "csv", "csv-fast", "line", "long", "extended"]


_Document = TypeVar("_Document")


class Documents(ReportedSoFar, Iterator[_Document]):
    """The documents of flows, one by one. See :func:`documents`."""

    def __init__(self, octets: _netflow.Documents, documents: Iterator[_Document]) -> None:
        self._octets = octets
        self._documents = documents

    def __iter__(self) -> Documents[_Document]:
        return self

    def __next__(self) -> _Document:
        return next(self._documents)

    def _report(self) -> dict[str, Any]:
        return self._octets.report

    def __repr__(self) -> str:
        return "<netflow_rs.Documents>"


class _Options(InputOptions, total=False):
    compat: bool
    internal_networks: str | None
    tags: Sequence[str]
    fields: Mapping[str, str] | None
    community_id_seed: int
    geo: str | os.PathLike[str] | None
    asn: str | os.PathLike[str] | None
    services: str | os.PathLike[str] | None
    dns: str | Sequence[str] | None
    dns_wait: int
    target: str
    include_flowset_id: bool
    time_key: str | None
    forward_tag: str
    where: str | None
    split_biflows: bool


@overload
def documents(
    paths: Inputs,
    schema: str = "ecs",
    *,
    format: Literal["json"] = "json",
    **options: Unpack[_Options],
) -> Documents[dict[str, Any]]: ...


@overload
def documents(
    paths: Inputs, schema: str = "ecs", *, format: _Octets, **options: Unpack[_Options]
) -> Documents[bytes]: ...


@lists(reading)
def documents(
    paths: Inputs,
    schema: str = "ecs",
    *,
    format: str = "json",
    compat: bool = False,
    internal_networks: str | None = None,
    tags: Sequence[str] = (),
    fields: Mapping[str, str] | None = None,
    community_id_seed: int = 0,
    geo: str | os.PathLike[str] | None = None,
    asn: str | os.PathLike[str] | None = None,
    services: str | os.PathLike[str] | None = None,
    dns: str | Sequence[str] | None = None,
    dns_wait: int = 10,
    target: str = "netflow",
    include_flowset_id: bool = False,
    time_key: str | None = None,
    forward_tag: str = "netflow.event",
    where: str | None = None,
    split_biflows: bool = False,
    **options: Unpack[InputOptions],
) -> Documents[dict[str, Any]] | Documents[bytes]:
    """Yields the documents of a schema: ``ecs``, ``ecs-integration``, ``logstash``, ``fluentd``,
    ``goflow2``, ``nfdump``, ``elastiflow``, ``datadog``, ``akvorado``, ``pmacct``, ``sflowtool``,
    ``ipfixcol2``, ``vflow``, ``telegraf``, or ``flow``, ``record`` and ``wire``.

    They are read while the caller iterates; nothing is written to disk. What could not be decoded so far is in
    ``stats`` and ``problems`` of the iterator.

    Args:
        paths: a capture or IPFIX file, or several, as for :func:`scan`.
        schema: what a document holds, as the command's ``--schema``.
        format: ``json`` yields each document as a dictionary. Others yield octets, those of all
            documents of a message at a time: ``msgpack``, ``forward``, ``protobuf``, ``csv``,
            ``csv-fast``, ``line``, ``long`` or ``extended``, where the schema has them.
        compat: copy the known faults of the tool that the schema is of.
        internal_networks: networks whose addresses are internal, separated by commas.
        tags: words that each document has under ``tags``.
        fields: members that each document has.
        community_id_seed: the number that a site puts before what is hashed for a Community ID.
        geo: a database of places in MaxMind's format, for ``ecs``, ``ecs-integration``, ``elastiflow``
            and ``akvorado``.
        asn: a database of autonomous systems, for all of these but ``akvorado``.
        services: a file such as ``/etc/services`` with names of services, for ``ecs``,
            ``ecs-integration`` and ``elastiflow``.
        dns: name servers that names of addresses are asked of, or ``"system"``, for the same schemas.
        dns_wait: seconds that documents wait for names, all of them together; later ones go without.
        target: schema ``logstash``: the member that holds the fields.
        include_flowset_id: schema ``logstash``: write the number of the set of IPFIX too.
        time_key: schema ``fluentd``: the member that holds the time of the event.
        forward_tag: format ``forward``: the tag of the events.

    The other arguments are those of :func:`scan`.

    Raises:
        NetflowError: a file cannot be read.
        ValueError: an argument is invalid.
    """
    for name in fields or ():
        if not name or "=" in name:
            raise ValueError(f"fields: expected a name that is not empty and has no '=', found {name!r}")
    octets = _netflow.Documents(
        expand(paths),
        options={
            "schema": schema,
            "format": format,
            "settings": _settings(
                {
                    "compat": compat,
                    "internal-networks": internal_networks,
                    "tag": list(tags),
                    "add-field": [f"{name}={text}" for name, text in (fields or {}).items()],
                    "community-id-seed": community_id_seed,
                    "geo": _file(geo),
                    "asn": _file(asn),
                    "services": _file(services),
                    "dns": ",".join(dns) if dns and not isinstance(dns, str) else dns,
                    "dns-wait": dns_wait if dns else None,
                    "target": target,
                    "include-flowset-id": include_flowset_id,
                    "time-key": time_key,
                    "forward-tag": forward_tag,
                }
            ),
        },
        chosen=chosen_flows(where, split_biflows, False),
        **reading(**options),
    )
    if format == "json":
        return Documents(octets, _parsed(octets))
    return Documents(octets, octets)


def _file(path: str | os.PathLike[str] | None) -> str | None:
    if path is None:
        return None
    # A missing file is an error of Python. The file is not opened: a pipe could be read only once.
    os.stat(path)
    return os.fspath(path)


def _settings(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Options by their names on the command line; of a list, each item is one."""
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        if isinstance(value, bool):
            found.append((name, "true" if value else "false"))
        elif isinstance(value, list):
            found.extend((name, str(item)) for item in cast("list[Any]", value))
        elif value is not None:
            found.append((name, str(value)))
    return found


def _parsed(octets: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    for lines in octets:
        for line in lines.splitlines():
            yield json.loads(line)
