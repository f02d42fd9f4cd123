"""Files to datagrams: pcap, pcapng, IPFIX files; links, IP fragments, UDP, TCP."""

import gzip
import ipaddress
import struct
import subprocess
from dataclasses import dataclass


@dataclass
class Datagram:
    frame: int
    exporter: str | None     # None in an IPFIX file
    port: int | None         # source port
    target: int | None       # destination port
    transport: str           # "udp", "stream", "file"
    payload: bytes


def frames(data):
    """Yields (number, link type, octets) of a pcap or pcapng file; a cut one just ends."""
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        yield from pcapng_frames(data)
        return
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<",
             b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}[data[:4]]
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at, number = 24, 0
    while at + 16 <= len(data):
        size = struct.unpack_from(order + "I", data, at + 8)[0]
        if at + 16 + size > len(data):
            return
        number += 1
        yield number, link, data[at + 16:at + 16 + size]
        at += 16 + size


def pcapng_frames(data):
    at, number, order, links = 0, 0, "<", []
    while at + 12 <= len(data):
        kind = data[at:at + 4]
        if kind == b"\x0a\x0d\x0d\x0a":              # section header: byte order, new interfaces
            order = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links = []
        kind = struct.unpack(order + "I", kind)[0]
        size = struct.unpack_from(order + "I", data, at + 4)[0]
        if size < 12 or at + size > len(data):
            return
        body = data[at + 8:at + size - 4]
        if kind == 1:                                # interface description
            links.append(struct.unpack_from(order + "H", body)[0])
        elif kind == 6:                              # enhanced packet
            interface, _, _, captured = struct.unpack_from(order + "IIII", body)
            number += 1
            yield number, links[interface], body[20:20 + captured]
        elif kind == 3:                              # simple packet
            number += 1
            yield number, links[0], body[4:4 + struct.unpack_from(order + "I", body)[0]]
        at += size


def network_layer(link, octets):
    """The IP packet in a frame, or None."""
    if link == 1:                                    # Ethernet
        ether, at = octets[12:14], 14
    elif link == 113:                                # Linux cooked, version 1
        ether, at = octets[14:16], 16
    elif link == 276:                                # Linux cooked, version 2
        ether, at = octets[0:2], 20
    elif link in (0, 108):                           # BSD loopback: address family, 4 octets
        return octets[4:]
    elif link in (12, 14, 101, 228, 229):            # raw IP
        return octets
    else:
        return None
    while ether in (b"\x81\x00", b"\x88\xa8", b"\x91\x00"):
        ether, at = octets[at + 2:at + 4], at + 4
    return octets[at:] if ether in (b"\x08\x00", b"\x86\xdd") else None


class Assembler:
    """Fragments of IP and segments of TCP, put together."""

    def __init__(self):
        self.fragments = {}
        self.streams = {}

    def transport_layer(self, packet):
        """(source, destination, protocol, octets) of a whole packet, or None."""
        if len(packet) < 20:
            return None
        if packet[0] >> 4 == 4:
            head = (packet[0] & 15) * 4
            total = struct.unpack_from(">H", packet, 2)[0]
            ident, flags = packet[4:6], struct.unpack_from(">H", packet, 6)[0]
            source, target = packet[12:16], packet[16:20]
            protocol, body = packet[9], packet[head:total]
            offset, more = (flags & 0x1FFF) * 8, bool(flags & 0x2000)
        elif packet[0] >> 4 == 6 and len(packet) >= 40:
            total = 40 + struct.unpack_from(">H", packet, 4)[0]
            source, target = packet[8:24], packet[24:40]
            protocol, at, offset, more, ident = packet[6], 40, 0, False, b""
            while protocol in (0, 43, 44, 60):       # extension headers
                following = packet[at]
                if protocol == 44:
                    word = struct.unpack_from(">H", packet, at + 2)[0]
                    offset, more, ident = word & 0xFFF8, bool(word & 1), packet[at + 4:at + 8]
                    at += 8
                else:
                    at += 8 + 8 * packet[at + 1]
                protocol = following
            body = packet[at:total]
        else:
            return None
        if offset or more:
            key = (source, target, ident, protocol)
            parts = self.fragments.setdefault(key, {})
            parts[offset] = (body, more)
            body, more = b"", True
            while more:
                if len(body) not in parts:
                    return None
                piece, more = parts[len(body)]
                body += piece
            del self.fragments[key]
        text = lambda address: str(ipaddress.ip_address(address))
        return text(source), text(target), protocol, body

    def stream(self, key, sequence, flags, body):
        """Adds a segment; returns the octets that have become contiguous, a bytearray to consume."""
        state = self.streams.setdefault(key, {"next": None, "held": {}, "ready": bytearray()})
        if flags & 2:                                # SYN
            state["next"] = (sequence + 1) & 0xFFFFFFFF
        elif state["next"] is None:
            state["next"] = sequence
        if body:
            state["held"][sequence] = max(body, state["held"].get(sequence, b""), key=len)
        moved = True
        while moved:
            moved = False
            for start, octets in list(state["held"].items()):
                gap = (state["next"] - start) & 0xFFFFFFFF
                if gap < 0x80000000:                 # begins at or before what is awaited
                    del state["held"][start]
                    fresh = octets[gap:]
                    state["ready"] += fresh
                    state["next"] = (state["next"] + len(fresh)) & 0xFFFFFFFF
                    moved = True
        return state["ready"]


def take_messages(octets):
    """Takes whole IPFIX messages off the front of a byte stream."""
    while len(octets) >= 4 and octets[:2] == b"\x00\x0a":
        size = struct.unpack_from(">H", octets, 2)[0]
        if size < 16 or size > len(octets):
            return
        message = bytes(octets[:size])
        del octets[:size]
        yield message


def unpack(path):
    data = open(path, "rb").read()
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return subprocess.run(["zstd", "-dcq"], input=data, capture_output=True, check=True).stdout
    return data


def datagrams(path):
    """Every UDP payload, TCP message and file message, in the order of completion."""
    data = unpack(path)
    if data[:2] == b"\x00\x0a":
        for number, message in enumerate(take_messages(bytearray(data)), 1):
            yield Datagram(number, None, None, None, "file", message)
        return                                       # a cut message at the end gives no rows
    assembler = Assembler()
    for number, link, octets in frames(data):
        packet = network_layer(link, octets)
        whole = packet and assembler.transport_layer(packet)
        if not whole:
            continue
        source, target, protocol, body = whole
        if protocol == 17 and len(body) >= 8:
            sport, dport, size = struct.unpack_from(">HHH", body)
            payload = body[8:size] if size >= 8 else body[8:]
            yield Datagram(number, source, sport, dport, "udp", payload)
        elif protocol == 6 and len(body) >= 20:
            sport, dport, sequence = struct.unpack_from(">HHI", body)
            ready = assembler.stream((source, sport, target, dport), sequence, body[13],
                                     body[(body[12] >> 4) * 4:])
            for message in take_messages(ready):
                yield Datagram(number, source, sport, dport, "stream", message)
