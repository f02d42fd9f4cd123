//! The lines of `sflowtool -l` for samples of counters.

use core::net::IpAddr;

use netflow_core::MessageHeader;
use netflow_core::wire::sflow::{CountersSample, IfCounters, Record};

use crate::format::{lines, text};

/// The agent of a message, or its exporter, if they are known.
pub(super) fn agent(header: &MessageHeader) -> Option<IpAddr> {
    let exporter = || lines::is_exporter_known(header).then(|| header.exporter.ip());
    header.agent_address.or_else(exporter)
}

/// Writes the counters of an interface after `CNTR` and the agent. A sample without them has a line of zeros, as
/// that of sflowtool.
pub(super) fn write(sample: &CountersSample<'_>, agent: Option<IpAddr>, out: &mut Vec<u8>) {
    let records = sample.records().filter_map(Result::ok);
    let found = records.filter_map(|record: Record<'_>| record.as_if_counters());
    let numbers = found.last().map_or([0; 19], numbers);
    out.extend_from_slice(b"CNTR,");
    match agent {
        Some(agent) => text::address(out, agent),
        None => out.push(b'-'),
    }
    for number in numbers {
        out.push(b',');
        text::decimal(out, number);
    }
    out.push(b'\n');
}

/// All members, in the order of the specification (sFlow version 5, section 5, `if_counters`).
fn numbers(of: &IfCounters) -> [u64; 19] {
    [
        of.if_index().into(),
        of.if_type().into(),
        of.if_speed(),
        of.if_direction().into(),
        of.if_status().into(),
        of.if_in_octets(),
        of.if_in_ucast_pkts().into(),
        of.if_in_multicast_pkts().into(),
        of.if_in_broadcast_pkts().into(),
        of.if_in_discards().into(),
        of.if_in_errors().into(),
        of.if_in_unknown_protos().into(),
        of.if_out_octets(),
        of.if_out_ucast_pkts().into(),
        of.if_out_multicast_pkts().into(),
        of.if_out_broadcast_pkts().into(),
        of.if_out_discards().into(),
        of.if_out_errors().into(),
        of.if_promiscuous_mode().into(),
    ]
}
