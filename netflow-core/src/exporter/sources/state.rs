//! The sources of an agent, written to a snapshot and read from one.

use alloc::vec::Vec;

use super::{NumberRun, SampleCounts, Series, SflowSource, SourceKey, Sources};
use crate::snapshot::{SnapshotWriter, optional};
use crate::wire::reader::OctetReader;

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
    source: SflowSource,
}

impl SavedCounts {
    /// Reads them; `None` if they are cut.
    pub(crate) fn read(reader: &mut OctetReader<'_>) -> Option<Self> {
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
    pub(crate) fn read(reader: &mut OctetReader<'_>) -> Option<Self> {
        let key = SourceKey::read(reader)?;
        let source = SflowSource {
            run: NumberRun::read(reader)?,
            previous: optional(reader, NumberRun::read)?,
            start: reader.u32()?,
            drops: optional(reader, OctetReader::u32)?,
            series: Series::NONE,
            lost: 0,
            late: 0,
            restarted: 0,
        };
        Some(Self { key, source })
    }
}

/// The series of the numbers of one source, and the counts for that source only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SavedSeries {
    key: SourceKey,
    counted: (i64, u64, u64),
    series: Series,
}

impl SavedSeries {
    /// Reads it; `None` if it is cut.
    pub(crate) fn read(reader: &mut OctetReader<'_>) -> Option<Self> {
        let key = SourceKey::read(reader)?;
        let lost = i64::from_be_bytes(reader.u64()?.to_be_bytes());
        Some(Self {
            key,
            counted: (lost, reader.u64()?, reader.u64()?),
            series: Series::read(reader)?,
        })
    }
}

impl SourceKey {
    /// Reads it; `None` if it is cut.
    pub(crate) fn read(reader: &mut OctetReader<'_>) -> Option<Self> {
        Some(Self {
            counters: reader.u8()? != 0,
            class: reader.u32()?,
            index: reader.u32()?,
        })
    }

    fn save(&self, out: &mut SnapshotWriter<'_>) {
        out.u8(self.counters.into());
        out.u32(self.class);
        out.u32(self.index);
    }
}

impl Sources {
    /// Writes what is counted, if anything is.
    pub(crate) fn save_counts(&self, out: &mut SnapshotWriter<'_>) {
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
    pub(crate) fn save_sources(&self, out: &mut SnapshotWriter<'_>) {
        let mut sources: Vec<_> = self.sources.iter().collect();
        sources.sort_unstable_by_key(|(key, _)| **key);
        for (key, source) in sources {
            key.save(out);
            source.run.save(out);
            out.u8(source.previous.is_some().into());
            source
                .previous
                .unwrap_or(NumberRun { first: 0, next: 0 })
                .save(out);
            out.u32(source.start);
            out.optional(source.drops);
        }
    }

    /// Writes the series of the sources that have any, in order.
    pub(crate) fn save_series(&self, out: &mut SnapshotWriter<'_>) {
        let mut sources: Vec<_> = self.sources.iter().collect();
        sources.sort_unstable_by_key(|(key, _)| **key);
        for (key, source) in sources {
            let counted = (source.lost, source.late, source.restarted);
            if counted == (0, 0, 0) && source.series == Series::NONE {
                continue;
            }
            key.save(out);
            out.i64(source.lost);
            out.u64(source.late);
            out.u64(source.restarted);
            source.series.save(out);
        }
    }

    /// Takes the series of a source from a snapshot.
    pub(crate) fn restore_series(&mut self, saved: &SavedSeries) {
        let Some(source) = self.sources.get_mut(&saved.key) else {
            return;
        };
        if saved.series.is_parallel() {
            let count = self.counts.parallel_sources;
            self.counts.parallel_sources = count.saturating_add(1);
        }
        source.series = saved.series;
        (source.lost, source.late, source.restarted) = saved.counted;
    }

    /// Continues from these counts, without sources.
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

impl NumberRun {
    fn save(&self, out: &mut SnapshotWriter<'_>) {
        out.u32(self.first);
        out.u32(self.next);
    }

    fn read(reader: &mut OctetReader<'_>) -> Option<Self> {
        Some(Self {
            first: reader.u32()?,
            next: reader.u32()?,
        })
    }
}
