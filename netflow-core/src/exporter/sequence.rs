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
mod control;
mod ledger;
mod run;
mod scheme;
mod state;
mod steady;
mod tally;
mod units;

use self::clock::ExporterClock;
use self::control::ControlSeries;
use self::ledger::Ledger;
use self::run::NumberingRun;
pub(crate) use self::scheme::{CountingScheme, PerScheme};
pub(crate) use self::steady::DecodedUnits;
use self::steady::SteadyRun;
use self::tally::Tally;
pub(crate) use self::units::{Undecoded, Units};
use crate::time::Timestamp;

/// What the sequence numbers of an observation domain say, in the unit of the exporter.
///
/// Losses before the first message that was received, after the last, and
/// around a restart leave no trace in the numbers.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let v5 = example::netflow_v5();
/// let mut later = v5.payload.to_vec();
/// later[19] = 4; // flow 4 after flow 1: two flows were lost
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(v5)?;
/// decoder.decode(v5.with_payload(&later))?;
/// let counts = decoder.domains().next().unwrap().sequence;
/// assert_eq!((counts.received, counts.lost), (2, 2));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SequenceCounts {
    /// Units that were received, duplicates once.
    pub received: u64,
    /// Units that were sent and not received.
    pub lost: u64,
    /// Units that were received after later ones; they are received, and not lost.
    /// A repetition of a message older than the last 256 counts as late.
    pub late: u64,
    /// Messages whose payload was received before, among the last 256 of the domain.
    /// Their flows are returned again: the
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
///
/// ```
/// use netflow_core::{Decoder, Limits, SequenceUnit, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(example::netflow_v5())?;
/// let unit = decoder.domains().next().unwrap().sequence_unit;
/// assert_eq!(unit, Some(SequenceUnit::Flow));
/// assert_eq!(SequenceUnit::DataRecord.name(), "data record");
/// # Ok::<(), netflow_core::Error>(())
/// ```
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
///
/// ```
/// use netflow_core::{Decoder, Limits, SequenceEvent, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(example::netflow_v5())?;
/// // The same datagram once more.
/// let decoded = decoder.decode(example::netflow_v5())?;
/// let event = decoded.messages().next().unwrap().header().sequence_event;
/// assert_eq!(event, SequenceEvent::Duplicate);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SequenceEvent {
    /// Nothing: the protocol has no number, it is the first message, or the messages
    /// received before could not be counted.
    #[default]
    None,
    /// The number expected.
    InOrder,
    /// This number of units before it is missing.
    Gap(u32),
    /// It belongs before messages that were received already.
    Late,
    /// The payload was received before.
    Duplicate,
    /// The exporter restarted.
    Restart,
}

/// One message, as the accounting sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NumberedMessage {
    pub(crate) stamp: MessageStamp,
    /// Its units in each scheme that its exporter may use; the scheme of the protocol is always
    /// among them.
    pub(crate) units: PerScheme<Option<Units>>,
}

/// Number and clock of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MessageStamp {
    pub(crate) number: u32,
    /// Milliseconds since the exporter started, modulo 2^32.
    pub(crate) uptime: Option<u32>,
    /// When it was sent, or in sFlow received.
    pub(crate) time: Timestamp,
    pub(crate) received: Timestamp,
}

/// The sequence of one observation domain.
#[derive(Debug, Clone)]
pub(crate) struct Sequence {
    /// The scheme that the protocol asks for.
    standard: CountingScheme,
    tallies: PerScheme<Tally>,
    /// How much more often numbers followed each other in a scheme than they did
    /// only in others.
    balances: PerScheme<i8>,
    clock: Option<ExporterClock>,
    /// The clock before the restart.
    previous: Option<ExporterClock>,
    /// A message followed another since the exporter started: one unusual number decides
    /// nothing.
    is_established: bool,
    constant: ConstantNumber,
    control: ControlSeries,
    duplicated: u64,
    /// Whether numbers and uptimes that decrease are a restart.
    detects_restarts: bool,
    /// The latest messages, of which only this knows yet.
    steady: SteadyRun,
}

/// Whether the numbers ever change: some exporters leave them 0.
#[derive(Debug, Clone, Copy, Default)]
struct ConstantNumber {
    /// The number of the last message.
    last: Option<u32>,
    /// How much more often messages had the number of the one before.
    balance: i8,
}

/// Confirmations needed before another scheme than the standard one is trusted.
const CONFIRMATIONS: i8 = 3;
/// The largest balance of a scheme.
const MAX_BALANCE: i8 = 4 * CONFIRMATIONS;
/// As long as no message has followed another, a number further away than this belongs to another
/// series, and so does one that is further before the first: H3C numbers templates this way.
const UNRELATED: u32 = 1 << 16;
/// Numbers that are further apart than this are of different series, or a new one.
const NEAR: u32 = 1 << 10;

impl Sequence {
    /// The sequence of an exporter whose protocol asks for this scheme.
    pub(crate) fn new(standard: CountingScheme) -> Self {
        Self {
            standard,
            tallies: PerScheme::default(),
            balances: PerScheme::default(),
            clock: None,
            previous: None,
            is_established: false,
            constant: ConstantNumber::default(),
            control: ControlSeries::default(),
            duplicated: 0,
            detects_restarts: true,
            steady: SteadyRun::default(),
        }
    }

    /// Sets whether numbers and uptimes that decrease are a restart; otherwise they are late.
    pub(crate) const fn detect_restarts(&mut self, detects: bool) {
        self.detects_restarts = detects;
    }

    /// Goes on where another left off.
    pub(crate) fn replace(&mut self, other: &Self) {
        let detects_restarts = self.detects_restarts;
        *self = other.clone();
        self.detects_restarts = detects_restarts;
    }

    pub(crate) fn counts(&self) -> SequenceCounts {
        if self.steady.is_ahead() {
            return self.up_to_date().counts();
        }
        if self.control.has_pending() {
            let mut all = self.clone();
            all.place_pending(None);
            return all.counts();
        }
        let mut counts = match self.scheme() {
            Some(scheme) => {
                let control = self.control_counts(scheme);
                self.tallies.get(scheme).counts.and(&control)
            }
            None => SequenceCounts::default(),
        };
        counts.duplicated = self.duplicated;
        counts
    }

    /// The scheme in which the exporter counts: that of the protocol, unless another
    /// is confirmed. `None` if the numbers do not count: they never change.
    pub(crate) fn scheme(&self) -> Option<CountingScheme> {
        let mut best = (self.standard, *self.balances.get(self.standard));
        // No other can be better.
        if best.1 < MAX_BALANCE {
            let least = if best.1 <= -CONFIRMATIONS {
                1
            } else {
                CONFIRMATIONS
            };
            for scheme in CountingScheme::ALL {
                let balance = *self.balances.get(scheme);
                if balance > best.1 && balance >= least {
                    best = (scheme, balance);
                }
            }
        }
        let constant = self.constant.balance;
        let is_constant =
            constant >= CONFIRMATIONS && constant > best.1 || constant > 0 && !self.is_established;
        (!is_constant).then_some(best.0)
    }

    /// Accounts for a message without a number whose payload was received already.
    pub(crate) fn repeat(&mut self) {
        self.duplicated = self.duplicated.saturating_add(1);
    }

    /// Accounts for the next message. `is_repeated` says whether its payload was received
    /// already, and is asked only where the number leaves that open.
    pub(crate) fn observe(
        &mut self,
        message: &NumberedMessage,
        is_repeated: impl FnOnce() -> bool,
    ) -> SequenceEvent {
        let units = message.decoded_units();
        if units.is_some_and(|units| self.observe_next(&message.stamp, units)) {
            SequenceEvent::InOrder
        } else if is_repeated() {
            self.repeat();
            SequenceEvent::Duplicate
        } else {
            let event = self.observe_any(message);
            self.begin_run(message);
            event
        }
    }

    /// Accounts for a message whose payload was not received before.
    fn observe_any(&mut self, message: &NumberedMessage) -> SequenceEvent {
        self.end_run();
        let units = message.units.get(self.standard);
        // The number of a message without units is that of what follows, or none: templates
        // of some exporters have 0.
        if units.as_ref().is_none_or(Units::is_none) {
            // Its time shows that the clock of the exporter was not set back to then.
            if self.clock.is_none() {
                self.clock = Some(message.stamp.clock(None));
            }
            return self.observe_in(message, NumberingRun::Current);
        }
        if message.is_control() && self.defer(message) {
            return SequenceEvent::None;
        }
        let before = self.place_pending(Some(message));
        let event = self.place(message);
        match (before, event) {
            // What this message says about those that were put aside.
            (SequenceEvent::Restart | SequenceEvent::Gap(_), SequenceEvent::InOrder) => before,
            _ => event,
        }
    }

    /// Accounts for a message that is numbered like the data.
    fn place(&mut self, message: &NumberedMessage) -> SequenceEvent {
        let number = message.stamp.number;
        let run = self.run_of_message(message);
        if run == NumberingRun::Restarted {
            self.previous = self.clock.take();
            self.is_established = false;
            self.control.leading = None;
        } else if run == NumberingRun::Current && self.is_unrelated(message) {
            // The first message was not numbered like the data.
            self.control.leading = None;
            for tally in self.tallies.each_mut() {
                tally.current = Ledger::default();
            }
        }
        let is_behind = self.is_behind(number, &message.units);
        let event = self.observe_in(message, run);
        if run == NumberingRun::Restarted || run == NumberingRun::Current && !is_behind {
            self.clock = Some(message.stamp.clock(self.clock.as_ref()));
        }
        event
    }

    /// Accounts for a message of this run in all schemes.
    fn observe_in(&mut self, message: &NumberedMessage, run: NumberingRun) -> SequenceEvent {
        let number = message.stamp.number;
        let mut events = PerScheme::default();
        let mut fits = PerScheme::default();
        for scheme in CountingScheme::ALL {
            if let Some(units) = *message.units.get(scheme) {
                let tally = self.tallies.get_mut(scheme);
                let (event, fit) = tally.observe(run, number, units);
                *events.get_mut(scheme) = event;
                *fits.get_mut(scheme) = fit;
            }
        }
        self.weigh(&fits);
        let units = message.units.get(self.standard);
        if units.is_some_and(|units| !units.is_none()) {
            let mut fits = fits.each().into_iter().flatten();
            let follows = fits.any(|fit| matches!(fit, Fit::Follows | Fit::Uncounted));
            self.constant.observe(number, follows);
            self.is_established |= follows;
        }
        let event = self.scheme().and_then(|scheme| *events.get(scheme));
        event.unwrap_or_default()
    }

    /// Compares the schemes by whether the number followed in them, of those where
    /// that is known. One that follows may be chance: flows, say, of messages that hold
    /// one each. Where all follow, or none, nothing is learned.
    fn weigh(&mut self, fits: &PerScheme<Option<Fit>>) {
        let each = fits.each();
        let follows = each.contains(&&Some(Fit::Follows));
        let mut known = each.into_iter().flatten();
        let differs = known.any(|fit| matches!(fit, Fit::Overlaps | Fit::Differs));
        if !follows || !differs {
            return;
        }
        self.balance(each.map(|fit| match fit {
            None | Some(Fit::Uncounted) => 0,
            Some(Fit::Follows) => 1,
            Some(Fit::Overlaps) if !self.is_established => -2 * CONFIRMATIONS,
            Some(Fit::Overlaps | Fit::Differs) => -1,
        }));
    }

    /// Adds these weights to the balances of the schemes, in the order of
    /// [`CountingScheme::ALL`].
    fn balance(&mut self, weights: [i8; 4]) {
        for (balance, weight) in self.balances.each_mut().into_iter().zip(weights) {
            *balance = balance
                .saturating_add(weight)
                .clamp(-MAX_BALANCE, MAX_BALANCE);
        }
    }

    /// Nothing followed yet, and the number is far from the one before, or it decreased without an uptime
    /// to show a restart. After a restart the count begins near 0 (RFC 7011, section 3.1), so a number
    /// nearer to the old one is not a restart.
    fn is_unrelated(&self, message: &NumberedMessage) -> bool {
        let stamp = &message.stamp;
        if self.is_established {
            return false;
        }
        let distance = self.current().distance(stamp.number);
        let fell = || {
            stamp.uptime.is_none()
                && distance < stamp.number
                && self.run(stamp, self.is_behind(stamp.number, &message.units))
                    == NumberingRun::Restarted
        };
        distance > UNRELATED || fell()
    }

    /// Waiting data of a message was decoded: its units, in each scheme.
    pub(crate) fn settle(
        &mut self,
        stamp: &MessageStamp,
        is_late: bool,
        units: &PerScheme<Option<Units>>,
    ) {
        self.end_run();
        let run = self.run_of(stamp);
        for (tally, units) in self.tallies.each_mut().into_iter().zip(units.each()) {
            let ledger = match run {
                NumberingRun::BeforeRestart => &mut tally.previous,
                NumberingRun::Current | NumberingRun::Restarted => &mut tally.current,
            };
            if let Some(units) = units {
                ledger.settle(stamp.number, *units, is_late, &mut tally.counts);
            }
        }
    }

    /// Nothing waits any more; some that did may have been given up.
    pub(crate) fn resolve(&mut self, given_up: bool) {
        // A run goes on: what it holds was decoded, and so was all that is expected next.
        for tally in self.tallies.each_mut() {
            for ledger in [&mut tally.current, &mut tally.previous] {
                ledger.resolve(given_up, &mut tally.counts);
            }
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
}

/// How the number of a message fits to what was received, in one scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// It is the next, or follows the message received before it.
    Follows,
    /// Other messages have its numbers.
    Overlaps,
    /// Neither.
    Differs,
    /// It is the next, of a message that this scheme does not count.
    Uncounted,
}

impl NumberedMessage {
    /// Its exporter may use only the scheme that the protocol asks for.
    fn has_one_scheme(&self) -> bool {
        self.units.each().into_iter().flatten().count() == 1
    }

    /// It holds templates or options, and no flows.
    fn is_control(&self) -> bool {
        self.units.flows.as_ref().is_some_and(Units::is_none)
    }
}

impl ConstantNumber {
    /// `follows` if the number counts on in any scheme.
    fn observe(&mut self, number: u32, follows: bool) {
        if self.last == Some(number) && !follows {
            self.balance = self.balance.saturating_add(1).min(MAX_BALANCE);
        } else if self.last != Some(number) {
            self.balance = self.balance.saturating_sub(1).max(0);
        }
        self.last = Some(number);
    }
}

impl SequenceCounts {
    /// Both together.
    fn and(self, other: &Self) -> Self {
        Self {
            received: self.received.saturating_add(other.received),
            lost: self.lost.saturating_add(other.lost),
            late: self.late.saturating_add(other.late),
            duplicated: self.duplicated.saturating_add(other.duplicated),
            restarted: self.restarted.saturating_add(other.restarted),
            unread: self.unread.saturating_add(other.unread),
        }
    }
}

#[cfg(test)]
mod tests;
