"""Where the captures are."""

from __future__ import annotations

import os
import subprocess
import sys
import json
import functools
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTDATA = ROOT / "testdata"


def captures() -> list[Path]:
    """Every capture of the project, and those of NETFLOW_CAPTURES."""
    folders = [TESTDATA / "genuine", TESTDATA / "synthetic"]
    if "NETFLOW_CAPTURES" in os.environ:
        folders.append(Path(os.environ["NETFLOW_CAPTURES"]))
    else:
        print("NETFLOW_CAPTURES is not set: only testdata/ is read")
    endings = (".pcap", ".pcapng", ".ipfix", ".gz", ".zst")
    return sorted(
        path for folder in folders for path in folder.iterdir() if path.name.endswith(endings)
    )


@functools.cache
def command_rows(path: Path) -> list[dict[str, Any]]:
    """The flows that the command writes as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "netflow_rs", "decode", "-q", "-f", "json", str(path)],
        capture_output=True,
        check=False,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [row for row in rows if row.get("kind") != "problem"]


@pytest.fixture
def capture() -> Path:
    """A capture of NetFlow v9."""
    return TESTDATA / "genuine" / "sf_v9.pcap"
