//! Type and code of ICMP, which protocols put in four places.

use super::{Flow, ingredient};
use crate::datagram::Protocol;
use crate::field::Ingredient;
use crate::record::DataRecord;

pub(super) fn icmp_type(record: &DataRecord<'_, '_>, flow: &Flow<'_>) -> Option<u8> {
    match of_version(record, flow, Ingredient::IcmpType, Ingredient::Icmpv6Type) {
        Some(sent) => u8::try_from(sent).ok(),
        None => both(record, flow).map(|[icmp_type, _]| icmp_type),
    }
}

pub(super) fn icmp_code(record: &DataRecord<'_, '_>, flow: &Flow<'_>) -> Option<u8> {
    match of_version(record, flow, Ingredient::IcmpCode, Ingredient::Icmpv6Code) {
        Some(sent) => u8::try_from(sent).ok(),
        None => both(record, flow).map(|[_, code]| code),
    }
}

/// What templates with room for both versions tell of the one in use; of others, what
/// there is.
fn of_version(
    record: &DataRecord<'_, '_>,
    flow: &Flow<'_>,
    v4: Ingredient,
    v6: Ingredient,
) -> Option<u64> {
    let plan = record.template().plan();
    let load = |what| ingredient(record, plan.ingredient(what));
    match (load(v4), load(v6)) {
        (Some(_), Some(sent)) if flow.protocol() == Some(ICMPV6) => Some(sent),
        (v4, v6) => v4.or(v6),
    }
}

/// ICMP and ICMPv6 as IP protocols.
const ICMP: [u8; 2] = [1, ICMPV6];
const ICMPV6: u8 = 58;

/// `type * 256 + code`: in an element of its own, or in the destination port
/// as v5 and v9 exporters send it. In IPFIX a port of 0 says nothing.
fn both(record: &DataRecord<'_, '_>, flow: &Flow<'_>) -> Option<[u8; 2]> {
    if !ICMP.contains(&flow.protocol()?) {
        return None;
    }
    let (v4, v6) = (Ingredient::IcmpTypeCode, Ingredient::Icmpv6TypeCode);
    let number = match of_version(record, flow, v4, v6) {
        Some(sent) => u16::try_from(sent).ok()?,
        None => {
            let port = flow.destination_port()?;
            let says = port != 0 || flow.header().protocol != Protocol::Ipfix;
            says.then_some(port)?
        }
    };
    Some(number.to_be_bytes())
}
