"""Reads captures by the command `netflow` and by tshark, and compares field by field.

    python3 testdata/differential.py NETFLOW FOLDER

NETFLOW is the command. Of NetFlow and IPFIX each record is compared: how many there are in
each frame, the octets of every field in the order of the wire, and the value of numbers and
addresses. Of sFlow the headers of samples and what counters say. The status is 1 if anything
differs that is not listed in KNOWN, and if there was nothing to compare.

Only the standard library of Python 3.10 and tshark 4 are needed. If nfcapd and nfdump are
there, flows of the captures in NFDUMP are compared with theirs too.
"""

import collections
import contextlib
import ipaddress
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml

# All members of if_counters.
COUNTERS = (
    "1:ifIndex 1:ifType 1:ifSpeed 1:ifDirection 1:ifInOctets 1:ifInUcastPkts 1:ifInMulticastPkts 1:ifInBroadcastPkts "
    "1:ifInDiscards 1:ifInErrors 1:ifInUnknownProtos 1:ifOutOctets 1:ifOutUcastPkts 1:ifOutMulticastPkts "
    "1:ifOutBroadcastPkts 1:ifOutDiscards 1:ifOutErrors 1:ifPromiscuousMode"
)

# What tshark 4.0 reads otherwise, in captures of this folder and in those that other projects published: why,
# in which file, in which frame, and what of it: a field, the octets of a record, or how many records there
# are. Any other difference is a finding. What a good decoder returns instead is in README.md, and made by the
# reader in walk/.
KNOWN = {
    "one message a datagram": {
        "nf_fixed_concatenated": "1:records 2:records",
        "trap_messages_in_datagram": "1:records",
        "ipfix-softflowd": "1:records",
        "nfv5-softflowd-concat": "1:records",
    },
    "no version 6": {
        "nfv6": "1:records",
    },
    "the first definition of a template stays, and withdrawals are not obeyed": {
        "ipfix_redefinition": "1:records",
        "ipfix_withdrawal": "2:records 4:records 5:records 6:records",
        "trap_id_in_one_message": "1:records",
        "trap_id_new_layout": "2:records",
        "trap_id_options_and_data": "1:records",
        "trap_withdrawal": "2:records 4:records",
        "template_flaps": "3:records",
        "t01_template_flaps": "3:records",
        "ipfix-goipfix-antrea": "4:records",
    },
    "the source port is part of the scope": {
        "trap_source_port_changes": "2:records 3:records",
        "ipfix-pmacct-112-options-map": "11:records 21:records",
    },
    "integers past 64 bits are octets": {
        "ipfix_reduced_size": "2:515 2:520",
    },
    "every number but 2 is true": {
        "ipfix_strings_and_booleans": "2:276",
    },
    "of a time alone only the first octets are shown": {
        "cisco_asa_nsel_v9": "2:octets",
        "firewall_life": "2:octets",
        "ipfix_times": "2:octets",
        "a01_asa_nsel_life": "2:octets",
        "ipfix-barracuda-ext-uniflow": "2:octets",
        "ipfix-python-ipfix-utf8": "1:octets",
        "nfv9-cisco-asa-1": "2:octets",
    },
    "an address of two octets ends the set": {
        "h3c_v9": "1:records",
        "nfv9-h3c": "2:records",
    },
    "the first octets of Cisco's texts are taken for a number": {
        "ipfix_enterprise": "1:octets",
        "ipfix-ipfixcol-two-odid": "1:octets 2:octets 3:octets",
    },
    "an empty or nested list is not shown": {
        "ipfix_lists": "2:octets",
        "trap_list_bad": "1:octets",
    },
    "options with enterprise scopes, or with none, are not read": {
        "ipfix_rfc5610": "1:records",
        "trap_no_scope": "1:records",
    },
    "one sample or set that is wrong ends the packet": {
        "ipfix-ixia": "1:records 2:records",
        "ipfix-vflow-multi": "1:records",
        "link_snapped": "4:records",
        "sflow_cut_and_extended": "1:sampling_rate 1:sample_pool 1:drops 1:src_vlan",
        "trap_fields_65535": "1:records 2:records",
        "trap_message_length": "2:records 3:records",
        "trap_odd_fields": "1:records 2:records",
        "trap_scope_count": "1:records",
        "trap_set_past_message": "1:records 2:records",
        "trap_sflow_arrays": "1:src_vlan 1:dst_vlan",
        "trap_sflow_lengths":
            "1:dst_vlan 3:sampling_rate 3:sample_pool 3:drops 3:src_vlan 3:dst_vlan "
            "3:header_protocol 3:frame_length 3:stripped 3:header_length 5:sampling_rate "
            "5:sample_pool 5:drops 5:src_vlan 5:dst_vlan 7:sampling_rate 7:sample_pool 7:drops "
            "7:src_vlan 7:dst_vlan 7:header_protocol 7:frame_length 7:stripped 7:header_length",
        "trap_v9_count": "1:records",
        "trap_variable_cut": "1:octets",
        "trap_variable_only": "1:records",
    },
    "padding inside template sets, or longer than three octets": {
        "ipfix_padding": "2:records",
        "trap_padding": "1:records",
    },
    "structures of vendors are taken for those of sFlow.org, unknown samples end the packet": {
        "sflow_all_flow_records":
            "4:header_protocol 4:frame_length 4:stripped 4:header_length 10:header_protocol "
            "10:frame_length 10:stripped 10:header_length",
        "sflow_unknown":
            "1:sampling_rate 1:sample_pool 1:drops 1:header_protocol 1:frame_length 1:stripped "
            "1:header_length",
    },
    "segments of TCP that come out of order, and streams that begin in mid-message": {
        "link_tcp_disorder": "6:records 8:records",
        "link_tcp_midway": "4:records",
        "x11d_midway_unaligned": "1:records 2:records 3:records 4:records",
    },
    "messages of SCTP are not in the order of their stream": {
        "link_sctp": "5:records 7:records",
    },
    "what was captured several times is read each time": {
        "link_erspan": "2:records 3:records 6:records 7:records 9:records",
    },
    "VXLAN is read on its own port alone": {
        "link_vxlan": "3:records 5:records",
    },
    "a malformed packet in a section ends the frame": {
        "icmp_of_packet_sections": "2:records",
        "packet_sections_icmp": "2:records",
    },
    "elements after those of its version are octets": {
        "ipfix-pmacct-106-huawei": "5:495 6:495",
    },
    "counters of an unknown structure end the sample": {
        "sflow-gopacket-portname": COUNTERS,
        "sflow-telegraf-example": COUNTERS,
    },
    "reserved octets of scheme 14 are one number": {
        "nfv8": "9:reserved",
    },
}

DIFFERENCE = re.compile(r"frame (\d+): (?:\d+ (records)|(octets):|(\S+) is)")

# Captures whose flows nfcapd keeps as they are.
NFDUMP = ["sf_v5.pcap", "sf_v9.pcap", "sf_v10_milli_vlan.pcap", "nfr_v5.pcap", "nfr_v9.pcap", "pm_v5.pcap"]

# Start and end, which tshark takes together as a duration.
TIMES = ["21", "22", *map(str, range(150, 160))]

RECORD = re.compile(r"(Flow \d+|pdu \d+/\d+)$")


def ours(netflow, path):
    """The rows of a capture, live ones only."""
    done = subprocess.run([netflow, "decode", "-s", "wire", "-f", "json", str(path)],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [row for row in rows if "late" not in row]


def theirs(path, rows):
    """The frames of a capture as tshark reads them: number, protocols."""
    command = ["tshark", "-n", "-r", str(path), "-T", "pdml"]
    ports = {(row["port"], "sflow" if row["protocol"] == "sflow5" else "cflow") for row in rows if "protocol" in row}
    for port, dissector in sorted(ports):
        if port:
            command += ["-d", f"udp.port=={port},{dissector}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        for _, element in xml.iterparse(process.stdout):
            if element.tag == "packet":
                general = element.find("proto[@name='geninfo']/field[@name='num']")
                yield int(general.get("show")), element.findall("proto")
                element.clear()


def leaves(node):
    """The fields below a node that have octets, as (place, octets, shown)."""
    for field in node:
        size = int(field.get("size", 0))
        if field.get("hide") == "yes" and field.get("name") != "":
            continue
        if field.get("name") == "cflow.timedelta":
            # Start and end stand in it, at places of its own.
            yield from ((-1, octets, shown) for _, octets, shown in leaves(field))
        elif size and field.get("value") and not field.get("unmaskedvalue"):
            yield int(field.get("pos")), field.get("value"), field.get("show", "")
        elif size == 0:
            yield from leaves(field)


def records(node):
    """The records below a node, in the order of the wire."""
    for field in node:
        if RECORD.match(field.get("show", "")):
            found, times = {}, []
            for place, octets, shown in leaves(field):
                if place < 0:
                    times.append(octets)
                else:
                    found.setdefault(place, (octets, shown))
            yield [found[place] for place in sorted(found)], times
        else:
            yield from records(field)


class Comparison:
    """What was compared in all files, and what differs in this one."""

    def __init__(self):
        self.counts = collections.Counter()
        self.differences = []

    def differs(self, frame, what):
        self.differences.append(f"frame {frame}: {what}")

    def frame(self, number, mine, found):
        self.counts["frames"] += 1
        if len(mine) != len(found):
            self.differs(number, f"{len(mine)} records here, {len(found)} there")
            return
        for row, record in zip(mine, found):
            self.record(number, row, record)

    def record(self, number, row, found):
        self.counts["records"] += 1
        record, times = found
        fields = [field for field in row["fields"] if field[1]]
        if times:
            mine = [field[1] for field in fields if field[0] in TIMES]
            if sorted(mine) != sorted(times):
                self.differs(number, f"times {mine} here, {times} there")
            self.counts["fields"] += len(times)
            fields = [field for field in fields if field[0] not in TIMES]
        if "".join(field[1] for field in fields) != "".join(octets for octets, _ in record):
            here = " ".join(f"{field[0]}={field[1]}" for field in fields)
            there = " ".join(octets for octets, _ in record)
            self.differs(number, f"octets: {here}\n      there: {there}")
            return
        shown_at, place = {}, 0
        for octets, shown in record:
            shown_at[place, len(octets)] = shown
            place += len(octets)
        place = 0
        for key, octets, value in fields:
            shown = shown_at.get((place, len(octets)))
            place += len(octets)
            self.counts["fields"] += 1
            # Padding and the like is taken together there.
            if shown is not None and not same(value, shown):
                self.differs(number, f"{key} is {value!r} here, {shown!r} there")

    def sflow(self, number, rows, protocol):
        """Numbers that both name, in the order of the wire."""
        for theirs_name, ours_name in SFLOW.items():
            found = [field.get("show") for field in protocol.iter("field") if field.get("name") == theirs_name]
            mine = []
            for row in rows:
                fields = list(row["fields"])
                for record in row["records"]:
                    fields += record["fields"]
                mine += [str(value) for key, _, value in fields if key == ours_name]
            if not found and not mine:
                continue
            self.counts["fields"] += len(mine)
            if mine != found:
                self.differs(number, f"{ours_name} is {mine} here, {found} there")
        self.counts["records"] += len(rows)
        self.counts["frames"] += 1


SFLOW = {
    "sflow.flow_sample.sampling_rate": "sampling_rate",
    "sflow.flow_sample.sample_pool": "sample_pool",
    "sflow.flow_sample.dropped_packets": "drops",
    "sflow_245.vlan.in": "src_vlan",
    "sflow_245.vlan.out": "dst_vlan",
    "sflow_245.header_protocol": "header_protocol",
    "sflow_245.header.frame_length": "frame_length",
    "sflow_245.header.payload_stripped": "stripped",
    "sflow_245.header.sampled_header_length": "header_length",
    "sflow_245.ifindex": "ifIndex",
    "sflow_245.iftype": "ifType",
    "sflow_245.ifspeed": "ifSpeed",
    "sflow_245.ifdirection": "ifDirection",
    "sflow_245.ifinoct": "ifInOctets",
    "sflow_245.ifinpkt": "ifInUcastPkts",
    "sflow_245.ifinmcast": "ifInMulticastPkts",
    "sflow_245.ifinbcast": "ifInBroadcastPkts",
    "sflow_245.ifindisc": "ifInDiscards",
    "sflow_245.ifinerr": "ifInErrors",
    "sflow_245.ifinunk": "ifInUnknownProtos",
    "sflow_245.ifoutoct": "ifOutOctets",
    "sflow_245.ifoutpkt": "ifOutUcastPkts",
    "sflow_245.ifoutmcast": "ifOutMulticastPkts",
    "sflow_245.ifoutbcast": "ifOutBroadcastPkts",
    "sflow_245.ifoutdisc": "ifOutDiscards",
    "sflow_245.ifouterr": "ifOutErrors",
    "sflow_245.ifpromisc": "ifPromiscuousMode",
}


def same(value, shown):
    """The value is what is shown, as far as both write it in the same way."""
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int):
        if re.fullmatch(r"\d+", shown):
            # The type of service is shown as hexadecimal digits.
            return value in (int(shown), int(shown, 16))
        if re.fullmatch(r"0x[0-9a-f]+", shown):
            return value == int(shown, 16)
        return True
    if isinstance(value, str) and value == shown.replace(":", ""):
        return True
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f:.]+", value) and re.fullmatch(r"[0-9a-f:.]+", shown):
        return value == shown or is_same_address(value, shown)
    return True


def is_same_address(value, shown):
    """Both are one address: in addresses of IPv6 the last octets may be written as in IPv4."""
    try:
        return ipaddress.ip_address(value) == ipaddress.ip_address(shown)
    except ValueError:
        return False


def compare(netflow, path, total):
    rows = ours(netflow, path)
    mine = collections.defaultdict(list)
    samples = collections.defaultdict(list)
    for row in rows:
        if row["kind"] in ("data", "options"):
            mine[row["frame"]].append(row)
        elif row["kind"] in ("sample", "counters") and row["protocol"] == "sflow5":
            samples[row["frame"]].append(row)
    comparison = Comparison()
    for number, protocols in theirs(path, rows):
        flows = [protocol for protocol in protocols if protocol.get("name") == "cflow"]
        if flows or mine.get(number):
            found = [record for protocol in flows for record in records(protocol)]
            comparison.frame(number, mine.get(number, []), found)
        for protocol in protocols:
            if protocol.get("name") == "sflow" and samples.get(number):
                comparison.sflow(number, samples[number], protocol)
    total.counts.update(comparison.counts)
    return comparison.differences


@contextlib.contextmanager
def captured(path):
    """The folder of an nfcapd that received the datagrams of a capture."""
    with tempfile.TemporaryDirectory() as folder:
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.bind(("127.0.0.1", 0))
        port = sender.getsockname()[1] ^ 1
        daemon = subprocess.Popen(["nfcapd", "-b", "127.0.0.1", "-p", str(port), "-w", folder],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        for payload in payloads(path):
            sender.sendto(payload, ("127.0.0.1", port))
            time.sleep(0.002)
        time.sleep(0.5)
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(20)
        yield folder


def nfdump(netflow, path):
    """Flows of a capture that only one of both has: (ours, theirs)."""
    done = subprocess.run([netflow, "decode", "-f", "json", str(path)],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    flows = [json.loads(line) for line in done.stdout.splitlines()]
    names = ["source_address", "destination_address", "protocol", "packets", "octets"]
    mine = collections.Counter(tuple(str(flow[name]) for name in names) for flow in flows)
    with captured(path) as folder:
        done = subprocess.run(["nfdump", "-q", "-6", "-N", "-R", folder, "-o", "fmt:%sa|%da|%pr|%pkt|%byt"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    found = collections.Counter()
    for line in done.stdout.splitlines():
        fields = [field.strip() for field in line.split("|")]
        if len(fields) == 5 and fields[3].isdigit():
            if not fields[2].isdigit():
                fields[2] = str(PROTOCOLS.get(fields[2]))
            found[tuple(fields)] += 1
    return mine - found, found - mine, sum(found.values())


PROTOCOLS = {"ICMP": 1, "TCP": 6, "UDP": 17, "ICMP6": 58}


def payloads(path):
    """The UDP payloads of a capture."""
    done = subprocess.run(["tshark", "-n", "-r", str(path), "-T", "fields", "-e", "udp.payload"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in done.stdout.split():
        yield bytes.fromhex(line.replace(":", ""))


def place(difference):
    """Where it is: the frame, and what of it."""
    frame, *what = DIFFERENCE.match(difference).groups()
    return f"{frame}:{next(filter(None, what))}"


def main():
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    netflow, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    paths = sorted(path for path in folder.rglob("*") if re.search(r"\.(pcap|pcapng)$", path.name))
    total = Comparison()
    status = listed = 0
    for path in paths:
        differences = compare(netflow, path, total)
        known = {what for files in KNOWN.values() for what in files.get(path.stem, "").split()}
        found = {place(difference): difference for difference in differences}
        for what in sorted(found.keys() - known):
            status = 1
            print(f"{path}: {found[what][:600]}")
        for what in sorted(known - found.keys()):
            status = 1
            print(f"{path}: {what} is listed as known but does not differ")
        listed += len(known)
        if path.name in NFDUMP and shutil.which("nfcapd"):
            mine, found, flows = nfdump(netflow, path)
            print(f"{path}: {flows} flows in nfdump, {sum(mine.values())} only here, {sum(found.values())} only there")
            if mine or found or not flows:
                status = 1
                print(f"  here: {list(mine.items())[:4]}\n  there: {list(found.items())[:4]}")
    counts = total.counts
    print(f"{len(paths)} captures: {counts['frames']} frames, {counts['records']} records,"
          f" {counts['fields']} values; {listed} places known to differ")
    return status if counts["fields"] else 1


if __name__ == "__main__":
    sys.exit(main())
