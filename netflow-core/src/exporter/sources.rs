//! The data sources of an sFlow agent: each counts its own samples, and the
//! samples it had to drop (sFlow version 5, section 5).

use crate::hash::KeyedHash;
use crate::table::Table;

/// What the numbers of the samples of one agent told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SampleCounts {
    /// Samples that came.
    pub received: u64,
    /// Samples that were sent and have not come.
    pub lost: u64,
    /// Samples that came after later ones, or twice.
    pub late: u64,
    /// How often a source started anew.
    pub restarted: u64,
    /// Packets that would have been sampled and were dropped for want of
    /// resources, as the agent says.
    pub drops: u64,
}

/// A source and the kind of its samples, which are numbered apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SourceKey {
    pub(crate) counters: bool,
    pub(crate) class: u32,
    pub(crate) index: u32,
}

#[derive(Debug, Clone, Copy)]
struct Source {
    next: u32,
    drops: Option<u32>,
}

/// The sources of one agent.
#[derive(Debug)]
pub(crate) struct Sources {
    sources: Table<SourceKey, Source>,
    counts: SampleCounts,
}

/// A number behind by more than this is a restart.
const FAR: u32 = 1 << 10;

impl Sources {
    pub(crate) fn new(hash: KeyedHash) -> Self {
        Self {
            sources: Table::new(hash),
            counts: SampleCounts::default(),
        }
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

    /// All sources with their next number and the drops they told last, in no
    /// order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (SourceKey, u32, Option<u32>)> {
        let sources = self.sources.iter();
        sources.map(|(key, source)| (*key, source.next, source.drops))
    }

    /// Puts a source back where it was.
    pub(crate) fn restore(&mut self, key: SourceKey, next: u32, drops: Option<u32>) {
        self.sources.insert(key, Source { next, drops });
    }

    /// Starts again from these counts, without sources.
    pub(crate) fn reset(&mut self, counts: SampleCounts) {
        self.sources.retain(|_, _| false);
        self.counts = counts;
    }

    /// Whether the source is known.
    pub(crate) fn knows(&self, key: SourceKey) -> bool {
        self.sources.get(&key).is_some()
    }

    /// Takes a sample into account. Of a source that is new, only if there is
    /// `room` for it.
    pub(crate) fn step(&mut self, key: SourceKey, number: u32, drops: Option<u32>, room: bool) {
        let counts = &mut self.counts;
        counts.received = counts.received.saturating_add(1);
        let Some(source) = self.sources.get_mut(&key) else {
            if room {
                let next = number.wrapping_add(1);
                self.sources.insert(key, Source { next, drops });
            }
            return;
        };
        let ahead = number.wrapping_sub(source.next);
        let behind = source.next.wrapping_sub(number);
        if ahead <= behind {
            counts.lost = counts.lost.saturating_add(u64::from(ahead));
        } else if behind <= FAR {
            counts.late = counts.late.saturating_add(1);
            counts.lost = counts.lost.saturating_sub(1);
            return;
        } else {
            counts.restarted = counts.restarted.saturating_add(1);
            source.drops = drops;
        }
        if let (Some(before), Some(now)) = (source.drops, drops) {
            let more = now.wrapping_sub(before);
            counts.drops = counts.drops.saturating_add(u64::from(more));
        }
        source.next = number.wrapping_add(1);
        source.drops = drops;
    }
}

#[cfg(test)]
mod tests {
    use super::{SourceKey, Sources};
    use crate::hash::KeyedHash;

    const SOURCE: SourceKey = SourceKey {
        counters: false,
        class: 0,
        index: 3,
    };

    #[test]
    fn each_source_counts_alone() {
        let mut sources = Sources::new(KeyedHash::new(1));
        for number in [10, 11, 14, 12, 15] {
            sources.step(SOURCE, number, Some(0), true);
        }
        let other = SourceKey {
            counters: true,
            ..SOURCE
        };
        sources.step(other, 900, None, true);
        let counts = sources.counts();
        assert_eq!((counts.received, counts.lost, counts.late), (6, 1, 1));
    }

    #[test]
    fn drops_of_the_agent_are_summed() {
        let mut sources = Sources::new(KeyedHash::new(1));
        for (number, drops) in [(1, 100), (2, 100), (3, 107), (4, 110)] {
            sources.step(SOURCE, number, Some(drops), true);
        }
        assert_eq!(sources.counts().drops, 10);
    }

    #[test]
    fn a_number_far_behind_is_a_restart() {
        let mut sources = Sources::new(KeyedHash::new(1));
        for number in [1_000_000, 1, 2] {
            sources.step(SOURCE, number, Some(5), true);
        }
        let counts = sources.counts();
        assert_eq!((counts.restarted, counts.lost), (1, 0));
    }
}
