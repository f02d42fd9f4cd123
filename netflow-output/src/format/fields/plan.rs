//! How the flows of one template become rows: texts that are the same in all of them, and what is
//! read from the record between these.

use core::ops::Range;

use netflow_core::field::FlowField;
use netflow_core::template::FieldPlan;
use netflow_core::{Flow, FlowColumn, FlowValue};

use super::syntax::Syntax;
use crate::format::flow_value;
use crate::format::place::NumberPlace;
use crate::format::room::BLOCK;

/// The steps by which a row is written.
#[derive(Debug, Default)]
pub(super) struct RowPlan {
    /// The version of the columns it was built for; 0 if it was not built.
    version: u64,
    steps: Vec<RowStep>,
    /// The positions of start and end among the fields, if they are computed from a number.
    times: [Option<usize>; 2],
    /// No step needs a `Flow` for each row.
    is_of_octets: bool,
    /// What [`CellSource::SetText`] is made of.
    parts: Vec<SetTextPart>,
    /// The texts of the parts.
    text: Vec<u8>,
}

/// A part of a row: a text that is the same in all rows, and a value after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowStep {
    pub(super) text: [u8; BLOCK],
    /// Octets of the text.
    pub(super) len: u8,
    /// Octets of it that are written even when the value is absent; the rest is the key.
    pub(super) certain: u8,
    pub(super) source: CellSource,
}

/// Where a value comes from. Offsets are those in the record, of 16 bits so that the compiler
/// knows that the end of a value does not overflow.
#[derive(Debug, Clone, Copy)]
pub(super) enum CellSource {
    /// There is none: the text goes on in the next step.
    Nothing,
    /// A number of one octet.
    Number8(u16),
    /// A number of two octets.
    Number16(u16),
    /// A number of four octets.
    Number32(u16),
    /// A number of eight octets.
    Number64(u16),
    /// A number of another width.
    Number(NumberPlace),
    /// Some bits of an octet.
    Bits { offset: u16, shift: u8, mask: u8 },
    /// An IPv4 address.
    Ipv4(u16),
    /// An IPv6 address.
    Ipv6(u16),
    /// A MAC address.
    Mac(u16),
    /// A text that all rows of the set have.
    SetText(usize),
    /// The start (0) or the end (1), computed from a number.
    Time(usize),
    /// Nanoseconds from start to end, both computed from a number.
    Duration,
    /// The rule of these times.
    Clock,
    /// Whether these times are impossible.
    ClockSuspect,
    /// Type or code of ICMP, in records whose protocol is here.
    Icmp { field: FlowField, protocol: u16 },
    /// What only the flow knows.
    Flow(FlowField),
    /// A value that only the flow knows, with a key longer than a block.
    FlowWithKey(FlowField),
}

impl CellSource {
    const fn asks_each_flow(&self) -> bool {
        matches!(self, Self::Flow(_) | Self::FlowWithKey(_))
    }
}

/// A part of a text that all rows of a set have.
#[derive(Debug, Clone)]
enum SetTextPart {
    /// A text that is the same in all sets of the template.
    Text(Range<usize>),
    /// The value of a field that all flows of a set have in common, or none of them has, after its
    /// key, which is not written without the value.
    Field { field: FlowField, key: Range<usize> },
    /// The text ends here.
    End,
}

impl RowPlan {
    pub(super) const fn version(&self) -> u64 {
        self.version
    }

    pub(super) fn steps(&self) -> &[RowStep] {
        &self.steps
    }

    /// Whether rows are written from the octets of the records alone, but for rare values.
    pub(super) const fn is_of_octets(&self) -> bool {
        self.is_of_octets
    }

    pub(super) const fn times(&self) -> [Option<usize>; 2] {
        self.times
    }

    /// Plans rows of these fields, which are read from these columns. With a head, the first text
    /// of a set begins with something of the caller's.
    ///
    /// Of sFlow samples, `sample` is one of the shape: what all of them have in common besides their
    /// message becomes a text.
    pub(super) fn build<S: Syntax>(
        &mut self,
        version: u64,
        columns: (&[FlowField], &[FlowColumn]),
        has_head: bool,
        sample: Option<&Flow<'_>>,
    ) {
        let (fields, columns) = columns;
        self.version = version;
        self.steps.clear();
        self.times = [None; 2];
        self.parts.clear();
        self.text.clear();
        let column = |field| {
            let position = fields.iter().position(|other| *other == field);
            position.and_then(|position| columns.get(position))
        };
        let protocol = match column(FlowField::Protocol) {
            Some(FlowColumn::Number(place)) if place.width == 1 => u16::try_from(place.offset).ok(),
            _ => None,
        };
        let mut builder = RowPlanBuilder {
            plan: self,
            protocol,
            pending: Vec::new(),
            texts: 0,
            in_text_of_set: has_head,
            is_first: !has_head,
        };
        for (position, (field, column)) in fields.iter().zip(columns).enumerate() {
            builder.find_time(position, *field, *column);
        }
        for (field, column) in fields.iter().zip(columns) {
            match sample.filter(|_| is_of_shape(*field)) {
                Some(sample) if matches!(column, FlowColumn::Same) => {
                    builder.literal::<S>(*field, flow_value::value(sample, *field));
                }
                _ => builder.field::<S>(*field, *column),
            }
        }
        builder.end();
        self.is_of_octets = !self.steps.iter().any(|step| step.source.asks_each_flow());
    }

    /// Writes the texts that all rows of a set have, and where each of them ends. `write` writes the
    /// value of a field that its flows have in common, or nothing if they do not have it.
    pub(super) fn text_of_set(
        &self,
        mut write: impl FnMut(FlowField, &mut Vec<u8>) -> bool,
        text: &mut Vec<u8>,
        ends: &mut Vec<usize>,
    ) {
        for part in &self.parts {
            match part {
                SetTextPart::Text(range) => {
                    text.extend_from_slice(self.text.get(range.clone()).unwrap_or_default());
                }
                SetTextPart::Field { field, key } => {
                    let before = text.len();
                    text.extend_from_slice(self.text.get(key.clone()).unwrap_or_default());
                    if !write(*field, text) {
                        text.truncate(before);
                    }
                }
                SetTextPart::End => ends.push(text.len()),
            }
        }
    }
}

/// Builds a plan field by field.
struct RowPlanBuilder<'p> {
    plan: &'p mut RowPlan,
    /// Where the protocol is in the record.
    protocol: Option<u16>,
    /// Text that is not in a step or part yet.
    pending: Vec<u8>,
    /// Texts of a set that have ended.
    texts: usize,
    /// A text of the set has begun.
    in_text_of_set: bool,
    /// There was no field yet.
    is_first: bool,
}

impl RowPlanBuilder<'_> {
    fn find_time(&mut self, position: usize, field: FlowField, column: FlowColumn) {
        let [start, end] = &mut self.plan.times;
        match (field, column) {
            (FlowField::Start, FlowColumn::Time(_)) => *start = Some(position),
            (FlowField::End, FlowColumn::Time(_)) => *end = Some(position),
            _ => {}
        }
    }

    fn field<S: Syntax>(&mut self, field: FlowField, column: FlowColumn) {
        let column = if field.is_of_message() {
            FlowColumn::Same
        } else {
            column
        };
        match column {
            FlowColumn::Absent if S::KEEPS_KEYS => self.key::<S>(field),
            FlowColumn::Absent => {}
            FlowColumn::Same => self.of_set::<S>(field),
            FlowColumn::Number(place) => self.certain::<S>(field, number(place)),
            FlowColumn::Bits { place, shift, mask } => {
                let offset = u16::try_from(place.offset).ok();
                let bits = |offset| CellSource::Bits {
                    offset,
                    shift,
                    mask,
                };
                self.certain::<S>(field, offset.map(bits));
            }
            FlowColumn::Octets(place) => match octets(place) {
                Some(source) => {
                    self.key::<S>(field);
                    self.pending.extend(S::QUOTE);
                    self.step(source, &[]);
                    self.pending.extend(S::QUOTE);
                }
                None => self.optional::<S>(field, CellSource::Flow(field)),
            },
            _ => self.optional::<S>(field, self.worked_out(field)),
        }
    }

    /// A field that the flow computes, or that is computed here from the start, the end or the protocol.
    fn worked_out(&self, field: FlowField) -> CellSource {
        match (field, self.plan.times, self.protocol) {
            (FlowField::Start, [Some(_), _], _) => CellSource::Time(0),
            (FlowField::End, [_, Some(_)], _) => CellSource::Time(1),
            (FlowField::Duration, [Some(_), Some(_)], _) => CellSource::Duration,
            (FlowField::Clock, [Some(_), _], _) => CellSource::Clock,
            (FlowField::ClockSuspect, [Some(_), Some(_)], _) => CellSource::ClockSuspect,
            (FlowField::IcmpType | FlowField::IcmpCode, _, Some(protocol)) => {
                CellSource::Icmp { field, protocol }
            }
            _ => CellSource::Flow(field),
        }
    }

    /// A number that all flows have.
    fn certain<S: Syntax>(&mut self, field: FlowField, source: Option<CellSource>) {
        match source {
            Some(source) => {
                self.key::<S>(field);
                self.step(source, &[]);
            }
            None => self.optional::<S>(field, CellSource::Flow(field)),
        }
    }

    /// A key that all rows have.
    fn key<S: Syntax>(&mut self, field: FlowField) {
        S::key(field, self.is_first, &mut self.pending);
        self.is_first = false;
    }

    /// A field that a flow may not have.
    fn optional<S: Syntax>(&mut self, field: FlowField, source: CellSource) {
        let mut key = Vec::new();
        S::key(field, self.is_first, &mut key);
        self.is_first = false;
        if S::KEEPS_KEYS {
            self.pending.append(&mut key);
        }
        // Times have quotes always.
        if matches!(source, CellSource::Time(_)) {
            key.extend(S::QUOTE);
        }
        if key.len() > BLOCK {
            self.step(CellSource::FlowWithKey(field), &[]);
        } else {
            self.step(source, &key);
        }
    }

    /// A field that all flows of a set have in common.
    fn of_set<S: Syntax>(&mut self, field: FlowField) {
        if S::KEEPS_KEYS {
            self.key::<S>(field);
        }
        self.part_of_pending();
        let start = self.plan.text.len();
        if !S::KEEPS_KEYS {
            S::key(field, self.is_first, &mut self.plan.text);
            self.is_first = false;
        }
        let key = start..self.plan.text.len();
        self.plan.parts.push(SetTextPart::Field { field, key });
        self.in_text_of_set = true;
    }

    /// A field that has the same value in all sets, or in none.
    fn literal<S: Syntax>(&mut self, field: FlowField, value: Option<FlowValue<'_>>) {
        if value.is_some() || S::KEEPS_KEYS {
            self.key::<S>(field);
        }
        if let Some(value) = value {
            S::value(value, &mut self.pending);
        }
    }

    fn part_of_pending(&mut self) {
        let start = self.plan.text.len();
        self.plan.text.append(&mut self.pending);
        let end = self.plan.text.len();
        if end > start {
            self.plan.parts.push(SetTextPart::Text(start..end));
        }
    }

    /// Adds a step, after the text that is pending.
    fn step(&mut self, source: CellSource, key: &[u8]) {
        if self.in_text_of_set {
            self.in_text_of_set = false;
            self.plan.parts.push(SetTextPart::End);
            self.plan
                .steps
                .push(RowStep::new(&[], &[], CellSource::SetText(self.texts)));
            self.texts += 1;
        }
        let mut rest = self.pending.as_slice();
        while rest.len() + key.len() > BLOCK {
            let (text, more) = rest.split_at(rest.len().min(BLOCK));
            self.plan
                .steps
                .push(RowStep::new(text, &[], CellSource::Nothing));
            rest = more;
        }
        self.plan.steps.push(RowStep::new(rest, key, source));
        self.pending.clear();
    }

    fn end(&mut self) {
        if self.in_text_of_set {
            self.part_of_pending();
        }
        if self.in_text_of_set || !self.pending.is_empty() {
            self.step(CellSource::Nothing, &[]);
        }
    }
}

impl RowStep {
    /// Octets of the key, which a row without the value does not have.
    pub(super) fn key_len(&self) -> usize {
        usize::from(self.len.wrapping_sub(self.certain))
    }

    /// Both texts fit in one block.
    fn new(certain: &[u8], key: &[u8], source: CellSource) -> Self {
        let mut text = [0; BLOCK];
        let octets = certain.iter().chain(key);
        for (octet, from) in text.iter_mut().zip(octets) {
            *octet = *from;
        }
        let len = |len: usize| u8::try_from(len).unwrap_or(0);
        Self {
            text,
            len: len(certain.len() + key.len()),
            certain: len(certain.len()),
            source,
        }
    }
}

/// Whether all samples of a shape have the same value of a field, if it is in none of its octets.
const fn is_of_shape(field: FlowField) -> bool {
    matches!(
        field,
        FlowField::Packets
            | FlowField::Counters
            | FlowField::Protocol
            | FlowField::EtherType
            | FlowField::IpVersion
            | FlowField::Direction
            | FlowField::FragmentOffset
            | FlowField::Sampling
    )
}

/// A number at this place; `None` if it is further from the start than any record is long.
fn number(place: FieldPlan) -> Option<CellSource> {
    let offset = u16::try_from(place.offset).ok()?;
    Some(match place.width {
        1 => CellSource::Number8(offset),
        2 => CellSource::Number16(offset),
        4 => CellSource::Number32(offset),
        8 => CellSource::Number64(offset),
        _ => CellSource::Number(NumberPlace::new(place)?),
    })
}

/// An address of some kind at this place, by its length.
fn octets(place: FieldPlan) -> Option<CellSource> {
    let offset = u16::try_from(place.offset).ok()?;
    Some(match place.width {
        4 => CellSource::Ipv4(offset),
        6 => CellSource::Mac(offset),
        16 => CellSource::Ipv6(offset),
        _ => return None,
    })
}
