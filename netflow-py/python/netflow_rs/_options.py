"""The options that several functions take: each is stated once, with its type and its default."""

from __future__ import annotations

import functools
import inspect
import sys
from typing import TYPE_CHECKING, Any, Callable, ParamSpec, Sequence, TypedDict, TypeVar

from ._arguments import Addresses, OptionsScope, RowKind, Types, port_list
from ._exporters import Definitions, Limits, Meanings, Rates, known
from ._inputs import nearest

if sys.version_info >= (3, 11):
    from typing import Unpack
elif TYPE_CHECKING:
    from typing_extensions import Unpack
else:
    # Annotations are not evaluated: they only have to name something.
    Unpack = None

_Arguments = ParamSpec("_Arguments")
_Returned = TypeVar("_Returned")


def lists(
    taker: Callable[..., Any], *, but: Sequence[str] = ()
) -> Callable[[Callable[_Arguments, _Returned]], Callable[_Arguments, _Returned]]:
    """Decorates a function that passes its ``**options`` to ``taker``: its signature, and so ``help()``,
    lists all options of ``taker`` that the function does not have itself, ``but`` these, with the defaults
    that they have there. For type checkers they are the members of a ``TypedDict``."""

    def decorated(
        function: Callable[_Arguments, _Returned],
    ) -> Callable[_Arguments, _Returned]:
        signature = inspect.signature(function)
        own = [
            each
            for each in signature.parameters.values()
            if each.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        taken = {*but, *(each.name for each in own)}
        passed_on = [
            each
            for each in inspect.signature(taker).parameters.values()
            if each.kind is inspect.Parameter.KEYWORD_ONLY and each.name not in taken
        ]
        names = [each.name for each in own + passed_on]

        @functools.wraps(function)
        def listing(*args: _Arguments.args, **options: _Arguments.kwargs) -> _Returned:
            # Else the error would be that of the function that the option is passed to.
            for name in options:
                if name not in names:
                    near = nearest(name, names)
                    meant = f", did you mean {near!r}?" if near else ""
                    raise TypeError(
                        f"{function.__qualname__}() got an unexpected keyword argument {name!r}{meant}"
                    )
            return function(*args, **options)

        listed = signature.replace(parameters=own + passed_on)
        listing.__signature__ = listed  # type: ignore[attr-defined]
        return listing

    return decorated


class PartitionOptions(TypedDict, total=False):
    """What is known of exporters, whose ports do not matter, and the limits of the decoder."""

    sampling: Rates
    sampling_override: Rates
    options_scope: OptionsScope
    second_counters: Meanings
    definitions: Definitions
    interface_names: Definitions
    limits: Limits | None


class ExporterOptions(PartitionOptions, total=False):
    """The options of :func:`known`."""

    by_port: bool


class InputOptions(ExporterOptions, total=False):
    """The options of :func:`reading`."""

    ports: Sequence[int]
    strict: bool
    state: bytes | None


class CollectorOptions(ExporterOptions, total=False):
    """The options that :func:`listen` passes to :class:`Collector`."""

    columns: Sequence[str] | None
    where: str | None
    addresses: Addresses
    types: Types
    split_biflows: bool
    discarded: bool
    state: bytes | None


class ScanOptions(InputOptions, total=False):
    """The options that :func:`read` passes to :func:`scan`."""

    where: str | None
    addresses: Addresses
    types: Types
    rows: int
    split_biflows: bool
    discarded: bool


@lists(known)
def reading(
    *,
    ports: Sequence[int] = (),
    strict: bool = False,
    state: bytes | None = None,
    **options: Unpack[ExporterOptions],
) -> dict[str, Any]:
    """As the compiled module takes it."""
    return {
        "ports": port_list(ports),
        "strict": strict,
        "state": state,
        "exporters": known(**options),
    }
