"""Captures cut into pieces, as a rotating tcpdump would."""

from __future__ import annotations

import struct
from pathlib import Path


def packets(capture: Path) -> tuple[bytes, list[bytes]]:
    """The header of a pcap file, and its packets with their headers."""
    octets = capture.read_bytes()
    order = "<" if octets[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    found = []
    at = 24
    while at < len(octets):
        (length,) = struct.unpack_from(order + "I", octets, at + 8)
        found.append(octets[at : at + 16 + length])
        at += 16 + length
    return octets[:24], found


def cut(capture: Path, count: int, folder: Path) -> list[Path]:
    """The capture in N files, or one for each packet if it has fewer."""
    head, all_packets = packets(capture)
    count = max(1, min(count, len(all_packets)))
    paths = []
    for number in range(count):
        first = number * len(all_packets) // count
        last = (number + 1) * len(all_packets) // count
        path = folder / f"{capture.stem}-{number:04}.pcap"
        path.write_bytes(head + b"".join(all_packets[first:last]))
        paths.append(path)
    return paths
