"""IPFIX over SCTP (RFC 9260): chunks put in the order of their TSN and joined to messages."""

import struct

DATA, INIT, INIT_ACK, ABORT, SHUTDOWN_COMPLETE, FORWARD_TSN = 0, 1, 2, 6, 14, 192


class Association:
    """One direction of an association."""

    def __init__(self):
        self.frame, self.tag, self.next, self.opening = 0, None, None, None
        self.chunks, self.message = {}, None

    def packet(self, frame, tag, octets):
        """Adds a packet; returns the messages that are whole now."""
        at = 0
        while at + 4 <= len(octets):
            kind, flags, size = struct.unpack_from(">BBH", octets, at)
            if size < 4 or at + size > len(octets):
                return
            body = octets[at + 4:at + size]
            at += size + -size % 4
            if kind in (INIT, INIT_ACK):
                self.opening = struct.unpack_from(">I", body, 12)[0]
            elif kind in (ABORT, 7, 8, SHUTDOWN_COMPLETE):
                yield from self.end()
            elif kind == FORWARD_TSN and self.next is not None:
                target = struct.unpack_from(">I", body)[0] + 1
                while self.next != target & 0xFFFFFFFF:
                    yield from self.take()
                    self.message = None
                    self.next = self.next + 1 & 0xFFFFFFFF
                yield from self.take()
            elif kind == DATA:
                self.frame = frame
                tsn, stream = struct.unpack_from(">IH", body)
                if self.next is None or tag != self.tag:
                    if self.next is not None:
                        yield from self.end()
                    self.tag, self.chunks, self.message = tag, {}, None
                    self.next = tsn if self.opening is None else self.opening
                if (tsn - self.next) & 0xFFFFFFFF < 0x80000000:
                    self.chunks.setdefault(tsn, (flags & 2, flags & 1, stream, body[12:]))
                yield from self.take()

    def take(self):
        while self.next in self.chunks:
            begins, ends, stream, octets = self.chunks.pop(self.next)
            self.next = self.next + 1 & 0xFFFFFFFF
            if begins:
                self.message = (stream, b"")
            if self.message is None or self.message[0] != stream:
                self.message = None
                continue
            self.message = (stream, self.message[1] + octets)
            if ends:
                whole, self.message = self.message[1], None
                if whole[:2] == b"\x00\x0a":
                    yield whole

    def end(self):
        """What can be read although other chunks are missing."""
        while self.chunks:
            self.next = min(self.chunks, key=lambda tsn: (tsn - self.next) & 0xFFFFFFFF)
            self.message = None
            yield from self.take()
        self.message = None
