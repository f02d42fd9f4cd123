"""Opens the sockets of a collector."""

from __future__ import annotations

import functools
import inspect
from typing import Callable, ParamSpec, Sequence, Union

from . import _netflow
from ._addresses import Addresses, Place, places
from ._collector import Collector
from ._arguments import OptionsScope, Types
from ._exporters import Definitions, Limits, Meanings, Rates
from ._inputs import PathLike
from ._listeners import AsyncListener, Listener, Sockets
from ._options import CollectorOptions, Unpack, lists
from ._portable import PortableSocket
from ._table import ROWS

_Certificates = tuple[PathLike, PathLike, Union[PathLike, None], bool]
_Arguments = ParamSpec("_Arguments")

# Octets of the receive buffer of a UDP socket that the system is asked for.
READ_BUFFER = 16 << 20


@lists(Collector)
def listen(
    address: Addresses = (),
    *,
    tcp: Addresses = (),
    tls: Addresses = (),
    certificate: PathLike | None = None,
    key: PathLike | None = None,
    client_ca: PathLike | None = None,
    client_certificates: str = "required",
    allow: Sequence[str] = (),
    read_buffer: int = READ_BUFFER,
    rows: int = ROWS,
    interval: float = 1.0,
    **options: Unpack[CollectorOptions],
) -> Listener:
    """Listens on UDP ports, and for IPFIX over TCP and TLS, and yields a batch whenever there are
    ``rows`` rows, or any rows after ``interval`` seconds. Ends when it is closed; Ctrl-C interrupts it.

    Args:
        address: where to listen over UDP, such as ``"0.0.0.0:2055"`` or a list of addresses.
        tcp: where to listen for IPFIX over TCP.
        tls: where to listen for IPFIX over TLS, with ``certificate`` and ``key`` in files of PEM.
        client_ca: ask exporters for a certificate signed by one of these authorities (PEM);
            ``client_certificates`` is ``"required"`` or ``"optional"``.
        allow: subnets of exporters that may send; all if it is empty.
        read_buffer: octets of the receive buffer of each UDP socket to ask the system for.

    What could not be decoded is in ``stats`` and ``problems`` of the listener, what was lost before in
    ``received``; ``state`` is what ``save`` of another returned. The other arguments are those of
    :func:`scan`. TCP and TLS, several addresses and ``allow`` need Linux.
    """
    collector = Collector(rows=rows, **options)
    certificates = _certificates(certificate, key, client_ca, client_certificates)
    listening = places(address, tcp, tls)
    sockets = _open(collector, listening, certificates, allow, read_buffer, interval)
    return Listener(sockets, collector, rows, interval)


def _certificates(
    certificate: PathLike | None,
    key: PathLike | None,
    client_ca: PathLike | None,
    clients: str,
) -> _Certificates | None:
    if clients not in ("required", "optional"):
        raise ValueError(f'client_certificates is "required" or "optional", not {clients!r}')
    if certificate is None or key is None:
        return None
    return certificate, key, client_ca, clients == "required"


def _open(
    collector: Collector,
    places: list[Place],
    certificates: _Certificates | None,
    allow: Sequence[str],
    read_buffer: int,
    interval: float,
) -> Sockets:
    if interval <= 0:
        raise ValueError(f"interval is a number of seconds, not {interval}")
    opened = getattr(_netflow, "Sockets", None)
    if opened is None:
        if len(places) != 1 or places[0][0] != "udp" or allow:
            raise NotImplementedError("more than one UDP address, TCP, TLS and allow need Linux")
        return PortableSocket(collector, places[0], read_buffer)
    sockets: Sockets = opened(
        collector._collector,
        places,
        certificates=certificates,
        allowed=list(allow),
        read_buffer=read_buffer,
    )
    return sockets


def _asynchronous(
    listen: Callable[_Arguments, Listener]
) -> Callable[_Arguments, AsyncListener]:
    """The same function with a listener for asyncio, so that its arguments are listed once."""

    @functools.wraps(listen)
    def listen_async(*args: _Arguments.args, **options: _Arguments.kwargs) -> AsyncListener:
        return AsyncListener(listen(*args, **options))

    listen_async.__name__ = listen_async.__qualname__ = "listen_async"
    listen_async.__doc__ = """:func:`listen` for asyncio."""
    signature = inspect.signature(listen).replace(return_annotation="AsyncListener")
    listen_async.__signature__ = signature  # type: ignore[attr-defined]
    return listen_async


listen_async = _asynchronous(listen)
