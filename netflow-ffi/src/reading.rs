//! How far the message of the last datagram was read.

use netflow_core::{Decoded, Problems};

use crate::flow::{FlowCursor, Selection};
use crate::walk::MessageWalk;

/// The message of the last datagram, and how far it was read each way. A way that is not used costs
/// next to nothing: most programs use one.
#[derive(Debug)]
pub(crate) struct MessageReading<'m> {
    pub(crate) message: Decoded<'m>,
    /// The flows that were not passed to the caller's array yet.
    pub(crate) flows: FlowCursor<'m>,
    /// The flows that were not passed to the callback yet.
    pub(crate) each: Option<Box<FlowCursor<'m>>>,
    walk: Option<Box<MessageWalk<'m>>>,
    problems: Option<Problems<'m>>,
}

impl<'m> MessageReading<'m> {
    #[inline]
    pub(crate) fn new(message: Decoded<'m>, selection: Selection) -> Self {
        Self {
            flows: FlowCursor::new(&message, selection),
            each: None,
            walk: None,
            problems: None,
            message,
        }
    }

    pub(crate) fn walk(&mut self) -> &mut MessageWalk<'m> {
        self.walk
            .get_or_insert_with(|| Box::new(MessageWalk::new(&self.message)))
    }

    /// Goes to the record that begins at this octet.
    pub(crate) fn find(&mut self, octet: *const u8) -> Option<crate::walk::netflow_record> {
        let message = self.message;
        self.walk().find(&message, octet)
    }

    pub(crate) fn problems(&mut self) -> &mut Problems<'m> {
        self.problems.get_or_insert_with(|| self.message.problems())
    }
}
