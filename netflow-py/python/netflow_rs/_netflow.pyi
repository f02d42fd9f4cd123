"""The compiled module."""

import os
import sys
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from os import PathLike
from typing import Any, Callable, Iterator, Mapping, Sequence, final

from ._errors import Problem

__all__ = [
    "Collector",
    "Documents",
    "FIELDS",
    "ParquetFile",
    "Pass",
    "Reader",
    "Record",
    "Records",
    "Replay",
    "State",
    "Table",
    "Tables",
    "TablesPass",
    "__version__",
    "fields",
    "health",
    "index",
    "page",
    "prefixes",
    "run",
]

if sys.platform == "linux":
    __all__ += ["Sockets"]

__version__: str
FIELDS: list[tuple[str, str, str, str]]

_Path = str | os.PathLike[str]
_Inputs = Sequence[tuple[str, Callable[[], Any] | None]]
_Known = Mapping[str, Any]
_Chosen = Mapping[str, Any]

def run(arguments: Sequence[str]) -> int: ...
def prefixes(addresses: Sequence[str | None], ipv4: int, ipv6: int) -> list[str | None]: ...
def fields() -> Table: ...
def health(
    inputs: _Inputs,
    *,
    ports: Sequence[int],
    strict: bool,
    state: bytes | None,
    exporters: _Known | None,
) -> str: ...
def page(
    inputs: _Inputs,
    *,
    options: Mapping[str, Any],
    ports: Sequence[int],
    strict: bool,
    state: bytes | None,
    exporters: _Known | None,
) -> str: ...
def index(
    input: tuple[str, Callable[[], Any] | None],
    *,
    every: int,
    ports: Sequence[int],
    strict: bool,
    state: bytes | None,
    exporters: _Known | None,
) -> tuple[bytes, dict[str, Any]]: ...
@final
class Documents:
    def __new__(
        cls,
        inputs: _Inputs,
        *,
        options: Mapping[str, Any],
        chosen: _Chosen,
        ports: Sequence[int],
        strict: bool,
        state: bytes | None,
        exporters: _Known | None,
    ) -> Documents: ...
    def __iter__(self) -> Documents: ...
    def __next__(self) -> bytes: ...
    @property
    def report(self) -> dict[str, Any]: ...

@final
class Replay:
    def __new__(
        cls,
        names: Sequence[str],
        *,
        columns: Sequence[str] | None,
        addresses: str,
        types: str,
        rows: int,
        split_biflows: bool,
        state: bytes | None,
        exporters: _Known | None,
    ) -> Replay: ...
    def append(self, index: bytes, file: int, first: int) -> bool: ...
    def take(self) -> Table: ...
    @property
    def late_sets(self) -> int: ...
    def save(self) -> bytes: ...

@final
class Reader:
    def __new__(
        cls,
        inputs: _Inputs,
        *,
        columns: Sequence[str] | None,
        where: str | None = None,
        addresses: str,
        types: str,
        counters: bool,
        rows: int,
        split_biflows: bool,
        discarded: bool,
        file: bool,
        ports: Sequence[int],
        strict: bool,
        state: bytes | None,
        exporters: _Known | None = None,
        ranges: Sequence[tuple[bytes | None, int | None]] | None = None,
        warn: bool = True,
    ) -> Reader: ...
    def open(self) -> Pass: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...
    def empty(self) -> Table: ...
    @property
    def column_names(self) -> list[str]: ...
    @property
    def report(self) -> dict[str, Any] | None: ...

@final
class Pass:
    def __iter__(self) -> Pass: ...
    def __next__(self) -> Table: ...
    @property
    def octets_read(self) -> int: ...
    def save(self) -> bytes: ...

@final
class Table:
    @staticmethod
    def concat(tables: Sequence[Table]) -> Table: ...
    @staticmethod
    def load(octets: bytes) -> Table: ...
    def save(self) -> bytes: ...
    def first(self, count: int) -> Table: ...
    def counter_columns(self, structure: str) -> Table: ...
    def project(self, columns: Sequence[int]) -> Table: ...
    def filter(self, mask: Sequence[bool]) -> Table: ...
    def used(self) -> list[bool]: ...
    @property
    def types(self) -> list[tuple[str, str, str | None]]: ...
    @property
    def num_rows(self) -> int: ...
    @property
    def column_names(self) -> list[str]: ...
    @property
    def nbytes(self) -> int: ...
    def head(self, count: int) -> list[list[str | None]]: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

@final
class ParquetFile:
    def __new__(cls, path: str | PathLike[str], schema: Table) -> ParquetFile: ...
    def write(self, table: Table) -> None: ...
    def finish(self) -> None: ...

@final
class Tables:
    def __new__(
        cls,
        inputs: _Inputs,
        *,
        addresses: str,
        rows: int,
        ports: Sequence[int],
        strict: bool,
        state: bytes | None,
        exporters: _Known | None,
    ) -> Tables: ...
    def open(self) -> TablesPass: ...

@final
class TablesPass:
    def __iter__(self) -> TablesPass: ...
    def __next__(self) -> tuple[int, Table]: ...
    def reader(self, place: int) -> Reader: ...
    @property
    def found(self) -> list[tuple[str, str | None, str, int, int, bool, int]]: ...
    @property
    def left_out(self) -> int: ...
    @property
    def octets_read(self) -> int: ...
    @property
    def report(self) -> dict[str, Any] | None: ...

@final
class Records:
    def __new__(
        cls,
        inputs: _Inputs,
        *,
        chosen: _Chosen,
        ports: Sequence[int],
        strict: bool,
        state: bytes | None,
        exporters: _Known | None,
    ) -> Records: ...
    def __iter__(self) -> Records: ...
    def __next__(self) -> Record: ...
    @property
    def report(self) -> dict[str, Any]: ...

@final
class State:
    def __new__(
        cls, *, chosen: _Chosen, state: bytes | None, exporters: _Known | None
    ) -> State: ...
    def decode(
        self,
        datagram: bytes | bytearray | memoryview,
        host: str,
        port: int,
        received: int,
        stream: bool,
    ) -> list[Record]: ...
    def save(self) -> bytes: ...
    def load(self, state: bytes) -> None: ...
    def end_session(self, host: str, port: int) -> None: ...
    def health(self) -> str: ...
    @property
    def report(self) -> dict[str, Any]: ...
    @property
    def problems(self) -> list[Problem]: ...

@final
class Collector:
    def __new__(
        cls,
        *,
        columns: Sequence[str] | None,
        chosen: _Chosen,
        addresses: str,
        types: str,
        rows: int,
        state: bytes | None,
        exporters: _Known | None,
    ) -> Collector: ...
    def push(
        self, datagram: bytes | bytearray | memoryview, host: str, port: int, received: int
    ) -> int: ...
    def take(self) -> Table: ...
    def save(self) -> bytes: ...
    def health(
        self, datagrams: int = 0, kernel_drops: int = 0, queue_drops: int = 0
    ) -> str: ...
    @property
    def report(self) -> dict[str, Any]: ...

if sys.platform == "linux":
    @final
    class Sockets:
        def __new__(
            cls,
            collector: Collector,
            addresses: Sequence[tuple[str, str, int, int]],
            *,
            certificates: tuple[_Path, _Path, _Path | None, bool] | None,
            allowed: Sequence[str],
            read_buffer: int,
        ) -> Sockets: ...
        def receive(self, rows: int, seconds: float) -> tuple[int, bool]: ...
        def close(self) -> None: ...
        def fileno(self) -> int: ...
        @property
        def addresses(self) -> list[tuple[str, str, int]]: ...
        @property
        def counters(self) -> dict[str, int]: ...

@final
class Record:
    """One flow: the normalised fields as attributes, the elements of its record by name."""

    def __new__(cls, fields: bytes, names: Sequence[str], elements: bytes) -> Record: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __sizeof__(self) -> int: ...
    def __reduce__(self) -> tuple[type[Record], tuple[bytes, tuple[str, ...], bytes]]: ...
    def __getitem__(self, name: str, /) -> Any: ...
    def __contains__(self, name: str, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...
    def get(self, name: str, default: Any = None, /) -> Any: ...
    def __dir__(self) -> list[str]: ...
    def keys(self) -> list[str]: ...
    @property
    def elements(self) -> dict[str, Any]: ...
    @property
    def fields(self) -> dict[str, Any]: ...
    # The normalised fields, written by stubs.py from registry/fields.csv.
    exporter_address: IPv4Address | IPv6Address | None
    exporter_port: int | None
    agent_address: IPv4Address | IPv6Address | None
    export_protocol: str | None
    observation_domain: int | None
    template_id: int | None
    sequence: int | None
    received: datetime | None
    export_time: datetime | None
    late: bool | None
    frame: int | None
    start: datetime | None
    end: datetime | None
    duration: timedelta | None
    clock: str | None
    clock_suspect: bool | None
    source_address: IPv4Address | IPv6Address | None
    destination_address: IPv4Address | IPv6Address | None
    source_port: int | None
    destination_port: int | None
    protocol: int | None
    octets: int | None
    packets: int | None
    reverse_octets: int | None
    reverse_packets: int | None
    sampling_rate: int | None
    sampling: str | None
    sampler_name: str | None
    octets_scaled: int | None
    packets_scaled: int | None
    tcp_flags: int | None
    tos: int | None
    ip_version: int | None
    ttl: int | None
    min_ttl: int | None
    max_ttl: int | None
    fragment_id: int | None
    fragment_offset: int | None
    ipv6_flow_label: int | None
    ether_type: int | None
    icmp_type: int | None
    icmp_code: int | None
    input_interface: int | None
    output_interface: int | None
    input_interface_name: str | None
    output_interface_name: str | None
    source_mac: str | None
    destination_mac: str | None
    vlan: int | None
    post_vlan: int | None
    mpls_labels: list[int] | None
    next_hop: IPv4Address | IPv6Address | None
    bgp_next_hop: IPv4Address | IPv6Address | None
    source_as: int | None
    destination_as: int | None
    next_as: int | None
    as_path: list[int] | None
    communities: list[int] | None
    source_prefix_length: int | None
    destination_prefix_length: int | None
    ingress_vrf: int | None
    egress_vrf: int | None
    ingress_vrf_name: str | None
    egress_vrf_name: str | None
    post_nat_source_address: IPv4Address | IPv6Address | None
    post_nat_destination_address: IPv4Address | IPv6Address | None
    post_nat_source_port: int | None
    post_nat_destination_port: int | None
    direction: int | None
    forwarding_status: int | None
    drop_reason: int | None
    flow_end_reason: int | None
    firewall_event: int | None
    firewall_extended_event: int | None
    ingress_acl: bytes | None
    egress_acl: bytes | None
    nat_event: int | None
    application_id: str | None
    application_name: str | None
    user_name: str | None
    flow_id: int | None
    tunnel_type: str | None
    tunnel_id: int | None
    inner_source_address: IPv4Address | IPv6Address | None
    inner_destination_address: IPv4Address | IPv6Address | None
    inner_source_port: int | None
    inner_destination_port: int | None
    inner_protocol: int | None
    counters: str | None
    dscp: int | None
    ecn: int | None
    post_dscp: int | None
    customer_vlan: int | None
    post_customer_vlan: int | None
    original_exporter_address: IPv4Address | IPv6Address | None
    original_domain: int | None
    biflow_direction: int | None
    nat_port_block_start: int | None
    nat_port_block_end: int | None
    nat_port_block_step: int | None
    nat_port_block_size: int | None
    source_communities: list[int] | None
    extended_communities: list[int] | None
    large_communities: list[int] | None
    tunnel_source_address: IPv4Address | IPv6Address | None
    tunnel_destination_address: IPv4Address | IPv6Address | None
    station_mac: str | None
    station_address: IPv4Address | IPv6Address | None
