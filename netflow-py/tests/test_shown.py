"""What a notebook and a shell show, and the command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import netflow_rs as nf

from .conftest import TESTDATA, command_rows


def test_a_lazy_scan_says_that_it_is_lazy(capture: Path) -> None:
    flows = nf.scan(capture, columns=["octets"])
    assert "not read yet" in repr(flows) and capture.name in repr(flows)
    assert "octets" in flows._repr_html_()


def test_a_table_shows_its_first_rows(capture: Path) -> None:
    table = nf.read(capture)
    row = command_rows(capture)[0]
    for text in (repr(table), table._repr_html_()):
        assert row["source_address"] in text
        assert row["start"] in text
    assert f"{len(table):,} rows" in table._repr_html_()
    octets = nf.read(capture, addresses="octets")
    assert row["source_address"] in repr(octets)


def test_html_is_escaped(tmp_path: Path, capture: Path) -> None:
    path = tmp_path / "<script>.pcap"
    path.write_bytes(capture.read_bytes())
    assert "<script>" not in nf.scan(path)._repr_html_()


def test_a_progress_bar(capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import types

    bars: list[int] = []

    class Bar:
        def __init__(self, total: int, **_: object) -> None:
            self.n = 0
            assert total == capture.stat().st_size

        def update(self, octets: int) -> None:
            self.n += octets

        def close(self) -> None:
            bars.append(self.n)

    monkeypatch.setitem(sys.modules, "tqdm.auto", types.SimpleNamespace(tqdm=Bar))
    nf.read(capture, progress=True)
    nf.read(capture)
    assert bars == [capture.stat().st_size]


def test_the_command_is_the_same() -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "netflow_rs", *arguments]
        return subprocess.run(command, capture_output=True, check=False)

    version = run("--version")
    assert version.returncode == 0 and nf.__version__.encode() in version.stdout
    assert run("decode", "no-such-file").returncode == 1
    assert run("decode", "--no-such-option").returncode == 2
    explained = run("explain", str(TESTDATA / "synthetic" / "nfv5.pcap"))
    assert b"netflow5" in explained.stdout or b"NetFlow" in explained.stdout


def test_the_stub_is_up_to_date() -> None:
    script = Path(__file__).parents[1] / "stubs.py"
    subprocess.run([sys.executable, str(script), "--check"], check=True)
