"""Runs the notebooks as they are, from first cell to last.

    python run.py             runs them
    python run.py --pictures  and writes again those in pictures/
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent


def notebooks() -> list[Path]:
    """All of them."""
    return sorted(FOLDER.glob("*.ipynb"))


def run(path: Path) -> list[bytes]:
    """Runs one and returns its pictures as PNG."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(FOLDER)}}
    NotebookClient(notebook, timeout=120, resources=resources).execute()
    pictures = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            png = output.get("data", {}).get("image/png")
            if png is not None:
                pictures.append(base64.b64decode(png))
    return pictures


def main() -> None:
    """Runs all."""
    for path in notebooks():
        pictures = run(path)
        print(f"{path.name}: {len(pictures)} pictures")
        if "--pictures" in sys.argv:
            for number, png in enumerate(pictures, 1):
                picture = FOLDER / "pictures" / f"{path.stem}_{number}.png"
                if picture.exists():
                    picture.write_bytes(png)


if __name__ == "__main__":
    main()
