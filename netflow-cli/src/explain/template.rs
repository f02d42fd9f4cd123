//! The templates of an observation domain: when they came, and what they describe.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use core::hash::{Hash, Hasher};
use std::hash::DefaultHasher;

use netflow_core::template::Template;
use netflow_core::wire::set::FIRST_DATA_SET;
use netflow_core::wire::template::{FieldKey, FieldLength, TemplateKind, TemplateRecord};
use netflow_output::format::Name;

use super::changes::Changes;
use super::few::{self, Few};

/// Fields of one template that are kept.
const FIELDS: usize = 256;

/// The templates of one domain by id.
#[derive(Debug, Default)]
pub(crate) struct Templates {
    pub(crate) by_id: BTreeMap<u16, TemplateStory>,
    /// Templates sent for which there was no room here.
    pub(crate) omitted: u64,
    /// Records that came from an exporter that had started anew before their template
    /// did, in another layout: they were read by that of the run before.
    pub(crate) outdated: u64,
}

/// One template id.
#[derive(Debug)]
pub(crate) struct TemplateStory {
    /// Scope fields, if it describes options.
    pub(crate) scope_count: Option<u16>,
    pub(crate) fields: Few<TemplateField>,
    /// Octets of a record; `None` if they vary.
    pub(crate) record_len: Option<u64>,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) sent: u64,
    pub(crate) records: u64,
    pub(crate) events: Few<(u64, Event)>,
    digest: u64,
    /// Records since the exporter started anew, until it sends the template again.
    unsure: Option<u64>,
}

/// What happened to a definition.
#[derive(Debug)]
pub(crate) enum Event {
    /// It came with another definition.
    Changed(Box<Changes>),
    Withdrawn,
}

/// One field of a template.
#[derive(Debug, Clone)]
pub(crate) struct TemplateField {
    pub(crate) key: FieldKey,
    pub(crate) name: Option<Cow<'static, str>>,
    pub(crate) length: FieldLength,
}

impl Templates {
    /// A template record came. A definition that is new takes some of the room.
    pub(super) fn record(&mut self, record: &TemplateRecord<'_>, frame: u64, room: &mut usize) {
        match record.kind() {
            TemplateKind::Withdrawal { options } => self.withdraw(record.id(), options, frame),
            // One without a field is a problem.
            _ if record.field_count() == 0 => {}
            _ => self.define(record, frame, room),
        }
    }

    fn withdraw(&mut self, id: u16, options: bool, frame: u64) {
        if id >= FIRST_DATA_SET {
            if let Some(known) = self.by_id.get_mut(&id) {
                known.events.push((frame, Event::Withdrawn));
            }
            return;
        }
        for known in self.by_id.values_mut() {
            if known.scope_count.is_some() == options {
                known.events.push((frame, Event::Withdrawn));
            }
        }
    }

    fn define(&mut self, record: &TemplateRecord<'_>, frame: u64, room: &mut usize) {
        let digest = digest(record);
        if let Some(known) = self.by_id.get_mut(&record.id()) {
            known.sent += 1;
            known.last = frame;
            let unsure = known.unsure.take();
            if known.digest != digest {
                self.outdated += unsure.unwrap_or(0);
                let new = TemplateStory::new(record, frame, digest);
                // Comparing costs more than the rest: not what would not be kept.
                let changes = if known.events.kept.len() < few::KEPT {
                    Changes::between(known, &new)
                } else {
                    Changes::default()
                };
                let mut events = core::mem::take(&mut known.events);
                events.push((frame, Event::Changed(Box::new(changes))));
                *known = TemplateStory {
                    first: known.first,
                    sent: known.sent,
                    records: known.records,
                    events,
                    ..new
                };
            }
            return;
        }
        if *room == 0 {
            self.omitted += 1;
            return;
        }
        *room -= 1;
        let story = TemplateStory::new(record, frame, digest);
        self.by_id.insert(record.id(), story);
    }

    /// So many records were read by a template.
    pub(super) fn records(&mut self, id: u16, records: u64) {
        if let Some(known) = self.by_id.get_mut(&id) {
            known.records += records;
            if let Some(unsure) = &mut known.unsure {
                *unsure += records;
            }
        }
    }

    /// The exporter started anew: its templates may be others.
    pub(super) fn restarted(&mut self) {
        for known in self.by_id.values_mut() {
            known.unsure = Some(0);
        }
    }

    /// Takes the names that the exporter taught.
    pub(super) fn name(&mut self, template: &Template) {
        let Some(known) = self.by_id.get_mut(&template.id()) else {
            return;
        };
        for (field, taught) in known.fields.kept.iter_mut().zip(template.fields()) {
            if field.name.is_none() && field.key == taught.key() {
                field.name = taught.name().map(|name| Cow::Owned(name.to_owned()));
            }
        }
        // Of fields that are gone the name is known only if they stand in it still.
        let events = known.events.kept.iter_mut();
        let changed = events.filter_map(|(_, event)| match event {
            Event::Changed(changes) => Some(changes),
            Event::Withdrawn => None,
        });
        for field in changed.flat_map(|changes| changes.fields()) {
            if field.name.is_none() {
                let fields = template.fields().iter();
                let mut same = fields.filter(|taught| taught.key() == field.key);
                let name = same.find_map(|taught| taught.name());
                field.name = name.map(|name| Cow::Owned(name.to_owned()));
            }
        }
    }
}

impl TemplateStory {
    fn new(record: &TemplateRecord<'_>, frame: u64, digest: u64) -> Self {
        let mut fields = Few::default();
        let mut record_len = Some(0);
        for field in record.fields() {
            let v9 = !record.dialect().enterprise;
            let name = match Name::of_key(field.key, v9) {
                Name::Known(name) => Some(Cow::Borrowed(name)),
                Name::Element(..) | Name::Scope(_) => None,
            };
            record_len = match field.length {
                FieldLength::Fixed(length) => record_len.map(|all| all + u64::from(length)),
                FieldLength::Variable => None,
            };
            let field = TemplateField {
                key: field.key,
                name,
                length: field.length,
            };
            fields.push_within(field, FIELDS);
        }
        Self {
            scope_count: match record.kind() {
                TemplateKind::Options { scope_count } => Some(scope_count),
                _ => None,
            },
            fields,
            record_len,
            first: frame,
            last: frame,
            sent: 1,
            records: 0,
            events: Few::default(),
            digest,
            unsure: None,
        }
    }
}

fn digest(record: &TemplateRecord<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    record.kind().hash(&mut hasher);
    record.specifiers().hash(&mut hasher);
    hasher.finish()
}
