//! The columns of the table.

use core::net::IpAddr;

use netflow_core::element::{self, iana};
use netflow_core::field::{FieldType, FlowField};
use netflow_core::{Flow, Timestamp};

use super::number;
use crate::format::lines;
use crate::format::text::{self, Instant};

/// How cells are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// Numbers in full.
    pub(super) exact: bool,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Start,
    Duration,
    Protocol,
    Source,
    Destination,
    Packets,
    Octets,
    Sampling,
    Flags,
    Input,
    Output,
    Exporter,
    /// A field that was asked for.
    Field(FlowField),
}

/// What is in a cell of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Behind a time that cannot be right.
pub(super) const SUSPECT: u8 = b'?';

const ICMP: u8 = 1;
const TCP: u8 = 6;
const ICMPV6: u8 = 58;

impl Column {
    /// The columns that suit most, from the left.
    pub(super) const USUAL: &'static [Self] = &[
        Self::Start,
        Self::Duration,
        Self::Protocol,
        Self::Source,
        Self::Destination,
        Self::Packets,
        Self::Octets,
        Self::Sampling,
        Self::Flags,
        Self::Input,
        Self::Output,
        Self::Exporter,
    ];

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Start => "start (UTC)",
            Self::Duration => "dur",
            Self::Protocol => "proto",
            Self::Source => "source",
            Self::Destination => "destination",
            Self::Packets => "pkts",
            Self::Octets => "octets",
            Self::Sampling => "sampling",
            Self::Flags => "flags",
            Self::Input => "in",
            Self::Output => "out",
            Self::Exporter => "exporter",
            Self::Field(field) => field.name(),
        }
    }

    pub(super) const fn align(self) -> Align {
        match self {
            Self::Duration
            | Self::Packets
            | Self::Octets
            | Self::Sampling
            | Self::Input
            | Self::Output => Align::Right,
            Self::Field(field) => match field.field_type() {
                FieldType::U8
                | FieldType::U16
                | FieldType::U32
                | FieldType::U64
                | FieldType::Duration => Align::Right,
                _ => Align::Left,
            },
            _ => Align::Left,
        }
    }

    /// Writes the cell of a flow; nothing if the flow does not have it.
    pub(super) fn write_usual(self, flow: &Flow<'_>, style: Style, out: &mut Vec<u8>) {
        match self {
            Self::Start => {
                if let Some(time) = flow.start().or_else(|| flow.end()) {
                    long_time(out, time);
                    if flow.clock_suspect() == Some(true) {
                        out.push(SUSPECT);
                    }
                }
            }
            Self::Duration => {
                if let Some(nanos) = flow.duration() {
                    number::duration(out, nanos);
                }
            }
            Self::Protocol => protocol(out, flow),
            // Of ICMP there are no ports; older exporters put type and code there.
            Self::Source => {
                let port = flow.source_port().filter(|_| !is_icmp(flow));
                endpoint(out, flow.source_address(), port);
            }
            Self::Destination => {
                let port = flow.destination_port().filter(|_| !is_icmp(flow));
                endpoint(out, flow.destination_address(), port);
            }
            Self::Packets => optional(out, flow.packets(), style),
            Self::Octets => optional(out, flow.octets(), style),
            Self::Sampling => {
                if let Some(rate) = flow.sampling_rate() {
                    out.extend_from_slice(b"1:");
                    text::decimal(out, rate);
                }
            }
            Self::Flags => flags(out, flow),
            Self::Input => interface(out, flow.input_interface()),
            Self::Output => interface(out, flow.output_interface()),
            Self::Exporter => {
                let address = flow.agent_address().or_else(|| flow.exporter_address());
                let address = address.filter(|_| lines::is_exporter_known(flow.header()));
                if let Some(address) = address {
                    text::address(out, address);
                }
            }
            Self::Field(_) => {}
        }
    }
}

fn optional(out: &mut Vec<u8>, count: Option<u64>, style: Style) {
    if let Some(count) = count {
        number::count(out, count, style.exact);
    }
}

fn interface(out: &mut Vec<u8>, index: Option<u32>) {
    if let Some(index) = index {
        text::decimal(out, index);
    }
}

/// `2021-04-11 10:20:00.250`: always as long, so that a part of it can stand for the time.
fn long_time(out: &mut Vec<u8>, time: Timestamp) {
    let time = Instant::from(time);
    let start = out.len();
    let whole = Instant { nanos: 0, ..time };
    text::time(out, whole);
    // RFC 3339 ends in Z and has a T in its middle.
    out.pop();
    if let Some(middle) = out.get_mut(start + 10) {
        *middle = b' ';
    }
    out.push(b'.');
    text::padded(out, i64::from(time.nanos / 1_000_000), 3);
}

fn is_icmp(flow: &Flow<'_>) -> bool {
    matches!(flow.protocol(), Some(ICMP | ICMPV6))
}

/// `TCP`, `ICMP 8/0`, `99`.
fn protocol(out: &mut Vec<u8>, flow: &Flow<'_>) {
    let Some(number) = flow.protocol() else {
        return;
    };
    let name = if number == ICMPV6 {
        Some("ICMP6")
    } else {
        element::code(iana::PROTOCOL_IDENTIFIER.id, number.into())
    };
    match name {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => text::decimal(out, number),
    }
    if let (true, Some(icmp_type)) = (is_icmp(flow), flow.icmp_type()) {
        out.push(b' ');
        text::decimal(out, icmp_type);
        out.push(b'/');
        text::decimal(out, flow.icmp_code().unwrap_or(0));
    }
}

/// `192.0.2.1:443`, `[2001:db8::1]:443`, or the address alone.
fn endpoint(out: &mut Vec<u8>, address: Option<IpAddr>, port: Option<u16>) {
    let Some(address) = address else {
        return;
    };
    let bracket = address.is_ipv6() && port.is_some();
    if bracket {
        out.push(b'[');
    }
    text::address(out, address);
    if bracket {
        out.push(b']');
    }
    if let Some(port) = port {
        out.push(b':');
        text::decimal(out, port);
    }
}

/// The flags of TCP that were seen, a dot for each other: `...AP.SF`.
fn flags(out: &mut Vec<u8>, flow: &Flow<'_>) {
    const LETTERS: &[u8; 8] = b"CEUAPRSF";
    if flow.protocol() != Some(TCP) {
        return;
    }
    let Some(flags) = flow.tcp_flags() else {
        return;
    };
    for (index, letter) in LETTERS.iter().enumerate() {
        let is_set = flags >> (7 - index) & 1 == 1;
        out.push(if is_set { *letter } else { b'.' });
    }
}
