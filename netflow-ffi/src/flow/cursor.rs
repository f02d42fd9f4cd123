//! The flows that were not given yet.

use arrayvec::ArrayVec;
use netflow_core::{Flow, Flows, Message};

use super::fill::CHUNK;

/// How far the flows of a message were given.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'m> {
    flows: Flows<'m>,
    /// Behind each biflow comes its reverse direction.
    split: bool,
    reverse: Option<Flow<'m>>,
}

impl<'m> Cursor<'m> {
    pub(crate) fn new(message: &Message<'m>, split: bool, discarded: bool) -> Self {
        let flows = message.flows();
        Self {
            flows: if discarded { flows.with_discarded() } else { flows },
            split,
            reverse: None,
        }
    }

    /// The next flows, at most as many as there is room for.
    #[inline]
    pub(super) fn take(&mut self, flows: &mut ArrayVec<Flow<'m>, CHUNK>, room: usize) {
        if self.split {
            self.take_split(flows, room);
        } else {
            flows.extend(self.flows.by_ref().take(room));
        }
    }

    #[inline(never)]
    fn take_split(&mut self, flows: &mut ArrayVec<Flow<'m>, CHUNK>, room: usize) {
        while flows.len() < room {
            if let Some(reverse) = self.reverse.take() {
                flows.push(reverse);
                continue;
            }
            let Some(flow) = self.flows.next() else { break };
            self.reverse = flow.reverse();
            flows.push(flow);
        }
    }
}
