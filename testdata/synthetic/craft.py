"""Building blocks of make.py: messages of every version, packets and capture files."""

import csv
import ipaddress
import pathlib
import re
import struct
import zlib

REGISTRY = pathlib.Path(__file__).resolve().parent.parent.parent / "registry"
TIME = 1_767_225_600          # 2026-01-01T00:00:00Z, when everything here happens
UPTIME = 360_000_000          # milliseconds, 100 hours
VAR = 65535
EXPORTER, COLLECTOR = "192.0.2.1", "198.51.100.1"


def be(value, size):
    return (value & (1 << 8 * size) - 1).to_bytes(size, "big")


def ip(text):
    return ipaddress.ip_address(text).packed


# values that look like what an exporter would send; n is the number of the record

V4 = {8: "192.0.2.", 12: "198.51.100.", 15: "203.0.113.", 18: "203.0.113.", 225: "203.0.113.", 226: "198.51.100.",
      130: "192.0.2.", 40001: "203.0.113.", 40002: "198.51.100.", 47: "203.0.113.", 44: "192.0.2.", 45: "198.51.100."}
V6 = {27: "2001:db8:1::", 28: "2001:db8:2::", 62: "2001:db8:f::", 63: "2001:db8:f::", 131: "2001:db8::", 140: "2001:db8:e::"}


def typical(element, n, size):
    """An integer or octets for an element of PEN 0 or a v9 type."""
    match element:
        case 7 | 40003 | 227:
            return 40000 + n
        case 11 | 40004 | 228:
            return (80, 443, 53, 22)[n % 4]
        case 4:
            return (6, 17, 6, 1)[n % 4]
        case 6:
            return 0x1B if n % 2 else 0x02
        case 10 | 252:
            return 501 + n % 3
        case 14 | 253:
            return 601 + n % 3
        case 1 | 231 | 85 | 23 | 3:
            return 1500 * (n + 1) + 17
        case 2 | 298 | 86 | 24:
            return n + 1
        case 22 | 160:
            return UPTIME - 60_000 + 100 * n if element == 22 else (TIME - 360_000) * 1000
        case 21:
            return UPTIME - 1_000 + 10 * n
        case 150 | 151:
            return TIME - 60 + n
        case 152 | 323:
            return TIME * 1000 - 60_000 + 7 * n
        case 153:
            return TIME * 1000 - 1_000 + 7 * n
        case 9 | 13 | 29 | 30:
            return 24 if element in (9, 13) else 64
        case 16 | 17 | 128 | 129:
            return 64500 + n % 5
        case 60:
            return 4
        case 61:
            return n % 2
        case 89:
            return 64
        case 148:
            return 0x10000 + n
        case 233 | 40005:
            return (1, 2, 3, 5)[n % 4]
        case 33002:
            return (0, 2030, 1001, 0)[n % 4]
        case 56 | 80 | 57 | 81:
            return bytes([2, 0, 0, 0, element, n & 255])
        case e if 70 <= e <= 79:
            return (16_000 + 10 * e + n) << 4 | (e == 73)
    if element in V4 and size == 4:
        return ip(V4[element] + str(n % 250 + 1))
    if element in V6 and size == 16:
        return ip(V6[element] + f"{n + 1:x}")
    return (element * 7 + n * 3 + 1) % (1 << 8 * min(size, 2))


class Long(bytes):
    """A variable-length value to be sent with the three-octet length."""


def encode(value, size):
    if isinstance(value, str):
        value = value.encode()
    if size != VAR:
        return value.ljust(size, b"\0") if isinstance(value, bytes) else be(value, size)
    if isinstance(value, Long) or len(value) >= 255:
        return b"\xff" + be(len(value), 2) + value
    return be(len(value), 1) + value


def record(fields, n=0, **given):
    """One record; `given` overrides by element (`e8=...`) or by place (`at3=...`)."""
    out = b""
    for place, (element, size) in enumerate(fields):
        number = element if isinstance(element, int) else element[1]
        value = given.get(f"at{place}", given.get(f"e{number}"))
        if value is None:
            value = b"" if size == VAR else typical(number, n, size) if size else b""
        out += encode(value, size)
    return out


def records(fields, count, start=0, **given):
    return b"".join(record(fields, start + n, **given) for n in range(count))


# NetFlow v9 and IPFIX

def specifiers(fields):
    out = b""
    for element, size in fields:
        if isinstance(element, tuple):
            out += be(element[1] | 0x8000, 2) + be(size, 2) + be(element[0], 4)
        else:
            out += be(element, 2) + be(size, 2)
    return out


def template(ident, fields, count=None):
    return be(ident, 2) + be(len(fields) if count is None else count, 2) + specifiers(fields)


def options9(ident, scope, options):
    return be(ident, 2) + be(4 * len(scope), 2) + be(4 * len(options), 2) + specifiers(scope + options)


def options10(ident, scope, options):
    return be(ident, 2) + be(len(scope + options), 2) + be(len(scope), 2) + specifiers(scope + options)


def a_set(ident, *parts, pad=4, fill=b"\0", length=None):
    body = b"".join(parts)
    body += fill * (-len(body) % pad)
    return be(ident, 2) + be(len(body) + 4 if length is None else length, 2) + body


def v9(*sets, sequence=1, domain=0, count=None, time=TIME, uptime=UPTIME):
    count = len(sets) if count is None else count      # right where each set has one record
    return struct.pack(">HHIIII", 9, count, uptime, time, sequence, domain) + b"".join(sets)


def ipfix(*sets, sequence=0, domain=0, length=None, time=TIME):
    body = b"".join(sets)
    return struct.pack(">HHIII", 10, 16 + len(body) if length is None else length, time, sequence, domain) + body


def ntp(seconds, fraction=0.0):
    return be(seconds + 2_208_988_800, 4) + be(int(fraction * 2**32), 4)


# NetFlow v1 and v5 to v8, by the layouts of the registry

def layout(name, **match):
    with open(REGISTRY / f"{name}.csv", newline="") as file:
        return [r for r in csv.DictReader(file) if all(r[k] == str(v) for k, v in match.items())]


FIXED_VALUES = {"srcaddr": "192.0.2.", "src_prefix": "192.0.2.", "dstaddr": "198.51.100.", "dst_prefix": "198.51.100.",
                "nexthop": "203.0.113.", "router_sc": "203.0.113.", "peer_nexthop": "203.0.113."}
FIXED_NUMBERS = {"dFlows": 3, "dPkts": 12, "dOctets": 9000, "src_as": 64500, "dst_as": 64510, "input": 11, "output": 12,
                 "prot": 6, "tos": 0x28, "marked_tos": 0x30, "srcport": 50000, "dstport": 443, "src_mask": 24,
                 "dst_mask": 25, "tcp_flags": 0x1B, "extra_pkts": 2, "flags1": 1, "flags2": 2, "in_encaps": 4,
                 "out_encaps": 8, "tcp_retx_cnt": 1, "tcp_retx_secs": 2, "tcp_misseq_cnt": 3}


def fixed_record(rows, n, **given):
    out = b""
    for row in rows:
        name, size = row["field"], int(row["size"])
        if name in given:
            out += be(given[name], size)
        elif name in FIXED_VALUES:
            out += ip(FIXED_VALUES[name] + str(n + 1))
        elif name in ("First", "Last"):
            out += be(UPTIME - (30_000 if name == "First" else 2_000) + n, 4)
        else:
            out += be(FIXED_NUMBERS.get(name, 0) + (n if name in ("dPkts", "dOctets", "srcport") else 0), size)
    return out


def fixed(version, count, sequence=100, announced=None, engine=(1, 7), sampling=0, scheme=None, start=0,
          uptime=UPTIME, **given):
    rows = (layout("netflow_v8", scheme=scheme) if version == 8
            else layout("netflow_fixed", version=version, part="record"))
    head = struct.pack(">HHIII", version, count if announced is None else announced, uptime, TIME, 250_000_000)
    if version == 7:
        head += be(sequence, 4) + bytes(4)
    elif version == 8:
        head += be(sequence, 4) + bytes(engine) + bytes([scheme, 2]) + bytes(4)
    elif version != 1:
        head += be(sequence, 4) + bytes(engine) + be(sampling, 2)
    return head + b"".join(fixed_record(rows, start + n, **given) for n in range(count))


# sFlow: an encoder for the XDR layouts of the registry

def xdr_table():
    with open(REGISTRY / "sflow.csv", newline="") as file:
        return list(csv.DictReader(file))


def xdr_members(text):
    return [tuple(part.split(":", 1)) for part in re.findall(r"(?:[^;{(]|\{[^}]*\}|\([^)]*\))+", text)]


XDR_TYPES = {r["name"]: xdr_members(r["members"]) for r in xdr_table() if r["kind"] == "type"}
XDR_FLOWS = {r["name"]: r for r in xdr_table() if r["kind"] == "flow"}


def xdr_opaque(data):
    return be(len(data), 4) + data + bytes(-len(data) % 4)


class Xdr:
    """Fills structures with values of its own choosing, each different from the last."""

    def __init__(self, seed=1):
        self.n = seed
        self.header = b""

    def next(self):
        self.n += 1
        return self.n

    def structure(self, members):
        return b"".join(self.one(name, re.sub(r"[({].*|\?$", "", kind)) for name, kind in members)

    def one(self, name, kind):
        n = self.next()
        if kind in ("uint32", "int32", "percentage", "duration_us", "charset", "fc_address", "version", "drop_reason",
                    "sflow_data_source", "interface"):
            return be(1 if name == "protocol" else n, 4)
        if kind == "uint64":
            return be(n << 32 | n, 8)
        if kind == "float32":
            return struct.pack(">f", n / 4)
        if kind == "mac":
            return bytes([2, 0, 0, 0, 0, n & 255, 0, 0])
        if kind == "ipv4":
            return ip(f"192.0.2.{n % 250 + 1}")
        if kind == "ipv6":
            return ip(f"2001:db8::{n:x}")
        if kind == "gid":
            return ip(f"2001:db8:1b::{n:x}")
        if kind == "cipher_suite":
            return bytes([0, 0x0F, 0xAC, 4])
        if kind in ("address", "next_hop"):
            which = n % 2
            return be(1 + which, 4) + self.one(name, ("ipv4", "ipv6")[which])
        if kind == "header_protocol":
            return be(1, 4)
        if name == "header" and kind == "opaque<>":
            return xdr_opaque(self.header)
        if kind in ("sflow_data_source_expanded", "interface_expanded"):
            return be(0, 4) + be(n, 4)
        fixed = re.fullmatch(r"opaque\[(\d+)\]", kind)
        if fixed:
            return bytes(0x40 + (n + i) % 26 for i in range(int(fixed[1])))
        array = re.fullmatch(r"(\w+)<([\w.]*)>", kind)
        if array and array[1] in ("string", "opaque", "utf8string"):
            return xdr_opaque(f"{name}-{n}".encode()[:int(array[2] or 64)])
        if array:
            return be(2, 4) + b"".join(self.item(name, array[1]) for _ in range(2))
        if kind == "label_stack":
            return be(2, 4) + be(16_000 << 4, 4) + be(16_001 << 4 | 0x100, 4)
        if kind in XDR_FLOWS:
            return self.structure(xdr_members(XDR_FLOWS[kind]["members"]))
        members = XDR_TYPES[kind]
        if len(members) == 1 and members[0][1].startswith("uint32"):
            return be(n % 3, 4)
        return self.structure(members)

    def item(self, name, kind):
        if kind == "as_path_type":
            return be(2, 4) + be(2, 4) + be(64496 + self.next() % 15, 4) + be(64496, 4)
        if kind == "pdu":
            record = flow_record(0, 1001, b"".join(be(self.next(), 4) for _ in range(4)))
            return be(1, 4) + record
        if len(XDR_TYPES.get(kind, ())) > 1:
            return self.structure(XDR_TYPES[kind])
        return self.one(name, kind)


def xdr_padding(body, pad):
    """Opaque data is filled up to whole words, which its length does not count."""
    return bytes(-len(body) % 4) if pad else b""


def flow_record(enterprise, form, body, length=None, pad=True):
    return be(enterprise << 12 | form, 4) + be(len(body) if length is None else length, 4) + body + xdr_padding(body, pad)


def sample(form, head, *parts, enterprise=0, count=None, length=None, tail=b"", pad=True):
    body = head + be(len(parts) if count is None else count, 4) + b"".join(parts) + tail
    return be(enterprise << 12 | form, 4) + be(len(body) if length is None else length, 4) + body + xdr_padding(body, pad)


def flow_sample(*parts, n=1, source=501, rate=1000, inp=501, out=601, **more):
    return sample(1, b"".join(be(v, 4) for v in (n, source, rate, n * rate, 0, inp, out)), *parts, **more)


def flow_expanded(*parts, n=1, source=(0, 501), rate=1000, inp=(0, 501), out=(0, 601), **more):
    return sample(3, b"".join(be(v, 4) for v in (n, *source, rate, n * rate, 0, *inp, *out)), *parts, **more)


def counters(*parts, n=1, source=501, **more):
    return sample(2, be(n, 4) + be(source, 4), *parts, **more)


def counters_expanded(*parts, n=1, source=(0, 501), **more):
    return sample(4, b"".join(be(v, 4) for v in (n, *source)), *parts, **more)


def discarded(*parts, n=1, reason=289, inp=501, out=0, **more):
    return sample(5, b"".join(be(v, 4) for v in (n, 0, 501, 0, inp, out, reason)), *parts, **more)


def sflow(*samples, sequence=1, agent="192.0.2.9", sub_agent=0, count=None, version=5):
    address = ip(agent)
    return (be(version, 4) + be(1 if len(address) == 4 else 2, 4) + address
            + (be(sub_agent, 4) if version == 5 else b"")
            + be(sequence, 4) + be(UPTIME, 4) + be(len(samples) if count is None else count, 4) + b"".join(samples))


# packets

def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def transport(source, target, protocol, body, place):
    """Puts the checksum of UDP or TCP in."""
    a, b = ip(source), ip(target)
    pseudo = a + b + (struct.pack(">BBH", 0, protocol, len(body)) if len(a) == 4
                      else struct.pack(">IBBBB", len(body), 0, 0, 0, protocol))
    return body[:place] + be(checksum(pseudo + body) or 0xFFFF, 2) + body[place + 2:]


def udp(source, target, sport, dport, payload):
    return transport(source, target, 17, struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload, 6)


def tcp(source, target, sport, dport, sequence, flags, payload=b""):
    head = struct.pack(">HHIIBBHHH", sport, dport, sequence & 0xFFFFFFFF, 1, 0x50, flags, 65535, 0, 0)
    return transport(source, target, 6, head + payload, 16)


def crc32c(data):
    """The checksum of SCTP (RFC 9260, appendix A)."""
    value = 0xFFFFFFFF
    for octet in data:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return struct.pack("<I", value ^ 0xFFFFFFFF)


def chunk(kind, body, flags=0):
    return struct.pack(">BBH", kind, flags, 4 + len(body)) + body + bytes(-len(body) % 4)


def data_chunk(tsn, body, stream=0, sequence=0, flags=3):
    """Of flags: 4 unordered, 2 the first fragment of a message, 1 the last."""
    return chunk(0, struct.pack(">IHHI", tsn & 0xFFFFFFFF, stream, sequence, 0) + body, flags)


def sctp(sport, dport, tag, *chunks):
    head, body = struct.pack(">HHI", sport, dport, tag), b"".join(chunks)
    return head + crc32c(head + bytes(4) + body) + body


def gre(payload, ether_type=0x0800, key=None, sequence=None):
    flags = (0x2000 if key is not None else 0) | (0x1000 if sequence is not None else 0)
    return (struct.pack(">HH", flags, ether_type) + (be(key, 4) if key is not None else b"")
            + (be(sequence, 4) if sequence is not None else b"") + payload)


def ipv4(source, target, protocol, body, ident=0, fragment=0):
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), ident, fragment, 64, protocol, 0) + ip(source) + ip(target)
    return head[:10] + be(checksum(head), 2) + head[12:] + body


def ipv6(source, target, protocol, body):
    return struct.pack(">IHBB", 6 << 28, len(body), protocol, 64) + ip(source) + ip(target) + body


def packet(payload, source=EXPORTER, target=COLLECTOR, sport=50000, dport=2055):
    make = ipv6 if ":" in source else ipv4
    return make(source, target, 17, udp(source, target, sport, dport, payload))


MACS = bytes.fromhex("020000000002020000000001")


def ethernet(packet, tags=b""):
    return MACS + tags + (b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00") + packet


# capture files

def pcap(frames, link=1, order="<", nano=False):
    out = struct.pack(order + "IHHIIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 262_144, link)
    for n, frame in enumerate(frames):
        out += struct.pack(order + "IIII", TIME + n, 123_456_789 if nano else 123_456, len(frame), len(frame)) + frame
    return out


def block(kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size


def pcapng(interfaces, frames):
    """`interfaces`: (link, if_tsresol); `frames`: (interface, octets)."""
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    for link, resolution in interfaces:
        out += block(1, struct.pack("<HHI", link, 0, 262_144) + struct.pack("<HHB3xHH", 9, 1, resolution, 0, 0))
    for n, (interface, frame) in enumerate(frames):
        resolution = interfaces[interface][1]
        ticks = 2 ** (resolution & 127) if resolution & 128 else 10 ** resolution
        stamp = (TIME + n) * ticks + ticks // 8
        out += block(6, struct.pack("<IIIII", interface, stamp >> 32, stamp & 0xFFFFFFFF, len(frame), len(frame)) + frame)
    return out


def gzipped(data):
    """The same octets on every run: no time, no name."""
    squeeze = zlib.compressobj(9, wbits=31)
    return squeeze.compress(data) + squeeze.flush()
