"""Writes places.mmdb and systems.mmdb, two small databases of documentation addresses, with mmdb_writer
(PyPI). Run it in a virtual environment that has it: `python testdata/geo/make.py`."""

from pathlib import Path

from mmdb_writer import MMDBWriter
from netaddr import IPSet

FOLDER = Path(__file__).parent


def name(english: str) -> dict[str, dict[str, str]]:
    return {"names": {"en": english, "de": english.upper()}}


places = MMDBWriter(6, "GeoLite2-City", languages=["en"], ipv4_compatible=True, int_type="u32")
places.insert_network(
    IPSet(["192.0.2.0/25"]),
    {
        "continent": {"code": "EU", **name("Europe")},
        "country": {"iso_code": "CH", **name("Switzerland")},
        "subdivisions": [{"iso_code": "ZH", **name("Zurich")}],
        "city": name("Z\u00fcrich \"Oerlikon\""),
        "location": {"latitude": 47.4111, "longitude": 8.5441, "time_zone": "Europe/Zurich"},
    },
)
places.insert_network(
    IPSet(["2001:db8:1::/48"]),
    {"country": {"iso_code": "JP", **name("Japan")}, "continent": name("Asia")},
)
places.to_db_file(str(FOLDER / "places.mmdb"))

systems = MMDBWriter(6, "GeoLite2-ASN", ipv4_compatible=True, int_type="u32")
systems.insert_network(
    IPSet(["192.0.2.0/24"]),
    {"autonomous_system_number": 64496, "autonomous_system_organization": "Example Org"},
)
systems.insert_network(IPSet(["198.51.100.0/24"]), {"autonomous_system_number": 4200000000})
systems.to_db_file(str(FOLDER / "systems.mmdb"))
