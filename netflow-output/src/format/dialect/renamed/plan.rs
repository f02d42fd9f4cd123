//! How the flows of one template become documents.

use core::net::IpAddr;
use core::ops::Range;

use netflow_core::field::FlowField;
use netflow_core::template::FieldPlan;
use netflow_core::value::MacAddress;
use netflow_core::{Flow, FlowColumn, FlowValue, Projected, ProjectedFlow};

use super::form::Form;
use super::{DialectShape, MemberLayout, RenamedMember};
use crate::format::dialect::Faults;
use crate::format::dialect::encode::{PlannedText, RoomWriter};
use crate::format::json;
use crate::format::place::{self, NumberPlace, TimePlace};
use crate::format::{Biflows, flow_value};

/// The steps by which a document is written.
#[derive(Debug, Default)]
pub(super) struct MemberPlan {
    steps: Vec<MemberStep>,
    /// Members that the flows of a set have in common.
    of_set: Vec<u8>,
    /// The positions of times that are computed from a number, among the fields of the projection.
    time_positions: Vec<usize>,
    /// How they are computed in the set.
    times: Vec<Option<TimePlace>>,
    start: Vec<u8>,
    end: &'static [u8],
    is_json: bool,
}

#[derive(Debug, Clone)]
enum MemberStep {
    /// A text.
    Text(PlannedText),
    /// A member with the same value in all documents of a set, as it was written for that set.
    OfSet {
        value: PlannedValue,
        written: Range<usize>,
    },
    /// A member.
    Value(PlannedValue),
    /// The key of an object, which is left out if it remains empty.
    Open(PlannedText),
    /// The end of an object.
    Close,
}

/// A member whose value a flow supplies.
#[derive(Debug, Clone)]
struct PlannedValue {
    key: PlannedText,
    fields: &'static [FlowField],
    /// The position of the first of them among those of the projection.
    first: usize,
    form: Form,
    /// Where the value is in each record or sample, if that is known.
    source: MemberSource,
    /// The text of the member where no flow has it; empty if there is none.
    absent: PlannedText,
}

/// Where the value of a member is, if all flows of a template have it at one place.
#[derive(Debug, Clone, Copy)]
enum MemberSource {
    /// The flow is asked.
    Flow,
    /// A number.
    Number(NumberPlace),
    /// Some bits of an octet.
    Bits { offset: u16, shift: u8, mask: u8 },
    /// An IPv4 address.
    Ipv4(u16),
    /// An IPv6 address.
    Ipv6(u16),
    /// A MAC address.
    Mac(u16),
    /// A time of this number among those of the set.
    Time(usize),
    /// The flow is asked, if the octet at this place is the number of this protocol.
    OfProtocol { offset: u16, protocol: u8 },
}

impl MemberSource {
    fn of_column(column: FlowColumn) -> Option<Self> {
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
    /// A plan for flows with these columns, of which the last are those of [`REVERSE`]; without any, each
    /// flow is asked for all fields.
    pub(super) fn new(
        shape: &DialectShape,
        faults: Faults,
        columns: Option<&[FlowColumn]>,
    ) -> Self {
        let mut builder = MemberPlanBuilder {
            plan: Self::default(),
            objects: Vec::new(),
            copies: faults.are_copied(),
            protocol: protocol_place(shape, columns),
            // What the first direction of a biflow lacks, the other may have.
            has_reverse: shape.biflows == Biflows::Split && has_reverse(columns),
        };
        match shape.layout {
            MemberLayout::Json => {
                builder.plan.end = b"}\n";
                builder.plan.is_json = true;
            }
            MemberLayout::Line(word) => {
                builder.plan.start = word.as_bytes().to_vec();
                builder.plan.end = b"\n";
            }
        }
        let mut first = 0;
        for member in shape.members {
            builder.member(member, first, columns);
            first += member.fields.len();
        }
        builder.close(0);
        builder.plan
    }

    /// Writes what the flows of a set have in common.
    pub(super) fn prepare(&mut self, projected: &Projected<'_, '_>, flow: &Flow<'_>) {
        let Self {
            steps,
            of_set,
            is_json,
            times,
            time_positions,
            ..
        } = self;
        of_set.clear();
        times.clear();
        let columns = projected.columns();
        let places = time_positions.iter().map(|position| columns.get(*position));
        times.extend(places.map(TimePlace::of));
        let row = projected.row(flow);
        RoomWriter::append_to(of_set, |out| {
            for step in steps {
                if let MemberStep::OfSet { value, written } = step {
                    out.make_room();
                    let start = out.position();
                    value.ask(*is_json, &row, out);
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
        out.text(&self.start);
        // Where the keys and the members of the open objects begin.
        let mut open = [(0, 0); MOST_OBJECTS];
        let mut depth = 0;
        for step in &self.steps {
            out.make_room();
            match step {
                MemberStep::Text(text) => out.planned(text),
                MemberStep::OfSet { written, .. } => {
                    out.text(self.of_set.get(written.clone()).unwrap_or_default());
                }
                MemberStep::Value(value) => value.write(self, octets, &row, out),
                MemberStep::Open(key) => {
                    let before = out.position();
                    out.planned(key);
                    if let Some(place) = open.get_mut(depth) {
                        *place = (before, out.position());
                    }
                    depth += 1;
                }
                MemberStep::Close => {
                    depth = depth.saturating_sub(1);
                    let (key, members) = open.get(depth).copied().unwrap_or_default();
                    if out.position() > members {
                        // In the place of the comma before the first member.
                        out.put(members, b'{');
                        out.octet(b'}');
                    } else {
                        out.back_to(key);
                    }
                }
            }
        }
        if self.is_json {
            out.text(additions);
            out.make_room();
            out.put(start, b'{');
        }
        out.short(self.end);
    }
}

impl PlannedValue {
    /// Writes the member of a flow; `octets` are those of its record or sample.
    #[inline]
    fn write(
        &self,
        plan: &MemberPlan,
        octets: &[u8],
        row: &ProjectedFlow<'_, '_, '_>,
        out: &mut RoomWriter<'_>,
    ) {
        if self.form == Form::Plain && self.write_plain(plan, octets, out) {
            return;
        }
        let value = match self.source {
            MemberSource::Flow => return self.ask(plan.is_json, row, out),
            MemberSource::OfProtocol { offset, protocol } => {
                let [number] = place::octets(octets, offset);
                if number == protocol {
                    return self.ask(plan.is_json, row, out);
                }
                return out.planned(&self.absent);
            }
            MemberSource::Number(place) => FlowValue::Unsigned(place.number(octets)),
            MemberSource::Bits {
                offset,
                shift,
                mask,
            } => {
                let [number] = place::octets(octets, offset);
                FlowValue::Unsigned((number >> (shift & 7) & mask).into())
            }
            MemberSource::Ipv4(at) => {
                FlowValue::Address(IpAddr::V4(place::octets(octets, at).into()))
            }
            MemberSource::Ipv6(at) => {
                let address: [u8; 16] = place::octets(octets, at);
                FlowValue::Address(IpAddr::V6(address.into()))
            }
            MemberSource::Mac(at) => FlowValue::Mac(MacAddress(place::octets(octets, at))),
            MemberSource::Time(index) => {
                let place = plan.times.get(index).and_then(Option::as_ref);
                match place.and_then(|place| place.time(octets)) {
                    Some(time) => FlowValue::Time(time),
                    None => return self.ask(plan.is_json, row, out),
                }
            }
        };
        let before = out.position();
        out.planned(&self.key);
        let field = self.fields.first().copied().unwrap_or(FlowField::Start);
        let flow = row.flow();
        let is_written = self.form.write(value, field, flow, plan.is_json, out);
        if !is_written {
            out.back_to(before);
            // Another of the fields may have a value that the form can write.
            if self.fields.len() > 1 {
                return self.ask(plan.is_json, row, out);
            }
            out.planned(&self.absent);
        }
    }

    /// Writes a number or an address as it is; `false`, and nothing is written, if it is neither.
    #[inline(always)]
    fn write_plain(&self, plan: &MemberPlan, octets: &[u8], out: &mut RoomWriter<'_>) -> bool {
        match self.source {
            MemberSource::Number(place) => {
                out.planned(&self.key);
                match place.width {
                    1 => {
                        let [number] = place::octets(octets, place.offset);
                        out.number_16(number.into());
                    }
                    2 => out.number_16(u16::from_be_bytes(place::octets(octets, place.offset))),
                    _ => out.number(place.number(octets)),
                }
            }
            MemberSource::Ipv4(at) if plan.is_json => {
                out.planned(&self.key);
                out.octet(b'"');
                out.address(IpAddr::V4(place::octets(octets, at).into()));
                out.octet(b'"');
            }
            _ => return false,
        }
        true
    }

    /// Writes the member of a flow that is asked for it.
    fn ask(&self, is_json: bool, row: &ProjectedFlow<'_, '_, '_>, out: &mut RoomWriter<'_>) {
        let before = out.position();
        out.planned(&self.key);
        let mut fields = self.fields.iter().zip(self.first..);
        let is_written = fields.any(|(field, position)| {
            let found = match field {
                // A file that does not name its exporter has none.
                FlowField::ExporterAddress => flow_value::value(row.flow(), *field),
                _ => row.value(position),
            };
            found.is_some_and(|found| self.form.write(found, *field, row.flow(), is_json, out))
        });
        if !is_written {
            out.back_to(before);
            out.planned(&self.absent);
        }
    }
}

/// Fields of which a flow has one if it has another direction.
pub(super) const REVERSE: [FlowField; 2] = [FlowField::ReverseOctets, FlowField::ReversePackets];

fn has_reverse(columns: Option<&[FlowColumn]>) -> bool {
    let last = columns.and_then(|columns| columns.last_chunk::<{ REVERSE.len() }>());
    last.is_none_or(|last| !matches!(last, [FlowColumn::Absent, FlowColumn::Absent]))
}

/// Objects inside objects at most; the tables have two.
const MOST_OBJECTS: usize = 4;

struct MemberPlanBuilder {
    plan: MemberPlan,
    /// The names of the open objects.
    objects: Vec<&'static str>,
    /// Whether faults are copied, and what the original writes for absent fields.
    copies: bool,
    /// Whether flows have another direction, whose fields are elsewhere in the record.
    has_reverse: bool,
    /// Where the protocol is in each record or sample, if that is known.
    protocol: Option<u16>,
}

/// Where the protocol is in each record or sample.
fn protocol_place(shape: &DialectShape, columns: Option<&[FlowColumn]>) -> Option<u16> {
    let mut fields = shape.members.iter().flat_map(|member| member.fields);
    let position = fields.position(|field| *field == FlowField::Protocol)?;
    match columns?.get(position)? {
        FlowColumn::Number(place) if place.width == 1 => u16::try_from(place.offset).ok(),
        _ => None,
    }
}

impl MemberPlanBuilder {
    /// Adds a text that all documents have.
    fn text(&mut self, text: PlannedText) {
        if !text.is_empty() {
            self.plan.steps.push(MemberStep::Text(text));
        }
    }

    /// The text before the value of a member.
    fn key(&self, name: &str) -> Vec<u8> {
        let mut text = vec![b','];
        if self.plan.is_json {
            json::quote(name, &mut text);
            text.push(b':');
        }
        text
    }

    fn close(&mut self, depth: usize) {
        while self.objects.len() > depth {
            self.objects.pop();
            self.plan.steps.push(MemberStep::Close);
        }
    }

    /// Opens and closes objects for a member; returns its name in its object.
    fn enter(&mut self, name: &'static str) -> &'static str {
        let mut parts: Vec<_> = name.split('.').collect();
        let last = parts.pop().unwrap_or(name);
        let same = self.objects.iter().zip(&parts);
        let same = same.take_while(|(one, other)| one == other).count();
        self.close(same);
        for part in parts.into_iter().skip(same) {
            let key = self.key(part);
            let key = PlannedText::new(&key);
            self.plan.steps.push(MemberStep::Open(key));
            self.objects.push(part);
        }
        last
    }

    fn member(
        &mut self,
        member: &'static RenamedMember,
        first: usize,
        columns: Option<&[FlowColumn]>,
    ) {
        let name = self.enter(member.name);
        let constant = self.constant(member, name);
        if member.fields.is_empty() {
            return self.text(constant);
        }
        let absent = if self.copies || !self.plan.is_json {
            constant
        } else {
            PlannedText::new(&[])
        };
        let all = columns.and_then(|columns| columns.get(first..first + member.fields.len()));
        let is = |wanted: fn(&FlowColumn) -> bool| all.is_some_and(|all| all.iter().all(wanted));
        if is(|column| matches!(column, FlowColumn::Absent)) && !self.has_reverse {
            return self.text(absent);
        }
        let form = match member.form {
            Form::IpSize if self.copies => Form::IpSizeOfIpv4,
            Form::Epoch if self.copies => Form::EpochOfUptime,
            form => form,
        };
        let source = match all.and_then(<[FlowColumn]>::first) {
            // The other direction has its fields elsewhere in the record.
            _ if self.has_reverse => MemberSource::Flow,
            Some(FlowColumn::Time(_)) => {
                self.plan.time_positions.push(first);
                MemberSource::Time(self.plan.time_positions.len() - 1)
            }
            Some(FlowColumn::Each) => match (form.protocol(), self.protocol) {
                (Some(protocol), Some(offset)) => MemberSource::OfProtocol { offset, protocol },
                _ => MemberSource::Flow,
            },
            Some(column) => MemberSource::of_column(*column).unwrap_or(MemberSource::Flow),
            None => MemberSource::Flow,
        };
        let value = PlannedValue {
            key: PlannedText::new(&self.key(name)),
            fields: member.fields,
            first,
            form,
            source,
            absent,
        };
        let is_same = is(|column| matches!(column, FlowColumn::Same)) && form.is_of_field();
        self.plan.steps.push(if is_same {
            MemberStep::OfSet {
                value,
                written: 0..0,
            }
        } else {
            MemberStep::Value(value)
        });
    }

    /// The member where the flow lacks it; empty if it is left out then.
    fn constant(&self, member: &RenamedMember, name: &str) -> PlannedText {
        if member.copied.is_empty() {
            return PlannedText::new(&[]);
        }
        let is_number = !self.plan.is_json || member.form.is_number(member.fields);
        let quote: &[u8] = if is_number { b"" } else { b"\"" };
        let text = [&self.key(name), quote, member.copied.as_bytes(), quote];
        PlannedText::new(&text.concat())
    }
}
