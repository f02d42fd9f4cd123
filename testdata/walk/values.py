"""Octets and an abstract data type to the value that JSON shows (RFC 7011, section 6)."""

import datetime
import ipaddress
import math
import struct

EPOCH = datetime.datetime(1970, 1, 1)
NTP_EPOCH = datetime.datetime(1900, 1, 1)
NTP_ERA_1 = datetime.datetime(2036, 2, 7, 6, 28, 16)


def timestamp(base, seconds, nanoseconds):
    """RFC 3339 with 0, 3, 6 or 9 digits, the fewest that are exact."""
    try:
        text = (base + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    except OverflowError:
        return None
    digits = f"{nanoseconds:09}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return text.rjust(19, "0") + (f".{digits}" if digits else "") + "Z"


def ntp(raw):
    seconds, fraction = struct.unpack(">II", raw)
    nanoseconds = fraction * 1_000_000_000 >> 32
    if not seconds & 0x80000000 and any(raw):
        return timestamp(NTP_ERA_1, seconds, nanoseconds)
    return timestamp(NTP_EPOCH, seconds, nanoseconds)


def number(value):
    return value if -2**63 <= value < 2**64 else str(value)


def real(value):
    return value if math.isfinite(value) else None


def value(kind, raw):
    """None where the type is not known or its length cannot be."""
    size = len(raw)
    if not kind:
        return None
    if kind == "octetArray":
        return raw.hex()
    if kind == "string":
        return raw.rstrip(b"\0").decode("utf-8", "replace")
    if kind.startswith("unsigned") and size:
        return number(int.from_bytes(raw, "big"))
    if kind.startswith("signed") and size:
        return number(int.from_bytes(raw, "big", signed=True))
    match kind, size:
        case ("float32" | "float64"), 4:
            return real(struct.unpack(">f", raw)[0])
        case "float64", 8:
            return real(struct.unpack(">d", raw)[0])
        case "boolean", 1:
            return {1: True, 2: False}.get(raw[0], raw[0])
        case ("ipv4Address", 4) | ("ipv6Address", 16):
            return ipv6(raw) if size == 16 else str(ipaddress.ip_address(raw))
        case "macAddress", 6:
            return raw.hex(":")
        case "dateTimeSeconds", 4:
            return timestamp(EPOCH, int.from_bytes(raw, "big"), 0)
        case "dateTimeMilliseconds", 8:
            seconds, milliseconds = divmod(int.from_bytes(raw, "big"), 1000)
            return timestamp(EPOCH, seconds, milliseconds * 1_000_000)
        case ("dateTimeMicroseconds" | "dateTimeNanoseconds"), 8:
            return ntp(raw)
    return None


def ipv6(raw):
    """RFC 5952, never with dotted digits."""
    return ipaddress.IPv6Address(raw).compressed
