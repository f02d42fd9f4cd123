//! Writes the rows of a set by the steps of its plan.

use alloc::borrow::Cow;

use netflow_core::field::FlowField;
use netflow_core::value::MacAddress;
use netflow_core::wire::sflow::Sample;
use netflow_core::{Flow, FlowValue, Set, Timestamp};

use super::plan::{CellSource, RowPlan, RowStep};
use super::set_constants::SetConstants;
use super::syntax::Syntax;
use crate::format::flow_value;
use crate::format::place::octets;
use crate::format::room::Room;

/// The rows of a set, being written.
pub(super) struct SetRows<'r> {
    room: &'r mut Room,
    /// Octets in the room.
    at: usize,
    out: &'r mut Vec<u8>,
    suspects: u64,
}

impl<'r> SetRows<'r> {
    pub(super) const fn new(room: &'r mut Room, out: &'r mut Vec<u8>) -> Self {
        Self {
            room,
            at: 0,
            out,
            suspects: 0,
        }
    }

    /// Appends what is left. Returns how many flows have impossible times.
    pub(super) fn end_set(mut self) -> u64 {
        self.flush(self.at);
        self.suspects
    }

    /// Appends what is in the room up to this place. Returns the place to go on at.
    fn flush(&mut self, at: usize) -> usize {
        self.out.extend_from_slice(self.room.text(0, at));
        0
    }

    /// Appends the row of a flow.
    pub(super) fn flow_row<S: Syntax>(
        &mut self,
        plan: &RowPlan,
        set_constants: &SetConstants,
        flow: &Flow<'_>,
    ) {
        let record = match flow.record() {
            Some(record) => record.octets(),
            None => flow.sample().map_or(&[][..], Sample::octets),
        };
        self.row::<S>(plan, set_constants, RowSource::Flow(flow), record);
    }

    /// Appends the rows of all records of a set, which are of this length, without making a flow of each.
    pub(super) fn record_rows<S: Syntax>(
        &mut self,
        plan: &RowPlan,
        set_constants: &SetConstants,
        set: &Set<'_>,
        record_len: usize,
    ) {
        let records = set.body().chunks_exact(record_len);
        for (index, record) in records.take(set.record_count()).enumerate() {
            let source = RowSource::Record { set, index };
            self.row::<S>(plan, set_constants, source, record);
        }
    }

    fn row<S: Syntax>(
        &mut self,
        plan: &RowPlan,
        set_constants: &SetConstants,
        source: RowSource<'_, '_>,
        record: &[u8],
    ) {
        let row = Row {
            source,
            set_constants,
            record,
            times: [0, 1].map(|index| set_constants.time(index, record)),
        };
        self.suspects += u64::from(set_constants.is_suspect);
        let mut at = self.at;
        let start = self.out.len() + at;
        for step in plan.steps() {
            if Room::is_full(at) {
                at = self.flush(at);
            }
            at = self.step::<S>(step, at, &row);
        }
        self.at = self.end::<S>(start, at);
    }

    /// Writes a step of the row at this place. Returns the place after it.
    #[inline(always)]
    fn step<S: Syntax>(&mut self, step: &RowStep, before: usize, row: &Row<'_, '_>) -> usize {
        let room = &mut *self.room;
        let record = row.record;
        let at = room.block(before, &step.text, step.len.into());
        match step.source {
            CellSource::Nothing => at,
            CellSource::Number8(offset) => {
                let [number] = octets(record, offset);
                room.number_8(at, number)
            }
            CellSource::Number16(offset) => {
                room.number_16(at, u16::from_be_bytes(octets(record, offset)))
            }
            CellSource::Number32(offset) => {
                room.number_32(at, u32::from_be_bytes(octets(record, offset)))
            }
            CellSource::Number64(offset) => {
                room.number(at, u64::from_be_bytes(octets(record, offset)))
            }
            CellSource::Number(place) => room.number(at, place.number(record)),
            CellSource::Bits {
                offset,
                shift,
                mask,
            } => {
                let [number] = octets(record, offset);
                room.number_8(at, number >> (shift & 7) & mask)
            }
            CellSource::Ipv4(offset) => room.ipv4(at, octets(record, offset)),
            CellSource::Ipv6(offset) => room.ipv6(at, octets(record, offset)),
            CellSource::Mac(offset) => room.mac(at, MacAddress(octets(record, offset))),
            CellSource::SetText(index) => self.text_of_set(row.set_constants.text(index), at),
            CellSource::Time(index) => match row.times.get(index) {
                Some(Some(time)) => room.time(at, *time, S::QUOTE),
                _ => self.odd_time::<S>(index, row, step, at),
            },
            CellSource::Duration => self.duration::<S>(row, step, at),
            CellSource::Clock if row.times[0].is_some() => {
                let at = room.quote(at, S::QUOTE);
                let at = room.block(at, &row.set_constants.clock, row.set_constants.clock_len);
                room.quote(at, S::QUOTE)
            }
            CellSource::Clock => self.by_flow::<S>(FlowField::Clock, row, step, at),
            CellSource::ClockSuspect => self.clock_suspect::<S>(row, step, at),
            CellSource::Icmp { field, protocol } => {
                let [protocol] = octets(record, protocol);
                if NOT_ICMP.contains(&protocol) {
                    return before + usize::from(step.certain);
                }
                self.by_flow::<S>(field, row, step, at)
            }
            CellSource::Flow(field) => self.by_flow::<S>(field, row, step, at),
            CellSource::FlowWithKey(field) => match row.source.value(field) {
                Some(value) => {
                    let at = self.flush(at);
                    S::key(field, false, self.out);
                    self.value::<S>(field, value, at)
                }
                None => at,
            },
        }
    }

    /// Writes what only the flow knows; without a value, takes back its key.
    fn by_flow<S: Syntax>(
        &mut self,
        field: FlowField,
        row: &Row<'_, '_>,
        step: &RowStep,
        at: usize,
    ) -> usize {
        match row.source.value(field) {
            Some(value) => self.value::<S>(field, value, at),
            None => at.wrapping_sub(step.key_len()),
        }
    }

    /// Writes a time that cannot be computed from one number.
    #[cold]
    fn odd_time<S: Syntax>(
        &mut self,
        index: usize,
        row: &Row<'_, '_>,
        step: &RowStep,
        at: usize,
    ) -> usize {
        let flow = row.source.flow();
        let time = flow.as_deref().and_then(|flow| match index {
            0 => flow.start(),
            _ => flow.end(),
        });
        match time {
            Some(time) => self.room.time(at, time, S::QUOTE),
            None => at.wrapping_sub(step.key_len()),
        }
    }

    /// Writes nanoseconds from the start to the end.
    // Not inlined: the compiler would compute it for every row, before the loop over the steps.
    #[inline(never)]
    fn duration<S: Syntax>(&mut self, row: &Row<'_, '_>, step: &RowStep, at: usize) -> usize {
        let [start, end] = row.times;
        let nanos = start
            .zip(end)
            .and_then(|(start, end)| u64::try_from(end.nanos_since(start)).ok());
        match nanos {
            Some(nanos) => self.room.number(at, nanos),
            None => self.by_flow::<S>(FlowField::Duration, row, step, at),
        }
    }

    /// Writes whether the times are impossible.
    #[inline(never)]
    fn clock_suspect<S: Syntax>(&mut self, row: &Row<'_, '_>, step: &RowStep, at: usize) -> usize {
        let [start, end] = row.times;
        match row.set_constants.are_suspect(start, end) {
            Some(is_suspect) => {
                self.suspects += u64::from(is_suspect);
                self.room.flag(at, is_suspect)
            }
            None => self.by_flow::<S>(FlowField::ClockSuspect, row, step, at),
        }
    }

    /// Writes a text that all rows of the set have.
    #[inline]
    fn text_of_set(&mut self, text: &[u8], at: usize) -> usize {
        match self.room.text_of_any_length(at, text) {
            Some(end) => end,
            None => {
                let at = self.flush(at);
                self.out.extend_from_slice(text);
                at
            }
        }
    }

    /// Writes what only the flow knows.
    #[inline]
    fn value<S: Syntax>(&mut self, field: FlowField, value: FlowValue<'_>, at: usize) -> usize {
        self.suspects += u64::from(flow_value::says_suspect(field, &value));
        match self.room.value(at, S::QUOTE, &value) {
            Some(end) => end,
            None => {
                let at = self.flush(at);
                S::value(value, self.out);
                at
            }
        }
    }

    /// Ends the row that started at this octet of the output.
    #[inline(always)]
    fn end<S: Syntax>(&mut self, start: usize, mut at: usize) -> usize {
        if let Some(open) = S::OPEN {
            // In the place of the comma before the first member.
            if let Some(octet) = self.out.get_mut(start) {
                *octet = open;
            } else {
                let first = start - self.out.len();
                self.room.octet(first, open);
                at = at.max(first + 1);
            }
        }
        self.room.block(at, &S::CLOSE, S::CLOSE.len())
    }
}

/// A row that is written.
struct Row<'f, 'm> {
    source: RowSource<'f, 'm>,
    set_constants: &'f SetConstants,
    /// The octets of its record or sample.
    record: &'f [u8],
    /// Start and end, if they can be computed from one number each.
    times: [Option<Timestamp>; 2],
}

/// What a row is written from.
enum RowSource<'f, 'm> {
    Flow(&'f Flow<'m>),
    /// A record of a set. A flow is made of it only if its octets do not suffice.
    Record {
        set: &'f Set<'m>,
        index: usize,
    },
}

impl<'f, 'm> RowSource<'f, 'm> {
    #[inline]
    fn flow(&self) -> Option<Cow<'f, Flow<'m>>> {
        match *self {
            Self::Flow(flow) => Some(Cow::Borrowed(flow)),
            Self::Record { set, index } => flow_of_record(set, index).map(Cow::Owned),
        }
    }

    /// The value of a field, if the flow has it.
    #[inline]
    fn value(&self, field: FlowField) -> Option<FlowValue<'m>> {
        match *self {
            Self::Flow(flow) => flow_value::value(flow, field),
            Self::Record { set, index } => value_of_record(set, index, field),
        }
    }
}

#[cold]
#[inline(never)]
fn value_of_record<'m>(set: &Set<'m>, index: usize, field: FlowField) -> Option<FlowValue<'m>> {
    flow_value::value(&set.flows().nth(index)?, field)
}

#[cold]
#[inline(never)]
fn flow_of_record<'m>(set: &Set<'m>, index: usize) -> Option<Flow<'m>> {
    set.flows().nth(index)
}

/// IP protocols that are not ICMP, which most flows are of.
const NOT_ICMP: [u8; 2] = [6, 17];
