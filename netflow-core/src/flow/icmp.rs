//! Type and code of ICMP: in elements of their own (176 to 179), in one (32, 139), in a packet
//! that the record carries, or in the destination port.

use super::{Flow, address, ingredient, packet};
use crate::datagram::Protocol;
use crate::field::Ingredient;
use crate::packet::Packet;
use crate::record::DataRecord;

pub(super) fn icmp_type(record: &DataRecord<'_, '_>, flow: &Flow<'_>) -> Option<u8> {
    Half::TYPE.find(record, flow)
}

pub(super) fn icmp_code(record: &DataRecord<'_, '_>, flow: &Flow<'_>) -> Option<u8> {
    Half::CODE.find(record, flow)
}

/// The type or the code, and where each may be.
struct Half {
    elements: [Ingredient; 2],
    of_both: fn([u8; 2]) -> u8,
    of_packet: fn(&Packet<'_>) -> Option<u8>,
}

impl Half {
    const TYPE: Self = Self {
        elements: [Ingredient::IcmpType, Ingredient::Icmpv6Type],
        of_both: |[icmp_type, _]| icmp_type,
        of_packet: |packet| packet.icmp_type(),
    };
    const CODE: Self = Self {
        elements: [Ingredient::IcmpCode, Ingredient::Icmpv6Code],
        of_both: |[_, code]| code,
        of_packet: |packet| packet.icmp_code(),
    };

    fn find(&self, record: &DataRecord<'_, '_>, flow: &Flow<'_>) -> Option<u8> {
        let version = Version::of(record, flow)?;
        if let Some(sent) = version.load(record, self.elements) {
            return u8::try_from(sent).ok();
        }
        let both = [Ingredient::IcmpTypeCode, Ingredient::Icmpv6TypeCode];
        if let Some(sent) = version.load(record, both) {
            let both = u16::try_from(sent).ok()?;
            return Some((self.of_both)(both.to_be_bytes()));
        }
        if record.template().plan().has_section() {
            let found = packet::find(record, self.of_packet);
            if found.is_some() {
                return found;
            }
        }
        in_port(version, flow).map(self.of_both)
    }
}

/// Which ICMP a record is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    /// By its protocol.
    Icmp,
    /// By its protocol.
    Icmpv6,
    /// Its protocol is not known; if it is ICMP at all, it is that of IPv4.
    PerhapsIcmp,
    /// Or that of IPv6.
    PerhapsIcmpv6,
}

impl Version {
    /// `None` if the record is of another protocol: exporters with one template for all send
    /// zeros in the elements of ICMP then, which would be an echo reply. A record without a
    /// protocol is of another if it has a source port.
    fn of(record: &DataRecord<'_, '_>, flow: &Flow<'_>) -> Option<Self> {
        match flow.protocol() {
            Some(1) => Some(Self::Icmp),
            Some(58) => Some(Self::Icmpv6),
            protocol if protocol.is_none_or(is_extension_header) => {
                let has_port = flow.source_port().is_some_and(|port| port != 0);
                let is_v6 = || address::version(record) == Some(6);
                (!has_port).then(|| {
                    if is_v6() {
                        Self::PerhapsIcmpv6
                    } else {
                        Self::PerhapsIcmp
                    }
                })
            }
            _ => None,
        }
    }

    /// The number in the element of this version; of templates with room for only one, that.
    fn load(self, record: &DataRecord<'_, '_>, [v4, v6]: [Ingredient; 2]) -> Option<u64> {
        let plan = record.template().plan();
        let load = |what| ingredient(record, plan.ingredient(what));
        match self {
            Self::Icmp | Self::PerhapsIcmp => load(v4).or_else(|| load(v6)),
            Self::Icmpv6 | Self::PerhapsIcmpv6 => load(v6).or_else(|| load(v4)),
        }
    }
}

/// An extension header of IPv6 (RFC 8200, section 4), which ICMPv6 may follow.
const fn is_extension_header(protocol: u8) -> bool {
    matches!(protocol, 0 | 43 | 44 | 51 | 60)
}

/// `type * 256 + code` in the destination port, as v5 and v9 exporters send it. In IPFIX a
/// port of 0 says nothing.
fn in_port(version: Version, flow: &Flow<'_>) -> Option<[u8; 2]> {
    if !matches!(version, Version::Icmp | Version::Icmpv6) {
        return None;
    }
    let port = flow.destination_port()?;
    let is_meant = port != 0 || flow.header().protocol != Protocol::Ipfix;
    is_meant.then_some(port.to_be_bytes())
}
