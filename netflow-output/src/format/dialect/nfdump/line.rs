//! Flows as lines for people, as nfdump 1.7.1 prints them.

use core::net::IpAddr;
use std::io::Write as _;

use netflow_core::text;

use super::csv::date;
use super::flow::DumpedFlow;
use super::protocols;

/// How much a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    Line,
    Long,
    Extended,
}

impl Width {
    pub(super) const fn header(self) -> &'static str {
        match self {
            Self::Line => {
                "Date first seen             Duration     Proto      Src IP Addr:Port          Dst IP Addr:Port   Packets    Bytes Flows\n"
            }
            Self::Long => {
                "Date first seen             Duration     Proto      Src IP Addr:Port          Dst IP Addr:Port     Flags Tos  Packets    Bytes Flows\n"
            }
            Self::Extended => {
                "Date first seen             Duration     Proto      Src IP Addr:Port          Dst IP Addr:Port     Flags Tos  Packets    Bytes      pps      bps    Bpp Flows\n"
            }
        }
    }
}

/// Writes a line.
pub(super) fn write(dumped: &DumpedFlow, width: Width, out: &mut Vec<u8>) {
    let millis = dumped.duration() / 1_000_000;
    let keyword = protocols::name(dumped.protocol);
    let source = end(dumped.source_or_any());
    let destination = end(dumped.destination_or_any());
    let port = match dumped.icmp {
        Some((kind, code)) => format!("{kind}.{code}"),
        None => dumped.destination_port.to_string(),
    };
    // Writing into memory does not fail.
    let _ = write!(
        out,
        "{} {} {keyword:<5} {source:>16}{}{:<5} -> {destination:>16}{}{port:<5} ",
        date(Some(dumped.start_or_epoch())),
        duration(millis),
        separator(dumped.source_or_any()),
        dumped.source_port_of_line(),
        separator(dumped.destination_or_any()),
    );
    if width != Width::Line {
        // Only TCP has flags.
        let flags = if dumped.protocol == TCP {
            dumped.flags()
        } else {
            [b'.'; 8]
        };
        let flags = core::str::from_utf8(&flags).unwrap_or_default();
        let _ = write!(out, "{flags} {:3} ", dumped.tos);
    }
    let (packets, octets) = (scaled(dumped.packets), scaled(dumped.octets));
    let _ = write!(out, "{packets:>8} {octets:>8} ");
    if width == Width::Extended {
        let per_second = |count: u64| match u128::try_from(millis) {
            Ok(millis) if millis > 0 => (u128::from(count) * 1_000 / millis) as u64,
            _ => 0,
        };
        let bits = per_second(dumped.octets.saturating_mul(8));
        let each = dumped.octets.checked_div(dumped.packets).unwrap_or(0);
        let _ = write!(
            out,
            "{:>8} {:>8} {each:>6} ",
            scaled(per_second(dumped.packets)),
            scaled(bits)
        );
    }
    let _ = writeln!(out, "{:5}", dumped.flows);
}

const TCP: u8 = 6;

/// Days, hours, minutes, seconds and milliseconds.
fn duration(millis: i64) -> String {
    let seconds = millis / 1_000;
    let days = match seconds / 86_400 {
        0 => "    ".to_owned(),
        days => format!("{days:2}d "),
    };
    let (hours, minutes) = (seconds / 3_600 % 24, seconds / 60 % 60);
    let (seconds, millis) = (seconds % 60, millis % 1_000);
    format!("{days}{hours:02}:{minutes:02}:{seconds:02}.{millis:03}")
}

/// What separates a port from its address.
const fn separator(address: IpAddr) -> char {
    match address {
        IpAddr::V4(_) => ':',
        IpAddr::V6(_) => '.',
    }
}

/// An address; if it is longer than its column, only its two ends.
fn end(address: IpAddr) -> String {
    let text = text::address(address);
    let text = text.as_str();
    if text.len() <= 16 {
        return text.to_owned();
    }
    let (start, rest) = (text.get(..7), text.get(text.len() - 7..));
    format!(
        "{}..{}",
        start.unwrap_or_default(),
        rest.unwrap_or_default()
    )
}

/// A number with M, G or T, if it is large.
fn scaled(number: u64) -> String {
    const UNITS: [(u64, char); 3] = [
        (1_000_000_000_000, 'T'),
        (1_000_000_000, 'G'),
        (1_000_000, 'M'),
    ];
    match UNITS.iter().find(|(size, _)| number >= *size) {
        Some((size, unit)) => format!("{:.1} {unit}", number as f64 / *size as f64),
        None => number.to_string(),
    }
}
