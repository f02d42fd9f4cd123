//! The columns of the table.

use core::net::IpAddr;

use netflow_core::Flow;
use netflow_core::element::{self, iana};
use netflow_core::field::{FieldType, FlowField};

use super::number;
use crate::format::lines;
use crate::format::row::Row;

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

/// After a time that cannot be right.
pub(super) const SUSPECT: u8 = b'?';

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
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

    /// The fields that it shows, of which a flow needs one; none if all flows have it.
    pub(super) const fn fields(&self) -> &[FlowField] {
        use FlowField as F;
        match self {
            Self::Start => &[F::Start, F::End],
            Self::Duration => &[F::Duration],
            Self::Protocol => &[F::Protocol],
            Self::Source => &[F::SourceAddress],
            Self::Destination => &[F::DestinationAddress],
            Self::Packets => &[F::Packets],
            Self::Octets => &[F::Octets],
            Self::Sampling => &[F::SamplingRate],
            Self::Flags => &[F::TcpFlags],
            Self::Input => &[F::InputInterface],
            Self::Output => &[F::OutputInterface],
            Self::Exporter => &[],
            Self::Field(field) => core::slice::from_ref(field),
        }
    }

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

    /// Writes the cell of a flow; nothing if the flow does not have it. The start and the
    /// fields that were asked for are written by [`Cells`](super::cells::Cells).
    pub(super) fn write(self, flow: &Flow<'_>, style: Style, row: &mut Row) {
        match self {
            Self::Duration => {
                if let Some(nanos) = flow.duration() {
                    number::duration(row, nanos);
                }
            }
            Self::Protocol => protocol(row, flow),
            // Of ICMP there are no ports; older exporters put type and code there.
            Self::Source => {
                let port = flow.source_port().filter(|_| !is_icmp(flow));
                endpoint(row, flow.source_address(), port);
            }
            Self::Destination => {
                let port = flow.destination_port().filter(|_| !is_icmp(flow));
                endpoint(row, flow.destination_address(), port);
            }
            Self::Packets => optional(row, flow.packets(), style),
            Self::Octets => optional(row, flow.octets(), style),
            Self::Sampling => {
                if let Some(rate) = flow.sampling_rate() {
                    row.word("1:");
                    row.number(rate);
                }
            }
            Self::Flags => flags(row, flow),
            Self::Input => interface(row, flow.input_interface()),
            Self::Output => interface(row, flow.output_interface()),
            Self::Exporter => {
                let address = flow.agent_address().or_else(|| flow.exporter_address());
                let address = address.filter(|_| lines::is_exporter_known(flow.header()));
                if let Some(address) = address {
                    row.address(address);
                }
            }
            Self::Start | Self::Field(_) => {}
        }
    }
}

fn optional(row: &mut Row, count: Option<u64>, style: Style) {
    if let Some(count) = count {
        number::count(row, count, style.exact);
    }
}

fn interface(row: &mut Row, index: Option<u32>) {
    if let Some(index) = index {
        row.number(index.into());
    }
}

fn is_icmp(flow: &Flow<'_>) -> bool {
    matches!(flow.protocol(), Some(ICMP | ICMPV6))
}

/// `TCP`, `ICMP 8/0`, `99`.
fn protocol(row: &mut Row, flow: &Flow<'_>) {
    let Some(number) = flow.protocol() else {
        return;
    };
    let name = match number {
        TCP => Some("TCP"),
        UDP => Some("UDP"),
        ICMPV6 => Some("ICMP6"),
        number => element::code(iana::PROTOCOL_IDENTIFIER.id, number.into()),
    };
    match name {
        Some(name) => row.word(name),
        None => row.number(number.into()),
    }
    if let (true, Some(icmp_type)) = (is_icmp(flow), flow.icmp_type()) {
        row.octet(b' ');
        row.number(icmp_type.into());
        row.octet(b'/');
        row.number(flow.icmp_code().unwrap_or(0).into());
    }
}

/// `192.0.2.1:443`, `[2001:db8::1]:443`, or the address alone.
fn endpoint(row: &mut Row, address: Option<IpAddr>, port: Option<u16>) {
    let Some(address) = address else {
        return;
    };
    let is_bracketed = address.is_ipv6() && port.is_some();
    if is_bracketed {
        row.octet(b'[');
    }
    row.address(address);
    if is_bracketed {
        row.octet(b']');
    }
    if let Some(port) = port {
        row.octet(b':');
        row.number(port.into());
    }
}

/// The flags of TCP that were seen, a dot for each other: `...AP.SF`.
fn flags(row: &mut Row, flow: &Flow<'_>) {
    const LETTERS: &[u8; 8] = b"CEUAPRSF";
    if flow.protocol() != Some(TCP) {
        return;
    }
    let Some(flags) = flow.tcp_flags() else {
        return;
    };
    for (index, letter) in LETTERS.iter().enumerate() {
        let is_set = flags >> (7 - index) & 1 == 1;
        row.octet(if is_set { *letter } else { b'.' });
    }
}
