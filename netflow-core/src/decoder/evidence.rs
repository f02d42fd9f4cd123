//! What the records of an exporter show about the meaning of its fields.

use alloc::sync::Arc;

use super::context::MessageContext;
use super::session::SessionId;
use super::{Decoder, Stats};
use crate::field::FlowField;
use crate::flow::second_counters_exceed;
use crate::record::records_in;
use crate::template::Template;
use crate::wire::set::Dialect;

/// The number of sets of a domain in which every record is examined.
const FIRST_SETS: u32 = 256;
/// After those, one set in this many is examined: an exporter does not change its
/// ways.
const EVERY: u32 = 32;

impl Decoder {
    /// Examines the records of a data set for what they show about their exporter.
    pub(super) fn observe(
        &mut self,
        session: SessionId,
        template: &Template,
        body: &[u8],
        count: usize,
    ) {
        if template.plan().has_icmp_in_port() {
            self.observe_icmp(session, template, body, count);
        }
        if template.plan().names_sampler() && !template.plan().has_rate() {
            let first = records_in(body, template, count).next();
            self.sessions.touch(session, |session| {
                if let Some(record) = &first {
                    session.named_samplers.observe(record, &session.exporter);
                }
            });
        }
    }

    /// The template, or if a record of the set shows that its second counters are of the
    /// reverse direction, the one that reads them as such. It is in force from then on. If
    /// there is no room for it, they stay fields of the record.
    pub(super) fn observe_counters(
        &mut self,
        context: &MessageContext<'_>,
        template: Arc<Template>,
        body: &[u8],
        count: usize,
    ) -> Arc<Template> {
        let is_shown = template.plan().has_open_counters()
            && records_in(body, &template, count).any(|record| second_counters_exceed(&record));
        if is_shown {
            self.reverse_counters(context.session, context.dialect, &template)
                .unwrap_or(template)
        } else {
            template
        }
    }

    /// Puts the template in force whose second counters are of the reverse direction.
    pub(super) fn reverse_counters(
        &mut self,
        id: SessionId,
        dialect: Dialect,
        template: &Arc<Template>,
    ) -> Option<Arc<Template>> {
        let session = self.sessions.get(id)?;
        let known = session.templates.get(template.id())?;
        if !Arc::ptr_eq(&known.template, template) {
            return None;
        }
        let (definitions, learned) = (&self.definitions, &session.learned_elements);
        let defined = |id| definitions.get(id).or_else(|| learned.get(id)).cloned();
        let template = template.with_reverse_counters(dialect, defined);
        let evicted = self.sessions.reserve(id, template.memory())?;
        Stats::add(&mut self.stats.evicted, evicted);
        self.sessions.change(id, |session| {
            session.templates.replace(Arc::clone(&template));
        })?;
        Some(template)
    }

    /// Types and codes of ICMP in destination ports.
    fn observe_icmp(&mut self, session: SessionId, template: &Template, body: &[u8], count: usize) {
        let is_due = self.sessions.touch(session, |session| {
            session.sets = session.sets.wrapping_add(1);
            session.sets < FIRST_SETS || session.sets.rem_euclid(EVERY) == 0
        });
        if is_due != Some(true) {
            return;
        }
        let plan = template.plan();
        let protocol = plan.field(FlowField::Protocol);
        let port = plan.field(FlowField::DestinationPort);
        let is_icmp = |protocol: u64| matches!(protocol, 1 | 58);
        let records = records_in(body, template, count).filter_map(|record| {
            let protocol = record.unsigned(protocol).filter(|sent| is_icmp(*sent))?;
            Some((protocol, record.unsigned(port)?))
        });
        let may_have_icmp = match template.record_len() {
            // Nearly all sets have none; that is seen without reading records.
            Some(len) if protocol.width == 1 => body
                .chunks_exact(len.max(1))
                .filter_map(|record| record.get(usize::from(protocol.offset)))
                .any(|protocol| is_icmp(u64::from(*protocol))),
            _ => true,
        };
        if !may_have_icmp {
            return;
        }
        let known = self.sessions.get(session);
        let Some(mut ports) = known.map(|session| session.exporter.icmp_ports) else {
            return;
        };
        let before = ports;
        records.for_each(|(protocol, port)| ports.observe(protocol, port));
        if ports != before {
            self.sessions.touch(session, |session| {
                Arc::make_mut(&mut session.exporter).icmp_ports = ports;
            });
        }
    }
}
