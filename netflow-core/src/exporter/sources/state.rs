//! The sources of an agent, written to a snapshot and read from one.

use alloc::vec::Vec;

use super::{Run, SampleCounts, Series, Source, SourceKey, Sources};
use crate::snapshot::{Writer, optional};
use crate::wire::reader::Reader;

/// What is counted of all sources together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct SavedCounts {
    counts: SampleCounts,
    starts: u32,
}

/// One source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SavedSource {
    pub(crate) key: SourceKey,
    source: Source,
}

impl SavedCounts {
    /// Reads them; `None` if they are cut.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            counts: SampleCounts {
                received: reader.u64()?,
                lost: reader.u64()?,
                late: reader.u64()?,
                restarted: reader.u64()?,
                drops: reader.u64()?,
                parallel_sources: 0,
            },
            starts: reader.u32()?,
        })
    }
}

impl SavedSource {
    /// Reads it; `None` if it is cut.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let key = SourceKey::read(reader)?;
        let source = Source {
            run: Run::read(reader)?,
            previous: optional(reader, Run::read)?,
            start: reader.u32()?,
            drops: optional(reader, Reader::u32)?,
            series: Series::NONE,
            lost: 0,
            late: 0,
            restarted: 0,
        };
        Some(Self { key, source })
    }
}

impl SourceKey {
    /// Reads it; `None` if it is cut.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            counters: reader.u8()? != 0,
            class: reader.u32()?,
            index: reader.u32()?,
        })
    }

    fn save(&self, out: &mut Writer<'_>) {
        out.u8(self.counters.into());
        out.u32(self.class);
        out.u32(self.index);
    }
}

impl Sources {
    /// Writes what is counted, if anything is.
    pub(crate) fn save_counts(&self, out: &mut Writer<'_>) {
        let (counts, starts) = (self.counts, self.starts);
        let saved = SavedCounts { counts, starts };
        if saved == SavedCounts::default() {
            return;
        }
        for count in [
            counts.received,
            counts.lost,
            counts.late,
            counts.restarted,
            counts.drops,
        ] {
            out.u64(count);
        }
        out.u32(starts);
    }

    /// Writes the sources, in order.
    pub(crate) fn save_sources(&self, out: &mut Writer<'_>) {
        let mut sources: Vec<_> = self.sources.iter().collect();
        sources.sort_unstable_by_key(|(key, _)| **key);
        for (key, source) in sources {
            key.save(out);
            source.run.save(out);
            out.u8(source.previous.is_some().into());
            source
                .previous
                .unwrap_or(Run { first: 0, next: 0 })
                .save(out);
            out.u32(source.start);
            out.optional(source.drops);
        }
    }

    /// Writes which sources are numbered by several counters, in order.
    pub(crate) fn save_parallel(&self, out: &mut Writer<'_>) {
        let parallel = self.sources.iter();
        let parallel = parallel.filter(|(_, source)| source.series.is_parallel());
        let mut keys: Vec<_> = parallel.map(|(key, _)| key).collect();
        keys.sort_unstable();
        for key in keys {
            key.save(out);
        }
    }

    /// Takes from a snapshot that a source is numbered by several counters.
    pub(crate) fn restore_parallel(&mut self, key: SourceKey) {
        let known = self.sources.get_mut(&key);
        if let Some(source) = known.filter(|source| !source.series.is_parallel()) {
            source.series = Series::PARALLEL;
            let count = self.counts.parallel_sources;
            self.counts.parallel_sources = count.saturating_add(1);
        }
    }

    /// Goes on from these counts, without sources.
    pub(crate) fn reset(&mut self, saved: &SavedCounts) {
        self.sources.retain(|_, _| false);
        self.counts = saved.counts;
        self.starts = saved.starts;
    }

    /// Takes a source from a snapshot.
    pub(crate) fn restore(&mut self, saved: &SavedSource) {
        self.sources.insert(saved.key, saved.source);
    }
}

impl Run {
    fn save(&self, out: &mut Writer<'_>) {
        out.u32(self.first);
        out.u32(self.next);
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            first: reader.u32()?,
            next: reader.u32()?,
        })
    }
}
