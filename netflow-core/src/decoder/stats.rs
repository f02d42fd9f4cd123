//! What a Decoder has read and what it has lost.

use core::iter::Sum;
use core::ops::AddAssign;

use crate::error::ErrorKind;

/// Counters of a [`Decoder`](crate::Decoder) since it was created. They only
/// increase.
///
/// ```
/// use netflow_core::{Decoder, Limits, Stats, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(example::ipfix())?;
/// let stats = decoder.stats();
/// assert_eq!((stats.messages, stats.templates, stats.records), (1, 3, 1));
/// assert_eq!(stats.options_records, 2);
///
/// let shards = [Decoder::default(), decoder];
/// let total: Stats = shards.iter().map(|shard| *shard.stats()).sum();
/// assert_eq!(total.messages, 1);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Datagrams passed to the decoder.
    pub datagrams: u64,
    /// Octets of the payloads of these datagrams.
    pub octets: u64,
    /// Datagrams whose first header could not be read.
    pub unreadable: u64,
    /// Messages read; a datagram may hold several.
    pub messages: u64,
    /// Sets of v9 and IPFIX.
    pub sets: u64,
    /// Template and options template records, each time one is sent.
    pub templates: u64,
    /// Withdrawals.
    pub withdrawals: u64,
    /// Data records that describe flows.
    pub records: u64,
    /// Data records that describe the exporter.
    pub options_records: u64,
    /// sFlow flow samples.
    pub flow_samples: u64,
    /// sFlow counters samples.
    pub counters_samples: u64,
    /// sFlow discarded packets.
    pub discarded_packets: u64,
    /// Data sets that waited and were decoded when their template arrived.
    pub late_sets: u64,
    /// Data sets that waited and were discarded.
    pub given_up_sets: u64,
    /// Octets of the data sets that waited and were discarded.
    pub given_up_octets: u64,
    /// Observation domains forgotten because the memory limit was reached.
    pub evicted: u64,
    /// Problems by the number of their kind; see [`problems`](Self::problems).
    counts: ProblemCounts,
}

/// The counters of all decoders of a program.
impl Sum for Stats {
    fn sum<I: Iterator<Item = Self>>(counters: I) -> Self {
        let mut total = Self::default();
        counters.for_each(|one| total.add_assign(one));
        total
    }
}

/// Adds the counters of another decoder.
impl AddAssign for Stats {
    fn add_assign(&mut self, other: Self) {
        let Self {
            datagrams,
            octets,
            unreadable,
            messages,
            sets,
            templates,
            withdrawals,
            records,
            options_records,
            flow_samples,
            counters_samples,
            discarded_packets,
            late_sets,
            given_up_sets,
            given_up_octets,
            evicted,
            counts,
        } = self;
        for (counter, more) in [
            (datagrams, other.datagrams),
            (octets, other.octets),
            (unreadable, other.unreadable),
            (messages, other.messages),
            (sets, other.sets),
            (templates, other.templates),
            (withdrawals, other.withdrawals),
            (records, other.records),
            (options_records, other.options_records),
            (flow_samples, other.flow_samples),
            (counters_samples, other.counters_samples),
            (discarded_packets, other.discarded_packets),
            (late_sets, other.late_sets),
            (given_up_sets, other.given_up_sets),
            (given_up_octets, other.given_up_octets),
            (evicted, other.evicted),
        ] {
            *counter = counter.wrapping_add(more);
        }
        for (counter, more) in counts.0.iter_mut().zip(other.counts.0) {
            *counter = counter.wrapping_add(more);
        }
    }
}

/// Room for every kind of error, by number.
const KINDS: usize = ErrorKind::CODES.len().saturating_add(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ProblemCounts([u64; KINDS]);

impl Default for ProblemCounts {
    fn default() -> Self {
        Self([0; KINDS])
    }
}

impl Stats {
    /// Flows: the data records that describe one, and the flow samples of sFlow.
    #[must_use]
    pub const fn flows(&self) -> u64 {
        self.records.saturating_add(self.flow_samples)
    }

    /// Counts one more. 64-bit counters do not overflow.
    pub(super) fn add(counter: &mut u64, count: usize) {
        *counter = counter.wrapping_add(u64::try_from(count).unwrap_or(u64::MAX));
    }

    pub(super) fn count_problem(&mut self, kind: &ErrorKind) {
        if let Some(count) = self.counts.0.get_mut(usize::from(kind.number())) {
            *count = count.wrapping_add(1);
        }
    }

    /// How many problems there were of each kind that occurred, by its code.
    pub fn problems(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        let counts = self.counts.0;
        ErrorKind::CODES.iter().filter_map(move |(number, code)| {
            let count = counts.get(usize::from(*number)).copied()?;
            (count > 0).then_some((*code, count))
        })
    }
}
