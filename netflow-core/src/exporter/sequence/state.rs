//! The place in the sequence, written to a snapshot and read from one.

use super::{Clock, Ledger, Sequence, SequenceCounts, Tally};
use crate::snapshot::{Writer, optional, time};
use crate::time::Timestamp;
use crate::wire::reader::Reader;

impl Sequence {
    /// Writes it, if any message had a number.
    pub(crate) fn save(&self, out: &mut Writer<'_>) {
        if self.clock.is_none() {
            return;
        }
        self.units.save(out);
        self.other.save(out);
        out.i8(self.balance);
        Clock::save(self.clock, out);
        Clock::save(self.previous, out);
    }

    /// Reads it; `None` if it is cut.
    pub(crate) fn load(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            units: Tally::load(reader)?,
            other: Tally::load(reader)?,
            balance: i8::from_be_bytes([reader.u8()?]),
            clock: optional(reader, Clock::load)?,
            previous: optional(reader, Clock::load)?,
        })
    }
}

impl Tally {
    fn save(&self, out: &mut Writer<'_>) {
        let counts = &self.counts;
        for count in [
            counts.received,
            counts.lost,
            counts.late,
            counts.duplicated,
            counts.restarted,
            counts.unread,
        ] {
            out.u64(count);
        }
        self.current.save(out);
        self.previous.save(out);
    }

    fn load(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            counts: SequenceCounts {
                received: reader.u64()?,
                lost: reader.u64()?,
                late: reader.u64()?,
                duplicated: reader.u64()?,
                restarted: reader.u64()?,
                unread: reader.u64()?,
            },
            current: Ledger::load(reader)?,
            previous: Ledger::load(reader)?,
        })
    }
}

impl Clock {
    fn save(clock: Option<Self>, out: &mut Writer<'_>) {
        out.u8(clock.is_some().into());
        let clock = clock.unwrap_or(Self {
            uptime: None,
            time: Timestamp::default(),
            began: Timestamp::default(),
        });
        out.optional(clock.uptime);
        out.time(clock.time);
        out.time(clock.began);
    }

    fn load(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            uptime: optional(reader, Reader::u32)?,
            time: time(reader)?,
            began: time(reader)?,
        })
    }
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
