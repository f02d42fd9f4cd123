"""A file object for programs that are interrupted."""

from __future__ import annotations

import io


class Endless(io.RawIOBase):
    """The header of a capture once, then its packets again and again."""

    def __init__(self, path: str) -> None:
        super().__init__()
        with open(path, "rb") as file:
            self.octets = file.read()
        self.rest = self.octets[:24]

    def read(self, size: int = -1) -> bytes:
        """The next octets; there always are some."""
        if not self.rest:
            self.rest = self.octets[24:]
        octets, self.rest = self.rest[:size], self.rest[size:]
        return octets
