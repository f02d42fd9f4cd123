//! Sums over all flows.

use netflow_core::{Flow, Timestamp};
use netflow_query::{CountedFlow, Sums};

/// The total over all flows, and how many of them rest on an assumption.
#[derive(Debug, Clone, Default)]
pub(crate) struct Totals {
    pub(crate) sums: Sums,
    /// Counters are as they were sent.
    pub(crate) unscaled: u64,
    /// Running totals that were counted whole.
    pub(crate) inexact: u64,
    /// The times are impossible.
    pub(crate) suspect: u64,
    /// The times are further from when the flow was received than the page shows.
    pub(crate) distant: u64,
    /// There is neither a start nor an end.
    pub(crate) timeless: u64,
    /// The flow ends before it starts, so that it has no duration.
    pub(crate) backwards: u64,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
}

/// How far the times of a flow may be from when it was received.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reach {
    Any,
    /// From this number of nanoseconds before it was received until then.
    Before(i64),
}

impl Totals {
    /// Adds a flow. Returns when it was active, in nanoseconds since 1970: from start to end, or when it
    /// was received if its times are absent, impossible or out of reach.
    pub(super) fn add(
        &mut self,
        flow: &Flow<'_>,
        counted: CountedFlow,
        reach: Reach,
    ) -> (i64, i64) {
        self.sums.add(counted.sums);
        self.unscaled += u64::from(!counted.is_scaled);
        self.inexact += u64::from(!counted.is_exact);
        let is_suspect = flow.clock_suspect() == Some(true);
        self.suspect += u64::from(is_suspect);
        let (start, end) = (flow.start(), flow.end());
        self.timeless += u64::from(start.is_none() && end.is_none());
        let received = flow.header().received;
        let (start, end) = match (start.or(end), end.or(start)) {
            (Some(start), Some(end)) if !is_suspect && start <= end => {
                let span = reach.limit(start, end, received);
                self.distant += u64::from(span.is_none());
                span.unwrap_or((received, received))
            }
            _ => (received, received),
        };
        self.first = Some(self.first.map_or(start, |first| first.min(start)));
        self.last = self.last.max(Some(end));
        (start.as_nanos(), end.as_nanos())
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.sums.add(other.sums);
        self.unscaled += other.unscaled;
        self.inexact += other.inexact;
        self.suspect += other.suspect;
        self.distant += other.distant;
        self.timeless += other.timeless;
        self.backwards += other.backwards;
        self.first = match (self.first, other.first) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.last = self.last.max(other.last);
    }
}

impl Reach {
    /// The times, if they are within reach.
    fn limit(
        self,
        start: Timestamp,
        end: Timestamp,
        received: Timestamp,
    ) -> Option<(Timestamp, Timestamp)> {
        /// How far a clock may be ahead without being out of reach.
        const AHEAD: i64 = 10_000_000_000;
        match self {
            Self::Any => Some((start, end)),
            Self::Before(nanos) => {
                let received_nanos = received.as_nanos();
                let is_within = start.as_nanos() >= received_nanos.saturating_sub(nanos)
                    && end.as_nanos() <= received_nanos.saturating_add(AHEAD);
                // What is ahead would make the pictures longer than they show.
                is_within.then(|| (start.min(received), end.min(received)))
            }
        }
    }
}
