//! Flows as CSV.

use netflow_core::Timestamp;

use super::fields;
use super::flow::{DumpedFlow, FlowReader};
use crate::format::dialect::encode::RoomWriter;

pub(super) const HEADER: &str =
    "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows\n";
pub(super) const FAST_HEADER: &str = "cnt,af,firstSeen,lastSeen,proto,srcAddr,srcPort,dstAddr,dstPort,\
     srcAS,dstAS,input,output,flags,srcTos,packets,bytes\n";

/// Writes a row.
pub(super) fn write(dumped: &DumpedFlow, out: &mut RoomWriter<'_>) {
    out.make_room();
    write_date(dumped.start, out);
    out.octet(b',');
    let millis = dumped.duration() / 1_000_000;
    out.signed(millis / 1_000);
    out.octet(b'.');
    // Of a duration of no less than 0.
    out.three_digits((millis % 1_000) as u32);
    write_ends(dumped, out);
    out.make_room();
    write_numbers([dumped.packets, dumped.octets, dumped.flows], out);
}

/// Writes a line of `csv-fast`; `count` is the number of the flow.
pub(super) fn write_fast(
    dumped: &DumpedFlow,
    reader: &FlowReader<'_, '_, '_, '_>,
    count: u64,
    out: &mut RoomWriter<'_>,
) {
    let family = if dumped.source_or_any().is_ipv4() {
        2
    } else {
        10
    };
    let millis = |time: Timestamp| time.as_nanos() / 1_000_000;
    out.make_room();
    out.number(count);
    out.octet(b',');
    out.number_16(family);
    for time in [dumped.start_or_epoch(), dumped.end_or_epoch()] {
        out.octet(b',');
        out.signed(millis(time));
    }
    write_ends(dumped, out);
    out.make_room();
    write_numbers(
        [
            reader.number(fields::SOURCE_AS),
            reader.number(fields::DESTINATION_AS),
            reader.number(fields::INPUT),
            reader.number(fields::OUTPUT),
            reader.tcp_flags().into(),
            reader.number(fields::TOS),
            dumped.packets,
            dumped.octets,
        ],
        out,
    );
}

/// Writes numbers, each after a comma, and ends the line. There is room for the longest of eight.
fn write_numbers<const N: usize>(numbers: [u64; N], out: &mut RoomWriter<'_>) {
    const { assert!(N <= 8) };
    for number in numbers {
        out.octet(b',');
        out.number(number);
    }
    out.octet(b'\n');
}

/// Writes protocol, addresses and ports, each after a comma.
fn write_ends(dumped: &DumpedFlow, out: &mut RoomWriter<'_>) {
    out.make_room();
    out.octet(b',');
    out.number_16(dumped.protocol.into());
    out.octet(b',');
    out.address(dumped.source_or_any());
    out.octet(b',');
    out.number_16(dumped.source_port_of_line());
    out.octet(b',');
    out.address(dumped.destination_or_any());
    out.octet(b',');
    write_port(dumped, out);
}

/// Writes the port of the destination, or type and code of ICMP.
pub(super) fn write_port(dumped: &DumpedFlow, out: &mut RoomWriter<'_>) {
    match dumped.icmp {
        Some((kind, code)) => {
            out.number_16(kind.into());
            out.octet(b'.');
            out.number_16(code.into());
        }
        None => out.number_16(dumped.destination_port),
    }
}

/// Date and time with milliseconds.
#[inline(always)]
pub(super) fn write_date(time: Option<Timestamp>, out: &mut RoomWriter<'_>) {
    if !time.is_some_and(|time| out.time_without_zone(time, b' ')) {
        out.short(b"0000-00-00 00:00:00.000");
    }
}
