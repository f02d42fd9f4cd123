//! Dialects whose members are the normalised fields of a flow by other names and in other forms: a table
//! (`registry/dialect_fields.csv`) has a row for each member, and one writer serves all of them.

mod build;
mod counters;
mod form;
mod lookup;
mod plan;
mod table;
mod words;

use netflow_core::field::FlowField;
use netflow_core::{Decoded, Flow, Projected, Projection, ProjectionKey, Set, SetKind};

use self::build::MemberPlanBuilder;
use self::form::Form;
use self::plan::MemberPlan;
use super::encode::RoomWriter;
use super::{Additions, Faults};
use crate::enrich::Enrichment;
use crate::format::selection::SampleRow;
use crate::format::{Biflows, Format, FormatError, Selection};

/// A member of the documents of a dialect.
#[derive(Debug, Clone, Copy)]
struct RenamedMember {
    /// Its name; a dot separates an object from its member.
    name: &'static str,
    /// The fields that may supply it, best first. Without any, it has the same value in every document.
    fields: &'static [FlowField],
    /// How the value is written.
    form: Form,
    /// What the original writes where the flow lacks the field; empty if nothing. Of a member without fields, its
    /// value.
    copied: &'static str,
}

/// How members are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MemberLayout {
    /// One JSON object a line.
    Json,
    /// Values with commas between them, after this word. Each line has all of them.
    Line(&'static str),
}

/// Which flows a dialect has documents of, and how these look.
#[derive(Debug, Clone, Copy)]
pub(super) struct DialectShape {
    members: &'static [RenamedMember],
    layout: MemberLayout,
    biflows: Biflows,
    /// Whether only sFlow is read, its samples of counters too.
    is_of_sflow: bool,
}

impl DialectShape {
    /// JSON objects, one for each direction of a biflow.
    const fn json(members: &'static [RenamedMember]) -> Self {
        Self {
            members,
            layout: MemberLayout::Json,
            biflows: Biflows::Split,
            is_of_sflow: false,
        }
    }
}

/// Rows of akvorado's table.
pub(super) const AKVORADO_SHAPE: DialectShape = DialectShape::json(table::AKVORADO);
/// Events of Datadog's NetFlow Monitoring.
pub(super) const DATADOG_SHAPE: DialectShape = DialectShape::json(table::DATADOG);
/// Documents of ElastiFlow, which counts both directions of a biflow together.
pub(super) const ELASTIFLOW_SHAPE: DialectShape = DialectShape {
    biflows: Biflows::Whole,
    ..DialectShape::json(table::ELASTIFLOW)
};
/// Objects of nfacctd.
pub(super) const PMACCT_SHAPE: DialectShape = DialectShape::json(table::PMACCT);
/// Lines of `sflowtool -l`.
pub(super) const SFLOWTOOL_SHAPE: DialectShape = DialectShape {
    layout: MemberLayout::Line("FLOW"),
    is_of_sflow: true,
    ..DialectShape::json(table::SFLOWTOOL)
};

/// Writes the documents of a dialect.
#[derive(Debug)]
pub(super) struct Renamed {
    shape: DialectShape,
    faults: Faults,
    /// The members that a site adds, as they end each document.
    additions: Box<[u8]>,
    selection: Selection,
    known: Known,
    projection: Projection,
    /// One for each template and each shape of sFlow samples of the projection, by its slot.
    plans: Vec<Planned>,
    /// For samples without a shape.
    unplanned: Planned,
    /// The number of the set being written.
    set: u64,
}

/// How documents are written, and what the documents of one set have in common.
#[derive(Debug, Default)]
struct Planned {
    /// None until it is made.
    plan: Option<MemberPlan>,
    /// The version of the columns that it was made for.
    version: u64,
    /// The set whose common values it has.
    set: u64,
}

/// What members can be looked up in.
#[derive(Debug, Default)]
struct Known {
    enrichment: Enrichment,
    /// Whether the caller named interfaces of any exporter so far.
    has_interfaces: bool,
}

impl Renamed {
    pub(super) fn new(
        shape: DialectShape,
        faults: Faults,
        additions: &Additions,
        selection: Selection,
    ) -> Self {
        let fields = shape.members.iter().flat_map(|member| member.fields);
        Self {
            projection: Projection::new(fields.copied().chain(plan::REVERSE)),
            additions: additions.members(),
            selection: selection.with_biflows(shape.biflows),
            shape,
            faults,
            known: Known::default(),
            plans: Vec::new(),
            unplanned: Planned::default(),
            set: 0,
        }
    }

    /// Adds what flows do not say themselves.
    pub(super) fn with_enrichment(mut self, enrichment: Enrichment) -> Self {
        self.known.enrichment = enrichment;
        self
    }

    fn set(&mut self, set: &Set<'_>, out: &mut Vec<u8>) {
        let is_sample = set.kind() == SetKind::Samples;
        if !(is_sample || set.kind() == SetKind::Data) || !self.selection.prepare(set) {
            return;
        }
        if self.shape.is_of_sflow && !is_sample {
            self.selection.leave_out(set);
            return;
        }
        self.set += 1;
        if self.known.is_outdated(set) {
            self.known.refresh(set);
            // They have copies of what was known before.
            self.plans.clear();
            self.unplanned = Planned::default();
        }
        if self.plans.is_empty() {
            self.plans.resize_with(Projection::SLOTS, Planned::default);
        }
        let Self {
            shape,
            faults,
            additions,
            selection,
            known,
            projection,
            plans,
            unplanned,
            set: number,
            ..
        } = self;
        let context = (&*shape, *faults, &*known);
        let set_number = *number;
        RoomWriter::append_to(out, |out| {
            if !is_sample {
                // All flows have one template.
                let projected = projection.of(set);
                let planned = planned(plans, unplanned, projected.key());
                return selection.for_each(set, |flow| {
                    planned.prepare(context, &projected, (set_number, flow), out);
                    if let Some(plan) = &planned.plan {
                        plan.write(&projected, flow, additions, out);
                    }
                });
            }
            let mut write = |flow: &Flow<'_>, out: &mut RoomWriter<'_>| {
                let Some(projected) = projection.of_sample(flow) else {
                    return;
                };
                let planned = planned(plans, unplanned, projected.key());
                planned.prepare(context, &projected, (set_number, flow), out);
                if let Some(plan) = &planned.plan {
                    plan.write(&projected, flow, additions, out);
                }
            };
            if !shape.is_of_sflow {
                return selection.for_each(set, |flow| write(flow, out));
            }
            let agent = counters::agent(set.header());
            selection.for_each_of_samples(set, &mut |row| match row {
                SampleRow::Flow(flow) => write(flow, out),
                SampleRow::Counters(sample) => {
                    out.directly(|out| counters::write(sample, agent, out));
                }
            });
        });
    }
}

/// How the flows are written whose columns have this key.
fn planned<'p>(
    plans: &'p mut [Planned],
    unplanned: &'p mut Planned,
    key: Option<ProjectionKey>,
) -> &'p mut Planned {
    match key.and_then(|key| plans.get_mut(key.slot)) {
        Some(planned) => planned,
        None => unplanned,
    }
}

impl Known {
    /// Whether the plans of members lack something.
    #[inline]
    fn is_outdated(&self, set: &Set<'_>) -> bool {
        (set.has_configured_interfaces() && !self.has_interfaces) || !self.enrichment.is_latest()
    }

    fn refresh(&mut self, set: &Set<'_>) {
        self.has_interfaces |= set.has_configured_interfaces();
        self.enrichment.refresh();
    }
}

impl Planned {
    #[inline]
    fn prepare(
        &mut self,
        (shape, faults, known): (&DialectShape, Faults, &Known),
        projected: &Projected<'_, '_>,
        (set, flow): (u64, &Flow<'_>),
        out: &mut RoomWriter<'_>,
    ) {
        let key = projected.key();
        let version = key.map_or(1, |key| key.version);
        if self.version != version {
            let columns = key.map(|_| projected.columns());
            let columns = (columns, flow.sample().is_some());
            self.plan = Some(MemberPlanBuilder::new(shape, faults, known, columns).finish());
            self.version = version;
            self.set = 0;
        }
        if let Some(plan) = self.plan.as_mut().filter(|_| self.set != set) {
            self.set = set;
            plan.prepare(projected, flow, out);
        }
    }
}

/// Problems have no documents: the original tools have none either.
impl Format for Renamed {
    fn message(&mut self, decoded: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        for set in decoded.joined_sets() {
            self.set(&set, out);
        }
        Ok(())
    }

    fn independent_selection(&self) -> Option<&Selection> {
        Some(&self.selection)
    }

    fn take_left_out(&mut self) -> u64 {
        self.selection.take_left_out()
    }
}
