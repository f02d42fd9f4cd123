//! Type and code of ICMP: in elements of their own (176 to 179), in one (32, 139), in a packet
//! that the record carries, or in the destination port.

use super::{Flow, FlowSource, ingredient, packet, record_address};
use crate::datagram::Protocol;
use crate::field::Ingredient;
use crate::named::named;
use crate::packet::Packet;
use crate::record::DataRecord;

/// Where type and code of ICMP were found.
///
/// ```
/// use netflow_core::{Decoder, IcmpRule, Limits, example};
///
/// // NetFlow v5 has no field for type and code: an echo request is port 0x0800 of protocol 1.
/// let v5 = example::netflow_v5();
/// let mut payload = v5.payload.to_vec();
/// payload[58..60].copy_from_slice(&[8, 0]);
/// payload[62] = 1;
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(v5.with_payload(&payload))?;
/// let flow = decoded.flows().next().unwrap();
/// assert_eq!((flow.icmp_type(), flow.icmp_code()), (Some(8), Some(0)));
/// assert_eq!(flow.icmp_rule(), Some(IcmpRule::Port));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IcmpRule {
    /// Found in separate elements for type and code (176 to 179).
    Elements,
    /// Found in one element, `type * 256 + code` (32, 139).
    TypeCode,
    /// Found in the packet of an sFlow sample, or of a record (RFC 5477).
    Packet,
    /// Found in the destination port, `type * 256 + code`.
    Port,
    /// Found in the destination port, `code * 256 + type`: records of the exporter have types and
    /// codes there that only make sense in this order.
    PortReversed,
}

named!(IcmpRule {
    Elements = "elements",
    TypeCode = "type_code",
    Packet = "packet",
    Port = "port",
    PortReversed = "port_reversed",
});

impl Flow<'_> {
    /// ICMP or ICMPv6 type.
    #[must_use]
    pub fn icmp_type(&self) -> Option<u8> {
        Some(Half::TYPE.find(self)?.0)
    }

    /// ICMP or ICMPv6 code.
    #[must_use]
    pub fn icmp_code(&self) -> Option<u8> {
        Some(Half::CODE.find(self)?.0)
    }

    /// Where the type of ICMP was found; `None` if there is none.
    #[must_use]
    pub fn icmp_rule(&self) -> Option<IcmpRule> {
        Some(Half::TYPE.find(self)?.1)
    }
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

    fn find(&self, flow: &Flow<'_>) -> Option<(u8, IcmpRule)> {
        let record = match &flow.source {
            FlowSource::Record(record) => record,
            FlowSource::Sample(sample) => {
                return Some(((self.of_packet)(sample.packet())?, IcmpRule::Packet));
            }
        };
        let version = Version::of(record, flow)?;
        if let Some(sent) = version.load(record, self.elements) {
            return Some((u8::try_from(sent).ok()?, IcmpRule::Elements));
        }
        let both = [Ingredient::IcmpTypeCode, Ingredient::Icmpv6TypeCode];
        if let Some(sent) = version.load(record, both) {
            let both = u16::try_from(sent).ok()?;
            return Some(((self.of_both)(both.to_be_bytes()), IcmpRule::TypeCode));
        }
        if let Some(found) = packet::find(record, self.of_packet) {
            return Some((found, IcmpRule::Packet));
        }
        let (both, rule) = in_port(version, flow)?;
        Some(((self.of_both)(both), rule))
    }
}

/// Which ICMP a record is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    /// ICMP, by the protocol of the record.
    Icmp,
    /// ICMPv6, by the protocol of the record.
    Icmpv6,
    /// The protocol is not known; if it is ICMP at all, it is that of IPv4.
    PerhapsIcmp,
    /// The protocol is not known; if it is ICMP at all, it is that of IPv6.
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
                let is_v6 = || record_address::version(record) == Some(6);
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

/// Type and code in the destination port, as v5 and v9 exporters send them (Junos, Flow Monitoring
/// Version 5 Format Output Fields: the type in the high octet). In IPFIX a port
/// of 0 says nothing.
fn in_port(version: Version, flow: &Flow<'_>) -> Option<([u8; 2], IcmpRule)> {
    if !matches!(version, Version::Icmp | Version::Icmpv6) {
        return None;
    }
    let port = flow.destination_port()?;
    if port == 0 && flow.header().protocol == Protocol::Ipfix {
        return None;
    }
    let exporter = flow.origin.exporter.as_ref();
    let is_reversed = exporter.is_some_and(|exporter| exporter.icmp_ports.is_type_last());
    Some(if is_reversed {
        (port.to_le_bytes(), IcmpRule::PortReversed)
    } else {
        (port.to_be_bytes(), IcmpRule::Port)
    })
}
