//! The inner packet of a tunnel: of a sampled packet, or of records that
//! repeat elements, outer header first (RFC 7011, section 8), that have the
//! addresses of both versions, or that have the elements of a vendor.

use core::net::IpAddr;

use super::record_address::IPV4_INSIDE;
use super::{Flow, SampleFlow, ingredient, packet, record_address};
use crate::field::{FlowField, Ingredient};
use crate::packet::{Inner, Packet, Tunnel};
use crate::record::DataRecord;

impl<'m> Flow<'m> {
    /// The packet inside the outermost tunnel of the sampled packet.
    fn inner(&self) -> Option<Inner<'m>> {
        match self.record() {
            Some(record) => packet::find(record, Packet::inner),
            None => self.packet()?.inner(),
        }
    }

    /// The inner packet: of sFlow where the agent says that it begins, else as the headers have
    /// it.
    fn inner_packet(&self) -> Option<Packet<'m>> {
        let reported = self.sample_flow().and_then(SampleFlow::decapsulated);
        reported.or_else(|| self.inner().map(|inner| inner.packet))
    }

    /// How the inner packet is carried, such as `vxlan`. In a record this is the type in
    /// layer2SegmentId (351) or, for IP in IP, the protocol of the outer header; in sFlow it is the
    /// header that its tunnel structures report; otherwise the packet decides.
    #[must_use]
    pub fn tunnel_type(&self) -> Option<&'static str> {
        if let Some(name) = self.segment().and_then(OverlaySegment::tunnel_name) {
            return Some(name);
        }
        let reported = match self.sample_flow() {
            Some(sample) => sample.tunnel().and_then(|tunnel| tunnel.kind),
            None => self.record().and_then(ip_in_ip),
        };
        let tunnel = reported.or_else(|| self.inner().map(|inner| inner.tunnel))?;
        Some(tunnel.name())
    }

    /// Number of the tunnel: the VNI of VXLAN and GENEVE, the key of GRE, the
    /// TEID of GTP-U; in a record layer2SegmentId, in sFlow extended_vni_egress or _ingress.
    #[must_use]
    pub fn tunnel_id(&self) -> Option<u64> {
        let sent = match self.sample_flow() {
            Some(sample) => sample.virtual_network(),
            None => self.segment().map(|segment| segment.id),
        };
        sent.or_else(|| self.inner()?.tunnel_id)
    }

    /// The segment in layer2SegmentId (351), if it is one: 0 is none.
    fn segment(&self) -> Option<OverlaySegment> {
        let record = self.record()?;
        let slot = record.template().plan().ingredient(Ingredient::SegmentId);
        let segment = OverlaySegment::new(ingredient(record, slot)?);
        (segment.id != 0).then_some(segment)
    }

    /// Source address in the outer header of the tunnel that sFlow reports beside the sampled
    /// header (extended_ipv4_tunnel_egress and the like, sFlow Tunnel Structures).
    #[must_use]
    pub fn tunnel_source_address(&self) -> Option<IpAddr> {
        Some(self.sample_flow()?.tunnel()?.source)
    }

    /// Destination address in the outer header of the tunnel that sFlow reports beside the sampled
    /// header.
    #[must_use]
    pub fn tunnel_destination_address(&self) -> Option<IpAddr> {
        Some(self.sample_flow()?.tunnel()?.destination)
    }

    /// Source address of the inner packet.
    #[must_use]
    pub fn inner_source_address(&self) -> Option<IpAddr> {
        self.inner_address(
            &TunnelSide::SOURCE,
            FlowField::SourceAddress,
            Ingredient::TenantSource,
        )
    }

    /// Destination address of the inner packet.
    #[must_use]
    pub fn inner_destination_address(&self) -> Option<IpAddr> {
        self.inner_address(
            &TunnelSide::DESTINATION,
            FlowField::DestinationAddress,
            Ingredient::TenantDestination,
        )
    }

    /// Source port of the inner packet.
    #[must_use]
    pub fn inner_source_port(&self) -> Option<u16> {
        let sent = self.inner_number(Ingredient::InnerSourcePort, Ingredient::TenantSourcePort);
        sent.or_else(|| self.inner_packet()?.source_port())
    }

    /// Destination port of the inner packet.
    #[must_use]
    pub fn inner_destination_port(&self) -> Option<u16> {
        let sent = self.inner_number(
            Ingredient::InnerDestinationPort,
            Ingredient::TenantDestinationPort,
        );
        sent.or_else(|| self.inner_packet()?.destination_port())
    }

    /// IP protocol number of the inner packet.
    #[must_use]
    pub fn inner_protocol(&self) -> Option<u8> {
        let sent = self.inner_number(Ingredient::InnerProtocol, Ingredient::TenantProtocol);
        sent.or_else(|| self.inner_packet()?.protocol())
    }

    fn inner_number<T: TryFrom<u64>>(&self, second: Ingredient, tenant: Ingredient) -> Option<T> {
        let record = self.record()?;
        let plan = record.template().plan();
        let number = ingredient(record, plan.ingredient(second))
            .or_else(|| ingredient(record, plan.ingredient(tenant)))?;
        T::try_from(number).ok()
    }

    fn inner_address(
        &self,
        side: &TunnelSide,
        field: FlowField,
        tenant: Ingredient,
    ) -> Option<IpAddr> {
        let sent = self.record().and_then(|record| {
            let repeated = record_address::either(record, side.second[0], side.second[1]);
            repeated
                .or_else(|| other_version(record, side))
                .or_else(|| {
                    record_address::load(record, record.template().plan().ingredient(tenant))
                })
        });
        sent.or_else(|| packet::address(&self.inner_packet()?, field))
    }
}

/// NVGRE, which only a record can name: its header is that of GRE.
pub(super) const NVGRE: &str = "nvgre";

/// An overlay segment: the top octet of layer2SegmentId is its type, the others are its number
/// (the IANA registry of IPFIX, element 351).
#[derive(Debug, Clone, Copy)]
struct OverlaySegment {
    segment_type: u64,
    id: u64,
}

impl OverlaySegment {
    const fn new(element: u64) -> Self {
        Self {
            segment_type: element >> 56,
            id: element & 0x00ff_ffff_ffff_ffff,
        }
    }

    const fn tunnel_name(self) -> Option<&'static str> {
        match self.segment_type {
            1 => Some(Tunnel::Vxlan.name()),
            2 => Some(NVGRE),
            _ => None,
        }
    }
}

/// The elements of an address, of IPv4 and of IPv6.
struct TunnelSide {
    first: [Ingredient; 2],
    second: [Ingredient; 2],
}

impl TunnelSide {
    const SOURCE: Self = Self {
        first: [Ingredient::SourceIpv4, Ingredient::SourceIpv6],
        second: [Ingredient::InnerSourceIpv4, Ingredient::InnerSourceIpv6],
    };
    const DESTINATION: Self = Self {
        first: [Ingredient::DestinationIpv4, Ingredient::DestinationIpv6],
        second: [
            Ingredient::InnerDestinationIpv4,
            Ingredient::InnerDestinationIpv6,
        ],
    };
}

/// The IP protocol of IPv6 in another header.
const IPV6_INSIDE: u64 = 41;

/// The protocol of the outer header, if it is IP again.
fn inside(record: &DataRecord<'_, '_>) -> Option<u64> {
    let plan = record.template().plan();
    ingredient(record, plan.field(FlowField::Protocol))
        .filter(|protocol| matches!(*protocol, IPV4_INSIDE | IPV6_INSIDE))
}

/// The address of the inner header, in a record with addresses of both versions, one in the
/// other.
fn other_version(record: &DataRecord<'_, '_>, side: &TunnelSide) -> Option<IpAddr> {
    let inside = inside(record)?;
    let [v4, v6] = side.first;
    let outer = record_address::either(record, v4, v6)?;
    let inner = match (inside, outer) {
        (IPV4_INSIDE, IpAddr::V6(_)) => v4,
        (IPV6_INSIDE, IpAddr::V4(_)) => v6,
        _ => return None,
    };
    let plan = record.template().plan();
    let address = record_address::load(record, plan.ingredient(inner))?;
    // An element of the length of the other version may be the outer address itself.
    let is_other = address.is_ipv4() != outer.is_ipv4();
    (is_other && !address.is_unspecified()).then_some(address)
}

/// The tunnel of a record of two IP headers.
fn ip_in_ip(record: &DataRecord<'_, '_>) -> Option<Tunnel> {
    let inside = inside(record)?;
    let [v4, v6] = TunnelSide::SOURCE.first;
    let outer = record_address::either(record, v4, v6)?;
    let slot = record
        .template()
        .plan()
        .ingredient(Ingredient::InnerProtocol);
    let has_inner = slot.is_present()
        || other_version(record, &TunnelSide::SOURCE).is_some()
        || record_address::either(
            record,
            TunnelSide::SOURCE.second[0],
            TunnelSide::SOURCE.second[1],
        )
        .is_some();
    has_inner.then_some(match (inside, outer) {
        (IPV4_INSIDE, IpAddr::V4(_)) => Tunnel::Ipv4InIpv4,
        (IPV4_INSIDE, IpAddr::V6(_)) => Tunnel::Ipv4InIpv6,
        (_, IpAddr::V4(_)) => Tunnel::Ipv6InIpv4,
        (_, IpAddr::V6(_)) => Tunnel::Ipv6InIpv6,
    })
}
