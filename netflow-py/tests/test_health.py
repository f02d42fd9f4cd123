"""Python's health and the command's explanation are the same document."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

import netflow_rs as nf

from .conftest import TESTDATA, captures


def explained(*paths: Path) -> dict[str, Any]:
    """What the command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "netflow_rs", "explain", "-f", "json", *map(str, paths)],
        capture_output=True,
        check=False,
    )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.mark.parametrize("path", captures(), ids=lambda path: path.name)
def test_health_is_what_the_command_prints(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nf.NetflowWarning)
        assert nf.health(path) == explained(path)


def test_frames_of_several_files_name_their_file() -> None:
    paths = [TESTDATA / "synthetic" / name for name in ("nfv5.pcap", "trap_set_length_3.pcap")]
    health = nf.health(paths)
    assert health == explained(*paths)
    examples = [example for kind in health["problems"] for example in kind["examples"]]
    assert {example["file"] for example in examples} == {str(paths[1])}


def test_a_decoder_reports_the_health_of_its_datagrams() -> None:
    # A v9 message of one data set whose template never comes.
    message = bytes.fromhex("0009 0001 00000001 6955b900 00000001 00000007 0104 0008 c0000201")
    decoder = nf.Decoder()
    decoder.decode(message, exporter="192.0.2.1:2055")
    with pytest.raises(nf.NetflowError):
        decoder.decode(b"no export", exporter="192.0.2.1:2055")
    health = decoder.health()
    assert health["unreadable"] == 1
    absent = [found for found in health["findings"] if found["code"] == "template_absent"]
    assert len(absent) == 1
    assert absent[0] == {
        "code": "template_absent",
        "number": 3,
        "severity": "error",
        "exporter": "192.0.2.1",
        "protocol": "netflow9",
        "domain": 7,
        "frame": 1,
        "octets": 4,
        "sets": [260],
    }


def test_a_collector_reports_the_same_health_as_a_decoder() -> None:
    message = bytes.fromhex("0009 0001 00000001 6955b900 00000001 00000007 0104 0008 c0000201")
    decoder = nf.Decoder()
    collector = nf.Collector()
    decoder.decode(message, exporter="192.0.2.1:2055", received=1_767_225_600)
    collector.push(message, exporter="192.0.2.1:2055", received=1_767_225_600)
    with pytest.raises(nf.NetflowError):
        decoder.decode(b"no export", exporter="192.0.2.1:2055", received=1_767_225_600)
    collector.push(b"no export", exporter="192.0.2.1:2055", received=1_767_225_600)
    assert collector.health() == decoder.health()


def test_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises((nf.NetflowError, OSError)):
        nf.health("no-such-file.pcap")
