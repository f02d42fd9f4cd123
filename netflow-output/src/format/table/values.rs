//! What the usual columns show of a flow, read from the places that its template has them at.

use core::net::IpAddr;

use netflow_core::field::FlowField;
use netflow_core::{ClockCheck, Flow, FlowColumn, MessageHeader, Projected, Timestamp};

use crate::format::place::{Place, TimePlace, octets};

/// The fields that most rows show: the start, the end, and those of [`Position`].
pub(super) const FIELDS: [FlowField; 14] = [
    FlowField::Start,
    FlowField::End,
    FlowField::Protocol,
    FlowField::SourceAddress,
    FlowField::DestinationAddress,
    FlowField::SourcePort,
    FlowField::DestinationPort,
    FlowField::Packets,
    FlowField::Octets,
    FlowField::TcpFlags,
    FlowField::InputInterface,
    FlowField::OutputInterface,
    FlowField::ReversePackets,
    FlowField::ReverseOctets,
];

/// The position of a field in [`FIELDS`], after the start and the end.
#[derive(Debug, Clone, Copy)]
enum Position {
    Protocol = 2,
    SourceAddress,
    DestinationAddress,
    SourcePort,
    DestinationPort,
    Packets,
    Octets,
    TcpFlags,
    InputInterface,
    OutputInterface,
    ReversePackets,
    ReverseOctets,
}

/// How the [`FIELDS`] of the flows of a set are read.
#[derive(Debug)]
pub(super) struct Places<'r, 'm> {
    projected: &'r Projected<'r, 'm>,
    places: [FieldPlace; FIELDS.len()],
    times: [Option<TimePlace>; 2],
    check: ClockCheck,
}

/// Where a field is in the records of a set.
#[derive(Debug, Clone, Copy)]
enum FieldPlace {
    /// No flow has it.
    Absent,
    Number(Place),
    /// An IPv4 address at this offset.
    Ipv4(u16),
    /// Each flow has to be asked.
    Each,
}

impl<'r, 'm> Places<'r, 'm> {
    /// The places in a projection that begins with [`FIELDS`]. If directions are split, the flows of a
    /// set have their fields in different places, so each flow is asked.
    pub(super) fn new(
        projected: &'r Projected<'r, 'm>,
        header: &MessageHeader,
        is_split: bool,
    ) -> Self {
        let mut places = [FieldPlace::Each; FIELDS.len()];
        let mut times = [None; 2];
        if !is_split {
            let columns = projected.columns();
            for (place, column) in places.iter_mut().zip(columns) {
                *place = FieldPlace::new(*column);
            }
            for (time, column) in times.iter_mut().zip(columns) {
                if let FlowColumn::Time(plan) = column {
                    *time = TimePlace::new(*plan);
                }
            }
        }
        Self {
            projected,
            places,
            times,
            check: ClockCheck::new(header),
        }
    }
}

impl FieldPlace {
    fn new(column: FlowColumn) -> Self {
        let known = match column {
            FlowColumn::Absent => Some(Self::Absent),
            FlowColumn::Number(place) => Place::new(place).map(Self::Number),
            FlowColumn::Octets(place) if place.width == 4 => {
                u16::try_from(place.offset).ok().map(Self::Ipv4)
            }
            _ => None,
        };
        known.unwrap_or(Self::Each)
    }
}

/// A flow and what is read of it for more than one column.
#[derive(Debug)]
pub(super) struct Values<'r, 'm> {
    pub(super) flow: &'r Flow<'m>,
    /// The octets of its record.
    record: &'m [u8],
    places: &'r Places<'r, 'm>,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    pub(super) protocol: Option<u8>,
    pub(super) packets: Option<u64>,
    pub(super) octets: Option<u64>,
}

impl<'r, 'm> Values<'r, 'm> {
    /// The values of a flow of the set.
    #[inline]
    pub(super) fn new(places: &'r Places<'r, 'm>, flow: &'r Flow<'m>) -> Self {
        let record = flow.record().map_or(&[][..], |record| record.octets());
        let [start, end] = places
            .times
            .each_ref()
            .map(|time| time.as_ref().and_then(|time| time.time(record)));
        let mut values = Self {
            flow,
            record,
            places,
            start: start.or_else(|| flow.start()),
            end: end.or_else(|| flow.end()),
            protocol: None,
            packets: None,
            octets: None,
        };
        values.protocol = values.number(Position::Protocol).and_then(narrow);
        values.packets = values.number(Position::Packets);
        values.octets = values.number(Position::Octets);
        values
    }

    #[inline]
    fn number(&self, position: Position) -> Option<u64> {
        match self.places.places[position as usize] {
            FieldPlace::Absent => None,
            FieldPlace::Number(place) => Some(place.number(self.record)),
            _ => self.places.projected.number(self.flow, position as usize),
        }
    }

    #[inline]
    fn address(&self, position: Position) -> Option<IpAddr> {
        match self.places.places[position as usize] {
            FieldPlace::Absent => None,
            FieldPlace::Ipv4(offset) => Some(IpAddr::from(octets::<4>(self.record, offset))),
            _ => self.places.projected.address(self.flow, position as usize),
        }
    }

    /// Nanoseconds from the first to the last packet.
    #[inline]
    pub(super) fn duration(&self) -> Option<i64> {
        match (self.start, self.end) {
            (Some(start), Some(end)) => Some(end.nanos_since(start)),
            _ => self.flow.duration(),
        }
    }

    /// Whether its times are impossible.
    #[inline]
    pub(super) fn is_suspect(&self) -> bool {
        let rule = || self.flow.clock_rule();
        self.places.check.is_suspect(self.start, self.end, rule) == Some(true)
    }

    pub(super) fn source_address(&self) -> Option<IpAddr> {
        self.address(Position::SourceAddress)
    }

    pub(super) fn destination_address(&self) -> Option<IpAddr> {
        self.address(Position::DestinationAddress)
    }

    pub(super) fn source_port(&self) -> Option<u16> {
        self.number(Position::SourcePort).and_then(narrow)
    }

    pub(super) fn destination_port(&self) -> Option<u16> {
        self.number(Position::DestinationPort).and_then(narrow)
    }

    pub(super) fn tcp_flags(&self) -> Option<u16> {
        self.number(Position::TcpFlags).and_then(narrow)
    }

    pub(super) fn input_interface(&self) -> Option<u64> {
        self.number(Position::InputInterface)
    }

    pub(super) fn output_interface(&self) -> Option<u64> {
        self.number(Position::OutputInterface)
    }

    pub(super) fn reverse_packets(&self) -> Option<u64> {
        self.number(Position::ReversePackets)
    }

    pub(super) fn reverse_octets(&self) -> Option<u64> {
        self.number(Position::ReverseOctets)
    }

    /// Whether the flow is one of frames that carry no IP.
    pub(super) fn is_without_ip(&self) -> bool {
        self.source_address().is_none() && self.destination_address().is_none()
    }
}

/// A number of the width of its field.
fn narrow<N: TryFrom<u64>>(number: u64) -> Option<N> {
    number.try_into().ok()
}
