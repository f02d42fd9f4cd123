"""The datagrams of a capture, for the scripts that send them to an example."""

import struct
import sys


def payloads(path):
    """The UDP payloads of a capture of little-endian microseconds over Ethernet and IPv4."""
    with open(path, "rb") as file:
        octets = file.read()
    if octets[:4] != b"\xd4\xc3\xb2\xa1":
        sys.exit(f"{path} is no such capture")
    place = 24
    while place < len(octets):
        length = struct.unpack_from("<I", octets, place + 8)[0]
        frame = octets[place + 16:place + 16 + length]
        place += 16 + length
        udp = 14 + (frame[14] & 15) * 4
        yield frame[udp + 8:]
