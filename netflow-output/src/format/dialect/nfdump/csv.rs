//! Flows as CSV.

use std::io::Write as _;

use netflow_core::Timestamp;
use netflow_core::text::{self, UnixTime};

use super::flow::DumpedFlow;

pub(super) const HEADER: &str =
    "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows\n";
pub(super) const FAST_HEADER: &str = "cnt,af,firstSeen,lastSeen,proto,srcAddr,srcPort,dstAddr,dstPort,\
     srcAS,dstAS,input,output,flags,srcTos,packets,bytes\n";

/// Writes a row.
pub(super) fn write(dumped: &DumpedFlow, out: &mut Vec<u8>) {
    out.extend_from_slice(date(dumped.start).as_bytes());
    let millis = dumped.duration() / 1_000_000;
    // Writing into memory does not fail.
    let _ = write!(out, ",{}.{:03}", millis / 1_000, millis % 1_000);
    write_ends(dumped, out);
    let _ = writeln!(
        out,
        ",{},{},{}",
        dumped.packets, dumped.octets, dumped.flows
    );
}

/// Writes a row of `csv-fast`; `count` is its number.
pub(super) fn write_fast(dumped: &DumpedFlow, count: u64, out: &mut Vec<u8>) {
    let family = if dumped.source_or_any().is_ipv4() {
        2
    } else {
        10
    };
    let millis = |time: Timestamp| time.as_nanos() / 1_000_000;
    let _ = write!(
        out,
        "{count},{family},{},{}",
        millis(dumped.start_or_epoch()),
        millis(dumped.end_or_epoch())
    );
    write_ends(dumped, out);
    let systems = dumped.systems;
    let interfaces = dumped.interfaces;
    let _ = writeln!(
        out,
        ",{},{},{},{},{},{},{},{}",
        systems.0,
        systems.1,
        interfaces.0,
        interfaces.1,
        dumped.tcp_flags,
        dumped.tos,
        dumped.packets,
        dumped.octets
    );
}

/// Protocol, addresses and ports.
fn write_ends(dumped: &DumpedFlow, out: &mut Vec<u8>) {
    let source = text::address(dumped.source_or_any());
    let destination = text::address(dumped.destination_or_any());
    let _ = write!(
        out,
        ",{},{},{},{},",
        dumped.protocol,
        source.as_str(),
        dumped.source_port_of_line(),
        destination.as_str()
    );
    match dumped.icmp {
        Some((kind, code)) => {
            let _ = write!(out, "{kind}.{code}");
        }
        None => {
            let _ = write!(out, "{}", dumped.destination_port);
        }
    }
}

/// Date and time with milliseconds; zeros if it is not known.
pub(super) fn date(time: Option<Timestamp>) -> String {
    let text = time.and_then(|time| UnixTime::from(time).text_of_digits(3));
    match text {
        Some(text) => text.as_str().trim_end_matches('Z').replace('T', " "),
        None => "0000-00-00 00:00:00.000".to_owned(),
    }
}
