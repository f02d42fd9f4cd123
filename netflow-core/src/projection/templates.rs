//! The templates that a projection met last, and where its fields are in their records.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::decoder::Set;
use crate::field::FlowField;
use crate::flow::{FlowColumn, KnownFacts};
use crate::header::MessageHeader;
use crate::template::Template;
use crate::time::Timestamp;

/// Templates that are remembered: each in the slot that its address leads to, so that finding
/// one takes no search.
pub(super) const REMEMBERED: usize = 64;

/// The columns of the templates that were met last.
#[derive(Debug)]
pub(super) struct ProjectedTemplates {
    known: Vec<Option<KnownTemplate>>,
    /// The positions of the fields that are times.
    times: Box<[usize]>,
    /// The columns of sets without a template.
    each: Box<[FlowColumn]>,
    /// Templates whose columns were looked for, to number them.
    version: u64,
}

/// Identifies the columns of a [`Projected`](super::Projected) set, for callers that prepare
/// something of their own for each template. Two sets with the same key have the same columns, but
/// for the times of their headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProjectionKey {
    /// A number less than [`Projection::SLOTS`](super::Projection::SLOTS), which no two templates
    /// have at the same time.
    pub slot: usize,
    /// The columns of this slot were found as the nth of their projection, from 1.
    pub version: u64,
}

/// The columns of one template. They are valid for sets with the same facts, and of times for
/// those with the same header time.
#[derive(Debug)]
struct KnownTemplate {
    template: Arc<Template>,
    facts: KnownFacts,
    clock: Clock,
    version: u64,
    columns: Vec<FlowColumn>,
}

/// What the header contributes to the times of flows: its own time, and the uptime.
type Clock = (Option<Timestamp>, Option<u32>);

impl ProjectedTemplates {
    pub(super) fn new(fields: &[FlowField]) -> Self {
        let is_time = |field: &FlowField| matches!(field, FlowField::Start | FlowField::End);
        let positions = fields.iter().enumerate();
        Self {
            known: Vec::new(),
            times: positions
                .filter(|(_, field)| is_time(field))
                .map(|(position, _)| position)
                .collect(),
            each: fields.iter().map(|_| FlowColumn::Each).collect(),
            version: 0,
        }
    }

    /// The columns of these fields, which are the same at every call, and their key; no key if the
    /// set has no template.
    pub(super) fn columns(
        &mut self,
        fields: &[FlowField],
        set: &Set<'_>,
    ) -> (&[FlowColumn], Option<ProjectionKey>) {
        let Some(template) = set.shared_template() else {
            return (&self.each, None);
        };
        if self.known.is_empty() {
            self.known.resize_with(REMEMBERED, || None);
        }
        let index = place(template);
        let Some(slot) = self.known.get_mut(index) else {
            return (&self.each, None);
        };
        let header = set.header();
        let facts = KnownFacts::of(set.origin());
        let is_known =
            |known: &KnownTemplate| Arc::ptr_eq(&known.template, template) && known.facts == facts;
        // The memory of the one that gives way serves again.
        let known = match slot.take() {
            Some(mut known) if is_known(&known) => {
                known.set_clock(header, fields, &self.times);
                known
            }
            former => {
                let mut columns = former.map(|known| known.columns).unwrap_or_default();
                columns.clear();
                let column = |field: &FlowField| FlowColumn::new(*field, template, header, facts);
                columns.extend(fields.iter().map(column));
                self.version = self.version.wrapping_add(1);
                KnownTemplate {
                    template: Arc::clone(template),
                    facts,
                    clock: clock(header),
                    version: self.version,
                    columns,
                }
            }
        };
        let key = ProjectionKey {
            slot: index,
            version: known.version,
        };
        (&slot.insert(known).columns, Some(key))
    }
}

impl KnownTemplate {
    /// Prepares the times for messages of this header time. Many messages are of the same.
    #[inline]
    fn set_clock(&mut self, header: &MessageHeader, fields: &[FlowField], times: &[usize]) {
        let clock = clock(header);
        if self.clock == clock {
            return;
        }
        self.clock = clock;
        for position in times {
            let column = self.columns.get_mut(*position);
            if let (Some(column), Some(field)) = (column, fields.get(*position)) {
                *column = FlowColumn::new(*field, &self.template, header, self.facts);
            }
        }
    }
}

#[inline]
const fn clock(header: &MessageHeader) -> Clock {
    (header.export_time, header.sys_uptime)
}

/// Where a template is remembered. Templates are allocations of more than a kilobyte, so the low
/// bits of their addresses are nearly the same.
#[inline]
fn place(template: &Arc<Template>) -> usize {
    let address = Arc::as_ptr(template).addr();
    let spread = address ^ address >> 6 ^ address >> 12 ^ address >> 18;
    (spread >> 4) % REMEMBERED
}
