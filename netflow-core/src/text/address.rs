//! Addresses of IP (RFC 5952) and of Ethernet.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{ShortText, hex, hex_digit, pair};

/// An IPv4 address, dotted.
#[inline]
#[must_use]
pub fn ipv4(address: Ipv4Addr) -> ShortText<15> {
    let mut text = ShortText::new();
    dotted(&mut text, address);
    text
}

/// An IPv6 address (RFC 5952, section 4), never with an IPv4 address in its tail, which would hide
/// that eight groups were sent.
#[must_use]
pub fn ipv6(address: Ipv6Addr) -> ShortText<39> {
    let mut text = ShortText::new();
    groups(&mut text, address);
    text
}

/// An IPv4 or IPv6 address.
#[inline]
#[must_use]
pub fn address(address: IpAddr) -> ShortText<39> {
    let mut text = ShortText::new();
    match address {
        IpAddr::V4(address) => dotted(&mut text, address),
        IpAddr::V6(address) => groups(&mut text, address),
    }
    text
}

/// A MAC address: lower-case hex with colons.
#[inline]
#[must_use]
pub fn mac([first, rest @ ..]: [u8; 6]) -> ShortText<17> {
    let mut text = ShortText::new();
    text.extend(hex(first));
    for octet in rest {
        text.push(b':');
        text.extend(hex(octet));
    }
    text
}

#[inline]
fn dotted<const N: usize>(text: &mut ShortText<N>, address: Ipv4Addr) {
    let [first, rest @ ..] = address.octets();
    decimal(text, first);
    for octet in rest {
        text.push(b'.');
        decimal(text, octet);
    }
}

/// An octet in decimal, without leading zeros.
#[inline]
fn decimal<const N: usize>(text: &mut ShortText<N>, octet: u8) {
    match octet {
        0..10 => text.push(b'0'.wrapping_add(octet)),
        10..100 => text.extend(pair(octet)),
        100..200 => {
            text.push(b'1');
            text.extend(pair(octet.wrapping_sub(100)));
        }
        200.. => {
            text.push(b'2');
            text.extend(pair(octet.wrapping_sub(200)));
        }
    }
}

fn groups<const N: usize>(text: &mut ShortText<N>, address: Ipv6Addr) {
    let groups = address.segments();
    let zeros = longest_zeros(groups);
    for (index, group) in groups.into_iter().enumerate() {
        if zeros.contains(&index) {
            if index == zeros.start {
                text.extend(*b"::");
            }
            continue;
        }
        // After the zeros their second colon separates.
        if index > 0 && index != zeros.end {
            text.push(b':');
        }
        group_digits(text, group);
    }
}

/// Hex without leading zeros.
fn group_digits<const N: usize>(text: &mut ShortText<N>, group: u16) {
    let [high, low] = group.to_be_bytes();
    let digits = [high >> 4, high & 0xf, low >> 4];
    let mut is_written = false;
    for digit in digits {
        is_written |= digit != 0;
        if is_written {
            text.push(hex_digit(digit));
        }
    }
    text.push(hex_digit(low));
}

/// The first of the longest runs of two or more groups that are zero (RFC 5952, section 4.2); if
/// there is none, an empty range at the start, where no group is.
fn longest_zeros(groups: [u16; 8]) -> core::ops::Range<usize> {
    let mut longest = 0..0;
    let mut start = 0_usize;
    for (index, group) in groups.into_iter().enumerate() {
        let end = index.saturating_add(1);
        if group != 0 {
            start = end;
        } else if end.saturating_sub(start) > longest.len().max(1) {
            longest = start..end;
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use core::net::{Ipv4Addr, Ipv6Addr};

    use super::{ipv4, ipv6, mac};

    #[test]
    fn every_octet_is_written_in_decimal() {
        for octet in 0..=255 {
            let address = Ipv4Addr::new(octet, 0, 255, octet);
            assert_eq!(ipv4(address).as_str(), address.to_string());
        }
    }

    #[test]
    fn zeros_are_left_out_as_rfc_5952_says() {
        for text in [
            "::",
            "::1",
            "1::",
            "2001:db8::1",
            // One group is not shortened (section 4.2.2).
            "2001:db8:0:1:1:1:1:1",
            // The longest run is (section 4.2.3), of two the first.
            "2001:0:0:1::1",
            "2001:db8::1:0:0:1",
            "fe80::200:ff:fe00:1f",
            "abcd:ef01:2345:6789:abcd:ef01:2345:6789",
        ] {
            let address: Ipv6Addr = text.parse().unwrap();
            assert_eq!(ipv6(address).as_str(), text);
        }
        // An IPv4 address in it is written as the groups that were sent.
        let mapped: Ipv6Addr = "::ffff:192.0.2.1".parse().unwrap();
        assert_eq!(ipv6(mapped).as_str(), "::ffff:c000:201");
    }

    #[test]
    fn ipv6_is_written_as_the_standard_library_does() {
        // Every pattern of zeros in eight groups.
        for pattern in 0..=255_u8 {
            let group = |bit: u8| u16::from(pattern >> bit & 1) * (0x0123 << (bit & 3));
            let groups = [7, 6, 5, 4, 3, 2, 1, 0].map(group);
            let address = Ipv6Addr::from(groups);
            if address.to_string().contains('.') {
                continue;
            }
            assert_eq!(ipv6(address).as_str(), address.to_string());
        }
    }

    #[test]
    fn a_mac_address_has_two_digits_an_octet() {
        assert_eq!(
            mac([0, 1, 0x0a, 0xa0, 0xff, 9]).as_str(),
            "00:01:0a:a0:ff:09"
        );
    }
}
