//! The sequence of an observation domain in a snapshot.

use super::control::{ControlSeries, PendingControl};
use super::{
    ConstantNumber, CountingScheme, ExporterClock, Ledger, MessageStamp, PerScheme, Sequence,
    SequenceCounts, SequenceEvent, SequenceUnit, Tally, Units,
};
use crate::snapshot::{SnapshotWriter, optional, time};
use crate::time::Timestamp;
use crate::wire::reader::OctetReader;

impl Sequence {
    /// Writes it, if any message had a number.
    pub(crate) fn save(&self, out: &mut SnapshotWriter<'_>) {
        if self.steady.is_ahead() {
            return self.up_to_date().save(out);
        }
        let mut tallies = self.tallies.each().into_iter();
        let control = &self.control;
        let has_control = control.ledger.has_begun() || control.has_pending();
        if !has_control && tallies.all(|tally| !tally.current.has_begun()) {
            return;
        }
        for scheme in CountingScheme::ALL {
            let tally = self.tallies.get(scheme);
            tally.counts.save(out);
            tally.current.save(out);
            tally.previous.save(out);
            out.i8(*self.balances.get(scheme));
        }
        ExporterClock::save(self.clock, out);
        ExporterClock::save(self.previous, out);
        out.u8(self.is_established.into());
        out.optional(self.constant.last);
        out.i8(self.constant.balance);
        control.save(out);
        out.u64(self.duplicated);
        PendingControl::save(control.leading.as_ref(), out);
        self.save_run(out);
    }

    /// Reads that of an exporter whose protocol asks for this scheme; `None` if it is cut.
    pub(crate) fn load(reader: &mut OctetReader<'_>, standard: CountingScheme) -> Option<Self> {
        let mut sequence = Self::new(standard);
        for scheme in CountingScheme::ALL {
            *sequence.tallies.get_mut(scheme) = Tally {
                counts: SequenceCounts::load(reader)?,
                current: Ledger::load(reader)?,
                previous: Ledger::load(reader)?,
            };
            *sequence.balances.get_mut(scheme) = signed(reader)?;
        }
        sequence.clock = optional(reader, ExporterClock::load)?;
        sequence.previous = optional(reader, ExporterClock::load)?;
        sequence.is_established = reader.u8()? != 0;
        sequence.constant = ConstantNumber {
            last: optional(reader, OctetReader::u32)?,
            balance: signed(reader)?,
        };
        sequence.control = ControlSeries::load(reader)?;
        sequence.duplicated = reader.u64()?;
        // Snapshots of before end here.
        sequence.control.leading = PendingControl::load(reader).flatten();
        sequence.load_run(reader);
        Some(sequence)
    }
}

impl ControlSeries {
    fn save(&self, out: &mut SnapshotWriter<'_>) {
        self.counts.save(out);
        self.ledger.save(out);
        out.i8(self.balance);
        PendingControl::save(self.pending.as_ref(), out);
    }

    fn load(reader: &mut OctetReader<'_>) -> Option<Self> {
        Some(Self {
            counts: SequenceCounts::load(reader)?,
            ledger: Ledger::load(reader)?,
            balance: signed(reader)?,
            pending: PendingControl::load(reader)?,
            leading: None,
        })
    }
}

impl PendingControl {
    fn save(messages: Option<&Self>, out: &mut SnapshotWriter<'_>) {
        out.u8(messages.is_some().into());
        let Some(messages) = messages else {
            return;
        };
        let stamp = &messages.stamp;
        out.u32(stamp.number);
        out.optional(stamp.uptime);
        out.time(stamp.time);
        out.time(stamp.received);
        for units in messages.units.each() {
            out.optional(units.map(|units| units.count));
        }
    }

    fn load(reader: &mut OctetReader<'_>) -> Option<Option<Self>> {
        if reader.u8()? == 0 {
            return Some(None);
        }
        let stamp = MessageStamp {
            number: reader.u32()?,
            uptime: optional(reader, OctetReader::u32)?,
            time: time(reader)?,
            received: time(reader)?,
        };
        let mut units = PerScheme::default();
        for scheme in CountingScheme::ALL {
            let count = optional(reader, OctetReader::u32)?;
            *units.get_mut(scheme) = count.map(|count| Units {
                included: scheme == CountingScheme::FlowsIncluded,
                ..Units::decoded(count)
            });
        }
        Some(Some(Self { stamp, units }))
    }
}

fn signed(reader: &mut OctetReader<'_>) -> Option<i8> {
    Some(i8::from_be_bytes([reader.u8()?]))
}

impl SequenceCounts {
    /// Writes them, but for duplicates, which are counted once for all schemes.
    fn save(&self, out: &mut SnapshotWriter<'_>) {
        for count in [
            self.received,
            self.lost,
            self.late,
            self.restarted,
            self.unread,
        ] {
            out.u64(count);
        }
    }

    fn load(reader: &mut OctetReader<'_>) -> Option<Self> {
        Some(Self {
            received: reader.u64()?,
            lost: reader.u64()?,
            late: reader.u64()?,
            duplicated: 0,
            restarted: reader.u64()?,
            unread: reader.u64()?,
        })
    }
}

impl ExporterClock {
    fn save(clock: Option<Self>, out: &mut SnapshotWriter<'_>) {
        out.u8(clock.is_some().into());
        let clock = clock.unwrap_or(Self {
            uptime: None,
            time: Timestamp::default(),
            received: Timestamp::default(),
            started: Timestamp::default(),
        });
        out.optional(clock.uptime);
        out.time(clock.time);
        out.time(clock.received);
        out.time(clock.started);
    }

    fn load(reader: &mut OctetReader<'_>) -> Option<Self> {
        Some(Self {
            uptime: optional(reader, OctetReader::u32)?,
            time: time(reader)?,
            received: time(reader)?,
            started: time(reader)?,
        })
    }
}

impl SequenceEvent {
    /// Its number, and the number of missing units.
    pub(crate) const fn numbers(self) -> (u8, u32) {
        match self {
            Self::None => (0, 0),
            Self::InOrder => (1, 0),
            Self::Gap(count) => (2, count),
            Self::Late => (3, 0),
            Self::Duplicate => (4, 0),
            Self::Restart => (5, 0),
        }
    }

    pub(crate) const fn from_numbers(number: u8, count: u32) -> Self {
        match number {
            1 => Self::InOrder,
            2 => Self::Gap(count),
            3 => Self::Late,
            4 => Self::Duplicate,
            5 => Self::Restart,
            _ => Self::None,
        }
    }
}

impl SequenceUnit {
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Flow => 1,
            Self::FlowCountedIn => 2,
            Self::Message => 3,
            Self::DataRecord => 4,
        }
    }

    pub(crate) const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Flow,
            2 => Self::FlowCountedIn,
            3 => Self::Message,
            4 => Self::DataRecord,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{CountingScheme, Sequence};
    use crate::exporter::{MessageStamp, NumberedMessage, PerScheme, Undecoded, Units};
    use crate::snapshot::{Sections, SnapshotWriter};
    use crate::time::Timestamp;

    /// A message this number of seconds after the start of its exporter, which may
    /// have restarted.
    fn message(
        seconds: u32,
        number: u32,
        with_uptime: bool,
        undecoded: Undecoded,
    ) -> NumberedMessage {
        let time = Timestamp::from_secs(1_700_000_000 + seconds);
        let uptime = seconds.checked_sub(5_000).unwrap_or(seconds) * 1_000 + 60_000;
        let flows = Units {
            undecoded,
            ..Units::decoded(5)
        };
        NumberedMessage {
            stamp: MessageStamp {
                number,
                uptime: with_uptime.then_some(uptime),
                time,
                received: time,
            },
            units: PerScheme {
                messages: Some(Units::decoded(1)),
                data_records: None,
                flows: Some(flows),
                flows_included: Some(Units {
                    included: true,
                    ..flows
                }),
            },
        }
    }

    fn saved(sequence: &Sequence) -> Vec<u8> {
        let mut octets = Vec::new();
        let mut out = SnapshotWriter::new(&mut octets);
        out.section(1, |out| sequence.save(out));
        out.finish();
        octets
    }

    fn loaded(octets: &[u8]) -> Sequence {
        let section = Sections::open(octets).unwrap().next();
        Sequence::load(&mut section.unwrap().unwrap().body, CountingScheme::Flows).unwrap()
    }

    /// Numbers with gaps, some of them filled later, some repeated.
    fn numbers(count: u32) -> impl Iterator<Item = (u32, u32)> {
        let place = |n: u32| n * 5 + (n * 7 % 11) * 5 % 25;
        (0..count).map(move |n| (n, place(n)))
    }

    #[test]
    fn a_sequence_continues_the_same_wherever_it_was_saved() {
        for with_uptime in [true, false] {
            let mut whole = Sequence::new(CountingScheme::Flows);
            let mut again = Sequence::new(CountingScheme::Flows);
            let mut seen = Vec::new();
            let before = numbers(60);
            let after = numbers(60).map(|(n, number)| (n + 5_000, number));
            for (seconds, number) in before.chain(after).chain(numbers(9)) {
                let undecoded = if number % 45 == 0 {
                    Undecoded::Never
                } else {
                    Undecoded::Nothing
                };
                // Sent in the order of the numbers, if not received.
                let sent = seconds / 5_000 * 5_000 + number / 5;
                let message = message(sent, number, with_uptime, undecoded);
                let is_repeated = seen.contains(&message);
                seen.push(message);
                let [one, other] =
                    [&mut again, &mut whole].map(|it| it.observe(&message, || is_repeated));
                assert_eq!(one, other, "{number}");
                assert_eq!(again.counts(), whole.counts());
                again = loaded(&saved(&whole));
                assert_eq!(saved(&again), saved(&whole));
            }
            let counts = whole.counts();
            assert!(counts.lost > 0 && counts.late > 0 && counts.duplicated > 0);
            assert!(counts.restarted > 0 && counts.unread > 0);
        }
    }

    #[test]
    fn what_waits_is_saved_as_such() {
        let mut sequence = Sequence::new(CountingScheme::Flows);
        for (number, undecoded) in [
            (0, Undecoded::Nothing),
            (5, Undecoded::Waiting),
            (30, Undecoded::Nothing),
        ] {
            sequence.observe(&message(number, number, false, undecoded), || false);
        }
        assert_eq!(sequence.counts().unread, 20);
        let mut again = loaded(&saved(&sequence));
        assert_eq!(saved(&again), saved(&sequence));
        again.resolve(false);
        assert_eq!((again.counts().unread, again.counts().lost), (0, 20));
    }
}
