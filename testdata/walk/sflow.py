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
# octets of the header of each sample, up to its count of records
HEADS = {1: 32, 2: 12, 3: 44, 4: 16, 5: 32}


class Cut(Exception):
    """The octets end inside a member."""


class AddressType(Exception):
    """An address of a type without known length."""


class Walker:
    """Reads the members of one structure, flattened to [[name, hex, value]]."""

    def __init__(self, octets, packed=False):
        self.octets, self.at, self.fields = octets, 0, []
        self.packed = packed                         # MAC addresses without padding

    def take(self, size, pad=False):
        if len(self.octets) - self.at < size:
            raise Cut
        raw = self.octets[self.at:self.at + size]
        # XDR fills up to four octets; the last string of a record may come without
        self.at = min(self.at + size + (-size % 4 if pad else 0), len(self.octets))
        return raw

    def scalar(self, name, kind, size):
        raw = self.take(size, pad=not (self.packed and kind == "macAddress"))
        self.fields.append([name, raw.hex(), value(kind, raw)])
        return raw

    def word(self, name):
        return int.from_bytes(self.scalar(name, "unsigned32", 4), "big")

    def structure(self, members, prefix=""):
        for name, kind in members:
            if self.at == len(self.octets):          # an older form, or an optional tail
                return
            self.member(prefix, name, kind)

    def member(self, prefix, name, kind):
        kind = re.sub(r"[({].*|\?$", "", kind)       # remarks, and what is said of additions
        array = re.fullmatch(r"(\w+)<([\w.]*)>", kind)
        fixed = re.fullmatch(r"opaque\[(\d+)\]", kind)
        full = prefix + name
        if kind in SCALARS:
            self.scalar(full, *SCALARS[kind])
        elif fixed:
            self.scalar(full, "octetArray", int(fixed[1]))
        elif array and array[1] in ("string", "utf8string", "opaque"):
            size = self.word(f"{full}_length")
            raw = self.take(size, pad=True)
            self.fields.append([full, raw.hex(), value("octetArray" if array[1] == "opaque" else "string", raw)])
        elif array:
            word = re.sub(r"\d+", "", array[2]) or "count"
            self.array(full, prefix + word[1:] if word[0] == "." else f"{full}_{word}", array[1])
        elif kind in ("address", "next_hop"):
            which = self.word(f"{full}_type")
            if which in (1, 2):
                self.member(prefix, name, {1: "ipv4", 2: "ipv6"}[which])
            elif which:
                raise AddressType                    # no length to go by
        elif kind in registry.SFLOW_TYPES:
            self.named(prefix, name, registry.SFLOW_TYPES[kind])
        else:                                        # a structure named as a member
            table = registry.SFLOW["flow"].values()
            self.structure(next(m for n, m in table if n == kind), prefix)

    def named(self, prefix, name, members):
        if [inner for inner, _ in members] == ["value"]:        # another name of a type
            self.member(prefix, name, members[0][1])
            return
        for inner, kind in members:                  # its members stand in its place
            self.member(prefix, name + inner if inner[0] == "_" else inner, kind)

    def array(self, name, count_name, kind):
        members = registry.SFLOW_TYPES.get(kind, [])
        is_value = kind in SCALARS or [inner for inner, _ in members] == ["value"]
        for index in range(self.word(count_name)):
            item = f"{name}[{index}]"
            if is_value:
                self.member("", item, kind)
            else:
                for inner, inner_kind in members:
                    self.member(f"{item}.", inner, inner_kind)


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
        at = min(at + size + -size % 4, len(payload))
    return at


def sample(message, tag, body):
    enterprise, form = tag >> 12, tag & 0xFFF
    if enterprise or form not in KINDS:
        message.problem("unknown_sample")
        return
    if len(body) < HEADS[form]:
        message.problem("cut")
        return
    _, members = registry.SFLOW["sample"][enterprise, form]
    walker = Walker(body)
    for member, kind in members[:-1]:
        walker.member("", member, kind)
    count = walker.word("record_count")
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
        walker.at = start + size + -size % 4
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
    # sampled_ethernet as some agents send it, alone or as the header of a tunnel
    packed = table is registry.SFLOW["flow"] and key in ((0, 2), (0, 1021), (0, 1022)) and len(body) == 20
    walker = Walker(body, packed)
    try:
        walker.structure(members)
    except Cut:
        message.later("structure_cut")
    except AddressType:
        message.later("address_type")
    if walker.at < len(body):
        walker.fields.append(["extra", body[walker.at:].hex(), None])
    return {"tag": f"{key[0]}:{key[1]}", "name": name, "fields": walker.fields}
