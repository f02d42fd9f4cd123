//! What a set is decoded with: the message that it is part of, and the position of its octets.

use super::scratch::{Content, SetSlot};
use super::session::SessionId;
use crate::datagram::Datagram;
use crate::wire::set::{Dialect, Set};

/// The message that sets are decoded for, shared by all of its sets.
pub(super) struct MessageContext<'d> {
    pub(super) datagram: &'d Datagram<'d>,
    pub(super) dialect: Dialect,
    /// The observation domain it belongs to.
    pub(super) session: SessionId,
    /// Index of the origin of the message.
    pub(super) origin: usize,
}

/// The body of a set and its position: in the payload or, if the set is late,
/// in the buffer of late octets.
pub(super) struct SetBody<'s> {
    pub(super) id: u16,
    /// Where the set began in its payload.
    pub(super) offset: usize,
    pub(super) octets: &'s [u8],
    /// Where the body begins in its buffer.
    pub(super) start: usize,
    /// Where the body began in its payload.
    pub(super) body_offset: usize,
    pub(super) late: Option<usize>,
}

impl<'s> SetBody<'s> {
    pub(super) const fn live(set: &Set<'s>) -> Self {
        Self {
            id: set.id(),
            offset: set.offset(),
            octets: set.body(),
            start: set.body_offset(),
            body_offset: set.body_offset(),
            late: None,
        }
    }

    /// A slot without records.
    #[inline]
    pub(super) fn slot(&self, origin: usize, content: Content) -> SetSlot {
        let body = self.start..self.start.saturating_add(self.octets.len());
        SetSlot {
            id: self.id,
            offset: self.offset,
            late: self.late,
            ..SetSlot::without_set(origin, content, body, 0)
        }
    }
}
