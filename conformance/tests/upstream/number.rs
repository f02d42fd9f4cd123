//! Numbers, which each source writes in its own way.

use serde_json::Value;

/// IP protocols by their names, in lower case.
const PROTOCOLS: [(&str, u64); 9] = [
    ("icmp", 1),
    ("ipv4", 4),
    ("ipv6", 41),
    ("tcp", 6),
    ("udp", 17),
    ("ipv6-icmp", 58),
    ("ipv6icmp", 58),
    ("vrrp", 112),
    ("igmp", 2),
];

/// TCP flags by their names, the lowest bit first.
const FLAGS: [&str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

/// The number of a name in a list.
pub(crate) fn of_name(names: &[(&str, u64)], name: &Value) -> Value {
    let number = names.iter().find(|(known, _)| *name == **known);
    number.map_or_else(
        || format!("unknown name {name}").into(),
        |(_, number)| (*number).into(),
    )
}

pub(crate) fn protocol(name: &Value) -> Value {
    of_name(&PROTOCOLS, &name.as_str().unwrap().to_lowercase().into())
}

/// Flags as a list of names.
pub(crate) fn flags(names: &Value) -> Value {
    let names = names.as_array().unwrap();
    let bit = |name: &Value| 1u64 << FLAGS.iter().position(|flag| name == flag).unwrap();
    names.iter().map(bit).sum::<u64>().into()
}

/// Flags as an object of booleans.
pub(crate) fn flag_members(flags: &Value) -> Value {
    let set = |(bit, name): (usize, &&str)| u64::from(flags[*name] == true) << bit;
    FLAGS.iter().enumerate().map(set).sum::<u64>().into()
}

/// Flags as eight letters or dots, the highest bit first.
pub(crate) fn flag_letters(letters: &Value) -> Value {
    let letters = letters.as_str().unwrap().bytes();
    let number = letters.fold(0, |number, letter| number * 2 + u64::from(letter != b'.'));
    number.into()
}

/// `0x1f`.
pub(crate) fn hexadecimal(text: &Value) -> Value {
    let digits = text.as_str().unwrap().strip_prefix("0x").unwrap();
    u64::from_str_radix(digits, 16).unwrap().into()
}

/// A number as text.
pub(crate) fn decimal(text: &Value) -> Value {
    text.as_str().unwrap().parse::<u64>().unwrap().into()
}

/// A MAC address as a number.
pub(crate) fn mac(number: &Value) -> Value {
    let octets = number.as_u64().unwrap().to_be_bytes();
    mac_of(octets.get(2..).unwrap())
}

/// A MAC address of its octets.
pub(crate) fn mac_of(octets: &[u8]) -> Value {
    let octets: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    octets.join(":").into()
}

/// Milliseconds since 1970.
pub(crate) fn milliseconds(number: &Value) -> Value {
    time(number.as_u64().unwrap() * 1_000_000)
}

/// Microseconds since 1970.
pub(crate) fn microseconds(number: &Value) -> Value {
    time(number.as_u64().unwrap() * 1_000)
}

/// Seconds since 1970.
pub(crate) fn seconds(number: &Value) -> Value {
    time(number.as_u64().unwrap() * 1_000_000_000)
}

/// Nanoseconds since 1970 in RFC 3339.
fn time(nanos: u64) -> Value {
    let (seconds, fraction) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years that begin in March, from 0000-03-01.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 {
        (year + 400 * era, month + 3)
    } else {
        (year + 400 * era + 1, month - 9)
    };
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:09}Z").into()
}

#[test]
fn times_are_written_in_rfc_3339() {
    assert_eq!(
        seconds(&951_782_400.into()),
        "2000-02-29T00:00:00.000000000Z"
    );
    assert_eq!(
        milliseconds(&1_444_384_070_179u64.into()),
        "2015-10-09T09:47:50.179000000Z"
    );
}
