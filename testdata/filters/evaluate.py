#!/usr/bin/env python3
"""Compares `netflow decode --where` with an evaluation of the same expressions over its JSON.

  evaluate.py NETFLOW [--nfdump] [FILE...]

Each line of expressions.txt, and hostile ones made here, is evaluated on the flows that the command
writes without a filter, by a parser and an evaluation that share no code with it. The flows that
`--where` writes have to be these, in order. Without FILE all captures in testdata/ are taken.

With --nfdump the expressions that have a spelling of nfdump are compared with nfdump's count of
flows on genuine captures of v5, v9 and IPFIX, which nfcapd is sent by UDP on the loopback interface.

Only the standard library of Python 3.10 is needed.
"""

import datetime
import fractions
import ipaddress
import json
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TESTDATA = HERE.parent

# ---------------------------------------------------------------------------------------------------
# Values

UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
SPANS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9, "d": 86400 * 10**9}
PROTOCOLS = {"icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "gre": 47, "esp": 50, "ah": 51, "icmp6": 58, "ospf": 89, "sctp": 132}
SERVICES = {"ssh": 22, "domain": 53, "http": 80, "https": 443}
EVENTS = {"ignore": [0], "create": [1], "delete": [2], "deny": [3], "denied": [3], "alert": [4], "update": [5]}
NAT_EVENTS = {"create": [1, 4, 6, 8, 10, 14], "delete": [2, 5, 7, 9, 11, 15]}
REASONS = {"ingress": 1001, "egress": 1002, "interface": 1003, "nosyn": 1004}
FLAG_BITS = {letter: 1 << bit for bit, letter in enumerate("fsrpauec")} | {"x": 0x3F}
END_REASONS = {"end of flow detected": [3]}

ADDRESSES = {name for name in """exporter_address agent_address source_address destination_address next_hop bgp_next_hop
post_nat_source_address post_nat_destination_address inner_source_address inner_destination_address
original_exporter_address tunnel_source_address tunnel_destination_address station_address""".split()}
TIMES = {"start", "end", "received", "export_time"}
TEXTS = {"sampler_name", "input_interface_name", "output_interface_name", "ingress_vrf_name", "egress_vrf_name",
         "application_name", "user_name", "application_id", "export_protocol", "clock", "sampling", "tunnel_type", "counters",
         "ingress_acl", "egress_acl"}
MACS = {"source_mac", "destination_mac", "station_mac"}
FLAGS = {"late", "clock_suspect"}


def numbers(text, field):
    """The inclusive ranges that a word of numbers stands for."""
    low = text.lower()
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([kmgt]?)", low)
    if found:
        number = fractions.Fraction(found[1]) * UNITS[found[2]]
        assert number.denominator == 1, text
        return [(int(number), int(number))]
    if low.startswith("0x"):
        return [(int(low, 16), int(low, 16))]
    if re.fullmatch(r"[\d.kmgt]+-[\d.kmgt]+", low):
        first, last = low.split("-")
        return [(numbers(first, field)[0][0], numbers(last, field)[0][0])]
    if re.fullmatch(r"\d+:\d+", low):
        high, value = map(int, low.split(":"))
        return [(high << 16 | value,) * 2]
    words = {}
    if "protocol" in field:
        words = {name: [number] for name, number in PROTOCOLS.items()}
    elif "port" in field:
        words = {name: [number] for name, number in SERVICES.items()}
    elif field == "direction":
        words = {"ingress": [0], "egress": [1]}
    elif field == "firewall_event":
        words = EVENTS
    elif field == "nat_event":
        words = NAT_EVENTS
    elif field == "flow_end_reason":
        words = END_REASONS
    elif field == "tcp_flags":
        words = {low: [flag_bits(low)]}
    return [(number, number) for number in words[low]]


def flag_bits(letters):
    bits = 0
    for letter in letters.lower():
        bits |= FLAG_BITS[letter]
    return bits


def network(text, mask=None):
    if mask:
        text = f"{text}/{mask}"
    address, _, length = text.partition("/")
    if ":" not in address:
        octets = address.split(".")
        length = length or str(8 * len(octets))
        address = ".".join(octets + ["0"] * (4 - len(octets)))
    return ipaddress.ip_network(f"{address}/{length}" if length else address, strict=False)


def nanos_of_time(text):
    """Nanoseconds since 1970 of RFC 3339, exactly."""
    date, clock, zone = re.fullmatch(r"([\d-]{10})(?:[T ]([\d:.]+)([Zz]|[+-]\d\d:\d\d)?)?", text).groups()
    clock, _, fraction = (clock or "00:00").partition(".")
    clock = clock + ":00" if clock.count(":") == 1 else clock
    moment = datetime.datetime.fromisoformat(f"{date}T{clock}+00:00")
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    seconds = since.days * 86400 + since.seconds
    if zone and zone not in "Zz":
        sign = 1 if zone[0] == "+" else -1
        seconds -= sign * (int(zone[1:3]) * 3600 + int(zone[4:]) * 60)
    return seconds * 10**9 + int((fraction or "0").ljust(9, "0"))


def nanos_of_span(text):
    sign = -1 if text.startswith("-") else 1
    total = fractions.Fraction(0)
    for amount, unit in re.findall(r"([\d.]+)([a-z]+)", text):
        total += fractions.Fraction(amount) * SPANS[unit]
    return sign * int(total)


def octets_of_mac(text):
    return bytes.fromhex(re.sub(r"[:.-]", "", text))


# ---------------------------------------------------------------------------------------------------
# What a flow has


def get(flow, field):
    """The value of a field: a list of numbers, a network, text … or None."""
    if field in ("pps", "bps", "bpp"):
        counted = flow.get("packets" if field == "pps" else "octets")
        by = flow.get("packets") if field == "bpp" else flow.get("duration")
        if counted is None or by is None or by <= 0:
            return None
        factor = {"pps": 10**9, "bps": 8 * 10**9, "bpp": 1}[field]
        return [counted * factor // by]
    if field.startswith("label"):
        labels = flow.get("mpls_labels") or []
        index = int(field[5:]) - 1
        return [labels[index]] if index < len(labels) else None
    value = flow.get(field)
    if value is None:
        return None
    if field in ADDRESSES:
        return ipaddress.ip_address(value)
    if field in TIMES:
        return [nanos_of_time(value)]
    if field in MACS:
        return octets_of_mac(value)
    if field in TEXTS or field in FLAGS:
        return value
    return value if isinstance(value, list) else [value]


def is_equal(value, field, word, mask=None):
    if isinstance(value, (ipaddress.IPv4Address, ipaddress.IPv6Address)):
        return value in network(word, mask)
    if field in FLAGS:
        return value == (word == "true")
    if isinstance(value, str):
        return value == word
    if isinstance(value, bytes):
        return value == octets_of_mac(word)
    return any(low <= number <= high for number in value for low, high in ranges(word, field))


def ranges(word, field):
    if field in TIMES:
        return [(nanos_of_time(word),) * 2]
    if field == "duration":
        return [(nanos_of_span(word),) * 2]
    return numbers(word, field)


def comparison(fields, join, operator, words, mask=None):
    """A function of a flow: whether the fields compare so with one of the words."""

    def one(flow, field):
        value = get(flow, field)
        if value is None:
            return False
        if operator in ("=", "in"):
            return any(is_equal(value, field, word, mask) for word in words)
        if operator == "!=":
            return not is_equal(value, field, words[0], mask)
        bound = ranges(words[0], field)[0][0]
        compare = {"<": lambda n: n < bound, "<=": lambda n: n <= bound, ">": lambda n: n > bound, ">=": lambda n: n >= bound}
        return any(compare[operator](number) for number in value)

    return lambda flow: join(one(flow, field) for field in fields)


# ---------------------------------------------------------------------------------------------------
# Expressions: a stack of functions, so that nothing recurses while parsing; evaluation is of flat lists

TOKEN = re.compile(r"""\s*(?:(&&|\|\||==|!=|<>|<=|>=|[=<>!()\[\],])|"([^"]*)"|'([^']*)'|([^\s&|=!<>()\[\],"']+))""")
WORDS = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "==": "=", "<>": "!=", "in": "in"}
PAIRS = {
    "host": ("source_address", "destination_address"), "ip": ("source_address", "destination_address"),
    "net": ("source_address", "destination_address"), "port": ("source_port", "destination_port"),
    "portrange": ("source_port", "destination_port"), "as": ("source_as", "destination_as"),
    "mac": ("source_mac", "destination_mac"), "vlan": ("vlan", "post_vlan"),
    "mask": ("source_prefix_length", "destination_prefix_length"), "if": ("input_interface", "output_interface"),
    "vrf": ("ingress_vrf", "egress_vrf"),
    "xip": ("post_nat_source_address", "post_nat_destination_address"), "nip": ("post_nat_source_address", "post_nat_destination_address"),
    "xport": ("post_nat_source_port", "post_nat_destination_port"), "nport": ("post_nat_source_port", "post_nat_destination_port"),
}
NAMES = {"bytes": "octets", "proto": "protocol", "flags": "tcp_flags", "icmp-type": "icmp_type", "icmp-code": "icmp_code",
         "flowdir": "direction", "xevent": "firewall_extended_event", "exporter": "exporter_address", "router": "exporter_address",
         "agent": "agent_address", "user": "user_name", "community": "communities", "bgpnext": "bgp_next_hop",
         "odid": "observation_domain", "event": "firewall_event"}
VERSIONS = {"ipv4": 4, "ip": 4, "inet": 4, "ipv6": 6, "ip6": 6, "inet6": 6}
ALONE = {name: ("protocol", PROTOCOLS[name]) for name in PROTOCOLS} | {name: ("ip_version", n) for name, n in VERSIONS.items()} | {"arp": ("ether_type", 0x806)}


class Tokens:
    def __init__(self, text):
        self.tokens = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            found = TOKEN.match(text, at)
            assert found, text[at:]
            sign, double, single, word = found.groups()
            quoted = double if double is not None else single
            self.tokens.append(("sign", sign) if sign else ("quoted", quoted) if quoted is not None else ("word", word))
            at = found.end()
        self.at = 0

    def peek(self, ahead=0):
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else ("end", "")

    def word(self, ahead=0):
        kind, text = self.peek(ahead)
        return text.lower() if kind == "word" else text if kind == "sign" else ""

    def take(self):
        self.at += 1
        return self.tokens[self.at - 1][1]

    def accept(self, *words):
        if self.word() in words:
            return self.take().lower()
        return ""


def is_end(tokens):
    kind, text = tokens.peek()
    return kind == "end" or kind == "sign" and text in (")", "&&", "||") or kind == "word" and text.lower() in ("and", "or")


def is_value(tokens):
    kind, text = tokens.peek()
    if kind == "sign":
        return text not in (")", "&&", "||")
    return kind == "quoted" or kind == "word" and (text.lower() in WORDS or text[0].isdigit() or ":" in text)


def values(tokens, fields, join=any, is_net=False):
    operator = WORDS.get(tokens.word(), tokens.word() if tokens.word() in ("=", "!=", "<", "<=", ">", ">=") else "")
    if operator:
        tokens.take()
    words, mask = [], None
    if operator == "in" and tokens.accept("["):
        while not tokens.accept("]"):
            if not tokens.accept(","):
                words.append(tokens.take())
    else:
        words.append(tokens.take())
        if is_net and (tokens.accept("mask") or re.fullmatch(r"[\d.]+", tokens.word())):
            mask = tokens.take()
    return comparison(fields, join, operator or "=", words, mask)


def present(*fields):
    return lambda flow: any(flow.get(field) is not None for field in fields)


def primitive(tokens):
    """A comparison, and whether it is a word alone."""
    word = tokens.take().lower()
    if word == "any":
        return (lambda flow: True), True
    if word == "mpls" and not is_value(tokens) and tokens.word() != "any" and not tokens.word().startswith("label"):
        return present("mpls_labels"), True
    if word == "vlan" and not is_value(tokens):
        return present("vlan", "post_vlan"), True
    if word in ALONE and not (word == "ip" and is_value(tokens)):
        field, number = ALONE[word]
        return (lambda flow: flow.get(field) == number), True
    return value_primitive(word, tokens), False


def value_primitive(word, tokens):
    if word == "has":
        name = tokens.take().lower()
        return present(NAMES.get(name, name))
    if word in ("src", "dst"):
        return sided(word, tokens)
    if word in ("in", "out", "ingress", "egress"):
        index = 0 if word in ("in", "ingress") else 1
        what = tokens.take().lower()
        if what in ("bytes", "packets"):
            return values(tokens, [("" if index == 0 else "reverse_") + NAMES.get(what, what)])
        return values(tokens, [PAIRS[what][index]])
    if word == "next":
        return values(tokens, ["next_as" if tokens.take().lower() == "as" else "next_hop"])
    if word == "bgp":
        tokens.take(), tokens.take()
        return values(tokens, ["bgp_next_hop"])
    if word == "observation":
        tokens.take(), tokens.accept("id")
        return values(tokens, ["observation_domain"])
    if word == "pblock":
        return values(tokens, ["nat_port_block_" + tokens.take().lower()])
    if word == "mpls":
        if tokens.accept("any"):
            return values(tokens, ["mpls_labels"])
        return values(tokens, [tokens.take().lower() if tokens.word().startswith("label") else "label1"])
    if word == "ether":
        side = tokens.take().lower()
        return values(tokens, {"host": PAIRS["mac"], "src": PAIRS["mac"][:1], "dst": PAIRS["mac"][1:]}[side])
    if word == "nat":
        if tokens.accept("event"):
            return values(tokens, ["nat_event"])
        side = tokens.accept("src", "dst")
        pair = PAIRS["x" + tokens.take().lower()]
        return values(tokens, {"": pair, "src": pair[:1], "dst": pair[1:]}[side])
    if word == "asa":
        word = tokens.take().lower()
    if word == "event":
        event = values(tokens, ["firewall_event"])
        reason = REASONS.get(tokens.word())
        if reason is None:
            return event
        tokens.take()
        return lambda flow: event(flow) and flow.get("firewall_extended_event") == reason
    if word in PAIRS:
        return values(tokens, PAIRS[word], is_net=word == "net")
    if word in ("exporter", "router", "agent", "bgpnext"):
        tokens.accept("ip", "host", "net")
    field = NAMES.get(word, word)
    if field in FLAGS and is_end(tokens):
        return lambda flow: flow.get(field) is True
    if word == "flags" and re.fullmatch("[fsrpauecx]+", tokens.word()):
        bits = flag_bits(tokens.take())
        return lambda flow: flow.get("tcp_flags") is not None and flow["tcp_flags"] & bits == bits
    return values(tokens, [field])


def sided(word, tokens):
    join, index = any, 0 if word == "src" else 1
    chosen = slice(index, index + 1)
    if tokens.word() in ("or", "and") and tokens.word(1) in ("src", "dst"):
        join = any if tokens.take().lower() == "or" else all
        tokens.take()
        chosen = slice(0, 2)
    name = tokens.word()
    if name == "tos":
        tokens.take()
        return values(tokens, ["tos"])
    pair = PAIRS["host"]
    if name in PAIRS:
        pair = PAIRS[tokens.take().lower()]
    return values(tokens, pair[chosen], join, name == "net")


def parse(text):
    """Postfix: comparisons, "not", "and", "or"."""
    tokens, output, stack = Tokens(text), [], []
    binds = {"not": 3, "and": 2, "or": 1}

    def pop_above(level):
        while stack and stack[-1] != "(" and binds[stack[-1]] >= level:
            output.append(stack.pop())

    wants_operand = True
    while tokens.peek()[0] != "end":
        if wants_operand:
            if tokens.accept("("):
                stack.append("(")
            elif tokens.accept("not", "!"):
                stack.append("not")
            else:
                part, is_alone = primitive(tokens)
                parts = [part]
                while is_alone and tokens.peek()[0] == "word" and not is_end(tokens):
                    part, is_alone = primitive(tokens)
                    parts.append(part)
                output.append((lambda parts: lambda flow: all(part(flow) for part in parts))(parts))
                wants_operand = False
        elif tokens.accept(")"):
            pop_above(0)
            assert stack.pop() == "("
        else:
            operator = {"&&": "and", "||": "or"}.get(tokens.word(), tokens.word())
            assert operator in ("and", "or"), operator
            tokens.take()
            pop_above(binds[operator])
            stack.append(operator)
            wants_operand = True
    assert not wants_operand
    pop_above(0)
    assert not stack
    return output


def evaluate(program, flow):
    stack = []
    for step in program:
        if step == "not":
            stack.append(not stack.pop())
        elif step in ("and", "or"):
            second, first = stack.pop(), stack.pop()
            stack.append(first and second if step == "and" else first or second)
        else:
            stack.append(step(flow))
    assert len(stack) == 1
    return stack[0]


# ---------------------------------------------------------------------------------------------------
# Comparison


def expressions():
    for line in (HERE / "expressions.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            ours, _, nfdump = line.partition("\t")
            yield ours, nfdump


def hostile():
    """Deep, wide and long expressions; the command line allows 128 KiB each."""
    deep = 60_000
    yield "(" * deep + "port 80" + ")" * deep
    yield "!" * deep + "port 80"
    yield "not " * 30_001 + "port 80"
    yield "not (port 80 or " * 7_000 + "port 443" + ")" * 7_000
    yield " or ".join(f"port {number}" for number in range(1, 9_000))
    yield " and ".join(f"not port {number}" for number in range(1, 6_000))
    yield "ip in [" + " ".join(f"198.51.{number >> 8}.{number & 255}" for number in range(100 << 8, 127 << 8)) + "]"
    yield "port in [" + ",".join(str(number) for number in range(0, 40_000, 2)) + "]"
    yield "\t" * 100_000 + "port 80"
    yield "user_name = '" + "x" * 100_000 + "'"


def decode(netflow, files, where=None):
    command = [netflow, "decode", "--quiet", "--format", "json", *map(str, files)]
    if where is not None:
        command[2:2] = ["--where", where]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode == 2:
        raise SystemExit(f"{where[:200]}: {done.stderr.decode()[:2000]}")
    return [line for line in done.stdout.split(b"\n") if line and b'"kind":"problem"' not in line]


def compare_with_json(netflow, files):
    lines = decode(netflow, files)
    flows = [json.loads(line) for line in lines]
    all_files, all_lines = len(files), len(lines)
    count = chosen = differ = 0
    small = [path for path in files if path.name == "nfr_v5.pcap"] or files[:1]
    few = decode(netflow, small)
    for where, files, lines, flows in [(ours, files, lines, flows) for ours, _ in expressions()] + [
        (where, small, few, [json.loads(line) for line in few]) for where in hostile()
    ]:
        program = parse(where)
        expected = [line for line, flow in zip(lines, flows) if evaluate(program, flow)]
        found = decode(netflow, files, where)
        count += 1
        chosen += bool(0 < len(expected) < len(lines))
        if expected != found:
            differ += 1
            print(f"{where[:200]}: {len(expected)} flows expected, {len(found)} found")
            for line in [line for line in expected if line not in found][:2] + [line for line in found if line not in expected][:2]:
                print("   ", line.decode(errors="replace")[:400])
    print(f"{count} expressions on {all_lines} flows of {all_files} files: {differ} differ, {chosen} choose some and not all")
    return differ == 0 and all_lines > 0


# What nfdump decides otherwise, and why. Any other difference is a finding.
KNOWN = {
    "flowdir ingress": "a direction that was not sent is 0 for nfdump",
    "duration > 50ms": "for nfdump a flow that ends before it starts lasts 49 days",
    "duration > 1s": "the same",
    "duration <= 40ms": "the same",
    "dst port > 1023": "for nfdump type and code of ICMP are the destination port",
    "dst port < 1024": "the same",
    "dst port >= 443": "the same",
    "dst port <= 443": "the same",
    "dst port ge 443 and dst port le 8080": "the same",
}
NFDUMP_CAPTURES = ["sf_v5.pcap", "nfr_v5.pcap", "pm_v5.pcap", "sf_v9.pcap", "nfr_v9.pcap", "sf_v10_milli_vlan.pcap"]


def compare_with_nfdump(netflow):
    sys.path.insert(0, str(TESTDATA))
    import differential

    differ = count = known = 0
    for name in NFDUMP_CAPTURES:
        path = TESTDATA / "genuine" / name
        with differential.captured(path) as folder:
            for ours, theirs in expressions():
                if not theirs:
                    continue
                if "router ip" in theirs:
                    ours = ours.replace("127.0.0.1", exporter_of(netflow, path))
                done = subprocess.run(["nfdump", "-q", "-6", "-N", "-R", folder, "-o", "fmt:|%sa|%pr|", theirs],
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                if done.returncode:
                    raise SystemExit(f"nfdump takes {theirs!r} for no filter: {done.stderr}")
                found = sum(line.startswith("|") for line in done.stdout.splitlines())
                mine = len(decode(netflow, [path], ours))
                count += 1
                if mine != found and ours in KNOWN:
                    known += 1
                elif mine != found:
                    differ += 1
                    print(f"{name}: {ours}: {mine} flows, nfdump has {found}")
    print(f"{count} comparisons with nfdump: {differ} differ, {known} more for a known reason")
    return differ == 0 and count > 0


def exporter_of(netflow, path):
    return json.loads(decode(netflow, [path])[0])["exporter_address"]


def main(arguments):
    with_nfdump = "--nfdump" in arguments
    netflow, *files = [argument for argument in arguments if argument != "--nfdump"]
    if not files:
        kinds = (".pcap", ".pcapng", ".ipfix")
        files = sorted(path for path in TESTDATA.rglob("*") if path.suffix in kinds)
    is_right = compare_with_json(netflow, files)
    if with_nfdump:
        if not shutil.which("nfcapd"):
            raise SystemExit("nfcapd is not installed")
        is_right &= compare_with_nfdump(netflow)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
