//! Reading the flows of a set field by field.

use core::iter::once;
use core::net::IpAddr;
use core::ops::Range;

use super::reader::{FieldReader, ProjectedFlow};
use super::records::{FieldOffset, FixedRecords, MeasuredRecords, SetRecords};
use super::sink::ColumnSink;
use super::{Projected, Projection};
use crate::decoder::Set;
use crate::field::FlowField;
use crate::flow::{Flow, FlowColumn, FlowValue, NearTimes, PreparedTime, UptimeClock};
use crate::time::Timestamp;

impl Projection {
    /// Passes the fields of the flows of a set to `sink`, for the flows in `rows`, counted from 0, as
    /// far as they exist. Returns the number of flows.
    ///
    /// The flows are those of [`Set::flows`]. See [`FlowColumns`](crate::FlowColumns) for a sink
    /// and an example.
    pub fn read(&mut self, set: &Set<'_>, rows: Range<usize>, sink: &mut impl ColumnSink) -> usize {
        let (skipped, wanted) = (rows.start, rows.len());
        match self.read_columns(set, rows, sink) {
            Some(count) => count,
            None => self.of(set).read_flows(set, skipped, wanted, sink),
        }
    }

    /// The same for a set whose fields can be read column by column: its records have one length, or
    /// are of variable length and were measured when they were decoded. For any other set, such as
    /// one of sFlow samples, nothing is passed and it returns `None`.
    pub fn read_columns(
        &mut self,
        set: &Set<'_>,
        rows: Range<usize>,
        sink: &mut impl ColumnSink,
    ) -> Option<usize> {
        let (skipped, wanted) = (rows.start, rows.len());
        if let Some(records) = FixedRecords::of(set, skipped, wanted) {
            return Some(self.of(set).read_records(set, skipped, records, sink));
        }
        let records = MeasuredRecords::of(set, skipped, wanted)?;
        Some(self.of(set).read_records(set, skipped, records, sink))
    }
}

impl<'m> Projected<'_, 'm> {
    /// The fields of records, column by column. Returns the number of records.
    fn read_records(
        &self,
        set: &Set<'m>,
        skipped: usize,
        records: impl SetRecords,
        sink: &mut impl ColumnSink,
    ) -> usize {
        let count = records.count();
        if count == 0 {
            return 0;
        }
        let fields = self.fields.iter().zip(self.columns).zip(self.readers);
        for (position, ((field, column), reader)) in fields.enumerate() {
            let is_read = match reader {
                FieldReader::Absent => {
                    sink.same(position, None, count);
                    Some(())
                }
                FieldReader::Number { offset, shift } => {
                    let place = FieldOffset::of_number(*offset, *shift);
                    numbers(records, place, position, sink)
                }
                FieldReader::Bits {
                    offset,
                    shift,
                    mask,
                } => bits(records, *offset, (*shift, *mask), position, sink),
                FieldReader::Ipv4 { offset } => {
                    let octets = records.arrays(FieldOffset::of_octets(*offset));
                    octets.map(|octets| sink.ipv4(position, octets))
                }
                FieldReader::Ipv6 { offset } => {
                    let octets = records.arrays(FieldOffset::of_octets(*offset));
                    octets.map(|octets| sink.ipv6(position, octets))
                }
                FieldReader::Mac { offset } => {
                    let octets = records.arrays(FieldOffset::of_octets(*offset));
                    octets.map(|octets| sink.macs(position, octets))
                }
                FieldReader::Time {
                    offset,
                    shift,
                    form,
                } => {
                    let place = FieldOffset::of_number(*offset, *shift);
                    let times = TimesOfSet::new(set, skipped, *field);
                    times.read(records, place, *form, position, sink)
                }
                FieldReader::NumberAfter { slot } => {
                    numbers(records, (*slot).into(), position, sink)
                }
                FieldReader::AddressAfter { slot } => {
                    addresses(records, (*slot).into(), position, sink)
                }
                FieldReader::TimeAfter { slot, form } => {
                    let times = TimesOfSet::new(set, skipped, *field);
                    times.read(records, (*slot).into(), *form, position, sink)
                }
                FieldReader::Flow => match column {
                    FlowColumn::Same => {
                        sink.same(position, value_of(set, skipped, *field), count);
                        Some(())
                    }
                    _ => None,
                },
            };
            if is_read.is_none() {
                let rows = skipped..skipped.saturating_add(count);
                pass_values(set, rows, (position, *field), sink);
            }
        }
        count
    }

    /// The fields of flows of any kind, one flow after the other: each is walked once. Not a part of its
    /// caller, where the loop over columns leaves it fewer registers.
    #[inline(never)]
    fn read_flows(
        &self,
        set: &Set<'m>,
        skipped: usize,
        wanted: usize,
        sink: &mut impl ColumnSink,
    ) -> usize {
        let mut count = 0_usize;
        for flow in set.flows().skip(skipped).take(wanted) {
            if flow.record().is_none() {
                pass_sample_fields(&flow, self.fields, sink);
            } else {
                self.row(&flow).read(sink);
            }
            count = count.saturating_add(1);
        }
        count
    }
}

/// The value of the field of one flow of a set. Not a part of the loop over columns, which would keep
/// less in registers.
#[inline(never)]
fn value_of<'m>(set: &Set<'m>, row: usize, field: FlowField) -> Option<FlowValue<'m>> {
    set.flows().nth(row)?.get(field)
}

/// Passes the field at a position flow by flow. It is not a part of that loop for the same reason.
#[inline(never)]
fn pass_values(
    set: &Set<'_>,
    rows: Range<usize>,
    (position, field): (usize, FlowField),
    sink: &mut impl ColumnSink,
) {
    let flows = set.flows().skip(rows.start).take(rows.len());
    flows.for_each(|flow| sink.value(position, flow.get(field)));
}

impl ProjectedFlow<'_, '_, '_> {
    /// Passes the fields of the flow to `sink`.
    pub fn read(&self, sink: &mut impl ColumnSink) {
        if self.readers.is_empty() && self.flow.record().is_none() {
            pass_sample_fields(self.flow, self.fields, sink);
        } else {
            (0..self.fields.len()).for_each(|position| self.pass(position, sink));
        }
    }
}

#[inline]
fn pass_sample_fields(flow: &Flow<'_>, fields: &[FlowField], sink: &mut impl ColumnSink) {
    let fields = fields.iter().enumerate();
    fields.for_each(|(position, field)| pass_sample(flow, *field, position, sink));
}

/// Passes a field of an sFlow sample to `sink`: those that most samples have by their own
/// accessors, which return them in registers.
fn pass_sample(flow: &Flow<'_>, field: FlowField, position: usize, sink: &mut impl ColumnSink) {
    let number = match field {
        FlowField::SourceAddress => return pass_address(flow.source_address(), position, sink),
        FlowField::DestinationAddress => {
            return pass_address(flow.destination_address(), position, sink);
        }
        FlowField::Start | FlowField::End => {
            // When the datagram was received.
            return match flow.received() {
                Some(time) => sink.times(position, once(time)),
                None => sink.same(position, None, 1),
            };
        }
        FlowField::Octets => flow.octets(),
        FlowField::Packets => flow.packets(),
        FlowField::InputInterface => flow.input_interface().map(u64::from),
        FlowField::OutputInterface => flow.output_interface().map(u64::from),
        FlowField::SourcePort => flow.source_port().map(u64::from),
        FlowField::DestinationPort => flow.destination_port().map(u64::from),
        FlowField::Protocol => flow.protocol().map(u64::from),
        FlowField::TcpFlags => flow.tcp_flags().map(u64::from),
        FlowField::Tos => flow.tos().map(u64::from),
        FlowField::Vlan => flow.vlan().map(u64::from),
        FlowField::SamplingRate => flow.sampling_rate(),
        _ => return sink.value(position, flow.get(field)),
    };
    match number {
        Some(number) => sink.numbers(position, once(number)),
        None => sink.same(position, None, 1),
    }
}

fn pass_address(address: Option<IpAddr>, position: usize, sink: &mut impl ColumnSink) {
    match address {
        Some(IpAddr::V4(address)) => sink.ipv4(position, once(address.octets())),
        Some(IpAddr::V6(address)) => sink.ipv6(position, once(address.octets())),
        None => sink.same(position, None, 1),
    }
}

/// Reads a column of numbers; `None` if they have a width that no number has.
fn numbers(
    records: impl SetRecords,
    place: FieldOffset,
    position: usize,
    sink: &mut impl ColumnSink,
) -> Option<()> {
    match place.width {
        1 => sink.numbers(position, records.numbers::<1>(place)?),
        2 => sink.numbers(position, records.numbers::<2>(place)?),
        3 => sink.numbers(position, records.numbers::<3>(place)?),
        4 => sink.numbers(position, records.numbers::<4>(place)?),
        5 => sink.numbers(position, records.numbers::<5>(place)?),
        6 => sink.numbers(position, records.numbers::<6>(place)?),
        7 => sink.numbers(position, records.numbers::<7>(place)?),
        8 => sink.numbers(position, records.numbers::<8>(place)?),
        _ => return None,
    }
    Some(())
}

/// Reads a column of some bits of an octet.
fn bits(
    records: impl SetRecords,
    offset: u16,
    (shift, mask): (u8, u8),
    position: usize,
    sink: &mut impl ColumnSink,
) -> Option<()> {
    let octets = records.numbers::<1>(FieldOffset::of_octets(offset))?;
    let (shift, mask) = (u32::from(shift), u64::from(mask));
    let bits = octets.map(|octet| octet.wrapping_shr(shift) & mask);
    sink.numbers(position, bits);
    Some(())
}

/// Reads a column of addresses; `None` if the width is not that of an IPv4 or IPv6 address.
fn addresses(
    records: impl SetRecords,
    place: FieldOffset,
    position: usize,
    sink: &mut impl ColumnSink,
) -> Option<()> {
    match place.width {
        4 => sink.ipv4(position, records.arrays(place)?),
        16 => sink.ipv6(position, records.arrays(place)?),
        _ => return None,
    }
    Some(())
}

/// Start or end of the flows of a set.
struct TimesOfSet<'s, 'm> {
    set: &'s Set<'m>,
    /// Rows of the set before the first that is read.
    skipped: usize,
    field: FlowField,
}

impl<'s, 'm> TimesOfSet<'s, 'm> {
    const fn new(set: &'s Set<'m>, skipped: usize, field: FlowField) -> Self {
        Self {
            set,
            skipped,
            field,
        }
    }

    /// Reads a column of times; `None` if their numbers have an unusual width.
    #[inline]
    fn read(
        &self,
        records: impl SetRecords,
        place: FieldOffset,
        form: PreparedTime,
        position: usize,
        sink: &mut impl ColumnSink,
    ) -> Option<()> {
        match place.width {
            4 => self.of_width::<4>(records, place, form, position, sink),
            8 => self.of_width::<8>(records, place, form, position, sink),
            _ => None,
        }
    }

    /// All numbers are checked before the first is passed on: the second loop then needs no call and stays in
    /// registers.
    #[inline]
    fn of_width<const N: usize>(
        &self,
        records: impl SetRecords,
        place: FieldOffset,
        form: PreparedTime,
        position: usize,
        sink: &mut impl ColumnSink,
    ) -> Option<()> {
        let numbers = || records.numbers::<N>(place);
        match form {
            PreparedTime::Uptime(clock) => {
                if numbers()?.all(UptimeClock::contains) {
                    let times = numbers()?.map(|number| clock.at(number));
                    sink.times(position, times);
                    return Some(());
                }
            }
            PreparedTime::Milliseconds(near) => {
                if numbers()?.all(|number| near.contains(number)) {
                    sink.times(position, numbers()?.map(NearTimes::<1_000_000>::at));
                    return Some(());
                }
            }
            PreparedTime::Seconds(near) => {
                if numbers()?.all(|number| near.contains(number)) {
                    sink.times(position, numbers()?.map(NearTimes::<1_000_000_000>::at));
                    return Some(());
                }
            }
        }
        self.each(numbers()?, form, position, sink);
        Some(())
    }

    /// Passes the times one by one: some numbers make no sense by themselves.
    #[cold]
    #[inline(never)]
    fn each(
        &self,
        numbers: impl Iterator<Item = u64>,
        form: PreparedTime,
        position: usize,
        sink: &mut impl ColumnSink,
    ) {
        for (row, number) in numbers.enumerate() {
            match form.time(number).or_else(|| self.by_flow(row)) {
                Some(time) => sink.times(position, once(time)),
                None => sink.same(position, None, 1),
            }
        }
    }

    fn by_flow(&self, row: usize) -> Option<Timestamp> {
        let flow = self.set.flows().nth(self.skipped.saturating_add(row))?;
        match self.field {
            FlowField::End => flow.end(),
            _ => flow.start(),
        }
    }
}
