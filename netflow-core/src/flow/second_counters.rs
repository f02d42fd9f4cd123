//! Counters of records with two pairs of them: 1 and 2, and 23 and 24, which by the registry of IANA
//! count the same packets after the exporter handled them (postOctetDeltaCount, postPacketDeltaCount).
//! Meraki counts the other direction in those (`testdata/cases/reverse_in_second_counters.pcap`).

use core::net::IpAddr;

use super::ingredient;
use super::record_address::either;
use crate::field::{FlowField, Ingredient};
use crate::record::DataRecord;

/// Octets or packets of a record whose second counters may be its own: those of elements 1 and
/// 2, or if both are zero those of 23 and 24.
pub(super) fn own(record: &DataRecord<'_, '_>, field: FlowField) -> Option<u64> {
    let plan = record.template().plan();
    let (other, second) = match field {
        FlowField::Octets => (FlowField::Packets, Ingredient::PostOctets),
        _ => (FlowField::Octets, Ingredient::PostPackets),
    };
    let sent = record.unsigned(plan.field(field))?;
    let is_counted = sent != 0 || record.unsigned(plan.field(other)).unwrap_or(0) != 0;
    if is_counted {
        return Some(sent);
    }
    Some(ingredient(record, plan.ingredient(second)).unwrap_or(sent))
}

/// The record has more of a second counter than of the first: no packets left the exporter that
/// did not come in, but those of multicast, which it replicates.
pub(crate) fn exceed(record: &DataRecord<'_, '_>) -> bool {
    let plan = record.template().plan();
    let pairs = [
        (FlowField::Octets, Ingredient::PostOctets),
        (FlowField::Packets, Ingredient::PostPackets),
    ];
    let is_more = pairs.into_iter().any(|(first, second)| {
        let first = record.unsigned(plan.field(first));
        let second = ingredient(record, plan.ingredient(second));
        // Zeros were not counted on the way in.
        first
            .zip(second)
            .is_some_and(|(first, second)| first > 0 && second > first)
    });
    is_more && !is_replicated(record)
}

/// It goes to many: multicast, or a broadcast (RFC 919); by the destination MAC address, whose bit
/// for groups is set in both (IEEE 802, section 8.2). A switch floods what has that bit, whichever
/// IP address it is for.
fn is_replicated(record: &DataRecord<'_, '_>) -> bool {
    let [v4, v6] = [Ingredient::DestinationIpv4, Ingredient::DestinationIpv6];
    let is_group = either(record, v4, v6).is_some_and(|destination| match destination {
        IpAddr::V4(address) => address.is_multicast() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_multicast(),
    });
    let mac = record.template().plan().field(FlowField::DestinationMac);
    is_group || matches!(record.slot(mac), Some([first, ..]) if first & 1 != 0)
}
