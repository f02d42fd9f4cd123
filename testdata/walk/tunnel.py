"""What a packet carries of another: GRE, ERSPAN, VXLAN, Geneve, TZSP, IP in IP."""

import struct

ETHERNET, IP = 1, 101            # link types
OF_ETHER_TYPE = {0x0800: IP, 0x86DD: IP, 0x6558: ETHERNET}


def inner(source, target, protocol, body):
    """((kind, identifier, source, target), link type, octets), or None."""
    if protocol in (4, 41):
        found = ("ip", None, IP, body)
    elif protocol == 47:
        found = gre(body)
    elif protocol == 17 and len(body) >= 8:
        size = struct.unpack_from(">H", body, 4)[0]
        port, payload = struct.unpack_from(">H", body, 2)[0], body[8:size] if size >= 8 else body[8:]
        found = {4789: vxlan, 8472: vxlan, 6081: geneve, 37008: tzsp}.get(port, lambda _: None)(payload)
    else:
        found = None
    if found is None:
        return None
    kind, ident, link, octets = found
    return (kind, ident, source, target), link, octets


def gre(octets):
    """RFC 2784 and 2890; ERSPAN by its draft, types I to III."""
    if len(octets) < 4:
        return None
    flags, kind = struct.unpack_from(">HH", octets)
    if flags & 0x4007:                               # source routes, other versions
        return None
    at = 4 + 4 * bool(flags & 0x8000)
    key = octets[at:at + 4] if flags & 0x2000 else None
    at += 4 * bool(flags & 0x2000) + 4 * bool(flags & 0x1000)
    rest = octets[at:]
    if kind in (0x88BE, 0x22EB):
        if kind == 0x88BE and not flags & 0x1000:
            return "erspan", None, ETHERNET, rest    # type I has no header
        if len(rest) < 12:
            return None
        head = 8 if kind == 0x88BE else 20 if rest[11] & 1 else 12
        return "erspan", struct.unpack_from(">H", rest, 2)[0] & 0x3FF, ETHERNET, rest[head:]
    link = OF_ETHER_TYPE.get(kind)
    return link and ("gre", key, link, rest)


def vxlan(octets):
    """RFC 7348, section 5."""
    if len(octets) < 8 or not octets[0] & 8:
        return None
    return "vxlan", octets[4:7], ETHERNET, octets[8:]


def geneve(octets):
    """RFC 8926, section 3.4."""
    if len(octets) < 8 or octets[0] >> 6:
        return None
    link = OF_ETHER_TYPE.get(struct.unpack_from(">H", octets, 2)[0])
    return link and ("geneve", octets[4:7], link, octets[8 + 4 * (octets[0] & 63):])


def tzsp(octets):
    """Version 1, a received or sent packet of Ethernet after tagged fields."""
    if len(octets) < 5 or octets[0] != 1 or octets[1] > 1 or octets[2:4] != b"\0\1":
        return None
    at = 4
    while at < len(octets) and octets[at] != 1:
        at += 1 if octets[at] == 0 else 2 + (octets[at + 1] if at + 1 < len(octets) else 0)
    return "tzsp", None, ETHERNET, octets[at + 1:]
