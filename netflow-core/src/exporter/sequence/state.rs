//! The place in the sequence, written to a snapshot and read from one.

use super::{RECENT, Sequence, SequenceCounts};
use crate::snapshot::{Writer, optional};
use crate::wire::reader::Reader;

impl Sequence {
    /// Writes it, if any message had a number.
    pub(crate) fn save(&self, out: &mut Writer<'_>) {
        if self.is_untouched() {
            return;
        }
        out.optional(self.next);
        out.optional(self.uptime);
        out.u32(self.last_records);
        out.u8(self.flow_streak);
        out.u64(self.flow_lost);
        out.u8(self.counts_flows.into());
        let counts = &self.counts;
        for count in [
            counts.received,
            counts.lost,
            counts.late,
            counts.duplicated,
            counts.restarted,
        ] {
            out.u64(count);
        }
        let (newer, older) = self
            .recent
            .split_at_checked(self.cursor)
            .unwrap_or_default();
        let recent = older.iter().chain(newer).flatten();
        out.u8(count(recent.clone()));
        for number in recent {
            out.u32(*number);
        }
        let gaps = self.gaps.iter().filter(|(_, count)| *count > 0);
        out.u8(count(gaps.clone()));
        for (from, count) in gaps {
            out.u32(*from);
            out.u32(*count);
        }
    }

    /// Reads it; `None` if it is cut.
    pub(crate) fn load(reader: &mut Reader<'_>) -> Option<Self> {
        let mut sequence = Self {
            next: optional(reader, Reader::u32)?,
            uptime: optional(reader, Reader::u32)?,
            last_records: reader.u32()?,
            flow_streak: reader.u8()?,
            flow_lost: reader.u64()?,
            counts_flows: reader.u8()? != 0,
            counts: SequenceCounts {
                received: reader.u64()?,
                lost: reader.u64()?,
                late: reader.u64()?,
                duplicated: reader.u64()?,
                restarted: reader.u64()?,
            },
            ..Self::default()
        };
        for _ in 0..reader.u8()? {
            let number = reader.u32()?;
            sequence.remember(number);
        }
        for _ in 0..reader.u8()? {
            let gap = (reader.u32()?, reader.u32()?);
            sequence.gaps.rotate_left(1);
            if let Some(newest) = sequence.gaps.last_mut() {
                *newest = gap;
            }
        }
        Some(sequence)
    }

    /// No message had a number yet.
    fn is_untouched(&self) -> bool {
        self.next.is_none()
            && self.counts == SequenceCounts::default()
            && self.recent == [None; RECENT]
    }
}

/// How many there are; the rings are shorter than 256.
fn count<T>(items: impl Iterator<Item = T>) -> u8 {
    u8::try_from(items.count()).unwrap_or(u8::MAX)
}
