"""IPFIX over TCP: segments put in order and cut into messages."""

import struct


def take_messages(octets):
    """Takes whole IPFIX messages off the front of a byte stream."""
    while len(octets) >= 4 and octets[:2] == b"\x00\x0a":
        size = struct.unpack_from(">H", octets, 2)[0]
        if size < 16 or size > len(octets):
            return
        message = bytes(octets[:size])
        del octets[:size]
        yield message


def begins_message(octets):
    """Whether a message and its first set begin here."""
    if len(octets) < 20 or octets[:2] != b"\x00\x0a":
        return False
    size, ident, length = struct.unpack_from(">H", octets, 2)[0], *struct.unpack_from(">HH", octets, 16)
    return (ident in (2, 3) or ident > 255) and 4 <= length <= size - 16


class Stream:
    """One direction of a connection."""

    def __init__(self, expected):
        self.expected, self.next, self.held, self.ready = expected, None, {}, bytearray()
        self.lost = False            # where messages begin is not known
        self.frame = 0
        self.done = None             # the sequence number after the last octet

    def segment(self, frame, sequence, flags, body):
        """Adds a segment; returns the messages that are whole now."""
        if flags & 2:                                # SYN
            self.next, self.held, self.ready, self.lost, self.done = (sequence + 1) & 0xFFFFFFFF, {}, bytearray(), False, None
        elif self.next is None:
            if not body or not (begins_message(body) or self.expected):
                return
            self.next, self.lost = sequence, not begins_message(body)
        self.frame = frame
        if flags & 1:
            self.done = (sequence + len(body)) & 0xFFFFFFFF
        if body:
            self.held[sequence] = max(body, self.held.get(sequence, b""), key=len)
        yield from self.advance()
        if self.done is not None and self.next == self.done or flags & 4:
            yield from self.end()

    def advance(self):
        moved = True
        while moved:
            moved = False
            for start, octets in list(self.held.items()):
                gap = (self.next - start) & 0xFFFFFFFF
                if gap < 0x80000000:                 # begins at or before what is awaited
                    del self.held[start]
                    fresh = octets[gap:]
                    if self.lost and begins_message(fresh):
                        yield from self.search(True)
                        self.ready, self.lost = bytearray(), False
                    self.ready += fresh
                    self.next = (self.next + len(fresh)) & 0xFFFFFFFF
                    moved = True
        yield from self.search(False)

    def search(self, is_end):
        """Finds the next message if need be: another follows it, or the end; and takes messages."""
        if self.lost:
            for at in range(len(self.ready) - 19):
                if not begins_message(self.ready[at:at + 20]):
                    continue
                size = struct.unpack_from(">H", self.ready, at + 2)[0]
                follows = self.ready[at + size:at + size + 4]
                if len(self.ready) < at + size or len(follows) < 4 and not is_end:
                    if is_end:
                        continue
                    break                            # its proof has not come
                if not follows or follows[:2] == b"\x00\x0a":
                    del self.ready[:at]
                    self.lost = False
                    break
        if not self.lost:
            yield from take_messages(self.ready)

    def end(self):
        """What can be read of what waits: after each gap messages have to be found anew."""
        while True:
            yield from self.search(True)
            if not self.held:
                break
            self.next = min(self.held, key=lambda start: (start - self.next) & 0xFFFFFFFF)
            self.ready, self.lost = bytearray(), True
            yield from self.advance()
        self.ready = bytearray()
