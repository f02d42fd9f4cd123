//! Numbers, addresses and times as they are written.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netflow_core::value::MacAddress;

use super::condition::Application;

/// A whole number: decimal with a unit of powers of 1,000 (`1.5M`), or hexadecimal (`0x1f`).
pub(super) fn number(word: &str) -> Option<u64> {
    if let Some(digits) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        let are_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        return u64::from_str_radix(digits, 16).ok().filter(|_| are_digits);
    }
    let unit = word.trim_start_matches(is_decimal);
    let factor = match unit {
        "" => 1,
        "k" | "K" => 1_000,
        "m" | "M" => 1_000_000,
        "g" | "G" => 1_000_000_000,
        "t" | "T" => 1_000_000_000_000,
        _ => return None,
    };
    let digits = word.strip_suffix(unit)?;
    u64::try_from(scaled(digits, factor)?).ok()
}

/// Nanoseconds: numbers with units, such as `5s` or `1m30s`; with a sign before all of them.
pub(super) fn duration(word: &str) -> Option<i64> {
    let (is_negative, mut rest) = match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word),
    };
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(is_decimal);
        let next = after.trim_start_matches(|character| !is_decimal(character));
        let unit = after.strip_suffix(next)?;
        let factor = match unit {
            "ns" => 1,
            "us" | "µs" => 1_000,
            "ms" => 1_000_000,
            "s" | "sec" => 1_000_000_000,
            "m" | "min" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            _ => return None,
        };
        let digits = rest.strip_suffix(after)?;
        let nanos = u64::try_from(scaled(digits, factor)?).ok()?;
        sum = sum.checked_add(nanos)?;
        rest = next;
    }
    let nanos = i64::try_from(sum).ok().filter(|_| word.len() > 1)?;
    Some(if is_negative {
        nanos.saturating_neg()
    } else {
        nanos
    })
}

const fn is_decimal(character: char) -> bool {
    character.is_ascii_digit() || character == '.'
}

/// A decimal number times a factor, if that is whole.
fn scaled(digits: &str, factor: u64) -> Option<u128> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let decimal = |digits: &str| {
        let are_digits = digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse::<u128>().ok().filter(|_| are_digits)
    };
    let factor = u128::from(factor);
    let whole = decimal(whole)?.checked_mul(factor)?;
    if fraction.is_empty() {
        return (!digits.ends_with('.')).then_some(whole);
    }
    let divisor = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let parts = decimal(fraction)?.checked_mul(factor)?;
    if parts.checked_rem(divisor)? != 0 {
        return None;
    }
    whole.checked_add(parts.checked_div(divisor)?)
}

/// The first and the last address of a network; both are the same for a single address. `mask` is the
/// length of the prefix or, for IPv4, a mask. An IPv4 network may leave out its last octets (`10/8`,
/// or `192.168` as in tcpdump).
pub(super) fn network(word: &str, mask: Option<&str>) -> Option<(IpAddr, IpAddr)> {
    let (word, mask) = match word.split_once('/') {
        Some((word, length)) if mask.is_none() => (word, Some(length)),
        Some(_) => return None,
        None => (word, mask),
    };
    if word.contains(':') {
        let address: Ipv6Addr = word.parse().ok()?;
        let length = mask.map_or(Some(128), |mask| prefix_len(mask, 128))?;
        let host = u128::MAX.checked_shr(length).unwrap_or(0);
        let first = address.to_bits() & !host;
        return Some((
            Ipv6Addr::from_bits(first).into(),
            Ipv6Addr::from_bits(first | host).into(),
        ));
    }
    let (address, octets) = short_ipv4(word)?;
    let length = match mask {
        Some(mask) => match mask.parse::<Ipv4Addr>() {
            Ok(mask) => mask_len(mask)?,
            Err(_) => prefix_len(mask, 32)?,
        },
        None => octets.saturating_mul(8),
    };
    let host = u32::MAX.checked_shr(length).unwrap_or(0);
    let first = address.to_bits() & !host;
    Some((
        Ipv4Addr::from_bits(first).into(),
        Ipv4Addr::from_bits(first | host).into(),
    ))
}

/// An address of up to four octets, and their number.
fn short_ipv4(word: &str) -> Option<(Ipv4Addr, u32)> {
    let mut address = [0; 4];
    let mut count = 0_u32;
    let mut parts = word.split('.');
    for octet in &mut address {
        let Some(part) = parts.next() else { break };
        let is_number = part.bytes().all(|digit| digit.is_ascii_digit());
        *octet = part.parse().ok().filter(|_| is_number)?;
        count = count.saturating_add(1);
    }
    parts.next().is_none().then_some((address.into(), count))
}

fn prefix_len(word: &str, most: u32) -> Option<u32> {
    let is_number = word.bytes().all(|digit| digit.is_ascii_digit());
    word.parse()
        .ok()
        .filter(|length| is_number && *length <= most)
}

/// The length of a mask whose set bits come first.
fn mask_len(mask: Ipv4Addr) -> Option<u32> {
    let bits = mask.to_bits();
    let length = bits.leading_ones();
    (u32::MAX
        .checked_shl(32_u32.saturating_sub(length))
        .unwrap_or(0)
        == bits)
        .then_some(length)
}

/// A MAC address: pairs of hex digits with `:` or `-`, or three groups of four with dots.
pub(super) fn mac(word: &str) -> Option<MacAddress> {
    let mut octets = [0; 6];
    let mut count = 0;
    let (separator, width) = if word.contains('.') {
        ('.', 4)
    } else if word.contains('-') {
        ('-', 2)
    } else {
        (':', 2)
    };
    for group in word.split(separator) {
        let is_group = group.len() == width && group.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !is_group {
            return None;
        }
        for pair in group.as_bytes().chunks(2) {
            let pair = core::str::from_utf8(pair).ok()?;
            *octets.get_mut(count)? = u8::from_str_radix(pair, 16).ok()?;
            count = count.saturating_add(1);
        }
    }
    (count == 6).then_some(MacAddress(octets))
}

/// Octets in hex.
pub(super) fn octets(word: &str) -> Option<alloc::vec::Vec<u8>> {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    let are_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !are_digits || digits.len() & 1 == 1 {
        return None;
    }
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// An application id, as it is shown: engine, enterprise of engine 20, number.
pub(super) fn application(word: &str) -> Option<Application> {
    let mut parts = word.split(':');
    let engine = parts.next()?.parse().ok()?;
    let (second, third) = (parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    Some(Application {
        engine,
        enterprise_number: third.map(|_| second.parse()).transpose().ok()?,
        selector: third.unwrap_or(second).parse().ok()?,
    })
}

/// A BGP community, `AS:value`.
pub(super) fn community(word: &str) -> Option<u64> {
    let (system, value) = word.split_once(':')?;
    let (system, value): (u16, u16) = (system.parse().ok()?, value.parse().ok()?);
    Some(u64::from(u32::from(system) << 16 | u32::from(value)))
}

#[cfg(test)]
mod tests {
    use super::{duration, mac, network, number};

    #[test]
    fn units_are_powers_of_a_thousand() {
        assert_eq!(number("1.5M"), Some(1_500_000));
        assert_eq!(number("2k"), Some(2_000));
        assert_eq!(number("0x1F"), Some(31));
        assert_eq!(number("18446744073709551615"), Some(u64::MAX));
        for wrong in [
            "",
            "k",
            "1.",
            ".5",
            "1.5",
            "0.0001k",
            "-1",
            "+1",
            "1kk",
            "0x",
            "18446744073709551616",
        ] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_duration_needs_a_unit() {
        assert_eq!(duration("5s"), Some(5_000_000_000));
        assert_eq!(duration("1m30s"), Some(90_000_000_000));
        assert_eq!(duration("-1.5ms"), Some(-1_500_000));
        for wrong in ["", "-", "5", "s", "5x", "5s5", "1e3s", "300000000d"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn networks_have_a_first_and_a_last_address() {
        for (word, mask, first, last) in [
            ("10.1.2.3", None, "10.1.2.3", "10.1.2.3"),
            ("10.1.2.3/8", None, "10.0.0.0", "10.255.255.255"),
            ("10/8", None, "10.0.0.0", "10.255.255.255"),
            ("192.168", None, "192.168.0.0", "192.168.255.255"),
            ("10.0.0.0", Some("255.0.0.0"), "10.0.0.0", "10.255.255.255"),
            ("0.0.0.0/0", None, "0.0.0.0", "255.255.255.255"),
            (
                "2001:db8::1/64",
                None,
                "2001:db8::",
                "2001:db8::ffff:ffff:ffff:ffff",
            ),
            (
                "::/0",
                None,
                "::",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            ),
        ] {
            let expected = (first.parse().unwrap(), last.parse().unwrap());
            assert_eq!(network(word, mask), Some(expected), "{word}");
        }
        for wrong in [
            "",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0.0",
            "256.0.0.0",
            "10.0.0.0/+8",
            "a",
        ] {
            assert_eq!(network(wrong, None), None, "{wrong}");
        }
        assert_eq!(network("10.0.0.0", Some("255.0.255.0")), None);
    }

    #[test]
    fn mac_addresses_are_written_in_three_ways() {
        for word in ["02:00:00:00:00:1f", "02-00-00-00-00-1F", "0200.0000.001f"] {
            assert_eq!(mac(word).unwrap().0, [2, 0, 0, 0, 0, 0x1f], "{word}");
        }
        for wrong in ["", "02:00:00:00:00", "2:0:0:0:0:1", "02:00:00:00:00:00:00"] {
            assert_eq!(mac(wrong), None, "{wrong}");
        }
    }
}
