//! The columns of the table.

use netflow_core::field::{FieldType, FlowField};

use super::protocol::TCP;
use super::values::RowValues;
use super::{endpoint, event, number, protocol};
use crate::format::row::Pen;

/// How cells are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// Numbers in full.
    pub(super) exact: bool,
}

/// How the cells of one row are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowStyle {
    pub(super) cells: Style,
    /// Its time is marked as impossible.
    pub(super) is_suspect: bool,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableColumn {
    Start,
    Duration,
    Protocol,
    Source,
    Destination,
    /// Source and destination after NAT.
    Translated,
    /// An event of a firewall or NAT.
    Event,
    Packets,
    Octets,
    Sampling,
    Vlan,
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

/// The mark after an impossible time.
pub(super) const SUSPECT: u8 = b'?';

impl TableColumn {
    /// The columns that suit most, from the left.
    pub(super) const USUAL: &'static [Self] = &[
        Self::Start,
        Self::Duration,
        Self::Protocol,
        Self::Source,
        Self::Destination,
        Self::Translated,
        Self::Event,
        Self::Packets,
        Self::Octets,
        Self::Sampling,
        Self::Vlan,
        Self::Flags,
        Self::Input,
        Self::Output,
        Self::Exporter,
    ];

    /// The fields that it shows; a flow has the column if it has one of them. None if all flows have
    /// the column.
    pub(super) const fn fields(&self) -> &[FlowField] {
        use FlowField as F;
        match self {
            Self::Start => &[F::Start, F::End],
            Self::Duration => &[F::Duration],
            Self::Protocol => &[F::Protocol, F::EtherType],
            Self::Source => &[F::SourceAddress, F::SourceMac],
            Self::Destination => &[F::DestinationAddress, F::DestinationMac],
            Self::Translated => &[
                F::PostNatSourceAddress,
                F::PostNatDestinationAddress,
                F::PostNatSourcePort,
                F::PostNatDestinationPort,
            ],
            Self::Event => &[F::FirewallEvent, F::NatEvent],
            Self::Vlan => &[F::Vlan, F::PostVlan, F::CustomerVlan, F::PostCustomerVlan],
            Self::Packets => &[F::Packets],
            Self::Octets => &[F::Octets],
            Self::Sampling => &[F::SamplingRate, F::Sampling],
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
            Self::Translated => "translated",
            Self::Event => "event",
            Self::Vlan => "vlan",
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
            | Self::Vlan
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
    #[inline(always)]
    pub(super) fn write(self, values: &RowValues<'_, '_>, style: Style, pen: &mut Pen<'_>) {
        match self {
            Self::Duration => {
                if let Some(nanos) = values.duration() {
                    pen.outlined(|pen| number::duration(pen, nanos));
                }
            }
            Self::Protocol => protocol::write(pen, values),
            Self::Source => endpoint::source(pen, values),
            Self::Destination => endpoint::destination(pen, values),
            Self::Translated => pen.outlined(|pen| endpoint::translated(pen, values)),
            Self::Event => pen.outlined(|pen| event::write(pen, values.flow)),
            Self::Vlan => pen.outlined(|pen| vlan(pen, values)),
            Self::Packets => optional(pen, values.packets, style),
            Self::Octets => optional(pen, values.octets, style),
            Self::Sampling => pen.outlined(|pen| sampling(pen, values)),
            Self::Flags => flags(pen, values),
            Self::Input => interface(pen, values.input_interface()),
            Self::Output => interface(pen, values.output_interface()),
            Self::Exporter => pen.octets(values.exporter()),
            Self::Start | Self::Field(_) => {}
        }
    }
}

/// The sampling rate, or why it is not known.
fn sampling(pen: &mut Pen<'_>, values: &RowValues<'_, '_>) {
    if let Some(rate) = values.sampling_rate() {
        pen.word("1:");
        pen.number(rate);
    } else if let Some(reason) = values.flow.no_sampling_rate() {
        pen.word(reason.name());
    }
}

/// `10`, `10.200` of a tag and one inside it, `10>20` where it changes on the way.
fn vlan(pen: &mut Pen<'_>, values: &RowValues<'_, '_>) {
    let (before, after) = (values.vlans(), values.post_vlans());
    let is_known = |tags: [Option<u16>; 2]| tags != [None, None];
    if is_known(before) {
        tags(pen, before);
    }
    if is_known(after) && after != before {
        if is_known(before) {
            pen.octet(b'>');
        }
        tags(pen, after);
    }
}

/// The outer tag and the inner one.
fn tags(pen: &mut Pen<'_>, [outer, inner]: [Option<u16>; 2]) {
    if let Some(outer) = outer {
        pen.number(outer.into());
    }
    if let Some(inner) = inner {
        if outer.is_some() {
            pen.octet(b'.');
        }
        pen.number(inner.into());
    }
}

#[inline(always)]
fn optional(pen: &mut Pen<'_>, count: Option<u64>, style: Style) {
    if let Some(count) = count {
        number::count(pen, count, style.exact);
    }
}

#[inline(always)]
fn interface(pen: &mut Pen<'_>, index: Option<u64>) {
    if let Some(index) = index {
        pen.number(index);
    }
}

/// The flags of TCP that were seen, a dot for each other: `...AP.SF`.
#[inline(always)]
fn flags(pen: &mut Pen<'_>, values: &RowValues<'_, '_>) {
    if values.protocol != Some(TCP) {
        return;
    }
    if let Some(flags) = values.tcp_flags() {
        // The flags above these eight have no letters.
        let [.., low] = flags.to_be_bytes();
        pen.eight(&FLAGS[usize::from(low)]);
    }
}

/// The letters of each set of flags.
static FLAGS: [[u8; 8]; 256] = {
    const LETTERS: &[u8; 8] = b"CEUAPRSF";
    let mut texts = [[b'.'; 8]; 256];
    let mut flags = 0;
    while flags < 256 {
        let mut index = 0;
        while index < 8 {
            if flags >> (7 - index) & 1 == 1 {
                texts[flags][index] = LETTERS[index];
            }
            index += 1;
        }
        flags += 1;
    }
    texts
};
