#!/usr/bin/env python3
"""Writes the synthetic captures of this folder; every run writes the same octets.

    make.py            writes the captures and their tables in ../README.md
    make.py --check    only prints which files would change, exit status 1 if any

The layouts of templates are those that devices are known to send. All values are
made up, all addresses are from the blocks for documentation.
"""

import pathlib
import shutil
import subprocess
import sys

from craft import *

HERE = pathlib.Path(__file__).resolve().parent
FILES = {}          # name -> octets
TABLE = {"devices": [], "traps": [], "links": []}


def put(group, name, *row, data=None, payloads=None, dport=2055, **where):
    """One capture: `payloads` are datagrams, or (datagram, places to override)."""
    if payloads is not None:
        frames = []
        for item in payloads:
            payload, special = item if isinstance(item, tuple) else (item, {})
            frames.append(ethernet(packet(payload, **({"dport": dport} | where | special))))
        data = pcap(frames)
    FILES[name] = data
    TABLE[group].append((name, *row))


def device(name, exporter, protocol, special, *payloads, **where):
    where = {"dport": {"IPFIX": 4739, "sFlow": 6343}.get(protocol.split()[0], 2055)} | where
    put("devices", name + ".pcap", exporter, protocol, special, payloads=payloads, **where)


def trap(name, trap_text, good, *payloads, **where):
    put("traps", f"trap_{name}.pcap", trap_text, good, payloads=payloads, **where)


IPV4 = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (1, 8), (2, 8)]
SMALL = [(8, 4), (12, 4), (1, 4)]


def devices():
    # Cisco IOS XR

    sampler = [(48, 2), (50, 4), (49, 1), (84, 32), (34, 4)]
    names = [(10, 4), (82, 33), (83, 65)]
    mpls = [(t, 3) for t in range(70, 76)] + [
        (10, 4), (14, 4), (1, 4), (2, 4), (21, 4), (22, 4), (47, 4), (140, 16), (27, 16), (28, 16), (31, 3), (91, 1),
        (64, 4), (8, 4), (12, 4), (7, 2), (11, 2), (46, 1), (89, 1), (61, 1), (5, 1), (4, 1), (6, 1), (48, 2), (234, 4), (235, 4)]
    four = [(2, 4), (1, 4), (8, 4), (12, 4), (10, 4), (14, 4), (21, 4), (22, 4), (7, 2), (11, 2), (16, 4), (17, 4),
            (18, 4), (9, 1), (13, 1), (4, 1), (6, 1), (5, 1), (61, 1), (89, 1), (48, 2), (234, 4), (235, 4)]
    six = [(2, 4), (1, 4), (27, 16), (28, 16), (10, 4), (14, 4), (21, 4), (22, 4), (31, 3), (64, 4), (7, 2), (11, 2),
           (16, 4), (17, 4), (63, 16), (29, 1), (30, 1), (4, 1), (6, 1), (5, 1), (61, 1), (89, 1), (48, 2), (234, 4), (235, 4)]
    system = [(1, 4)]
    put_scope = {"at0": ip("192.0.2.1")}
    device("cisco_asr9k_v9", "like Cisco ASR 9000 (IOS XR)", "NetFlow v9",
           "sampler and interface options with scope System; MPLS, IPv4 and IPv6 templates and data",
           v9(a_set(1, options9(257, system, sampler)), a_set(1, options9(256, system, names)), domain=2177, sequence=1),
           v9(a_set(257, b"".join(record(system + sampler, n, at0=ip("192.0.2.1"), at1=n + 1, at2=1000 * (n + 1), at3=2,
                                         at4=f"SAMPLE-{n + 1}", at5=1000 * (n + 1)) for n in range(2))),
              a_set(256, b"".join(record(system + names, n, **put_scope, e10=501 + n, e82=f"Te0/0/0/{n}",
                                         e83=f"TenGigE0/0/0/{n}") for n in range(3))),
              domain=2177, sequence=2, count=5),
           v9(a_set(0, template(260, four)), a_set(0, template(261, six)), a_set(0, template(313, mpls)), domain=2177,
              sequence=3, count=3),
           v9(a_set(260, records(four, 6, e48=1)), a_set(261, records(six, 4, e48=2)), domain=2177, sequence=4, count=10),
           v9(a_set(313, records(mpls, 4, e46=5, e48=1)), domain=2177, sequence=5, count=4))

    # Cisco ASA

    ends = [(10, 2), (12, 4), (11, 2), (14, 2), (4, 1), (176, 1), (177, 1)]
    nat = [(40001, 4), (40002, 4), (40003, 2), (40004, 2)]
    event = [(40005, 1), (33002, 2), (323, 8)]
    acl = [(33000, 12), (33001, 12)]
    opened = [(148, 4), (8, 4), (7, 2), *ends, *nat, *event, (85, 4), *acl, (40000, 20)]
    opened65 = opened[:-1] + [(40000, 65)]
    opened6 = [(148, 4), (27, 16), (7, 2), (10, 2), (28, 16), (11, 2), (14, 2), (4, 1), (178, 1), (179, 1), *event, (85, 4),
               *acl, (40000, 20)]
    denied = [(8, 4), (7, 2), *ends, *nat, *event, *acl]
    torn = [(148, 4), (8, 4), (7, 2), *ends, *nat, *event, (85, 4), (152, 8), *acl, (40000, 65)]
    acls = {"e33000": bytes.fromhex("0f8e7ff3fc1a030f00000000"), "e33001": bytes.fromhex("a1b2c3d40000000100000000")}
    device("cisco_asa_nsel_v9", "like Cisco ASA (NSEL)", "NetFlow v9",
           "events (33002, 40005), ACL ids of 12 octets (33000, 33001), translated addresses (40001 to 40004), "
           "user names of 20 and 65 octets",
           v9(a_set(0, template(256, opened), template(257, opened65), template(258, opened6), template(260, denied),
                    template(266, torn)), sequence=1, count=5),
           v9(a_set(256, records(opened, 3, **acls, e40000="alice")),
              a_set(257, records(opened65, 2, **acls, e40000="EXAMPLE\\a.user.with.a.longer.name")),
              a_set(258, records(opened6, 2, **acls, e40000="")),
              a_set(260, records(denied, 2, **acls, e40005=3, e33002=1001)),
              a_set(266, records(torn, 2, **acls, e40005=2, e33002=2030, e40000="bob")), sequence=2, count=11))

    # Cisco NBAR

    table = [(95, 4), (96, 24), (94, 55)]
    avc = [(8, 4), (12, 4), (5, 1), (4, 1), (7, 2), (11, 2), (10, 4), (95, 4), (15, 4), (14, 4), (61, 1), (1, 4), (2, 4),
           (152, 8), (153, 8)]
    apps = [(0x03000050, "http", "World Wide Web traffic"), (0x03000035, "dns", "Domain Name System"),
            (0x0D0001C5, "ssl", "Secure Sockets Layer"), (0x01000001, "icmp", "Internet Control Message Protocol")]
    device("cisco_nbar_v9", "like Cisco IOS XE with NBAR2", "NetFlow v9",
           "application table in options (95, 96, 94), data with 95",
           v9(a_set(1, options9(260, system, table)),
              a_set(260, b"".join(record(system + table, n, **put_scope, e95=a, e96=b, e94=c)
                                  for n, (a, b, c) in enumerate(apps))), sequence=1, count=5),
           v9(a_set(0, template(259, avc)),
              a_set(259, b"".join(record(avc, n, e95=apps[n % 4][0]) for n in range(8))), sequence=2, count=9))

    # Juniper

    mx4 = [(8, 4), (12, 4), (5, 1), (4, 1), (7, 2), (11, 2), (32, 2), (10, 4), (58, 2), (9, 1), (13, 1), (16, 4), (17, 4),
           (15, 4), (6, 1), (14, 4), (1, 8), (2, 8), (52, 1), (53, 1), (152, 8), (153, 8), (136, 1), (243, 2), (245, 2), (54, 4)]
    mx6 = [(27, 16), (28, 16), (5, 1), (4, 1), (7, 2), (11, 2), (139, 2), (10, 4), (58, 2), (29, 1), (30, 1), (16, 4), (17, 4),
           (62, 16), (6, 1), (14, 4), (1, 8), (2, 8), (52, 1), (53, 1), (152, 8), (153, 8), (136, 1), (64, 4)]
    mx_mpls = [(70, 3), (71, 3), (72, 3), (10, 4), (14, 4), (1, 8), (2, 8), (152, 8), (153, 8)]
    mxo = [(41, 8), (42, 8), (160, 8), (130, 4), (131, 16), (34, 4), (36, 2), (37, 2), (214, 1), (215, 1)]
    device("juniper_mx_ipfix", "like Juniper MX (inline jflow)", "IPFIX",
           "templates 256, 257 and 258, options 512 with scope exportingProcessId",
           ipfix(a_set(2, template(256, mx4)), a_set(2, template(257, mx6)), a_set(2, template(258, mx_mpls)), domain=524288),
           ipfix(a_set(3, options10(512, [(144, 4)], mxo)), domain=524288),
           ipfix(a_set(512, record([(144, 4)] + mxo, at0=2, e34=1000, e36=60, e37=60, e214=10, e215=17)), domain=524288),
           ipfix(a_set(256, records(mx4, 8)), domain=524288, sequence=1),
           ipfix(a_set(257, records(mx6, 6)), a_set(258, records(mx_mpls, 3)), domain=524288, sequence=9))
    srx = [(8, 4), (12, 4), (5, 1), (4, 1), (7, 2), (11, 2), (32, 2), (10, 4), (9, 1), (13, 1), (16, 4), (17, 4), (18, 4),
           (6, 1), (14, 4), (15, 4), (1, 4), (2, 4), (22, 4), (21, 4), (60, 1)]
    device("juniper_srx_v9", "like Juniper SRX", "NetFlow v9", "options template whose scope System has length 0",
           v9(a_set(1, options9(256, [(1, 0)], [(35, 1), (34, 4)])), a_set(256, be(2, 1) + be(100, 4)),
              a_set(0, template(257, srx)), a_set(257, records(srx, 5)), count=8, domain=9))

    # Huawei, H3C

    netstream = [(8, 4), (12, 4), (15, 4), (2, 4), (1, 4), (22, 4), (21, 4), (18, 4), (10, 2), (14, 2), (7, 2), (11, 2),
                 (16, 2), (17, 2), (58, 2), (59, 2), (232, 2), (6, 1), (4, 1), (5, 1), (9, 1), (13, 1), (61, 1), (89, 1), (210, 3)]
    variable = [(8, 4), (12, 4), (82, VAR), (10, 4), (96, VAR), (1, 8)]
    device("huawei_netstream_v9", "like Huawei NetStream", "NetFlow v9",
           "interface indexes of 2 octets, padding fields, a template with variable-length fields, which v9 does not know",
           v9(a_set(0, template(1315, netstream)), a_set(1315, records(netstream, 3)), domain=10, count=4),
           v9(a_set(0, template(1316, variable)),
              a_set(1316, record(variable, 0, e82=b"GigabitEthernet0/1/0", e96=b"dns"),
                    record(variable, 1, e82=b"", e96=Long(b"http")), record(variable, 2, e82=b"x" * 260, e96=b"")),
              domain=10, sequence=2, count=4))
    h3c = [(2, 8), (1, 8), (22, 4), (21, 4), (10, 4), (14, 4), (8, 4), (12, 4), (15, 4), (16, 4), (17, 4), (7, 2), (11, 2),
           (60, 1), (6, 1), (4, 1), (5, 1), (9, 1), (13, 1), (61, 1), (89, 1), (43, 2), (35, 1), (0, 1), (34, 4), (93, 4), (92, 4)]
    device("h3c_v9", "like H3C", "NetFlow v9", "one record a set; element 43 (an address) of 2 octets, type 0",
           v9(a_set(0, template(3281, h3c)), *(a_set(3281, record(h3c, n)) for n in range(5)), count=6))

    # fixed versions

    device("nfv1", "any", "NetFlow v1", "two datagrams", fixed(1, 3), fixed(1, 2, start=3))
    device("nfv5", "any", "NetFlow v5", "two engines, each with its own sequence; sampling 1 in 100",
           fixed(5, 4, 100, sampling=0x4064), fixed(5, 3, 7, engine=(0, 2), start=4), fixed(5, 30, 104, start=10, sampling=0x4064))
    device("nfv6", "any", "NetFlow v6", "encapsulation sizes and the next hop of the peer", fixed(6, 3))
    device("nfv7", "like Catalyst 5000", "NetFlow v7", "flags of valid fields, router that was short-cut",
           fixed(7, 3), fixed(7, 2, 103, start=3))
    device("nfv8", "any", "NetFlow v8", "all fourteen aggregation schemes, two records each",
           *(fixed(8, 2, 10 * s, scheme=s, engine=(0, s)) for s in range(1, 15)))
    device("nf_fixed_concatenated", "any", "NetFlow v1, v5, v7, v8", "several messages in one datagram",
           fixed(5, 2, 100) + fixed(5, 3, 102, start=2), fixed(1, 1) + fixed(1, 2),
           fixed(7, 1, 9) + fixed(8, 2, scheme=1) + fixed(5, 1, 105))

    # IPFIX in general

    var = [(8, 4), (82, VAR), (313, VAR), (1, 4)]
    device("ipfix_variable", "any", "IPFIX", "variable-length fields: one- and three-octet lengths, empty, over 255 octets",
           ipfix(a_set(2, template(256, var))),
           ipfix(a_set(256, record(var, 0, e82=b"eth0", e313=bytes(range(40))), record(var, 1, e82=b"", e313=b""),
                       record(var, 2, e82=Long(b""), e313=Long(b"\x45\0")), record(var, 3, e82=Long(b"eth3"), e313=bytes(254)),
                       record(var, 4, e82=b"n" * 255, e313=bytes(300)), pad=4)))
    vendor = [(8, 4), ((29305, 1), 8), ((9, 12235), VAR), ((6876, 880), 1), ((64999, 8), 4), (1, 8)]
    device("ipfix_enterprise", "any", "IPFIX", "enterprise elements in data and options templates, reverse elements (RFC 5103), "
           "an unknown enterprise whose id 8 is not an address",
           ipfix(a_set(2, template(256, vendor)), a_set(3, options10(257, [((64999, 1), 2), (149, 4)], [((9, 12242), 4), (82, VAR)])),
                 a_set(256, b"".join(record(vendor, n, e12235=f"host{n}.example".encode(), at4=0xDEADBEEF) for n in range(3))),
                 a_set(257, b"".join(record([((64999, 1), 2), (149, 4), ((9, 12242), 4), (82, VAR)], n, e82=b"port")
                                     for n in range(2)))))
    device("ipfix_withdrawal", "any", "IPFIX", "withdrawal of one template and of all, of templates and of options templates, over UDP",
           ipfix(a_set(2, template(256, SMALL), template(257, IPV4)), a_set(3, options10(258, [(149, 4)], [(34, 4)]))),
           ipfix(a_set(256, records(SMALL, 1)), a_set(2, be(256, 2) + be(0, 2)), a_set(256, records(SMALL, 1))),
           ipfix(a_set(257, records(IPV4, 1)), a_set(258, be(7, 4) + be(100, 4)), sequence=1),
           ipfix(a_set(2, be(2, 2) + be(0, 2)), a_set(257, records(IPV4, 1)), a_set(258, be(7, 4) + be(100, 4)), sequence=3),
           ipfix(a_set(3, be(3, 2) + be(0, 2)), a_set(258, be(7, 4) + be(100, 4)), sequence=4),
           ipfix(a_set(2, template(256, IPV4)), a_set(256, records(IPV4, 1)), sequence=4))
    device("ipfix_redefinition", "any", "IPFIX", "a template defined anew in the middle of a message, and as an options template",
           ipfix(a_set(2, template(256, SMALL)), a_set(256, records(SMALL, 2)), a_set(2, template(256, IPV4)),
                 a_set(256, records(IPV4, 2)), a_set(3, options10(256, [(149, 4)], [(34, 4)])),
                 a_set(256, be(1, 4) + be(50, 4))))
    device("ipfix_padding", "any", "IPFIX", "padding: zero, not zero, longer than three octets, inside template sets",
           ipfix(a_set(2, template(256, IPV4), b"\0\0", template(257, SMALL), bytes(8)),
                 a_set(3, options10(258, [(149, 4)], [(34, 4)]), b"\0\0", options10(259, [(149, 4)], [(34, 2)]), bytes(2))),
           ipfix(a_set(256, records(IPV4, 1) + b"\0\0\0"), a_set(256, records(IPV4, 1) + b"\xde\xad\xbe"),
                 a_set(256, records(IPV4, 2) + bytes(20)), a_set(256, records(IPV4, 1) + b"\xff" * 17),
                 a_set(257, records(SMALL, 2)), a_set(258, be(1, 4) + be(9, 4)), a_set(259, be(1, 4) + be(8, 2), pad=1)))
    inner = [(2, 8), (82, VAR)]
    hops = [(18, 4), (14, 4), (291, VAR)]
    outer = [(8, 4), (291, VAR), (292, VAR), (293, VAR)]
    basic = lambda semantic, element, size, *items: bytes([semantic]) + specifiers([(element, size)]) + b"".join(
        encode(i, size) for i in items)
    hop = lambda n: record(hops, n, e291=basic(4, 82, VAR, b"as", b"", b"x" * 256))
    part = lambda ident, *items: be(ident, 2) + be(4 + sum(map(len, items)), 2) + b"".join(items)
    device("ipfix_lists", "any", "IPFIX", "basicList, subTemplateList and subTemplateMultiList (RFC 6313), nested two deep, empty, "
           "of fixed and variable length, of an enterprise element",
           ipfix(a_set(2, template(256, outer), template(257, hops), template(258, inner))),
           ipfix(a_set(256,
                       record(outer, 0, e291=basic(3, 11, 2, 80, 443), e292=b"\x04" + be(257, 2) + hop(0) + hop(1),
                              e293=b"\x03" + part(257, hop(2)) + part(258, record(inner, 0, e82=b"eth0"), record(inner, 1, e82=b""))),
                       record(outer, 1, e291=basic(255, (64999, 5), 3, 1, 2), e292=b"\xff" + be(258, 2), e293=b"\x00"),
                       record(outer, 2, e291=Long(basic(2, 292, VAR, b"\x03" + be(258, 2) + record(inner, 3, e82=b"in"))),
                              e292=b"\x01" + be(257, 2) + hop(3), e293=b"\x01" + part(258)))))
    widths = [(8, 4)] + [(1, w) for w in range(1, 9)] + [(2, w) for w in range(1, 9)]
    big = [(8, 4), (515, 32), (515, 16), (515, 3), (520, 9)]
    signed = [(8, 4), (434, 4), (434, 3), (434, 2), (434, 1), (320, 8), (320, 4)]
    device("ipfix_reduced_size", "any", "IPFIX", "counters of 1 to 8 octets, unsigned256 of several lengths, signed integers, "
           "float64 sent as float32, NaN and infinity",
           ipfix(a_set(2, template(256, widths), template(257, big), template(258, signed))),
           ipfix(a_set(256, *(record(widths, n, **{f"at{i}": (1 << 8 * s) - 1 - n for i, (_, s) in enumerate(widths) if i})
                              for n in range(2))),
                 a_set(257, record(big, 0, at1=1 << 255 | 1, at2=1 << 127, at3=5, at4=1 << 64),
                       record(big, 1, at1=(1 << 64) - 1, at2=1 << 64, at3=0, at4=7)),
                 a_set(258, record(signed, 0, at1=-1, at2=-2, at3=-3, at4=-128, at5=struct.pack(">d", 0.5), at6=struct.pack(">f", -2.25)),
                       record(signed, 1, at1=1 << 30, at2=3, at3=4, at4=127, at5=struct.pack(">d", float("nan")),
                              at6=struct.pack(">f", float("-inf"))))))
    times = [(8, 4), (150, 4), (152, 8), (154, 8), (156, 8), (158, 4), (160, 8), (22, 4), (258, 8), (22, 8)]
    device("ipfix_times", "any", "IPFIX", "every time encoding; NTP zero, NTP beyond 2036, the largest values",
           ipfix(a_set(2, template(256, times))),
           ipfix(a_set(256, record(times, 0, e154=ntp(TIME, 0.25), e156=ntp(TIME, 0.123456789), e158=250_000, e258=TIME * 1000),
                       record(times, 1, e152=TIME * 1000, e154=ntp(TIME), e156=bytes(8), e158=0, e258=0),
                       record(times, 2, at1=be(0xFFFFFFFF, 4), at2=253_402_300_799_999, e154=be(1, 4) + be(1 << 31, 4),
                              e156=be(0, 4) + be(1, 4), at9=1 << 40))))
    odd = [(276, 1), (82, VAR), (371, 16), (56, 6), (313, VAR)]
    device("ipfix_strings_and_booleans", "any", "IPFIX", "boolean 1, 2, 3 and 0; strings with NUL at the end, inside and in front, "
           "not UTF-8, empty, not Latin",
           ipfix(a_set(2, template(256, odd))),
           ipfix(a_set(256, record(odd, 0, e276=1, e82=b"eth0\0\0", e371="user"), record(odd, 1, e276=2, e82=b"\0eth1", e371=b"a\0b"),
                       record(odd, 2, e276=3, e82=b"caf\xe9", e371=bytes(16)),
                       record(odd, 3, e276=0, e82="Grüße, 世界".encode(), e371=b"\xff\xfe" + b"x" * 14),
                       record(odd, 4, e276=255, e82=b"", e371=b"\xf0\x9f\x98" + b"y" * 13))))
    scope5610 = [(346, 4), (303, 2)]
    type5610 = [(339, 1), (344, 1), (345, 2), (342, 8), (343, 8), (341, VAR), (340, VAR)]
    own = [(8, 4), ((64999, 21), 8), ((64999, 22), VAR)]
    device("ipfix_rfc5610", "any", "IPFIX", "type records (RFC 5610) for two elements unknown to the registry, then data with them",
           ipfix(a_set(3, options10(300, scope5610, type5610)),
                 a_set(300, record(scope5610 + type5610, 0, e346=64999, e303=21, e339=4, e344=3, e345=2, e341=b"testOctets", e340=b"Octets."),
                       record(scope5610 + type5610, 1, e346=64999, e303=22, e339=13, e344=0, e345=0, e341=b"testName", e340=b""))),
           ipfix(a_set(2, template(256, own)), a_set(256, record(own, 0, e22=b"one"), record(own, 1, e22=b"two")), sequence=2))
    device("two_exporters", "any", "NetFlow v9, IPFIX", "two exporters and two domains of one share the template id 256 with four layouts",
           v9(a_set(0, template(256, SMALL)), domain=1), v9(a_set(0, template(256, IPV4)), domain=2),
           (v9(a_set(0, template(256, [(27, 16), (1, 8)])), domain=1), {"source": "192.0.2.2"}),
           (ipfix(a_set(2, template(256, [(12, 4), (2, 8)])), domain=1), {"dport": 4739}),
           v9(a_set(256, records(SMALL, 2)), domain=1, sequence=2), v9(a_set(256, records(IPV4, 2)), domain=2, sequence=2),
           (v9(a_set(256, records([(27, 16), (1, 8)], 2)), domain=1, sequence=2), {"source": "192.0.2.2"}),
           (ipfix(a_set(256, records([(12, 4), (2, 8)], 2)), domain=1), {"dport": 4739}))
    device("data_before_template", "any", "NetFlow v9, IPFIX", "data first, its template in a later datagram and later in the same one",
           v9(a_set(256, records(SMALL, 2)), sequence=1), v9(a_set(0, template(256, SMALL)), sequence=2),
           v9(a_set(256, records(SMALL, 1, 2)), sequence=3),
           (ipfix(a_set(256, records(IPV4, 2)), a_set(2, template(256, IPV4)), a_set(256, records(IPV4, 1, 2))), {"dport": 4739}))
    sflow_devices()


def sflow_devices():
    tcp_frame = ethernet(ipv4("192.0.2.20", "198.51.100.20", 6, tcp("192.0.2.20", "198.51.100.20", 40000, 443, 1, 0x18, b"x" * 40)))
    xdr = Xdr()
    xdr.header = tcp_frame
    raw = lambda frame, protocol=1, length=None, stripped=4: flow_record(
        0, 1, be(protocol, 4) + be(length or len(frame) + stripped, 4) + be(stripped, 4) + xdr_opaque(frame))

    def every(kind, make, group):
        rows = [r for r in xdr_table() if r["kind"] == kind]
        payloads = []
        for at in range(0, len(rows), group):
            parts = [flow_record(int(r["enterprise"]), int(r["format"]), xdr.structure(xdr_members(r["members"])))
                     for r in rows[at:at + group]]
            payloads.append(sflow(make(*parts, n=at + 1), sequence=len(payloads) + 1))
        return payloads

    device("sflow_all_flow_records", "any", "sFlow v5", "every flow structure of the registry once", *every("flow", flow_sample, 6))
    device("sflow_all_counters", "any", "sFlow v5", "every counter structure of the registry once", *every("counter", counters, 4))
    device("sflow_samples", "any", "sFlow v5", "compact and expanded samples, interface formats (single, discarded, multiple, unknown, "
           "internal), discarded packets, agents of IPv4 and IPv6, two sub-agents",
           sflow(flow_sample(raw(tcp_frame)), flow_sample(raw(tcp_frame), n=2, inp=0x3FFFFFFF, out=0x80000000),
                 flow_sample(raw(tcp_frame), n=3, out=0x40000102), flow_sample(raw(tcp_frame), n=4, out=0x80000003, source=0x02000007),
                 flow_sample(raw(tcp_frame), n=5, inp=0, out=0)),
           sflow(flow_expanded(raw(tcp_frame), n=6, inp=(0, 0xFFFFFFFF), out=(1, 258)),
                 flow_expanded(raw(tcp_frame), n=7, source=(1, 100_000), out=(2, 3)),
                 counters_expanded(flow_record(0, 1005, xdr_opaque(b"eth0")), n=1, source=(0, 0x1000001)), sub_agent=1, sequence=1),
           sflow(discarded(raw(tcp_frame)), discarded(raw(tcp_frame), flow_record(0, 1037, be(42, 4) + xdr_opaque(b"deny-all") + be(1, 4)),
                                                      n=2, reason=3, out=0x3FFFFFFF),
                 agent="2001:db8::9", sequence=1))
    counter = {int(r["format"]): xdr_members(r["members"]) for r in xdr_table() if r["kind"] == "counter" and r["enterprise"] == "0"}
    cpu = xdr.structure(counter[2003])
    four = b"".join((be(60, 4), be(6, 4), ip("192.0.2.1"), ip("198.51.100.1"), be(1, 4), be(2, 4), be(0x1B, 4), be(0, 4)))
    device("sflow_cut_and_extended", "any", "sFlow v5", "structures without their last members, cut inside a member, with members nobody "
           "knows yet; a string without its padding at the end",
           sflow(counters(flow_record(0, 2003, cpu[:-12]), flow_record(0, 2003, cpu), flow_record(0, 2003, cpu + bytes(range(8)))),
                 counters(flow_record(0, 2003, cpu[:-20]), flow_record(0, 2003, cpu[:30]), n=2),
                 flow_sample(flow_record(0, 3, four + b"\0\0\0\x07"), flow_record(0, 3, four[:-4]), flow_record(0, 1001, be(5, 4)), n=3),
                 discarded(flow_record(0, 1038, be(6, 4) + b"foobar", pad=False), n=1, pad=False)))
    device("sflow_unknown", "any", "sFlow v5", "flow, counter and sample formats nobody knows, and sample formats of vendors",
           sflow(flow_sample(flow_record(0, 4000, bytes(range(12))), raw(tcp_frame), flow_record(64999, 1, b"")),
                 sample(9, b"anything", enterprise=64999, length=12), counters(flow_record(0, 4000, b"\1\2\3\4"), flow_record(0, 1005, xdr_opaque(b"p1"))),
                 sample(77, be(1, 4)), sample(1, be(7, 4), enterprise=1991), sample(1002, xdr_opaque(b"host"), enterprise=4300),
                 flow_sample(raw(tcp_frame), n=2)))
    vxlan = ethernet(packet(bytes.fromhex("0800000000006400") + tcp_frame, "203.0.113.1", "203.0.113.2", 50001, 4789))
    six = ethernet(packet(b"q" * 30, "2001:db8:1::1", "2001:db8:2::2", 5000, 53))
    mpls = be(16_000 << 12 | 64, 4) + be(16_001 << 12 | 0x100 | 63, 4) + tcp_frame[14:]
    device("sflow_headers", "any", "sFlow v5", "sampled headers: Ethernet, VLAN, QinQ, IPv6, MPLS, VXLAN, header protocols 11, 12, 13 and 7; "
           "cut after every tenth octet",
           sflow(flow_sample(raw(tcp_frame), raw(six)), flow_sample(raw(tcp_frame[:12] + bytes.fromhex("81000064") + tcp_frame[12:]), n=2),
                 flow_sample(raw(tcp_frame[:12] + bytes.fromhex("88a800c881000007") + tcp_frame[12:]), n=3), flow_sample(raw(vxlan), n=4)),
           sflow(flow_sample(raw(tcp_frame[14:], 11)), flow_sample(raw(six[14:], 12), n=2), flow_sample(raw(mpls, 13), n=3),
                 flow_sample(raw(b"\xff\x03\0\x21" + tcp_frame[14:], 7), n=4), flow_sample(raw(b"", length=64), n=5), sequence=2),
           sflow(*(flow_sample(raw(vxlan[:cut], length=len(vxlan)), n=n) for n, cut in enumerate(range(0, len(vxlan), 10), 1)), sequence=3))
    device("sflow_v2_v4", "any", "sFlow v2, v4", "headers of versions that are recognised but not read",
           sflow(version=2, count=0), sflow(version=4, count=1) + bytes(60))


def traps():
    ok9 = a_set(0, template(300, SMALL)), a_set(300, records(SMALL, 1))
    ok10 = a_set(2, template(300, SMALL)), a_set(300, records(SMALL, 1))
    ix = {"dport": 4739}
    nothing = [(8, 0), (82, 0)]

    # templates and sets

    trap("template_no_fields", "a template without fields", "`empty_template`; its data has `no_template`; the other set stands",
         v9(a_set(0, be(256, 2) + be(0, 2)), a_set(256, bytes(8)), *ok9),
         v9(a_set(1, be(257, 2) + be(0, 4)), a_set(257, bytes(8)), *ok9, sequence=2))
    trap("record_of_no_octets", "a template whose fields all have length zero", "`record_of_no_octets` for its data set, no loop; the other set stands",
         v9(a_set(0, template(256, nothing)), a_set(256, bytes(8)), *ok9), (ipfix(a_set(2, template(256, nothing)), a_set(256, bytes(8)), *ok10), ix))
    trap("variable_only", "a template of variable-length fields only", "every zero octet is a record of an empty field, none is padding; three records",
         ipfix(a_set(2, template(256, [(82, VAR)])), a_set(256, b"\0", b"\4eth0", b"\0", pad=1), *ok10), **ix)
    var = [(8, 4), (82, VAR), (1, 4)]
    trap("variable_empty", "a variable-length field that is empty", "the record and the rest of the set stand",
         ipfix(a_set(2, template(256, var)), a_set(256, record(var, 0, e82=b""), record(var, 1, e82=b"eth1"))), **ix)
    trap("variable_cut", "a variable-length field longer than its set", "the records before stand, then `record_cut`; the next set stands",
         ipfix(a_set(2, template(256, var)), a_set(256, record(var, 0, e82=b"eth0"), be(1, 4) + b"\xff\x10\0abc" + bytes(3)), *ok10), **ix)
    trap("fields_65535", "65,535 fields announced in a set of 40 octets", "`template_cut`, nothing allocated by the count; the other set stands",
         v9(a_set(0, template(256, SMALL * 3, count=65535)), a_set(256, records(SMALL, 1)), *ok9),
         (ipfix(a_set(2, template(256, SMALL * 3, count=65535)), *ok10), ix))
    for length in (0, 1, 3):
        trap(f"set_length_{length}", f"a set of length {length}", "what is before stands, then `set_too_short`; the message ends there",
             v9(*ok9, be(300, 2) + be(length, 2) + bytes(8)), (ipfix(*ok10, be(300, 2) + be(length, 2) + bytes(8)), ix),
             v9(a_set(300, records(SMALL, 1)), sequence=2))
    trap("set_past_message", "a set that runs past its message", "the records that fit, then `set_too_long`",
         v9(a_set(0, template(256, SMALL)), a_set(256, records(SMALL, 2), length=100)),
         (ipfix(a_set(2, template(256, SMALL)), a_set(256, records(SMALL, 2), length=40)) , ix),
         (ipfix(a_set(2, template(256, SMALL)), length=1000), ix))
    trap("message_length", "a message length that is longer than the datagram, less than the header, and shorter than its sets",
         "`message_too_long`, the sets stand; `message_too_short`; the last set cut: `set_too_long`, then `trailing_octets`",
         ipfix(*ok10, length=400), ipfix(*ok10, length=12), ipfix(*ok10, length=16 + 20 + 10), **ix)
    trap("messages_in_datagram", "several messages in one datagram", "all are read; each has its own header",
         ipfix(*ok10) + ipfix(a_set(300, records(SMALL, 2)), sequence=1) + ipfix(*ok10, domain=7), **ix)
    trap("later_message_bad", "a second message with an impossible header", "the first stands; `message_too_short`; octets that begin like nothing: `trailing_octets`",
         ipfix(*ok10) + ipfix(*ok10, length=3), ipfix(*ok10) + b"\x12\x34" + bytes(30), ipfix(*ok10) + b"\0\x0a\0\x30\0\0", **ix)
    trap("zero_filled", "a v9 packet filled with zeros after its last set", "the record; zeros are padding, no problem", v9(*ok9, bytes(1200)))
    trap("v9_count", "a v9 header count of 0, of the sets, and far too high", "the count decides nothing: no problem, all records",
         *(v9(*ok9, a_set(300, records(SMALL, 3)), count=c, sequence=n) for n, c in enumerate((0, 3, 65535))))
    trap("one_set_unknown", "one set without a template among others", "`no_template` for it, all others stand",
         v9(a_set(0, template(256, SMALL)), a_set(256, records(SMALL, 1)), a_set(999, bytes(20)), a_set(256, records(SMALL, 1, 1))))
    strange = [(8, 4), (64000, 4), (12, 4), (8, 4), (8, 3), (10, 7), ((64999, 1), 5), ((64999, 2), VAR), (1, 8)]
    trap("odd_fields", "unknown, repeated, vendor and odd-sized fields", "every field keeps its place and octets; those without a type have no value",
         ipfix(a_set(2, template(256, [f for f in strange if f[0] != 64000])),
               a_set(256, records([f for f in strange if f[0] != 64000], 2, at6=b"ab"))),
         (v9(a_set(0, template(256, [f for f in strange if isinstance(f[0], int)])),
             a_set(256, records([f for f in strange if isinstance(f[0], int)], 2))), {"dport": 2055}), **ix)
    trap("reserved_sets", "set ids 4 to 255, and 0 and 1 in IPFIX", "`reserved_set` each, all others stand",
         ipfix(a_set(0, bytes(8)), a_set(1, bytes(8)), a_set(4, bytes(8)), a_set(255, bytes(4)), *ok10),
         (v9(a_set(2, bytes(8)), a_set(255, bytes(4)), *ok9), {"dport": 2055}), **ix)
    trap("template_id", "template ids below 256", "`template_id`, the next template of the set stands",
         v9(a_set(0, template(5, SMALL), template(300, SMALL)), a_set(300, records(SMALL, 1))))
    trap("padding", "padding that is not zero, longer than three octets, inside template sets",
         "all templates and records; no problem",
         v9(a_set(0, template(256, IPV4), b"\0\0", template(257, SMALL), bytes(6)), a_set(256, records(IPV4, 2), b"\xff" * 20),
            a_set(257, records(SMALL, 1), b"\x01\x02\x03")))
    trap("id_other_domain", "a template id used by another domain of the exporter", "each domain has its own",
         v9(a_set(0, template(256, SMALL)), domain=1), v9(a_set(0, template(256, IPV4)), domain=2),
         v9(a_set(256, records(SMALL, 1)), domain=1, sequence=2), v9(a_set(256, records(IPV4, 1)), domain=3))
    trap("id_other_exporter", "a template id used by another exporter", "each exporter has its own",
         v9(a_set(0, template(256, SMALL))), (v9(a_set(0, template(256, IPV4))), {"source": "192.0.2.2"}),
         v9(a_set(256, records(SMALL, 1)), sequence=2), (v9(a_set(256, records(IPV4, 1)), sequence=2), {"source": "192.0.2.2"}),
         (v9(a_set(256, records(SMALL, 1))), {"source": "192.0.2.3"}))
    trap("id_new_layout", "a template id with another layout after a restart", "the last definition wins",
         v9(a_set(0, template(256, SMALL)), a_set(256, records(SMALL, 2)), sequence=900),
         v9(a_set(0, template(256, IPV4)), a_set(256, records(IPV4, 2)), sequence=0, uptime=5000))
    trap("id_in_one_message", "a template id defined twice in one message", "each set is read with the definition before it",
         v9(a_set(0, template(256, SMALL)), a_set(256, records(SMALL, 1)), a_set(0, template(256, IPV4)), a_set(256, records(IPV4, 1))))
    trap("id_options_and_data", "an id used by a template, then by an options template, and back", "one id space: the last definition wins",
         v9(a_set(0, template(256, SMALL)), a_set(1, options9(256, [(1, 4)], [(34, 4)])), a_set(256, be(1, 4) + be(10, 4)),
            a_set(0, template(256, SMALL)), a_set(256, records(SMALL, 1))))
    trap("id_v9_and_ipfix", "an id used in v9 and in IPFIX by one exporter with one domain number", "the protocols do not share",
         v9(a_set(0, template(256, SMALL)), domain=1), (ipfix(a_set(2, template(256, IPV4)), domain=1), ix),
         v9(a_set(256, records(SMALL, 1)), domain=1, sequence=2), (ipfix(a_set(256, records(IPV4, 1)), domain=1), ix))
    trap("source_port_changes", "an exporter whose UDP source port changes", "one scope: the data is read",
         v9(a_set(0, template(256, SMALL))), (v9(a_set(256, records(SMALL, 1)), sequence=2), {"sport": 50001}),
         (v9(a_set(256, records(SMALL, 1)), sequence=3), {"sport": 1024}))
    trap("two_behind_nat", "two devices behind one address, distinguished by their ports only",
         "by default one scope, so the last definition wins; with the scope of the transport each has its own",
         (v9(a_set(0, template(256, SMALL)), a_set(256, records(SMALL, 1))), {"sport": 50001}),
         (v9(a_set(0, template(256, [(12, 4), (8, 4), (2, 4)])), a_set(256, records([(12, 4), (8, 4), (2, 4)], 1))), {"sport": 50002}),
         (v9(a_set(256, records(SMALL, 1)), sequence=2), {"sport": 50001}))
    trap("v9_options_in_ipfix", "an options template of v9 layout inside IPFIX", "`scope_count`, its data has `no_template`; the other sets stand",
         ipfix(a_set(3, options9(260, [(1, 4)], [(34, 4), (35, 1)])), a_set(260, bytes(12)), *ok10), **ix)
    trap("enterprise_in_options", "the enterprise bit in an options template, in scope and options", "the enterprise numbers are read, the next record stands",
         ipfix(a_set(3, options10(260, [((64999, 4), 4)], [((9, 12242), 4), (34, 4)]), options10(261, [(149, 4)], [(34, 4)])),
               a_set(260, bytes(range(12))), a_set(261, be(1, 4) + be(64, 4))), **ix)
    trap("no_scope", "an options template of IPFIX without scope fields, and one of v9", "it is read, and `scope_count` reported; in v9 it is allowed",
         ipfix(a_set(3, options10(260, [], [(34, 4), (35, 1)])), a_set(260, be(100, 4) + be(1, 1)), *ok10),
         (v9(a_set(1, options9(260, [], [(34, 4), (35, 1)])), a_set(260, be(100, 4) + be(1, 1)), *ok9), {"dport": 2055}), **ix)
    trap("scope_count", "more scope fields than fields; scope octets that are not whole fields", "`scope_count`, in v9 `options_length`; the next record or set stands",
         ipfix(a_set(3, be(260, 2) + be(1, 2) + be(2, 2) + specifiers([(34, 4)]), options10(261, [(149, 4)], [(34, 4)])),
               a_set(261, be(1, 4) + be(64, 4))),
         (v9(a_set(1, be(260, 2) + be(6, 2) + be(4, 2) + bytes(10), pad=1), *ok9), {"dport": 2055}), **ix)
    trap("option_length", "an options template of v9 whose option length is 9", "the two whole fields are read, and `options_length` reported",
         v9(a_set(1, be(260, 2) + be(4, 2) + be(9, 2) + specifiers([(1, 4), (34, 4), (35, 1)]) + bytes(2)),
            a_set(260, be(0, 4) + be(100, 4) + be(2, 1) + bytes(3)), *ok9))
    trap("withdrawal", "a withdrawal over UDP: of one, of all, of an unknown id",
         "obeyed and reported: `withdrawal_over_udp`, and `withdrawal_unknown` for the last",
         ipfix(a_set(2, template(256, SMALL), template(257, SMALL))), ipfix(a_set(2, be(256, 2) + be(0, 2)), a_set(256, records(SMALL, 1))),
         ipfix(a_set(257, records(SMALL, 1))), ipfix(a_set(2, be(2, 2) + be(0, 2)), a_set(257, records(SMALL, 1)), sequence=1),
         ipfix(a_set(2, be(999, 2) + be(0, 2)), sequence=1), **ix)
    tiny = [(7, 2), (8, 4), (1, 4)]
    trap("many_records", "more than 1,024 records in one set", "2,000 records, none lost",
         ipfix(a_set(2, template(256, tiny)), a_set(256, records(tiny, 2000, e7=443))), **ix)
    trap("data_before_templates", "data before its template, while templates of the same id come from other scopes first",
         "never read with another's template; late data is delivered with its own",
         v9(a_set(256, records(SMALL, 2)), domain=1), v9(a_set(0, template(256, [(2, 4), (8, 4), (12, 4)])), domain=2),
         (v9(a_set(0, template(256, [(2, 4), (8, 4), (12, 4)])), domain=1), {"source": "192.0.2.2"}),
         v9(a_set(0, template(257, IPV4)), domain=1, sequence=2), v9(a_set(0, template(256, SMALL)), domain=1, sequence=3))
    trap("list_bad", "lists of RFC 6313 that are cut, or whose template is unknown", "`list_malformed`, `list_no_template`; the fields beside them and the next record stand",
         ipfix(a_set(2, template(256, [(8, 4), (291, VAR), (1, 4)]), template(257, [(8, 4), (292, VAR), (1, 4)])),
               a_set(256, *(record([(8, 4), (291, VAR), (1, 4)], n, e291=e) for n, e in enumerate(
                   (b"\x03\0\x0b", b"\x03" + be(11, 2) + be(2, 2) + b"\0\x50\1", b"", b"\x03" + be(11, 2) + be(0, 2) + b"\1",
                    b"\x03" + be(11, 2) + be(2, 2) + b"\0\x50")))),
               a_set(257, *(record([(8, 4), (292, VAR), (1, 4)], n, e292=e) for n, e in enumerate(
                   (b"\x03" + be(999, 2) + b"abcd", b"\x03" + be(999, 2), b"\x03\1"))))), **ix)
    trap("not_flow_export", "payloads that are not flow export, or end in their header", "`not_flow_export`, `cut`; the next datagram is read",
         b"\x12\x34" + bytes(40), b"", b"\0", b"\0\x09\0\1", b"\0\x0a\0\x10\0", b"\0\5\0\1\0\0", v9(*ok9))

    # fixed versions and sFlow

    trap("v5_count", "a v5 header that counts more records than there are, fewer, and none",
         "`record_count` and the records that fit; the counted ones, then `trailing_octets`; no records",
         fixed(5, 2, announced=30), fixed(5, 3, announced=2), fixed(5, 0), fixed(5, 1)[:-8])
    trap("v8_scheme", "a v8 scheme nobody knows", "`unknown_scheme`", fixed(8, 1, scheme=1)[:22] + b"\x0f" + fixed(8, 1, scheme=1)[23:],
         fixed(8, 1, scheme=1))
    switch = flow_record(0, 1001, be(100, 4) + be(0, 4) + be(200, 4) + be(0, 4))
    sf = {"dport": 6343}
    trap("sflow_lengths", "records and samples that run past what holds them, counts that are too high",
         "the members that fit, then `sample_too_long` or `sample_count`; the next sample stands where its place is known",
         sflow(flow_sample(switch, flow_record(0, 1001, bytes(8), length=400)), flow_sample(switch, n=2)),
         sflow(flow_sample(switch), flow_sample(switch, n=2, length=4000), sequence=2),
         sflow(flow_sample(switch, count=5), flow_sample(switch, n=2), sequence=3), sflow(flow_sample(switch), count=9, sequence=4),
         sflow(flow_sample(switch, tail=bytes(6)), flow_sample(switch, n=2), sequence=5), sflow(flow_sample(switch), sequence=6) + bytes(4),
         sflow(sample(1, bytes(8)), flow_sample(switch, n=2), sequence=7), **sf)
    trap("sflow_arrays", "array counts far above what is there", "`structure_cut`, nothing allocated by the count; the next record stands",
         sflow(flow_sample(flow_record(0, 1003, be(1, 4) + ip("192.0.2.1") + be(64500, 4) * 3 + be(0xFFFFFFFF, 4) + be(2, 4) + be(7, 4)), switch,
                           flow_record(0, 1012, be(0x7FFFFFFF, 4) + be(5, 4)), flow_record(0, 1005, be(1, 4) + be(0xFFFFFFF0, 4) + b"abcd"),
                           flow_record(0, 1002, be(9, 4) + bytes(12)))), **sf)

    # values

    counter_widths = [(8, 4), (1, 3), (1, 5), (2, 6), (2, 7)]
    trap("counter_widths", "counters of 3, 5, 6 and 7 octets in v9", "numbers of full value",
         v9(a_set(0, template(256, counter_widths)), a_set(256, record(counter_widths, 0, at1=0xABCDEF, at2=1 << 39, at3=(1 << 48) - 1, at4=1 << 55))))
    small_ids = [(10, 2), (14, 4), (10, 1), (48, 1), (48, 2), (48, 4), (31, 3), (31, 4), (89, 1), (89, 4)]
    trap("id_widths", "interfaces of 1, 2 and 4 octets, samplers of 1, 2 and 4, flow labels of 3, forwardingStatus of 1 and 4", "numbers",
         v9(a_set(0, template(256, small_ids)), a_set(256, record(small_ids, 0, e31=0xABCDE, e89=0x40), record(small_ids, 1, at8=0x80, at9=0x80))))
    app = [(8, 4)] + [(95, w) for w in (3, 4, 5, 6, 7, 8, 9, 12)]
    trap("application_id", "applicationId of 3 to 9 and of 12 octets", "octets, all of them",
         v9(a_set(0, template(256, app)), a_set(256, record(app, 0, **{f"at{i}": bytes([20]) + bytes(range(1, s)) for i, (_, s) in enumerate(app) if i}))))
    switched = [(8, 4), (22, 8), (21, 8)]
    trap("switched_8", "switched times of 8 octets", "numbers of milliseconds",
         v9(a_set(0, template(256, switched)), a_set(256, record(switched, 0), record(switched, 1, e22=1 << 33))))
    text = [(8, 4), (82, 16), (94, 300)]
    trap("strings", "strings that begin with NUL, are not UTF-8, or are over 255 octets long", "only trailing NULs go; invalid octets become U+FFFD",
         v9(a_set(0, template(256, text)), a_set(256, record(text, 0, e82=b"\0\0name", e94=b"d" * 300), record(text, 1, e82=b"na\xefme\xc3", e94=b"\xe4" * 20))))
    micro = [(8, 4), (154, 8), (155, 8), (156, 8), (157, 8)]
    trap("ntp_as_count", "a plain count of microseconds or nanoseconds where an NTP time belongs", "shown as the NTP time it is; the flow uses the plain count",
         ipfix(a_set(2, template(256, micro)),
               a_set(256, record(micro, 0, e154=(TIME - 5) * 10**6, e155=(TIME - 1) * 10**6, e156=(TIME - 5) * 10**9, e157=(TIME - 1) * 10**9),
                     record(micro, 1, e154=ntp(TIME - 5, .5), e155=ntp(TIME - 1), e156=ntp(TIME - 5, .125), e157=ntp(TIME - 1, .75)),
                     record(micro, 2, e154=be(TIME + 2_208_988_800, 4) + be(500_000, 4), e155=be(TIME + 2_208_988_800, 4) + be(999_999, 4),
                            e156=bytes(8), e157=bytes(8)))), **ix)
    twin = [(8, 4), ((64999, 8), 4), ((64999, 1), 8), ((29305, 8), 4), (1, 8)]
    trap("enterprise_twin", "enterprise elements whose number is also one of IANA", "keys `64999/8` and `64999/1` without value; `29305/8` is an address, the reverse of 8",
         ipfix(a_set(2, template(256, twin)), a_set(256, record(twin, 0, at1=7, at3=ip("192.0.2.99")))), **ix)
    high = [(8, 4), (33002, 2), (40000, 8), (57590, 2), (65000, 4), (1, 4)]
    trap("v9_high_types", "v9 types above 32,767", "plain numbers: no enterprise bit, four octets each in the template",
         v9(a_set(0, template(256, high)), a_set(256, record(high, 0, e40000="carol"), record(high, 1, e40000="dave"))))
    five = [(1, 4), (2, 4), (3, 4), (4, 4), (5, 2)]
    trap("v9_scopes", "v9 scope types are not elements", "`scope/1` to `scope/5`, an unknown one too; System is not a counter",
         v9(a_set(1, options9(256, five, [(34, 4), (1, 4)])), a_set(256, record(five + [(34, 4), (1, 4)], 0)),
            a_set(1, options9(257, [(7, 2)], [(34, 4)])), a_set(257, be(9, 2) + be(10, 4))))
    trap("v5_sampling", "v5 sampling: mode 0 with an interval, mode 1, mode 2, nothing", "the interval is the lower 14 bits; 0 is not known",
         *(fixed(5, 1, n, sampling=s) for n, s in enumerate((1000, 0x4000 | 1000, 0x8000 | 512, 0xFFFF, 0, 0x4000))))
    icmp = [[(8, 4), (12, 4), (4, 1), (7, 2), (11, 2)], [(8, 4), (12, 4), (4, 1), (32, 2)], [(8, 4), (12, 4), (4, 1), (176, 1), (177, 1)],
            [(27, 16), (28, 16), (4, 1), (139, 2), (178, 1), (179, 1)]]
    trap("icmp", "ICMP type and code in the destination port, in 32, in 139, in 176 to 179", "raw values here; the flow has type 3, code 1 for all",
         fixed(5, 1, prot=1, srcport=0, dstport=0x0301),
         v9(a_set(0, *(template(256 + n, f) for n, f in enumerate(icmp))),
            *(a_set(256 + n, record(f, 0, e4=58 if n == 3 else 1, e7=0, e11=0x0301, e32=0x0301, e139=0x0301, e176=3, e177=1, e178=3, e179=1))
              for n, f in enumerate(icmp))))

    # time and sampling

    trap("uptime_wrap", "flows across the wrap of the 32-bit uptime", "raw uptimes here; the flow's start is before its end, both near the export time",
         fixed(5, 2, uptime=5_000, First=0xFFFFFFFF - 60_000, Last=2_000), fixed(5, 1, uptime=0xFFFFFF00, First=0xFFFFF000, Last=0xFFFFFE00))
    sampled = [(8, 4), (12, 4), (10, 4), (1, 4), (2, 4), (48, 2)]
    rates = [(48, 2), (49, 1), (50, 4)]
    trap("two_samplers", "two samplers on one box, announced after the first data; an unsampled interface beside them",
         "each record gets the rate of its own sampler; sampler 0 gets none",
         v9(a_set(0, template(256, sampled)), a_set(256, record(sampled, 0, e48=1)), sequence=1),
         v9(a_set(1, options9(257, [(1, 4)], rates)), a_set(257, *(record([(1, 4)] + rates, n, e48=n + 1, e49=2, e50=100 * (n + 1)) for n in range(2)), ), sequence=2),
         v9(a_set(256, *(record(sampled, n, e48=n) for n in range(3))), sequence=3))
    selector = [(302, 8), (304, 2), (305, 4), (306, 4)]
    trap("selector_305_306", "packet interval and space together; the interval alone", "1 in (1+99)/1 = 100; alone, 1000 is taken as the rate",
         ipfix(a_set(3, options10(257, selector[:1], selector[1:])), a_set(257, record(selector, 0, e302=1, e304=1, e305=1, e306=99)),
               a_set(3, options10(258, selector[:1], selector[1:3])), a_set(258, record(selector[:3], 0, e302=2, e304=1, e305=1000)),
               a_set(2, template(256, SMALL + [(302, 8)])), a_set(256, record(SMALL + [(302, 8)], 0, e302=1), record(SMALL + [(302, 8)], 1, e302=2))), **ix)
    # scopes of sampling rates (RFC 3954, section 6.1; RFC 7011, section 3.4.2.1), and ways of selection

    def announced(header, options, scope, fields, *values, seen=SMALL, flows=({},), **where):
        """Options of a scope and fields, and flows of a template, in a datagram each."""
        layout = scope + fields
        said = a_set(1 if header is v9 else 3, options(257, scope, fields)), a_set(257, *(record(layout, n, **v) for n, v in enumerate(values)))
        return [header(*said, sequence=0),
                header(a_set(0 if header is v9 else 2, template(300, seen)), a_set(300, *(record(seen, n, **f) for n, f in enumerate(flows))),
                       sequence=1 if header is v9 else len(values), **where)]

    trap("rates_of_line_cards", "two line cards announce different rates; the record does not name its card",
         "no rate, and the reason: ambiguous",
         *announced(v9, options9, [(3, 2)], [(34, 4), (35, 1)], {"at0": 1, "e34": 1000, "e35": 2}, {"at0": 2, "e34": 2000, "e35": 2}))
    for name, what, element in (("metering_processes", "metering processes", 143), ("observation_points", "observation points", 138)):
        key = f"e{element}"
        trap(f"rates_of_{name}", f"two {what} announce different rates; each record names one, the last none",
             "each record gets the rate of its own, the last none",
             *announced(ipfix, options10, [(element, 4)], [(305, 4), (306, 4)], {key: 1, "e305": 1, "e306": 99}, {key: 2, "e305": 1, "e306": 999},
                        seen=SMALL + [(element, 4)], flows=({key: 1}, {key: 2}, {key: 3})), **ix)
    sequence = [(301, 8), (138, 4), (302, 4)]
    selectors = [(302, 4), (304, 2), (305, 4), (306, 4)]
    trap("selection_sequence", "a packet that names a selection sequence (RFC 5476), whose selector is announced", "1 in (1+99)/1 = 100",
         ipfix(a_set(3, options10(256, sequence[:1], sequence[1:])), a_set(256, record(sequence, 0, e301=9, e138=1, e302=5)),
               a_set(3, options10(257, selectors[:1], selectors[1:])), a_set(257, record(selectors, 0, e302=5, e304=1, e305=1, e306=99))),
         ipfix(a_set(2, template(300, [(301, 8)] + SMALL)), a_set(300, record([(301, 8)] + SMALL, 0, e301=9)), sequence=2), **ix)
    trap("flow_selection", "flows are sampled, as ipt_NETFLOW announces it (RFC 7014)", "one flow in (1+19)/1 = 20",
         *announced(ipfix, options10, [(149, 4)], [(302, 1), (390, 2), (396, 1), (397, 4)], {"e149": 0, "e302": 1, "e390": 1, "e396": 1, "e397": 19},
                    seen=SMALL + [(302, 1)], flows=({"e302": 1},)), **ix)
    trap("rates_without_number", "selectors by time and by hash value: no number of packets follows", "no rate, and the ratio as the reason",
         ipfix(a_set(3, options10(256, [(302, 4)], [(304, 2), (307, 4), (308, 4)]), options10(257, [(302, 4)], [(304, 2), (329, 8), (330, 8), (331, 8), (332, 8)])),
               a_set(256, record([(302, 4), (304, 2), (307, 4), (308, 4)], 0, e302=1, e304=2, e307=1000, e308=99000)),
               a_set(257, record([(302, 4), (304, 2), (329, 8), (330, 8), (331, 8), (332, 8)], 0, e302=2, e304=6, e329=0, e330=4095, e331=128, e332=191)),
               a_set(2, template(300, SMALL + [(302, 4)])), a_set(300, *(record(SMALL + [(302, 4)], n, e302=n) for n in (1, 2)))), **ix)
    trap("rates_of_other_domain", "a sampler that is announced in another domain of the exporter",
         "no rate, unless options of other domains are to apply: 100",
         v9(a_set(1, options9(257, [(1, 4)], rates)), a_set(257, record([(1, 4)] + rates, 0, e48=1, e49=2, e50=100)), domain=6),
         v9(a_set(0, template(300, sampled)), a_set(300, record(sampled, 0, e48=1))))
    named = [(1, 4), (10, 4), (82, 33)]
    trap("names_of_other_domain", "names of interfaces that are announced in another domain of the exporter",
         "no name, unless options of other domains are to apply",
         v9(a_set(1, options9(256, named[:1], named[1:])), a_set(256, record(named, 0, at0=0, e10=501, e82=b"Gi1/0/1"))),
         v9(a_set(0, template(300, SMALL + [(10, 4)])), a_set(300, record(SMALL + [(10, 4)], 0, e10=501)), domain=256))


def links():
    five = [fixed(5, 2, 100), fixed(5, 1, 102, start=2)]
    ten = [ipfix(a_set(2, template(256, IPV4)), a_set(256, records(IPV4, 2))), ipfix(a_set(256, records(IPV4, 3, 2)), sequence=2)]
    packets = [packet(p) for p in five] + [packet(p, dport=4739) for p in ten]
    six = [packet(p, "2001:db8::1", "2001:db8::2") for p in five] + [packet(p, "2001:db8::1", "2001:db8::2", dport=4739) for p in ten]
    plain = [ethernet(p) for p in packets]

    def link(name, special, data):
        put("links", name, special, data=data)

    link("link_ethernet.pcap", "Ethernet, little-endian, microseconds: what all the others hold", pcap(plain))
    link("link_nanoseconds.pcap", "time stamps in nanoseconds", pcap(plain, nano=True))
    link("link_big_endian.pcap", "big-endian file", pcap(plain, order=">"))
    link("link_big_endian_nanoseconds.pcap", "big-endian file, nanoseconds", pcap(plain, order=">", nano=True))
    link("link_pcapng.pcapng", "pcapng, three interfaces: Ethernet in microseconds, raw IP in nanoseconds, Ethernet in 2^-20 seconds",
         pcapng([(1, 6), (101, 9), (1, 0x80 | 20)], [(0, plain[0]), (1, packets[1]), (2, plain[2]), (0, plain[3])]))
    cooked = lambda p: bytes.fromhex("0000000100060200000000010000") + (b"\x86\xdd" if p[0] >> 4 == 6 else b"\x08\0") + p
    cooked2 = lambda p: (b"\x86\xdd" if p[0] >> 4 == 6 else b"\x08\0") + bytes.fromhex("00000000000200010006020000000001" "0000") + p
    link("link_cooked.pcap", "Linux cooked, version 1", pcap([cooked(p) for p in packets], 113))
    link("link_cooked2.pcap", "Linux cooked, version 2", pcap([cooked2(p) for p in packets], 276))
    link("link_raw_ip.pcap", "raw IP", pcap(packets, 101))
    link("link_raw_ipv4.pcap", "raw IPv4", pcap(packets, 228))
    link("link_raw_ipv6.pcap", "raw IPv6", pcap(six, 229))
    link("link_loopback_null.pcap", "BSD loopback, family in the order of the host", pcap([struct.pack("<I", 2) + p for p in packets], 0))
    link("link_loopback.pcap", "BSD loopback, family in network order; IPv6", pcap([struct.pack(">I", 24) + p for p in six], 108))
    link("link_vlan.pcap", "one VLAN tag", pcap([ethernet(p, bytes.fromhex("81000064")) for p in packets]))
    link("link_qinq.pcap", "two tags: 802.1ad outside, 802.1Q inside", pcap([ethernet(p, bytes.fromhex("88a800c881000007")) for p in packets]))
    link("link_ipv6.pcap", "IPv6", pcap([ethernet(p) for p in six]))

    long = ipfix(a_set(2, template(256, IPV4)), a_set(256, records(IPV4, 110)))
    body = udp(EXPORTER, COLLECTOR, 50000, 4739, long)
    pieces = [body[at:at + 1480] for at in range(0, len(body), 1480)]
    parts = lambda ident: [ethernet(ipv4(EXPORTER, COLLECTOR, 17, p, ident, n * 185 | (0x2000 if n + 1 < len(pieces) else 0)))
                           for n, p in enumerate(pieces)]
    link("link_fragments_ipv4.pcap", "a datagram in three IPv4 fragments in order, an unfragmented one, and three in another order",
         pcap(parts(77) + [plain[0]] + [parts(78)[i] for i in (2, 0, 1)]))
    source, target = "2001:db8::1", "2001:db8::2"
    body = udp(source, target, 50000, 4739, long)
    pieces = [body[at:at + 1448] for at in range(0, len(body), 1448)]
    parts = [ipv6(source, target, 44, struct.pack(">BBHI", 17, 0, n * 1448 | (n + 1 < len(pieces)), 99) + p) for n, p in enumerate(pieces)]
    link("link_fragments_ipv6.pcap", "a datagram in IPv6 fragments", pcap([ethernet(p) for p in parts] + [ethernet(six[0])]))
    link("link_fragment_missing.pcap", "the last fragment never comes; the next datagram is read", pcap([ethernet(p) for p in parts[:-1]] + [ethernet(six[0])]))

    stream = b"".join([ipfix(a_set(2, template(256, IPV4))), ipfix(a_set(256, records(IPV4, 20))),
                       ipfix(a_set(256, records(IPV4, 10, 20)), sequence=20), ipfix(a_set(2, be(256, 2) + be(0, 2)), sequence=30)])
    segment = lambda at, end, flags=0x18: ethernet(ipv4(EXPORTER, COLLECTOR, 6, tcp(EXPORTER, COLLECTOR, 40001, 4739, 0xFFFFFF00 + 1 + at, flags, stream[at:end])))
    start = ethernet(ipv4(EXPORTER, COLLECTOR, 6, tcp(EXPORTER, COLLECTOR, 40001, 4739, 0xFFFFFF00, 2)))
    size = len(stream)
    link("link_tcp.pcap", "IPFIX over TCP: messages across segments, one segment with several messages; a withdrawal, which is proper here",
         pcap([start, segment(0, 10), segment(10, 70), segment(70, 400), segment(400, size)]))
    link("link_tcp_disorder.pcap", "IPFIX over TCP: segments out of order, sent twice and overlapping; the sequence numbers wrap",
         pcap([start, segment(0, 60), segment(200, 500), segment(60, 200), segment(0, 60), segment(450, 700), segment(900, size),
               segment(600, 900), segment(900, size)]))
    midway = stream[44:]
    joined = lambda at, end: ethernet(ipv4(EXPORTER, COLLECTOR, 6, tcp(EXPORTER, COLLECTOR, 40001, 4739, 7_000 + at, 0x18, midway[at:end])))
    again = ipfix(a_set(2, template(256, IPV4))) + ipfix(a_set(256, records(IPV4, 5)), sequence=40)
    midway += again + again
    link("link_tcp_midway.pcap", "IPFIX over TCP that was joined inside a message, whose segments begin inside messages",
         pcap([joined(0, 10), joined(10, 300), joined(300, 700), joined(700, len(midway))]))
    link("link_tcp_gap.pcap", "IPFIX over TCP of which a segment is missing, and the next begins inside a message",
         pcap([start, segment(0, 300), segment(400, 650), segment(650, size, 0x11)]))

    def association(tag, *bundles):
        """Packets of one association; a bundle is a list of chunks."""
        return [ethernet(ipv4(EXPORTER, COLLECTOR, 132, sctp(40002, 4739, tag, *chunks))) for chunks in bundles]

    first, data, more, last = (ipfix(a_set(2, template(256, IPV4))), ipfix(a_set(256, records(IPV4, 4))),
                               ipfix(a_set(256, records(IPV4, 6, 4)), sequence=4), ipfix(a_set(256, records(IPV4, 2, 10)), sequence=10))
    init = lambda tag, tsn: [chunk(1, struct.pack(">IIHHI", tag, 65536, 2, 2, tsn & 0xFFFFFFFF))]
    heartbeat = chunk(4, struct.pack(">HH", 1, 8) + bytes(4))
    link("link_sctp.pcap", "IPFIX over SCTP: messages in fragments and bundled, out of order and duplicated chunks, two streams; TSNs wrap",
         pcap(association(0, init(0x1111, -2)) + association(
             0x2222, [data_chunk(-2, first)], [data_chunk(-1, data[:50], 1, 0, 2), heartbeat], [data_chunk(1, data[90:], 1, 0, 1)],
             [data_chunk(3, last, 0, 1)], [data_chunk(0, data[50:90], 1, 0, 0)], [data_chunk(0, data[50:90], 1, 0, 0), data_chunk(2, more, 1, 1)],
             [data_chunk(2, more, 1, 1)])))
    link("link_sctp_midway.pcap", "IPFIX over SCTP without its beginning, a fragment missing; an unordered message; a sender that gives chunks up",
         pcap(association(0x2222, [data_chunk(77, data[50:], 1, 0, 1), data_chunk(78, first, 0, 5)], [data_chunk(79, data, 0, 0, 7)],
                          [data_chunk(80, more[:60], 0, 6, 2)], [chunk(192, be(81, 4))], [data_chunk(82, last, 0, 7)], [data_chunk(84, more, 0, 9)])))

    tunnel = lambda protocol, body: ethernet(ipv4("203.0.113.1", "203.0.113.2", protocol, body))
    frames = [ethernet(p) for p in packets]
    other = packet(b"\x12\x34\x01\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1", dport=53)
    link("link_gre.pcap", "exports inside GRE: IP, with a key, Ethernet; DNS inside GRE; IP in IP",
         pcap([tunnel(47, gre(packets[0])), tunnel(47, gre(packets[1], key=7)), tunnel(47, gre(frames[2], 0x6558)), tunnel(47, gre(other)),
               tunnel(4, packets[3])]))
    erspan = lambda n, frame: (struct.pack(">HHI", 0x1000, 100 + n % 2, 9) + frame, 0x88BE, None, n)
    erspan3 = lambda n, frame: (struct.pack(">HHIHH", 0x2000, 100, 77, 0, 0) + frame, 0x22EB, None, n)
    link("link_erspan.pcap", "exports outside and inside ERSPAN of types I, II and III: each is read once, and one that was sent twice is read twice",
         pcap([frames[0], tunnel(47, gre(*erspan(1, frames[0]))), tunnel(47, gre(*erspan(2, frames[0]))), frames[1], frames[1],
               tunnel(47, gre(*erspan(3, frames[1]))), tunnel(47, gre(*erspan(5, frames[1]))), tunnel(47, gre(*erspan3(6, frames[2]))),
               frames[2], tunnel(47, gre(frames[3], 0x88BE))]))
    vxlan = lambda frame, port=4789: tunnel(17, udp("203.0.113.1", "203.0.113.2", 49152, port, bytes.fromhex("0800000000002a00") + frame))
    link("link_vxlan.pcap", "exports inside VXLAN, one behind a VLAN tag, one inside GRE inside VXLAN; DNS inside VXLAN; Geneve",
         pcap([vxlan(frames[0]), vxlan(ethernet(packets[1], bytes.fromhex("81000064"))), vxlan(tunnel(47, gre(packets[2])), 8472), vxlan(ethernet(other)),
               tunnel(17, udp("203.0.113.1", "203.0.113.2", 49152, 6081, bytes.fromhex("0100655800002a00" "00000000") + frames[3]))]))
    tzsp = lambda tags, frame: tunnel(17, udp("203.0.113.1", "203.0.113.2", 49152, 37008, bytes.fromhex("01000001") + tags + b"\1" + frame))
    link("link_tzsp.pcap", "exports inside TZSP, with and without tagged fields",
         pcap([tzsp(b"", frames[0]), tzsp(bytes.fromhex("000a0155" "28020102"), frames[1]), tzsp(b"", frames[2]), tzsp(b"", ethernet(other)), tzsp(b"", frames[3])]))
    link("link_juniper.pcap", "Juniper's Ethernet: with and without extensions, and without link header",
         pcap([b"MGC\1" + frames[0], b"MGC\x81" + bytes.fromhex("0006" "010100" "020104") + frames[1], b"MGC\3" + struct.pack("<I", 2) + packets[2],
               b"MGC\0" + frames[3], b"XYZ\0" + frames[3]], 178))
    fragmented = gre(packet(ipfix(a_set(2, template(256, IPV4)), a_set(256, records(IPV4, 50))), dport=4739))
    link("link_gre_fragments.pcap", "an export inside GRE inside three IPv4 fragments",
         pcap([ethernet(ipv4("203.0.113.1", "203.0.113.2", 47, fragmented[at:at + 640], 5, at // 8 | (0x2000 if at + 640 < len(fragmented) else 0)))
               for at in range(0, len(fragmented), 640)]))
    link("link_gzip.pcap.gz", "link_ethernet.pcap, gzip", gzipped(pcap(plain)))
    if shutil.which("zstd"):
        squeezed = subprocess.run(["zstd", "-cq", "-19"], input=pcap(plain), capture_output=True, check=True).stdout
    else:
        squeezed = (HERE / "link_zstd.pcap.zst").read_bytes()
    link("link_zstd.pcap.zst", "link_ethernet.pcap, zstd", squeezed)
    link("file.ipfix", "an IPFIX file (RFC 5655)", stream)
    link("file_cut.ipfix", "an IPFIX file that ends inside its last message", (ten[0] + ten[1])[:-5])
    link("link_cut.pcap", "a file that ends inside its last packet", pcap(plain)[:-20])
    link("link_snapped.pcap", "packets captured with 100 octets only, so that messages lack their end",
         pcap_snapped(plain, 100))


def pcap_snapped(frames, limit):
    out = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, limit, 1)
    for n, frame in enumerate(frames):
        out += struct.pack("<IIII", TIME + n, 0, min(limit, len(frame)), len(frame)) + frame[:limit]
    return out


def readme(text):
    """The tables between their marks."""
    heads = {"devices": "| file | exporter | protocol | what is special |\n|---|---|---|---|\n",
             "traps": "| trap | file | what a good decoder returns |\n|---|---|---|\n",
             "links": "| file | what |\n|---|---|\n"}
    for group, head in heads.items():
        rows = [(t, f"`{n}`", g) for n, t, g in TABLE[group]] if group == "traps" else [(f"`{n}`", *r) for n, *r in TABLE[group]]
        table = head + "".join("| " + " | ".join(r) + " |\n" for r in rows)
        begin, end = f"<!-- {group} -->\n", f"<!-- /{group} -->"
        before, _, rest = text.partition(begin)
        text = before + begin + table + end + rest.partition(end)[2]
    return text


def main():
    devices()
    traps()
    links()
    changed = [name for name, data in FILES.items() if not (HERE / name).exists() or (HERE / name).read_bytes() != data]
    page = HERE.parent / "README.md"
    new = readme(page.read_text(encoding="utf-8"))
    if new != page.read_text(encoding="utf-8"):
        changed.append(page.name)
    if "--check" in sys.argv:
        print(*(f"{name} differs" for name in changed), sep="\n", end="\n" if changed else "")
        return 1 if changed else 0
    for name, data in FILES.items():
        (HERE / name).write_bytes(data)
    page.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
