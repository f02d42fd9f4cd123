//! Type and code of ICMP, which protocols put in four places.

use super::{Flow, ingredient};
use crate::datagram::Protocol;
use crate::field::Ingredient;
use crate::record::DataRecord;

pub(super) fn icmp_type(record: &DataRecord<'_, '_>, flow: &Flow<'_>) -> Option<u8> {
    let plan = record.template().plan();
    match ingredient(record, plan.ingredient(Ingredient::IcmpType)) {
        Some(sent) => u8::try_from(sent).ok(),
        None => both(record, flow).map(|[icmp_type, _]| icmp_type),
    }
}

pub(super) fn icmp_code(record: &DataRecord<'_, '_>, flow: &Flow<'_>) -> Option<u8> {
    let plan = record.template().plan();
    match ingredient(record, plan.ingredient(Ingredient::IcmpCode)) {
        Some(sent) => u8::try_from(sent).ok(),
        None => both(record, flow).map(|[_, code]| code),
    }
}

/// ICMP and ICMPv6 as IP protocols.
const ICMP: [u8; 2] = [1, 58];

/// `type * 256 + code`: in an element of its own, or in the destination port
/// as v5 and v9 exporters send it. In IPFIX a port of 0 says nothing.
fn both(record: &DataRecord<'_, '_>, flow: &Flow<'_>) -> Option<[u8; 2]> {
    if !ICMP.contains(&flow.protocol()?) {
        return None;
    }
    let plan = record.template().plan();
    let number = match ingredient(record, plan.ingredient(Ingredient::IcmpTypeCode)) {
        Some(sent) => u16::try_from(sent).ok()?,
        None => {
            let port = flow.destination_port()?;
            let says = port != 0 || flow.header().protocol != Protocol::Ipfix;
            says.then_some(port)?
        }
    };
    Some(number.to_be_bytes())
}
