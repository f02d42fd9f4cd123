//! Where the layers of an IP packet are: IPv4, and IPv6 with its extension headers.

use super::network::{FRAGMENT_LEN, IPV4_FRAGMENT_OFFSET, IPV4_LEN};
use super::offset::{Offset, load, plus, until};
use super::{Lower, Packet, protocol};

pub(super) const IPV6_LEN: usize = 40;

/// The most extension headers that are passed. RFC 8200, section 4.1, has seven at most.
const MAX_EXTENSION_HEADERS: usize = 16;

/// An IP header at `at`, of the version that its first four bits say.
#[inline]
pub(super) fn ip(octets: &[u8], lower: Lower, at: usize) -> Packet<'_> {
    let Some(&first) = octets.get(at) else {
        return Packet::without_ip(octets, lower, Offset::ABSENT);
    };
    match first >> 4 {
        4 => ipv4(octets, lower, at, first),
        6 => ipv6(octets, lower, at),
        _ => Packet::without_ip(octets, lower, Offset::new(at)),
    }
}

/// What an IP header that is not there carries. Nothing can be loaded from the absent header,
/// so only the protocol and what follows are reported.
pub(super) fn ip_payload(octets: &[u8], ip_version: u8, protocol: u8) -> Packet<'_> {
    let packet = Packet {
        ip_version,
        ..Packet::without_ip(octets, Lower::NONE, Offset::ABSENT)
    };
    let is_passed = match ip_version {
        6 => is_extension_header,
        _ => |next_header| next_header == protocol::AUTHENTICATION,
    };
    packet.with_extension_headers(0, protocol, is_passed)
}

/// IPv4 (RFC 791, section 3.1).
#[inline]
fn ipv4(octets: &[u8], lower: Lower, at: usize, first: u8) -> Packet<'_> {
    let header_len = usize::from(first & 0x0f) << 2;
    let end = plus(at, header_len);
    let header = match load::<IPV4_LEN>(octets, at) {
        Some(header) if header_len >= IPV4_LEN && end <= octets.len() => header,
        _ => return broken_ipv4(octets, lower, at),
    };
    let [_, _, l0, l1, _, _, f0, f1, _, protocol, ..] = header;
    let total_len = usize::from(u16::from_be_bytes([l0, l1]));
    let octets = if total_len >= header_len {
        until(octets, plus(at, total_len))
    } else {
        // A length without room for the header was left to the network card, or is a lie.
        octets
    };
    let packet = Packet::with_ip(octets, lower, at, 4);
    if u16::from_be_bytes([f0, f1]) & IPV4_FRAGMENT_OFFSET != 0 {
        packet.with_rest(end, protocol)
    } else if protocol == protocol::AUTHENTICATION {
        ipv4_with_authentication(octets, lower, at, end)
    } else {
        packet.with_upper(end, protocol)
    }
}

/// What can still be read of an IPv4 header that is cut or whose length is impossible.
#[cold]
fn broken_ipv4(octets: &[u8], lower: Lower, at: usize) -> Packet<'_> {
    Packet {
        protocol: octets
            .get(plus(at, 9))
            .copied()
            .filter(|&protocol| protocol != protocol::AUTHENTICATION),
        ..Packet::with_ip(octets, lower, at, 4)
    }
}

/// IPv6 (RFC 8200, section 3).
#[inline]
fn ipv6(octets: &[u8], lower: Lower, at: usize) -> Packet<'_> {
    let Some([high, low, next_header]) = load(octets, plus(at, 4)) else {
        return Packet::with_ip(octets, lower, at, 6);
    };
    let end = plus(at, IPV6_LEN);
    // Zero: a jumbogram, or a length left to the network card.
    let octets = match usize::from(u16::from_be_bytes([high, low])) {
        0 => octets,
        payload_len => until(octets, plus(end, payload_len)),
    };
    if is_extension_header(next_header) {
        return ipv6_with_extensions(octets, lower, at, next_header);
    }
    let packet = Packet::with_ip(octets, lower, at, 6);
    if end <= octets.len() {
        packet.with_upper(end, next_header)
    } else {
        Packet {
            protocol: Some(next_header),
            ..packet
        }
    }
}

// Separate from the straight path and with arguments that fit registers, so that the packet of the
// straight path need not be built in memory first: 14 ns a packet became 10.

/// IPv4 with an Authentication Header at `end`.
#[inline(never)]
fn ipv4_with_authentication(octets: &[u8], lower: Lower, at: usize, end: usize) -> Packet<'_> {
    Packet::with_ip(octets, lower, at, 4).with_extension_headers(
        end,
        protocol::AUTHENTICATION,
        |next_header| next_header == protocol::AUTHENTICATION,
    )
}

/// IPv6 with a first extension header of the kind `next_header`.
#[inline(never)]
fn ipv6_with_extensions(octets: &[u8], lower: Lower, at: usize, next_header: u8) -> Packet<'_> {
    Packet::with_ip(octets, lower, at, 6).with_extension_headers(
        plus(at, IPV6_LEN),
        next_header,
        is_extension_header,
    )
}

/// Whether a Next Header leads to a header that leads to another. Mobility, HIP and Shim6
/// headers carry messages of their own, and nothing follows them.
#[inline]
pub(super) fn is_extension_header(next_header: u8) -> bool {
    matches!(
        next_header,
        protocol::HOP_BY_HOP
            | protocol::ROUTING
            | protocol::FRAGMENT
            | protocol::AUTHENTICATION
            | protocol::DESTINATION_OPTIONS
    )
}

impl<'a> Packet<'a> {
    /// A packet with an IP header at `at`, of which nothing else is known.
    #[inline]
    fn with_ip(octets: &'a [u8], lower: Lower, at: usize, ip_version: u8) -> Self {
        Self {
            network: Offset::new(at),
            ip_version,
            ..Self::without_ip(octets, lower, Offset::ABSENT)
        }
    }

    /// Adds the payload of the IP headers, which begins at `at`.
    #[inline]
    fn with_upper(self, at: usize, protocol: u8) -> Self {
        let transport = match protocol {
            protocol::NO_NEXT_HEADER => Offset::ABSENT,
            _ => Offset::new(at),
        };
        Self {
            protocol: Some(protocol),
            transport,
            next: transport,
            ..self
        }
    }

    /// Adds the octets from `at`, which continue a packet that began in another fragment.
    #[inline]
    fn with_rest(self, at: usize, protocol: u8) -> Self {
        Self {
            protocol: Some(protocol),
            next: Offset::new(at),
            ..self
        }
    }

    /// The chain of extension headers (RFC 8200, section 4; RFC 4302, section 2), while
    /// `is_passed` accepts the next header.
    fn with_extension_headers(
        mut self,
        mut at: usize,
        mut next_header: u8,
        is_passed: fn(u8) -> bool,
    ) -> Self {
        const SEGMENT_ROUTING: u8 = 4;

        for _ in 0..=MAX_EXTENSION_HEADERS {
            if !is_passed(next_header) {
                return self.with_upper(at, next_header);
            }
            let is_fragment = next_header == protocol::FRAGMENT;
            if is_fragment && self.fragment.is_absent() {
                self.fragment = Offset::new(at);
            }
            let Some([following, len, third, fourth]) = load(self.octets, at) else {
                return self;
            };
            let size = match next_header {
                protocol::FRAGMENT => FRAGMENT_LEN,
                // In words of 32 bits without the first two; the fixed part has three.
                protocol::AUTHENTICATION if len == 0 => return self,
                protocol::AUTHENTICATION => plus(usize::from(len), 2) << 2,
                // In words of 64 bits without the first.
                _ => plus(usize::from(len), 1) << 3,
            };
            let end = plus(at, size);
            if end > self.octets.len() {
                return self;
            }
            if is_fragment && u16::from_be_bytes([third, fourth]) >> 3 != 0 {
                return self.with_rest(end, following);
            }
            if next_header == protocol::ROUTING && third == SEGMENT_ROUTING {
                self.segment_routing = true;
            }
            next_header = following;
            at = end;
        }
        self
    }
}
