//! Where times come from, and whether they can be right.

use netflow_core::ClockRule;
use netflow_core::{Flow, MessageHeader};

/// The clocks of one observation domain.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// Flows by rule, in the order they were met; those without times have none.
    pub(crate) rules: Vec<(Option<ClockRule>, u64)>,
    pub(crate) skew: Option<Skew>,
    /// Flows whose times cannot be right.
    pub(crate) suspect: u64,
    pub(crate) first_suspect: Option<u64>,
}

/// Nanoseconds that messages were sent after they were received, by the clocks of both.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Skew {
    pub(crate) last: i64,
    pub(crate) min: i64,
    pub(crate) max: i64,
}

impl Clock {
    pub(super) fn message(&mut self, header: &MessageHeader) {
        let Some(sent) = header.export_time else {
            return;
        };
        let last = sent.nanos_since(header.received);
        let before = self.skew;
        self.skew = Some(Skew {
            last,
            min: before.map_or(last, |skew| skew.min.min(last)),
            max: before.map_or(last, |skew| skew.max.max(last)),
        });
    }

    pub(super) fn flow(&mut self, flow: &Flow<'_>) {
        let rule = flow.clock_rule();
        match self.rules.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, flows)) => *flows += 1,
            None => self.rules.push((rule, 1)),
        }
        if flow.clock_suspect() == Some(true) {
            self.suspect += 1;
            self.first_suspect.get_or_insert(flow.header().frame);
        }
    }
}
