//! The fields of flows in a row, asked once of each set: which of them its flows can have, where
//! they are in the records, and what is the same in all rows.

use netflow_core::field::FlowField;
use netflow_core::template::FieldPlan;
use netflow_core::value::MacAddress;
use netflow_core::{Flow, FlowColumn, FlowValue, Set, TimePlan};

use super::room::{BLOCK, Room};
use super::{Biflows, flow};

/// How a format writes fields.
pub(super) trait Syntax {
    /// Around addresses, names and times.
    const QUOTE: Option<u8>;
    /// A row has the key of a field that the flow does not have.
    const KEEPS_KEYS: bool;

    /// Writes what comes before the value of a field, which may be the first of a row.
    fn key(field: FlowField, is_first: bool, out: &mut Vec<u8>);

    /// Writes a value.
    fn value(value: FlowValue<'_>, out: &mut Vec<u8>);
}

/// How the flows of one set become rows.
#[derive(Debug, Default)]
pub(super) struct FieldWriter {
    steps: Vec<Step>,
    /// Literals that are longer than a block, one after the other.
    long: Vec<u8>,
    /// What is the same in all rows and not in a step yet.
    pending: Vec<u8>,
    /// There is no field yet.
    is_first: bool,
    room: Room,
}

/// A part of a row: what is the same in all rows, and what comes after it.
#[derive(Debug, Clone, Copy)]
struct Step {
    before: Literal,
    then: Then,
}

/// What is the same in all rows.
#[derive(Debug, Clone, Copy)]
struct Literal {
    /// The text, if it fits.
    block: [u8; BLOCK],
    len: usize,
    /// Where the text is else.
    start: usize,
}

impl Literal {
    const EMPTY: Self = Self {
        block: [0; BLOCK],
        len: 0,
        start: 0,
    };
}

/// What comes after a literal.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
enum Then {
    /// Nothing: the row ends, or a field that a flow may not have comes next.
    Nothing,
    /// A number of one octet at this offset in the record.
    Number8(usize),
    /// A number of two octets.
    Number16(usize),
    /// A number of four octets.
    Number32(usize),
    /// A number of eight octets.
    Number64(usize),
    /// A number of another width.
    Number(FieldPlan),
    /// An IPv4 address at this offset in the record.
    Ipv4(usize),
    /// An IPv6 address.
    Ipv6(usize),
    /// A MAC address.
    Mac(usize),
    /// A time, worked out from a number of the record.
    Time {
        plan: TimePlan,
        field: FlowField,
        key: Literal,
    },
    /// What only the flow knows.
    Flow { field: FlowField, key: Literal },
}

impl FieldWriter {
    /// Prepares for the flows of a set. `head` writes what comes before the fields.
    pub(super) fn prepare<S: Syntax>(
        &mut self,
        set: &Set<'_>,
        fields: &[FlowField],
        biflows: Biflows,
        head: impl FnOnce(&mut Vec<u8>),
    ) {
        self.steps.clear();
        self.long.clear();
        self.pending.clear();
        let first = set.flows().next();
        head(&mut self.pending);
        self.is_first = self.pending.is_empty();
        for field in fields {
            match column(set, *field, biflows) {
                FlowColumn::Absent if S::KEEPS_KEYS => self.same_key::<S>(*field),
                FlowColumn::Absent => {}
                FlowColumn::Same => {
                    let value = first.as_ref().and_then(|flow| flow::value(flow, *field));
                    if S::KEEPS_KEYS || value.is_some() {
                        self.same_key::<S>(*field);
                    }
                    if let Some(value) = value {
                        S::value(value, &mut self.pending);
                    }
                }
                FlowColumn::Number(place) => {
                    self.same_key::<S>(*field);
                    self.step(match place.width {
                        1 => Then::Number8(place.offset),
                        2 => Then::Number16(place.offset),
                        4 => Then::Number32(place.offset),
                        8 => Then::Number64(place.offset),
                        _ => Then::Number(place),
                    });
                }
                FlowColumn::Octets(place) => self.octets::<S>(*field, place),
                FlowColumn::Time(plan) => {
                    let (key, field) = (self.key::<S>(*field), *field);
                    self.step(Then::Time { plan, field, key });
                }
                _ => {
                    let (key, field) = (self.key::<S>(*field), *field);
                    self.step(Then::Flow { field, key });
                }
            }
        }
        self.flush();
    }

    /// Octets that are an address of some kind.
    fn octets<S: Syntax>(&mut self, field: FlowField, place: FieldPlan) {
        let then = match place.width {
            4 => Then::Ipv4(place.offset),
            6 => Then::Mac(place.offset),
            16 => Then::Ipv6(place.offset),
            _ => {
                let key = self.key::<S>(field);
                self.step(Then::Flow { field, key });
                return;
            }
        };
        self.same_key::<S>(field);
        self.pending.extend(S::QUOTE);
        self.step(then);
        self.pending.extend(S::QUOTE);
    }

    /// Adds a key that is in all rows.
    fn same_key<S: Syntax>(&mut self, field: FlowField) {
        S::key(field, self.is_first, &mut self.pending);
        self.is_first = false;
    }

    /// Makes a step of what is the same in all rows and was not made one yet.
    fn flush(&mut self) {
        if !self.pending.is_empty() {
            self.step(Then::Nothing);
        }
    }

    /// The key of a field that a flow may not have.
    fn key<S: Syntax>(&mut self, field: FlowField) -> Literal {
        if S::KEEPS_KEYS {
            self.same_key::<S>(field);
            return Literal::EMPTY;
        }
        let start = self.pending.len();
        self.same_key::<S>(field);
        let key = self.literal(start);
        self.pending.truncate(start);
        key
    }

    /// Adds a step, after what is the same in all rows.
    fn step(&mut self, then: Then) {
        let before = self.literal(0);
        self.pending.clear();
        self.steps.push(Step { before, then });
    }

    /// What is pending from here on.
    fn literal(&mut self, start: usize) -> Literal {
        let text = self.pending.get(start..).unwrap_or_default();
        let mut literal = Literal {
            len: text.len(),
            ..Literal::EMPTY
        };
        match literal.block.get_mut(..text.len()) {
            Some(block) => block.copy_from_slice(text),
            None => {
                literal.start = self.long.len();
                self.long.extend_from_slice(text);
            }
        }
        literal
    }

    /// Appends the fields of a flow of the set. Whether they say that its times cannot be right.
    pub(super) fn write<S: Syntax>(&mut self, flow: &Flow<'_>, out: &mut Vec<u8>) -> bool {
        let record = flow.record().map_or(&[][..], |record| record.octets());
        let Self {
            steps, long, room, ..
        } = self;
        let mut at = 0;
        let mut is_suspect = false;
        for step in &*steps {
            if Room::is_full(at) {
                out.extend_from_slice(room.text(0, at));
                at = 0;
            }
            at = literal(&step.before, long, room, at, out);
            at = match &step.then {
                Then::Nothing => at,
                Then::Number8(offset) => {
                    let [number] = octets(record, *offset);
                    room.number(at, number.into())
                }
                Then::Number16(offset) => {
                    let number = u16::from_be_bytes(octets(record, *offset));
                    room.number(at, number.into())
                }
                Then::Number32(offset) => {
                    let number = u32::from_be_bytes(octets(record, *offset));
                    room.number(at, number.into())
                }
                Then::Number64(offset) => {
                    let number = u64::from_be_bytes(octets(record, *offset));
                    room.number(at, number)
                }
                Then::Number(place) => room.number(at, number(record, *place)),
                Then::Ipv4(offset) => room.ipv4(at, octets(record, *offset)),
                Then::Ipv6(offset) => room.ipv6(at, octets(record, *offset)),
                Then::Mac(offset) => room.mac(at, MacAddress(octets(record, *offset))),
                Then::Time { plan, field, key } => {
                    let number = number(record, plan.place());
                    let time = plan.time(number).or_else(|| match field {
                        FlowField::End => flow.end(),
                        _ => flow.start(),
                    });
                    let Some(time) = time else { continue };
                    at = literal(key, long, room, at, out);
                    at = room.quote(at, S::QUOTE);
                    at = room.time(at, time);
                    room.quote(at, S::QUOTE)
                }
                Then::Flow { field, key } => {
                    let Some(value) = flow::value(flow, *field) else {
                        continue;
                    };
                    is_suspect |= flow::says_suspect(*field, &value);
                    at = literal(key, long, room, at, out);
                    room.value(at, S::QUOTE, &value).unwrap_or_else(|| {
                        out.extend_from_slice(room.text(0, at));
                        S::value(value, out);
                        0
                    })
                }
            };
        }
        out.extend_from_slice(room.text(0, at));
        is_suspect
    }
}

/// Writes a literal; one that is longer than a block, after all that is in the room.
#[inline(always)]
fn literal(literal: &Literal, long: &[u8], room: &mut Room, at: usize, out: &mut Vec<u8>) -> usize {
    if literal.len <= BLOCK {
        return room.block(at, &literal.block, literal.len);
    }
    let end = literal.start + literal.len;
    out.extend_from_slice(room.text(0, at));
    out.extend_from_slice(long.get(literal.start..end).unwrap_or_default());
    0
}

fn column(set: &Set<'_>, field: FlowField, biflows: Biflows) -> FlowColumn {
    if flow::is_of_message(field) {
        FlowColumn::Same
    } else if biflows == Biflows::Split {
        // The reverse direction has its fields elsewhere in the record.
        FlowColumn::Each
    } else {
        set.column(field)
    }
}

/// A big-endian number of the record.
#[inline]
fn number(record: &[u8], place: FieldPlan) -> u64 {
    match place.width {
        4 => u32::from_be_bytes(octets(record, place.offset)).into(),
        8 => u64::from_be_bytes(octets(record, place.offset)),
        width => {
            let end = place.offset.saturating_add(width);
            let odd = record.get(place.offset..end).unwrap_or_default();
            odd.iter()
                .fold(0, |number, octet| number << 8 | u64::from(*octet))
        }
    }
}

/// Octets of the record.
#[inline]
fn octets<const N: usize>(record: &[u8], offset: usize) -> [u8; N] {
    let octets = record.get(offset..).and_then(<[u8]>::first_chunk);
    octets.copied().unwrap_or([0; N])
}
