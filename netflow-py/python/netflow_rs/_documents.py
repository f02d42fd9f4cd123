"""Flows as the documents of other tools."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ._errors import NetflowError
from ._netflow import run

_Path = str | os.PathLike[str]


def documents(
    paths: _Path | Sequence[_Path],
    schema: str = "ecs",
    *,
    compat: bool = False,
    internal_networks: str | None = None,
    tags: Sequence[str] = (),
    definitions: Sequence[_Path] = (),
) -> Iterator[dict[str, Any]]:
    """Yields the documents of a schema: ``ecs``, ``ecs-integration``, ``logstash``, ``fluentd``,
    ``goflow2``, ``nfdump``, or ``flow``, ``record`` and ``wire``.

    Args:
        paths: a capture or IPFIX file, or several.
        schema: what a document holds, as the command's ``--schema``.
        compat: copy the known faults of the tool that the schema is of.
        internal_networks: networks whose addresses are internal, separated by commas.
        tags: words that each document has under ``tags``.
        definitions: files with definitions of further elements.

    Raises:
        NetflowError: a file cannot be read, or an argument makes no sense; the command has written
            why to standard error.
    """
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    arguments = ["netflow", "decode", "--quiet", "--format", "json", "--schema", schema]
    if compat:
        arguments.append("--compat")
    if internal_networks is not None:
        arguments += ["--internal-networks", internal_networks]
    for tag in tags:
        arguments += ["--tag", tag]
    for definition in definitions:
        arguments += ["--definitions", os.fspath(definition)]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "documents.json"
        arguments += ["--output", str(output), "--", *(os.fspath(path) for path in paths)]
        status = run(arguments)
        if output.exists():
            with output.open(encoding="utf-8") as lines:
                yield from map(json.loads, lines)
        if status != 0:
            raise NetflowError(f"netflow decode ended with status {status}")
