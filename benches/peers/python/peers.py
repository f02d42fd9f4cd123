"""Packages of Python over a workload: ``peers.py netflow|scapy|netflow_rs v5|v9|ipfix FILE PASSES``. The file has the
datagrams, each after its length; for netflow_rs it is a capture.

Prints what ``netflow-peers pass`` prints: the sums of 11 fields, and the
most memory of the process in KiB.
"""

import ipaddress
import resource
import struct
import sys

#: The fields of a row, as each package names them in each protocol.
NETFLOW = {
    "v5": ("IPV4_SRC_ADDR", "IPV4_DST_ADDR", "IN_OCTETS", "IN_PACKETS", "FIRST_SWITCHED", "LAST_SWITCHED",
           "INPUT", "OUTPUT", "SRC_PORT", "DST_PORT", "PROTO"),
    "v9": ("IPV4_SRC_ADDR", "IPV4_DST_ADDR", "IN_BYTES", "IN_PKTS", "FIRST_SWITCHED", "LAST_SWITCHED",
           "INPUT_SNMP", "OUTPUT_SNMP", "L4_SRC_PORT", "L4_DST_PORT", "PROTOCOL"),
    "ipfix": ("sourceIPv{}Address", "destinationIPv{}Address", "octetDeltaCount", "packetDeltaCount",
              "flowStartMilliseconds", "flowEndMilliseconds", "ingressInterface", "egressInterface",
              "sourceTransportPort", "destinationTransportPort", "protocolIdentifier"),
}
SCAPY = {
    "v5": ("src", "dst", "dOctets", "dpkts", "first", "last", "input", "output", "srcport", "dstport", "prot"),
    "v9": ("IPV4_SRC_ADDR", "IPV4_DST_ADDR", "IN_BYTES", "IN_PKTS", "FIRST_SWITCHED", "LAST_SWITCHED",
           "INPUT_SNMP", "OUTPUT_SNMP", "L4_SRC_PORT", "L4_DST_PORT", "PROTOCOL"),
}


def messages(file):
    """The messages of a file, each after its length."""
    with open(file, "rb") as opened:
        octets = opened.read()
    at = 0
    found = []
    while at < len(octets):
        (length,) = struct.unpack_from(">I", octets, at)
        found.append(octets[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def fold(address):
    """An address as a number; of IPv6 the sum of its halves."""
    if isinstance(address, int):
        number = address
    elif isinstance(address, bytes):
        number = int.from_bytes(address, "big")
    else:
        number = int(ipaddress.ip_address(address))
    return (number >> 64) + (number & (1 << 64) - 1)


def add(sums, values):
    sums[0] += 1
    for index, value in enumerate(values, 1):
        sums[index] += fold(value) if index < 3 else int(value)


def netflow(kind, payloads):
    """The package ``netflow``."""
    import netflow

    names = NETFLOW[kind]
    by_version = [names, tuple(name.format(6) for name in names)]
    names = tuple(name.format(4) for name in names)
    templates = {"netflow": {}, "ipfix": {}}
    sums = [0] * 12
    for payload in payloads:
        packet = netflow.parse_packet(payload, templates)
        for flow in packet.flows:
            data = flow.data
            used = names if names[0] in data else by_version[1]
            add(sums, [data[name] for name in used])
    return sums


def scapy(kind, payloads):
    """scapy."""
    import logging

    logging.getLogger("scapy").setLevel(logging.ERROR)
    from scapy.layers import netflow as layers

    sums = [0] * 12
    names = SCAPY[kind]
    if kind == "v5":
        for payload in payloads:
            packet = layers.NetflowHeader(payload)
            record = packet.getlayer(layers.NetflowRecordV5)
            while record is not None:
                add(sums, [getattr(record, name) for name in names])
                record = record.payload.getlayer(layers.NetflowRecordV5)
        return sums
    from scapy.layers.inet import IP, UDP

    packets = [IP(src="192.0.2.1") / UDP(sport=50000, dport=2055) / layers.NetflowHeader(payload) for payload in payloads]
    for packet in layers.netflowv9_defragment(packets):
        for flowset in _flowsets(packet, layers):
            for record in flowset.records:
                if hasattr(record, names[0]):
                    add(sums, [_number(getattr(record, name)) for name in names])
    return sums


def _flowsets(packet, layers):
    flowset = packet.getlayer(layers.NetflowDataflowsetV9)
    while flowset is not None:
        yield flowset
        flowset = flowset.payload.getlayer(layers.NetflowDataflowsetV9)


def _number(value):
    return int.from_bytes(value, "big") if isinstance(value, bytes) else value


def netflow_rs(_kind, file):
    """The package of this repository: 11 Arrow columns, an address as one number."""
    import netflow_rs
    import pyarrow
    from pyarrow import compute

    columns = ["source_address", "destination_address", "octets", "packets", "start", "end", "input_interface",
               "output_interface", "source_port", "destination_port", "protocol"]
    table = pyarrow.table(netflow_rs.scan(file, columns=columns, addresses="key"))
    totals = [compute.sum(column.cast("int64" if name in ("start", "end") else "uint64")).as_py()
              for name, column in zip(columns, table.columns)]
    return [table.num_rows, *totals]


def main(package, kind, file, passes):
    payloads = file if package == "netflow_rs" else messages(file)
    read = {"netflow": netflow, "scapy": scapy, "netflow_rs": netflow_rs}[package]
    for _ in range(int(passes)):
        sums = read(kind, payloads)
    print("\t".join(str(number & (1 << 64) - 1) for number in sums))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    main(*sys.argv[1:])
