"""sFlow version 5, by the layouts of registry/sflow.csv: payloads to rows."""

import ipaddress
import re
import struct

from . import registry
from .values import value

KINDS = {1: "sample", 2: "counters", 3: "sample", 4: "counters", 5: "discarded"}
SCALARS = {"uint32": ("unsigned32", 4), "int32": ("signed32", 4), "uint64": ("unsigned64", 8),
           "float32": ("float32", 4), "mac": ("macAddress", 6), "ipv4": ("ipv4Address", 4),
           "ipv6": ("ipv6Address", 16)}


class Cut(Exception):
    """The octets end inside a member."""


class Walker:
    """Reads the members of one structure, flattened to [[name, hex, value]]."""

    def __init__(self, octets):
        self.octets, self.at, self.fields = octets, 0, []

    def take(self, size, pad=False):
        if len(self.octets) - self.at < size:
            raise Cut
        raw = self.octets[self.at:self.at + size]
        # XDR fills up to four octets; the last string of a record may come without
        self.at = min(self.at + size + (-size % 4 if pad else 0), len(self.octets))
        return raw

    def scalar(self, name, kind, size):
        raw = self.take(size, pad=True)
        self.fields.append([name, raw.hex(), value(kind, raw)])
        return raw

    def word(self, name):
        return int.from_bytes(self.scalar(name, "unsigned32", 4), "big")

    def structure(self, members):
        for name, kind in members:
            if self.at == len(self.octets):          # an older form, or an optional tail
                return
            self.member(name, kind.rstrip("?"))

    def member(self, name, kind):
        array = re.fullmatch(r"(\w+)<(?:\d*|(\.?\w+))>", kind)
        fixed = re.fullmatch(r"opaque\[(\d+)\]", kind)
        if kind in SCALARS:
            self.scalar(name, *SCALARS[kind])
        elif fixed:
            self.scalar(name, "octetArray", int(fixed[1]))
        elif array and array[1] in ("string", "opaque", "utf8string"):
            size = self.word(f"{name}_length")
            raw = self.take(size, pad=True)
            self.fields.append([name, raw.hex(), value("octetArray" if array[1] == "opaque" else "string", raw)])
        elif array:
            self.array(name, array[1], array[2] or "count")
        elif kind in ("address", "next_hop"):
            which = self.word(f"{name}_type")
            if which in (1, 2):
                self.member(name, {1: "ipv4", 2: "ipv6"}[which])
            elif which:
                raise Cut                            # no length to go by
        elif kind in registry.SFLOW_TYPES:
            self.named(name, registry.SFLOW_TYPES[kind])
        else:                                        # a structure named as a member
            table = registry.SFLOW["flow"].values()
            self.structure(next(m for n, m in table if n == kind))

    def named(self, name, members):
        """A type of one member `value` is another name for its type; others stand in its place."""
        if [inner for inner, _ in members] == ["value"]:
            self.member(name, members[0][1])
        else:
            self.structure([(name + inner if inner.startswith("_") else inner, kind) for inner, kind in members])

    def array(self, name, kind, counter):
        """`counter` is the word for the count: `NAME_word`, or `.word` for the word alone."""
        alone = counter.startswith(".")
        prefix = name.rpartition(".")[0]
        count = self.word((prefix + counter if prefix else counter[1:]) if alone else f"{name}_{counter}")
        for index in range(count):
            item = f"{name}[{index}]"
            members = registry.SFLOW_TYPES.get(kind, [("value", kind)])
            if kind in SCALARS or [inner for inner, _ in members] == ["value"]:
                self.member(item, kind)
            else:
                for inner, inner_kind in members:
                    self.member(f"{item}.{inner}", inner_kind)


def datagram(message, at, payload):
    """Returns where the datagram ends, or None."""
    if len(payload) - at < 8:
        message.problem("cut")
        return None
    size = {1: 4, 2: 16}.get(struct.unpack_from(">I", payload, at + 4)[0], 0)
    if len(payload) - at < 24 + size:
        message.problem("cut")
        return None
    agent = payload[at + 8:at + 8 + size]
    message.agent = str(ipaddress.ip_address(agent)) if agent else None
    at += 8 + size
    message.sub_agent, message.sequence, _, count = struct.unpack_from(">IIII", payload, at)
    at += 16
    for _ in range(count):
        if len(payload) - at < 8:
            message.problem("sample_count")
            break
        tag, size = struct.unpack_from(">II", payload, at)
        at += 8
        sample(message, tag, payload[at:at + size])
        if size > len(payload) - at:
            message.problem("sample_too_long")
            return None
        at += size
    return at


def sample(message, tag, body):
    enterprise, form = tag >> 12, tag & 0xFFF
    if enterprise or form not in KINDS:
        message.problem("unknown_sample")
        return
    name, members = registry.SFLOW["sample"][enterprise, form]
    walker = Walker(body)
    try:
        for member, kind in members[:-1]:
            walker.member(member, kind)
        count = walker.word("record_count")
    except Cut:
        message.problem("structure_cut")
        return
    table = registry.SFLOW["counter" if KINDS[form] == "counters" else "flow"]
    records = []
    while len(records) < count:
        left = len(body) - walker.at
        if left < 8:
            message.later("sample_count")
            break
        tag_of_record, size = struct.unpack_from(">II", body, walker.at)
        start = walker.at + 8
        records.append(record(message, table, tag_of_record, body[start:start + size]))
        walker.at = start + size
        if size > left - 8:
            message.later("sample_too_long")
            break
    message.row(KINDS[form], tag=f"{enterprise}:{form}", fields=walker.fields, records=records)
    message.flush()


def record(message, table, tag, body):
    key = (tag >> 12, tag & 0xFFF)
    if key not in table:
        return {"tag": f"{key[0]}:{key[1]}", "fields": [["raw", body.hex(), None]]}
    name, members = table[key]
    walker = Walker(body)
    try:
        walker.structure(members)
    except Cut:
        message.later("structure_cut")
    if walker.at < len(body):
        walker.fields.append(["extra", body[walker.at:].hex(), None])
    return {"tag": f"{key[0]}:{key[1]}", "name": name, "fields": walker.fields}
