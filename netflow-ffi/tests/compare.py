"""Compares the output of the C library with that of the command, capture by capture.

    compare.py flows COMMAND OUTPUT CAPTURES...
    compare.py walk COMMAND OUTPUT CAPTURES...
    compare.py masked COMMAND OUTPUT CAPTURES...

OUTPUT is what the tests in C printed for the datagrams of these captures. Both are brought to one
form: times in nanoseconds, text with what is not UTF-8 replaced. Nothing is left out but what the
other side cannot know.
"""

import calendar
import json
import math
import os
import subprocess
import sys
import time

TIMES = {"received", "export_time", "start", "end"}
# The fields that the tests in C ask for.
MASK = {"source_address", "octets"}
FRAMING = ("frame", "kind", "set", "template", "domain", "sequence", "late", "template_frame",
           "scope_count", "reason", "offset", "octets", "detail", "tag")


def nanoseconds(text):
    """RFC 3339 as nanoseconds since 1970; other values as they are."""
    if not (isinstance(text, str) and len(text) >= 20 and text[10] == "T" and text[-1] == "Z"):
        return text
    whole, _, fraction = text[:-1].partition(".")
    seconds = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))
    return seconds * 1_000_000_000 + int(fraction.ljust(9, "0") or 0)


def rows(octets):
    return [json.loads(line) for line in octets.decode("utf-8", "replace").splitlines()]


def of_command(command, schema, capture):
    """The rows that the command writes for a capture."""
    run = subprocess.run(
        [command, "decode", "--format", "json", "--schema", schema, "--quiet", capture],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return rows(run.stdout)


def of_library(output):
    """The rows of each capture that the tests in C wrote."""
    inputs = {}
    with open(output, "rb") as file:
        for row in rows(file.read()):
            if "input" in row:
                current = inputs[row["input"].removesuffix(".datagrams")] = []
            else:
                current.append(row)
    return inputs


def flow(row):
    return {key: nanoseconds(value) if key in TIMES else value for key, value in row.items()}


def value(sent, octets):
    """A value of the schema `wire` in the form of the tests in C."""
    if isinstance(sent, dict):
        return inside(sent)
    reported = nanoseconds(sent)
    if sent == "1900-01-01T00:00:00Z":
        # 64 zero bits are not a time to the library.
        return None
    if isinstance(reported, int) and isinstance(sent, str) and abs(reported) >= 1 << 63:
        # Past the year 2262; the octets were compared.
        return "range"
    if isinstance(sent, str) and len(sent) > 19 and sent.isdecimal() and sent != octets:
        # An integer of more than 64 bits.
        return "range"
    return reported


def inside(sent):
    """A list object as the values and records that were walked."""
    kind = sent["list"]
    if kind == "basicList":
        values = [[sent["element"], octets, value(each, octets)] for octets, each in sent["values"]]
        return {"values": values, "records": []}
    if kind == "subTemplateList":
        records = sent["records"]
    else:
        records = [record for part in sent["parts"] for record in part["records"] or []]
    return {"values": [], "records": [fields(record) for record in records or []]}


def fields(sent):
    return [[key, octets, value(each, octets)] for key, octets, each in sent]


def counters(sent):
    """Counters of sFlow: of all ones they are not known (sFlow version 5, section 5), which is no
    value to the library. The schema `wire` has the number that was sent."""
    return [[key, octets, None if isinstance(each, int) and set(octets) == {"f"} else each]
            for key, octets, each in fields(sent)]


def wire(row):
    """A row of the schema `wire` in the form of the tests in C."""
    members = counters if row["kind"] == "counters" else fields
    out = {key: row[key] for key in FRAMING if key in row}
    if "sub_agent" in row:
        out["domain"] = row["sub_agent"]
    if row["kind"] == "problem":
        for key in ("domain", "sequence", "template_frame", "late"):
            out.pop(key, None)
    elif row["kind"] in ("template", "options_template", "withdrawal"):
        out["fields"] = row["fields"]
    else:
        out["fields"] = fields(row["fields"])
    if "records" in row:
        records = [
            {"tag": each["tag"], "name": each.get("name") or "", "fields": members(each["fields"])}
            for each in row["records"]]
        out["inside"] = {"values": [], "records": records}
    return out


# Lists that are null in the command's output because they are malformed or too deep, which a problem reports.
bad_lists = []


def is_same(one, other):
    if one is None and isinstance(other, dict):
        bad_lists.append(other)
        return True
    if one == "range":
        return other is None or isinstance(other, int)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and math.isclose(one, other, rel_tol=1e-15)
    return type(one) is type(other) and one == other


def is_problem(row):
    return row["kind"] == "problem"


def compare(way, command, library, capture):
    """The number of equal rows; reports the first that differs."""
    name = os.path.basename(capture)
    if way in ("flows", "masked"):
        expected = [flow(row) for row in of_command(command, "flow", capture)
                    if row.get("kind") != "problem"]
        if way == "masked":
            expected = [{key: row[key] for key in row if key in MASK} for row in expected]
        found = library[name]
    else:
        expected = [wire(row) for row in of_command(command, "wire", capture)]
        found = [{key: each for key, each in row.items() if key != "port"}
                 for row in library[name]]
        # The command writes problems where they occurred, the library returns them separately.
        expected.sort(key=is_problem)
        found.sort(key=is_problem)
    bad_lists.clear()
    for number, (one, other) in enumerate(zip(expected, found)):
        if not is_same(one, other):
            sys.exit(f"{name}, row {number}:\n  the command: {one}\n  the library: {other}")
    if len(expected) != len(found):
        sys.exit(f"{name}: {len(expected)} rows of the command, {len(found)} of the library")
    reported = [row for row in expected if row.get("reason", "").startswith("list_")]
    if len(bad_lists) > len(reported):
        sys.exit(f"{name}: {len(bad_lists)} lists are null, but only {len(reported)} problems report one")
    return len(found)


def main():
    way, command, output, *captures = sys.argv[1:]
    library = of_library(output)
    same = [compare(way, command, library, capture) for capture in captures]
    if len(library) != len(captures) or sum(same) == 0:
        sys.exit("the captures are not those of the output")
    print(f"{way}: {sum(same)} rows of {len(same)} captures are those of the command")


main()
