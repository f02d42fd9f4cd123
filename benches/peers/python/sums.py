"""What a command wrote, as sums: ``sums.py FORM FILE``.

Prints the number of flows and the sums of source and destination address, octets, packets, ports and protocol:
what every command writes of a flow in full.
"""

import csv
import ipaddress
import json
import sys

#: How each form names the fields; of nfdump those of either version of IP.
NAMES = {
    "netflow": (("source_address",), ("destination_address",), ("octets",), ("packets",),
                ("source_port",), ("destination_port",), ("protocol",)),
    "nfdump-json": (("src4_addr", "src6_addr"), ("dst4_addr", "dst6_addr"), ("in_bytes",), ("in_packets",),
                    ("src_port",), ("dst_port",), ("proto",)),
    "nfdump-csv": (("sa",), ("da",), ("ibyt",), ("ipkt",), ("sp",), ("dp",), ("pr",)),
}
PROTOCOLS = {"TCP": 6, "UDP": 17, "ICMP": 1, "ICMP6": 58, "IPv6-ICMP": 58, "GRE": 47, "ESP": 50}


def number(value):
    """A number, an address or the name of a protocol, as a number."""
    text = str(value).strip()
    if text.isdigit():
        return int(text)
    if text in PROTOCOLS:
        return PROTOCOLS[text]
    if "." in text or ":" in text:
        address = int(ipaddress.ip_address(text))
        return (address >> 64) + (address & (1 << 64) - 1)
    return 0


def rows(form, file):
    """The fields of each flow."""
    if form == "tshark":
        # A line for each packet, with the values of all flows between commas.
        for line in file:
            columns = [column.split(",") for column in line.rstrip("\n").split("\t")]
            yield from zip(*columns)
        return
    names = NAMES["netflow" if form.startswith("netflow") else form]
    if form == "netflow-json":
        found = (json.loads(line) for line in file)
    elif form == "nfdump-json":
        found = json.load(file)
    else:
        found = csv.DictReader(file)
    for flow in found:
        # nfdump ends its CSV with a summary of other columns.
        if flow.get("ts") == "Summary":
            return
        if any(name in flow for name in names[0]):
            values = [next((flow[name] for name in either if flow.get(name)), 0) for either in names]
            if values[0] != 0 or values[1] != 0:
                yield values


def main(form, path):
    sums = [0] * 8
    with open(path, newline="", encoding="utf-8", errors="replace") as file:
        for values in rows(form, file):
            sums[0] += 1
            for index, value in enumerate(values, 1):
                sums[index] += number(value)
    print("\t".join(str(total & (1 << 64) - 1) for total in sums))


if __name__ == "__main__":
    main(*sys.argv[1:])
