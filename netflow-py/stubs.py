"""Writes the fields of a record into the stub of the compiled module, from registry/fields.csv.

    python stubs.py          writes python/netflow_rs/_netflow.pyi
    python stubs.py --check  compares it with what is there
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
STUB = FOLDER / "python" / "netflow_rs" / "_netflow.pyi"
FIELDS = FOLDER.parent / "registry" / "fields.csv"

TYPES = {
    "U8": "int",
    "U16": "int",
    "U32": "int",
    "U64": "int",
    "Flag": "bool",
    "Address": "IPv4Address | IPv6Address",
    "Mac": "str",
    "Time": "datetime",
    "Duration": "timedelta",
    "Text": "str",
    "Octets": "bytes",
    "Name": "str",
    "Application": "str",
    "Numbers": "list[int]",
}

BEGIN = "    # The normalised fields, written by stubs.py from registry/fields.csv.\n"


def stub(before: str) -> str:
    """The text of the stub: what is written by hand, then the fields."""
    by_hand, _, _ = before.partition(BEGIN)
    attributes = []
    with FIELDS.open(newline="") as table:
        for field in csv.DictReader(table):
            python = TYPES[field["type"]]
            attributes.append(f"    {field['name']}: {python} | None\n")
    return by_hand + BEGIN + "".join(attributes)


def main() -> int:
    """Writes or compares the stub."""
    text = STUB.read_text()
    if "--check" in sys.argv:
        if text == stub(text):
            return 0
        print(f"{STUB} is out of date: run python {__file__}", file=sys.stderr)
        return 1
    STUB.write_text(stub(text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
