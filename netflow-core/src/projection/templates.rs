//! The templates that a projection met last, and where its fields are in their records.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::reader::FieldReader;
use crate::decoder::Set;
use crate::field::FlowField;
use crate::flow::{FlowColumn, KnownFacts};
use crate::header::MessageHeader;
use crate::template::Template;
use crate::time::Timestamp;

/// The number of templates that are remembered: each in one of the two slots that its address leads to, so
/// that finding one takes no search. It is even, so that each slot has a second one beside it.
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
/// something of their own for each template. Two sets with the same key have the same columns, except
/// for the times of their headers.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{Decoder, Limits, Projection, ProjectionKey, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let mut projection = Projection::new([FlowField::Octets]);
/// let set = decoded.joined_sets().find(|set| set.id() == 256).unwrap();
/// // What the caller prepares for a template is kept at `slot` as long as the key is the same.
/// let key: ProjectionKey = projection.of(&set).key().unwrap();
/// assert!(key.slot < Projection::SLOTS);
/// assert_eq!(projection.of(&set).key(), Some(key));
/// # Ok::<(), netflow_core::Error>(())
/// ```
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
    /// How each of them is read from a record.
    readers: Vec<FieldReader>,
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

    /// The columns of flows of which nothing is known.
    pub(super) const fn each(&self) -> &[FlowColumn] {
        &self.each
    }

    /// The columns of these fields, which are the same at every call, how they are read, and their
    /// key; no key if the set has no template.
    #[inline]
    pub(super) fn find(
        &mut self,
        fields: &[FlowField],
        set: &Set<'_>,
    ) -> (&[FlowColumn], &[FieldReader], Option<ProjectionKey>) {
        let Some(template) = set.shared_template() else {
            return (&self.each, &[], None);
        };
        let facts = KnownFacts::of(set.origin());
        let (slot, is_known) = self.slot(template, facts);
        if !is_known {
            self.learn(slot, fields, set, facts);
        }
        let Some(Some(known)) = self.known.get_mut(slot) else {
            return (&self.each, &[], None);
        };
        let clock = clock(set.header());
        if known.clock != clock {
            known.clock = clock;
            known.set_header(set.header(), fields, &self.times);
        }
        let key = ProjectionKey {
            slot,
            version: known.version,
        };
        (&known.columns, &known.readers, Some(key))
    }

    /// Finds the fields in the template of a set, which is remembered in this slot from now on.
    #[cold]
    fn learn(&mut self, slot: usize, fields: &[FlowField], set: &Set<'_>, facts: KnownFacts) {
        if self.known.is_empty() {
            self.known.resize_with(REMEMBERED, || None);
        }
        let (Some(template), Some(slot)) = (set.shared_template(), self.known.get_mut(slot)) else {
            return;
        };
        let header = set.header();
        // The memory of the one that is replaced is used again.
        let known = slot.get_or_insert_with(|| KnownTemplate::new(template, facts, header, fields));
        known.learn(template, facts, header, fields);
        self.version = self.version.saturating_add(1);
        known.version = self.version;
    }

    /// Where a template is, or is to be remembered: in one of two slots, so that two templates of an exporter do
    /// not displace each other with every message. Also whether it is there.
    #[inline]
    fn slot(&self, template: &Arc<Template>, facts: KnownFacts) -> (usize, bool) {
        let first = place(template);
        let is_here = |slot: usize| {
            self.known(slot)
                .is_some_and(|known| known.is_of(template, facts))
        };
        if is_here(first) {
            return (first, true);
        }
        let second = first ^ 1;
        if is_here(second) {
            return (second, true);
        }
        let version = |slot: usize| self.known(slot).map_or(0, |known| known.version);
        if version(second) < version(first) {
            (second, false)
        } else {
            (first, false)
        }
    }

    #[inline]
    fn known(&self, slot: usize) -> Option<&KnownTemplate> {
        self.known.get(slot).and_then(Option::as_ref)
    }
}

impl KnownTemplate {
    #[inline]
    fn is_of(&self, template: &Arc<Template>, facts: KnownFacts) -> bool {
        Arc::ptr_eq(&self.template, template) && self.facts == facts
    }

    /// A template without columns yet.
    #[cold]
    fn new(
        template: &Arc<Template>,
        facts: KnownFacts,
        header: &MessageHeader,
        fields: &[FlowField],
    ) -> Self {
        Self {
            template: Arc::clone(template),
            facts,
            clock: clock(header),
            version: 0,
            columns: Vec::with_capacity(fields.len()),
            readers: Vec::with_capacity(fields.len()),
        }
    }

    /// Finds the fields in another template.
    fn learn(
        &mut self,
        template: &Arc<Template>,
        facts: KnownFacts,
        header: &MessageHeader,
        fields: &[FlowField],
    ) {
        if !Arc::ptr_eq(&self.template, template) {
            self.template = Arc::clone(template);
        }
        self.facts = facts;
        self.clock = clock(header);
        self.columns.clear();
        let column = |field: &FlowField| FlowColumn::new(*field, template, header, facts);
        self.columns.extend(fields.iter().map(column));
        self.readers.clear();
        let fields = self.columns.iter().zip(fields);
        let reader =
            |(column, field): (&_, &FlowField)| FieldReader::new(column, *field, template, header);
        self.readers.extend(fields.map(reader));
    }

    /// Prepares the times for messages of another header time. Many messages are of the same.
    fn set_header(&mut self, header: &MessageHeader, fields: &[FlowField], times: &[usize]) {
        for position in times {
            let column = self.columns.get_mut(*position);
            let reader = self.readers.get_mut(*position);
            let (Some(column), Some(reader), Some(field)) = (column, reader, fields.get(*position))
            else {
                continue;
            };
            let is_set = match column {
                FlowColumn::Time(plan) => plan.set_header(header),
                _ => false,
            };
            if !is_set {
                *column = FlowColumn::new(*field, &self.template, header, self.facts);
            }
            if let (FlowColumn::Time(plan), true) = (&column, is_set) {
                reader.set_form(plan.form());
            } else {
                *reader = FieldReader::new(column, *field, &self.template, header);
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
