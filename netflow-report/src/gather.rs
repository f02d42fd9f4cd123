//! The sums over all flows that the page shows.

pub(crate) mod histogram;
pub(crate) mod panel;
pub(crate) mod sample;
pub(crate) mod timeline;

use netflow_core::{Decoded, Flow, Timestamp};
use netflow_query::{CountedFlow, FlowCounter, Sums};

use self::histogram::Histogram;
use self::panel::{PANELS, Panel};
use self::sample::FlowSample;
use self::timeline::Timeline;
use crate::ReportOptions;

/// Sums over all flows, and by group, time and size.
#[derive(Debug)]
pub(crate) struct Gathered {
    counter: FlowCounter,
    pub(crate) totals: Totals,
    pub(crate) panels: Vec<Panel>,
    pub(crate) timelines: [Timeline; 3],
    pub(crate) sizes: Histogram,
    pub(crate) durations: Histogram,
    pub(crate) flows: FlowSample,
}

/// The total over all flows, and how many of them rest on an assumption.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) sums: Sums,
    /// Counters are as they were sent.
    pub(crate) unscaled: u64,
    /// Running totals that were counted whole.
    pub(crate) inexact: u64,
    /// The times are impossible.
    pub(crate) suspect: u64,
    /// There is neither a start nor an end.
    pub(crate) timeless: u64,
    /// The flow ends before it starts, so that it has no duration.
    pub(crate) backwards: u64,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
}

impl Gathered {
    pub(crate) fn new(options: &ReportOptions) -> Self {
        let panels = PANELS.iter().map(|panel| Panel::new(panel, options));
        Self {
            counter: FlowCounter::new(options.filter.clone(), options.hash_seed),
            totals: Totals::default(),
            panels: panels.collect(),
            timelines: Timeline::ALL.map(Timeline::new),
            sizes: Histogram::default(),
            durations: Histogram::default(),
            flows: FlowSample::new(options.flows),
        }
    }

    pub(crate) fn decoded(&mut self, decoded: &Decoded<'_>) {
        let Self {
            counter,
            totals,
            panels,
            timelines,
            sizes,
            durations,
            flows,
        } = self;
        counter.for_each(decoded, |flow, counted| {
            let span = totals.add(flow, counted);
            for panel in panels.iter_mut() {
                panel.add(flow, counted);
            }
            for timeline in timelines.iter_mut() {
                timeline.add(flow, counted.sums, span);
            }
            sizes.add(counted.sums.octets);
            match flow.duration().map(u64::try_from) {
                Some(Ok(nanos)) => durations.add(nanos / 1_000_000),
                Some(Err(_)) => totals.backwards += 1,
                None => {}
            }
            flows.add(flow);
        });
    }
}

impl Totals {
    /// Adds a flow. Returns when it was active, in nanoseconds since 1970: from start to end, or when it
    /// was received if its times are absent or impossible.
    fn add(&mut self, flow: &Flow<'_>, counted: CountedFlow) -> (i64, i64) {
        self.sums.add(counted.sums);
        self.unscaled += u64::from(!counted.is_scaled);
        self.inexact += u64::from(!counted.is_exact);
        let is_suspect = flow.clock_suspect() == Some(true);
        self.suspect += u64::from(is_suspect);
        let (start, end) = (flow.start(), flow.end());
        self.timeless += u64::from(start.is_none() && end.is_none());
        let received = flow.header().received;
        let (start, end) = match (start.or(end), end.or(start)) {
            (Some(start), Some(end)) if !is_suspect && start <= end => (start, end),
            _ => (received, received),
        };
        self.first = Some(self.first.map_or(start, |first| first.min(start)));
        self.last = self.last.max(Some(end));
        (start.as_nanos(), end.as_nanos())
    }
}
