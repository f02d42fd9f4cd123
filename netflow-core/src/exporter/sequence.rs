//! Sequence numbers: what was lost, late, sent twice, and when the exporter
//! started anew.
//!
//! Each protocol counts in a unit of its own: flows in v5 to v8, messages in
//! v9, data records in IPFIX, datagrams and samples in sFlow. Some exporters
//! count flows in v9, or messages in IPFIX: both counts are kept, and that
//! stands in which the numbers follow each other. Numbers are of 32 bits and
//! wrap.

mod ledger;
mod state;

use self::ledger::Ledger;
pub(crate) use self::ledger::{Rest, Units};
use crate::time::Timestamp;

/// What sequence numbers told so far, in the unit of the protocol.
///
/// What is lost before the first message that came, behind the last, and
/// around a restart leaves no trace in the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SequenceCounts {
    /// Units that came, those that came twice once.
    pub received: u64,
    /// Units that were sent and have not come.
    pub lost: u64,
    /// Units that came after later ones; they are received, and not lost.
    pub late: u64,
    /// Messages that came twice. Their flows are given twice: the
    /// [`sequence_event`](crate::MessageHeader::sequence_event) tells them.
    pub duplicated: u64,
    /// How often the exporter started anew.
    pub restarted: u64,
    /// Units that are missing next to data that could not be read, or not yet:
    /// they came in it or were lost.
    pub unread: u64,
}

/// What the sequence number of one message told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SequenceEvent {
    /// Nothing: the protocol has no number, it is the first message, or what
    /// came before could not be counted.
    #[default]
    None,
    /// The number expected.
    InOrder,
    /// So many units before it are missing.
    Gap(u32),
    /// It belongs before messages that came already.
    Late,
    /// It came already.
    Duplicate,
    /// The exporter started anew.
    Restart,
}

/// What a message says about its place in the sequence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) mark: Mark,
    /// What it holds, in the unit of the protocol.
    pub(crate) units: Units,
    /// The same in the unit that some exporters count in.
    pub(crate) other: Option<Units>,
    /// Data of it waits already: it came before.
    pub(crate) twice: bool,
}

/// Number and clock of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) number: u32,
    /// Milliseconds since the exporter started, modulo 2^32.
    pub(crate) uptime: Option<u32>,
    /// When it was sent, or in sFlow received.
    pub(crate) time: Timestamp,
}

/// The sequence of one observation domain.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sequence {
    /// In the unit of the protocol.
    units: Tally,
    /// In the other unit.
    other: Tally,
    /// How much more often numbers followed each other in the other unit.
    balance: i8,
    clock: Option<Clock>,
    /// Before the restart.
    previous: Option<Clock>,
}

/// One way to count.
#[derive(Debug, Clone, Default)]
struct Tally {
    counts: SequenceCounts,
    current: Ledger,
    /// Before the restart: messages may come late from there.
    previous: Ledger,
}

/// The clock of the exporter as its last message had it.
#[derive(Debug, Clone, Copy)]
struct Clock {
    uptime: Option<u32>,
    time: Timestamp,
    /// When the exporter started, if the uptime has not wrapped; without an
    /// uptime, the time of its first message.
    began: Timestamp,
}

/// Whose count a message belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Current,
    Previous,
    Restart,
}

/// Uptime and time that differ by more than this, in milliseconds, are not of
/// the same start: seconds are whole in v9, and sFlow is timed by its receiver.
const RESTART: u32 = 10_000;
/// An uptime that wrapped while the clock was set is no more than this past
/// the wrap, in milliseconds.
const WRAPPED: u32 = 3_600_000;
/// Without an uptime, a number behind by more than this is a restart.
const FAR: u32 = 1 << 16;
/// What does not follow from the clock, and is further from the last number
/// than this, is a restart: an hour of records at 70,000 a second.
const VAST: u32 = 1 << 28;
const MILLI: i64 = 1_000_000;

impl Sequence {
    pub(crate) const fn counts(&self) -> SequenceCounts {
        if self.balance > 0 {
            self.other.counts
        } else {
            self.units.counts
        }
    }

    /// Takes the next message into account.
    pub(crate) fn step(&mut self, step: Step) -> SequenceEvent {
        let place = self.place(&step.mark, step.other.is_some());
        if place == Place::Restart {
            self.previous = self.clock.take();
        }
        let (number, twice) = (step.mark.number, step.twice);
        let told = self.units.step(place, number, step.units, twice);
        let mut event = told;
        if let Some(units) = step.other {
            let other = self.other.step(place, number, units, twice);
            let in_order = |event| i8::from(event == SequenceEvent::InOrder);
            let balance = in_order(other).saturating_sub(in_order(told));
            self.balance = self.balance.saturating_add(balance).clamp(-16, 16);
            if self.balance > 0 {
                event = other;
            }
        }
        let behind = matches!(event, SequenceEvent::Late | SequenceEvent::Duplicate);
        if place != Place::Previous && !behind {
            self.clock = Some(step.mark.clock(self.clock.as_ref()));
        }
        event
    }

    /// When the last message before the restart was sent.
    pub(crate) fn restarted_after(&self) -> Option<Timestamp> {
        self.previous.map(|clock| clock.time)
    }

    /// The message was sent before the exporter started anew.
    pub(crate) fn is_before_restart(&self, mark: &Mark) -> bool {
        self.place(mark, false) == Place::Previous
    }

    /// Data of a message that waited was read: so many units, in each way to count.
    pub(crate) fn settle(&mut self, mark: &Mark, late: bool, units: [Option<u32>; 2]) {
        let place = self.place(mark, false);
        for (tally, count) in [&mut self.units, &mut self.other].into_iter().zip(units) {
            let ledger = match place {
                Place::Previous => &mut tally.previous,
                Place::Current | Place::Restart => &mut tally.current,
            };
            if let Some(count) = count {
                ledger.settle(mark.number, count, late, &mut tally.counts);
            }
        }
    }

    /// Nothing waits any more; some that did may have been given up.
    pub(crate) fn resolve(&mut self, given_up: bool) {
        for tally in [&mut self.units, &mut self.other] {
            for ledger in [&mut tally.current, &mut tally.previous] {
                ledger.resolve(given_up, &mut tally.counts);
            }
        }
    }

    fn place(&self, mark: &Mark, both: bool) -> Place {
        let Some(last) = &self.clock else {
            return Place::Current;
        };
        let behind = self.units.current.is_behind(mark.number)
            && (!both || self.other.current.is_behind(mark.number));
        match (last.uptime, mark.uptime) {
            (Some(before), Some(now)) => self.by_uptime(mark, last, [before, now], behind),
            _ => self.by_time(mark, last, behind),
        }
    }

    /// While an exporter runs, its uptime and its clock advance alike. When it
    /// starts anew, that is later than everything it sent before.
    fn by_uptime(&self, mark: &Mark, last: &Clock, [before, now]: [u32; 2], behind: bool) -> Place {
        let began = mark.clock(None).began;
        if is_same_start(began, last.began) {
            return Place::Current;
        }
        let fell = before.saturating_sub(now) > RESTART && now.wrapping_sub(before) > WRAPPED;
        if began > last.began {
            // Or the clock was set.
            let far = self.units.current.distance(mark.number) > VAST;
            let anew = behind || fell || far;
            return if anew { Place::Restart } else { Place::Current };
        }
        let previous = self.previous.as_ref();
        if previous.is_some_and(|previous| is_same_start(began, previous.began)) {
            Place::Previous
        } else if fell {
            Place::Restart
        } else {
            Place::Current
        }
    }

    /// Without an uptime (IPFIX): a number from before, sent after all that
    /// came, is neither late nor a duplicate.
    fn by_time(&self, mark: &Mark, last: &Clock, behind: bool) -> Place {
        if self.previous.is_some() && mark.time < last.began {
            return Place::Previous;
        }
        let far = self.units.current.distance(mark.number);
        let anew = if behind {
            mark.time > last.time || far > FAR
        } else {
            far > VAST
        };
        if anew { Place::Restart } else { Place::Current }
    }
}

impl Tally {
    fn step(&mut self, place: Place, number: u32, units: Units, twice: bool) -> SequenceEvent {
        let counts = &mut self.counts;
        match place {
            Place::Current => self.current.step(number, units, twice, counts),
            Place::Restart => {
                counts.restarted = counts.restarted.saturating_add(1);
                self.previous = core::mem::take(&mut self.current);
                self.current.step(number, units, false, counts);
                SequenceEvent::Restart
            }
            // Late, wherever in its own run it belongs.
            Place::Previous => {
                let behind = self.previous.is_behind(number);
                let event = self.previous.step(number, units, twice, counts);
                if behind || event == SequenceEvent::Duplicate {
                    return event;
                }
                counts.late = counts.late.saturating_add(u64::from(units.count));
                SequenceEvent::Late
            }
        }
    }
}

impl Mark {
    fn clock(&self, last: Option<&Clock>) -> Clock {
        let began = match (self.uptime, last) {
            (Some(uptime), _) => {
                let age = i64::from(uptime).saturating_mul(MILLI);
                Timestamp::from_nanos(self.time.nanos_since(Timestamp::from_nanos(age)))
            }
            (None, Some(last)) => last.began,
            (None, None) => self.time,
        };
        Clock {
            uptime: self.uptime,
            time: self.time,
            began,
        }
    }
}

/// Both uptimes count from one start, perhaps with a wrap between them.
fn is_same_start(one: Timestamp, other: Timestamp) -> bool {
    let wrap = (1_i64 << 32).saturating_mul(MILLI);
    let apart = one.nanos_since(other).rem_euclid(wrap);
    let slack = i64::from(RESTART).saturating_mul(MILLI);
    apart.min(wrap.saturating_sub(apart)) <= slack
}

#[cfg(test)]
mod tests;
