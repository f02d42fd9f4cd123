"""The page of ``nf.report`` is that of the command."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

import netflow_rs as nf

from .conftest import TESTDATA

CAPTURE = TESTDATA / "genuine" / "ovs.pcap"


def test_the_page_is_what_the_command_writes(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    options = ["--where", "proto tcp", "-n", "3", "--flows", "7", "-o", str(path), str(CAPTURE)]
    subprocess.run([sys.executable, "-m", "netflow_rs", "report", "-q", *options], check=True)
    page = nf.report(CAPTURE, where="proto tcp", groups=3, flows=7)
    saved = tmp_path / "saved.html"
    page.save(saved)
    assert saved.read_text(encoding="utf-8") == path.read_text(encoding="utf-8") == page.html


def test_a_notebook_shows_the_page_in_a_frame_of_its_own() -> None:
    page = nf.report(CAPTURE, title='</iframe>"x')
    shown = page._repr_html_()
    assert shown.count("<iframe") == 1 and shown.count("<") == 2
    found = re.search('srcdoc="([^"]*)"', shown)
    assert found and html.unescape(found[1]) == page.html


def test_countries_come_from_a_database() -> None:
    capture = TESTDATA / "synthetic" / "nfv5.pcap"
    assert 'id="map"' not in nf.report(capture).html
    page = nf.report(capture, geo=TESTDATA / "geo" / "places.mmdb", internal_networks="192.0.2.0/24")
    assert "source-countries" in page.html and "Internal networks: 192.0.2.0/24." in page.html


def test_arguments_are_checked() -> None:
    with pytest.raises(nf.FilterError):
        nf.report(CAPTURE, where="dst prot 1")
    with pytest.raises(ValueError, match="not a network"):
        nf.report(CAPTURE, internal_networks="privat")
    with pytest.raises(ValueError, match="places"):
        nf.report(CAPTURE, geo=TESTDATA / "geo" / "no-places.mmdb")
    with pytest.raises(ValueError, match="20000"):
        nf.report(CAPTURE, flows=20_001)
