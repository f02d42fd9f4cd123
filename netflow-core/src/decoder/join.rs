//! Records joined with the common properties that they refer to (RFC 5473): octets and template
//! as if the exporter had sent the properties in each record.

use alloc::sync::Arc;
use core::ops::Range;

use super::common_properties::{JoinedTemplate, MAX_JOINED_TEMPLATES, PropertyList};
use super::scratch::{Content, SetSlot};
use super::session::{Session, SessionId};
use super::{Decoder, Stats};
use crate::error::{Error, ErrorKind};
use crate::record::{DataRecord, records_in};
use crate::template::Template;
use crate::wire::set::Dialect;

/// What may still be joined of one datagram.
struct JoinBudget {
    /// Octets of joined records.
    octets: usize,
    /// Fields of templates that are compiled for them.
    fields: usize,
    /// The limit that was met.
    met: Option<&'static str>,
}

impl Decoder {
    /// Joins the data records of the datagram with the common properties that they refer to.
    pub(super) fn join_common_properties(&mut self, payload: &[u8]) {
        let mut budget = JoinBudget {
            octets: self.limits.joined_octets,
            fields: usize::from(self.limits.template_fields),
            met: None,
        };
        let mut slots = core::mem::take(&mut self.scratch.slots);
        let late = core::mem::take(&mut self.scratch.late);
        for slot in &mut slots {
            let Content::Records(template) = &slot.content else {
                continue;
            };
            if template.is_options() || !template.has_common_properties_id() {
                continue;
            }
            let template = Arc::clone(template);
            let octets = if slot.late.is_some() { &late } else { payload };
            if let Some(session) = self.session_of(slot) {
                let body = octets.get(slot.body.clone()).unwrap_or_default();
                slot.joined = self.join_set(session, slot, &template, body, &mut budget);
                if let Some(limit) = budget.met.take() {
                    self.scratch.current = slot.origin;
                    let error = Error::new(ErrorKind::Limit { limit }, slot.offset);
                    self.problem(error, Some(slot.id), 0);
                }
            }
        }
        self.scratch.slots = slots;
        self.scratch.late = late;
    }

    /// The domain of a set, if it announced common properties.
    fn session_of(&self, slot: &SetSlot) -> Option<SessionId> {
        let id = self.scratch.sessions.get(slot.origin).copied().flatten()?;
        let header = &self.scratch.origins.get(slot.origin)?.header;
        let session = self.sessions.get(id)?;
        let is_same = session.key().observation_domain == header.observation_domain;
        (is_same && !session.common_properties.is_empty()).then_some(id)
    }

    /// Joins the records of one set. Returns the sets in its place, none if there is nothing
    /// to join.
    fn join_set(
        &mut self,
        session: SessionId,
        slot: &SetSlot,
        template: &Arc<Template>,
        body: &[u8],
        budget: &mut JoinBudget,
    ) -> Range<usize> {
        let first = self.scratch.joined_slots.len();
        let mut is_any = false;
        let mut at = slot.body.start;
        for record in records_in(body, template, slot.count) {
            let end = at.saturating_add(record.octets().len());
            let start = self.scratch.joined.len();
            let joined = match self.join_record(session, &record, template, budget) {
                Some(joined) => {
                    is_any = true;
                    SetSlot {
                        is_joined: true,
                        ..slot.of_one(Content::Records(joined), start..self.scratch.joined.len())
                    }
                }
                None => slot.of_one(Content::Records(Arc::clone(template)), at..end),
            };
            at = end;
            self.scratch.push_joined(first, joined);
        }
        if !is_any {
            self.scratch.joined_slots.truncate(first);
        }
        first..self.scratch.joined_slots.len()
    }

    /// Appends a record and its properties to the joined octets, and returns the template of
    /// both; `None` if it stays as it is.
    fn join_record(
        &mut self,
        id: SessionId,
        record: &DataRecord<'_, '_>,
        template: &Arc<Template>,
        budget: &mut JoinBudget,
    ) -> Option<Arc<Template>> {
        let session = self.sessions.get(id)?;
        let start = self.scratch.joined.len();
        let (joined, new) = {
            let properties = PropertyList::of(record, &session.common_properties);
            if properties.count == 0 {
                return None;
            }
            let len = properties.len().saturating_add(record.octets().len());
            let Some(left) = budget.octets.checked_sub(len) else {
                budget.met = Some("joined_octets");
                return None;
            };
            let known = session.common_properties.joined.get(template, &properties);
            let joined = match known {
                Some(joined) => (Arc::clone(joined), None),
                None => {
                    let new = self.compile_joined(session, template, &properties, budget)?;
                    (Arc::clone(&new.template), Some(new))
                }
            };
            budget.octets = left;
            let octets = &mut self.scratch.joined;
            octets.extend_from_slice(record.octets());
            properties
                .iter()
                .for_each(|one| octets.extend_from_slice(&one.octets));
            joined
        };
        if let Some(new) = new {
            if !self.keep_joined(id, new) {
                budget.met = Some("domain_octets");
                self.scratch.joined.truncate(start);
                return None;
            }
        }
        Some(joined)
    }

    fn compile_joined(
        &self,
        session: &Session,
        template: &Arc<Template>,
        properties: &PropertyList<'_>,
        budget: &mut JoinBudget,
    ) -> Option<JoinedTemplate> {
        let of_properties = properties
            .iter()
            .filter_map(|one| one.template.fields().get(one.first..));
        let count = of_properties.clone().map(<[_]>::len);
        let count = count.fold(template.fields().len(), usize::saturating_add);
        let Some(left) = budget.fields.checked_sub(count) else {
            budget.met = Some("template_fields");
            return None;
        };
        budget.fields = left;
        let dialect = Dialect::of(session.key().protocol)?;
        let (definitions, learned) = (&self.definitions, &session.learned_elements);
        let defined = |id| definitions.get(id).or_else(|| learned.get(id)).cloned();
        let shared = properties.iter().map(|one| Arc::clone(&one.template));
        Some(JoinedTemplate {
            parts: core::iter::once(Arc::clone(template))
                .chain(shared)
                .collect(),
            template: template.joined(of_properties.flatten(), dialect, defined),
        })
    }

    /// Keeps the template of joined records; `false` if there is no room for it.
    fn keep_joined(&mut self, id: SessionId, joined: JoinedTemplate) -> bool {
        let list = size_of::<JoinedTemplate>().saturating_mul(MAX_JOINED_TEMPLATES);
        let room = joined.memory().saturating_add(list);
        let Some(evicted) = self.sessions.reserve(id, room) else {
            return false;
        };
        Stats::add(&mut self.stats.evicted, evicted);
        self.sessions.change(id, |session| {
            session.common_properties.joined.insert(joined);
        });
        true
    }
}
