//! Rows of the normalised fields of flows. What there is to write is looked up once in each
//! template ([`RowPlan`]): which fields its flows can have, where they are in the records, and all
//! text between them.

mod plan;

use netflow_core::field::FlowField;
use netflow_core::value::MacAddress;
use netflow_core::{ClockCheck, Flow, FlowColumn, FlowValue, Projection, Set, Timestamp};

use self::plan::{RowPlan, Source, Step};
use super::place::{TimePlace, octets};
use super::room::{BLOCK, Room};
use super::{Biflows, Selection, flow};

/// How a format writes rows.
pub(super) trait Syntax {
    /// The quote around addresses, names and times.
    const QUOTE: Option<u8>;
    /// The octet that replaces the first one of each row.
    const OPEN: Option<u8>;
    /// The end of each row.
    const CLOSE: [u8; 2];
    /// Whether a row keeps the key of a field that the flow lacks.
    const KEEPS_KEYS: bool;

    /// Writes what comes before the value of a field, which may be the first of a row.
    fn key(field: FlowField, is_first: bool, out: &mut Vec<u8>);

    /// Writes a value.
    fn value(value: FlowValue<'_>, out: &mut Vec<u8>);
}

/// Writes rows of these fields.
#[derive(Debug)]
pub(super) struct FieldWriter {
    projection: Projection,
    selection: Selection,
    /// Whether rows begin with something other than a field.
    has_head: bool,
    /// One for each template of the projection, by its slot.
    plans: Vec<RowPlan>,
    /// For sets without a template, and for every set when biflows are split: the reverse
    /// direction's fields are elsewhere in the record.
    unplanned: RowPlan,
    of_set: OfSet,
    room: Room,
}

/// IP protocols that are not ICMP, which most flows are of.
const NOT_ICMP: [u8; 2] = [6, 17];

/// What is the same in all rows of a set.
#[derive(Debug)]
struct OfSet {
    /// Texts, one after the other.
    text: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// How start and end are computed.
    times: [Option<TimePlace>; 2],
    /// The name of the rule of the start.
    clock: [u8; BLOCK],
    clock_len: usize,
    check: Option<ClockCheck>,
}

impl FieldWriter {
    /// A writer of these fields. With a head, rows begin with something other than a field.
    pub(super) fn new(fields: Vec<FlowField>, selection: Selection, has_head: bool) -> Self {
        Self {
            projection: Projection::new(fields),
            selection,
            has_head,
            plans: Vec::new(),
            unplanned: RowPlan::default(),
            of_set: OfSet {
                text: Vec::new(),
                ends: Vec::new(),
                times: [None; 2],
                clock: [0; BLOCK],
                clock_len: 0,
                check: None,
            },
            room: Room::default(),
        }
    }

    pub(super) const fn fields(&self) -> &[FlowField] {
        self.projection.fields()
    }

    /// Appends a row for each flow of a set; each begins with this head. Returns how many of them
    /// have impossible times.
    pub(super) fn set<S: Syntax>(&mut self, set: &Set<'_>, head: &[u8], out: &mut Vec<u8>) -> u64 {
        let Some(first) = set.flows().next() else {
            return 0;
        };
        if !self.selection.prepare(set) {
            return 0;
        }
        let projected = self.projection.of(set);
        let fields = projected.fields();
        let (plan, columns) = match projected.key() {
            Some(key) if self.selection.biflows() == Biflows::Whole => {
                if self.plans.is_empty() {
                    self.plans.resize_with(Projection::SLOTS, RowPlan::default);
                }
                let Some(plan) = self.plans.get_mut(key.slot) else {
                    return 0;
                };
                let columns = projected.columns();
                if plan.version() != key.version {
                    plan.build::<S>(key.version, fields, columns, self.has_head);
                }
                (&*plan, columns)
            }
            _ => {
                let plan = &mut self.unplanned;
                if plan.version() == 0 {
                    let each = vec![FlowColumn::Each; fields.len()];
                    plan.build::<S>(1, fields, &each, self.has_head);
                }
                (&*plan, &[][..])
            }
        };
        self.of_set.prepare::<S>(plan, &first, columns, head);
        let mut rows = Rows {
            plan,
            of_set: &self.of_set,
            room: &mut self.room,
            at: 0,
            out,
            suspects: 0,
        };
        self.selection.for_each(set, |flow| rows.row::<S>(flow));
        let at = rows.at;
        rows.flush(at);
        rows.suspects
    }
}

impl OfSet {
    fn prepare<S: Syntax>(
        &mut self,
        plan: &RowPlan,
        first: &Flow<'_>,
        columns: &[FlowColumn],
        head: &[u8],
    ) {
        self.text.clear();
        self.ends.clear();
        self.text.extend_from_slice(head);
        plan.text_of_set::<S>(
            |field| flow::value(first, field),
            &mut self.text,
            &mut self.ends,
        );
        self.times =
            plan.times().map(
                |position| match columns.get(position.unwrap_or(usize::MAX)) {
                    Some(FlowColumn::Time(plan)) => TimePlace::new(*plan),
                    _ => None,
                },
            );
        if let [Some(start), _] = &self.times {
            let name = start.plan.rule().name().as_bytes();
            for (octet, from) in self.clock.iter_mut().zip(name) {
                *octet = *from;
            }
            self.clock_len = name.len();
            self.check = Some(ClockCheck::new(first.header()));
        }
    }

    /// The start or the end of a record, if it can be computed from one number.
    #[inline(always)]
    fn time(&self, index: usize, record: &[u8]) -> Option<Timestamp> {
        self.times.get(index)?.as_ref()?.time(record)
    }

    /// Whether these times are impossible, if both are known.
    #[inline]
    fn is_suspect(&self, start: Option<Timestamp>, end: Option<Timestamp>) -> Option<bool> {
        start.and(end)?;
        let [Some(time), _] = &self.times else {
            return None;
        };
        let rule = || Some(time.plan.rule());
        self.check.as_ref()?.is_suspect(start, end, rule)
    }

    /// The text of this number.
    #[inline]
    fn text(&self, index: usize) -> &[u8] {
        let start = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let start = start.copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(0);
        self.text.get(start..end).unwrap_or_default()
    }
}

/// A flow whose row is written.
struct Row<'f, 'm> {
    flow: &'f Flow<'m>,
    /// The octets of its record.
    record: &'f [u8],
    /// Start and end, if they can be computed from one number each.
    times: [Option<Timestamp>; 2],
}

/// The rows of a set, being written.
struct Rows<'r> {
    plan: &'r RowPlan,
    of_set: &'r OfSet,
    room: &'r mut Room,
    /// Octets in the room.
    at: usize,
    out: &'r mut Vec<u8>,
    suspects: u64,
}

impl Rows<'_> {
    /// Appends what is in the room up to this place. Returns the place to go on at.
    fn flush(&mut self, at: usize) -> usize {
        self.out.extend_from_slice(self.room.text(0, at));
        0
    }

    /// Appends the row of a flow.
    fn row<S: Syntax>(&mut self, flow: &Flow<'_>) {
        let record = flow.record().map_or(&[][..], |record| record.octets());
        let row = Row {
            flow,
            record,
            times: [0, 1].map(|index| self.of_set.time(index, record)),
        };
        let mut at = self.at;
        let start = self.out.len() + at;
        for step in self.plan.steps() {
            if Room::is_full(at) {
                at = self.flush(at);
            }
            at = self.step::<S>(step, at, &row);
        }
        self.at = self.end::<S>(start, at);
    }

    /// Writes a step of the row at this place. Returns the place after it.
    #[inline(always)]
    fn step<S: Syntax>(&mut self, step: &Step, before: usize, row: &Row<'_, '_>) -> usize {
        let room = &mut *self.room;
        let (flow, record) = (row.flow, row.record);
        let at = room.block(before, &step.text, step.len.into());
        match step.source {
            Source::Nothing => at,
            Source::Number8(offset) => {
                let [number] = octets(record, offset);
                room.number_8(at, number)
            }
            Source::Number16(offset) => {
                room.number_16(at, u16::from_be_bytes(octets(record, offset)))
            }
            Source::Number32(offset) => {
                room.number_32(at, u32::from_be_bytes(octets(record, offset)))
            }
            Source::Number64(offset) => room.number(at, u64::from_be_bytes(octets(record, offset))),
            Source::Number(place) => room.number(at, place.number(record)),
            Source::Bits {
                offset,
                shift,
                mask,
            } => {
                let [number] = octets(record, offset);
                room.number_8(at, number >> (shift & 7) & mask)
            }
            Source::Ipv4(offset) => room.ipv4(at, octets(record, offset)),
            Source::Ipv6(offset) => room.ipv6(at, octets(record, offset)),
            Source::Mac(offset) => room.mac(at, MacAddress(octets(record, offset))),
            Source::OfSet(index) => self.text_of_set(index, at),
            Source::Time(index) => match row.times.get(index) {
                Some(Some(time)) => room.time(at, *time, S::QUOTE),
                _ => self.odd_time::<S>(index, flow, step, at),
            },
            Source::Duration => self.duration::<S>(row, step, at),
            Source::Clock if row.times[0].is_some() => {
                let at = room.quote(at, S::QUOTE);
                let at = room.block(at, &self.of_set.clock, self.of_set.clock_len);
                room.quote(at, S::QUOTE)
            }
            Source::Clock => self.flow::<S>(FlowField::Clock, flow, step, at),
            Source::ClockSuspect => self.clock_suspect::<S>(row, step, at),
            Source::Icmp { field, protocol } => {
                let [protocol] = octets(record, protocol);
                if NOT_ICMP.contains(&protocol) {
                    return before + usize::from(step.certain);
                }
                self.flow::<S>(field, flow, step, at)
            }
            Source::Flow(field) => self.flow::<S>(field, flow, step, at),
            Source::FlowWithKey(field) => match flow::value(flow, field) {
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
    fn flow<S: Syntax>(
        &mut self,
        field: FlowField,
        flow: &Flow<'_>,
        step: &Step,
        at: usize,
    ) -> usize {
        match flow::value(flow, field) {
            Some(value) => self.value::<S>(field, value, at),
            None => at.wrapping_sub(step.key_len()),
        }
    }

    /// Writes a time that cannot be computed from one number.
    #[cold]
    fn odd_time<S: Syntax>(
        &mut self,
        index: usize,
        flow: &Flow<'_>,
        step: &Step,
        at: usize,
    ) -> usize {
        let time = if index == 0 { flow.start() } else { flow.end() };
        match time {
            Some(time) => self.room.time(at, time, S::QUOTE),
            None => at.wrapping_sub(step.key_len()),
        }
    }

    /// Writes nanoseconds from the start to the end.
    // In line, what it works out would be worked out before the loop over the steps, for all rows.
    #[inline(never)]
    fn duration<S: Syntax>(&mut self, row: &Row<'_, '_>, step: &Step, at: usize) -> usize {
        let [start, end] = row.times;
        let nanos = start
            .zip(end)
            .and_then(|(start, end)| u64::try_from(end.nanos_since(start)).ok());
        match nanos {
            Some(nanos) => self.room.number(at, nanos),
            None => self.flow::<S>(FlowField::Duration, row.flow, step, at),
        }
    }

    /// Writes whether the times are impossible.
    #[inline(never)]
    fn clock_suspect<S: Syntax>(&mut self, row: &Row<'_, '_>, step: &Step, at: usize) -> usize {
        let [start, end] = row.times;
        match self.of_set.is_suspect(start, end) {
            Some(is_suspect) => {
                self.suspects += u64::from(is_suspect);
                self.room.flag(at, is_suspect)
            }
            None => self.flow::<S>(FlowField::ClockSuspect, row.flow, step, at),
        }
    }

    /// Writes a text that all rows of the set have.
    #[inline]
    fn text_of_set(&mut self, index: usize, at: usize) -> usize {
        let of_set = self.of_set;
        let text = of_set.text(index);
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
        self.suspects += u64::from(flow::says_suspect(field, &value));
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
