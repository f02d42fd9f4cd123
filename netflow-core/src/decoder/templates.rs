//! Template sets: templates are learned and withdrawn.

use alloc::sync::Arc;

use super::context::{MessageContext, SetBody};
use super::{Content, Decoder, SetSlot, Stats, TemplateEventKind};
use crate::datagram::Transport;
use crate::error::{Error, ErrorKind};
use crate::template::{Known, Template};
use crate::wire::set::{FIRST_DATA_SET, Set};
use crate::wire::template::{
    FieldLength, FieldSpecifier, TemplateKind, TemplateRecord, TemplateRecords,
};

/// Octets of datagrams for which one field of a template may be recompiled; and
/// each field that is sent in a template may be once. An exporter announces types
/// once. One that changes them all the time waits for templates that use the
/// latest.
const OCTETS_PER_FIELD: usize = 8;

/// Maximum credit of such fields: a hundred templates of forty.
const MOST_REFINABLE: usize = 1 << 12;

/// Maximum zero-length fields per template. Each record yields a value for every one, so
/// thousands would turn a small datagram into megabytes.
const MAX_EMPTY_FIELDS: usize = 64;

impl Decoder {
    /// Applies the records of a template set or options template set.
    pub(super) fn template_set(
        &mut self,
        context: &MessageContext<'_>,
        set: &Set<'_>,
        options: bool,
    ) {
        let dialect = context.dialect;
        let mut records = TemplateRecords::new(set.body(), set.body_offset(), dialect, options);
        let end = set.body_offset().saturating_add(set.body().len());
        let mut count = 0_usize;
        while let Some(record) = records.next() {
            match record {
                Ok(record) => {
                    count = count.saturating_add(1);
                    self.template(context, &record);
                }
                Err(error) => {
                    let behind = end.saturating_sub(records.left());
                    let octets = behind.saturating_sub(error.offset);
                    self.problem(error, Some(set.id()), octets);
                }
            }
        }
        let content = Content::Templates { dialect, options };
        let slot = SetSlot {
            count,
            ..SetBody::live(set).slot(context.origin, content)
        };
        self.scratch.slots.push(slot);
    }

    /// Applies one template record.
    fn template(&mut self, context: &MessageContext<'_>, record: &TemplateRecord<'_>) {
        let id = record.id();
        let set = match record.kind() {
            TemplateKind::Withdrawal { options } => {
                self.withdraw(context, record, options);
                return;
            }
            TemplateKind::Data => context.dialect.template_set,
            TemplateKind::Options { .. } => context.dialect.options_template_set,
        };
        Stats::add(&mut self.stats.templates, 1);
        let count = record.field_count();
        let refused = if count == 0 {
            Some(ErrorKind::EmptyTemplate { id })
        } else if count > self.limits.template_fields {
            Some(ErrorKind::TooManyFields { id, count })
        } else {
            self.learn(context, record)
        };
        if let Some(kind) = refused {
            if !matches!(kind, ErrorKind::EmptyTemplate { .. }) {
                // Later data would be misread by the template that it replaces.
                self.discard_template(context.session, TemplateEventKind::Withdrawn, id);
            }
            let octets = record.specifiers().len();
            self.problem(Error::new(kind, record.offset()), Some(set), octets);
        } else if let Some(kind) = record.fault() {
            let excess = match kind {
                ErrorKind::OptionsLength { length, .. } => usize::from(length % 4),
                _ => 0,
            };
            self.problem(Error::new(kind, record.fault_offset()), Some(set), excess);
        } else if context.dialect.enterprise && is_without_scope(record) {
            // It is read nevertheless: only the scope is in doubt.
            let kind = ErrorKind::ScopeCount {
                id,
                scope: 0,
                count,
            };
            self.problem(Error::new(kind, record.offset()), Some(set), 0);
        }
    }

    /// Puts a template in force, and delivers the data that waited for it; one
    /// that is known already is refreshed.
    fn learn(
        &mut self,
        context: &MessageContext<'_>,
        record: &TemplateRecord<'_>,
    ) -> Option<ErrorKind> {
        let limit = |limit| Some(ErrorKind::Limit { limit });
        let id = record.id();
        let refreshed = context.datagram.received;
        let session = self.sessions.get(context.session)?;
        let event = match session.templates.get(id) {
            Some(known) if known.template.is_same(record) => {
                let awaited = self.sessions.change(context.session, |session| {
                    session.templates.refresh(id, refreshed)
                });
                if awaited == Some(true) {
                    self.deliver(context, id);
                }
                return None;
            }
            Some(_) => TemplateEventKind::Changed,
            None if session.templates.len() >= self.limits.templates => {
                return limit("templates");
            }
            None => TemplateEventKind::Learned,
        };
        if has_too_many_empty_fields(record) {
            return limit("empty_fields");
        }
        let definitions = &self.definitions;
        let learned = &session.learned_elements;
        let defined = |id| definitions.get(id).or_else(|| learned.get(id)).cloned();
        let exporter = session.key().exporter.ip();
        let configured = self.configured_counters.get(exporter);
        let template = Template::new(record, defined, configured)?;
        let room = session.templates.room_for(&template);
        let types = learned.version();
        let Some(evicted) = self.sessions.reserve(context.session, room) else {
            return limit("domain_octets");
        };
        Stats::add(&mut self.stats.evicted, evicted);
        let known = Known {
            template,
            refreshed,
            datagram: context.datagram.id(),
            types,
            awaited: false,
        };
        self.template_event(context.session, event, Arc::clone(&known.template));
        let fields = known.template.fields().len();
        let most = self.most_refinable();
        self.sessions.change(context.session, |session| {
            session.templates.insert(known);
            let refinable = session.refinable.saturating_add(fields);
            session.refinable = refinable.min(most);
        });
        self.deliver(context, id);
        None
    }

    /// Maximum credit of fields to recompile: at least those of the largest
    /// template.
    fn most_refinable(&self) -> usize {
        MOST_REFINABLE.max(usize::from(self.limits.template_fields))
    }

    /// The template, recompiled with the types learned since if the exporter has
    /// the credit for it; otherwise unchanged until a later datagram.
    pub(super) fn refined(
        &mut self,
        context: &MessageContext<'_>,
        id: u16,
    ) -> Option<Arc<Template>> {
        let session = self.sessions.get(context.session)?;
        let fields = session.templates.get(id)?.template.fields().len();
        let mut refinable = session.refinable;
        if !self.scratch.refined {
            self.scratch.refined = true;
            let octets = context.datagram.payload.len();
            let earned = octets.checked_div(OCTETS_PER_FIELD).unwrap_or(0);
            refinable = refinable.saturating_add(earned).min(self.most_refinable());
        }
        let left = refinable.checked_sub(fields);
        let definitions = &self.definitions;
        self.sessions.change(context.session, |session| {
            session.refinable = left.unwrap_or(refinable);
            if left.is_some() {
                let learned = &session.learned_elements;
                let defined = |id| definitions.get(id).or_else(|| learned.get(id)).cloned();
                session.templates.refine(id, learned.version(), defined);
            }
        });
        let known = self.sessions.get(context.session)?.templates.get(id)?;
        Some(Arc::clone(&known.template))
    }

    /// Withdraws one template, or all of a kind when the id is that of their set
    /// (RFC 7011, section 8.1). Over UDP that is forbidden; it is reported, but
    /// applied, since the exporter means it.
    fn withdraw(
        &mut self,
        context: &MessageContext<'_>,
        record: &TemplateRecord<'_>,
        options: bool,
    ) {
        let id = record.id();
        let set = if options {
            context.dialect.options_template_set
        } else {
            context.dialect.template_set
        };
        Stats::add(&mut self.stats.withdrawals, 1);
        if context.datagram.transport == Transport::Udp {
            let kind = ErrorKind::WithdrawalOverUdp { id };
            self.problem(Error::new(kind, record.offset()), Some(set), 0);
        }
        let all_options = id == context.dialect.options_template_set;
        if id < FIRST_DATA_SET {
            self.withdrawal_events(context.session, all_options);
        } else {
            self.withdrawal_event(context.session, TemplateEventKind::Withdrawn, id);
        }
        let withdrawn = self.sessions.change(context.session, |session| {
            if session.exporter.has_template_rates() {
                let ids = session.templates.iter().map(|known| &known.template);
                let ids = ids.filter(|template| template.is_options() == all_options);
                let exporter = Arc::make_mut(&mut session.exporter);
                if id < FIRST_DATA_SET {
                    ids.for_each(|template| exporter.forget_template(template.id()));
                } else {
                    exporter.forget_template(id);
                }
            }
            if !session.common_properties.is_empty() && (id >= FIRST_DATA_SET || all_options) {
                let is_withdrawn = |options| options == id || id < FIRST_DATA_SET;
                session.common_properties.forget_templates(is_withdrawn);
            }
            if id < FIRST_DATA_SET {
                session.templates.withdraw_all(all_options);
                true
            } else {
                session.templates.withdraw(id)
            }
        });
        if withdrawn != Some(true) {
            let kind = ErrorKind::WithdrawalUnknown { id };
            self.problem(Error::new(kind, record.offset()), Some(set), 0);
        }
    }
}

/// Whether an options template has no scope field, which IPFIX forbids (RFC 7011,
/// section 3.4.2.1).
fn is_without_scope(record: &TemplateRecord<'_>) -> bool {
    record.kind() == TemplateKind::Options { scope_count: 0 }
}

/// Whether a template has more zero-length fields than any exporter needs.
pub(super) fn has_too_many_empty_fields(record: &TemplateRecord<'_>) -> bool {
    let is_empty = |field: &FieldSpecifier| field.length == FieldLength::Fixed(0);
    record.fields().filter(is_empty).count() > MAX_EMPTY_FIELDS
}
