#!/usr/bin/env python3
"""Expected results for the captures here, made without the Rust code.

    expect.py                  (re)writes NAME.expected.json beside every capture
    expect.py --check          compares instead, exit status 1 if any differs
    expect.py FILE...          prints the rows of these files

A row has the form of `netflow decode --format json --schema wire`. A problem row has
only frame, kind and reason: offsets and prose are left to the decoder.
"""

import argparse
import json
import pathlib
import struct
import sys

from walk import netflow, sflow
from walk.capture import datagrams

HERE = pathlib.Path(__file__).resolve().parent
SUFFIXES = {".pcap", ".pcapng", ".ipfix", ".gz", ".zst"}
PORTS = {2055, 2056, 4739, 6343, 9995, 9996}
NAMES = {1: "netflow1", 5: "netflow5", 6: "netflow6", 7: "netflow7", 8: "netflow8",
         9: "netflow9", 10: "ipfix"}


class Message:
    """The header members of one message, and where its rows go."""

    def __init__(self, datagram, protocol, rows):
        self.datagram, self.protocol, self.rows = datagram, protocol, rows
        self.exporter, self.transport = datagram.exporter, datagram.transport
        self.domain, self.sequence = 0, None
        self.agent = self.sub_agent = None
        self.waiting = []
        self.more = {}               # members that every row has besides

    def row(self, kind, **rest):
        row = {"frame": self.datagram.frame}
        if self.exporter is not None:
            row |= {"exporter": self.exporter, "port": self.datagram.port}
        row["protocol"] = self.protocol
        if self.protocol == "sflow5":
            row |= {"agent": self.agent, "sub_agent": self.sub_agent}
        else:
            row["domain"] = self.domain
        if self.sequence is not None:
            row["sequence"] = self.sequence
        self.rows.append(row | {"kind": kind} | self.more | rest)

    def problem(self, reason):
        self.rows.append({"frame": self.datagram.frame, "kind": "problem", "reason": reason})

    def later(self, reason):
        """A problem inside a row that is not yet written."""
        self.waiting.append(reason)

    def flush(self):
        for reason in self.waiting:
            self.problem(reason)
        self.waiting = []


def begins(payload, at):
    """What begins here: a NetFlow version, "sflow", ("sflow", old version), or None."""
    if len(payload) - at < 2:
        return None
    version = struct.unpack_from(">H", payload, at)[0]
    if version in NAMES:
        return version
    if version == 0 and len(payload) - at >= 4:
        word = struct.unpack_from(">I", payload, at)[0]
        return {5: "sflow", 2: "old sflow", 4: "old sflow"}.get(word)
    return None


def walk(path):
    rows, state = [], netflow.State()
    for datagram in datagrams(path):
        payload, at, first = datagram.payload, 0, None
        if begins(payload, 0) is None and datagram.target not in PORTS:
            continue
        while at is not None and (at == 0 or any(payload[at:])):
            what = begins(payload, at)
            first = first or what
            if what is None or what != first:
                reason = "trailing_octets" if at else "cut" if len(payload) < 2 else "not_flow_export"
                Message(datagram, None, rows).problem(reason)
                break
            message = Message(datagram, NAMES.get(what, "sflow5"), rows)
            if what == "sflow":
                at = sflow.datagram(message, at, payload)
            elif what == "old sflow":
                message.problem("unsupported_version")
                at = None
            elif what in (9, 10):
                at = netflow.sets(message, state, at, payload)
            else:
                at = netflow.fixed(message, at, payload, what)
            message.flush()
    return rows


def render(rows):
    lines = (json.dumps(row, separators=(",", ":"), ensure_ascii=False) for row in rows)
    return "[\n" + ",\n".join(lines) + "\n]\n" if rows else "[]\n"


def captures():
    for folder in ("genuine", "synthetic"):
        for path in sorted((HERE / folder).iterdir()):
            if path.suffix in SUFFIXES:
                yield path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with what is checked in")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    if options.files:
        for path in options.files:
            sys.stdout.write(render(walk(path)))
        return 0
    stale = []
    for path in captures():
        target = path.with_name(path.name.split(".")[0] + ".expected.json")
        text = render(walk(path))
        if options.check:
            if not target.exists() or target.read_text(encoding="utf-8") != text:
                stale.append(target.name)
        else:
            target.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{name} differs", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
