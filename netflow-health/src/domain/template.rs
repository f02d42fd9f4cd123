//! The templates of an observation domain: when they came, and what they describe.

mod changes;

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use core::hash::{Hash, Hasher};
use std::hash::DefaultHasher;

use netflow_core::element;
use netflow_core::template::{self, Template};
use netflow_core::wire::set::FIRST_DATA_SET;
use netflow_core::wire::template::{FieldKey, FieldLength, TemplateKind, TemplateRecord};
use netflow_core::{DatagramId, Flow};

pub use self::changes::{Changes, NewLength};
use crate::examples::Examples;
use crate::limits::HealthLimits;

/// Definitions of one template id that are remembered, to see when one returns.
const DEFINITIONS: usize = 4;
/// The longest name that an exporter may announce for an element of its own.
const LONGEST_NAME: usize = 1_024;

/// The templates of one domain.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let templates = &report.domains[0].templates;
/// assert_eq!(templates.by_id.keys().collect::<Vec<_>>(), [&256, &257, &258]);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Templates {
    /// The templates by id.
    pub by_id: BTreeMap<u16, TemplateHistory>,
    /// Template records that were sent beyond
    /// [`HealthLimits::templates`](crate::HealthLimits::templates).
    pub omitted: u64,
    /// Data records that an exporter sent after a restart and before their template, whose
    /// layout then was another: they were read by the template from before the restart.
    pub outdated: u64,
}

/// One template id: its definition, and how it changed.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let template = &report.domains[0].templates.by_id[&256];
/// assert_eq!((template.sent, template.records, template.changes), (1, 1, 0));
/// assert_eq!((template.scope_count, template.record_len), (None, Some(41)));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TemplateHistory {
    /// Scope fields, if it describes options.
    pub scope_count: Option<u16>,
    /// The fields of the last definition.
    pub fields: Examples<HistoryField>,
    /// Octets of a record; `None` if they vary.
    pub record_len: Option<u64>,
    /// Where it came first.
    pub first: DatagramId,
    /// Where it came last.
    pub last: DatagramId,
    /// How often it was sent.
    pub sent: u64,
    /// Data records that were read by it.
    pub records: u64,
    /// How often it was sent with another definition than before.
    pub changes: u64,
    /// How often such a definition was one that it had before, without a withdrawal or a
    /// restart in between: the template goes back and forth.
    pub returns: u64,
    /// Flows that were read by it whose times are impossible by the exporter's own clock.
    pub impossible_times: u64,
    /// The first of them.
    pub first_impossible: Option<DatagramId>,
    /// Changes and withdrawals.
    pub events: Examples<(DatagramId, HistoryEvent)>,
    digest: u64,
    /// Digests of definitions before, the latest first.
    former: Vec<u64>,
    /// Records since the exporter restarted, until it sends the template again.
    unsure: Option<u64>,
}

/// What happened to a definition.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::{Health, HistoryEvent};
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // The template once more, with octets of 8 in place of 4.
/// let mut payload = [&example::ipfix().payload[..64]].concat();
/// payload[3] = 64;
/// payload[51] = 8;
/// health.decoded(&decoder.decode(example::ipfix())?);
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let (_, event) = &report.domains[0].templates.by_id[&256].events.first[0];
/// assert!(matches!(event, HistoryEvent::Changed(changes) if changes.lengths.count == 1));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub enum HistoryEvent {
    /// The template was sent with another definition.
    Changed(Box<Changes>),
    /// It was withdrawn.
    Withdrawn,
}

/// One field of a template.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let field = &report.domains[0].templates.by_id[&258].fields.first[1];
/// assert_eq!((field.key.to_string(), field.name.as_deref()), ("82".to_owned(), Some("interfaceName")));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HistoryField {
    /// Its number.
    pub key: FieldKey,
    /// Its name, by the registries or by the exporter (RFC 5610).
    pub name: Option<Cow<'static, str>>,
    /// The file and line of the caller's definition that names it.
    pub definition: Option<Box<str>>,
    /// Its length.
    pub length: FieldLength,
}

/// What may still be kept of all domains together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TemplateRoom {
    templates: usize,
    changes: usize,
}

impl TemplateRoom {
    pub(crate) const fn new(limits: &HealthLimits) -> Self {
        Self {
            templates: limits.templates,
            changes: limits.changes,
        }
    }
}

/// A template record, and where it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SentTemplate<'r, 'a> {
    pub(crate) record: &'r TemplateRecord<'a>,
    pub(crate) place: DatagramId,
}

impl Templates {
    /// Takes a template record. A new definition takes some of the room.
    pub(crate) fn record(
        &mut self,
        sent: SentTemplate<'_, '_>,
        limits: &HealthLimits,
        room: &mut TemplateRoom,
    ) {
        match sent.record.kind() {
            TemplateKind::Withdrawal { options } => self.withdraw(sent, options, limits),
            // A template without fields is a problem, not a template.
            _ if sent.record.field_count() == 0 => {}
            _ => self.define(sent, limits, room),
        }
    }

    fn withdraw(&mut self, sent: SentTemplate<'_, '_>, options: bool, limits: &HealthLimits) {
        let id = sent.record.id();
        let withdraw = |known: &mut TemplateHistory| {
            let event = (sent.place, HistoryEvent::Withdrawn);
            known.events.push(event, limits.examples);
            known.former.clear();
        };
        if id >= FIRST_DATA_SET {
            if let Some(known) = self.by_id.get_mut(&id) {
                withdraw(known);
            }
            return;
        }
        // The id of the set withdraws all templates of its kind (RFC 7011, section 8.1).
        for known in self.by_id.values_mut() {
            if known.scope_count.is_some() == options {
                withdraw(known);
            }
        }
    }

    fn define(
        &mut self,
        sent: SentTemplate<'_, '_>,
        limits: &HealthLimits,
        room: &mut TemplateRoom,
    ) {
        let id = sent.record.id();
        if let Some(known) = self.by_id.get_mut(&id) {
            self.outdated = self
                .outdated
                .saturating_add(known.sent_again(sent, limits, room));
            return;
        }
        if room.templates == 0 {
            self.omitted = self.omitted.saturating_add(1);
            return;
        }
        room.templates = room.templates.saturating_sub(1);
        let history = TemplateHistory::new(sent, limits);
        self.by_id.insert(id, history);
    }

    /// Counts records that were read by a template.
    pub(crate) fn records(&mut self, id: u16, records: u64) {
        if let Some(known) = self.by_id.get_mut(&id) {
            known.records = known.records.saturating_add(records);
            if let Some(unsure) = &mut known.unsure {
                *unsure = unsure.saturating_add(records);
            }
        }
    }

    /// Counts a flow whose times are impossible.
    pub(crate) fn impossible_time(&mut self, flow: &Flow<'_>) {
        let known = flow.template_id().and_then(|id| self.by_id.get_mut(&id));
        if let Some(known) = known {
            known.impossible_times = known.impossible_times.saturating_add(1);
            known
                .first_impossible
                .get_or_insert_with(|| flow.header().datagram_id());
        }
    }

    /// The exporter restarted: its templates may have changed.
    pub(crate) fn restarted(&mut self) {
        for known in self.by_id.values_mut() {
            known.unsure = Some(0);
            known.former.clear();
        }
    }

    /// Takes the names that the exporter announced for its own elements.
    pub(crate) fn name(&mut self, template: &Template) {
        let Some(known) = self.by_id.get_mut(&template.id()) else {
            return;
        };
        for (field, learned) in known.fields.first.iter_mut().zip(template.fields()) {
            if field.name.is_none() && field.key == learned.key() {
                field.take_name(learned);
            }
        }
        // The names of removed fields are known only if the template still has them.
        let events = known.events.first.iter_mut();
        let changed = events.filter_map(|(_, event)| match event {
            HistoryEvent::Changed(changes) => Some(changes),
            HistoryEvent::Withdrawn => None,
        });
        for field in changed.flat_map(|changes| changes.fields()) {
            if field.name.is_none() {
                let fields = template.fields().iter();
                let mut same = fields.filter(|learned| learned.key() == field.key);
                if let Some(learned) = same.next() {
                    field.take_name(learned);
                }
            }
        }
    }
}

impl HistoryField {
    /// Takes the name that the exporter or the caller has for the element, unless it is too long.
    fn take_name(&mut self, learned: &template::TemplateField) {
        self.name = own_name(learned.name());
        let origin = learned.definition().and_then(|found| found.origin.clone());
        self.definition = origin.filter(|_| self.name.is_some());
    }
}

impl TemplateHistory {
    fn new(sent: SentTemplate<'_, '_>, limits: &HealthLimits) -> Self {
        let (record, place) = (sent.record, sent.place);
        let mut fields = Examples::default();
        let mut record_len = Some(0_u64);
        let is_v9 = !record.dialect().enterprise;
        for field in record.fields() {
            record_len = match field.length {
                FieldLength::Fixed(length) => {
                    record_len.map(|all| all.saturating_add(u64::from(length)))
                }
                FieldLength::Variable => None,
            };
            let field = HistoryField {
                key: field.key,
                name: registered_name(field.key, is_v9).map(Cow::Borrowed),
                definition: None,
                length: field.length,
            };
            fields.push(field, limits.fields);
        }
        Self {
            scope_count: match record.kind() {
                TemplateKind::Options { scope_count } => Some(scope_count),
                _ => None,
            },
            fields,
            record_len,
            first: place,
            last: place,
            sent: 1,
            records: 0,
            changes: 0,
            returns: 0,
            impossible_times: 0,
            first_impossible: None,
            events: Examples::default(),
            digest: digest(record),
            former: Vec::new(),
            unsure: None,
        }
    }

    /// The template was sent again. Returns the records that were read by a definition that
    /// was outdated.
    fn sent_again(
        &mut self,
        sent: SentTemplate<'_, '_>,
        limits: &HealthLimits,
        room: &mut TemplateRoom,
    ) -> u64 {
        self.sent = self.sent.saturating_add(1);
        self.last = sent.place;
        let unsure = self.unsure.take();
        let digest = digest(sent.record);
        if self.digest == digest {
            return 0;
        }
        let mut new = Self::new(sent, limits);
        // Comparing costs more than the rest: only what is kept is compared.
        let limit = if room.changes == 0 {
            0
        } else {
            limits.examples
        };
        let changes = if self.events.first.len() < limit {
            room.changes = room.changes.saturating_sub(1);
            Changes::between(self, &new)
        } else {
            Changes::default()
        };
        let event = HistoryEvent::Changed(Box::new(changes));
        new.events = core::mem::take(&mut self.events);
        new.events.push((sent.place, event), limit);
        new.former = core::mem::take(&mut self.former);
        let returned = u64::from(new.former.contains(&digest));
        new.former.retain(|former| *former != digest);
        new.former.insert(0, self.digest);
        new.former.truncate(DEFINITIONS);
        new.first = self.first;
        new.sent = self.sent;
        new.records = self.records;
        new.impossible_times = self.impossible_times;
        new.first_impossible = self.first_impossible;
        new.changes = self.changes.saturating_add(1);
        new.returns = self.returns.saturating_add(returned);
        *self = new;
        unsure.unwrap_or(0)
    }
}

fn own_name(name: Option<&str>) -> Option<Cow<'static, str>> {
    let name = name.filter(|name| name.len() <= LONGEST_NAME);
    name.map(|name| Cow::Owned(name.to_owned()))
}

/// The name of a field by the registries.
fn registered_name(key: FieldKey, is_v9: bool) -> Option<&'static str> {
    match key {
        FieldKey::Scope(number) => element::v9_scope(number),
        FieldKey::Element(id) if is_v9 => element::v9(id.id).map(|element| element.name),
        FieldKey::Element(id) => element::get(id).map(|element| element.name),
    }
}

fn digest(record: &TemplateRecord<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    record.kind().hash(&mut hasher);
    record.specifiers().hash(&mut hasher);
    hasher.finish()
}
