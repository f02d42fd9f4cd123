"""The examples of the README run as they are."""

from __future__ import annotations

import pickle
import re
import shutil
from pathlib import Path

import duckdb
import pyarrow
import pytest

import netflow_rs as nf

from .test_live import DATAGRAM

README = Path(__file__).parents[1] / "README.md"
PLACES = Path(__file__).parents[2] / "testdata" / "geo" / "places.mmdb"


def examples() -> list[str]:
    """The blocks of Python."""
    return re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


@pytest.mark.parametrize("number", range(4))
def test_reading(
    number: int, capture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import matplotlib

    matplotlib.use("Agg")
    (tmp_path / "captures").mkdir()
    shutil.copy(capture, tmp_path / "capture.pcap")
    shutil.copy(capture, tmp_path / "captures" / "one.pcap.gz")
    shutil.copy(PLACES, tmp_path / "GeoLite2-Country.mmdb")
    monkeypatch.chdir(tmp_path)
    exec(examples()[number], {"nf": nf, "duckdb": duckdb, "pickle": pickle, "pyarrow": pyarrow})


def test_live(monkeypatch: pytest.MonkeyPatch) -> None:
    # A listener that has heard one datagram.
    def listen(address: str) -> list[nf.Table]:
        collector = nf.Collector()
        collector.push(DATAGRAM)
        return [collector.take()]

    monkeypatch.setattr(nf, "listen", listen)
    exec(examples()[4], {"nf": nf, "datagram": DATAGRAM})
