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

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{RECENT, Sequence};
    use crate::exporter::Step;
    use crate::snapshot::{Sections, Writer};

    fn step(number: u32) -> Step {
        Step {
            number,
            units: Some(1),
            records: 1,
            uptime: None,
        }
    }

    fn saved(sequence: &Sequence) -> Vec<u8> {
        let mut octets = Vec::new();
        let mut out = Writer::new(&mut octets);
        out.section(1, |out| sequence.save(out));
        out.finish();
        octets
    }

    fn loaded(octets: &[u8]) -> Sequence {
        let section = Sections::open(octets).unwrap().next();
        Sequence::load(&mut section.unwrap().unwrap().body).unwrap()
    }

    #[test]
    fn a_sequence_goes_on_alike_wherever_its_rings_are() {
        for count in [1, 2, 31, 32, 33, 40, 64] {
            let mut whole = Sequence::default();
            for number in 0..count {
                // Every third is missing; some come late.
                whole.step(step(number * 3 / 2));
            }
            let mut again = loaded(&saved(&whole));
            for number in (count * 2..count * 2 + 40).chain([4, 10, 19, 1]) {
                assert_eq!(again.step(step(number)), whole.step(step(number)));
                assert_eq!(saved(&again), saved(&whole), "{count} {number}");
            }
        }
    }

    #[test]
    fn more_numbers_than_there_is_room_for_leave_the_last() {
        let mut octets = [0; 10 + 4 + 1 + 8 + 1 + 40].to_vec();
        octets.push(255);
        octets.extend((0..255_u32).flat_map(u32::to_be_bytes));
        octets.push(255);
        octets.extend((0..510_u32).flat_map(u32::to_be_bytes));
        let mut reader = crate::wire::reader::Reader::new(&octets, 0);
        let sequence = Sequence::load(&mut reader).unwrap();
        let last = 255 - u32::try_from(RECENT).unwrap()..255;
        assert!(
            last.clone()
                .all(|number| sequence.recent.contains(&Some(number)))
        );
        assert_eq!(sequence.gaps.last(), Some(&(508, 509)));
    }
}
