//! The packet that a tunnel carries inside another packet.
//!
//! Tunnels over IP are known by their protocol number, those over UDP by the port that IANA
//! assigned (in VXLAN also 8472, the default of Linux), so a service that uses such
//! a port for something else can look like a tunnel. Each therefore checks what its header
//! fixes, and a header that does not agree is not a tunnel.

mod header;

use self::header::{ether_ip, geneve, gre, gtp_u, teredo, tzsp, vxlan, vxlan_gpe};
use super::link::ether_type;
use super::offset::{Offset, load};
use super::pseudowire::pseudowire;
use super::{HeaderProtocol, Link, Lower, Packet, protocol};
use crate::named::named;

/// The packet inside another, and what tunnel it is in.
///
/// ```
/// use netflow_core::packet::{HeaderProtocol, Packet, Tunnel};
///
/// // IPv4 from 192.0.2.1 to 192.0.2.2, and inside it, in GRE, IPv4 from 10.0.0.1 to 10.0.0.2.
/// let octets = [
///     0x45, 0, 0, 44, 0, 0, 0, 0, 64, 47, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, // IPv4
///     0, 0, 8, 0, // GRE
///     0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
/// ];
/// let packet = Packet::dissect(HeaderProtocol::IPV4, &octets);
/// let inner = packet.inner().unwrap();
/// assert_eq!((inner.tunnel, inner.tunnel_id), (Tunnel::Gre, None)); // GRE without a key
/// assert_eq!(inner.packet.source_address(), Some([10, 0, 0, 1].into()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inner<'a> {
    /// How the inner packet is encapsulated.
    pub tunnel: Tunnel,
    /// The number that distinguishes tunnels of one kind: see each [`Tunnel`]. Absent if the kind
    /// has none or this packet does not say it.
    pub tunnel_id: Option<u64>,
    /// The headers of the inner packet; offsets count from its own first octet. It has no
    /// layers if the tunnel carries something that is not read.
    pub packet: Packet<'a>,
}

/// The kinds of tunnel whose inner packet is read.
///
/// ```
/// use netflow_core::packet::{HeaderProtocol, Packet};
///
/// // IPv4 from 192.0.2.1 to 192.0.2.2, and inside it, in GRE, IPv4 from 10.0.0.1 to 10.0.0.2.
/// let octets = [
///     0x45, 0, 0, 44, 0, 0, 0, 0, 64, 47, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, // IPv4
///     0, 0, 8, 0, // GRE
///     0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
/// ];
/// let packet = Packet::dissect(HeaderProtocol::IPV4, &octets);
/// let inner = packet.inner().unwrap();
/// assert_eq!(inner.tunnel.name(), "gre");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Tunnel {
    /// IPv4 in IPv4 (RFC 2003).
    Ipv4InIpv4,
    /// IPv6 in IPv4, as in 6in4, 6to4 and ISATAP (RFC 4213).
    Ipv6InIpv4,
    /// IPv4 in IPv6, as in DS-Lite (RFC 2473).
    Ipv4InIpv6,
    /// IPv6 in IPv6 (RFC 2473), also SRv6 with a single segment, which has no header of its own.
    Ipv6InIpv6,
    /// IPv6 with a Segment Routing Header (RFC 8754), or Ethernet by Next Header 143 (RFC 8986).
    Srv6,
    /// Ethernet in IP (RFC 3378).
    EtherIp,
    /// MPLS in IP (RFC 4023).
    MplsInIp,
    /// MPLS in UDP (RFC 7510).
    MplsInUdp,
    /// GRE (RFC 2784), with PPTP (RFC 2637) and NVGRE (RFC 7637). The identifier is the Key
    /// (RFC 2890), 32 bits; in PPTP the Call ID, 16 bits. NVGRE has its 24 bits of Virtual
    /// Subnet ID above 8 bits of FlowID in the Key, and nothing distinguishes it from other GRE.
    Gre,
    /// ERSPAN, a mirrored Ethernet frame in GRE. The identifier is the Session ID, 10 bits.
    Erspan,
    /// VXLAN (RFC 7348). The identifier is the VNI, 24 bits.
    Vxlan,
    /// VXLAN with Generic Protocol Extension (draft-ietf-nvo3-vxlan-gpe). The identifier is the
    /// VNI, 24 bits.
    VxlanGpe,
    /// Geneve (RFC 8926). The identifier is the VNI, 24 bits.
    Geneve,
    /// GTP-U (3GPP TS 29.281). The identifier is the TEID, 32 bits.
    GtpU,
    /// Teredo (RFC 4380).
    Teredo,
    /// Ethernet over MPLS with a control word (RFC 4448). The identifier is the bottom label.
    MplsPseudowire,
    /// Provider Backbone Bridges (IEEE 802.1ah). The identifier is the I-SID, 24 bits.
    ProviderBackboneBridge,
    /// TZSP, the TaZmen Sniffer Protocol: a mirrored frame in UDP, as MikroTik sends it.
    Tzsp,
}

named!(Tunnel {
    Ipv4InIpv4 = "ipv4_in_ipv4",
    Ipv6InIpv4 = "ipv6_in_ipv4",
    Ipv4InIpv6 = "ipv4_in_ipv6",
    Ipv6InIpv6 = "ipv6_in_ipv6",
    Srv6 = "srv6",
    EtherIp = "etherip",
    MplsInIp = "mpls_in_ip",
    MplsInUdp = "mpls_in_udp",
    Gre = "gre",
    Erspan = "erspan",
    Vxlan = "vxlan",
    VxlanGpe = "vxlan_gpe",
    Geneve = "geneve",
    GtpU = "gtp_u",
    Teredo = "teredo",
    MplsPseudowire = "mpls_pseudowire",
    ProviderBackboneBridge = "provider_backbone_bridge",
    Tzsp = "tzsp",
});

#[cfg(feature = "alloc")]
impl Tunnel {
    /// The tunnel of an outer header by its version, protocol and, of UDP, destination port.
    pub(crate) fn of_outer_header(
        version: u8,
        protocol: u32,
        destination_port: u32,
    ) -> Option<Self> {
        let destination_port = u16::try_from(destination_port).unwrap_or(0);
        Some(match (protocol, version, destination_port) {
            (4, 4, _) => Self::Ipv4InIpv4,
            (4, _, _) => Self::Ipv4InIpv6,
            (41, 4, _) => Self::Ipv6InIpv4,
            (41, _, _) => Self::Ipv6InIpv6,
            (47, _, _) => Self::Gre,
            (97, _, _) => Self::EtherIp,
            (137, _, _) => Self::MplsInIp,
            (17, _, port::VXLAN) => Self::Vxlan,
            (17, _, port::GENEVE) => Self::Geneve,
            _ => return None,
        })
    }
}

/// UDP ports of tunnels (IANA Service Name and Transport Protocol Port Number Registry).
mod port {
    pub(super) const GTP_U: u16 = 2152;
    pub(super) const TEREDO: u16 = 3544;
    pub(super) const VXLAN: u16 = 4789;
    pub(super) const VXLAN_GPE: u16 = 4790;
    pub(super) const GENEVE: u16 = 6081;
    pub(super) const MPLS: u16 = 6635;
    /// Assigned to nobody; what MikroTik and the dissectors of TZSP use.
    pub(super) const TZSP: u16 = 37008;
    /// The default of Linux, older than the assignment.
    pub(super) const VXLAN_LINUX: u16 = 8472;
}

impl<'a> Packet<'a> {
    /// The packet that this one carries, if it is a tunnel whose own header is whole.
    ///
    /// Each inner packet is shorter than the one around it, so a loop over `inner` ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use netflow_core::packet::{HeaderProtocol, Packet, Tunnel};
    ///
    /// let sampled = [
    ///     0x45, 0, 0, 40, 0, 0, 0, 0, 64, 4, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, // outer
    ///     0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, // inner
    /// ];
    /// let outer = Packet::dissect(HeaderProtocol::IPV4, &sampled);
    /// let inner = outer.inner().unwrap();
    /// assert_eq!(inner.tunnel, Tunnel::Ipv4InIpv4);
    /// assert_eq!(inner.packet.source_address(), Some([10, 0, 0, 1].into()));
    /// ```
    #[must_use]
    pub fn inner(&self) -> Option<Inner<'a>> {
        let payload = self.payload()?;
        if self.ip_version == 0 {
            return self.below_ip(payload);
        }
        self.transport.get()?;
        let tunnel = match (self.protocol?, self.ip_version) {
            (protocol::UDP, _) => return self.over_udp(payload),
            (protocol::GRE, _) => return gre(payload),
            (protocol::ETHER_IP, _) => return ether_ip(payload),
            (protocol::MPLS, _) => {
                return Some(Inner::new(Tunnel::MplsInIp, HeaderProtocol::MPLS, payload));
            }
            (protocol::ETHERNET, 6) => {
                return Some(Inner::new(Tunnel::Srv6, HeaderProtocol::ETHERNET, payload));
            }
            (protocol::IPV4 | protocol::IPV6, 6) if self.segment_routing => Tunnel::Srv6,
            (protocol::IPV4, 4) => Tunnel::Ipv4InIpv4,
            (protocol::IPV6, 4) => Tunnel::Ipv6InIpv4,
            (protocol::IPV4, 6) => Tunnel::Ipv4InIpv6,
            (protocol::IPV6, 6) => Tunnel::Ipv6InIpv6,
            _ => return None,
        };
        Some(Inner::new(tunnel, HeaderProtocol::IPV4, payload))
    }

    /// Ethernet after MPLS labels or a backbone service tag.
    fn below_ip(&self, payload: &'a [u8]) -> Option<Inner<'a>> {
        let start: [u8; 4] = load(payload, 0)?;
        let octets = payload.get(4..)?;
        if self.lower.ether_type == ether_type::BACKBONE_SERVICE_TAG {
            let service_id = u32::from_be_bytes(start) & 0x00ff_ffff;
            return Some(
                Inner::new(
                    Tunnel::ProviderBackboneBridge,
                    HeaderProtocol::ETHERNET,
                    octets,
                )
                .with_id(service_id),
            );
        }
        let bottom = self.mpls_labels().last();
        if bottom.is_none() && self.lower.link != Link::Mpls {
            return None;
        }
        let frame = pseudowire(payload)?;
        Some(Inner {
            tunnel_id: bottom.map(|bottom| bottom.label.into()),
            ..Inner::new(Tunnel::MplsPseudowire, HeaderProtocol::ETHERNET, frame)
        })
    }

    fn over_udp(&self, payload: &'a [u8]) -> Option<Inner<'a>> {
        let source = self.source_port()?;
        let destination = self.destination_port()?;
        match destination {
            port::VXLAN | port::VXLAN_LINUX => vxlan(payload),
            port::VXLAN_GPE => vxlan_gpe(payload),
            port::GENEVE => geneve(payload),
            port::TZSP => tzsp(payload),
            port::MPLS => Some(Inner::new(Tunnel::MplsInUdp, HeaderProtocol::MPLS, payload)),
            _ if destination == port::GTP_U || source == port::GTP_U => gtp_u(payload),
            _ if destination == port::TEREDO || source == port::TEREDO => teredo(payload),
            _ => None,
        }
    }
}

impl<'a> Inner<'a> {
    fn new(tunnel: Tunnel, protocol: HeaderProtocol, octets: &'a [u8]) -> Self {
        Self {
            tunnel,
            tunnel_id: None,
            packet: Packet::dissect(protocol, octets),
        }
    }

    /// A packet that begins with what `ether_type` names; without layers if that is not read.
    fn of_ether_type(tunnel: Tunnel, ether_type: u16, octets: &'a [u8]) -> Self {
        let protocol = match ether_type {
            ether_type::IPV4 | ether_type::IPV6 => HeaderProtocol::IPV4,
            ether_type::TRANSPARENT_ETHERNET => HeaderProtocol::ETHERNET,
            ether_type::MPLS | ether_type::MPLS_UPSTREAM => HeaderProtocol::MPLS,
            ether_type::PPP => HeaderProtocol::PPP,
            _ => return Self::unread(tunnel, octets),
        };
        Self::new(tunnel, protocol, octets)
    }

    fn unread(tunnel: Tunnel, octets: &'a [u8]) -> Self {
        Self {
            tunnel,
            tunnel_id: None,
            packet: Packet::without_ip(octets, Lower::NONE, Offset::ABSENT),
        }
    }

    fn with_id(self, tunnel_id: impl Into<u64>) -> Self {
        Self {
            tunnel_id: Some(tunnel_id.into()),
            ..self
        }
    }
}
