"""Options that several functions share: they are listed, checked by name, and have one type."""

from __future__ import annotations

import inspect
import pydoc
import warnings
from typing import Any, Callable

import pytest

import netflow_rs as nf
from netflow_rs import _exporters, _options, partitions

from .conftest import TESTDATA

# What type checkers know of options that are passed on, and the function that takes them.
PASSED_ON: list[tuple[Any, Any]] = [
    (_options.ExporterOptions, _exporters.known),
    (_options.InputOptions, _options.reading),
    (_options.CollectorOptions, nf.Collector),
    (_options.ScanOptions, nf.scan),
]

FUNCTIONS: list[Callable[..., Any]] = [
    nf.scan,
    nf.read,
    nf.records,
    nf.tables,
    nf.documents,
    nf.health,
    nf.report,
    nf.Decoder,
    nf.Collector,
    nf.listen,
    nf.listen_async,
    partitions.plan,
]


@pytest.mark.parametrize("options, taker", PASSED_ON)
def test_types_are_those_of_the_function_that_takes_them(options: Any, taker: Any) -> None:
    taken = inspect.signature(taker).parameters
    for name, annotation in options.__annotations__.items():
        assert annotation.__forward_arg__ == taken[name].annotation
    # The functions that pass these on have the rest themselves.
    rest = {
        nf.Collector: {"rows"},
        nf.scan: {"source", "columns", "table"},
    }.get(taker, set())
    assert set(taken) == set(options.__annotations__) | rest


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_option_is_listed(function: Callable[..., Any]) -> None:
    listed = inspect.signature(function).parameters
    assert all(each.kind is not inspect.Parameter.VAR_KEYWORD for each in listed.values())
    assert set(_options.PartitionOptions.__annotations__) <= set(listed)
    assert "options_scope: 'OptionsScope' = 'domain'" in pydoc.render_doc(function)


def test_partitions_have_no_ports() -> None:
    assert "by_port" not in inspect.signature(partitions.plan).parameters


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_unknown_option_is_an_error_of_the_function(function: Callable[..., Any]) -> None:
    # What is asynchronous only calls the other.
    name = function.__name__.removesuffix("_async")
    with pytest.raises(TypeError, match=f"^{name}.*'samplings', did you mean 'sampling'?"):
        function(samplings={})


def test_a_warning_is_of_the_line_of_the_caller(tmp_path: Any) -> None:
    whole = (TESTDATA / "synthetic" / "nfv5.pcap").read_bytes()
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(whole[:-3])
    for function in (nf.read, nf.health, lambda path: list(nf.records(path))):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            function(cut)
        assert [each.filename for each in caught] == [__file__]
