//! What the usual columns show of a flow, read from the places that its template has them at.

use core::net::IpAddr;

use netflow_core::field::FlowField;
use netflow_core::wire::sflow::Sample;
use netflow_core::{ClockCheck, Flow, FlowColumn, Projected, Timestamp};

use crate::format::lines;
use crate::format::place::{TimePlace, octets};
use crate::format::row::RowText;

/// The fields that most rows show: the start, the end, and those of [`Position`].
pub(super) const FIELDS: [FlowField; 19] = [
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
    FlowField::SamplingRate,
    FlowField::Vlan,
    FlowField::CustomerVlan,
    FlowField::PostVlan,
    FlowField::PostCustomerVlan,
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
    SamplingRate,
    Vlan,
    CustomerVlan,
    PostVlan,
    PostCustomerVlan,
}

/// Where the [`FIELDS`] are in the records of a set, or in sFlow samples of one shape.
#[derive(Debug, Clone)]
pub(super) struct FieldPlaces {
    places: [FieldPlace; FIELDS.len()],
    times: [Option<TimePlace>; 2],
}

impl FieldPlaces {
    /// Each flow is asked.
    pub(super) const EACH: Self = Self {
        places: [FieldPlace::Each; FIELDS.len()],
        times: [None; 2],
    };

    /// The places in the columns of a projection that begins with [`FIELDS`].
    pub(super) fn new(columns: &[FlowColumn]) -> Self {
        let mut found = Self::EACH;
        for (place, column) in found.places.iter_mut().zip(columns) {
            *place = FieldPlace::new(*column);
        }
        found.set_times(columns);
        found
    }

    /// Changes how times are computed: it depends on the header of the message too.
    pub(super) fn set_times(&mut self, columns: &[FlowColumn]) {
        for (time, column) in self.times.iter_mut().zip(columns) {
            *time = TimePlace::of(Some(column));
        }
    }
}

/// What all flows of a set have in common.
#[derive(Debug, Default)]
pub(super) struct SetValues {
    check: Option<ClockCheck>,
    /// Start, end and duration, which the samples of an sFlow message share.
    times: Option<(Option<Timestamp>, Option<Timestamp>, Option<i64>)>,
    /// Something is known of sampling: a rate, or why there is none.
    has_sampling: bool,
    /// The address of the exporter, if it is known.
    exporter: RowText,
}

impl SetValues {
    /// Prepares for a set by its first flow.
    pub(super) fn prepare(&mut self, first: &Flow<'_>) {
        let header = first.header();
        self.check = Some(ClockCheck::new(header));
        let times = || (first.start(), first.end(), first.duration());
        self.times = first.sample().map(|_| times());
        self.has_sampling = first.sampling().is_some();
        self.exporter.clear();
        let address = first.agent_address().or_else(|| first.exporter_address());
        if let Some(address) = address.filter(|_| lines::is_exporter_known(header)) {
            self.exporter.write(|pen| pen.address(address));
        }
    }
}

/// How the [`FIELDS`] of a flow are read.
#[derive(Debug)]
pub(super) struct Places<'r, 'm> {
    pub(super) projected: Projected<'r, 'm>,
    pub(super) fields: &'r FieldPlaces,
    pub(super) of_set: &'r SetValues,
    /// Counters are multiplied by the sampling rate of their flow.
    pub(super) is_scaled: bool,
}

/// How the packets of a flow were sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sampled {
    AtRate,
    AtUnknownRate,
}

/// Where a field is in the records of a set.
#[derive(Debug, Clone, Copy)]
enum FieldPlace {
    /// No flow has it.
    Absent,
    /// A number of one octet at this offset.
    Number8(u16),
    /// A number of two octets.
    Number16(u16),
    /// A number of four octets.
    Number32(u16),
    /// A number of eight octets.
    Number64(u16),
    /// An IPv4 address at this offset.
    Ipv4(u16),
    /// Each flow has to be asked.
    Each,
}

impl FieldPlace {
    fn new(column: FlowColumn) -> Self {
        let known = match column {
            FlowColumn::Absent => Some(Self::Absent),
            FlowColumn::Number(place) => {
                let offset = u16::try_from(place.offset).ok();
                offset.and_then(|offset| Self::number(offset, place.width))
            }
            FlowColumn::Octets(place) if place.width == 4 => {
                u16::try_from(place.offset).ok().map(Self::Ipv4)
            }
            _ => None,
        };
        known.unwrap_or(Self::Each)
    }

    /// `None` of a width that the flow is asked for.
    const fn number(offset: u16, width: usize) -> Option<Self> {
        Some(match width {
            1 => Self::Number8(offset),
            2 => Self::Number16(offset),
            4 => Self::Number32(offset),
            8 => Self::Number64(offset),
            _ => return None,
        })
    }
}

/// A flow and what is read of it for more than one column.
#[derive(Debug)]
pub(super) struct RowValues<'r, 'm> {
    pub(super) flow: &'r Flow<'m>,
    /// The octets of its record or sample.
    record: &'m [u8],
    places: &'r Places<'r, 'm>,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    pub(super) protocol: Option<u8>,
    pub(super) packets: Option<u64>,
    pub(super) octets: Option<u64>,
}

impl<'r, 'm> RowValues<'r, 'm> {
    /// The values of a flow of the set.
    #[inline(always)]
    pub(super) fn new(places: &'r Places<'r, 'm>, flow: &'r Flow<'m>) -> Self {
        let record = match flow.record() {
            Some(record) => record.octets(),
            None => flow.sample().map_or(&[][..], Sample::octets),
        };
        let (start, end) = if let Some((start, end, _)) = places.of_set.times {
            (start, end)
        } else {
            let [start, end] = &places.fields.times;
            let time = |time: &Option<TimePlace>| time.as_ref()?.time(record);
            let start = time(start).or_else(|| flow.start());
            (start, time(end).or_else(|| flow.end()))
        };
        let mut values = Self {
            flow,
            record,
            places,
            start,
            end,
            protocol: None,
            packets: None,
            octets: None,
        };
        values.protocol = values.number(Position::Protocol).and_then(narrow);
        values.packets = values.counter(Position::Packets);
        values.octets = values.counter(Position::Octets);
        values
    }

    #[inline(always)]
    fn number(&self, position: Position) -> Option<u64> {
        match self.places.fields.places[position as usize] {
            FieldPlace::Absent => None,
            FieldPlace::Number8(offset) => {
                let [number] = octets(self.record, offset);
                Some(number.into())
            }
            FieldPlace::Number16(offset) => {
                Some(u16::from_be_bytes(octets(self.record, offset)).into())
            }
            FieldPlace::Number32(offset) => {
                Some(u32::from_be_bytes(octets(self.record, offset)).into())
            }
            FieldPlace::Number64(offset) => Some(u64::from_be_bytes(octets(self.record, offset))),
            FieldPlace::Ipv4(_) | FieldPlace::Each => self.asked_number(position),
        }
    }

    /// A counter, scaled if counters are.
    #[inline(always)]
    fn counter(&self, position: Position) -> Option<u64> {
        let count = self.number(position)?;
        Some(count.saturating_mul(self.scale()))
    }

    /// What counters are multiplied by: 1 where the rate is not known.
    #[inline]
    pub(super) fn scale(&self) -> u64 {
        if self.places.is_scaled {
            self.sampling_rate().unwrap_or(1)
        } else {
            1
        }
    }

    /// How its packets were sampled, if counters are of those alone and are not scaled.
    #[inline]
    pub(super) fn sampled(&self) -> Option<Sampled> {
        match self.sampling_rate() {
            Some(rate) => (rate > 1 && !self.places.is_scaled).then_some(Sampled::AtRate),
            None => {
                let is_sampled =
                    self.places.of_set.has_sampling && self.flow.no_sampling_rate().is_some();
                is_sampled.then_some(Sampled::AtUnknownRate)
            }
        }
    }

    #[inline(always)]
    fn address(&self, position: Position) -> Option<IpAddr> {
        match self.places.fields.places[position as usize] {
            FieldPlace::Absent => None,
            FieldPlace::Ipv4(offset) => Some(IpAddr::from(octets::<4>(self.record, offset))),
            _ => self.asked_address(position),
        }
    }

    /// A number that the flow is asked for.
    #[inline(never)]
    fn asked_number(&self, position: Position) -> Option<u64> {
        self.places.projected.number(self.flow, position as usize)
    }

    /// An address that the flow is asked for.
    #[inline(never)]
    fn asked_address(&self, position: Position) -> Option<IpAddr> {
        self.places.projected.address(self.flow, position as usize)
    }

    /// Nanoseconds from the first to the last packet.
    #[inline(always)]
    pub(super) fn duration(&self) -> Option<i64> {
        match (self.start, self.end, self.places.of_set.times) {
            (Some(start), Some(end), _) => Some(end.nanos_since(start)),
            (_, _, Some((_, _, duration))) => duration,
            _ => self.flow.duration(),
        }
    }

    /// Whether its times are impossible.
    #[inline(always)]
    pub(super) fn is_suspect(&self) -> bool {
        let rule = || self.flow.clock_rule();
        let check = self.places.of_set.check.as_ref();
        check.and_then(|check| check.is_suspect(self.start, self.end, rule)) == Some(true)
    }

    #[inline(always)]
    pub(super) fn source_address(&self) -> Option<IpAddr> {
        self.address(Position::SourceAddress)
    }

    #[inline(always)]
    pub(super) fn destination_address(&self) -> Option<IpAddr> {
        self.address(Position::DestinationAddress)
    }

    #[inline(always)]
    pub(super) fn source_port(&self) -> Option<u16> {
        self.number(Position::SourcePort).and_then(narrow)
    }

    #[inline(always)]
    pub(super) fn destination_port(&self) -> Option<u16> {
        self.number(Position::DestinationPort).and_then(narrow)
    }

    #[inline(always)]
    pub(super) fn tcp_flags(&self) -> Option<u16> {
        self.number(Position::TcpFlags).and_then(narrow)
    }

    #[inline(always)]
    pub(super) fn input_interface(&self) -> Option<u64> {
        self.number(Position::InputInterface)
    }

    #[inline(always)]
    pub(super) fn output_interface(&self) -> Option<u64> {
        self.number(Position::OutputInterface)
    }

    #[inline(always)]
    pub(super) fn reverse_packets(&self) -> Option<u64> {
        self.counter(Position::ReversePackets)
    }

    #[inline(always)]
    pub(super) fn reverse_octets(&self) -> Option<u64> {
        self.counter(Position::ReverseOctets)
    }

    #[inline(always)]
    pub(super) fn sampling_rate(&self) -> Option<u64> {
        self.number(Position::SamplingRate)
    }

    /// The outer tag and the inner one, of which exporters send 0 where there is none.
    pub(super) fn vlans(&self) -> [Option<u16>; 2] {
        [Position::Vlan, Position::CustomerVlan].map(|tag| self.vlan(tag))
    }

    /// The same after the exporter changed them.
    pub(super) fn post_vlans(&self) -> [Option<u16>; 2] {
        [Position::PostVlan, Position::PostCustomerVlan].map(|tag| self.vlan(tag))
    }

    fn vlan(&self, position: Position) -> Option<u16> {
        let tag = self.number(position).and_then(narrow);
        tag.filter(|tag| *tag != 0)
    }

    /// The address of the exporter, if it is known.
    #[inline(always)]
    pub(super) fn exporter(&self) -> &[u8] {
        let exporter = &self.places.of_set.exporter;
        exporter.text(0, exporter.len())
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
