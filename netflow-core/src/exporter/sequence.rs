//! Sequence numbers: what was lost, late or duplicated, and when the exporter
//! restarted.
//!
//! Each protocol counts in a unit of its own: flows in v5 to v8, messages in
//! v9, data records in IPFIX, datagrams and samples in sFlow; the number is
//! that of the first unit of the message. Some exporters count flows in v9, messages
//! in IPFIX, or flows without options there; Open vSwitch and softflowd include the
//! flows of the message itself. There is a tally for each [`CountingScheme`], and the one
//! in which the numbers follow each other is used. Numbers have 32 bits and wrap.
//!
//! The numbers of messages of 10, 20 and 5 flows, after 100 others, by scheme:
//!
//! | scheme | first | second | third |
//! |---|---|---|---|
//! | flows | 100 | 110 | 130 |
//! | flows, those of the message included | 110 | 130 | 135 |
//! | messages | 7 | 8 | 9 |

mod clock;
mod ledger;
mod scheme;
mod state;
mod units;

use self::clock::{Clock, SLACK, is_same_start, slack_nanos};
use self::ledger::Ledger;
pub(crate) use self::scheme::{CountingScheme, PerScheme};
pub(crate) use self::units::{Undecoded, Units};
use crate::time::Timestamp;

/// What the sequence numbers of an observation domain say, in the unit of the exporter.
///
/// What was lost before the first message that was received, after the last, and
/// around a restart leaves no trace in the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SequenceCounts {
    /// Units that were received, duplicates once.
    pub received: u64,
    /// Units that were sent and not received.
    pub lost: u64,
    /// Units that were received after later ones; they are received, and not lost.
    pub late: u64,
    /// Messages that were duplicated. Their flows are returned twice: the
    /// [`sequence_event`](crate::MessageHeader::sequence_event) says so.
    pub duplicated: u64,
    /// Restarts of the exporter.
    pub restarted: u64,
    /// Units that are missing next to data that could not be decoded, or not yet:
    /// they are in it or were lost.
    pub unread: u64,
}

/// What an exporter counts with its sequence numbers: what its protocol counts,
/// unless its numbers follow each other in another scheme only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SequenceUnit {
    /// Flows; the number is that of the first in the message: v5 to v8.
    Flow,
    /// Flows; the number is how many were sent, those of the message included.
    FlowCountedIn,
    /// Messages: v9, and sFlow, whose messages are datagrams.
    Message,
    /// Data records, options among them; the number is that of the first in the
    /// message: IPFIX.
    DataRecord,
}

impl SequenceUnit {
    /// One unit, in English.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flow | Self::FlowCountedIn => "flow",
            Self::Message => "message",
            Self::DataRecord => "data record",
        }
    }
}

/// What the sequence number of one message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SequenceEvent {
    /// Nothing: the protocol has no number, it is the first message, or what
    /// was received before could not be counted.
    #[default]
    None,
    /// The number expected.
    InOrder,
    /// This number of units before it is missing.
    Gap(u32),
    /// It belongs before messages that were received already.
    Late,
    /// It was received already.
    Duplicate,
    /// The exporter restarted.
    Restart,
}

/// One message, as the accounting sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberedMessage {
    pub(crate) stamp: MessageStamp,
    /// What it holds, in each scheme that its exporter may use; always in that of the
    /// protocol.
    pub(crate) units: PerScheme<Option<Units>>,
    /// Data of it waits already: it was received before.
    pub(crate) is_repeated: bool,
}

/// Number and clock of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MessageStamp {
    pub(crate) number: u32,
    /// Milliseconds since the exporter started, modulo 2^32.
    pub(crate) uptime: Option<u32>,
    /// When it was sent, or in sFlow received.
    pub(crate) time: Timestamp,
}

/// The sequence of one observation domain.
#[derive(Debug, Clone)]
pub(crate) struct Sequence {
    /// The scheme that the protocol asks for.
    standard: CountingScheme,
    tallies: PerScheme<Tally>,
    /// How much more often numbers followed each other in a scheme than they did
    /// in others alone.
    balances: PerScheme<i8>,
    clock: Option<Clock>,
    /// Before the restart.
    previous: Option<Clock>,
    constant: ConstantNumber,
}

/// Whether the numbers ever changed: some exporters leave them 0.
#[derive(Debug, Clone, Copy, Default)]
struct ConstantNumber {
    /// The number of the first message.
    number: Option<u32>,
    /// Messages after it that had the same, as long as all had.
    repeats: u8,
    changed: bool,
}

/// The count in one scheme.
#[derive(Debug, Clone, Default)]
struct Tally {
    counts: SequenceCounts,
    current: Ledger,
    /// Before the restart: messages from there may be late.
    previous: Ledger,
}

/// The run of numbers that a message belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    /// The present one.
    Current,
    /// The one before the last restart.
    BeforeRestart,
    /// A new one: the exporter restarted.
    Restarted,
}

/// Confirmations needed before another scheme than the standard one is trusted.
const CONFIRMATIONS: i8 = 3;
/// The largest balance of a scheme.
const MAX_BALANCE: i8 = 4 * CONFIRMATIONS;
/// An uptime that wrapped while the clock was set is no more than this past
/// the wrap, in milliseconds.
const WRAPPED: u32 = 3_600_000;
/// Without an uptime, a number behind by more than this is a restart.
const FAR_BEHIND: u32 = 1 << 16;
/// What does not follow from the clock, and is further from the last number
/// than this, is a restart: an hour of records at 70,000 a second.
const FAR_APART: u32 = 1 << 28;

impl Sequence {
    /// The sequence of an exporter whose protocol asks for this scheme.
    pub(crate) fn new(standard: CountingScheme) -> Self {
        Self {
            standard,
            tallies: PerScheme::default(),
            balances: PerScheme::default(),
            clock: None,
            previous: None,
            constant: ConstantNumber::default(),
        }
    }

    pub(crate) fn counts(&self) -> SequenceCounts {
        let scheme = self.scheme();
        scheme
            .map(|scheme| self.tallies.get(scheme).counts)
            .unwrap_or_default()
    }

    /// The scheme in which the exporter counts: that of the protocol, unless another
    /// is confirmed. `None` if the numbers do not count: they never change.
    pub(crate) fn scheme(&self) -> Option<CountingScheme> {
        if self.constant.is_confirmed() {
            return None;
        }
        let mut best = (self.standard, *self.balances.get(self.standard));
        // No other can be better.
        if best.1 < MAX_BALANCE {
            for scheme in CountingScheme::ALL {
                let balance = *self.balances.get(scheme);
                if balance > best.1 && balance >= CONFIRMATIONS {
                    best = (scheme, balance);
                }
            }
        }
        Some(best.0)
    }

    /// Accounts for the next message.
    #[inline]
    pub(crate) fn observe(&mut self, message: &NumberedMessage) -> SequenceEvent {
        if self.observe_next(message) {
            return SequenceEvent::InOrder;
        }
        self.observe_any(message)
    }

    /// What nearly every message is: the next of an exporter that is known to count as
    /// its protocol asks and did not restart. `false` if it may be something else;
    /// then nothing has changed.
    ///
    /// The other schemes are advanced and compared, but what is missing in them is
    /// not noted: it is missing from a count that nobody uses.
    #[inline]
    fn observe_next(&mut self, message: &NumberedMessage) -> bool {
        let (standard, number) = (self.standard, message.stamp.number);
        let Some(units) = *message.units.get(standard) else {
            return false;
        };
        let Some(clock) = self
            .clock
            .filter(|_| self.constant.changed && !message.is_repeated)
        else {
            return false;
        };
        let is_only = message.has_one_scheme();
        let is_sure = *self.balances.get(standard) == MAX_BALANCE || is_only;
        let tally = self.tallies.get_mut(standard);
        if !is_sure || units.is_none() || !tally.current.expects(number, units) {
            return false;
        }
        let next = message.stamp.clock(Some(&clock));
        let runs_on = match (clock.uptime, next.uptime) {
            (Some(_), Some(_)) => is_same_start(next.started, clock.started),
            _ => self.previous.is_none() || next.time >= clock.started,
        };
        if !runs_on {
            return false;
        }
        self.clock = Some(next);
        tally.current.advance(number, units, &mut tally.counts);
        if is_only {
            return true;
        }
        let mut fits = PerScheme::default();
        for scheme in CountingScheme::ALL {
            let units = message.units.get(scheme).filter(|units| !units.is_none());
            *fits.get_mut(scheme) = match units {
                _ if scheme == standard => Some(true),
                Some(units) => {
                    let tally = self.tallies.get_mut(scheme);
                    tally
                        .current
                        .advance_untracked(number, units, &mut tally.counts)
                }
                None => None,
            };
        }
        self.weigh(fits);
        true
    }

    fn observe_any(&mut self, message: &NumberedMessage) -> SequenceEvent {
        let number = message.stamp.number;
        let is_behind = self.is_behind(number, &message.units);
        // The number of a message without units is that of what follows, or none: templates
        // of some exporters have 0.
        let is_empty = message
            .units
            .get(self.standard)
            .is_some_and(|units| units.is_none());
        let run = if is_empty {
            Run::Current
        } else {
            self.constant.observe(message);
            self.run(&message.stamp, is_behind)
        };
        if run == Run::Restarted {
            self.previous = self.clock.take();
        }
        let mut events = PerScheme::default();
        for scheme in CountingScheme::ALL {
            let units = message.units.get(scheme).filter(|units| !units.is_none());
            if let Some(units) = units {
                let tally = self.tallies.get_mut(scheme);
                let event = tally.observe(run, number, units, message.is_repeated);
                *events.get_mut(scheme) = Some(event);
            }
        }
        // Nothing is known of data that waits, and nothing follows from no units.
        self.weigh(events.map(|event| match event? {
            SequenceEvent::None => None,
            event => Some(event == SequenceEvent::InOrder),
        }));
        let advances = run == Run::Current && !is_behind && !message.is_repeated;
        if !is_empty && (run == Run::Restarted || advances) {
            self.clock = Some(message.stamp.clock(self.clock.as_ref()));
        }
        let event = self.scheme().and_then(|scheme| *events.get(scheme));
        event.unwrap_or_default()
    }

    /// Compares the schemes by whether the number followed in them, of those where
    /// that is known. One that follows may be chance: flows, say, of messages that hold
    /// one each. Where all follow, or none, nothing is learned.
    #[inline]
    fn weigh(&mut self, follows: PerScheme<Option<bool>>) {
        let each = follows.each();
        if !each.contains(&&Some(false)) || !each.contains(&&Some(true)) {
            return;
        }
        for (balance, follows) in self.balances.each_mut().into_iter().zip(each) {
            let weight = follows.map_or(0, |follows| if follows { 1 } else { -1 });
            *balance = balance
                .saturating_add(weight)
                .clamp(-MAX_BALANCE, MAX_BALANCE);
        }
    }

    /// When the last message before the restart was sent.
    pub(crate) fn restarted_after(&self) -> Option<Timestamp> {
        self.previous.map(|clock| clock.time)
    }

    /// The message was sent before the exporter restarted.
    pub(crate) fn is_before_restart(&self, stamp: &MessageStamp) -> bool {
        self.run_of(stamp) == Run::BeforeRestart
    }

    /// Waiting data of a message was decoded: its units, in each scheme.
    pub(crate) fn settle(
        &mut self,
        stamp: &MessageStamp,
        is_late: bool,
        units: &PerScheme<Option<Units>>,
    ) {
        let run = self.run_of(stamp);
        for (tally, units) in self.tallies.each_mut().into_iter().zip(units.each()) {
            let ledger = match run {
                Run::BeforeRestart => &mut tally.previous,
                Run::Current | Run::Restarted => &mut tally.current,
            };
            if let Some(units) = units {
                ledger.settle(stamp.number, *units, is_late, &mut tally.counts);
            }
        }
    }

    /// Nothing waits any more; some that did may have been given up.
    pub(crate) fn resolve(&mut self, given_up: bool) {
        for tally in self.tallies.each_mut() {
            for ledger in [&mut tally.current, &mut tally.previous] {
                ledger.resolve(given_up, &mut tally.counts);
            }
        }
    }

    /// The run of a message of which only the number is known.
    fn run_of(&self, stamp: &MessageStamp) -> Run {
        self.run(stamp, self.current().is_behind(stamp.number))
    }

    /// `is_behind` if its number is from before, in every scheme.
    fn run(&self, stamp: &MessageStamp, is_behind: bool) -> Run {
        let Some(last) = &self.clock else {
            return Run::Current;
        };
        match (last.uptime, stamp.uptime) {
            (Some(before), Some(now)) => self.run_by_uptime(stamp, last, [before, now], is_behind),
            _ => self.run_by_time(stamp, last, is_behind),
        }
    }

    /// The number is from before, in every scheme.
    fn is_behind(&self, number: u32, units: &PerScheme<Option<Units>>) -> bool {
        let mut schemes = self.tallies.each().into_iter().zip(units.each());
        schemes.all(|(tally, units)| {
            units.is_none_or(|units| tally.current.is_behind(units.first(number)))
        })
    }

    /// What was received since the last restart, as the protocol counts.
    const fn current(&self) -> &Ledger {
        &self.tallies.get(self.standard).current
    }

    /// What was received before it.
    const fn before(&self) -> &Ledger {
        &self.tallies.get(self.standard).previous
    }

    /// While an exporter runs, its uptime and its clock advance alike. A restart
    /// is later than everything it sent before.
    fn run_by_uptime(
        &self,
        stamp: &MessageStamp,
        last: &Clock,
        [before, now]: [u32; 2],
        is_behind: bool,
    ) -> Run {
        let started = stamp.clock(None).started;
        if is_same_start(started, last.started) {
            return Run::Current;
        }
        let fell = before.saturating_sub(now) > SLACK && now.wrapping_sub(before) > WRAPPED;
        if started > last.started {
            // Or the clock was set.
            let far = self.current().distance(stamp.number) > FAR_APART;
            let restarted = is_behind || fell || far;
            return if restarted {
                Run::Restarted
            } else {
                Run::Current
            };
        }
        let previous = self.previous.as_ref();
        if previous.is_some_and(|previous| is_same_start(started, previous.started)) {
            Run::BeforeRestart
        } else if fell {
            Run::Restarted
        } else {
            Run::Current
        }
    }

    /// Without an uptime (IPFIX): a number from before, sent after all that
    /// was received, is neither late nor a duplicate. Neither is one whose time cannot be
    /// that of its place: the exporter restarted with its clock set back.
    fn run_by_time(&self, stamp: &MessageStamp, last: &Clock, is_behind: bool) -> Run {
        if is_behind && self.is_set_back(stamp, last) {
            return Run::Restarted;
        }
        if let Some(previous) = self.previous.filter(|_| stamp.time < last.started) {
            // Or it was sent before the first that was received since.
            let nearer = |one: &Ledger, other: &Ledger| {
                one.distance(stamp.number) < other.distance(stamp.number)
            };
            let new = nearer(self.current(), self.before());
            return if new && stamp.time > previous.time {
                Run::Current
            } else {
                Run::BeforeRestart
            };
        }
        let distance = self.current().distance(stamp.number);
        let restarted = if is_behind {
            stamp.time > last.time || distance > FAR_BEHIND
        } else {
            distance > FAR_APART
        };
        if restarted {
            Run::Restarted
        } else {
            Run::Current
        }
    }

    /// A number from before was sent long before all that was received, or is from before
    /// the first that was received, and was sent long after it.
    fn is_set_back(&self, stamp: &MessageStamp, last: &Clock) -> bool {
        let slack = slack_nanos();
        let previous = self.previous.map(|previous| previous.started);
        let earliest = previous.unwrap_or(last.started).min(last.started);
        earliest.nanos_since(stamp.time) > slack
            || self.current().precedes(stamp.number) && stamp.time.nanos_since(last.started) > slack
    }
}

impl NumberedMessage {
    /// Its exporter may use only the scheme that the protocol asks for.
    fn has_one_scheme(&self) -> bool {
        self.units.each().into_iter().flatten().count() == 1
    }
}

impl ConstantNumber {
    fn observe(&mut self, message: &NumberedMessage) {
        let number = message.stamp.number;
        match self.number {
            None => self.number = Some(number),
            Some(first) if first != number => self.changed = true,
            Some(_) if !message.is_repeated => self.repeats = self.repeats.saturating_add(1),
            Some(_) => {}
        }
    }

    fn is_confirmed(self) -> bool {
        !self.changed && i8::try_from(self.repeats).unwrap_or(i8::MAX) >= CONFIRMATIONS
    }
}

impl Tally {
    fn observe(&mut self, run: Run, number: u32, units: Units, is_repeated: bool) -> SequenceEvent {
        let counts = &mut self.counts;
        match run {
            Run::Current => self.current.observe(number, units, is_repeated, counts),
            Run::Restarted => {
                counts.restarted = counts.restarted.saturating_add(1);
                self.previous = core::mem::take(&mut self.current);
                self.current.observe(number, units, false, counts);
                SequenceEvent::Restart
            }
            // Late, wherever in its own run it belongs.
            Run::BeforeRestart => {
                let is_behind = self.previous.is_behind(units.first(number));
                let event = self.previous.observe(number, units, is_repeated, counts);
                if is_behind || event == SequenceEvent::Duplicate {
                    return event;
                }
                counts.late = counts.late.saturating_add(u64::from(units.count));
                SequenceEvent::Late
            }
        }
    }
}

#[cfg(test)]
mod tests;
