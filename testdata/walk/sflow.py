"""sFlow version 5, by the layouts of registry/sflow.csv: payloads to rows."""

import ipaddress
import re
import struct

from . import registry
from .values import value

KINDS = {1: "sample", 2: "counters", 3: "sample", 4: "counters", 5: "discarded"}
SCALARS = {"uint32": ("unsigned32", 4), "int32": ("signed32", 4), "uint64": ("unsigned64", 8),
           "float32": ("float32", 4), "mac": ("macAddress", 6), "ipv4": ("ipv4Address", 4),
           "ipv6": ("ipv6Address", 16), "gid": ("octetArray", 16), "sflow_data_source": ("unsigned32", 4),
           "interface": ("unsigned32", 4), "cipher_suite": ("unsigned32", 4), "data_format": ("unsigned32", 4)}
RENAMED = {"sequence_number": "sequence", "flow_records": "record_count", "counters": "record_count",
           "discard_records": "record_count", "inputifindex": "input", "outputifindex": "output",
           "5s_cpu": "cpu_5s", "1m_cpu": "cpu_1m", "5m_cpu": "cpu_5m"}


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

    def structure(self, members, prefix=""):
        for name, kind in members:
            if self.at == len(self.octets):          # an older form, or an optional tail
                return
            self.member(prefix + name, kind.rstrip("?"))

    def member(self, name, kind):
        array = re.fullmatch(r"(\w+)<\d*>", kind)
        fixed = re.fullmatch(r"opaque\[(\d+)\]", kind)
        if kind in SCALARS:
            self.scalar(name, *SCALARS[kind])
        elif fixed:
            self.scalar(name, "unsigned32" if fixed[1] == "4" else "octetArray", int(fixed[1]))
        elif array and array[1] in ("string", "opaque", "utf8string"):
            size = self.word(f"{name}_length")
            # user names are opaque to XDR, yet text in their charset
            text = array[1] != "opaque" or name in ("src_user", "dst_user")
            raw = self.take(size, pad=True)
            self.fields.append([name, raw.hex(), value("string" if text else "octetArray", raw)])
        elif array:
            self.array(name, array[1])
        elif kind in ("address", "next_hop"):
            which = self.word(f"{name}_type")
            if which in (1, 2):
                self.member(name, {1: "ipv4", 2: "ipv6"}[which])
            elif which:
                raise Cut                            # no length to go by
        elif kind in ("sflow_data_source_expanded", "interface_expanded"):
            for part in ("class", "index") if "source" in kind else ("format", "value"):
                self.word(f"{name}_{part}")
        elif kind in registry.SFLOW_TYPES:
            self.named(name, registry.SFLOW_TYPES[kind])
        else:                                        # a structure named as a member
            table = registry.SFLOW["flow"].values()
            self.structure(next(m for n, m in table if n == kind))

    def named(self, name, members):
        if len(members) > 1:                         # its members stand in its place
            self.structure(members)
            return
        inner, kind = members[0]
        if inner == "labels":                        # the stack of MPLS labels
            self.array(name, "int32")
        elif kind.startswith(("opaque(", "24bits")):
            raise NoLayout
        else:
            self.member(name, re.sub(r"[{(].*", "", kind))

    def array(self, name, kind):
        path = kind == "as_path_type"
        count = self.word(f"{name}_segments" if path else f"{name}_count")
        for index in range(count):
            item = f"{name}[{index}]"
            if path:
                self.word(f"{item}.type")
                for each in range(self.word(f"{item}.count")):
                    self.word(f"{item}.as[{each}]")
            elif kind in SCALARS:
                self.scalar(item, *SCALARS[kind])
            elif kind == "percentage":
                self.scalar(item, "signed32", 4)
            else:
                for inner, inner_kind in registry.SFLOW_TYPES[kind]:
                    self.member(f"{item}.{inner}".replace(".mac_address", ".mac"), inner_kind)


class NoLayout(Exception):
    """From here on the registry has no layout."""


def renamed(structure, members):
    out = []
    for name, kind in members:
        if structure == "sampled_header" and name == "protocol":
            name = "header_protocol"
        if structure == "lag_port_stats":
            name = name.removeprefix("dot3adAggPortStats")
        out.append((RENAMED.get(name, name), kind))
    return out


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
    members = renamed(name, members)
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
        walker.structure(renamed(name, members))
    except NoLayout:
        pass
    except Cut:
        message.later("structure_cut")
    if walker.at < len(body):
        walker.fields.append(["extra", body[walker.at:].hex(), None])
    return {"tag": f"{key[0]}:{key[1]}", "name": name, "fields": walker.fields}
