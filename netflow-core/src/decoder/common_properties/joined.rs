//! What records are joined with: the properties that a record refers to, and the templates of
//! the joined records.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{CommonProperties, ID, Properties};
use crate::record::{DataRecord, Fields};
use crate::template::Template;
use crate::value::unsigned;

/// Properties of one record: those it refers to, and those that these refer to (RFC 5473).
const MAX_PROPERTIES: usize = 8;
/// Joined templates of one observation domain. When one more is needed, all are compiled anew.
pub(in crate::decoder) const MAX_JOINED_TEMPLATES: usize = 64;

/// The templates of joined records.
#[derive(Debug, Default)]
pub(in crate::decoder) struct JoinedTemplates {
    list: Vec<JoinedTemplate>,
    /// Octets of memory of the templates.
    octets: usize,
}

#[derive(Debug)]
pub(in crate::decoder) struct JoinedTemplate {
    /// The template of the record, then those of its properties. They are kept, so that no other
    /// template has their address.
    pub(in crate::decoder) parts: Box<[Arc<Template>]>,
    pub(in crate::decoder) template: Arc<Template>,
}

impl JoinedTemplates {
    pub(super) fn memory(&self) -> usize {
        let list = self.list.capacity();
        let list = list.saturating_mul(size_of::<JoinedTemplate>());
        self.octets.saturating_add(list)
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.octets = 0;
    }

    pub(in crate::decoder) fn get(
        &self,
        record: &Arc<Template>,
        properties: &PropertyList<'_>,
    ) -> Option<&Arc<Template>> {
        let known = self.list.iter().find(|joined| {
            let mut parts = joined.parts.iter();
            let is_same = |one: Option<&Arc<Template>>, other: &Arc<Template>| {
                one.is_some_and(|one| Arc::ptr_eq(one, other))
            };
            is_same(parts.next(), record)
                && parts.len() == properties.count
                && properties
                    .iter()
                    .all(|one| is_same(parts.next(), &one.template))
        })?;
        Some(&known.template)
    }

    pub(in crate::decoder) fn insert(&mut self, joined: JoinedTemplate) {
        if self.list.len() >= MAX_JOINED_TEMPLATES {
            self.clear();
        }
        self.octets = self.octets.saturating_add(joined.memory());
        self.list.push(joined);
    }
}

impl JoinedTemplate {
    /// The parts are charged too: nothing else may keep them any longer.
    pub(in crate::decoder) fn memory(&self) -> usize {
        let parts = self.parts.iter();
        let parts = parts.fold(0_usize, |sum, part| sum.saturating_add(part.memory()));
        parts
            .saturating_add(size_of_val::<[Arc<Template>]>(&self.parts))
            .saturating_add(self.template.memory())
    }
}

/// The properties of one record.
#[derive(Debug, Default)]
pub(in crate::decoder) struct PropertyList<'p> {
    list: [Option<&'p Properties>; MAX_PROPERTIES],
    pub(in crate::decoder) count: usize,
}

impl<'p> PropertyList<'p> {
    /// The announced properties that a record refers to.
    pub(in crate::decoder) fn of(record: &DataRecord<'_, '_>, known: &'p CommonProperties) -> Self {
        let mut properties = Self::default();
        properties.add(record.fields(), known);
        let mut at = 0;
        // Each may refer to others. One that is listed already adds nothing, so this ends.
        while let Some(one) = properties.list.get(at).copied().flatten() {
            let fields = one.template.fields().get(one.first..);
            properties.add(Fields::new(&one.octets, fields.unwrap_or_default()), known);
            at = at.saturating_add(1);
        }
        properties
    }

    /// Adds what these fields refer to.
    fn add(&mut self, fields: Fields<'_, '_>, known: &'p CommonProperties) {
        let ids = fields
            .filter(|field| field.template().key() == ID)
            .filter_map(|field| unsigned(field.octets()));
        for properties in ids.filter_map(|id| known.get(id)) {
            let is_listed = self.iter().any(|one| core::ptr::eq(one, properties));
            if let Some(place) = self.list.get_mut(self.count).filter(|_| !is_listed) {
                *place = Some(properties);
                self.count = self.count.saturating_add(1);
            }
        }
    }

    pub(in crate::decoder) fn len(&self) -> usize {
        self.iter()
            .fold(0, |sum, one| sum.saturating_add(one.octets.len()))
    }

    pub(in crate::decoder) fn iter(
        &self,
    ) -> impl Iterator<Item = &'p Properties> + Clone + use<'_, 'p> {
        self.list.iter().copied().flatten()
    }
}
