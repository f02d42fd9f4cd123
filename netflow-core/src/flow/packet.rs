//! Fields from the headers of a packet: of an sFlow sample, or of a section
//! that an IPFIX record carries.

use core::net::IpAddr;

use super::{Flow, Source};
use crate::field::{FlowField, Ingredient};
use crate::packet::{HeaderProtocol, Packet};
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
}
