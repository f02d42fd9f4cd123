//! IPv4, and IPv6 with its extension headers.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::offset::{Offset, load, plus, until};
use super::{Lower, Packet, protocol};

pub(super) const IPV4_LEN: usize = 20;
pub(super) const IPV6_LEN: usize = 40;
const FRAGMENT_LEN: usize = 8;

/// The most extension headers that are passed. RFC 8200, section 4.1, has seven at most.
const MAX_EXTENSION_HEADERS: usize = 16;

/// The fragment offset in the 16 bits that hold it and three flags (RFC 791, section 3.1).
const IPV4_FRAGMENT_OFFSET: u16 = 0x1fff;
const IPV4_MORE_FRAGMENTS: u16 = 0x2000;
/// The M flag of the Fragment header (RFC 8200, section 4.5); the offset is above it.
const IPV6_MORE_FRAGMENTS: u16 = 0x0001;

impl<'a> Packet<'a> {
    /// Version of the IP header, 4 or 6, by its own first four bits.
    #[inline]
    #[must_use]
    pub fn ip_version(&self) -> Option<u8> {
        (self.ip_version != 0).then_some(self.ip_version)
    }

    /// Where the IP header begins, in octets from the start of the sample.
    #[inline]
    #[must_use]
    pub fn network_offset(&self) -> Option<usize> {
        self.network.get()
    }

    /// Source address (RFC 791, section 3.1; RFC 8200, section 3).
    #[inline]
    #[must_use]
    pub fn source_address(&self) -> Option<IpAddr> {
        match self.ip_version {
            4 => self.ipv4_address(12),
            6 => self.ipv6_address(8),
            _ => None,
        }
    }

    /// Destination address as it is in the header (RFC 791, section 3.1; RFC 8200, section
    /// 3): while a routing header is in use, that of the next stop.
    #[inline]
    #[must_use]
    pub fn destination_address(&self) -> Option<IpAddr> {
        match self.ip_version {
            4 => self.ipv4_address(16),
            6 => self.ipv6_address(24),
            _ => None,
        }
    }

    /// Protocol number of what follows the IP headers: in IPv6 the last Next Header, and in both
    /// versions that of an Authentication Header (RFC 4302). Absent while the headers up to it
    /// are not whole, because an extension header is not what the packet carries.
    #[inline]
    #[must_use]
    pub fn protocol(&self) -> Option<u8> {
        self.protocol
    }

    /// Type of Service (RFC 791, section 3.1) or Traffic Class (RFC 8200, section 3): six bits of
    /// DSCP, two of ECN.
    #[inline]
    #[must_use]
    pub fn tos(&self) -> Option<u8> {
        match self.ip_version {
            4 => self.network.load_u8(self.octets, 1),
            6 => {
                let [high, low] = self.network.load(self.octets, 0)?;
                Some(high << 4 | low >> 4)
            }
            _ => None,
        }
    }

    /// Time to Live (RFC 791, section 3.1) or Hop Limit (RFC 8200, section 3).
    #[inline]
    #[must_use]
    pub fn ttl(&self) -> Option<u8> {
        match self.ip_version {
            4 => self.network.load_u8(self.octets, 8),
            6 => self.network.load_u8(self.octets, 7),
            _ => None,
        }
    }

    /// Length of the IP packet in octets with its header: Total Length (RFC 791, section 3.1), or
    /// Payload Length and 40 (RFC 8200, section 3).
    ///
    /// Absent if the header leaves it open with a zero: jumbograms (RFC 2675), and packets sampled
    /// before the network card has cut them into segments.
    #[inline]
    #[must_use]
    pub fn ip_total_length(&self) -> Option<u32> {
        match self.ip_version {
            4 => match self.network.load_u16(self.octets, 2)? {
                0 => None,
                length => Some(u32::from(length)),
            },
            6 => match self.network.load::<3>(self.octets, 4)? {
                [0, 0, protocol::NO_NEXT_HEADER] => Some(40),
                [0, 0, _] => None,
                [high, low, _] => Some(u32::from(u16::from_be_bytes([high, low])).wrapping_add(40)),
            },
            _ => None,
        }
    }

    /// Identification of the fragments of one packet: 16 bits (RFC 791, section 3.1), or 32 bits
    /// of the Fragment header (RFC 8200, section 4.5), absent without one.
    #[inline]
    #[must_use]
    pub fn fragment_id(&self) -> Option<u32> {
        match self.ip_version {
            4 => self.network.load_u16(self.octets, 4).map(u32::from),
            6 => self.fragment.load_u32(self.octets, 4),
            _ => None,
        }
    }

    /// Where this fragment belongs in its packet, in units of 8 octets (RFC 791, section 3.1; RFC
    /// 8200, section 4.5, absent without a Fragment header).
    #[inline]
    #[must_use]
    pub fn fragment_offset(&self) -> Option<u16> {
        match self.ip_version {
            4 => Some(self.network.load_u16(self.octets, 6)? & IPV4_FRAGMENT_OFFSET),
            6 => Some(self.fragment.load_u16(self.octets, 2)? >> 3),
            _ => None,
        }
    }

    /// Whether more fragments of the packet follow this one; in IPv6 `false` without a Fragment
    /// header, once it is known that there is none.
    #[inline]
    #[must_use]
    pub fn more_fragments(&self) -> Option<bool> {
        match self.ip_version {
            4 => Some(self.network.load_u16(self.octets, 6)? & IPV4_MORE_FRAGMENTS != 0),
            6 if self.fragment.is_absent() => self.protocol.map(|_| false),
            6 => Some(self.fragment.load_u16(self.octets, 2)? & IPV6_MORE_FRAGMENTS != 0),
            _ => None,
        }
    }

    /// Whether this is a part of a larger packet. An atomic fragment (RFC 6946) is not.
    #[inline]
    #[must_use]
    pub fn is_fragment(&self) -> Option<bool> {
        let more_fragments = self.more_fragments()?;
        Some(more_fragments || self.fragment_offset().is_some_and(|offset| offset != 0))
    }

    /// What a fragment holds of its packet: the protocol number of the header that the part
    /// which was fragmented begins with, and where the octets of this fragment begin, from the
    /// start of the sample. In IPv4 that is after the header (RFC 791, section 3.2), in IPv6
    /// after the first Fragment header (RFC 8200, section 4.5); absent in IPv6 without one.
    #[must_use]
    pub fn fragment_payload(&self) -> Option<(u8, usize)> {
        let (protocol, end) = match self.ip_version {
            4 => {
                let header_len = usize::from(self.network.load_u8(self.octets, 0)? & 0x0f) << 2;
                let protocol = self.network.load_u8(self.octets, 9)?;
                (header_len >= IPV4_LEN).then_some(())?;
                (protocol, plus(self.network.get()?, header_len))
            }
            6 => {
                let next_header = self.fragment.load_u8(self.octets, 0)?;
                (next_header, plus(self.fragment.get()?, FRAGMENT_LEN))
            }
            _ => return None,
        };
        (end <= self.octets.len()).then_some((protocol, end))
    }

    /// Flow Label of IPv6, 20 bits (RFC 6437).
    #[inline]
    #[must_use]
    pub fn ipv6_flow_label(&self) -> Option<u32> {
        match self.ip_version {
            6 => Some(self.network.load_u32(self.octets, 0)? & 0x000f_ffff),
            _ => None,
        }
    }

    #[inline]
    fn ipv4_address(&self, skip: usize) -> Option<IpAddr> {
        let octets: [u8; 4] = self.network.load(self.octets, skip)?;
        Some(IpAddr::V4(Ipv4Addr::from(octets)))
    }

    #[inline]
    fn ipv6_address(&self, skip: usize) -> Option<IpAddr> {
        let octets: [u8; 16] = self.network.load(self.octets, skip)?;
        Some(IpAddr::V6(Ipv6Addr::from(octets)))
    }

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

    /// The chain of extension headers (RFC 8200, section 4; RFC 4302, section 2), as long as
    /// `is_passed` says so of the next.
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
fn is_extension_header(next_header: u8) -> bool {
    matches!(
        next_header,
        protocol::HOP_BY_HOP
            | protocol::ROUTING
            | protocol::FRAGMENT
            | protocol::AUTHENTICATION
            | protocol::DESTINATION_OPTIONS
    )
}
