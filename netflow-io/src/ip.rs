//! What IP, UDP and TCP headers say about a captured packet: who sent it, and where the
//! payload is.

use core::net::IpAddr;
use core::ops::Range;

use netflow_core::packet::{Packet, protocol};

/// An IP packet or a fragment of one.
#[derive(Debug, Clone)]
pub(crate) struct Ip {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    /// The protocol of the payload; in a fragment, that at the start of the whole packet.
    pub(crate) protocol: u8,
    /// Octets of the packet after its headers that were captured.
    pub(crate) payload: Range<usize>,
    /// Octets of the payload that were not captured.
    pub(crate) missing: usize,
    pub(crate) fragment: Option<Fragment>,
}

/// Where a fragment belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fragment {
    pub(crate) identification: u32,
    /// Octets of the whole before it.
    pub(crate) offset: usize,
    /// Others follow.
    pub(crate) more: bool,
}

impl Ip {
    /// Reads the IP headers of a packet; `octets` are those of the packet and those after its end.
    /// `None` if the headers are cut or their lengths contradict each other.
    ///
    /// The packet itself holds no more than 65,535 octets, which is less than a frame of
    /// the loopback interface or of segmentation offload may have.
    pub(crate) fn of(packet: &Packet<'_>, octets: &[u8]) -> Option<Self> {
        let network = packet.network_offset()?;
        let total = match packet.ip_total_length() {
            // Zero is a jumbogram, or a length that was left to the network card.
            None => octets.len(),
            Some(length) => network.checked_add(usize::try_from(length).ok()?)?,
        };
        let end = total.min(octets.len());
        let (protocol, start, fragment) = if packet.is_fragment()? {
            let (protocol, start) = packet.fragment_payload()?;
            let fragment = Fragment {
                identification: packet.fragment_id()?,
                offset: usize::from(packet.fragment_offset()?).checked_mul(8)?,
                more: packet.more_fragments()?,
            };
            (protocol, start, Some(fragment))
        } else {
            let protocol = packet.protocol()?;
            let after_headers = (protocol == protocol::NO_NEXT_HEADER).then_some(end);
            (protocol, packet.transport_offset().or(after_headers)?, None)
        };
        (start <= end).then_some(Self {
            source: packet.source_address()?,
            destination: packet.destination_address()?,
            protocol,
            payload: start..end,
            missing: total.saturating_sub(end),
            fragment,
        })
    }
}

/// Whether a fragmented packet that begins with this protocol may hold flow export.
pub(crate) const fn may_transport(protocol: u8) -> bool {
    matches!(
        protocol,
        protocol::TCP
            | protocol::UDP
            | protocol::SCTP
            | protocol::HOP_BY_HOP
            | protocol::ROUTING
            | protocol::AUTHENTICATION
            | protocol::DESTINATION_OPTIONS
            | protocol::IPV4
            | protocol::IPV6
            | protocol::GRE
            | protocol::ETHER_IP
            | protocol::MPLS
            | protocol::ETHERNET
    )
}

/// What the header of a UDP datagram says (RFC 768).
#[derive(Debug, Clone)]
pub(crate) struct Udp {
    pub(crate) source: u16,
    pub(crate) destination: u16,
    /// The octets of the payload that were captured.
    pub(crate) payload: Range<usize>,
    /// Octets of the payload as sent.
    pub(crate) length: usize,
    /// The datagram announces more than was captured.
    pub(crate) cut: bool,
}

impl Udp {
    /// Reads the UDP header of a packet that ends at `end`; `missing` further octets of it were not
    /// captured. `None` if the header is cut or its length is shorter than itself.
    pub(crate) fn of(packet: &Packet<'_>, end: usize, missing: usize) -> Option<Self> {
        const HEADER: usize = 8;
        let transport = packet.transport_offset()?;
        let available = end.checked_sub(transport)?;
        let announced = match usize::from(packet.udp_length()?) {
            // A jumbogram (RFC 2675, section 4) or offload: what IP says.
            0 => available.checked_add(missing)?,
            1..HEADER => return None,
            announced => announced,
        };
        let start = packet.payload_offset()?;
        Some(Self {
            source: packet.source_port()?,
            destination: packet.destination_port()?,
            payload: start..transport.checked_add(announced.min(available))?,
            length: announced.saturating_sub(HEADER),
            cut: announced > available,
        })
    }
}

/// What the header of a TCP segment says (RFC 9293).
#[derive(Debug, Clone)]
pub(crate) struct Tcp {
    pub(crate) source: u16,
    pub(crate) destination: u16,
    pub(crate) sequence: u32,
    pub(crate) fin: bool,
    pub(crate) syn: bool,
    pub(crate) rst: bool,
    /// Where the payload begins.
    pub(crate) payload: usize,
}

impl Tcp {
    /// Reads the TCP header of a packet; `None` if it is cut.
    pub(crate) fn of(packet: &Packet<'_>) -> Option<Self> {
        let flags = packet.tcp_flags()?;
        Some(Self {
            source: packet.source_port()?,
            destination: packet.destination_port()?,
            sequence: packet.tcp_sequence()?,
            fin: flags & 1 != 0,
            syn: flags & 2 != 0,
            rst: flags & 4 != 0,
            payload: packet.payload_offset()?,
        })
    }
}
