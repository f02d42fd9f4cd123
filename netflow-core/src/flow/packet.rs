//! Fields from the headers of a packet: of an sFlow sample, or of a section
//! that an IPFIX record carries.

use core::net::IpAddr;

use super::record_address::version;
use super::{Flow, FlowSource, ingredient};
use crate::element::iana;
use crate::field::{FlowField, Ingredient};
use crate::packet::{HeaderProtocol, Packet};
use crate::record::{DataRecord, Field};
use crate::value::{MacAddress, unsigned as unsigned_value};
use crate::wire::sflow::SampledHeader;
use crate::wire::template::FieldKey;

/// A number in the headers.
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
        FlowField::CustomerVlan => {
            let mut tags = packet.vlans().skip(1);
            tags.next().map(|tag| u64::from(tag.vlan_id))
        }
        _ => None,
    }
}

/// An address in the headers.
#[inline]
pub(super) fn address(packet: &Packet<'_>, field: FlowField) -> Option<IpAddr> {
    match field {
        FlowField::SourceAddress => packet.source_address(),
        FlowField::DestinationAddress => packet.destination_address(),
        _ => None,
    }
}

/// A MAC address in the headers.
pub(super) fn mac(packet: &Packet<'_>, field: FlowField) -> Option<MacAddress> {
    match field {
        FlowField::SourceMac => packet.source_mac().map(MacAddress),
        FlowField::DestinationMac => packet.destination_mac().map(MacAddress),
        _ => None,
    }
}

/// The packet in a record: dataLinkFrameSection (315), ipHeaderPacketSection
/// (313) or mplsLabelStackSection (316; RFC 5477, section 8.5), else what a
/// payload section holds.
#[cold]
pub(super) fn section<'m>(record: &DataRecord<'m, '_>) -> Option<Packet<'m>> {
    find(record, |packet| Some(*packet))
}

impl<'a> SampledHeader<'a> {
    /// The packet of which these are the first octets.
    #[inline]
    #[must_use]
    pub fn packet(&self) -> Packet<'a> {
        let frame_len = usize::try_from(self.frame_length).unwrap_or(usize::MAX);
        Packet::dissect_frame(HeaderProtocol(self.protocol), self.header, frame_len)
    }

    /// The same packet, if it begins as most do.
    #[inline(always)]
    pub(super) fn usual_packet(&self) -> Option<Packet<'a>> {
        Packet::dissect_usual(HeaderProtocol(self.protocol), self.header)
    }
}

impl<'m> DataRecord<'m, '_> {
    /// The packet that begins in a field of the record, and what it begins with:
    /// dataLinkFrameSection (315), ipHeaderPacketSection (313) or mplsLabelStackSection (316;
    /// RFC 5477, section 8.5). `None` of other fields, and of a section that begins elsewhere in its
    /// packet (sectionOffset 409, RFC 7133).
    #[must_use]
    pub fn packet_in(&self, field: &Field<'m, '_>) -> Option<(HeaderProtocol, Packet<'m>)> {
        let FieldKey::Element(id) = field.template().key() else {
            return None;
        };
        let is_section = |section: &Ingredient| section.elements().contains(&id);
        let section = WITH_HEADERS.into_iter().find(is_section)?;
        let octets = field.octets();
        (!octets.is_empty() && is_from_start(self)).then(|| dissect(self, section, octets))
    }
}

/// Sections that begin with a header, in the order in which they are read.
const WITH_HEADERS: [Ingredient; 3] = [
    Ingredient::DataLinkFrame,
    Ingredient::IpHeader,
    Ingredient::MplsLabelStack,
];

/// A section that begins with a header.
fn headers<'m>(record: &DataRecord<'m, '_>) -> Option<Packet<'m>> {
    let mut sections = WITH_HEADERS.into_iter();
    sections.find_map(|section| Some(dissect(record, section, octets(record, section)?).1))
}

/// The packet in the octets of a section that begins with a header. dataLinkFrameSize (312) is the
/// length of the whole frame.
fn dissect<'m>(
    record: &DataRecord<'_, '_>,
    section: Ingredient,
    octets: &'m [u8],
) -> (HeaderProtocol, Packet<'m>) {
    let protocol = match section {
        Ingredient::DataLinkFrame => frame_type(record),
        Ingredient::IpHeader => HeaderProtocol::IPV4,
        _ => HeaderProtocol::MPLS,
    };
    let mut packet = Packet::dissect(protocol, octets);
    if packet.mpls_offset().is_some() {
        let frame_len = record.get(iana::DATA_LINK_FRAME_SIZE.id);
        let frame_len = frame_len.and_then(|field| unsigned_value(field.octets()));
        if let Some(frame_len) = frame_len.and_then(|len| usize::try_from(len).ok()) {
            packet = packet.in_labelled_frame(octets, frame_len);
        }
    }
    (protocol, packet)
}

/// A section that begins after a header: ipPayloadPacketSection (314), whose
/// protocol is that of the record or of `header`, or mplsPayloadPacketSection (317).
fn payload<'m>(record: &DataRecord<'m, '_>, header: Option<&Packet<'m>>) -> Option<Packet<'m>> {
    let ip = || {
        let octets = octets(record, Ingredient::IpPayload)?;
        let fragment = ingredient(
            record,
            record.template().plan().field(FlowField::FragmentOffset),
        );
        let fragment = fragment.or_else(|| header?.fragment_offset().map(u64::from));
        if fragment.is_some_and(|offset| offset > 0) {
            return None;
        }
        let ip_version = version(record).or_else(|| header?.ip_version());
        let protocol = protocol(record, ip_version).or_else(|| header?.protocol())?;
        Some(Packet::dissect_ip_payload(
            ip_version.unwrap_or(4),
            protocol,
            octets,
        ))
    };
    ip().or_else(|| {
        let octets = octets(record, Ingredient::MplsPayload)?;
        Some(Packet::of_mpls_payload(octets))
    })
}

/// What a payload begins with. That of IPv6 begins with the extension headers
/// (RFC 5477, section 8.5.2), so nextHeaderIPv6 (193) says it better than the
/// protocol after them.
fn protocol(record: &DataRecord<'_, '_>, version: Option<u8>) -> Option<u8> {
    let plan = record.template().plan();
    let next = plan.ingredient(Ingredient::NextHeader);
    let next = ingredient(record, next).filter(|_| version == Some(6));
    let protocol = next.or_else(|| ingredient(record, plan.field(FlowField::Protocol)))?;
    u8::try_from(protocol).ok()
}

/// The octets of a section that begins where its header or payload does
/// (sectionOffset 409, RFC 7133): from elsewhere nothing can be read.
fn octets<'m>(record: &DataRecord<'m, '_>, section: Ingredient) -> Option<&'m [u8]> {
    let slot = record.template().plan().ingredient(section);
    if !slot.is_present() {
        return None;
    }
    let octets = record.slot(slot)?;
    (is_from_start(record) && !octets.is_empty()).then_some(octets)
}

fn is_from_start(record: &DataRecord<'_, '_>) -> bool {
    let slot = record
        .template()
        .plan()
        .ingredient(Ingredient::SectionOffset);
    ingredient(record, slot).unwrap_or(0) == 0
}

/// What a frame begins with (dataLinkFrameType 408, RFC 7133):
/// Ethernet, unless the record says another.
fn frame_type(record: &DataRecord<'_, '_>) -> HeaderProtocol {
    /// No such protocol.
    const UNKNOWN: HeaderProtocol = HeaderProtocol(0);

    let plan = record.template().plan();
    match ingredient(record, plan.ingredient(Ingredient::DataLinkFrameType)) {
        None | Some(1) => HeaderProtocol::ETHERNET,
        Some(2) => HeaderProtocol::IEEE80211_MAC,
        Some(_) => UNKNOWN,
    }
}

/// The section that holds something, of a record that may have one of a
/// header and one of what follows it.
#[cold]
pub(super) fn find<'m, T>(
    record: &DataRecord<'m, '_>,
    find: impl Fn(&Packet<'m>) -> Option<T>,
) -> Option<T> {
    if !record.template().plan().has_section() {
        return None;
    }
    let header = headers(record);
    let found = header.as_ref().and_then(&find);
    found.or_else(|| find(&payload(record, header.as_ref())?))
}

impl<'m> Flow<'m> {
    /// The sampled packet, if the flow is one: from sFlow, or from a section of the
    /// packet in the record (RFC 5477). A section that begins after the IP header
    /// (314) is read by the protocol of the record.
    #[must_use]
    pub fn packet(&self) -> Option<Packet<'m>> {
        match &self.source {
            FlowSource::Record(record) => section(record),
            FlowSource::Sample(flow) => Some(*flow.packet()),
        }
    }
}
