//! The flows that were not returned yet.

use netflow_core::{Decoded, Flow, Flows};

/// How many flows of a message were returned.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'m> {
    flows: Flows<'m>,
    /// Each biflow is followed by its reverse direction.
    split: bool,
    reverse: Option<Flow<'m>>,
}

impl<'m> Cursor<'m> {
    pub(crate) fn new(message: &Decoded<'m>, split: bool, discarded: bool) -> Self {
        let flows = message.flows();
        Self {
            flows: if discarded {
                flows.with_discarded()
            } else {
                flows
            },
            split,
            reverse: None,
        }
    }

    /// The next flow.
    #[inline(always)]
    pub(super) fn next(&mut self) -> Option<Flow<'m>> {
        if self.split {
            self.next_split()
        } else {
            self.flows.next()
        }
    }

    #[inline(never)]
    fn next_split(&mut self) -> Option<Flow<'m>> {
        if let Some(reverse) = self.reverse.take() {
            return Some(reverse);
        }
        let flow = self.flows.next()?;
        self.reverse = flow.reverse();
        Some(flow)
    }
}
