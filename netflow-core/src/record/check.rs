//! Proof of the lists in a record: which templates they name, and where they
//! do not hold what they announce.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::list::{List, SubTemplateList};
use super::{DataRecord, Segments};
use crate::element::DataType;
use crate::error::ErrorKind;
use crate::template::Template;

/// Walks lists and collects what reading them again will need.
pub(crate) struct ListCheck<'s, L, P> {
    /// Finds the template in force.
    pub(crate) lookup: L,
    /// Receives each fault.
    pub(crate) problem: P,
    /// The templates found so far; one set needs each once.
    pub(crate) found: &'s mut Vec<Arc<Template>>,
    /// Lists inside lists are followed so deep.
    pub(crate) max_depth: u8,
    /// Maximum number of templates that are collected.
    pub(crate) max_templates: usize,
}

impl<L, P> ListCheck<'_, L, P>
where
    L: Fn(u16) -> Option<Arc<Template>>,
    P: FnMut(ErrorKind),
{
    /// Checks every list in a record.
    pub(crate) fn record(&mut self, octets: &[u8], template: &Template, depth: u8) {
        if !template.has_lists() {
            return;
        }
        let record = DataRecord::new(octets, template, &[], Segments::default());
        for field in record.fields() {
            if let Some(data_type) = field.template().data_type().filter(|t| t.is_list()) {
                self.list(data_type, field.octets(), depth);
            }
        }
    }

    fn list(&mut self, data_type: DataType, octets: &[u8], depth: u8) {
        if octets.is_empty() {
            return;
        }
        let depth = depth.saturating_add(1);
        if depth > self.max_depth {
            (self.problem)(ErrorKind::ListTooDeep { depth });
            return;
        }
        let left = match List::parse(data_type, octets, &[]) {
            None => octets.len(),
            Some(List::Basic(list)) => {
                let data_type = list.element().and_then(|element| element.data_type);
                let mut values = list.values();
                for value in values.by_ref() {
                    if let Some(data_type) = data_type.filter(|t| t.is_list()) {
                        self.list(data_type, value.octets(), depth);
                    }
                }
                values.left()
            }
            Some(List::SubTemplate(list)) => self.records(&list, depth),
            Some(List::SubTemplateMulti(list)) => {
                let mut parts = list.parts();
                let mut left = 0_usize;
                for part in parts.by_ref() {
                    left = left.saturating_add(self.records(&part, depth));
                }
                left.saturating_add(parts.left())
            }
        };
        if left > 0 {
            let length = octets.len();
            (self.problem)(ErrorKind::ListMalformed { length });
        }
    }

    /// Checks the records of a list, and returns the octets that are none.
    fn records(&mut self, list: &SubTemplateList<'_, '_>, depth: u8) -> usize {
        if list.octets().is_empty() {
            // Nothing is lost with a template that nothing needs.
            return 0;
        }
        let id = list.template_id();
        let Some(template) = self.template(id) else {
            return 0;
        };
        let templates = [template];
        let mut records = list.with(&templates).records();
        for record in records.by_ref() {
            self.record(record.octets(), record.template(), depth);
        }
        records.left()
    }

    fn template(&mut self, id: u16) -> Option<Arc<Template>> {
        if let Some(found) = self.found.iter().find(|template| template.id() == id) {
            return Some(Arc::clone(found));
        }
        let Some(template) = (self.lookup)(id) else {
            (self.problem)(ErrorKind::ListNoTemplate { id });
            return None;
        };
        if self.found.len() >= self.max_templates {
            let limit = "list_templates";
            (self.problem)(ErrorKind::Limit { limit });
            return None;
        }
        self.found.push(Arc::clone(&template));
        Some(template)
    }
}
