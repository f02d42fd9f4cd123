"""The tables of registry/*.csv: types of elements, layouts of the fixed versions and of sFlow."""

import csv
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent / "registry"


def rows(name):
    with open(ROOT / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


IANA = {int(r["id"]): r for r in rows("iana")}
IANA_BY_NAME = {r["name"]: int(r["id"]) for r in rows("iana")}
ENTERPRISE = {(int(r["pen"]), int(r["id"])): r["type"] for r in rows("enterprise")}
# v9 types of vendors; no two families give one number different types
V9_VENDOR = {}
for _row in rows("netflow_v9_vendor"):
    if _row["id"].isdigit():
        V9_VENDOR.setdefault(int(_row["id"]), _row["type"])
# what a v9 scope holds: interface and line card are numbers, the others octets
SCOPES = {1: "octetArray", 2: "unsigned32", 3: "unsigned32", 4: "octetArray", 5: "octetArray"}

# informationElementDataType of RFC 5610
DATA_TYPES = {int(r["value"]): r["label"] for r in rows("codes") if r["element_id"] == "339"}

REVERSE = 29305       # RFC 5103
CERT = 6871           # reverses its own elements by a bit of the id


def element_type(dialect, pen, element):
    """The abstract data type of an element, or None."""
    if pen == 0:
        if element in IANA:
            return IANA[element]["type"]
        if dialect == "netflow9":
            return V9_VENDOR.get(element) or (
                ENTERPRISE.get((9, element - 32768)) if element >= 32768 else None) or None
        return None
    if pen == REVERSE:
        return IANA.get(element, {}).get("type")
    kind = ENTERPRISE.get((pen, element))
    if kind is None and pen == CERT and element & 0x4000:
        kind = ENTERPRISE.get((pen, element & ~0x4000))
    return kind or None


def fixed_fields(layout):
    """[(key, offset, size, type)] of the rows of one record layout."""
    fields = []
    for row in layout:
        element = IANA_BY_NAME.get(row["meaning"])
        if element is not None:
            key, kind = str(element), IANA[element]["type"]
        elif re.match("pad|reserved", row["field"]):
            key, kind = row["field"], "octetArray"
        elif row["meaning"].endswith("IPv4Address"):
            key, kind = row["field"], "ipv4Address"
        else:
            key, kind = row["field"], "unsigned32"
        fields.append((key, int(row["offset"]), int(row["size"]), kind))
    return fields


FIXED = {}            # version -> (header size, record size, fields)
for _version in (1, 5, 6, 7):
    _records = [r for r in rows("netflow_fixed") if r["version"] == str(_version) and r["part"] == "record"]
    FIXED[_version] = (16 if _version == 1 else 24, int(_records[0]["part_size"]), fixed_fields(_records))
SCHEMES = {}          # v8 scheme -> (record size, fields)
for _scheme in range(1, 15):
    _records = [r for r in rows("netflow_v8") if r["scheme"] == str(_scheme)]
    SCHEMES[_scheme] = (int(_records[0]["record_size"]), fixed_fields(_records))


def members(text):
    """`name:type;name:type` to [(name, type)]; remarks in braces and parentheses are left out."""
    out = []
    for part in re.findall(r"(?:[^;{(]|\{[^}]*\}|\([^)]*\))+", text):
        name, _, kind = part.partition(":")
        out.append((name, re.sub(r"[{(].*", "", kind)))
    return out


SFLOW = {"sample": {}, "flow": {}, "counter": {}}      # (enterprise, format) -> (name, members)
SFLOW_TYPES = {}                                       # name -> members
for _row in rows("sflow"):
    if _row["kind"] == "type":
        SFLOW_TYPES[_row["name"]] = members(_row["members"])
    else:
        SFLOW[_row["kind"]][int(_row["enterprise"]), int(_row["format"])] = (
            _row["name"], members(_row["members"]))
