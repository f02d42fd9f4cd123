//! What each flow adds to sums.

use alloc::sync::Arc;
use alloc::vec::Vec;

use netflow_core::template::Template;
use netflow_core::{Decoded, Flow, Increment, Increments, Set};

use super::Sums;
use crate::{Chosen, Filter, SetFilter, SetMatch};

/// Octets of memory for flows whose records repeat what others counted.
const INCREMENTS_MEMORY: usize = 16 << 20;

/// Counts the flows of datagrams that match a filter: each direction of a record of two (RFC 5103) is a
/// flow, counters are scaled by the sampling rate where it is known, and records that repeat what others
/// counted add only the increase ([`Increments`]).
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
/// use netflow_query::{Filter, FlowCounter};
///
/// let limits = Limits::default();
/// let mut decoder = Decoder::new(limits);
/// let mut counter = FlowCounter::new(Some(Filter::parse("dst port 443")?), limits.hash_seed);
/// let mut octets = 0;
/// for datagram in [example::ipfix(), example::netflow_v5()] {
///     counter.for_each(&decoder.decode(datagram)?, |_, counted| octets += counted.sums.octets);
/// }
/// assert_eq!(octets, 150_000); // the flow of v5 goes to another port
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FlowCounter {
    filter: Option<SetFilter>,
    increments: Increments,
    repeating: RepeatingTemplates,
}

/// Whether records of the templates that were met last may repeat what others counted.
#[derive(Debug, Default)]
struct RepeatingTemplates {
    known: Vec<(Arc<Template>, bool)>,
    /// The index of the template that is replaced next.
    oldest: usize,
}

impl RepeatingTemplates {
    /// Templates that are known: exporters alternate between a few.
    const KEPT: usize = 8;

    /// Whether records of a set may repeat what others counted.
    fn contains(&mut self, set: &Set<'_>) -> bool {
        let Some(template) = set.shared_template() else {
            return false;
        };
        let is_same = |(known, _): &&(Arc<Template>, bool)| Arc::ptr_eq(known, template);
        if let Some((_, repeats)) = self.known.iter().find(is_same) {
            return *repeats;
        }
        let Some(first) = set.flows().next() else {
            return false;
        };
        let repeats = Increments::may_repeat(&first);
        let entry = (Arc::clone(template), repeats);
        match self.known.get_mut(self.oldest) {
            Some(place) => *place = entry,
            None => self.known.push(entry),
        }
        self.oldest = self.oldest.saturating_add(1) % Self::KEPT;
        repeats
    }
}

/// What one flow adds.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
/// use netflow_query::{Filter, FlowCounter};
///
/// let limits = Limits::default();
/// let mut decoder = Decoder::new(limits);
/// let mut counter = FlowCounter::new(Some(Filter::parse("dst port 443")?), limits.hash_seed);
/// counter.for_each(&decoder.decode(example::ipfix())?, |flow, counted| {
///     assert_eq!(flow.octets(), Some(1500));
///     assert_eq!(counted.sums.octets, 150_000); // one packet of 100 was counted
///     assert!(counted.is_scaled && counted.is_exact);
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CountedFlow {
    /// Its octets and packets, and 1 flow.
    pub sums: Sums,
    /// Whether its sampling rate is known; otherwise the counters are as they were sent.
    pub is_scaled: bool,
    /// False if it is a running total of a flow whose earlier records are unknown, and so counted whole.
    pub is_exact: bool,
}

impl FlowCounter {
    /// Counts the flows that match the filter, or all. The seed keys the hash table of flows that were
    /// counted before.
    #[must_use]
    pub fn new(filter: Option<Filter>, hash_seed: u64) -> Self {
        Self {
            filter: filter.map(SetFilter::new),
            increments: Increments::new(INCREMENTS_MEMORY, hash_seed),
            repeating: RepeatingTemplates::default(),
        }
    }

    /// Calls `each` with every flow of a datagram that is counted, and what it adds. Datagrams have to
    /// come in the order in which they were received.
    pub fn for_each(
        &mut self,
        decoded: &Decoded<'_>,
        mut each: impl FnMut(&Flow<'_>, CountedFlow),
    ) {
        for set in decoded.joined_sets() {
            self.set(&set, &mut each);
        }
    }

    /// Prepares for a set whose counters are what they add, in one direction. Returns which of its flows match,
    /// and `None` for another set, whose flows have to be counted [one by one](Self::set).
    pub(super) fn prepare(&mut self, set: &Set<'_>) -> Option<SetMatch> {
        let template = set.template().filter(|template| !template.is_biflow())?;
        if template.is_options() {
            return Some(SetMatch::None);
        }
        if self.repeating.contains(set) {
            return None;
        }
        let filter = self.filter.as_mut();
        Some(filter.map_or(SetMatch::All, |filter| filter.prepare(set)))
    }

    /// Those of the flows of the set that was prepared for that match, from `start` on.
    pub(super) fn choose(&mut self, set: &Set<'_>, matched: SetMatch, start: usize) -> Chosen {
        match (&mut self.filter, matched) {
            (Some(filter), SetMatch::Each) => filter.choose(set, start),
            (_, SetMatch::None) => Chosen::first(0),
            _ => Chosen::first(set.record_count().saturating_sub(start)),
        }
    }

    /// Calls `each` with the flows of a set that are counted.
    pub(super) fn set(&mut self, set: &Set<'_>, each: &mut impl FnMut(&Flow<'_>, CountedFlow)) {
        // Running totals have to be seen in order, whether the filter chooses them or not.
        let repeats = self.repeating.contains(set);
        let matched = self
            .filter
            .as_mut()
            .map_or(SetMatch::All, |filter| filter.prepare(set));
        for flow in set.flows() {
            let reverse = flow.reverse();
            if !repeats && reverse.is_none() && matched == SetMatch::None {
                continue;
            }
            let added = repeats.then(|| self.increments.add(&flow));
            let is_chosen = match (&self.filter, matched) {
                (_, SetMatch::All) => true,
                (Some(filter), SetMatch::Each) => filter.matches(&flow),
                _ => false,
            };
            if is_chosen {
                let counters = added.map(|added| (added.octets, added.packets));
                each(&flow, counted(&flow, counters, added));
            }
            let filter = self.filter.as_ref().map(SetFilter::filter);
            if let Some(reverse) = reverse {
                if filter.is_none_or(|filter| filter.matches(&reverse)) {
                    let counters = added.map(|added| (added.reverse_octets, added.reverse_packets));
                    each(&reverse, counted(&reverse, counters, added));
                }
            }
        }
    }
}

/// What one direction adds. `counters` is what its counters add, if that differs from their values.
fn counted(
    flow: &Flow<'_>,
    counters: Option<(Option<u64>, Option<u64>)>,
    added: Option<Increment>,
) -> CountedFlow {
    let (octets, packets) = counters.unwrap_or_else(|| (flow.octets(), flow.packets()));
    let is_exact = added.is_none_or(|added| added.is_exact);
    CountedFlow::scaled(octets, packets, flow.sampling_rate(), is_exact)
}

impl CountedFlow {
    /// Counters times the sampling rate, if it is known.
    #[inline]
    pub(super) fn scaled(
        octets: Option<u64>,
        packets: Option<u64>,
        rate: Option<u64>,
        is_exact: bool,
    ) -> Self {
        let scaled = |count: Option<u64>| count.unwrap_or(0).saturating_mul(rate.unwrap_or(1));
        Self {
            sums: Sums {
                octets: scaled(octets),
                packets: scaled(packets),
                flows: 1,
            },
            is_scaled: rate.is_some(),
            is_exact,
        }
    }
}
