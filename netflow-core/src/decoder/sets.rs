//! The sets of v9 and IPFIX, one after the other.

use alloc::sync::Arc;

use super::data::Piece;
use super::session::SessionId;
use super::{Content, Decoder, Stats};
use crate::datagram::{Datagram, Transport};
use crate::error::{Error, ErrorKind};
use crate::template::Template;
use crate::time::nanos;
use crate::wire::set::{Dialect, FIRST_DATA_SET, Set, Sets};
use crate::wire::{ipfix, v9};

/// What all sets of one message share.
pub(super) struct Course<'d> {
    pub(super) datagram: &'d Datagram<'d>,
    pub(super) dialect: Dialect,
    /// Whose state it changes.
    pub(super) session: SessionId,
    /// Index of the origin of the message.
    pub(super) origin: usize,
}

impl Decoder {
    /// Reads the sets of a message of `length` octets at `offset`, and tells
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
        let course = Course {
            datagram,
            dialect,
            session,
            origin: self.scratch.current,
        };
        for set in Sets::new(body, start) {
            Stats::add(&mut self.stats.sets, 1);
            match set {
                Ok(set) => self.set(&course, &set),
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

    fn set(&mut self, course: &Course<'_>, set: &Set<'_>) {
        let id = set.id();
        let known = self.scratch.problems.len();
        let piece = Piece::live(set);
        if id == course.dialect.template_set {
            self.template_set(course, set, false);
        } else if id == course.dialect.options_template_set {
            self.template_set(course, set, true);
        } else if id < FIRST_DATA_SET {
            let kind = ErrorKind::ReservedSet { id };
            self.problem(Error::new(kind, set.offset()), Some(id), set.body().len());
            let slot = piece.slot(course.origin, Content::Reserved);
            self.scratch.slots.push(slot);
        } else if let Some(template) = self.in_force(course, id) {
            let slot = self.data(course, &piece, template);
            self.scratch.slots.push(slot);
        } else {
            let kind = ErrorKind::NoTemplate { id };
            self.problem(Error::new(kind, set.offset()), Some(id), set.body().len());
            let slot = piece.slot(course.origin, Content::NoTemplate);
            self.scratch.slots.push(slot);
            self.wait(course, set);
        }
        // The octets past the message are no loss of their own if the end of
        // the set was told already.
        if let Some(fault) = set.fault() {
            let told = self.scratch.problems.len() > known;
            let slot = self.scratch.slots.last();
            let cut = slot.filter(|_| !told).map_or(0, |slot| slot.padding);
            self.problem(fault, Some(id), cut);
        }
    }

    /// The template in force for a data set; one that came over UDP expires.
    fn in_force(&mut self, course: &Course<'_>, id: u16) -> Option<Arc<Template>> {
        let session = self.sessions.get(course.session)?;
        let known = session.templates.get(id)?;
        let age = course.datagram.received.nanos_since(known.refreshed);
        let lifetime = self
            .limits
            .template_lifetime
            .filter(|_| course.datagram.transport == Transport::Udp);
        if lifetime.is_none_or(|lifetime| age <= nanos(lifetime)) {
            if known.is_outdated(session.taught.version()) {
                return self.refined(course, id);
            }
            return Some(Arc::clone(&known.template));
        }
        self.sessions
            .change(course.session, |session| session.templates.withdraw(id));
        None
    }
}
