"""Files to datagrams: pcap, pcapng, IPFIX files; links, IP fragments, UDP, TCP, SCTP, tunnels."""

import gzip
import ipaddress
import struct
import subprocess
from dataclasses import dataclass

from . import tunnel
from .sctp import Association
from .stream import Stream, take_messages

PORTS = {2055, 2056, 4739, 6343, 9995, 9996}


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
    elif link == 178:                                # Juniper: magic, flags, extensions
        flags, at = octets[3], 4
        if octets[:3] != b"MGC":
            return None
        if flags & 0x80:
            at += 2 + struct.unpack_from(">H", octets, 4)[0]
        if flags & 2:                                # no link header, but the number of a protocol
            return octets[at + 4:] if struct.unpack_from("<I", octets, at)[0] in (2, 6) else None
        return network_layer(1, octets[at:])
    elif link in (0, 108):                           # BSD loopback: address family, 4 octets
        return octets[4:]
    elif link in (12, 14, 101, 228, 229):            # raw IP
        return octets
    else:
        return None
    while ether in (b"\x81\x00", b"\x88\xa8", b"\x91\x00", b"\x92\x00"):
        ether, at = octets[at + 2:at + 4], at + 4
    return octets[at:] if ether in (b"\x08\x00", b"\x86\xdd") else None


def tags(link, octets, packet):
    """What is between the addresses of a frame and its IP packet; of cooked ones the interface too."""
    before = octets[:len(octets) - len(packet)]
    return before[12:] if link == 1 else before[4:8] + before[20:] if link == 276 else before[16:] if link == 113 else b""


class Assembler:
    """Fragments of IP, reassembled."""

    def __init__(self):
        self.fragments = {}

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
        return                                       # a cut message at the end yields no rows
    reader = Reader()
    for number, link, octets in frames(data):
        yield from reader.frame(number, link, octets, None)
    yield from reader.end()


def is_export(port, payload):
    """Whether a datagram in a tunnel, or on the port of one, is flow export."""
    word = int.from_bytes(payload[:4], "big")
    return port in PORTS or len(payload) >= 16 and (word >> 16 in (1, 5, 6, 7, 8, 9, 10) or word == 5)


class Reader:
    """From frames to datagrams."""

    def __init__(self):
        self.assembler = Assembler()
        self.streams, self.associations = {}, {}
        self.seen = {}           # of each datagram: how often on which path, how often given

    def frame(self, number, link, octets, around):
        packet = network_layer(link, octets)
        whole = packet and self.assembler.transport_layer(packet)
        if not whole:
            return
        source, target, protocol, body = whole
        inner = tunnel.inner(source, target, protocol, body)
        if protocol == 17 and len(body) >= 8:
            sport, dport, size = struct.unpack_from(">HHH", body)
            payload = body[8:size] if size >= 8 else body[8:]
            if around is None and inner is None or is_export(dport, payload):
                path = around, tags(link, octets, packet), packet[8 if packet[0] >> 4 == 4 else 7]
                if self.is_new((source, sport, target, dport, payload), path):
                    yield Datagram(number, source, sport, dport, "udp", payload)
                return
        elif protocol == 6 and len(body) >= 20:
            sport, dport, sequence = struct.unpack_from(">HHI", body)
            stream = self.streams.setdefault((source, sport, target, dport), Stream(dport in PORTS))
            for message in stream.segment(number, sequence, body[13], body[(body[12] >> 4) * 4:]):
                yield Datagram(number, source, sport, dport, "stream", message)
        elif protocol == 132 and len(body) >= 12:
            sport, dport, tag = struct.unpack_from(">HHI", body)
            association = self.associations.setdefault((source, sport, target, dport), Association())
            for message in association.packet(number, tag, body[12:]):
                yield Datagram(number, source, sport, dport, "stream", message)
        if inner:
            encapsulation, link, octets = inner
            yield from self.frame(number, link, octets, encapsulation)

    def is_new(self, datagram, path):
        """One datagram seen on several paths counts as often as on the one of most."""
        counts, given = self.seen.setdefault(datagram, ({}, [0]))
        counts[path] = counts.get(path, 0) + 1
        if counts[path] <= given[0]:
            return False
        given[0] += 1
        return True

    def end(self):
        """What is read only once nothing follows: by the connection that was used last."""
        for table in (self.streams, self.associations):
            for (source, sport, _, dport), state in sorted(table.items(), key=lambda item: item[1].frame):
                for message in state.end():
                    yield Datagram(state.frame, source, sport, dport, "stream", message)
