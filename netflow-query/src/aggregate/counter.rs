//! What each flow adds to sums.

use netflow_core::{Decoded, Flow, Increment, Increments, Set};

use super::Sums;
use crate::{Filter, SetFilter, SetMatch};

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

    fn set(&mut self, set: &Set<'_>, each: &mut impl FnMut(&Flow<'_>, CountedFlow)) {
        // Running totals have to be seen in order, whether the filter chooses them or not.
        let first = set.flows().next();
        let repeats = first.is_some_and(|flow| Increments::may_repeat(&flow));
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
    let rate = flow.sampling_rate();
    let scaled = |count: Option<u64>| count.unwrap_or(0).saturating_mul(rate.unwrap_or(1));
    CountedFlow {
        sums: Sums {
            octets: scaled(octets),
            packets: scaled(packets),
            flows: 1,
        },
        is_scaled: rate.is_some(),
        is_exact: added.is_none_or(|added| added.is_exact),
    }
}
