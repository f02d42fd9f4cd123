//! The addresses in a record, of IPv4 or IPv6, and the version.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::ingredient;
use crate::field::{FlowField, Ingredient};
use crate::record::DataRecord;
use crate::template::Slot;

/// 4 or 6, by the record itself.
pub(super) fn version(record: &DataRecord<'_, '_>) -> Option<u8> {
    let slot = record.template().plan().ingredient(Ingredient::IpVersion);
    let sent = ingredient(record, slot).and_then(|version| u8::try_from(version).ok());
    sent.filter(|version| matches!(version, 4 | 6)).or_else(|| {
        let source = either(record, Ingredient::SourceIpv4, Ingredient::SourceIpv6);
        let address = source.or_else(|| {
            either(
                record,
                Ingredient::DestinationIpv4,
                Ingredient::DestinationIpv6,
            )
        })?;
        Some(if address.is_ipv4() { 4 } else { 6 })
    })
}

/// The address of the version in use, in templates with room for both.
pub(super) fn either(
    record: &DataRecord<'_, '_>,
    v4: Ingredient,
    v6: Ingredient,
) -> Option<IpAddr> {
    let plan = record.template().plan();
    let (v4, v6) = (plan.ingredient(v4), plan.ingredient(v6));
    if !v6.is_present() {
        return load(record, v4);
    }
    if !v4.is_present() {
        return load(record, v6);
    }
    both(record, load(record, v4), load(record, v6))
}

/// Exporters with one template for both versions (nProbe, NetScaler) leave the other
/// address zero. An address that is not zero is kept even where the version of the flow is the
/// other: the next hop of an IPv6 flow may be of IPv4 (RFC 4798, section 2: 6PE), that of an
/// IPv4 flow of IPv6 (RFC 8950), and NAT64 translates between them (RFC 6146). Where both are
/// set, or neither is, the version decides. Of IPv4 in IPv6 (Huawei, SRv6) both are sent, with
/// the protocol and the ports of the outer header first.
fn both(record: &DataRecord<'_, '_>, v4: Option<IpAddr>, v6: Option<IpAddr>) -> Option<IpAddr> {
    match (is_set(v4), is_set(v6)) {
        (true, false) => return v4,
        (false, true) => return v6,
        _ => {}
    }
    let plan = record.template().plan();
    match ingredient(record, plan.ingredient(Ingredient::IpVersion)) {
        Some(4) => return v4,
        Some(6) => return v6,
        _ => {}
    }
    let is_outer = || ingredient(record, plan.field(FlowField::Protocol)) == Some(IPV4_INSIDE);
    if is_set(v6) && is_outer() {
        return v6;
    }
    v4.or(v6)
}

fn is_set(address: Option<IpAddr>) -> bool {
    address.is_some_and(|sent| !sent.is_unspecified())
}

/// The IP protocol of IPv4 in another header.
pub(super) const IPV4_INSIDE: u64 = 4;

/// An address whose place the template knows.
pub(super) fn load(record: &DataRecord<'_, '_>, slot: Slot) -> Option<IpAddr> {
    parse(record.slot(slot)?)
}

/// An address by its length.
fn parse(octets: &[u8]) -> Option<IpAddr> {
    if let Ok(octets) = <[u8; 4]>::try_from(octets) {
        return Some(IpAddr::V4(Ipv4Addr::from(octets)));
    }
    let octets = <[u8; 16]>::try_from(octets).ok()?;
    Some(IpAddr::V6(Ipv6Addr::from(octets)))
}
