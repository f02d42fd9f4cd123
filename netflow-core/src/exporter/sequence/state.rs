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
