//! TCP, UDP and the other transport protocols with ports; ICMP and IGMP.

use super::offset::until;
use super::{Packet, protocol};

/// Header lengths in octets.
const TCP_LEN: usize = 20;
const UDP_LEN: usize = 8;
const DCCP_LEN: usize = 12;
const SCTP_LEN: usize = 12;
const ICMP_LEN: usize = 8;

impl<'a> Packet<'a> {
    /// Where the header after the IP headers begins, in octets from the start of the sample.
    /// Absent in a fragment that is not the first.
    #[inline]
    #[must_use]
    pub fn transport_offset(&self) -> Option<usize> {
        self.transport.get()
    }

    /// Source port of TCP (RFC 9293), UDP (RFC 768), UDP-Lite (RFC 3828), SCTP (RFC 9260) or DCCP
    /// (RFC 4340).
    #[inline]
    #[must_use]
    pub fn source_port(&self) -> Option<u16> {
        self.port(0)
    }

    /// Destination port, of the same protocols as [`source_port`](Self::source_port).
    #[inline]
    #[must_use]
    pub fn destination_port(&self) -> Option<u16> {
        self.port(2)
    }

    /// Control bits of TCP as in Information Element 6, `tcpControlBits` (RFC 7125): 16 bits of
    /// the header with the data offset as zero, so 12 are left, FIN the lowest.
    #[inline]
    #[must_use]
    pub fn tcp_flags(&self) -> Option<u16> {
        self.tcp_at(12).map(|bits| bits & 0x0fff)
    }

    /// Sequence number of TCP (RFC 9293, section 3.1).
    #[inline]
    #[must_use]
    pub fn tcp_sequence(&self) -> Option<u32> {
        match self.protocol {
            Some(protocol::TCP) => self.transport.load_u32(self.octets, 4),
            _ => None,
        }
    }

    /// Acknowledgment number of TCP, valid if the ACK bit is set (RFC 9293, section 3.1).
    #[inline]
    #[must_use]
    pub fn tcp_acknowledgment(&self) -> Option<u32> {
        match self.protocol {
            Some(protocol::TCP) => self.transport.load_u32(self.octets, 8),
            _ => None,
        }
    }

    /// Window of TCP without scaling, in octets (RFC 9293, section 3.1).
    #[inline]
    #[must_use]
    pub fn tcp_window(&self) -> Option<u16> {
        self.tcp_at(14)
    }

    /// Type of an ICMP (RFC 792) or ICMPv6 (RFC 4443) message.
    #[inline]
    #[must_use]
    pub fn icmp_type(&self) -> Option<u8> {
        self.icmp_at(0)
    }

    /// Code of an ICMP (RFC 792) or ICMPv6 (RFC 4443) message.
    #[inline]
    #[must_use]
    pub fn icmp_code(&self) -> Option<u8> {
        self.icmp_at(1)
    }

    /// Type of an IGMP message (RFC 9776, section 4).
    #[inline]
    #[must_use]
    pub fn igmp_type(&self) -> Option<u8> {
        match self.protocol {
            Some(protocol::IGMP) => self.transport.load_u8(self.octets, 0),
            _ => None,
        }
    }

    #[inline]
    fn port(&self, skip: usize) -> Option<u16> {
        match self.protocol {
            Some(
                protocol::TCP
                | protocol::UDP
                | protocol::DCCP
                | protocol::SCTP
                | protocol::UDP_LITE,
            ) => self.transport.load_u16(self.octets, skip),
            _ => None,
        }
    }

    #[inline]
    fn tcp_at(&self, skip: usize) -> Option<u16> {
        match self.protocol {
            Some(protocol::TCP) => self.transport.load_u16(self.octets, skip),
            _ => None,
        }
    }

    #[inline]
    fn icmp_at(&self, skip: usize) -> Option<u8> {
        match self.protocol {
            Some(protocol::ICMP | protocol::ICMPV6) => self.transport.load_u8(self.octets, skip),
            _ => None,
        }
    }

    /// Length of a UDP datagram in octets with its header, as it was sent (RFC 768); zero if the
    /// length is that of IP (RFC 2675, section 4).
    #[inline]
    #[must_use]
    pub fn udp_length(&self) -> Option<u16> {
        match self.protocol {
            Some(protocol::UDP) => self.transport.load_u16(self.octets, 4),
            _ => None,
        }
    }

    /// Octets of the transport header at the start of `segment`, which it does not run past; none
    /// if the protocol is not read here.
    pub(super) fn transport_header_len(&self, segment: &[u8]) -> Option<usize> {
        let len = match self.protocol? {
            protocol::TCP => {
                let data_offset = usize::from(segment.get(12)? >> 4) << 2;
                (data_offset >= TCP_LEN).then_some(data_offset)?
            }
            protocol::DCCP => {
                let data_offset = usize::from(*segment.get(4)?) << 2;
                (data_offset >= DCCP_LEN).then_some(data_offset)?
            }
            protocol::UDP | protocol::UDP_LITE => UDP_LEN,
            protocol::SCTP => SCTP_LEN,
            protocol::ICMP | protocol::ICMPV6 => ICMP_LEN,
            _ => 0,
        };
        (len <= segment.len()).then_some(len)
    }

    /// What follows the transport header at the start of `segment`; all of it if the protocol is
    /// not read here.
    pub(super) fn transport_payload(&self, segment: &'a [u8]) -> Option<&'a [u8]> {
        let header_len = self.transport_header_len(segment)?;
        let payload = segment.get(header_len..)?;
        let udp_len = self.udp_length().map_or(0, usize::from);
        // Zero is a length left open (RFC 2675, section 4).
        Some(match udp_len.checked_sub(UDP_LEN) {
            Some(len) => until(payload, len),
            None => payload,
        })
    }
}
