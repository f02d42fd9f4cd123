"""Addresses of exporters, and addresses to listen on."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, Sequence, Union, cast

from ._arguments import whole

Exporter = Union[
    str, tuple[Any, ...], list[Any], "ipaddress.IPv4Address", "ipaddress.IPv6Address", None
]
Address = Union[str, tuple[str, int], tuple[str, int, int, int]]
Addresses = Union[Address, Sequence[Address]]
Place = tuple[str, str, int, int]
"""Transport, host, port and zone."""


def host_and_port(exporter: Exporter) -> tuple[str, int]:
    """The address and the port of an exporter."""
    first = exporter[0] if isinstance(exporter, (tuple, list)) and exporter else exporter
    if not isinstance(first, (str, ipaddress.IPv4Address, ipaddress.IPv6Address, type(None))):
        raise TypeError(
            "exporter is an address such as '192.0.2.1' or (address, port), not "
            f"{type(first).__name__}"
        )
    host, port = _parted(exporter)
    # A zone says through which interface an address is reached.
    return host.split("%")[0], whole("the port of the exporter", port, 0, 65_535)


def _parted(exporter: Exporter) -> tuple[str, int]:
    if exporter is None:
        return "0.0.0.0", 0
    if isinstance(exporter, (tuple, list)):
        if len(exporter) < 2:
            raise ValueError("an exporter is (address, port)")
        return str(exporter[0]), int(exporter[1])
    text = str(exporter)
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        return host, int(port.lstrip(":") or 0)
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, int(port)
    return text, 0


def places(udp: Addresses, tcp: Addresses, tls: Addresses) -> list[Place]:
    """Transport, host, port and zone of each address."""
    found = []
    for transport, addresses in (("udp", udp), ("tcp", tcp), ("tls", tls)):
        for address in _several(addresses):
            found.append((transport, *_resolved(_address(address))))
    if not found:
        raise ValueError("there is no address to listen on; pass '0.0.0.0:2055'")
    return found


def _several(addresses: Addresses) -> list[Address]:
    if isinstance(addresses, (str, tuple)) and addresses != ():
        return [cast(Address, addresses)]
    if isinstance(addresses, (list, tuple)):
        return list(cast("Sequence[Address]", addresses))
    raise TypeError(f"pass an address such as '0.0.0.0:2055', not {addresses!r}")


def _address(address: Address) -> tuple[Any, ...]:
    """As sockets take it, with the zone."""
    if isinstance(address, (tuple, list)):
        # IPv6 sockets report four: flow information and zone, too.
        if len(address) != 2 and not (len(address) == 4 and ":" in str(address[0])):
            raise ValueError(f"an address is (host, port), not {address!r}")
        bound: tuple[Any, ...] = tuple(address)
        if not isinstance(bound[0], str) or not all(isinstance(n, int) for n in bound[1:]):
            raise TypeError(f"an address is a str and an int, not {address!r}")
    elif isinstance(address, str):
        try:
            bound = _parted(address)
        except ValueError:
            bound = (address, 0)
        if bound[1] == 0 and not address.endswith(":0"):
            raise ValueError(f"{address!r} has no port; pass '0.0.0.0:2055'")
    else:
        raise TypeError(f"pass an address such as '0.0.0.0:2055', not {address!r}")
    if not 0 <= bound[1] <= 65_535:
        raise ValueError(f"{bound[1]} is not a port, in {address!r}")
    return bound


def _resolved(address: tuple[Any, ...]) -> tuple[str, int, int]:
    """Host, port and the number of the zone."""
    host, port = address[:2]
    zone = address[3] if len(address) == 4 else 0
    if "%" in host:
        found = socket.getaddrinfo(host, port, socket.AF_INET6, socket.SOCK_DGRAM)[0][4]
        zone = found[3] if len(found) == 4 else 0
        host = host.split("%")[0]
    return host, port, zone
