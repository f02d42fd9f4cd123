//! Sequence numbers: what was lost, late, sent twice, and when the exporter
//! started anew.
//!
//! Each protocol counts in a unit of its own: flows in v5 to v8, messages in
//! v9, data records in IPFIX, datagrams and samples in sFlow; the number is
//! that of the first unit of the message. Some exporters count flows in v9, messages
//! in IPFIX, or flows without options there; OVS and softflowd give the number that
//! counts the flows of the message in. Each such way has a tally, and that stands in
//! which the numbers follow each other. Numbers are of 32 bits and wrap.
//!
//! Of messages of 10, 20 and 5 flows behind 100 others, the numbers are, by way:
//!
//! | way | first | second | third |
//! |---|---|---|---|
//! | flows | 100 | 110 | 130 |
//! | flows, counted in | 110 | 130 | 135 |
//! | messages | 7 | 8 | 9 |

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

/// What an exporter counts with its sequence numbers: what its protocol counts,
/// unless its numbers followed each other in another way only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SequenceUnit {
    /// Flows, of which the number is that of the first in the message: v5 to v8.
    Flow,
    /// Flows, of which the number is how many were sent, those of the message
    /// among them.
    FlowCountedIn,
    /// Messages: v9, and sFlow, whose messages are datagrams.
    Message,
    /// Data records, options among them, of which the number is that of the first
    /// in the message: IPFIX.
    DataRecord,
}

impl SequenceUnit {
    /// The one thing that is counted, in English.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flow | Self::FlowCountedIn => "flow",
            Self::Message => "message",
            Self::DataRecord => "data record",
        }
    }
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
    /// What it holds, as the protocol counts and as some exporters do.
    pub(crate) ways: Ways<Units>,
    /// Data of it waits already: it came before.
    pub(crate) twice: bool,
}

/// Something for each way to count; the first is that of the protocol, and
/// always there.
pub(crate) type Ways<T> = [Option<T>; WAYS];

const WAYS: usize = 4;

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
    /// One for each way to count.
    tallies: [Tally; WAYS],
    /// How much more often numbers followed each other in this way than they did
    /// in another alone.
    balances: [i8; WAYS],
    clock: Option<Clock>,
    /// Before the restart.
    previous: Option<Clock>,
    stand: Stand,
}

/// Whether the numbers ever changed: some exporters leave them 0.
#[derive(Debug, Clone, Copy, Default)]
struct Stand {
    /// The number of the first message.
    number: Option<u32>,
    /// How many messages behind it had the same, as long as all had.
    repeats: u8,
    moved: bool,
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

/// So often is no chance.
const SURE: i8 = 3;
/// No way is surer than this.
const MOST: i8 = 4 * SURE;
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
    pub(crate) fn counts(&self) -> SequenceCounts {
        let tally = self.way().and_then(|way| self.tallies.get(way));
        tally.map(|tally| tally.counts).unwrap_or_default()
    }

    /// The way in which the exporter counts, an index of [`Ways`]: that of the
    /// protocol, unless another is sure. `None` if the numbers do not count: they
    /// never change.
    pub(crate) fn way(&self) -> Option<usize> {
        if self.stand.is_sure() {
            return None;
        }
        // Nothing is surer.
        if matches!(self.balances, [MOST, ..]) {
            return Some(0);
        }
        let ways = self.balances.iter().enumerate().rev();
        let best = ways.max_by_key(|(_, balance)| **balance);
        best.map(|(way, balance)| if *balance < SURE { 0 } else { way })
    }

    /// Takes the next message into account.
    #[inline]
    pub(crate) fn step(&mut self, step: Step) -> SequenceEvent {
        if self.follows(&step) {
            return SequenceEvent::InOrder;
        }
        self.step_aside(step)
    }

    /// What nearly every message is: the next of an exporter that is known to count as
    /// its protocol does and did not start anew. `false` if it may be something else;
    /// then nothing has changed.
    ///
    /// The other ways to count go along and are compared, but what is missing in them is
    /// not noted: it is missing from a count that nobody keeps.
    #[inline]
    fn follows(&mut self, step: &Step) -> bool {
        let number = step.mark.number;
        let ([sure, ..], [Some(units), others @ ..]) = (self.balances, &step.ways) else {
            return false;
        };
        let Some(clock) = self.clock.filter(|_| self.stand.moved && !step.twice) else {
            return false;
        };
        let [tally, rest @ ..] = &mut self.tallies;
        let is_only = others.iter().all(Option::is_none);
        let is_sure = sure == MOST || is_only;
        if !is_sure || units.is_none() || !tally.current.expects(number, *units) {
            return false;
        }
        let next = step.mark.clock(Some(&clock));
        let runs_on = match (clock.uptime, next.uptime) {
            (Some(_), Some(_)) => is_same_start(next.began, clock.began),
            _ => self.previous.is_none() || next.time >= clock.began,
        };
        if !runs_on {
            return false;
        }
        self.clock = Some(next);
        tally.current.advance(number, *units, &mut tally.counts);
        if is_only {
            return true;
        }
        let mut fits = [Some(true), None, None, None];
        let [_, others_fit @ ..] = &mut fits;
        for ((tally, units), fits) in rest.iter_mut().zip(others).zip(others_fit) {
            if let Some(units) = units.filter(|units| !units.is_none()) {
                *fits = tally.current.go_along(number, units, &mut tally.counts);
            }
        }
        self.weigh(fits);
        true
    }

    fn step_aside(&mut self, step: Step) -> SequenceEvent {
        let number = step.mark.number;
        let behind = self.is_behind(number, &step.ways);
        // A message without units tells the number of what follows, or none: templates
        // of some exporters have 0.
        let is_empty = matches!(step.ways, [Some(units), ..] if units.is_none());
        let place = if is_empty {
            Place::Current
        } else {
            self.stand.step(&step);
            self.place(&step.mark, behind)
        };
        if place == Place::Restart {
            self.previous = self.clock.take();
        }
        let mut events = [None; WAYS];
        for ((tally, units), event) in self.tallies.iter_mut().zip(step.ways).zip(&mut events) {
            *event = units
                .filter(|units| !units.is_none())
                .map(|units| tally.step(place, number, units, step.twice));
        }
        // Nothing is known of data that waits, and nothing follows from no units.
        self.weigh(events.map(|event| match event? {
            SequenceEvent::None => None,
            event => Some(event == SequenceEvent::InOrder),
        }));
        let advances = place == Place::Current && !behind && !step.twice;
        if !is_empty && (place == Place::Restart || advances) {
            self.clock = Some(step.mark.clock(self.clock.as_ref()));
        }
        let told = self.way().and_then(|way| *events.get(way)?);
        told.unwrap_or_default()
    }

    /// Compares the ways to count by whether the number followed in them, of those where
    /// that is known. One that follows may be chance: flows, say, of messages that hold
    /// one each. Where all follow, or none, it tells nothing.
    #[inline]
    fn weigh(&mut self, follows: Ways<bool>) {
        if !follows.contains(&Some(false)) || !follows.contains(&Some(true)) {
            return;
        }
        for (balance, follows) in self.balances.iter_mut().zip(follows) {
            let weight = follows.map_or(0, |follows| if follows { 1 } else { -1 });
            *balance = balance.saturating_add(weight).clamp(-MOST, MOST);
        }
    }

    /// When the last message before the restart was sent.
    pub(crate) fn restarted_after(&self) -> Option<Timestamp> {
        self.previous.map(|clock| clock.time)
    }

    /// The message was sent before the exporter started anew.
    pub(crate) fn is_before_restart(&self, mark: &Mark) -> bool {
        self.place_of(mark) == Place::Previous
    }

    /// Data of a message that waited was read: so many units, in each way to count.
    pub(crate) fn settle(&mut self, mark: &Mark, late: bool, units: Ways<Units>) {
        let place = self.place_of(mark);
        for (tally, units) in self.tallies.iter_mut().zip(units) {
            let ledger = match place {
                Place::Previous => &mut tally.previous,
                Place::Current | Place::Restart => &mut tally.current,
            };
            if let Some(units) = units {
                ledger.settle(mark.number, units, late, &mut tally.counts);
            }
        }
    }

    /// Nothing waits any more; some that did may have been given up.
    pub(crate) fn resolve(&mut self, given_up: bool) {
        for tally in &mut self.tallies {
            for ledger in [&mut tally.current, &mut tally.previous] {
                ledger.resolve(given_up, &mut tally.counts);
            }
        }
    }

    /// Where a message belongs of which only the number is known.
    fn place_of(&self, mark: &Mark) -> Place {
        self.place(mark, self.current().is_behind(mark.number))
    }

    /// `behind` if its number is from before, whatever it counts.
    fn place(&self, mark: &Mark, behind: bool) -> Place {
        let Some(last) = &self.clock else {
            return Place::Current;
        };
        match (last.uptime, mark.uptime) {
            (Some(before), Some(now)) => self.by_uptime(mark, last, [before, now], behind),
            _ => self.by_time(mark, last, behind),
        }
    }

    /// The number is from before, in every way to count.
    fn is_behind(&self, number: u32, ways: &Ways<Units>) -> bool {
        let mut ways = self.tallies.iter().zip(ways);
        ways.all(|(tally, units)| {
            units.is_none_or(|units| tally.current.is_behind(units.first(number)))
        })
    }

    /// What came since the last restart, as the protocol counts.
    const fn current(&self) -> &Ledger {
        let [tally, ..] = &self.tallies;
        &tally.current
    }

    /// What came before it.
    const fn before(&self) -> &Ledger {
        let [tally, ..] = &self.tallies;
        &tally.previous
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
            let far = self.current().distance(mark.number) > VAST;
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
    /// came, is neither late nor a duplicate. Neither is one whose time cannot be
    /// that of its place: the exporter started anew with its clock set back.
    fn by_time(&self, mark: &Mark, last: &Clock, behind: bool) -> Place {
        if behind && self.is_set_back(mark, last) {
            return Place::Restart;
        }
        if let Some(previous) = self.previous.filter(|_| mark.time < last.began) {
            // Or it was sent before the first that came since.
            let nearer = |one: &Ledger, other: &Ledger| {
                one.distance(mark.number) < other.distance(mark.number)
            };
            let new = nearer(self.current(), self.before());
            return if new && mark.time > previous.time {
                Place::Current
            } else {
                Place::Previous
            };
        }
        let far = self.current().distance(mark.number);
        let anew = if behind {
            mark.time > last.time || far > FAR
        } else {
            far > VAST
        };
        if anew { Place::Restart } else { Place::Current }
    }

    /// A number from before was sent long before all that came, or is from before
    /// the first that came, and was sent long after it.
    fn is_set_back(&self, mark: &Mark, last: &Clock) -> bool {
        let slack = i64::from(RESTART).saturating_mul(MILLI);
        let previous = self.previous.map(|previous| previous.began);
        let earliest = previous.unwrap_or(last.began).min(last.began);
        earliest.nanos_since(mark.time) > slack
            || self.current().precedes(mark.number) && mark.time.nanos_since(last.began) > slack
    }
}

impl Stand {
    fn step(&mut self, step: &Step) {
        let number = step.mark.number;
        match self.number {
            None => self.number = Some(number),
            Some(first) if first != number => self.moved = true,
            Some(_) if !step.twice => self.repeats = self.repeats.saturating_add(1),
            Some(_) => {}
        }
    }

    fn is_sure(self) -> bool {
        !self.moved && i8::try_from(self.repeats).unwrap_or(i8::MAX) >= SURE
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
                let behind = self.previous.is_behind(units.first(number));
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
    let apart = one.nanos_since(other);
    let slack = i64::from(RESTART).saturating_mul(MILLI);
    // Nearly always, and without a division.
    if apart.unsigned_abs() <= slack.unsigned_abs() {
        return true;
    }
    let wrap = (1_i64 << 32).saturating_mul(MILLI);
    let apart = apart.rem_euclid(wrap);
    apart.min(wrap.saturating_sub(apart)) <= slack
}

#[cfg(test)]
mod tests;
