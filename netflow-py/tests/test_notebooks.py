"""The notebooks run from first cell to last."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def runner() -> Any:
    spec = importlib.util.spec_from_file_location("notebooks_run", NOTEBOOKS / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook(path: Path) -> None:
    pictures = runner().run(path)
    assert len(pictures) >= 3
    assert all(png.startswith(b"\x89PNG") for png in pictures)


@pytest.mark.parametrize("capture", ["nfr_v5", "pm_sf"])
@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_over_another_capture(
    path: Path, capture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without templates, and of samples."""
    other = str(NOTEBOOKS.parents[1] / "testdata" / "genuine" / f"{capture}.pcap")
    monkeypatch.setenv("NETFLOW_CAPTURE", other)
    monkeypatch.setenv("NETFLOW_CAPTURES_TO_CHECK", other)
    assert len(runner().run(path)) >= 3
