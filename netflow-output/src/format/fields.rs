//! Rows of the normalised fields of flows. What there is to write is looked up once in each
//! template ([`RowPlan`]): which fields its flows can have, where they are in the records, and all
//! text between them.

mod plan;
mod rows;
mod set_constants;
mod syntax;

use netflow_core::field::FlowField;
use netflow_core::template::Template;
use netflow_core::{
    Decoded, Flow, FlowColumn, InputNames, Projected, Projection, ProjectionKey, Set, SetKind,
};

use self::plan::RowPlan;
use self::rows::SetRows;
use self::set_constants::{MessageTexts, RowHead, SetConstants};
pub(super) use self::syntax::Syntax;
use super::room::Room;
use super::{Biflows, Selection, Suspects, Zone};

/// Writes rows of some fields.
#[derive(Debug)]
pub(super) struct FieldWriter {
    projection: Projection,
    selection: Selection,
    files: InputNames,
    /// Whether rows begin with the name of their file.
    has_file: bool,
    /// What the rows of the set being written begin with.
    head: RowHead,
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
    /// Flows so far with impossible times.
    suspects: u64,
}

/// How rows are written.
#[derive(Debug, Default)]
struct Planned {
    plan: RowPlan,
    set_constants: SetConstants,
    /// The number of the set that `set_constants` was prepared for; 0 if there is none.
    set: u64,
}

impl FieldWriter {
    /// A writer of these fields, or of all fields and, if there are several files, the file.
    pub(super) fn new(
        fields: Option<Vec<FlowField>>,
        selection: Selection,
        files: InputNames,
    ) -> Self {
        let has_file = fields.is_none() && files.are_shown();
        let fields = fields.unwrap_or_else(|| FlowField::ALL.to_vec());
        Self {
            projection: Projection::new(fields),
            selection,
            files,
            has_file,
            head: RowHead::default(),
            plans: Vec::new(),
            unplanned: Planned::default(),
            set: 0,
            of_message: MessageTexts::default(),
            room: Room::default(),
            suspects: 0,
        }
    }

    /// Writes times in this zone, not in UTC.
    pub(super) fn set_zone(&mut self, zone: Zone) {
        self.room.set_zone(zone.clone());
        self.head.zone = Some(zone);
    }

    /// The flows that become rows.
    pub(super) const fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Flows so far with impossible times.
    pub(super) const fn suspects(&self) -> Suspects {
        Suspects {
            flows: self.suspects,
            mark: FlowField::ClockSuspect.name(),
        }
    }

    /// Whether rows begin with the name of their file.
    pub(super) const fn has_file(&self) -> bool {
        self.has_file
    }

    pub(super) const fn fields(&self) -> &[FlowField] {
        self.projection.fields()
    }

    /// Appends a row for each flow of a message.
    pub(super) fn message<S: Syntax>(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>) {
        for set in message.joined_sets() {
            self.set::<S>(&set, out);
        }
    }

    fn set<S: Syntax>(&mut self, set: &Set<'_>, out: &mut Vec<u8>) {
        let Some(first) = set.flows().next() else {
            return;
        };
        if !self.selection.prepare(set) {
            return;
        }
        self.head.file.clear();
        let file = self.files.name(set.header().input);
        if let Some(file) = file.filter(|_| self.has_file) {
            S::file(file, &mut self.head.file);
        }
        self.set += 1;
        if self.plans.is_empty() {
            self.plans.resize_with(Projection::SLOTS, Planned::default);
        }
        let is_whole = self.selection.biflows() == Biflows::Whole;
        if is_whole && set.kind() == SetKind::Samples {
            self.samples::<S>(set, out);
            return;
        }
        let projected = self.projection.of(set);
        let key = projected.key().filter(|_| is_whole);
        let planned = match key.and_then(|key| self.plans.get_mut(key.slot)) {
            Some(planned) => planned,
            None => &mut self.unplanned,
        };
        planned.prepare::<S>(key, &projected, self.has_file, None);
        let values = &mut planned.set_constants;
        values.prepare::<S>(&planned.plan, &first, &self.head, None);
        values.prepare_times(
            &planned.plan,
            &first,
            key.map_or(&[], |_| projected.columns()),
        );
        let mut rows = SetRows::new(&mut self.room, out);
        let record_len = set.template().and_then(Template::record_len);
        match record_len.filter(|_| planned.plan.is_of_octets() && self.selection.is_of_all()) {
            Some(len) if len > 0 => {
                rows.record_rows::<S>(&planned.plan, &planned.set_constants, set, len);
            }
            _ => self.selection.for_each(set, |flow| {
                rows.flow_row::<S>(&planned.plan, &planned.set_constants, flow);
            }),
        }
        self.suspects += rows.end_set();
    }

    /// The same of sFlow samples, each of which has a plan by its shape.
    fn samples<S: Syntax>(&mut self, set: &Set<'_>, out: &mut Vec<u8>) {
        let mut rows = SetRows::new(&mut self.room, out);
        let (projection, plans) = (&mut self.projection, &mut self.plans);
        let (unplanned, number, has_file) = (&mut self.unplanned, self.set, self.has_file);
        let (of_message, head) = (&mut self.of_message, &self.head);
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
            planned.prepare::<S>(key, &projected, has_file, Some(flow));
            if planned.set != number {
                planned.set = number;
                let values = &mut planned.set_constants;
                values.prepare::<S>(&planned.plan, flow, head, Some(&mut *of_message));
            }
            rows.flow_row::<S>(&planned.plan, &planned.set_constants, flow);
        });
        self.suspects += rows.end_set();
    }
}

impl Planned {
    /// Plans rows of these columns, if they were not planned before. Without a key, each flow is asked.
    #[inline]
    fn prepare<S: Syntax>(
        &mut self,
        key: Option<ProjectionKey>,
        projected: &Projected<'_, '_>,
        has_file: bool,
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
            self.plan.build::<S>(version, columns, has_file, sample);
        } else {
            let each = vec![FlowColumn::Each; fields.len()];
            self.plan
                .build::<S>(version, (fields, &each), has_file, None);
        }
    }
}
