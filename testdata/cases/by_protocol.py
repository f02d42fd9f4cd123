#!/usr/bin/env python3
"""Writes by_protocol.json and by_protocol.md: each point that is easily read wrong, in every protocol that has it.

    by_protocol.py            writes both files
    by_protocol.py --check    only reports whether they would change, exit status 1 if so

Each case is a capture and what follows from it: fields of its flows, in order (`null` is absent), counts of the
sequence numbers of its first domain, and parts of the text that `netflow decode` (`table`, at 80 columns) and `netflow
explain` print, each run of blanks as one. The values come from the specifications named in the code of each rule.
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "synthetic"))

from craft import *  # noqa: E402

CASES = []           # {point, protocol, name, capture, flows, sequence}
PROTOCOLS = ("NetFlow v5", "NetFlow v9", "IPFIX", "sFlow")
PLAIN = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (1, 4), (2, 4)]
FLOWS, OPTIONS, SELECTORS = 300, 512, 513
PORTS = {"NetFlow v5": 2055, "NetFlow v9": 2055, "IPFIX": 4739, "sFlow": 6343}
ZERO4, ZERO6 = bytes(4), bytes(16)


def case(point, protocol, name, payloads=(), flows=(), sequence=None, frames=None, capture=None, **texts):
    if frames is None:
        frames = [ethernet(packet(payload, dport=PORTS[protocol])) for payload in payloads]
    CASES.append({"point": point, "protocol": protocol, "name": name, "flows": list(flows), "sequence": sequence or {}}
                 | texts | {"capture": (capture or pcap(frames)).hex()})


class Dialect:
    """v9 or IPFIX: the same templates and records in the messages of each."""

    def __init__(self, protocol):
        self.protocol, self.is_v9 = protocol, protocol == "NetFlow v9"

    def message(self, *sets, sequence=1, time=TIME):
        return (v9 if self.is_v9 else ipfix)(*sets, sequence=sequence, time=time)

    def templates(self, *templates):
        return a_set(0 if self.is_v9 else 2, *templates)

    def options(self, ident, scope, fields, *values):
        """An options template and its records; `scope` and `fields` by element, in v9 the scope by its type."""
        wire = options9(ident, scope, fields) if self.is_v9 else options10(ident, scope, fields)
        rows = [b"".join(be(v, size) for v, (_, size) in zip(row, scope + fields)) for row in values]
        return self.message(a_set(1 if self.is_v9 else 3, wire), a_set(ident, *rows))

    def data(self, fields, *rows):
        template_set = self.templates(template(FLOWS, fields))
        return self.message(template_set, a_set(FLOWS, *[record(fields, n, **row) for n, row in enumerate(rows)]))

    def case(self, point, name, payloads, flows):
        case(point, self.protocol, name, payloads, flows)


BOTH = (Dialect("NetFlow v9"), Dialect("IPFIX"))


def rate(number=None, rule=None):
    return {"sampling_rate": number, "sampling": rule}


# Scopes of sampling rates

def scopes():
    point = "scopes of sampling rates"
    places = [("line card", (3, 4), (141, 4)), ("VRF", (234, 4), (234, 4)), ("observation point", (138, 4), (138, 4)),
              ("metering process", (143, 4), (143, 4)), ("port", (142, 4), (142, 4))]
    for dialect in BOTH:
        for name, of_v9, element in places:
            scope = [of_v9 if dialect.is_v9 else element]
            differ = dialect.options(OPTIONS, scope, [(34, 4)], (1, 100), (2, 200))
            agree = dialect.options(OPTIONS, scope, [(34, 4)], (1, 100), (2, 100))
            key = f"e{element[0]}"
            named = dialect.data(PLAIN + [element], {key: 2}, {key: 1}, {key: 3})
            unnamed = dialect.data(PLAIN, {})
            dialect.case(point, f"{name}: records name it", [differ, named],
                         [rate(200, "scope"), rate(100, "scope"), rate()])
            dialect.case(point, f"{name}: records do not name it, rates differ", [differ, unnamed],
                         [rate(rule="ambiguous")])
            dialect.case(point, f"{name}: records do not name it, rates agree", [agree, unnamed], [rate(100, "exporter")])
            ended = dialect.options(OPTIONS, scope, [(34, 4)], (2, 0))
            dialect.case(point, f"{name}: a rate of 0 ends the rate of one", [differ, ended, named],
                         [rate(), rate(100, "scope"), rate()])
        scope = [(5, 2) if dialect.is_v9 else (145, 2)]
        own = dialect.options(OPTIONS, scope, [(34, 4)], (FLOWS, 100), (301, 200))
        dialect.case(point, "template", [own, dialect.data(PLAIN, {})], [rate(100, "template")])
        other = dialect.options(OPTIONS, scope, [(34, 4)], (301, 200))
        dialect.case(point, "another template", [other, dialect.data(PLAIN, {})], [rate()])
        scope = [(2, 4) if dialect.is_v9 else (10, 4)]
        ports = dialect.options(OPTIONS, scope, [(34, 4)], (501, 100), (502, 200))
        fields = PLAIN + [(10, 4), (14, 4), (61, 1)]
        dialect.case(point, "interface, by direction",
                     [ports, dialect.data(fields, {"e10": 501, "e14": 502, "e61": 0}, {"e10": 501, "e14": 502, "e61": 1},
                                          {"e10": 9, "e14": 501, "e61": 0})],
                     [rate(100, "interface"), rate(200, "interface"), rate()])
        samplers = dialect.options(OPTIONS, scope, [(48, 1), (34, 4)], (501, 1, 100), (502, 2, 200))
        dialect.case(point, "interface and sampler, records name the sampler",
                     [samplers, dialect.data(PLAIN + [(10, 4), (48, 1)], {"e10": 777, "e48": 1}, {"e10": 501, "e48": 2})],
                     [rate(100, "sampler"), rate(200, "sampler")])
        dialect.case(point, "interface and sampler, records name no sampler",
                     [samplers, dialect.data(PLAIN + [(10, 4)], {"e10": 501}, {"e10": 503})],
                     [rate(100, "interface"), rate()])
        domain = [(1, 4) if dialect.is_v9 else (144, 4)]
        for width in (1, 2, 4, 8):
            numbers = dialect.options(OPTIONS, domain, [(48, width), (34, 4)], (0, 1, 100), (0, 2, 200))
            for element in (48, 302):
                named = dialect.data(PLAIN + [(element, 8 // width)], {f"e{element}": 2}, {f"e{element}": 3})
                dialect.case(point, f"sampler of {width} octets, records name {element}", [numbers, named],
                             [rate(200, "sampler"), rate()])
    ipfix_only = BOTH[1]
    for element in (14, 253):
        leaving = ipfix_only.options(OPTIONS, [(element, 4)], [(34, 4)], (601, 100), (602, 200))
        rows = {"e10": 602, "e14": 601}, {"e10": 601, "e14": 7}
        ipfix_only.case(point, f"interface {element}", [leaving, ipfix_only.data(fields[:-1], *rows)],
                        [rate(100, "interface"), rate()])
    for element, key in ((252, "e252"), (253, "e253")):
        physical = ipfix_only.options(OPTIONS, [(element, 4)], [(34, 4)], (7, 100), (8, 200))
        both = PLAIN + [(10, 4), (14, 4), (252, 4), (253, 4)]
        rows = {"e10": 8, "e14": 8, "e252": 9, "e253": 9} | {key: 7}, {"e10": 7, "e14": 7, "e252": 9, "e253": 9}
        ipfix_only.case(point, f"interface {element} beside the logical one", [physical, ipfix_only.data(both, *rows)],
                        [rate(100, "interface"), rate()])
        plain = ipfix_only.data(PLAIN + [(10, 4), (14, 4)], {"e10": 7, "e14": 7})
        ipfix_only.case(point, f"interface {element}, records name one alone", [physical, plain], [rate(100, "interface")])
    sender = ipfix_only.options(OPTIONS, [(144, 4)], [(34, 4)], (7, 100))
    ipfix_only.case(point, "exporting process", [sender, ipfix_only.data(PLAIN, {})], [rate(100, "exporter")])
    for name, word, expected in (("mode and interval", 0x4064, rate(100, "header")), ("interval 0", 0x4000, rate()),
                                 ("interval without mode", 100, rate(100, "header"))):
        case(point, "NetFlow v5", f"header: {name}", [fixed(5, 1, sampling=word)], [expected])
    case(point, "sFlow", "sample", [sflow(flow_sample(raw(FRAME), rate=512))], [rate(512, "sample")])


# Ways of selection

def selection():
    point = "rates that nothing states"
    for dialect in BOTH:
        scope = [(1, 4) if dialect.is_v9 else (144, 4)]
        plain = dialect.data(PLAIN, {})
        packets = dialect.options(OPTIONS, scope, [(34, 4)], (0, 100))
        flows = dialect.options(SELECTORS, scope, [(390, 2), (396, 4), (397, 4)], (0, 1, 1, 19))
        dialect.case(point, "flow selection", [flows, plain], [rate(20, "flow_selection")])
        dialect.case(point, "flow selection and packet sampling", [packets, flows, plain], [rate(2000, "flow_selection")])
        time = dialect.options(OPTIONS, scope, [(304, 2), (307, 4), (308, 4)], (0, 2, 1000, 9000))
        dialect.case(point, "selection by time", [time, plain], [rate(rule="time")])
        hashed = dialect.options(OPTIONS, scope, [(304, 2), (329, 4), (330, 4), (331, 4), (332, 4)],
                                 (0, 6, 0, 0xFFFFFFFF, 0, 0xFFFF))
        dialect.case(point, "selection by hash", [hashed, plain], [rate(rule="hash")])
        # One parameter is enough to say how, and not how many.
        for way, elements in (("time", (307, 308)), ("hash", (326, 327, 328, 333, 334))):
            for element in elements:
                size = 1 if element == 333 else 4
                alone = dialect.options(OPTIONS, scope, [(302, 4), (element, size)], (0, 1, 1))
                dialect.case(point, f"selection by {way}: {element} alone",
                             [alone, dialect.data(PLAIN + [(302, 4)], {"e302": 1})], [rate(rule=way)])
        for way, fields in (("time", [(398, 4), (399, 4)]), ("hash", [(400, 2)])):
            alone = dialect.options(OPTIONS, scope, fields, (0, *[1] * len(fields)))
            dialect.case(point, f"selection of flows by {way}", [alone, plain], [rate(rule=way)])
        if dialect.is_v9:
            sequence = dialect.options(OPTIONS, scope, [(301, 4), (302, 4), (302, 4)], (0, 9, 1, 2))
            selectors = dialect.options(SELECTORS, scope, [(302, 4), (304, 2), (305, 4), (306, 4)],
                                        (0, 1, 1, 1, 9), (0, 2, 1, 1, 4))
        else:
            sequence = dialect.options(OPTIONS, [(301, 4)], [(302, 4), (302, 4)], (9, 1, 2))
            selectors = dialect.options(SELECTORS, [(302, 4)], [(304, 2), (305, 4), (306, 4)], (1, 1, 1, 9), (2, 1, 1, 4))
        dialect.case(point, "selection sequence", [sequence, selectors, dialect.data(PLAIN + [(301, 4)], {"e301": 9})],
                     [rate(50, "selection_sequence")])


# Addresses of zeros

def zero_addresses():
    point = "an address of zeros is none"
    v6 = [(27, 16), (28, 16)]
    hops = [(15, 4), (62, 16), (18, 4), (63, 16), (1, 4)]
    nat = [(225, 4), (227, 2), (226, 4), (228, 2)]
    nothing = {f"post_nat_{end}": None for end in ("source_address", "source_port", "destination_address",
                                                   "destination_port")}
    for dialect in BOTH:
        dialect.case(point, "next hops of IPv4 beside zeros of IPv6",
                     [dialect.data(v6 + hops, {"e15": ip("203.0.113.9"), "e62": ZERO6, "e18": ip("203.0.113.10"), "e63": ZERO6})],
                     [{"next_hop": "203.0.113.9", "bgp_next_hop": "203.0.113.10"}])
        dialect.case(point, "next hops of IPv6 beside zeros of IPv4",
                     [dialect.data([(8, 4), (12, 4)] + hops, {"e15": ZERO4, "e62": ip("2001:db8::9"), "e18": ZERO4,
                                                             "e63": ip("2001:db8::8")})],
                     [{"next_hop": "2001:db8::9", "bgp_next_hop": "2001:db8::8"}])
        dialect.case(point, "translation of IPv6 into IPv4",
                     [dialect.data(v6 + [(225, 4), (281, 16), (227, 2), (1, 4)],
                                   {"e225": ip("203.0.113.9"), "e281": ZERO6, "e227": 1000})],
                     [{"post_nat_source_address": "203.0.113.9", "post_nat_source_port": 1000}])
        dialect.case(point, "no translation",
                     [dialect.data(PLAIN + nat, {"e225": ZERO4, "e227": 0, "e226": ZERO4, "e228": 0})], [nothing])
        dialect.case(point, "translation of the destination alone",
                     [dialect.data(PLAIN + nat, {"e225": ZERO4, "e227": 0, "e226": ip("203.0.113.1"), "e228": 0})],
                     [nothing | {"post_nat_destination_address": "203.0.113.1", "post_nat_destination_port": 0}])
    translated = flow_record(0, 1007, be(1, 4) + ip("203.0.113.1") + be(1, 4) + ZERO4)
    ports = flow_record(0, 1020, be(1000, 4) + be(0, 4))
    case(point, "sFlow", "translation of the source alone", [sflow(flow_sample(raw(FRAME), translated, ports))],
         [nothing | {"post_nat_source_address": "203.0.113.1", "post_nat_source_port": 1000}])
    # Addresses of type 0, which have no octets.
    case(point, "sFlow", "translation into addresses of unknown type",
         [sflow(flow_sample(raw(FRAME), flow_record(0, 1007, be(0, 4) + be(0, 4)), flow_record(0, 1020, be(0, 4) + be(7, 4))))],
         [nothing | {"post_nat_destination_port": 7}])


# Counters

def counters_twice():
    point = "second counters and totals"
    fields = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (1, 4), (2, 4), (23, 4), (24, 4)]
    more = {"e1": 100, "e2": 2, "e23": 500, "e24": 3}
    own = {"octets": 100, "packets": 2, "reverse_octets": None}
    for dialect in BOTH:
        def second(name, flows, *rows, fields=fields, dialect=dialect):
            dialect.case(point, f"second counters: {name}", [dialect.data(fields, *rows)], flows)
        second("more than the first", [{"octets": 100, "reverse_octets": 500, "reverse_packets": 3}], more)
        second("where the first are zero", [{"octets": 500, "packets": 3, "reverse_octets": None}], more | {"e1": 0, "e2": 0})
        second("equal to the first", [{"octets": 500, "packets": 3, "reverse_octets": None}], more | {"e1": 500, "e2": 3})
        second("with a direction", [own], more | {"e61": 1}, fields=fields + [(61, 1)])
        second("of multicast", [own], more | {"e12": ip("224.0.0.5")})
        dialect.case(point, "totals", [dialect.data([(8, 4), (12, 4), (85, 8), (86, 8)], {"e85": 100, "e86": 1})],
                     [{"octets": 100, "packets": 1, "counters": "total"}])
        dialect.case(point, "deltas", [dialect.data(PLAIN, {})], [{"counters": "delta"}])
    case(point, "NetFlow v5", "deltas", [fixed(5, 1)], [{"counters": "delta"}])
    case(point, "sFlow", "a sample is one packet", [sflow(flow_sample(raw(FRAME)))], [{"counters": "delta", "packets": 1}])


# ICMP

def icmp():
    point = "type and code of ICMP"
    v4, v6 = [(8, 4), (12, 4)], [(27, 16), (28, 16)]
    elements = [("32", v4, [(32, 2)], {"e32": 0x0B01}, (11, 1)), ("139", v6, [(139, 2)], {"e139": 0x8000}, (128, 0)),
                ("176, 177", v4, [(176, 1), (177, 1)], {"e176": 11, "e177": 1}, (11, 1)),
                ("178, 179", v6, [(178, 1), (179, 1)], {"e178": 135, "e179": 0}, (135, 0))]
    for dialect in BOTH:
        for name, ends, fields, values, (kind, code) in elements:
            protocol = 58 if ends is v6 else 1
            found = {"icmp_type": kind, "icmp_code": code}
            dialect.case(point, f"elements {name} without a protocol", [dialect.data(ends + fields + [(1, 4)], values)], [found])
            guarded = ends + [(4, 1)] + fields + [(1, 4)]
            rows = [values | {"e4": protocol}, values | {"e4": 6}]
            dialect.case(point, f"elements {name} of ICMP and TCP", [dialect.data(guarded, *rows)],
                         [found, {"icmp_type": None, "icmp_code": None}])
        ends_and_ports = v4 + [(4, 1), (7, 2), (11, 2), (1, 4)]
        dialect.case(point, "destination port", [dialect.data(ends_and_ports, {"e4": 1, "e7": 0, "e11": 0x0303})],
                     [{"icmp_type": 3, "icmp_code": 3}])
        types = (128, 129, 135, 136, 128)
        dialect.case(point, "code before type in the port",
                     [dialect.data(v6 + ends_and_ports[2:], *[{"e4": 58, "e7": 0, "e11": number} for number in types])],
                     [{"icmp_type": number, "icmp_code": 0} for number in types])
        echo = ipv4("192.0.2.5", "198.51.100.5", 1, bytes([8, 0]) + bytes(6))
        dialect.case(point, "packet section", [dialect.data([(313, VAR), (2, 4)], {"e313": echo})],
                     [{"icmp_type": 8, "icmp_code": 0}])
    types = (8, 8, 8, 8)
    case(point, "NetFlow v5", "code before type in the port",
         [fixed(5, 1, prot=1, srcport=0, dstport=number, sequence=n) for n, number in enumerate(types)],
         [{"icmp_type": number, "icmp_code": 0} for number in types])
    case(point, "NetFlow v5", "destination port", [fixed(5, 1, prot=1, srcport=0, dstport=0x0303)],
         [{"icmp_type": 3, "icmp_code": 3}])
    case(point, "NetFlow v5", "destination port of TCP", [fixed(5, 1, prot=6, dstport=0x0303)],
         [{"icmp_type": None, "icmp_code": None}])
    echo = ethernet(ipv4("192.0.2.5", "198.51.100.5", 1, bytes([8, 0]) + bytes(6)))
    case(point, "sFlow", "sampled packet", [sflow(flow_sample(raw(echo)))], [{"icmp_type": 8, "icmp_code": 0}])


# Times

def times():
    point = "times that are none"
    start_only = {"start": None}
    for dialect in BOTH:
        for name, first, last, size, unit in (("seconds", 150, 151, 4, 1), ("milliseconds", 152, 153, 8, 1000),
                                              ("microseconds", 154, 155, 8, None), ("nanoseconds", 156, 157, 8, None)):
            fields = PLAIN + [(first, size), (last, size)]
            rows, flows = [{f"e{first}": 0, f"e{last}": 0}], [{"start": None, "end": None, "clock": "zero"}]
            if unit:
                rows.append({f"e{first}": 0, f"e{last}": (TIME - 1) * unit})
                flows.append(start_only | {"clock": name})
            dialect.case(point, f"{name} of zero", [dialect.data(fields, *rows)], flows)
        words = PLAIN + [(154, 16), (155, 16)]
        row = {"e154": be(TIME - 5, 8) + be(250_000, 8), "e155": be(TIME - 1, 8) + be(0, 8)}
        dialect.case(point, "microseconds in two words of 64 bits", [dialect.data(words, row)],
                     [{"start": "2025-12-31T23:59:55.250Z", "end": "2025-12-31T23:59:59Z", "clock": "seconds_and_microseconds"}])
        dialect.case(point, "two words of zero", [dialect.data(words, {"e154": ZERO6, "e155": ZERO6})],
                     [{"start": None, "end": None, "clock": "zero"}])
        dialect.case(point, "none was sent", [dialect.data(PLAIN, {})], [{"start": None, "clock": "not_sent"}])
    uptimes = PLAIN + [(22, 4), (21, 4)]
    beside = uptimes + [(152, 8), (153, 8)]
    row = {"e22": UPTIME - 5000, "e21": UPTIME - 1000, "e152": 0, "e153": 0}
    BOTH[0].case(point, "milliseconds of zero beside uptimes", [BOTH[0].data(beside, row)],
                 [{"start": "2025-12-31T23:59:55Z", "end": "2025-12-31T23:59:59Z", "clock": "uptime"}])
    BOTH[1].case(point, "milliseconds of zero beside uptimes", [BOTH[1].data(beside, row)],
                 [{"start": None, "end": None, "duration": 4_000_000_000}])
    unknown = {"start": None, "end": None, "duration": 5_000_000_000, "clock": "unknown_origin"}
    ipfix_only = BOTH[1]
    data = ipfix_only.data(uptimes, {"e22": 1000, "e21": 6000})
    ipfix_only.case(point, "uptimes without an origin", [data], [unknown])
    zero = ipfix_only.options(OPTIONS, [(144, 4)], [(160, 8)], (1, 0))
    ipfix_only.case(point, "uptimes from an origin of zero", [zero, data], [unknown])
    sets = (a_set(0, template(FLOWS, uptimes)), a_set(FLOWS, record(uptimes, e22=1000, e21=6000)))
    case(point, "NetFlow v9", "header whose time is zero", [v9(*sets, time=0)], [unknown])
    v5 = fixed(5, 1, First=1000, Last=6000)
    case(point, "NetFlow v5", "header whose time is zero", [v5[:8] + bytes(8) + v5[16:]], [unknown])
    case(point, "sFlow", "a sample has the time of receipt", [sflow(flow_sample(raw(FRAME)))], [{"clock": "received"}])


# Restarts and loss

def counts(lost=0, late=0, duplicated=0, restarted=0):
    return {"lost": lost, "late": late, "duplicated": duplicated, "restarted": restarted}


def numbered():
    """By protocol: makes the message of this number of steps, uptime and time, and the units of a step."""
    def of_v5(step, uptime, salt=0):
        return fixed(5, 10, sequence=10 * step & 0xFFFFFFFF, uptime=uptime, srcport=step + salt & 0xFFFF)

    def of_v9(step, uptime, salt=0):
        return v9(a_set(FLOWS, records(PLAIN, 2, start=step + salt & 0xFFFF)), sequence=step & 0xFFFFFFFF, count=2, uptime=uptime)

    def of_ipfix(step, uptime, salt=0):
        return ipfix(a_set(FLOWS, records(PLAIN, 2, start=step + salt & 0xFFFF)), sequence=2 * step & 0xFFFFFFFF)

    def of_sflow(step, uptime, salt=0):
        octets = sflow(flow_sample(raw(FRAME), n=step & 0xFFFFFFFF), sequence=step & 0xFFFFFFFF)
        return octets[:20] + be(uptime, 4) + octets[24:]

    first9 = v9(a_set(0, template(FLOWS, PLAIN)), sequence=99, uptime=UPTIME)
    first10 = ipfix(a_set(2, template(FLOWS, PLAIN)), sequence=200)
    return (("NetFlow v5", of_v5, [], 10), ("NetFlow v9", of_v9, [first9], 1), ("IPFIX", of_ipfix, [first10], 2),
            ("sFlow", of_sflow, [], 1))


def loss():
    point = "restarts and loss"
    for protocol, message, before, unit in numbered():
        def history(name, steps, expected, protocol=protocol, message=message, before=before):
            payloads = [message(step, UPTIME + 1000 * n) for n, step in enumerate(steps, 1)]
            case(point, protocol, name, before + payloads, sequence=expected)
        history("nothing is lost", range(100, 110), counts())
        history("a gap", (100, 101, 102, 105, 106), counts(lost=2 * unit))
        repeated = [message(step, UPTIME + 1000 * step) for step in (100, 101, 101, 102)]
        case(point, protocol, "a duplicate", before + repeated, sequence=counts(duplicated=1))
        history("reordered", (100, 101, 103, 102, 104, 105), counts(late=unit))
        falling = [message(100 + n, uptime) for n, uptime in enumerate((5_000_000, 4_000_000, 5_001_000, 4_001_000, 5_002_000))]
        case(point, protocol, "exact numbers, uptimes of two clocks", before + falling, sequence=counts())
        if protocol == "IPFIX":
            # A number that fell, and not to the beginning, decides nothing by itself.
            fell = [ipfix(a_set(2, template(FLOWS, PLAIN)), a_set(FLOWS, records(PLAIN, 2, start=n)), sequence=number,
                          time=TIME + 55 * n) for n, number in enumerate((82_840, 75_862))]
            case(point, protocol, "a number that fell once", fell, sequence=counts())
            first = ipfix(a_set(2, template(FLOWS, PLAIN)), a_set(FLOWS, records(PLAIN, 2)), sequence=1000)
            again = [first] + [ipfix(a_set(FLOWS, records(PLAIN, 2, start=n)), sequence=2 * n - 2, time=TIME + 55 * n)
                                 for n in (1, 2, 3)]
            case(point, protocol, "a restart after the first message", again, sequence=counts(restarted=1))
        else:
            old = [message(1000 + n, UPTIME + 1000 * n) for n in range(5)]
            new = [message(n, 500 + 1000 * n, salt=7) for n in range(5)]
            lead = [v9(a_set(0, template(FLOWS, PLAIN)), sequence=999, uptime=UPTIME)] if before else []
            case(point, protocol, "a restart", lead + old + new, sequence=counts(restarted=1))


def apart():
    """Templates of the routing engine and data of a line card that count alone, as on Juniper MX."""
    point = "restarts and loss"
    for dialect in BOTH:
        step = 1 if dialect.is_v9 else 2
        data = [dialect.message(a_set(FLOWS, records(PLAIN, 2, start=n)), sequence=100 + step * n) for n in range(8)]
        # Sent again in another second: the same octets would be the same datagram.
        templates = [dialect.message(dialect.templates(template(FLOWS, PLAIN)), sequence=n if dialect.is_v9 else 0,
                                     time=TIME + n) for n in range(3)]
        payloads = [templates[0], *data[:4], templates[1], *data[4:6], templates[2], *data[6:]]
        case(point, dialect.protocol, "templates that are numbered on their own", payloads, sequence=counts())
        # Options of a routing engine that has just started: their numbers are near those of the data.
        def message(*sets, number, second):
            if dialect.is_v9:
                return v9(*sets, sequence=number, time=TIME + second, uptime=UPTIME + 1000 * second)
            return ipfix(*sets, sequence=number, time=TIME + second)
        scope = [(1, 4) if dialect.is_v9 else (144, 4)]
        fields = scope + [(34, 4)]
        layout = (options9 if dialect.is_v9 else options10)(OPTIONS, scope, [(34, 4)])
        options = a_set(1 if dialect.is_v9 else 3, layout), a_set(OPTIONS, record(fields, e34=100))
        for name, missing, lost in (("options that are numbered on their own", None, 0),
                                    ("the same, and a message of data is lost", 20, step)):
            payloads = [message(dialect.templates(template(FLOWS, PLAIN)), number=0, second=0)]
            for n in range(40):
                if n % 10 == 5:
                    payloads.append(message(*options, number=n // 10 + dialect.is_v9, second=n))
                if n != missing:
                    payloads.append(message(a_set(FLOWS, records(PLAIN, 2, start=n)), number=100 + step * n, second=n))
            case(point, dialect.protocol, name, payloads, sequence=counts(lost=lost))


# Sampled transactions

def transactions():
    point = "sampled transactions"
    socket = flow_record(0, 2100, be(6, 4) + ip("192.0.2.80") + ip("198.51.100.5") + be(80, 4) + be(42751, 4))
    operation = flow_record(0, 2202, bytes(12) + be(0, 4) + be(100, 8) + be(200, 8) + be(5, 4) + be(0, 4))
    internal = 0x3FFFFFFF
    ends = {"source_address": "198.51.100.5", "source_port": 42751, "destination_address": "192.0.2.80", "destination_port": 80}
    swapped = {"source_address": "192.0.2.80", "source_port": 80, "destination_address": "198.51.100.5",
               "destination_port": 42751}
    none = {"packets": None, "octets": None}
    for name, flows, interfaces in (("the agent is the server", ends, {"inp": 0, "out": internal}),
                                    ("the agent is the client", swapped, {"inp": internal, "out": 0})):
        case(point, "sFlow", name, [sflow(flow_sample(operation, socket, source=3 << 24 | 80, **interfaces))], [flows | none])


# Labels, tags and what a byte says besides

def packets():
    point = "labels, tags and bits"
    inner = FRAME[14:]
    stack = be(64, 4) + be(24002 << 12 | 0x100 | 64, 4)
    labelled = MACS + b"\x88\x47" + stack + inner
    tagged = MACS + bytes.fromhex("92000064810000c80800") + inner
    # Pseudowires without control word; where a header of IPv6 has its length, they have a length that fits, or more.
    wires = [MACS + b"\x88\x47" + be(17 << 12 | 0x140, 4) + bytes.fromhex(mac) + MACS[:6] + b"\x08\x00" + inner
             for mac in ("600000000014", "6aaaaaaaaaaa", "6c0000000000")]
    # One that begins as a header of IPv4 with a length that fits; where its checksum would be, are zeros.
    wires.append(MACS + b"\x88\x47" + be(17 << 12 | 0x140, 4) + bytes.fromhex("4500003e0000020000000000") + b"\x08\x00" + inner)
    arp = MACS + b"\x88\x47" + be(17 << 12 | 0x140, 4) + bytes.fromhex("6aaaaaaaaaaa") + MACS[:6] + b"\x08\x06" + bytes(46)
    explicit_null = [(8, 4), (12, 4), (70, 3), (71, 3), (72, 3), (1, 4)]
    for dialect in BOTH:
        dialect.case(point, "explicit null on top", [dialect.data(explicit_null, {"e70": 0, "e71": 24002 << 4 | 1, "e72": 0})],
                     [{"mpls_labels": [0, 24002]}])
        dialect.case(point, "label entries of four octets",
                     [dialect.data([(8, 4), (12, 4), (70, 4), (71, 4)], {"e70": 100 << 12 | 64, "e71": 200 << 12 | 0x140})],
                     [{"mpls_labels": [100, 200]}])
        dialect.case(point, "labels of a frame", [dialect.data([(315, VAR), (2, 4)], {"e315": labelled})],
                     [{"mpls_labels": [0, 24002], "source_address": "192.0.2.5"}])
        dialect.case(point, "labels and what follows them in two sections",
                     [dialect.data([(316, VAR), (317, VAR)], {"e316": stack, "e317": inner})],
                     [{"mpls_labels": [0, 24002], "source_address": "192.0.2.5", "destination_port": 53}])
        dialect.case(point, "pseudowire of addresses that begin as a header of IP",
                     [dialect.data([(315, VAR), (2, 4)], {"e315": wire}) for wire in wires],
                     [{"inner_source_address": "192.0.2.5", "source_address": None}] * len(wires))
        # Nothing in the frame proves IP; its length shows that the packet would be longer.
        sized = [(312, 2), (315, VAR), (2, 4)]
        dialect.case(point, "pseudowire of a frame without IP", [dialect.data(sized, {"e312": len(arp), "e315": arp})],
                     [{"source_address": None, "destination_address": None}])
        dialect.case(point, "two tags of a frame", [dialect.data([(315, VAR), (2, 4)], {"e315": tagged})],
                     [{"vlan": 100, "customer_vlan": 200}])
        dialect.case(point, "two tags in elements",
                     [dialect.data([(8, 4), (58, 2), (245, 2), (59, 2), (255, 2)], {"e58": 100, "e245": 200, "e59": 300, "e255": 400})],
                     [{"vlan": 100, "customer_vlan": 200, "post_vlan": 300, "post_customer_vlan": 400}])
        dialect.case(point, "DSCP and ECN", [dialect.data([(8, 4), (5, 1), (55, 1)], {"e5": 0xB9, "e55": 0x28})],
                     [{"dscp": 46, "ecn": 1, "post_dscp": 10}])
        dialect.case(point, "TCP flags of two octets", [dialect.data([(8, 4), (4, 1), (6, 2)], {"e4": 6, "e6": 0x5012})],
                     [{"tcp_flags": 0x12}])
    case(point, "NetFlow v5", "DSCP and ECN", [fixed(5, 1, tos=0xB9)], [{"dscp": 46, "ecn": 1}])
    case(point, "sFlow", "explicit null on top", [sflow(flow_sample(raw(labelled)))],
         [{"mpls_labels": [0, 24002], "source_address": "192.0.2.5"}])
    case(point, "sFlow", "pseudowire of addresses that begin as a header of IP",
         [sflow(flow_sample(raw(wire), n=n), sequence=n) for n, wire in enumerate(wires)],
         [{"inner_source_address": "192.0.2.5", "source_address": None}] * len(wires))
    case(point, "sFlow", "pseudowire of a frame without IP", [sflow(flow_sample(raw(arp)))], [{"source_address": None}])
    case(point, "sFlow", "two tags of a frame", [sflow(flow_sample(raw(tagged)))], [{"vlan": 100, "customer_vlan": 200}])
    urgent = ethernet(struct.pack(">BB", 0x45, 0xB9) + inner[2:])
    case(point, "sFlow", "DSCP and ECN", [sflow(flow_sample(raw(urgent)))], [{"dscp": 46, "ecn": 1}])


# Fields of their own

def fields():
    point = "fields of their own"
    for dialect in BOTH:
        def one(name, elements, values, found, dialect=dialect):
            dialect.case(point, name, [dialect.data([(8, 4), (12, 4)] + elements, values)], [found])
        one("code points", [(195, 1), (5, 1), (98, 1), (55, 1)], {"e195": 46, "e5": 1, "e98": 10, "e55": 0},
            {"dscp": 46, "ecn": 1, "post_dscp": 10})
        one("original exporter and domain", [(403, 4), (404, 16), (405, 4)],
            {"e403": ZERO4, "e404": ip("2001:db8::7"), "e405": 9}, {"original_exporter_address": "2001:db8::7", "original_domain": 9})
        one("another exporter", [(130, 4)], {"e130": ip("203.0.113.7")}, {"original_exporter_address": "203.0.113.7"})
        one("the exporter itself", [(130, 4)], {"e130": ip(EXPORTER)}, {"original_exporter_address": None})
        one("direction of a biflow", [(239, 1)], {"e239": 1}, {"biflow_direction": 1})
        one("port block", [(361, 2), (362, 2), (363, 2), (364, 2)], {"e361": 1024, "e362": 2047, "e363": 1, "e364": 1024},
            {"nat_port_block_start": 1024, "nat_port_block_end": 2047, "nat_port_block_step": 1, "nat_port_block_size": 1024})
        one("community", [(483, 4)], {"e483": 64500 << 16 | 7}, {"communities": [64500 << 16 | 7]})
        one("wireless station", [(365, 6), (366, 4)], {"e365": MACS[:6], "e366": ip("192.0.2.77")},
            {"station_mac": "02:00:00:00:00:02", "station_address": "192.0.2.77"})
        one("segment", [(351, 8)], {"e351": 1 << 56 | 1234}, {"tunnel_id": 1234, "tunnel_type": "vxlan"})
        one("segment of zero", [(351, 8)], {"e351": 0}, {"tunnel_id": None, "tunnel_type": None})
        one("interface name", [(82, VAR)], {"e82": "eth0"}, {"input_interface_name": "eth0", "output_interface_name": None})
        one("interface name of a flow that left", [(82, 16), (61, 1)], {"e82": "eth0", "e61": 1},
            {"input_interface_name": None, "output_interface_name": "eth0"})
        life = [(231, 4), (232, 4), (233, 1), (148, 4)]
        one("update of a connection", life, {"e231": 10, "e232": 5, "e233": 5},
            {"octets": 10, "reverse_octets": 5, "counters": "delta"})
        one("teardown of a connection", life, {"e231": 10, "e232": 5, "e233": 2},
            {"octets": 10, "reverse_octets": 5, "counters": "total"})
        # Cisco AVC: enterprise 9, whose field types in NetFlow v9 are 32768 more.
        ends = {12236: (ip("192.0.2.9"), 4), 12237: (ip("198.51.100.9"), 4), 12240: (1000, 2), 12241: (443, 2)}
        own = [(32768 + n if dialect.is_v9 else (9, n), size) for n, (_, size) in ends.items()]
        values = {f"e{32768 * dialect.is_v9 + n}": value for n, (value, _) in ends.items()}
        found = {"source_address": "192.0.2.9", "destination_address": "198.51.100.9", "source_port": 1000, "destination_port": 443}
        dialect.case(point, "client and server", [dialect.data(own + [(1, 4)], values)], [found])
        ends6 = {12238: ip("2001:db8::9"), 12239: ip("2001:db8::10")}
        own = [(32768 + n if dialect.is_v9 else (9, n), 16) for n in ends6]
        values = {f"e{32768 * dialect.is_v9 + n}": value for n, value in ends6.items()}
        dialect.case(point, "client and server of IPv6", [dialect.data(own + [(1, 4)], values)],
                     [{"source_address": "2001:db8::9", "destination_address": "2001:db8::10"}])
        one("client and server beside source and destination", own + [(1, 4)], values, {"source_address": "192.0.2.1"})
    ixia, juniper = 3054, 2636
    BOTH[1].case(point, "reverse counters of Ixia", [BOTH[1].data(PLAIN + [((ixia, 176), 8), ((ixia, 177), 8)], {"e176": 77, "e177": 7})],
                 [{"reverse_octets": 77, "reverse_packets": 7}])
    life = [((juniper, 101), 4), ((juniper, 102), 4)]
    BOTH[1].case(point, "start and end of Juniper", [BOTH[1].data(PLAIN + life, {"e101": TIME - 5, "e102": TIME - 1}, {"e101": 5, "e102": 9})],
                 [{"start": "2025-12-31T23:59:55Z", "end": "2025-12-31T23:59:59Z", "clock": "seconds"},
                  {"start": None, "end": None, "clock": "unreadable"}])
    uplink = [((juniper, n), 4) for n in (103, 104, 105, 106)]
    BOTH[1].case(point, "uplink and downlink of Juniper", [BOTH[1].data(PLAIN[:2] + uplink, {f"e{n}": n for n in (103, 104, 105, 106)})],
                 [{"octets": 103, "reverse_octets": 104, "packets": 105, "reverse_packets": 106}])
    for name, source, found in (("came in", 501, 0), ("left", 601, 1), ("neither", 7, None)):
        case(point, "sFlow", f"direction: {name}", [sflow(flow_sample(raw(FRAME), source=source))], [{"direction": found}])
    case(point, "sFlow", "direction of an expanded sample", [sflow(flow_expanded(raw(FRAME), source=(0, 601)))], [{"direction": 1}])


# What people read: verdicts

def verdicts():
    point = "what explain says"

    def says(protocol, name, payloads, *parts):
        case(point, protocol, name, payloads, explain=list(parts))

    for protocol, message, before, unit in numbered():
        # 6 of 10,003, or 7 of 10,004 with the message of the template.
        payloads = before + [message(step, UPTIME + 1000 * n) for n, step in enumerate((100, 101, 102, 10_100, 10_101, 10_102))]
        says(protocol, "nearly all is missing", payloads,
             ("99.93" if protocol == "NetFlow v9" else "99.94") + " % of the", "are missing")
        if protocol == "sFlow":
            damaged = payloads[0][:35] + b"\xf0" + payloads[0][36:]
            says(protocol, "a problem names agent and sub-agent", [damaged], "agent 192.0.2.9, sub-agent 0")
            short = flow_record(0, 1, be(1, 4) + be(20, 4) + be(4, 4) + xdr_opaque(FRAME))
            numbered_samples = [sflow(flow_sample(raw(FRAME), n=n), sequence=k) for k, n in enumerate((1, 2, 9_999, 10_000), 1)]
            says(protocol, "samples are missing", numbered_samples,
                 "99.96 % of the samples of agent 192.0.2.9, sub-agent 0 are missing by their numbers, though no datagram is.")
            says(protocol, "frame_length shorter than the packet", [sflow(flow_sample(short))],
                 "The frame_length of 1 sampled packet of agent 192.0.2.9, sub-agent 0 is less than its IP header says")
    fixed_far = fixed(5, 1)
    far = fixed_far[:8] + be(TIME - 86_400 * 30, 4) + fixed_far[12:]
    both = "Either the exporter's clock is wrong (set it by NTP), or the capture was replayed or rewritten."
    says("NetFlow v5", "a clock that is far away", [far], both)
    says("NetFlow v5", "a header whose time is zero", [fixed_far[:8] + bytes(8) + fixed_far[16:]],
         "has neither start nor end", "the elements count from a time that is not known")
    says("NetFlow v5", "code before type of ICMP",
         [fixed(5, 1, prot=1, srcport=0, dstport=8, sequence=n) for n in range(4)],
         "writes the code of ICMP before its type into the destination port")
    says("NetFlow v5", "a count that does not fit", [fixed(5, 2, announced=3)], "record_count", "header counts 3 records, 2 fit")
    for dialect in BOTH:
        def of(name, payloads, *parts, dialect=dialect):
            says(dialect.protocol, name, payloads, *parts)
        system = [(1, 4) if dialect.is_v9 else (144, 4)]
        whose = "192.0.2.1, domain 0"
        fields = PLAIN + [(22, 4), (21, 4)]
        past = TIME - 86_400 * 30
        if dialect.is_v9:
            row = {"e22": UPTIME - 5000, "e21": UPTIME - 1000}
        else:
            fields, row = PLAIN + [(152, 8), (153, 8)], {"e152": (past - 5) * 1000, "e153": (past - 1) * 1000}
        sets = (dialect.templates(template(FLOWS, fields)), a_set(FLOWS, record(fields, **row)))
        of("a clock that is far away", [dialect.message(*sets, time=past)], both)
        of("a set that is shorter than its header",
           [dialect.message(dialect.templates(template(FLOWS, PLAIN)), a_set(FLOWS, b"", length=3))],
           "set_too_short", "RFC 3954, section 5.3" if dialect.is_v9 else "RFC 7011, section 3.3.2")
        v4, v6 = PLAIN, [(27, 16), (28, 16)] + PLAIN[2:]
        flaps = [dialect.message(dialect.templates(template(FLOWS, fields)), a_set(FLOWS, record(fields)), sequence=n)
                 for n, fields in enumerate((v4, v6, v4, v6))]
        of("a template that flaps", flaps, f"Template 300 of {whose} changes back and forth: its definition changed 3 times")
        samplers = dialect.options(OPTIONS, system, [(48, 1), (34, 4)], (0, 7, 100))
        of("a sampler that no record names", [samplers, dialect.data(PLAIN, {})],
           f"Options of {whose} announce 1:100 for sampler 7, but no flow names it")
        of("running totals", [dialect.data([(8, 4), (12, 4), (85, 8), (86, 8)], {"e85": 100, "e86": 1})],
           f"The one flow of {whose} carries totals since the flow began")
        empty = dialect.message(dialect.templates(template(FLOWS, [])))
        data = dialect.message(a_set(FLOWS, record(PLAIN)))
        known = dialect.message(dialect.templates(template(FLOWS, PLAIN)))
        if dialect.is_v9:
            of("a template without fields", [empty, data], "need template 300: it arrived in frame 1 but has no fields.")
        else:
            of("a template that was withdrawn", [known, empty, data], "need template 300: it was withdrawn before.")
        elsewhere = (v9 if dialect.is_v9 else ipfix)(dialect.templates(template(FLOWS, PLAIN)), domain=7)
        of("a template of another domain that fits", [elsewhere, data],
           "need template 300, which is not there; that of domain 7 of the exporter fits.")
        rates = dialect.options(OPTIONS, [(3, 4) if dialect.is_v9 else (141, 4)], [(34, 4)], (1, 100), (2, 200))
        of("rates that differ by line card", [rates, dialect.data(PLAIN, {})],
           f"The sampling rate of 1 flow of {whose} is ambiguous: options announce 1:100 for line card 1 and 1:200 for line card 2")
        # Domain 7 announces what flows of domain 0 lack.
        other = (v9 if dialect.is_v9 else ipfix)
        kind = 1 if dialect.is_v9 else 3
        announced = [(34, 4), (10, 4), (82, 8)]
        wire = options9(OPTIONS, system, announced) if dialect.is_v9 else options10(OPTIONS, system, announced)
        in_7 = other(a_set(kind, wire), a_set(OPTIONS, be(0, 4) + be(100, 4) + be(5, 4) + b"eth5\0\0\0\0"), domain=7)
        of("a rate and names of another domain", [in_7, dialect.data(PLAIN + [(10, 4)], {"e10": 5})],
           f"No flow of {whose} has a sampling rate, though domain 7 of the exporter announces 1:100.",
           f"Interfaces of {whose} have no names, though domain 7 of the exporter announces 1 name.")
        twice = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (1, 4), (2, 4), (23, 4), (24, 4)]
        of("second counters", [dialect.data(twice, {"e1": 100, "e2": 2, "e23": 500, "e24": 3})],
           f"Elements 23 and 24 in template 300 of {whose} count the reverse direction, since a record has more of them")
        ports = [(27, 16), (28, 16), (4, 1), (7, 2), (11, 2), (1, 4)]
        rows = [{"e4": 58, "e7": 0, "e11": number} for number in (128, 129, 135, 136, 128)]
        of("code before type of ICMP", [dialect.data(ports, *rows)],
           f"{whose} writes the code of ICMP before its type into the destination port")
        unset = PLAIN + [(152, 8), (153, 8)]
        of("times of zero", [dialect.data(unset, {"e152": 0, "e153": 0})],
           f"1 flow of {whose} has neither start nor end, first in frame 1: the elements are zero.")
        options = options9(OPTIONS, [(1, 4)], [(34, 4)]) if dialect.is_v9 else options10(OPTIONS, [(144, 4)], [(34, 4)])
        if dialect.is_v9:
            # An option length of 5: one field of four octets, and one octet more.
            odd = options[:4] + be(5, 2) + options[6:] + b"\0"
            of("one fault is one sentence", [dialect.message(a_set(1, odd), a_set(OPTIONS, be(0, 4) + be(100, 4)))],
               "1 problem was found: options_length.", "RFC 3954, section 6.1", "samplingInterval 4")
        else:
            none = options[:4] + be(0, 2) + options[6:]
            of("a scope count of 0", [dialect.message(a_set(3, none), a_set(OPTIONS, be(0, 4) + be(100, 4)))],
               "1 problem was found: scope_count.", "RFC 7011, section 3.4.2", "samplingInterval 4")


# What people read: the table

def tables():
    point = "what the table shows"

    def shows(protocol, name, payloads, *lines):
        case(point, protocol, name, payloads, table=list(lines))

    shows("NetFlow v5", "sampling", [fixed(5, 1, sampling=0x4064)], "1:100")
    # An uptime after that of the header is one of before its last wrap, 49.7 days ago.
    late = fixed(5, 1, First=UPTIME + 86_400_000, Last=UPTIME + 86_401_000)
    shows("NetFlow v5", "impossible times are marked", [late], "2025-11-13 06:57:12?")
    for dialect in BOTH:
        def of(name, payloads, *lines, dialect=dialect):
            shows(dialect.protocol, name, payloads, *lines)
        frames = [(56, 6), (80, 6), (58, 2), (256, 2), (2, 4), (1, 4), (152, 8), (153, 8)]
        row = {"e56": MACS[6:], "e80": MACS[:6], "e58": 100, "e256": 0x8899, "e2": 10, "e1": 640,
               "e152": (TIME - 5) * 1000, "e153": (TIME - 1) * 1000}
        of("frames without IP", [dialect.data(frames, row)],
           "0x8899 02:00:00:00:00:01 -> 02:00:00:00:00:02 10 640 100")
        system = [(1, 4) if dialect.is_v9 else (144, 4)]
        rate_of_all = dialect.options(OPTIONS, system, [(34, 4)], (0, 100))
        of("frames without IP that are sampled", [rate_of_all, dialect.data(frames, row)],
           "0x8899 02:00:00:00:00:01 -> 02:00:00:00:00:02 10 640 1:100 100")
        translated = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (225, 4), (227, 2), (323, 8)]
        values = {"e8": ip("192.0.2.50"), "e12": ip("198.51.100.5"), "e7": 55182, "e11": 3128, "e4": 6,
                  "e225": ip("203.0.113.50"), "e227": 1024, "e323": TIME * 1000}
        nat = dialect.data(translated + [(230, 1)], values | {"e230": 1}, values | {"e230": 2})
        of("events of NAT", [nat], "NAT create", "NAT delete", "=> 203.0.113.50:1024")
        firewall = dialect.data(translated + [(233, 1)], values | {"e233": 1}, values | {"e233": 3})
        of("events of a firewall", [firewall], "created", "denied", "=> 203.0.113.50:1024")
        wide = translated + [(233, 1), (1, 8), (2, 8)]
        long = values | {"e8": ip("192.168.100.100"), "e12": ip("198.200.200.200"), "e225": ip("203.203.203.203"),
                         "e227": 61000, "e11": 44300, "e1": 15_000_000, "e2": 12_000}
        of("events of long rows", [dialect.data(wide, *[long | {"e233": event} for event in (1, 2, 3, 5)])],
           "=> 203.203.203.203:61000 event created", "event deleted", "event denied", "event updated")
        block = [(8, 4), (225, 4), (230, 1), (361, 2), (362, 2)]
        values = {"e8": ip("100.64.2.5"), "e225": ip("203.0.113.112"), "e230": 16, "e361": 23041, "e362": 23552}
        of("a block of ports", [dialect.data(block, values)], "203.0.113.112:23041-23552", "block create")
        of("sampling", [rate_of_all, dialect.data(PLAIN, {})], "1:100")
        rates = dialect.options(OPTIONS, [(3, 4) if dialect.is_v9 else (141, 4)], [(34, 4)], (1, 100), (2, 200))
        of("sampling that is ambiguous", [rates, dialect.data(PLAIN, {})], "ambiguous",
           "1 flow is sampled at a rate that is not known")
        times = PLAIN + [(152, 8), (153, 8)]
        late = {"e152": (TIME + 86_400) * 1000, "e153": (TIME + 86_401) * 1000}
        of("impossible times are marked", [dialect.data(times, late)], "00:00:00?")
        of("totals", [dialect.data([(8, 4), (12, 4), (85, 8), (86, 8), (152, 8)],
                                   *[{"e8": ip("192.0.2.1"), "e12": ip("192.0.2.2"), "e85": n, "e86": 1, "e152": (TIME - 5) * 1000}
                                     for n in (100, 250)])], "2 flows 1 250")
    arp = MACS + bytes.fromhex("810000640806") + bytes(46)
    shows("sFlow", "frames without IP that are sampled", [sflow(flow_sample(raw(arp)))],
          "ARP 02:00:00:00:00:01 -> 02:00:00:00:00:02 1 68 1:1000 100")
    shows("sFlow", "sampling", [sflow(flow_sample(raw(FRAME)))], "1:1000")
    nat = flow_record(0, 1007, be(1, 4) + ip("203.0.113.50") + be(0, 4)), flow_record(0, 1020, be(1024, 4) + be(0, 4))
    shows("sFlow", "translation", [sflow(flow_sample(raw(FRAME), *nat))], "=> 203.0.113.50:1024")


# Common properties

def common_properties():
    point = "common properties (RFC 5473)"
    for dialect in BOTH:
        if dialect.is_v9:
            announced = dialect.options(OPTIONS, [(1, 4)], [(137, 8), (10, 4), (14, 4)], (0, 77, 3, 4))
        else:
            announced = dialect.options(OPTIONS, [(137, 8)], [(10, 4), (14, 4)], (77, 3, 4))
        data = dialect.data([(8, 4), (137, 8), (1, 4)], {"e137": 77}, {"e137": 78})
        dialect.case(point, "records refer to them", [announced, data],
                     [{"input_interface": 3, "output_interface": 4}, {"input_interface": None}])


# Exports that were mirrored

def mirrors():
    point = "exports inside tunnels"
    around = ("192.0.2.200", "198.51.100.200")

    def in_udp(port, head):
        return lambda packet: ethernet(ipv4(*around, 17, udp(*around, 50000, port, head + ethernet(packet))))

    def in_gre(head):
        return lambda packet: ethernet(ipv4(*around, 47, head + ethernet(packet)))

    tunnels = (("GRE", lambda packet: ethernet(ipv4(*around, 47, gre(packet)))),
               ("ERSPAN", in_gre(struct.pack(">HHI", 0x1000, 0x88BE, 7) + struct.pack(">HHI", 0x1005, 3, 0))),
               ("VXLAN", in_udp(4789, struct.pack(">II", 0x08000000, 100 << 8))),
               ("TZSP", in_udp(37008, bytes([1, 0, 0, 1, 1]))))
    exports = (("NetFlow v5", fixed(5, 2)),
               ("NetFlow v9", v9(a_set(0, template(FLOWS, PLAIN)), a_set(FLOWS, records(PLAIN, 2)), count=3)),
               ("IPFIX", ipfix(a_set(2, template(FLOWS, PLAIN)), a_set(FLOWS, records(PLAIN, 2)))),
               ("sFlow", sflow(flow_sample(raw(FRAME)), flow_sample(raw(FRAME), n=2))))
    for protocol, payload in exports:
        export = packet(payload, source="203.0.113.50", dport=PORTS[protocol])
        flows = [{"exporter_address": "203.0.113.50"}] * 2
        for name, tunnel in tunnels:
            case(point, protocol, name, flows=flows, frames=[tunnel(export)])
        # Captured outside and inside, it is read once.
        case(point, protocol, "seen twice", flows=flows, frames=[ethernet(export), tunnels[0][1](export)], sequence=counts())
        tagged = [MACS + b"\x81\x00" + be(vlan, 2) + b"\x08\x00" + export for vlan in (7, 8)]
        case(point, protocol, "seen in two VLANs", flows=flows, frames=tagged, sequence=counts())
        in_pppoe = MACS + b"\x88\x64\x11\0" + be(9, 2) + be(len(export) + 2, 2) + b"\0\x21" + export
        case(point, protocol, "seen in a PPPoE session and after it", flows=flows, frames=[in_pppoe, ethernet(export)],
             sequence=counts())
        routed = export[:8] + bytes([export[8] - 1]) + export[9:]
        case(point, protocol, "seen before and after a router", flows=flows, frames=[ethernet(export), ethernet(routed)],
             sequence=counts())
        two = pcapng([(1, 6), (1, 6)], [(0, ethernet(export)), (1, ethernet(export))])
        case(point, protocol, "seen on two interfaces", flows=flows, capture=two, frames=[], sequence=counts())
        # The same datagram again, on the same way.
        case(point, protocol, "sent twice", flows=flows * 2, frames=[tagged[0]] * 2, sequence=counts(duplicated=1))
        labelled = [MACS + b"\x88\x47" + be(label << 12 | 0x140, 4) + export for label in (100, 200)]
        case(point, protocol, "seen with and without labels", flows=flows, frames=[labelled[0], ethernet(export), labelled[1]],
             sequence=counts())


FRAME = ethernet(ipv4("192.0.2.5", "198.51.100.5", 17, udp("192.0.2.5", "198.51.100.5", 1000, 53, b"x" * 20)))


def raw(frame):
    """The sampled header of a frame, whose checksum was stripped."""
    return flow_record(0, 1, be(1, 4) + be(len(frame) + 4, 4) + be(4, 4) + xdr_opaque(frame))


def table():
    lines = ["# Points by protocol", "", "Made by `by_protocol.py`: the cases of `by_protocol.json`. A point that a protocol "
             "cannot have is empty.", "", "| point | " + " | ".join(PROTOCOLS) + " |", "|---" * 5 + "|"]
    for point in dict.fromkeys(case["point"] for case in CASES):
        cells = ["; ".join(case["name"] for case in CASES if (case["point"], case["protocol"]) == (point, protocol))
                 for protocol in PROTOCOLS]
        lines.append(f"| {point} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    for points in (scopes, selection, zero_addresses, counters_twice, icmp, times, loss, apart, transactions, packets, fields, verdicts, tables, common_properties,
                   mirrors):
        points()
    names = [(case["point"], case["protocol"], case["name"]) for case in CASES]
    assert len(set(names)) == len(names), "a name is taken twice"
    rows = ",\n".join(json.dumps(case) for case in CASES)
    files = {"by_protocol.json": f"[\n{rows}\n]\n", "by_protocol.md": table()}
    changed = [name for name, text in files.items()
               if not (HERE / name).exists() or (HERE / name).read_text() != text]
    for name in changed:
        print(f"{name} differs")
        if "--check" not in sys.argv:
            (HERE / name).write_text(files[name])
    return 1 if changed and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
