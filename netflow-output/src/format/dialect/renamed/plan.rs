//! How the flows of one template become documents.

use core::net::IpAddr;
use core::ops::Range;

use netflow_core::field::FlowField;
use netflow_core::template::FieldPlan;
use netflow_core::value::MacAddress;
use netflow_core::{Flow, FlowColumn, Projected, ProjectedFlow};

use super::form::{Form, SECOND};
use super::lookup;
use super::words::{self, Words};
use crate::enrich::Enrichment;
use crate::format::dialect::encode::{PlannedText, RoomWriter};
use crate::format::flow_value;
use crate::format::place::{self, NumberPlace, TimePlace};

/// The steps by which a document is written.
#[derive(Debug)]
pub(super) struct MemberPlan {
    pub(super) steps: Vec<MemberStep>,
    /// Texts that the flows of a set have in common.
    pub(super) of_set: Vec<u8>,
    /// The positions of times that are computed from a number, among the fields of the projection.
    pub(super) time_positions: Vec<usize>,
    /// How they are computed in the set.
    pub(super) times: Vec<Option<TimePlace>>,
    /// The position of the sampling rate.
    pub(super) rate_position: Option<usize>,
    /// The sampling rate of the set, by which the counters of both directions are multiplied.
    pub(super) rate: u64,
    /// What a line begins with, if documents are not of JSON.
    pub(super) start: &'static [u8],
    pub(super) is_json: bool,
}

/// A text, and what follows it.
#[derive(Debug)]
pub(super) struct MemberStep {
    pub(super) text: StepText,
    pub(super) then: StepAction,
}

#[derive(Debug)]
pub(super) enum StepText {
    /// The same in all documents.
    Planned(PlannedText),
    /// The same in all documents of a set: what it is made of, and where it is among the texts of the set.
    OfSet {
        parts: Box<[MemberPart]>,
        written: Range<usize>,
    },
}

#[derive(Debug)]
pub(super) enum StepAction {
    /// Nothing.
    End,
    /// A number of one octet at this place.
    Number8(u16),
    /// A number of two octets.
    Number16(u16),
    /// A number of four octets.
    Number32(u16),
    /// An IPv4 address.
    Ipv4(u16),
    /// The word of the octet at this place.
    Word(u16, &'static Words),
    /// Any other value, with its key if it may be absent.
    Value(Box<PlannedValue>),
    /// The key of an object, which is left out if it remains empty.
    Open(PlannedText),
    /// The end of an object.
    Close,
}

/// What a document is made of, before what does not depend on the flow becomes one text.
#[derive(Debug)]
pub(super) enum MemberPart {
    /// A text.
    Text(Vec<u8>),
    /// A member with the same value in all documents of a set.
    OfSet(PlannedValue),
    /// A member.
    Value(PlannedValue),
    /// The key of an object.
    Open(Vec<u8>),
    /// The end of an object.
    Close,
}

/// A member whose value a flow supplies.
#[derive(Debug)]
pub(super) struct PlannedValue {
    pub(super) key: PlannedText,
    pub(super) fields: &'static [FlowField],
    /// The position of the first of them among those of the projection.
    pub(super) first: usize,
    pub(super) form: Form,
    /// Where the value is in each record or sample, if that is known.
    pub(super) source: ValueSource,
    /// The octet that has the protocol, and the only protocol whose flows have a value.
    pub(super) of_protocol: Option<(u16, u8)>,
    /// The position of the address that a prefix length is of.
    pub(super) address: Option<usize>,
    /// The text of the member where no flow has it; empty if there is none.
    pub(super) absent: PlannedText,
    /// What a member is looked up in that no field has.
    pub(super) enrichment: Option<Box<Enrichment>>,
}

/// Where the value of a member is, if all flows of a template have it at one place.
#[derive(Debug, Clone, Copy)]
pub(super) enum ValueSource {
    /// The flow is asked.
    Flow,
    /// A number.
    Number(NumberPlace),
    /// An octet, for which a word stands.
    Word(u16, &'static Words),
    /// A number that is multiplied by the sampling rate of the set.
    Scaled(NumberPlace),
    /// Some bits of an octet.
    Bits { offset: u16, shift: u8, mask: u8 },
    /// An IPv4 address.
    Ipv4(u16),
    /// An IPv4 address, and the octet of the length of its prefix.
    Ipv4Network { address: u16, length: u16 },
    /// An IPv6 address.
    Ipv6(u16),
    /// A MAC address.
    Mac(u16),
    /// A time of this number among those of the set.
    Time(usize),
}

impl ValueSource {
    pub(super) fn of_column(column: FlowColumn) -> Option<Self> {
        let offset = |place: FieldPlan| u16::try_from(place.offset).ok();
        Some(match column {
            FlowColumn::Number(place) => Self::Number(NumberPlace::new(place)?),
            FlowColumn::Bits { place, shift, mask } => Self::Bits {
                offset: offset(place)?,
                shift,
                mask,
            },
            FlowColumn::Octets(place) => match place.width {
                4 => Self::Ipv4(offset(place)?),
                6 => Self::Mac(offset(place)?),
                16 => Self::Ipv6(offset(place)?),
                _ => return None,
            },
            _ => return None,
        })
    }
}

impl MemberPlan {
    /// Writes what the flows of a set have in common, aside from what is in `out`.
    pub(super) fn prepare(
        &mut self,
        projected: &Projected<'_, '_>,
        flow: &Flow<'_>,
        out: &mut RoomWriter<'_>,
    ) {
        let Self {
            steps,
            of_set,
            is_json,
            times,
            time_positions,
            rate_position,
            rate,
            ..
        } = self;
        of_set.clear();
        times.clear();
        let columns = projected.columns();
        let places = time_positions.iter().map(|position| columns.get(*position));
        times.extend(places.map(TimePlace::of));
        let row = projected.row(flow);
        let sampling = rate_position.and_then(|position| row.number(position));
        *rate = sampling.unwrap_or(1).max(1);
        out.aside(of_set, |out| {
            for step in steps {
                if let StepText::OfSet { parts, written } = &mut step.text {
                    let start = out.position();
                    write_of_set(parts, *is_json, &row, out);
                    *written = start..out.position();
                }
            }
        });
    }

    /// Writes the document of a flow.
    pub(super) fn write(
        &self,
        projected: &Projected<'_, '_>,
        flow: &Flow<'_>,
        additions: &[u8],
        out: &mut RoomWriter<'_>,
    ) {
        let row = projected.row(flow);
        let octets = match (flow.record(), flow.sample()) {
            (Some(record), _) => record.octets(),
            (None, Some(sample)) => sample.octets(),
            (None, None) => &[],
        };
        let start = out.position();
        if !self.is_json {
            out.short(self.start);
        }
        let mut objects = OpenObjects::default();
        for step in &self.steps {
            out.make_room();
            match &step.text {
                StepText::Planned(text) => out.planned(text),
                // A text of any length leaves room after it.
                StepText::OfSet { written, .. } => {
                    out.text(self.of_set.get(written.clone()).unwrap_or_default());
                }
            }
            match &step.then {
                StepAction::Number8(at) => {
                    let [number] = place::octets(octets, *at);
                    out.number_16(number.into());
                }
                StepAction::Number16(at) => {
                    out.number_16(u16::from_be_bytes(place::octets(octets, *at)));
                }
                StepAction::Number32(at) => {
                    out.number_32(u32::from_be_bytes(place::octets(octets, *at)));
                }
                StepAction::Ipv4(at) => out.ipv4(place::octets(octets, *at)),
                StepAction::Word(at, words) => {
                    let [number] = place::octets(octets, *at);
                    out.planned(&words[usize::from(number)]);
                }
                StepAction::Value(value) => value.write(self, octets, &row, out),
                StepAction::Open(key) => objects.open(out, |out| out.planned(key)),
                StepAction::Close => objects.close(out),
                StepAction::End => {}
            }
        }
        if self.is_json {
            if !additions.is_empty() {
                out.text(additions);
            }
            out.make_room();
            out.put(start, b'{');
            out.block(b"}\n", 2);
        } else {
            out.octet(b'\n');
        }
    }
}

/// Writes the parts of a text that the flows of a set have in common.
fn write_of_set(
    parts: &[MemberPart],
    is_json: bool,
    row: &ProjectedFlow<'_, '_, '_>,
    out: &mut RoomWriter<'_>,
) {
    let mut objects = OpenObjects::default();
    for part in parts {
        out.make_room();
        match part {
            MemberPart::Text(text) => out.text(text),
            MemberPart::OfSet(value) | MemberPart::Value(value) => value.ask(is_json, row, out),
            MemberPart::Open(key) => objects.open(out, |out| out.text(key)),
            MemberPart::Close => objects.close(out),
        }
    }
}

/// Objects inside objects at most; the tables have two.
const MOST_OBJECTS: usize = 4;

/// Where the keys and the members of the open objects begin.
#[derive(Default)]
struct OpenObjects {
    places: [(usize, usize); MOST_OBJECTS],
    depth: usize,
}

impl OpenObjects {
    /// Begins an object; `key` writes its key.
    #[inline]
    fn open(&mut self, out: &mut RoomWriter<'_>, key: impl FnOnce(&mut RoomWriter<'_>)) {
        let before = out.position();
        key(out);
        if let Some(place) = self.places.get_mut(self.depth) {
            *place = (before, out.position());
        }
        self.depth += 1;
    }

    /// Ends the innermost object; it is taken back with its key if it has no members.
    #[inline]
    fn close(&mut self, out: &mut RoomWriter<'_>) {
        self.depth = self.depth.saturating_sub(1);
        let (key, members) = self.places.get(self.depth).copied().unwrap_or_default();
        if out.position() > members {
            // In the place of the comma before the first member.
            out.put(members, b'{');
            out.octet(b'}');
        } else {
            out.back_to(key);
        }
    }
}

impl StepAction {
    /// Writes a value. Before and after it are these texts, which each document has.
    pub(super) fn of(value: PlannedValue, is_json: bool) -> (&'static str, Self, &'static str) {
        let quote = "\"";
        let action = match (value.form, value.source) {
            (Form::Plain | Form::Text, ValueSource::Number(place)) => match place.width {
                1 => Some(Self::Number8(place.offset)),
                2 => Some(Self::Number16(place.offset)),
                4 => Some(Self::Number32(place.offset)),
                _ => None,
            },
            (Form::Plain | Form::Ipv6, ValueSource::Ipv4(at)) => Some(Self::Ipv4(at)),
            (form, ValueSource::Word(at, words)) if form.takes_all_numbers() => {
                Some(Self::Word(at, words))
            }
            _ => None,
        };
        let Some(action) = action else {
            return ("", Self::Value(value.into()), "");
        };
        match (value.form, &action) {
            (Form::Text, _) => (quote, action, quote),
            (Form::Ipv6, _) => (MAPPED, action, quote),
            (Form::Plain, Self::Ipv4(_)) if is_json => (quote, action, quote),
            _ => ("", action, ""),
        }
    }
}

/// What is before an IPv4 address that is mapped into an IPv6 address.
const MAPPED: &str = "\"::ffff:";

impl PlannedValue {
    /// Whether each flow of the template has the value.
    pub(super) fn is_certain(&self) -> bool {
        let is_typed = match self.source {
            ValueSource::Scaled(_) => true,
            ValueSource::Number(_) | ValueSource::Word(..) | ValueSource::Bits { .. } => {
                self.form.takes_all_numbers()
            }
            ValueSource::Ipv4(_) | ValueSource::Ipv6(_) => {
                matches!(self.form, Form::Plain | Form::Ipv6)
            }
            ValueSource::Mac(_) => {
                matches!(self.form, Form::Plain | Form::MacNumber | Form::MacHex)
            }
            ValueSource::Ipv4Network { .. } | ValueSource::Time(_) | ValueSource::Flow => false,
        };
        is_typed && self.of_protocol.is_none()
    }

    /// Writes the member of a flow; `octets` are those of its record or sample.
    #[inline]
    fn write(
        &self,
        plan: &MemberPlan,
        octets: &[u8],
        row: &ProjectedFlow<'_, '_, '_>,
        out: &mut RoomWriter<'_>,
    ) {
        if let Some((offset, protocol)) = self.of_protocol {
            let [number] = place::octets(octets, offset);
            if number != protocol {
                return out.planned(&self.absent);
            }
        }
        let before = out.position();
        if !self.key.is_empty() {
            out.planned(&self.key);
        }
        let is_json = plan.is_json;
        let is_written = match self.source {
            ValueSource::Flow => false,
            ValueSource::Number(place) => {
                let number = match place.width {
                    1 => u8::from_be_bytes(place::octets(octets, place.offset)).into(),
                    _ => place.number(octets),
                };
                self.write_number(number, row, out)
            }
            ValueSource::Word(at, words) => {
                let [octet] = place::octets(octets, at);
                words::write(words, octet, out)
            }
            ValueSource::Scaled(place) => {
                return out.number(place.number(octets).saturating_mul(plan.rate));
            }
            ValueSource::Bits {
                offset,
                shift,
                mask,
            } => {
                let [number] = place::octets(octets, offset);
                self.write_number((number >> (shift & 7) & mask).into(), row, out)
            }
            ValueSource::Ipv4(at) => {
                let address: [u8; 4] = place::octets(octets, at);
                self.form.address(IpAddr::from(address), is_json, out)
            }
            ValueSource::Ipv4Network { address, length } => {
                let [length] = place::octets(octets, length);
                let address = place::octets(octets, address);
                self.form.ipv4_network(address, length, out)
            }
            ValueSource::Ipv6(at) => {
                let address: [u8; 16] = place::octets(octets, at);
                self.form.address(IpAddr::from(address), is_json, out)
            }
            ValueSource::Mac(at) => {
                let address = MacAddress(place::octets(octets, at));
                self.form.mac(address, is_json, out)
            }
            ValueSource::Time(index) => {
                let place = plan.times.get(index).and_then(Option::as_ref);
                match place.and_then(|place| place.time(octets)) {
                    Some(time) if self.form == Form::Seconds => {
                        out.signed(time.as_nanos().div_euclid(SECOND));
                        true
                    }
                    Some(time) => self.form.time(time, self.field(), row.flow(), is_json, out),
                    None => false,
                }
            }
        };
        if is_written {
            return;
        }
        out.back_to(before);
        // The flow may have a time that is not computed from the number, and another of the fields a value that the
        // form can write.
        let is_read = !matches!(self.source, ValueSource::Flow | ValueSource::Time(_));
        if is_read && self.fields.len() == 1 {
            out.planned(&self.absent);
        } else {
            self.ask(is_json, row, out);
        }
    }

    #[inline]
    fn write_number(
        &self,
        number: u64,
        row: &ProjectedFlow<'_, '_, '_>,
        out: &mut RoomWriter<'_>,
    ) -> bool {
        match (self.form, self.address) {
            (form @ (Form::Network | Form::NetworkAddress), Some(position)) => {
                form.network(number, row.address(position), out)
            }
            // The protocol was compared.
            (form @ (Form::FlagNamesOfTcp | Form::FlagNamesOfTcpFromLowest), _)
                if self.of_protocol.is_some() =>
            {
                form.word(number as u8, out)
            }
            (form, _) => form.number(number, self.field(), row.flow(), out),
        }
    }

    fn field(&self) -> FlowField {
        self.fields.first().copied().unwrap_or(FlowField::Start)
    }

    /// Writes the member of a flow that is asked for it.
    fn ask(&self, is_json: bool, row: &ProjectedFlow<'_, '_, '_>, out: &mut RoomWriter<'_>) {
        let before = out.position();
        out.planned(&self.key);
        let fields = self.fields.iter().zip(self.first..);
        let mut values = fields.filter_map(|(field, position)| {
            let found = match field {
                // A file that does not name its exporter has none.
                FlowField::ExporterAddress => flow_value::value(row.flow(), *field),
                _ => row.value(position),
            };
            Some((*field, found?))
        });
        let is_written = match &self.enrichment {
            Some(enrichment) => lookup::write(self.form, &mut values, row.flow(), enrichment, out),
            None => {
                values.any(|(field, value)| self.form.write(value, field, row.flow(), is_json, out))
            }
        };
        if !is_written {
            out.back_to(before);
            out.planned(&self.absent);
        }
    }
}

/// Fields of which a flow has one if it has another direction.
pub(super) const REVERSE: [FlowField; 2] = [FlowField::ReverseOctets, FlowField::ReversePackets];

pub(super) fn has_reverse(columns: Option<&[FlowColumn]>) -> bool {
    let last = columns.and_then(|columns| columns.last_chunk::<{ REVERSE.len() }>());
    last.is_none_or(|last| !matches!(last, [FlowColumn::Absent, FlowColumn::Absent]))
}
