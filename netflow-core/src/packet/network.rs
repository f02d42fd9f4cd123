//! The fields of IP headers.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::offset::plus;
use super::{Packet, protocol};

pub(super) const IPV4_LEN: usize = 20;
pub(super) const FRAGMENT_LEN: usize = 8;

/// The fragment offset in the 16 bits that hold it and three flags (RFC 791, section 3.1).
pub(super) const IPV4_FRAGMENT_OFFSET: u16 = 0x1fff;
const IPV4_MORE_FRAGMENTS: u16 = 0x2000;
/// The M flag of the Fragment header (RFC 8200, section 4.5); the offset is above it.
const IPV6_MORE_FRAGMENTS: u16 = 0x0001;

impl Packet<'_> {
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
}
