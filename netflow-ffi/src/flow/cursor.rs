//! The flows that were not returned yet.

use netflow_core::{Decoded, Flow, Flows};
use netflow_query::Filter;

/// Which flows of a message are returned.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    /// Each biflow is followed by its reverse direction.
    pub(crate) split: bool,
    /// Discarded packets of sFlow are flows too.
    pub(crate) discarded: bool,
    /// Only flows that match it.
    pub(crate) filter: Option<Filter>,
}

/// How many flows of a message were returned.
#[derive(Debug, Clone)]
pub(crate) struct FlowCursor<'m> {
    flows: Flows<'m>,
    /// Every flow is returned as it is.
    is_plain: bool,
    split: bool,
    filter: Option<Filter>,
    reverse: Option<Flow<'m>>,
}

impl<'m> FlowCursor<'m> {
    pub(crate) fn new(message: &Decoded<'m>, selection: Selection) -> Self {
        let flows = message.flows();
        Self {
            flows: if selection.discarded {
                flows.with_discarded()
            } else {
                flows
            },
            is_plain: !selection.split && selection.filter.is_none(),
            split: selection.split,
            filter: selection.filter,
            reverse: None,
        }
    }

    /// The next flow.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<Flow<'m>> {
        if self.is_plain {
            self.flows.next()
        } else {
            self.next_selected()
        }
    }

    #[inline(never)]
    fn next_selected(&mut self) -> Option<Flow<'m>> {
        loop {
            let flow = if self.split {
                self.next_split()?
            } else {
                self.flows.next()?
            };
            let filter = self.filter.as_ref();
            if filter.is_none_or(|filter| filter.matches(&flow)) {
                return Some(flow);
            }
        }
    }

    fn next_split(&mut self) -> Option<Flow<'m>> {
        if let Some(reverse) = self.reverse.take() {
            return Some(reverse);
        }
        let flow = self.flows.next()?;
        self.reverse = flow.reverse();
        Some(flow)
    }
}
