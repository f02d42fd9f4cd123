//! Rows of the normalised fields of flows. What there is to write is looked up once in each
//! template ([`RowPlan`]): which fields its flows can have, where they are in the records, and all
//! text between them.

mod plan;

use core::ops::Range;

use netflow_core::field::FlowField;
use netflow_core::value::MacAddress;
use netflow_core::wire::sflow::Sample;
use netflow_core::{
    ClockCheck, Flow, FlowColumn, FlowValue, Projected, Projection, ProjectionKey, Set, SetKind,
    Timestamp,
};

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
    /// One for each template and each shape of sFlow samples of the projection, by its slot.
    plans: Vec<Planned>,
    /// For every set when biflows are split: the reverse direction's fields are elsewhere in the
    /// record. Also for samples without a shape.
    unplanned: Planned,
    /// The number of the set being written.
    set: u64,
    /// What all sFlow samples of the set have in common.
    of_message: MessageTexts,
    room: Room,
}

/// IP protocols that are not ICMP, which most flows are of.
const NOT_ICMP: [u8; 2] = [6, 17];

/// How rows are written.
#[derive(Debug, Default)]
struct Planned {
    plan: RowPlan,
    of_set: OfSet,
    /// The number of the set that `of_set` was prepared for; 0 if there is none.
    set: u64,
}

/// What is the same in all rows of a set.
#[derive(Debug, Default)]
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
    /// All flows of the set have impossible times.
    is_suspect: bool,
}

impl FieldWriter {
    /// A writer of these fields. With a head, rows begin with something other than a field.
    pub(super) fn new(fields: Vec<FlowField>, selection: Selection, has_head: bool) -> Self {
        Self {
            projection: Projection::new(fields),
            selection,
            has_head,
            plans: Vec::new(),
            unplanned: Planned::default(),
            set: 0,
            of_message: MessageTexts::default(),
            room: Room::default(),
        }
    }

    /// Whether there is a limit of rows.
    pub(super) const fn is_limited(&self) -> bool {
        self.selection.left().is_some()
    }

    /// Whether no further flow becomes a row.
    pub(super) fn is_done(&self) -> bool {
        self.selection.is_exhausted()
    }

    pub(super) const fn fields(&self) -> &[FlowField] {
        self.projection.fields()
    }

    /// Appends a row for each flow of a set; each begins with this head. Returns how many of them
    /// have impossible times.
    pub(super) fn set<S: Syntax>(&mut self, set: &Set<'_>, head: &[u8], out: &mut Vec<u8>) -> u64 {
        if set.flows().next().is_none() || !self.selection.prepare(set) {
            return 0;
        }
        self.set += 1;
        if self.plans.is_empty() {
            self.plans.resize_with(Projection::SLOTS, Planned::default);
        }
        let is_whole = self.selection.biflows() == Biflows::Whole;
        if is_whole && set.kind() == SetKind::Samples {
            return self.samples::<S>(set, head, out);
        }
        let projected = self.projection.of(set);
        let key = projected.key().filter(|_| is_whole);
        let planned = match key.and_then(|key| self.plans.get_mut(key.slot)) {
            Some(planned) => planned,
            None => &mut self.unplanned,
        };
        let Some(first) = set.flows().next() else {
            return 0;
        };
        planned.prepare::<S>(key, &projected, self.has_head, None);
        let of_set = &mut planned.of_set;
        of_set.prepare::<S>(&planned.plan, &first, head, None);
        of_set.prepare_times(
            &planned.plan,
            &first,
            key.map_or(&[], |_| projected.columns()),
        );
        let mut rows = Rows::new(&mut self.room, out);
        self.selection.for_each(set, |flow| {
            rows.row::<S>(&planned.plan, &planned.of_set, flow);
        });
        rows.end_set()
    }

    /// The same of sFlow samples, each of which has a plan by its shape.
    fn samples<S: Syntax>(&mut self, set: &Set<'_>, head: &[u8], out: &mut Vec<u8>) -> u64 {
        let mut rows = Rows::new(&mut self.room, out);
        let (projection, plans) = (&mut self.projection, &mut self.plans);
        let (unplanned, number, has_head) = (&mut self.unplanned, self.set, self.has_head);
        let of_message = &mut self.of_message;
        of_message.clear();
        self.selection.for_each(set, |flow| {
            let Some(projected) = projection.of_sample(flow) else {
                return;
            };
            let key = projected.key();
            let planned = match key.and_then(|key| plans.get_mut(key.slot)) {
                Some(planned) => planned,
                None => &mut *unplanned,
            };
            planned.prepare::<S>(key, &projected, has_head, Some(flow));
            if planned.set != number {
                planned.set = number;
                let of_set = &mut planned.of_set;
                of_set.prepare::<S>(&planned.plan, flow, head, Some(&mut *of_message));
            }
            rows.row::<S>(&planned.plan, &planned.of_set, flow);
        });
        rows.end_set()
    }
}

impl Planned {
    /// Plans rows of these columns, if they were not planned before. Without a key, each flow is asked.
    #[inline]
    fn prepare<S: Syntax>(
        &mut self,
        key: Option<ProjectionKey>,
        projected: &Projected<'_, '_>,
        has_head: bool,
        sample: Option<&Flow<'_>>,
    ) {
        let version = key.map_or(1, |key| key.version);
        if self.plan.version() == version {
            return;
        }
        let fields = projected.fields();
        self.set = 0;
        if key.is_some() {
            let columns = (fields, projected.columns());
            self.plan.build::<S>(version, columns, has_head, sample);
        } else {
            let each = vec![FlowColumn::Each; fields.len()];
            self.plan
                .build::<S>(version, (fields, &each), has_head, None);
        }
    }
}

/// The texts of fields that all sFlow samples of a set have in common, written once for all shapes.
#[derive(Debug, Default)]
struct MessageTexts {
    octets: Vec<u8>,
    /// Those that were written: the field, whether there is a value, and where it is.
    known: Vec<(FlowField, bool, Range<usize>)>,
}

impl MessageTexts {
    fn clear(&mut self) {
        self.octets.clear();
        self.known.clear();
    }

    /// Appends the text of a field; `false` if there is none.
    fn write<S: Syntax>(&mut self, field: FlowField, flow: &Flow<'_>, text: &mut Vec<u8>) -> bool {
        let known = self.known.iter().find(|(known, ..)| *known == field);
        if let Some((_, is_present, range)) = known {
            text.extend_from_slice(self.octets.get(range.clone()).unwrap_or_default());
            return *is_present;
        }
        let value = flow::value(flow, field);
        let is_present = value.is_some();
        // After its key: how a value is written may depend on what is before it.
        let written = text.len();
        if let Some(value) = value {
            S::value(value, text);
        }
        let start = self.octets.len();
        let octets = text.get(written..).unwrap_or_default();
        self.octets.extend_from_slice(octets);
        let range = start..self.octets.len();
        self.known.push((field, is_present, range));
        is_present
    }
}

/// Whether all sFlow samples of a message have the same value of a field. Whether times are
/// impossible is counted too.
const fn is_of_any_sample(field: FlowField) -> bool {
    flow::is_of_message(field)
        || matches!(
            field,
            FlowField::Start | FlowField::End | FlowField::Duration | FlowField::Clock
        )
}

impl OfSet {
    fn prepare<S: Syntax>(
        &mut self,
        plan: &RowPlan,
        first: &Flow<'_>,
        head: &[u8],
        mut of_message: Option<&mut MessageTexts>,
    ) {
        self.text.clear();
        self.ends.clear();
        self.is_suspect = false;
        self.text.extend_from_slice(head);
        let is_suspect = &mut self.is_suspect;
        plan.text_of_set(
            |field, text| {
                let shared = of_message.as_deref_mut();
                if let Some(shared) = shared.filter(|_| is_of_any_sample(field)) {
                    return shared.write::<S>(field, first, text);
                }
                let Some(value) = flow::value(first, field) else {
                    return false;
                };
                *is_suspect |= flow::says_suspect(field, &value);
                S::value(value, text);
                true
            },
            &mut self.text,
            &mut self.ends,
        );
    }

    /// Prepares what is computed from times in records.
    fn prepare_times(&mut self, plan: &RowPlan, first: &Flow<'_>, columns: &[FlowColumn]) {
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
    fn are_suspect(&self, start: Option<Timestamp>, end: Option<Timestamp>) -> Option<bool> {
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
    of_set: &'f OfSet,
    /// The octets of its record or sample.
    record: &'f [u8],
    /// Start and end, if they can be computed from one number each.
    times: [Option<Timestamp>; 2],
}

/// The rows of a set, being written.
struct Rows<'r> {
    room: &'r mut Room,
    /// Octets in the room.
    at: usize,
    out: &'r mut Vec<u8>,
    suspects: u64,
}

impl<'r> Rows<'r> {
    const fn new(room: &'r mut Room, out: &'r mut Vec<u8>) -> Self {
        Self {
            room,
            at: 0,
            out,
            suspects: 0,
        }
    }

    /// Appends what is left. Returns how many flows have impossible times.
    fn end_set(mut self) -> u64 {
        self.flush(self.at);
        self.suspects
    }

    /// Appends what is in the room up to this place. Returns the place to go on at.
    fn flush(&mut self, at: usize) -> usize {
        self.out.extend_from_slice(self.room.text(0, at));
        0
    }

    /// Appends the row of a flow.
    fn row<S: Syntax>(&mut self, plan: &RowPlan, of_set: &OfSet, flow: &Flow<'_>) {
        let record = match flow.record() {
            Some(record) => record.octets(),
            None => flow.sample().map_or(&[][..], Sample::octets),
        };
        let row = Row {
            flow,
            of_set,
            record,
            times: [0, 1].map(|index| of_set.time(index, record)),
        };
        self.suspects += u64::from(of_set.is_suspect);
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
            Source::OfSet(index) => self.text_of_set(row.of_set.text(index), at),
            Source::Time(index) => match row.times.get(index) {
                Some(Some(time)) => room.time(at, *time, S::QUOTE),
                _ => self.odd_time::<S>(index, flow, step, at),
            },
            Source::Duration => self.duration::<S>(row, step, at),
            Source::Clock if row.times[0].is_some() => {
                let at = room.quote(at, S::QUOTE);
                let at = room.block(at, &row.of_set.clock, row.of_set.clock_len);
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
        match row.of_set.are_suspect(start, end) {
            Some(is_suspect) => {
                self.suspects += u64::from(is_suspect);
                self.room.flag(at, is_suspect)
            }
            None => self.flow::<S>(FlowField::ClockSuspect, row.flow, step, at),
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
