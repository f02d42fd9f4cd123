//! How the flows of one template become documents.

use core::ops::Range;

use netflow_core::field::FlowField;
use netflow_core::{Flow, FlowColumn, Projected, ProjectedFlow};

use super::form::Form;
use super::{DialectShape, MemberLayout, RenamedMember};
use crate::format::dialect::Faults;
use crate::format::dialect::encode::{Encode, JsonDocument};
use crate::format::{Biflows, flow_value};

/// The steps by which a document is written.
#[derive(Debug, Default)]
pub(super) struct MemberPlan {
    steps: Vec<MemberStep>,
    /// Texts of keys and constants.
    text: Vec<u8>,
    /// Members that the flows of a set have in common.
    of_set: Vec<u8>,
    start: Vec<u8>,
    end: &'static [u8],
    is_json: bool,
}

#[derive(Debug, Clone)]
enum MemberStep {
    /// A text.
    Text(Range<usize>),
    /// A member with the same value in all documents of a set, as it was written for that set.
    OfSet {
        value: PlannedValue,
        written: Range<usize>,
    },
    /// A member.
    Value(PlannedValue),
    /// The key of an object, which is left out if it remains empty.
    Open(Range<usize>),
    /// The end of an object.
    Close,
}

/// A member whose value a flow supplies.
#[derive(Debug, Clone)]
struct PlannedValue {
    key: Range<usize>,
    fields: &'static [FlowField],
    /// The position of the first of them among those of the projection.
    first: usize,
    form: Form,
    /// The text of the member where no flow has it; empty if there is none.
    absent: Range<usize>,
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
            text,
            of_set,
            is_json,
            ..
        } = self;
        of_set.clear();
        let row = projected.row(flow);
        for step in steps {
            if let MemberStep::OfSet { value, written } = step {
                let start = of_set.len();
                value.write(text, *is_json, &row, of_set);
                *written = start..of_set.len();
            }
        }
    }

    /// Appends the document of a flow.
    pub(super) fn write(
        &self,
        projected: &Projected<'_, '_>,
        flow: &Flow<'_>,
        additions: &[u8],
        out: &mut Vec<u8>,
    ) {
        let row = projected.row(flow);
        let start = out.len();
        out.extend_from_slice(&self.start);
        // Where the members of the open objects begin.
        let mut open = [(0, 0); MOST_OBJECTS];
        let mut depth = 0;
        for step in &self.steps {
            match step {
                MemberStep::Text(range) => append(out, &self.text, range),
                MemberStep::OfSet { written, .. } => append(out, &self.of_set, written),
                MemberStep::Value(value) => value.write(&self.text, self.is_json, &row, out),
                MemberStep::Open(key) => {
                    append(out, &self.text, key);
                    if let Some(place) = open.get_mut(depth) {
                        *place = (out.len(), key.len());
                    }
                    depth += 1;
                }
                MemberStep::Close => {
                    depth = depth.saturating_sub(1);
                    let (members, key) = open.get(depth).copied().unwrap_or_default();
                    // In the place of the comma before the first member.
                    match out.get_mut(members) {
                        Some(comma) => {
                            *comma = b'{';
                            out.push(b'}');
                        }
                        None => out.truncate(members.saturating_sub(key)),
                    }
                }
            }
        }
        if self.is_json {
            out.extend_from_slice(additions);
            if out.len() == start {
                out.push(b',');
            }
            if let Some(comma) = out.get_mut(start) {
                *comma = b'{';
            }
        }
        out.extend_from_slice(self.end);
    }
}

impl PlannedValue {
    /// Writes the member of a flow; `text` has its key, and what is written where the flow lacks it.
    fn write(
        &self,
        text: &[u8],
        is_json: bool,
        row: &ProjectedFlow<'_, '_, '_>,
        out: &mut Vec<u8>,
    ) {
        let before = out.len();
        append(out, text, &self.key);
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
            out.truncate(before);
            append(out, text, &self.absent);
        }
    }
}

/// Appends a part of a text.
fn append(out: &mut Vec<u8>, text: &[u8], part: &Range<usize>) {
    out.extend_from_slice(text.get(part.clone()).unwrap_or_default());
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
}

impl MemberPlanBuilder {
    fn text(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Range<usize> {
        let start = self.plan.text.len();
        write(&mut self.plan.text);
        start..self.plan.text.len()
    }

    fn key(&mut self, name: &str) -> Range<usize> {
        let is_json = self.plan.is_json;
        self.text(|text| {
            if is_json {
                JsonDocument::plan_key(name, text);
            } else {
                text.push(b',');
            }
        })
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
            self.plan.steps.push(MemberStep::Text(constant));
            return;
        }
        let absent = if self.copies || !self.plan.is_json {
            constant
        } else {
            0..0
        };
        let all = columns.and_then(|columns| columns.get(first..first + member.fields.len()));
        let is = |wanted: fn(&FlowColumn) -> bool| all.is_some_and(|all| all.iter().all(wanted));
        if is(|column| matches!(column, FlowColumn::Absent)) && !self.has_reverse {
            self.plan.steps.push(MemberStep::Text(absent));
            return;
        }
        let form = match member.form {
            Form::IpSize if self.copies => Form::IpSizeOfIpv4,
            Form::Epoch if self.copies => Form::EpochOfUptime,
            form => form,
        };
        let value = PlannedValue {
            key: self.key(name),
            fields: member.fields,
            first,
            form,
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
    fn constant(&mut self, member: &RenamedMember, name: &str) -> Range<usize> {
        if member.copied.is_empty() {
            return 0..0;
        }
        let is_number = !self.plan.is_json || member.form.is_number(member.fields);
        let start = self.key(name).start;
        let value = self.text(|text| {
            let quote: &[u8] = if is_number { b"" } else { b"\"" };
            text.extend_from_slice(quote);
            text.extend_from_slice(member.copied.as_bytes());
            text.extend_from_slice(quote);
        });
        start..value.end
    }
}
