//! The sets of v9 and IPFIX, one after the other.

use alloc::sync::Arc;

use super::context::{MessageContext, SetBody};
use super::{Content, Decoder, Stats, TemplateEventKind};
use crate::datagram::{Datagram, Transport};
use crate::error::{Error, ErrorKind};
use crate::template::Template;
use crate::time::nanos;
use crate::wire::set::{Dialect, FIRST_DATA_SET, Set, Sets};
use crate::wire::{ipfix, v9};

impl Decoder {
    /// Reads the sets of a message of `length` octets at `offset`, and returns
    /// where it ends.
    pub(super) fn sets(
        &mut self,
        datagram: &Datagram<'_>,
        offset: usize,
        length: usize,
        dialect: Dialect,
    ) -> usize {
        let header_len = if dialect.enterprise {
            ipfix::Header::LEN
        } else {
            v9::Header::LEN
        };
        let end = offset.saturating_add(length);
        let start = offset.saturating_add(header_len);
        let body = datagram.payload.get(start..end).unwrap_or_default();
        let Some(session) = self.enter(datagram) else {
            return end;
        };
        let first = self.scratch.slots.len();
        let context = MessageContext {
            datagram,
            dialect,
            session,
            origin: self.scratch.current,
        };
        for set in Sets::new(body, start) {
            Stats::add(&mut self.stats.sets, 1);
            match set {
                Ok(set) => self.set(&context, &set),
                Err(error) => {
                    let left = end.saturating_sub(error.offset);
                    self.problem(error, None, left);
                }
            }
        }
        self.account(session, first, datagram.payload);
        let scratch = &mut self.scratch;
        scratch.slots.append(&mut scratch.late_slots);
        end
    }

    fn set(&mut self, context: &MessageContext<'_>, set: &Set<'_>) {
        let id = set.id();
        let known = self.scratch.problems.len();
        let set_body = SetBody::live(set);
        if id == context.dialect.template_set {
            self.template_set(context, set, false);
        } else if id == context.dialect.options_template_set {
            self.template_set(context, set, true);
        } else if id < FIRST_DATA_SET {
            let kind = ErrorKind::ReservedSet { id };
            self.problem(Error::new(kind, set.offset()), Some(id), set.body().len());
            let slot = set_body.slot(context.origin, Content::Reserved);
            self.scratch.slots.push(slot);
        } else if let Some(template) = self.in_force(context, id) {
            self.data(context, &set_body, template);
        } else {
            let kind = ErrorKind::NoTemplate { id };
            self.problem(Error::new(kind, set.offset()), Some(id), set.body().len());
            let slot = set_body.slot(context.origin, Content::NoTemplate);
            self.scratch.slots.push(slot);
            self.wait(context, set);
        }
        // The octets past the message are not counted again if the end of the
        // set has been reported already.
        if let Some(fault) = set.fault() {
            let reported = self.scratch.problems.len() > known;
            let slot = self.scratch.slots.last();
            let cut = slot.filter(|_| !reported).map_or(0, |slot| slot.padding);
            self.problem(fault, Some(id), cut);
        }
    }

    /// The template in force for a data set; one received over UDP expires.
    fn in_force(&mut self, context: &MessageContext<'_>, id: u16) -> Option<Arc<Template>> {
        let session = self.sessions.get(context.session)?;
        let known = session.templates.get(id)?;
        let age = context.datagram.received.nanos_since(known.refreshed);
        let lifetime = self
            .limits
            .template_lifetime
            .filter(|_| context.datagram.transport == Transport::Udp);
        if lifetime.is_none_or(|lifetime| age <= nanos(lifetime)) {
            if known.is_outdated(session.learned_elements.version()) {
                return self.refined(context, id);
            }
            return Some(Arc::clone(&known.template));
        }
        self.discard_template(context.session, TemplateEventKind::Expired, id);
        None
    }
}
