//! The headers inside a sampled packet: what sFlow's `sampled_header`, the packet sections of
//! IPFIX (`dataLinkFrameSection`, `ipHeaderPacketSection`, `mplsLabelStackSection`) and PSAMP
//! carry.
//!
//! A [`Packet`] is one stack of headers: link, VLAN tags, MPLS labels, IP, transport. The packet
//! in a tunnel is another `Packet`, [`inner`](Packet::inner), read only when asked for.
//!
//! # What a cut leaves
//!
//! The sampled octets may end anywhere. Each accessor answers `Some` if the octets of *its*
//! field are there, and an answer never changes as the sample grows longer: a
//! sample that ends in the middle of an IPv4 header still has the fields before the cut.
//! What comes after a header of variable length is returned once that header is whole.
//! A header whose length is impossible (an IPv4 header of fewer than 20 octets) has its fixed
//! fields and ends the dissection. Octets after the end of the packet by its own
//! length (the padding of a short Ethernet frame) belong to no layer.
//!
//! ```
//! use netflow_core::packet::{HeaderProtocol, Packet};
//!
//! let sampled = [
//!     0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7, // IPv4
//!     0xc0, 0, 1, 0xbb, // TCP, cut after its ports
//! ];
//! let packet = Packet::dissect(HeaderProtocol::IPV4, &sampled);
//! assert_eq!(packet.destination_port(), Some(443));
//! assert_eq!(packet.tcp_flags(), None);
//! ```

mod header_protocol;
mod ip;
mod ip_fits;
mod link;
mod network;
mod offset;
pub mod protocol;
mod pseudowire;
mod tag;
mod transport;
mod tunnel;
#[cfg(feature = "alloc")]
mod usual;

pub use header_protocol::HeaderProtocol;
pub use tag::{MplsLabel, MplsLabels, VlanTag, Vlans};
pub use tunnel::{Inner, Tunnel};

use self::offset::{Offset, plus, until};

#[cfg(test)]
mod tests;

/// One stack of headers at the start of a sampled packet.
///
/// Holds the octets and where the layers begin; fields are loaded when they are asked for.
/// At most 65,535 octets are read.
///
/// ```
/// use netflow_core::packet::{HeaderProtocol, Packet};
///
/// // The start of an IPv4 packet; the sample ends after the ports of TCP.
/// let sampled = [
///     0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7, 0xc0, 0, 1, 0xbb,
/// ];
/// let packet = Packet::dissect(HeaderProtocol::IPV4, &sampled);
/// assert_eq!(packet.destination_address(), Some([198, 51, 100, 7].into()));
/// assert_eq!((packet.destination_port(), packet.tcp_flags()), (Some(443), None));
/// assert_eq!(packet.ip_total_length(), Some(40));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The octets from the start of the sample to the end of the packet by its own lengths.
    octets: &'a [u8],
    lower: Lower,
    network: Offset,
    /// The first Fragment header of IPv6.
    fragment: Offset,
    transport: Offset,
    /// The offset after the link and network headers; absent if one of them is cut.
    next: Offset,
    /// 4, 6, or 0 without an IP header.
    ip_version: u8,
    protocol: Option<u8>,
    /// Whether a Segment Routing Header (RFC 8754) was passed.
    segment_routing: bool,
}

/// What was found below the network layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lower {
    link: Link,
    /// The last EtherType read; 0 if there is none.
    ether_type: u16,
    mpls: Offset,
}

impl Lower {
    const NONE: Self = Self::new(Link::None);

    const fn new(link: Link) -> Self {
        Self {
            link,
            ether_type: 0,
            mpls: Offset::ABSENT,
        }
    }
}

/// The link header a packet begins with, as far as it has addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    None,
    Ethernet,
    Ieee80211,
    /// Labels that are not there.
    Mpls,
}

impl<'a> Packet<'a> {
    /// A packet without layers.
    #[cfg(feature = "alloc")]
    pub(crate) const EMPTY: Self = Self::without_ip(&[], Lower::NONE, Offset::ABSENT);

    /// Finds the headers in sampled octets that begin with `protocol`.
    ///
    /// Never fails: what cannot be read is absent. A protocol that is not read, such as
    /// [`HeaderProtocol::FDDI`], makes a packet without layers.
    ///
    /// # Examples
    ///
    /// ```
    /// use netflow_core::packet::{HeaderProtocol, Packet};
    ///
    /// let sampled = [
    ///     0x02, 0, 0, 0, 0, 0x01, 0x02, 0, 0, 0, 0, 0x02, // addresses
    ///     0x81, 0x00, 0x00, 0x2a, 0x08, 0x00, // VLAN 42, IPv4
    ///     0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7,
    ///     0x30, 0x39, 0x00, 0x35, 0, 8, 0, 0, // UDP
    /// ];
    /// let packet = Packet::dissect(HeaderProtocol::ETHERNET, &sampled);
    /// assert_eq!(packet.vlan(), Some(42));
    /// assert_eq!(packet.source_address(), Some([192, 0, 2, 1].into()));
    /// assert_eq!(packet.protocol(), Some(17));
    /// assert_eq!(packet.source_port(), Some(12345));
    /// assert_eq!(packet.payload(), Some(&[][..]));
    /// ```
    #[inline]
    #[must_use]
    pub fn dissect(protocol: HeaderProtocol, octets: &'a [u8]) -> Self {
        let octets = until(octets, Offset::MAX_OCTETS);
        match protocol {
            HeaderProtocol::ETHERNET | HeaderProtocol::IEEE80211_AMSDU_SUBFRAME => {
                link::ethernet(octets)
            }
            HeaderProtocol::IPV4 | HeaderProtocol::IPV6 => ip::ip(octets, Lower::NONE, 0),
            HeaderProtocol::MPLS => link::mpls(octets, Lower::NONE, 0),
            HeaderProtocol::PPP | HeaderProtocol::POS => link::ppp(octets, Lower::NONE, 0),
            HeaderProtocol::IEEE80211_MAC => link::ieee80211(octets),
            _ => Self::without_ip(octets, Lower::NONE, Offset::ABSENT),
        }
    }

    /// The same packet, if it is one of Ethernet that begins as most do.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn dissect_usual(protocol: HeaderProtocol, octets: &'a [u8]) -> Option<Self> {
        match protocol {
            HeaderProtocol::ETHERNET => usual::ethernet(until(octets, Offset::MAX_OCTETS)),
            _ => None,
        }
    }

    /// Finds the headers in octets that follow an EtherType: VLAN tags, MPLS labels, a PPPoE
    /// session or IP. Captures of "any" interface of Linux carry one without an Ethernet header.
    ///
    /// Below 0x0600 the octets begin with the header of IEEE 802.2.
    ///
    /// # Examples
    ///
    /// ```
    /// use netflow_core::packet::Packet;
    ///
    /// let octets = [
    ///     0x00, 0x2a, 0x08, 0x00, // VLAN 42, IPv4
    ///     0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7,
    /// ];
    /// let packet = Packet::dissect_ether_type(0x8100, &octets);
    /// assert_eq!(packet.source_address(), Some([192, 0, 2, 1].into()));
    /// ```
    #[must_use]
    pub fn dissect_ether_type(ether_type: u16, octets: &'a [u8]) -> Self {
        link::of_ether_type(until(octets, Offset::MAX_OCTETS), ether_type)
    }

    /// Finds the headers that follow an IP header of this version, 4 or 6, whose protocol is
    /// `protocol`: the transport protocol or a tunnel, in IPv6 after the extension headers. The
    /// fields of the IP header itself are absent.
    ///
    /// # Examples
    ///
    /// ```
    /// use netflow_core::packet::Packet;
    ///
    /// let reassembled = [0x30, 0x39, 0x00, 0x35, 0, 8, 0, 0]; // UDP
    /// let packet = Packet::dissect_ip_payload(4, 17, &reassembled);
    /// assert_eq!(packet.destination_port(), Some(53));
    /// assert_eq!(packet.source_address(), None);
    /// ```
    #[must_use]
    pub fn dissect_ip_payload(ip_version: u8, protocol: u8, octets: &'a [u8]) -> Self {
        ip::ip_payload(until(octets, Offset::MAX_OCTETS), ip_version, protocol)
    }

    /// What follows a label stack (RFC 3032).
    #[cfg(feature = "alloc")]
    pub(crate) fn of_mpls_payload(octets: &'a [u8]) -> Self {
        let octets = until(octets, Offset::MAX_OCTETS);
        link::mpls_payload(octets, Lower::new(Link::Mpls), 0)
    }

    /// A packet without an IP header, whose payload begins at `next`.
    #[inline]
    const fn without_ip(octets: &'a [u8], lower: Lower, next: Offset) -> Self {
        Self {
            octets,
            lower,
            network: Offset::ABSENT,
            fragment: Offset::ABSENT,
            transport: Offset::ABSENT,
            next,
            ip_version: 0,
            protocol: None,
            segment_routing: false,
        }
    }

    /// The octets of the packet, from its first header to its end by its own lengths or to
    /// that of the sample: octets after them belong to no layer. Offsets count
    /// from here.
    #[inline]
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Where [`payload`](Self::payload) begins, in octets from the start of the sample.
    #[must_use]
    pub fn payload_offset(&self) -> Option<usize> {
        let next = self.next.get()?;
        let from_next = self.octets.get(next..)?;
        if self.transport.is_absent() {
            Some(next)
        } else {
            Some(plus(next, self.transport_header_len(from_next)?))
        }
    }

    /// The octets after the last header that was read completely: that of the transport protocol, the
    /// IP headers (in a fragment that is not the first, or before a transport protocol that is not
    /// read) or the link layer. At most to the end of the packet by its own lengths.
    ///
    /// For ICMP the first eight octets count as the header, so the payload of an error begins
    /// with the packet that it quotes.
    #[must_use]
    pub fn payload(&self) -> Option<&'a [u8]> {
        let from_next = self.octets.get(self.next.get()?..)?;
        if self.transport.is_absent() {
            Some(from_next)
        } else {
            self.transport_payload(from_next)
        }
    }
}
