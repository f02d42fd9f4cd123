//! Data without a template: it is kept, and delivered once its template arrives.

use alloc::boxed::Box;
use alloc::sync::Arc;

use super::context::{MessageContext, SetBody};
use super::waiting::{GivenUp, Waiting, WaitingSet};
use super::{Decoder, Stats};
use crate::wire::set::{HEADER_LEN, Set};

impl Decoder {
    /// Keeps a set until its template arrives.
    pub(super) fn wait(&mut self, context: &MessageContext<'_>, set: &Set<'_>) {
        let Some(header) = self.scratch.header() else {
            return;
        };
        let set = WaitingSet {
            id: set.id(),
            header: *header,
            offset: set.offset(),
            body: Box::from(set.body()),
        };
        let needed = self
            .sessions
            .get(context.session)
            .map_or(0, |session| session.waiting.room_for(&set));
        let room = self.sessions.reserve(context.session, needed);
        let limits = &self.limits;
        let now = context.datagram.received;
        let given_up = match room {
            None => {
                self.refuse(context);
                GivenUp::of(&set)
            }
            Some(evicted) => {
                Stats::add(&mut self.stats.evicted, evicted);
                self.sessions
                    .change(context.session, |session| {
                        let waiting = &mut session.waiting;
                        let old = waiting.expire(now, limits.waiting_lifetime);
                        old.and(waiting.push(set, limits.waiting_octets))
                    })
                    .unwrap_or_default()
            }
        };
        self.give_up(given_up);
    }

    /// Records that data could not be kept.
    pub(super) fn refuse(&mut self, context: &MessageContext<'_>) {
        self.sessions
            .touch(context.session, |session| session.waiting.refuse());
    }

    /// Decodes the data that waited for this template, which is now in force.
    pub(super) fn deliver(&mut self, context: &MessageContext<'_>, id: u16) {
        let now = context.datagram.received;
        let waits = |waiting: &Waiting| !waiting.is_empty();
        if !self
            .sessions
            .get(context.session)
            .is_some_and(|session| waits(&session.waiting))
        {
            return;
        }
        let lifetime = self.limits.waiting_lifetime;
        let taken = self.sessions.change(context.session, |session| {
            let old = session.waiting.expire(now, lifetime);
            (old, session.waiting.take(id))
        });
        let (old, sets) = taken.unwrap_or_default();
        self.give_up(old);
        for set in sets {
            self.deliver_set(context, &set);
        }
        self.scratch.current = context.origin;
    }

    fn deliver_set(&mut self, context: &MessageContext<'_>, set: &WaitingSet) {
        let Some(template) = self.sessions.get(context.session).and_then(|session| {
            let known = session.templates.get(set.id)?;
            Some(Arc::clone(&known.template))
        }) else {
            return;
        };
        let origin = self.origin(context.datagram, set.header, true);
        self.scratch.begin(origin, Some(context.session));
        let start = self.scratch.late.len();
        self.scratch.late.extend_from_slice(&set.body);
        let set_body = SetBody {
            id: set.id,
            offset: set.offset,
            octets: &set.body,
            start,
            body_offset: set.offset.saturating_add(HEADER_LEN),
            late: Some(context.origin),
        };
        self.data(context, &set_body, template);
        Stats::add(&mut self.stats.late_sets, 1);
    }

    fn give_up(&mut self, given_up: GivenUp) {
        Stats::add(&mut self.stats.given_up_sets, given_up.sets);
        Stats::add(&mut self.stats.given_up_octets, given_up.octets);
    }
}
