"""Networks of addresses: for Polars, pandas, Arrow and DuckDB."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from . import _netflow
from ._arguments import whole

if TYPE_CHECKING:
    import duckdb


def prefix(column: Any, ipv4: int, ipv6: int = 64) -> Any:
    """The network of each address of a column, as text such as ``"192.0.2.0/24"``.

    Args:
        column: addresses as text: an expression or a series of Polars, a series of pandas, an array
            of pyarrow, or one address.
        ipv4: length of the networks of IPv4, from 0 to 32.
        ipv6: that of the networks of IPv6, from 0 to 128.

    >>> import netflow_rs as nf
    >>> nf.prefix("192.0.2.77", 24)
    '192.0.2.0/24'
    >>> flows.group_by(nf.prefix(pl.col("source_address"), 24))  # doctest: +SKIP

    Texts that are not addresses have no network: null, or :class:`ValueError` for a single one. In
    DuckDB, :func:`duckdb_prefix` adds the same as a function.
    """
    ipv4, ipv6 = whole("ipv4", ipv4, 0, 32), whole("ipv6", ipv6, 0, 128)
    if isinstance(column, (str, ipaddress.IPv4Address, ipaddress.IPv6Address)):
        (found,) = _netflow.prefixes([str(column)], ipv4, ipv6)
        if found is None:
            raise ValueError(f"{str(column)!r} is not an address; of a column pass pl.col({column!r})")
        return found
    module = type(column).__module__.partition(".")[0]
    if module == "polars":
        return _of_polars(column, ipv4, ipv6)
    if module == "pandas":
        values = column.unique().tolist()
        texts = [value if isinstance(value, str) else None for value in values]
        return column.map(dict(zip(values, _netflow.prefixes(texts, ipv4, ipv6))))
    if module == "pyarrow":
        return _of_arrow(column, ipv4, ipv6)
    raise TypeError(
        "pass a column of polars, pandas or pyarrow, or an address, not "
        f"{type(column).__name__}"
    )


def _of_polars(column: Any, ipv4: int, ipv6: int) -> Any:
    import polars as pl

    if isinstance(column, pl.Expr):
        return column.map_batches(
            lambda series: _of_polars(series, ipv4, ipv6), return_dtype=pl.String
        )
    if column.dtype not in (pl.String, pl.Categorical, pl.Null):
        raise TypeError(f'prefix needs addresses="text"; {column.name} is {column.dtype}')
    texts = column.cast(pl.String)
    unique = texts.unique()
    networks = _netflow.prefixes(unique.to_list(), ipv4, ipv6)
    return texts.replace_strict(unique, networks, return_dtype=pl.String)


def _of_arrow(column: Any, ipv4: int, ipv6: int) -> Any:
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        chunks = [_of_arrow(chunk, ipv4, ipv6) for chunk in column.chunks]
        return pa.chunked_array(chunks, pa.string())
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    values = column.dictionary
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        raise TypeError(f'prefix needs addresses="text", not {values.type}')
    networks = pa.array(_netflow.prefixes(values.to_pylist(), ipv4, ipv6), pa.string())
    return networks.take(column.indices)


def duckdb_prefix(connection: duckdb.DuckDBPyConnection, name: str = "network_prefix") -> None:
    """Adds the function ``network_prefix(address, ipv4, ipv6)`` to a connection of DuckDB, which is
    :func:`prefix` in SQL.

    >>> nf.duckdb_prefix(connection)  # doctest: +SKIP
    >>> connection.sql("select network_prefix(source_address, 24, 64), sum(octets) from flows group by 1")
    ... # doctest: +SKIP
    """

    def network(address: Any, ipv4: Any, ipv6: Any) -> Any:
        import pyarrow as pa

        texts, shorts, longs = address.to_pylist(), ipv4.to_pylist(), ipv6.to_pylist()
        known: dict[Any, str | None] = {}
        for key in set(zip(texts, shorts, longs)):
            text, short, long = key
            if short is not None and long is not None:
                short, long = whole("ipv4", short, 0, 32), whole("ipv6", long, 0, 128)
                (known[key],) = _netflow.prefixes([text], short, long)
        return pa.array([known.get(key) for key in zip(texts, shorts, longs)], pa.string())

    # Its types for types differ from version to version.
    create: Any = connection.create_function
    types = ["VARCHAR", "INTEGER", "INTEGER"]
    create(name, network, types, "VARCHAR", type="arrow", null_handling="special")
