//! Fields from the headers of a packet: of an sFlow sample, or of a section
//! that an IPFIX record carries.

use core::net::IpAddr;

use super::{Flow, Source};
use crate::field::{FlowField, Ingredient};
use crate::packet::{HeaderProtocol, Inner, Packet};
use crate::record::DataRecord;
use crate::value::MacAddress;

/// A number that the headers tell.
#[inline]
pub(super) fn unsigned(packet: &Packet<'_>, field: FlowField) -> Option<u64> {
    match field {
        FlowField::SourcePort => packet.source_port().map(u64::from),
        FlowField::DestinationPort => packet.destination_port().map(u64::from),
        FlowField::Protocol => packet.protocol().map(u64::from),
        FlowField::TcpFlags => packet.tcp_flags().map(u64::from),
        FlowField::Tos => packet.tos().map(u64::from),
        FlowField::Ttl => packet.ttl().map(u64::from),
        FlowField::FragmentId => packet.fragment_id().map(u64::from),
        FlowField::FragmentOffset => packet.fragment_offset().map(u64::from),
        FlowField::Ipv6FlowLabel => packet.ipv6_flow_label().map(u64::from),
        FlowField::EtherType => packet.ether_type().map(u64::from),
        FlowField::Vlan => packet.vlan().map(u64::from),
        _ => None,
    }
}

/// An address that the headers tell.
#[inline]
pub(super) fn address(packet: &Packet<'_>, field: FlowField) -> Option<IpAddr> {
    match field {
        FlowField::SourceAddress => packet.source_address(),
        FlowField::DestinationAddress => packet.destination_address(),
        _ => None,
    }
}

/// A MAC address that the headers tell.
pub(super) fn mac(packet: &Packet<'_>, field: FlowField) -> Option<MacAddress> {
    match field {
        FlowField::SourceMac => packet.source_mac().map(MacAddress),
        FlowField::DestinationMac => packet.destination_mac().map(MacAddress),
        _ => None,
    }
}

/// The packet in a record: dataLinkFrameSection (315), ipHeaderPacketSection
/// (313) or mplsLabelStackSection (316; RFC 5477, section 8.5).
#[cold]
pub(super) fn section<'m>(record: &DataRecord<'m, '_>) -> Option<Packet<'m>> {
    let plan = record.template().plan();
    if !plan.has_section() {
        return None;
    }
    let of = |ingredient, protocol| {
        let octets = record.slot(plan.ingredient(ingredient))?;
        Some(Packet::dissect(protocol, octets))
    };
    of(Ingredient::DataLinkFrame, HeaderProtocol::ETHERNET)
        .or_else(|| of(Ingredient::IpHeader, HeaderProtocol::IPV4))
        .or_else(|| of(Ingredient::MplsLabelStack, HeaderProtocol::MPLS))
}

impl<'m> Flow<'m> {
    /// The packet that was sampled, if the flow is one: of sFlow, or a section
    /// of it in the record (RFC 5477).
    #[must_use]
    pub fn packet(&self) -> Option<Packet<'m>> {
        match &self.source {
            Source::Record(record) => section(record),
            Source::Sample(flow) => Some(*flow.packet()),
        }
    }

    /// The packet inside the outermost tunnel of the sampled packet.
    fn inner(&self) -> Option<Inner<'m>> {
        self.packet()?.inner()
    }

    /// How the inner packet is carried, such as `vxlan`.
    #[must_use]
    pub fn tunnel_type(&self) -> Option<&'static str> {
        self.inner().map(|inner| inner.tunnel.name())
    }

    /// Number of the tunnel: the VNI of VXLAN and GENEVE, the key of GRE, the
    /// TEID of GTP-U; of a record, layer2SegmentId.
    #[must_use]
    pub fn tunnel_id(&self) -> Option<u64> {
        let sent = self.record().and_then(|record| {
            let slot = record.template().plan().ingredient(Ingredient::SegmentId);
            // The top octet is the kind of the segment (RFC 7133 and the registry).
            super::ingredient(record, slot).map(|id| id & 0x00ff_ffff_ffff_ffff)
        });
        sent.or_else(|| self.inner()?.tunnel_id)
    }

    /// Source address of the inner packet.
    #[must_use]
    pub fn inner_source_address(&self) -> Option<IpAddr> {
        self.inner()?.packet.source_address()
    }

    /// Destination address of the inner packet.
    #[must_use]
    pub fn inner_destination_address(&self) -> Option<IpAddr> {
        self.inner()?.packet.destination_address()
    }

    /// Source port of the inner packet.
    #[must_use]
    pub fn inner_source_port(&self) -> Option<u16> {
        self.inner()?.packet.source_port()
    }

    /// Destination port of the inner packet.
    #[must_use]
    pub fn inner_destination_port(&self) -> Option<u16> {
        self.inner()?.packet.destination_port()
    }

    /// IP protocol number of the inner packet.
    #[must_use]
    pub fn inner_protocol(&self) -> Option<u8> {
        self.inner()?.packet.protocol()
    }
}
