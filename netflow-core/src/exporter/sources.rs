//! The data sources of an sFlow agent: each counts its own samples, and the
//! samples it had to drop (sFlow version 5, section 5).

mod parallel;
mod state;

use core::hash::{Hash, Hasher};

use self::parallel::Series;
pub(crate) use self::state::{SavedCounts, SavedSeries, SavedSource};
use crate::hash::KeyedHash;
use crate::table::Table;
use crate::wire::sflow::SourceId;

/// What the sample numbers of one agent say.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(example::sflow())?;
/// let samples = decoder.domains().next().unwrap().samples;
/// assert_eq!((samples.received, samples.lost, samples.drops), (2, 0, 0));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SampleCounts {
    /// Samples that were received.
    pub received: u64,
    /// Samples that were sent and not received.
    pub lost: u64,
    /// Samples that were received after later ones; those of duplicated datagrams
    /// are not counted again.
    pub late: u64,
    /// Restarts of sources.
    pub restarted: u64,
    /// Samples that the agent dropped because it lacked resources, by its own count.
    pub drops: u64,
    /// Sources whose samples have the numbers of several counters at once, such as those of an agent
    /// that counts in each of its threads. The losses of such a source are unknown; only its samples
    /// received and the drops before them are counted.
    pub parallel_sources: u64,
}

/// A source and the kind of its samples: each kind is numbered separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourceKey {
    pub(crate) counters: bool,
    pub(crate) class: u32,
    pub(crate) index: u32,
}

/// All in one word, which is mixed into the hash at once. Classes are small numbers, so sources
/// whose words are the same are of no exporter.
impl Hash for SourceKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let source = u64::from(self.class) << 32 | u64::from(self.index);
        state.write_u64(source ^ u64::from(self.counters) << 63);
    }
}

/// One sample, as the accounting sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ObservedSample {
    pub(crate) number: u32,
    pub(crate) drops: Option<u32>,
    /// Its datagram was received already.
    pub(crate) is_repeated: bool,
    /// Its datagram was sent before the agent restarted.
    pub(crate) is_before_restart: bool,
}

#[derive(Debug, Clone, Copy)]
struct SflowSource {
    run: NumberRun,
    /// The run before the restart.
    previous: Option<NumberRun>,
    /// The start of the agent that `run` belongs to.
    start: u32,
    drops: Option<u32>,
    series: Series,
    /// What of the counts is of this source.
    lost: i64,
    late: u64,
    restarted: u64,
}

/// Numbers between two restarts: the least and the one expected next.
#[derive(Debug, Clone, Copy)]
struct NumberRun {
    first: u32,
    next: u32,
}

/// The sources of one agent.
#[derive(Debug)]
pub(crate) struct Sources {
    sources: Table<SourceKey, SflowSource>,
    counts: SampleCounts,
    /// Restarts of the agent.
    starts: u32,
    /// Whether a number that is far behind is a restart of the source.
    detects_restarts: bool,
}

/// A number behind by more than this is a restart, if those are detected.
const FAR: u32 = 1 << 10;
/// Most drops between two samples for which a lower count is read as one that wrapped. If it would be
/// more, the count was reset.
const WRAPPED: u32 = 1 << 20;

impl Sources {
    pub(crate) fn new(hash: KeyedHash) -> Self {
        Self {
            sources: Table::new(hash),
            counts: SampleCounts::default(),
            starts: 0,
            detects_restarts: true,
        }
    }

    /// Sets whether numbers that decrease are a restart; otherwise they are late.
    pub(crate) const fn detect_restarts(&mut self, detects: bool) {
        self.detects_restarts = detects;
    }

    pub(crate) const fn counts(&self) -> SampleCounts {
        self.counts
    }

    pub(crate) fn memory(&self) -> usize {
        self.sources.memory()
    }

    /// Octets that must be free to take one more source.
    pub(crate) fn growth(&self) -> usize {
        self.sources.growth()
    }

    /// Whether the source is known.
    pub(crate) fn knows(&self, key: SourceKey) -> bool {
        self.sources.get(&key).is_some()
    }

    /// The agent restarted, and each source with it.
    pub(crate) const fn restart(&mut self) {
        self.starts = self.starts.wrapping_add(1);
    }

    /// Accounts for the first sample of a source, which is kept if there is `room`.
    pub(crate) fn admit(&mut self, key: SourceKey, sample: ObservedSample, room: bool) {
        self.counts.received = self.counts.received.saturating_add(1);
        if room {
            let before = u32::from(sample.is_before_restart);
            let source = SflowSource::new(sample, self.starts.wrapping_sub(before));
            self.sources.insert(key, source);
        }
    }

    /// Accounts for the flow sample that is expected next of its source, as nearly all are. `false` if
    /// it is another, which changes nothing. Its arguments fit registers.
    #[inline(never)]
    pub(crate) fn observe_next(&mut self, source: SourceId, number: u32, drops: u32) -> bool {
        let key = SourceKey {
            counters: false,
            class: source.class,
            index: source.index,
        };
        let Some(source) = self.sources.get_mut(&key) else {
            return false;
        };
        let is_next = source.run.next == number
            && source.start == self.starts
            && !source.series.is_parallel();
        if is_next {
            self.counts.received = self.counts.received.saturating_add(1);
            source.go_on(Some(drops), &mut self.counts);
        }
        is_next
    }

    /// Accounts for a sample; `false` if its source is new, which changes nothing.
    pub(crate) fn observe(&mut self, key: SourceKey, sample: ObservedSample) -> bool {
        let counts = &mut self.counts;
        let Some(source) = self.sources.get_mut(&key) else {
            return false;
        };
        let restarted = source.start == self.starts;
        if source.series.is_parallel() {
            let is_new = !sample.is_repeated;
            counts.received = counts.received.saturating_add(is_new.into());
        } else if sample.is_before_restart && restarted {
            let previous = source.previous.get_or_insert(NumberRun::new(sample.number));
            if !sample.is_repeated || previous.is_ahead(sample.number) {
                counts.received = counts.received.saturating_add(1);
                counts.late = counts.late.saturating_add(1);
                previous.advance(sample.number, counts);
            }
        } else if !sample.is_repeated || source.run.is_ahead(sample.number) {
            counts.received = counts.received.saturating_add(1);
            if restarted || sample.is_before_restart {
                source.account(sample, self.detects_restarts, counts);
            } else {
                source.series = Series::NONE;
                source.restart(sample, self.starts, counts);
            }
        }
        true
    }
}

impl SflowSource {
    const fn new(sample: ObservedSample, start: u32) -> Self {
        Self {
            run: NumberRun::new(sample.number),
            previous: None,
            start,
            drops: sample.drops,
            series: Series::NONE,
            lost: 0,
            late: 0,
            restarted: 0,
        }
    }

    /// Accounts for a sample of the present start, unless the source proves to be numbered by
    /// several counters: then what was counted of it is taken back. `detects` is whether a number far
    /// behind is a restart.
    fn account(&mut self, sample: ObservedSample, detects: bool, counts: &mut SampleCounts) {
        let expected = self.run.next;
        if sample.number == expected {
            self.go_on(sample.drops, counts);
            return;
        }
        let before = *counts;
        let is_repeat = self.lost <= 0 && !sample.is_repeated && self.run.has(sample.number);
        let goes_on = self.observe(sample, detects, counts);
        let returned = self.series.observe(sample.number, expected, goes_on);
        if is_repeat {
            self.series.repeat();
        }
        if returned && self.run.next == sample.number.wrapping_add(1) {
            self.series.exchange(self.run.next, expected);
        }
        self.lost = self
            .lost
            .saturating_add_unsigned(counts.lost)
            .saturating_sub_unsigned(before.lost);
        let late = counts.late.saturating_sub(before.late);
        let restarted = counts.restarted.saturating_sub(before.restarted);
        self.late = self.late.saturating_add(late);
        self.restarted = self.restarted.saturating_add(restarted);
        if self.series.is_parallel() {
            counts.lost = counts
                .lost
                .saturating_add_signed(self.lost.saturating_neg());
            counts.late = counts.late.saturating_sub(self.late);
            counts.restarted = counts.restarted.saturating_sub(self.restarted);
            counts.parallel_sources = counts.parallel_sources.saturating_add(1);
        }
    }

    /// Accounts for the sample expected next, as nearly every one is: nothing is missing.
    #[inline]
    fn go_on(&mut self, drops: Option<u32>, counts: &mut SampleCounts) {
        self.series.continues();
        if self.drops != drops {
            self.drop_more(drops, counts);
        }
        self.run.next = self.run.next.wrapping_add(1);
    }

    /// Accounts for a sample other than the one expected next. Returns whether the source is now
    /// expected to continue from it.
    fn observe(
        &mut self,
        sample: ObservedSample,
        detects: bool,
        counts: &mut SampleCounts,
    ) -> bool {
        let behind = self.run.next.wrapping_sub(sample.number);
        if self.run.is_ahead(sample.number) {
            self.drop_more(sample.drops, counts);
            self.run.advance(sample.number, counts);
            return true;
        }
        if behind > FAR && detects {
            let start = self.start;
            self.restart(sample, start, counts);
            return true;
        }
        counts.late = counts.late.saturating_add(1);
        // What lies between is not missing if it is far: the source may have several counters.
        if behind <= FAR {
            self.run.advance(sample.number, counts);
        }
        false
    }

    fn restart(&mut self, sample: ObservedSample, start: u32, counts: &mut SampleCounts) {
        counts.restarted = counts.restarted.saturating_add(1);
        self.previous = Some(self.run);
        self.run = NumberRun::new(sample.number);
        self.start = start;
        self.drops = sample.drops;
    }

    fn drop_more(&mut self, drops: Option<u32>, counts: &mut SampleCounts) {
        if let (Some(before), Some(now)) = (self.drops, drops) {
            // A count that decreases was reset, unless it wrapped between two samples.
            let more = now.wrapping_sub(before);
            let most = if now < before { WRAPPED } else { u32::MAX / 2 };
            if more <= most {
                counts.drops = counts.drops.saturating_add(u64::from(more));
            }
        }
        self.drops = drops;
    }
}

impl NumberRun {
    const fn new(number: u32) -> Self {
        Self {
            first: number,
            next: number.wrapping_add(1),
        }
    }

    const fn is_ahead(&self, number: u32) -> bool {
        number.wrapping_sub(self.next) <= u32::MAX / 2
    }

    /// A number from the least to the last; if nothing is missing, another sample has it.
    const fn has(&self, number: u32) -> bool {
        let length = self.next.wrapping_sub(self.first);
        number.wrapping_sub(self.first) < length
    }

    /// A number that was not received before: what lies between it and the others
    /// is missing, or it was.
    fn advance(&mut self, number: u32, counts: &mut SampleCounts) {
        let before = self.first.wrapping_sub(number);
        if self.is_ahead(number) {
            let lost = number.wrapping_sub(self.next);
            counts.lost = counts.lost.saturating_add(u64::from(lost));
            self.next = number.wrapping_add(1);
        } else if before > 0 && before <= u32::MAX / 2 {
            let lost = u64::from(before).saturating_sub(1);
            counts.lost = counts.lost.saturating_add(lost);
            self.first = number;
        } else if before > 0 {
            counts.lost = counts.lost.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{ObservedSample, SourceKey, Sources};
    use crate::hash::KeyedHash;

    const SOURCE: SourceKey = SourceKey {
        counters: false,
        class: 0,
        index: 3,
    };

    const fn sample(number: u32) -> ObservedSample {
        ObservedSample {
            number,
            drops: Some(0),
            is_repeated: false,
            is_before_restart: false,
        }
    }

    fn run(samples: impl IntoIterator<Item = ObservedSample>) -> Sources {
        let mut sources = Sources::new(KeyedHash::new(1));
        for sample in samples {
            take(&mut sources, SOURCE, sample);
        }
        sources
    }

    fn take(sources: &mut Sources, key: SourceKey, sample: ObservedSample) {
        if !sources.observe(key, sample) {
            sources.admit(key, sample, true);
        }
    }

    #[test]
    fn each_source_counts_alone() {
        let mut sources = run([10, 11, 14, 12, 15].map(sample));
        let other = SourceKey {
            counters: true,
            ..SOURCE
        };
        take(&mut sources, other, sample(900));
        let counts = sources.counts();
        assert_eq!((counts.received, counts.lost, counts.late), (6, 1, 1));
    }

    #[test]
    fn drops_of_the_agent_are_summed() {
        let steps = [(1, 100), (2, 100), (3, 107), (4, 110)];
        let sources = run(steps.map(|(number, drops)| ObservedSample {
            drops: Some(drops),
            ..sample(number)
        }));
        assert_eq!(sources.counts().drops, 10);
    }

    #[test]
    fn the_samples_of_several_threads_are_not_lost() {
        // Two threads whose numbers are near each other, or far apart, and three.
        let pairs = |apart: u32| (0..20).flat_map(move |n| [100 + n, 100 + apart + n]);
        let of_three = (0..20).flat_map(|n| [7 + n, 90_000 + n, 500_000 + n]);
        for numbers in [
            pairs(3).collect::<Vec<_>>(),
            pairs(500).collect(),
            pairs(5_000).collect(),
            of_three.collect(),
        ] {
            let counts = run(numbers.iter().map(|number| sample(*number))).counts();
            let known = (counts.lost, counts.late, counts.restarted);
            assert_eq!(known, (0, 0, 0), "{numbers:?}");
            assert_eq!(counts.received, u64::try_from(numbers.len()).unwrap());
            assert_eq!(counts.parallel_sources, 1);
        }
    }

    #[test]
    fn threads_that_take_turns_at_random_are_recognised() {
        for apart in [100, 250, 300, 1_000, 2_000, 100_000] {
            for seed in 0..20_u32 {
                let mut next = [5_001, 5_001 + apart];
                let mut state = seed;
                let numbers = core::iter::repeat_with(|| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let next = &mut next[usize::from(state >> 31 == 1)];
                    *next += 1;
                    *next
                });
                let counts = run(numbers.take(600).map(sample)).counts();
                let known = (counts.lost, counts.late, counts.restarted);
                assert_eq!(known, (0, 0, 0), "{apart} apart, seed {seed}");
                assert_eq!((counts.received, counts.parallel_sources), (600, 1));
            }
        }
    }

    #[test]
    fn reordered_datagrams_are_of_one_counter() {
        // Each pair of datagrams, of seven samples each, is exchanged.
        let pairs = (0..30).map(|pair| 14 * pair);
        let numbers = pairs.flat_map(|first| (first + 7..first + 14).chain(first..first + 7));
        let counts = run(numbers.map(sample)).counts();
        assert_eq!((counts.lost, counts.parallel_sources), (0, 0));
        assert_eq!(counts.late, 30 * 7);
    }

    #[test]
    fn drops_that_fall_were_reset_and_may_wrap() {
        let of = |drops: [u32; 4]| {
            let samples = (1..).zip(drops).map(|(number, drops)| ObservedSample {
                drops: Some(drops),
                ..sample(number)
            });
            run(samples).counts().drops
        };
        assert_eq!(of([5, 4, 4, 6]), 2);
        assert_eq!(of([u32::MAX - 1, 3, 3, 4]), 6);
        assert_eq!(of([3_000_000_000, 3_000_000_001, 4, 5]), 2);
    }

    #[test]
    fn a_number_far_behind_is_a_restart() {
        let counts = run([1_000_000, 1, 2].map(sample)).counts();
        assert_eq!((counts.restarted, counts.lost), (1, 0));
    }

    #[test]
    fn a_number_far_behind_is_late_where_restarts_are_not_detected() {
        let mut sources = Sources::new(KeyedHash::new(1));
        sources.detect_restarts(false);
        for number in [1_000_000, 1, 1_000_001] {
            take(&mut sources, SOURCE, sample(number));
        }
        let counts = sources.counts();
        assert_eq!((counts.restarted, counts.late, counts.lost), (0, 1, 0));
    }

    #[test]
    fn a_duplicated_datagram_counts_once() {
        let again = |number| ObservedSample {
            is_repeated: true,
            ..sample(number)
        };
        let counts = run([sample(1), sample(4), again(1), sample(2), again(2)]).counts();
        assert_eq!((counts.received, counts.lost, counts.late), (3, 1, 1));
        // An agent that does not number its datagrams has samples all the same.
        assert_eq!(run([sample(1), again(2), again(3)]).counts().received, 3);
    }

    #[test]
    fn what_was_sent_before_the_first_sample_received_was_never_lost() {
        let counts = run([1, 3, 9, 7, 8].map(sample)).counts();
        assert_eq!((counts.lost, counts.late), (4, 2));
        let counts = run([9, 5, 7].map(sample)).counts();
        assert_eq!((counts.lost, counts.late), (2, 2));
    }

    #[test]
    fn all_sources_restart_with_their_agent() {
        let mut sources = run([98, 99].map(sample));
        sources.restart();
        let old = |number| ObservedSample {
            is_before_restart: true,
            ..sample(number)
        };
        for sample in [
            old(101),
            sample(2),
            old(100),
            old(103),
            sample(1),
            sample(3),
        ] {
            take(&mut sources, SOURCE, sample);
        }
        let counts = sources.counts();
        assert_eq!((counts.received, counts.restarted), (8, 1));
        assert_eq!((counts.lost, counts.late), (1, 3));
    }
}
