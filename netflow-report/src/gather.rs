//! The sums over flows that the page shows.

pub(crate) mod column;
pub(crate) mod histogram;
pub(crate) mod panel;
pub(crate) mod sample;
pub(crate) mod timeline;
pub(crate) mod totals;

use alloc::sync::Arc;

use netflow_core::Flow;
use netflow_query::CountedFlow;

use self::histogram::Histogram;
use self::panel::{PANELS, Panel};
use self::sample::FlowSample;
use self::timeline::Timeline;
use self::totals::{Reach, Totals};
use crate::{Addresses, ReportOptions};

/// Sums over all flows, and by group, time and size.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) addresses: Option<Arc<dyn Addresses>>,
    reach: Reach,
    pub(crate) totals: Totals,
    pub(crate) panels: Vec<Panel>,
    pub(crate) timelines: [Timeline; 3],
    pub(crate) sizes: Histogram,
    pub(crate) durations: Histogram,
    pub(crate) flows: FlowSample,
}

impl Gathered {
    /// Nothing yet, of captures, whose first flows are listed.
    pub(crate) fn new(options: &ReportOptions) -> Self {
        let timelines = Timeline::ALL.map(|kind| Timeline::new(kind, 1));
        let flows = FlowSample::first(options.flows);
        Self::with(options, Reach::Any, timelines, flows)
    }

    /// Nothing yet, except for the times and the list of flows.
    pub(crate) fn with(
        options: &ReportOptions,
        reach: Reach,
        timelines: [Timeline; 3],
        flows: FlowSample,
    ) -> Self {
        let addresses = options.addresses.clone();
        let panels = PANELS
            .iter()
            .filter(|kind| kind.by.iter().all(|by| by.is_known(addresses.as_deref())))
            .map(|kind| Panel::new(kind, options.hash_seed, options.memory));
        Self {
            reach,
            totals: Totals::default(),
            panels: panels.collect(),
            timelines,
            sizes: Histogram::default(),
            durations: Histogram::default(),
            flows,
            addresses,
        }
    }

    /// Adds a flow and what it adds to sums.
    pub(crate) fn add(&mut self, flow: &Flow<'_>, counted: CountedFlow) {
        let span = self.totals.add(flow, counted, self.reach);
        let addresses = self.addresses.as_deref();
        for panel in &mut self.panels {
            panel.add(flow, counted, addresses);
        }
        for timeline in &mut self.timelines {
            timeline.add(flow, counted.sums, span);
        }
        self.sizes.add(counted.sums.octets);
        match flow.duration().map(u64::try_from) {
            Some(Ok(nanos)) => self.durations.add(nanos / 1_000_000),
            Some(Err(_)) => self.totals.backwards += 1,
            None => {}
        }
        self.flows.add(flow);
    }

    /// Adds sums of other flows with the same options.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.totals.merge(&other.totals);
        for (panel, other) in self.panels.iter_mut().zip(&other.panels) {
            panel.aggregate.merge(&other.aggregate);
        }
        for (timeline, other) in self.timelines.iter_mut().zip(&other.timelines) {
            timeline.merge(other);
        }
        self.sizes.merge(&other.sizes);
        self.durations.merge(&other.durations);
        self.flows.merge(&other.flows);
    }
}
