#!/usr/bin/env python3
"""Makes the map of the report: src/geography/land.txt and src/geography/countries.rs.

  geography.py FOLDER

FOLDER holds land-110m.json and countries-50m.json of the npm package world-atlas 2.0.2, which are the
land and the countries of Natural Earth (https://www.naturalearthdata.com), in the public domain. The
two letters of each country come from the Python package pycountry, by its number (ISO 3166-1).
"""

import json
import pathlib
import sys

import pycountry

HERE = pathlib.Path(__file__).resolve().parent / "src" / "geography"
# Degrees: a line this close to the outline is as good, and an island smaller than this is left out.
TOLERANCE = 0.6
SMALLEST = 3.0
# Land that reaches further south is Antarctica, which the map does not show.
SOUTH = -60.0
# What Natural Earth shortens or numbers on its own.
NAMES = {"CD": "DR Congo", "CF": "Central African Republic", "DO": "Dominican Republic", "GQ": "Equatorial Guinea",
         "EH": "Western Sahara", "SS": "South Sudan", "BA": "Bosnia and Herzegovina", "SB": "Solomon Islands",
         "SZ": "Eswatini", "MK": "North Macedonia", "US": "United States", "AG": "Antigua and Barbuda",
         "KN": "Saint Kitts and Nevis", "VC": "Saint Vincent and the Grenadines", "MH": "Marshall Islands",
         "KY": "Cayman Islands", "VG": "British Virgin Islands", "VI": "US Virgin Islands", "PF": "French Polynesia",
         "FO": "Faroe Islands", "CK": "Cook Islands", "TC": "Turks and Caicos Islands", "FK": "Falkland Islands",
         "MP": "Northern Mariana Islands", "ST": "São Tomé and Príncipe", "PM": "Saint Pierre and Miquelon",
         "HM": "Heard and McDonald Islands", "IO": "British Indian Ocean Territory", "BL": "Saint Barthélemy",
         "MF": "Saint Martin", "SX": "Sint Maarten", "GS": "South Georgia", "TF": "French Southern Territories",
         "WF": "Wallis and Futuna", "PN": "Pitcairn Islands"}
# Without an outline of their own there.
OTHERS = [("GF", "French Guiana", 4, -53), ("GP", "Guadeloupe", 16, -62), ("MQ", "Martinique", 15, -61),
          ("RE", "Réunion", -21, 56), ("YT", "Mayotte", -13, 45), ("GI", "Gibraltar", 36, -5), ("XK", "Kosovo", 43, 21),
          ("TV", "Tuvalu", -8, 178), ("TK", "Tokelau", -9, -172), ("SJ", "Svalbard and Jan Mayen", 78, 17),
          ("BQ", "Caribbean Netherlands", 12, -68), ("CX", "Christmas Island", -10, 106), ("CC", "Cocos Islands", -12, 97)]


def arcs(topology):
    """The lines that outlines consist of, in degrees of longitude and latitude."""
    (x_scale, y_scale), (x_first, y_first) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for x_step, y_step in arc:
            x, y = x + x_step, y + y_step
            line.append((x * x_scale + x_first, y * y_scale + y_first))
        yield line


def rings(geometry, lines):
    """The outer outline of each polygon."""
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from rings(part, lines)
        return
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in polygons:
        ring = []
        for index in polygon[0]:
            line = lines[index] if index >= 0 else lines[~index][::-1]
            ring += line if not ring else line[1:]
        yield unwrapped(ring)


def unwrapped(ring):
    """Without steps over the date line: longitudes go beyond 180 degrees instead."""
    shift = 0
    line = ring[:1]
    for (x, _), (next_x, y) in zip(ring, ring[1:]):
        if abs(next_x - x) > 180:
            shift += 360 if next_x < x else -360
        line.append((next_x + shift, y))
    return line


def area(ring):
    pairs = zip(ring, ring[1:] + ring[:1])
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairs) / 2


def centre(ring):
    whole = area(ring)
    if abs(whole) < 1e-9:
        return ring[0]
    x_sum = y_sum = 0
    for (x, y), (next_x, next_y) in zip(ring, ring[1:] + ring[:1]):
        part = x * next_y - next_x * y
        x_sum += (x + next_x) * part
        y_sum += (y + next_y) * part
    return x_sum / (6 * whole), y_sum / (6 * whole)


def simplified(line):
    """Without the points that are nearly on the line between others (Douglas and Peucker, 1973)."""
    if len(line) < 3:
        return line
    (x, y), (last_x, last_y) = line[0], line[-1]
    length = ((last_x - x) ** 2 + (last_y - y) ** 2) ** 0.5

    def distance(point):
        if length == 0:
            return ((point[0] - x) ** 2 + (point[1] - y) ** 2) ** 0.5
        return abs((last_x - x) * (y - point[1]) - (x - point[0]) * (last_y - y)) / length

    index = max(range(1, len(line) - 1), key=lambda number: distance(line[number]))
    if distance(line[index]) <= TOLERANCE:
        return [line[0], line[-1]]
    return simplified(line[: index + 1])[:-1] + simplified(line[index:])


def land(folder):
    topology = json.loads((folder / "land-110m.json").read_text())
    paths = []
    for ring in rings(topology["objects"]["land"], list(arcs(topology))):
        if abs(area(ring)) < SMALLEST or min(y for _, y in ring) < SOUTH:
            continue
        # Land on both sides of the date line is drawn at both edges.
        longitudes = [x for x, _ in ring]
        shifts = [shift for shift in (-360, 0, 360) if max(longitudes) + shift > -180 and min(longitudes) + shift < 180]
        for shift in shifts:
            points = [f"{round((x + 180 + shift) * 2) / 2:g} {round((90 - y) * 2) / 2:g}" for x, y in simplified(ring)]
            paths.append("M" + "L".join(points) + "Z")
    return "\n".join(paths) + "\n"


def countries(folder):
    topology = json.loads((folder / "countries-50m.json").read_text())
    lines = list(arcs(topology))
    found = {code: (name, latitude, longitude) for code, name, latitude, longitude in OTHERS}
    for geometry in topology["objects"]["countries"]["geometries"]:
        known = pycountry.countries.get(numeric=geometry.get("id", ""))
        if known is None:
            continue
        outline = max(rings(geometry, lines), key=lambda ring: abs(area(ring)))
        longitude, latitude = centre(outline)
        name = NAMES.get(known.alpha_2, geometry["properties"]["name"])
        found.setdefault(known.alpha_2, (name, round(latitude), (round(longitude) + 180) % 360 - 180))
    rows = [f'    ("{code}", "{name}", {latitude}, {longitude}),' for code, (name, latitude, longitude) in sorted(found.items())]
    return "\n".join([
        "//! Countries and where they are. Made by `netflow-report/geography.py`; do not edit.",
        "",
        "/// The two letters of a country (ISO 3166-1), its name, and the degrees of latitude and longitude of its",
        "/// middle; ordered by the letters.",
        "#[rustfmt::skip]",
        "pub(super) const COUNTRIES: &[(&str, &str, i16, i16)] = &[",
        *rows,
        "];",
        "",
    ])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    FOLDER = pathlib.Path(sys.argv[1])
    HERE.mkdir(exist_ok=True)
    (HERE / "land.txt").write_text(land(FOLDER))
    (HERE / "countries.rs").write_text(countries(FOLDER))
