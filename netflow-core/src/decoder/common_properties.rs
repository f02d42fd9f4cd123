//! Common properties: what options announce once for all records that carry the same
//! commonPropertiesId (RFC 5473).

mod joined;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use self::joined::JoinedTemplates;
pub(super) use self::joined::{JoinedTemplate, MAX_JOINED_TEMPLATES, PropertyList};
use crate::element::ElementId;
use crate::hash::KeyedHash;
use crate::record::{DataRecord, Fields};
use crate::table::Table;
use crate::template::Template;
use crate::value::unsigned;
use crate::wire::template::{FieldKey, TemplateRecord};

/// commonPropertiesId.
const ID: FieldKey = FieldKey::Element(ElementId::iana(137));
/// The same as a scope type, by which exporters of NetFlow v9 send elements of IPFIX.
const SCOPE_TYPE: FieldKey = FieldKey::Scope(137);

/// The common properties that one observation domain announced, and the templates of the
/// records that refer to them.
#[derive(Debug)]
pub(super) struct CommonProperties {
    by_id: Table<u64, Properties>,
    /// Octets of all properties.
    octets: usize,
    /// The templates of the properties, and how many properties each has.
    templates: Vec<(Arc<Template>, usize)>,
    pub(super) joined: JoinedTemplates,
}

/// The properties of one id, as they were sent last.
#[derive(Debug, Clone)]
pub(super) struct Properties {
    /// The options template, its scope included.
    pub(super) template: Arc<Template>,
    /// Fields of the template before the properties.
    pub(super) first: usize,
    /// The fields from there on.
    pub(super) octets: Box<[u8]>,
}

/// Properties that an options record announces.
#[derive(Debug, Clone, Copy)]
pub(super) struct AnnouncedProperties<'a> {
    pub(super) id: u64,
    /// Fields of the record before the properties.
    pub(super) first: usize,
    /// The fields from there on; without any, the properties are withdrawn.
    pub(super) octets: &'a [u8],
}

impl<'a> AnnouncedProperties<'a> {
    /// The properties of a record whose scope is a commonPropertiesId (RFC 5473).
    /// NetFlow v9, which has no elements as scope, may send it as the first option.
    pub(super) fn of(record: &DataRecord<'a, '_>) -> Option<Self> {
        let template = record.template();
        if !template.has_common_properties_id() {
            return None;
        }
        let scope_count = usize::from(template.scope_count());
        let (scope, options) = template.fields().split_at_checked(scope_count)?;
        let is_id = |key| key == ID || key == SCOPE_TYPE;
        let of_scope = scope.iter().position(|field| is_id(field.key()));
        let is_v9 = |key| matches!(key, FieldKey::Scope(_));
        let of_options = || {
            let first = options.first().filter(|field| field.key() == ID);
            let is_first = first.is_some() && scope.iter().all(|field| is_v9(field.key()));
            is_first.then_some(scope_count)
        };
        let place = of_scope.or_else(of_options)?;
        let id = unsigned(record.fields().nth(place)?.octets())?;
        let first = place.saturating_add(1).max(scope_count);
        let octets = record.octets_after(first)?;
        Some(Self { id, first, octets })
    }

    /// Whether the octets are the fields of the template from `first` on, as when they were
    /// announced.
    pub(super) fn fits(&self, template: &Template) -> bool {
        let Some(fields) = template.fields().get(self.first..) else {
            return false;
        };
        let mut properties = Fields::new(self.octets, fields);
        properties.by_ref().count() == fields.len() && properties.left() == 0
    }
}

impl CommonProperties {
    pub(super) fn new(hash: KeyedHash) -> Self {
        Self {
            by_id: Table::new(hash),
            octets: 0,
            templates: Vec::new(),
            joined: JoinedTemplates::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(super) fn contains(&self, id: u64) -> bool {
        self.get(id).is_some()
    }

    fn get(&self, id: u64) -> Option<&Properties> {
        self.by_id.get(&id)
    }

    /// All properties by id, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &Properties)> {
        self.by_id.iter().map(|(id, properties)| (*id, properties))
    }

    /// The template of properties that the record would compile to.
    pub(super) fn template_of(&self, record: &TemplateRecord<'_>) -> Option<Arc<Template>> {
        let mut templates = self.templates.iter().map(|(template, _)| template);
        let same = templates.find(|known| known.id() == record.id() && known.is_same(record));
        same.map(Arc::clone)
    }

    /// Whether these are other properties than those known.
    pub(super) fn is_news(&self, new: &AnnouncedProperties<'_>, template: &Template) -> bool {
        match self.by_id.get(&new.id) {
            Some(known) => {
                *known.octets != *new.octets || !core::ptr::eq(&raw const *known.template, template)
            }
            None => !new.octets.is_empty(),
        }
    }

    /// Octets of memory that they take.
    pub(super) fn memory(&self) -> usize {
        let templates = self.templates.iter();
        let templates = templates.fold(0_usize, |sum, (template, _)| {
            sum.saturating_add(template.memory())
        });
        let list = self.templates.capacity();
        self.by_id
            .memory()
            .saturating_add(self.octets)
            .saturating_add(templates)
            .saturating_add(list.saturating_mul(size_of::<(Arc<Template>, usize)>()))
            .saturating_add(self.joined.memory())
    }

    /// Octets that must be free to keep these properties.
    pub(super) fn room_for(&self, new: &AnnouncedProperties<'_>, template: &Template) -> usize {
        let is_same = |known: &Arc<Template>| core::ptr::eq(&raw const **known, template);
        let is_known = self.templates.iter().any(|(known, _)| is_same(known));
        let for_template = if is_known {
            0
        } else {
            let list = self.templates.len().saturating_mul(2).max(4);
            let list = list.saturating_mul(size_of::<(Arc<Template>, usize)>());
            template.memory().saturating_add(list)
        };
        self.by_id
            .growth()
            .saturating_add(new.octets.len())
            .saturating_add(for_template)
    }

    /// Keeps properties in place of those of the same id; empty ones withdraw them.
    pub(super) fn insert(&mut self, new: &AnnouncedProperties<'_>, template: &Arc<Template>) {
        self.remove(new.id);
        if new.octets.is_empty() {
            return;
        }
        let known = self.templates.iter_mut();
        let mut known = known.filter(|(known, _)| Arc::ptr_eq(known, template));
        match known.next() {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.templates.push((Arc::clone(template), 1)),
        }
        self.octets = self.octets.saturating_add(new.octets.len());
        let properties = Properties {
            template: Arc::clone(template),
            first: new.first,
            octets: new.octets.into(),
        };
        self.by_id.insert(new.id, properties);
    }

    fn remove(&mut self, id: u64) {
        if let Some(old) = self.by_id.remove(&id) {
            self.octets = self.octets.saturating_sub(old.octets.len());
            self.release(&old.template, 1);
        }
    }

    /// Properties no longer use this template.
    fn release(&mut self, template: &Arc<Template>, uses: usize) {
        self.templates.retain_mut(|(known, count)| {
            if Arc::ptr_eq(known, template) {
                *count = count.saturating_sub(uses);
            }
            *count > 0
        });
    }

    /// Forgets the properties whose options template was withdrawn: records can no longer
    /// refer to them (RFC 5473).
    pub(super) fn forget_templates(&mut self, is_withdrawn: impl Fn(u16) -> bool) {
        let octets = &mut self.octets;
        self.by_id.retain(|_, properties| {
            let keep = !is_withdrawn(properties.template.id());
            if !keep {
                *octets = octets.saturating_sub(properties.octets.len());
            }
            keep
        });
        self.templates
            .retain(|(template, _)| !is_withdrawn(template.id()));
        self.joined.clear();
    }
}
