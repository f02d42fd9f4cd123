//! Which run of numbers a message belongs to: when its exporter restarted.
//!
//! Headers of NetFlow have the uptime beside the time (RFC 3954, section 5.1), those of sFlow the uptime
//! of the agent (sFlow version 5, section 5), those of IPFIX the time alone (RFC 7011, section 3.1).

use super::clock::{ExporterClock, SLACK, is_same_start, slack_nanos};
use super::{Ledger, MessageStamp, NumberedMessage, Sequence};
use crate::time::Timestamp;

/// The run of numbers that a message belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberingRun {
    /// The present one.
    Current,
    /// The one before the last restart.
    BeforeRestart,
    /// A new one: the exporter restarted.
    Restarted,
}

/// An uptime that wrapped while the clock was set is no more than this past
/// the wrap, in milliseconds.
const WRAPPED: u32 = 3_600_000;
/// If there is no uptime, a number behind by more than this is a restart.
const FAR_BEHIND: u32 = 1 << 16;
/// Nanoseconds by which a message is reordered at most: 10 minutes.
const REORDERED: i64 = 600_000_000_000;
/// If the clock does not decide, a number further than this from the last one is a
/// restart: an hour of records at 70,000 a second.
const FAR_APART: u32 = 1 << 28;

impl Sequence {
    /// When the last message before the restart was sent.
    pub(crate) fn restarted_after(&self) -> Option<Timestamp> {
        self.previous.map(|clock| clock.time)
    }

    /// The message was sent before the exporter restarted.
    pub(crate) fn is_before_restart(&self, stamp: &MessageStamp) -> bool {
        if self.steady.is_ahead() {
            return self.up_to_date().is_before_restart(stamp);
        }
        self.run_of(stamp) == NumberingRun::BeforeRestart
    }

    /// The run of a message of which only the number is known.
    pub(super) fn run_of(&self, stamp: &MessageStamp) -> NumberingRun {
        self.run(stamp, self.current().is_behind(stamp.number))
    }

    /// The run of a message. One that has exactly the expected number has lost nothing,
    /// for any uptime: some exporters have several clocks.
    pub(super) fn run_of_message(&self, message: &NumberedMessage) -> NumberingRun {
        let stamp = &message.stamp;
        if self.scheme().is_none() {
            // Its numbers say nothing.
            return NumberingRun::Current;
        }
        let is_behind = self.is_behind(stamp.number, &message.units);
        let run = self.run(stamp, is_behind);
        if run == NumberingRun::Restarted && self.is_expected(message) {
            return NumberingRun::Current;
        }
        // Without an uptime, only the number says that the exporter restarted.
        let is_by_number = run == NumberingRun::Restarted && stamp.uptime.is_none();
        if is_by_number && self.is_unrelated(message) {
            return NumberingRun::Current;
        }
        run
    }

    /// The number is the next in a scheme that was not refuted.
    pub(super) fn is_expected(&self, message: &NumberedMessage) -> bool {
        let in_use = self.scheme();
        super::CountingScheme::ALL.into_iter().any(|scheme| {
            let is_trusted = in_use == Some(scheme) || *self.balances.get(scheme) >= 0;
            let ledger = &self.tallies.get(scheme).current;
            let units = message.units.get(scheme);
            // What the scheme does not count has the number of what follows.
            is_trusted
                && units.is_some_and(|units| ledger.is_next(units.first(message.stamp.number)))
        })
    }

    /// `is_behind` if its number is from before, in every scheme.
    pub(super) fn run(&self, stamp: &MessageStamp, is_behind: bool) -> NumberingRun {
        let Some(last) = self.clock.as_ref().filter(|_| self.detects_restarts) else {
            return NumberingRun::Current;
        };
        match (last.uptime, stamp.uptime) {
            (Some(before), Some(now)) => self.run_by_uptime(stamp, last, [before, now], is_behind),
            _ => self.run_by_time(stamp, last, is_behind),
        }
    }

    /// What was received before the restart, as the protocol counts.
    const fn before(&self) -> &Ledger {
        &self.tallies.get(self.standard).previous
    }

    /// While an exporter runs, its uptime and its clock advance alike. A restart
    /// is later than everything it sent before, and its uptime no larger than the time
    /// that has passed since.
    fn run_by_uptime(
        &self,
        stamp: &MessageStamp,
        last: &ExporterClock,
        [before, now]: [u32; 2],
        is_behind: bool,
    ) -> NumberingRun {
        let started = stamp.clock(None).started;
        if is_same_start(started, last.started) {
            return NumberingRun::Current;
        }
        let fell = before.saturating_sub(now) > SLACK && now.wrapping_sub(before) > WRAPPED;
        let is_later = started > last.started;
        let previous = self.previous.as_ref();
        let restarted = if is_later {
            // Or the clock was set.
            is_behind || fell || self.current().distance(stamp.number) > FAR_APART
        } else if previous.is_some_and(|previous| is_same_start(started, previous.started)) {
            return NumberingRun::BeforeRestart;
        } else {
            fell
        };
        if restarted && last.may_restart(stamp, now) {
            NumberingRun::Restarted
        } else if previous.is_some_and(|previous| self.is_nearer_to_previous(stamp, previous)) {
            // By another of several clocks.
            NumberingRun::BeforeRestart
        } else {
            NumberingRun::Current
        }
    }

    /// The message was sent no later than the last before the restart, and its number is nearer
    /// to those of before than to those since.
    fn is_nearer_to_previous(&self, stamp: &MessageStamp, previous: &ExporterClock) -> bool {
        let number = stamp.number;
        stamp.time.nanos_since(previous.time) <= slack_nanos()
            && self.before().distance(number) < self.current().distance(number)
    }

    /// Without an uptime (IPFIX): a number from before, sent after all that
    /// was received, is neither late nor a duplicate. Neither is one whose time cannot be
    /// that of its place: the exporter restarted with its clock set back.
    fn run_by_time(
        &self,
        stamp: &MessageStamp,
        last: &ExporterClock,
        is_behind: bool,
    ) -> NumberingRun {
        if is_behind && self.is_set_back(stamp, last) {
            return NumberingRun::Restarted;
        }
        if let Some(previous) = self.previous.filter(|_| stamp.time < last.started) {
            // Or it was sent before the first that was received since.
            let nearer = |one: &Ledger, other: &Ledger| {
                one.distance(stamp.number) < other.distance(stamp.number)
            };
            let new = nearer(self.current(), self.before());
            return if new && stamp.time > previous.time {
                NumberingRun::Current
            } else {
                NumberingRun::BeforeRestart
            };
        }
        let distance = self.current().distance(stamp.number);
        let restarted = if is_behind {
            stamp.time > last.time || distance > FAR_BEHIND
        } else {
            distance > FAR_APART
        };
        if restarted {
            NumberingRun::Restarted
        } else {
            NumberingRun::Current
        }
    }

    /// A number from before was sent long before all that was received, or is from before
    /// the first that was received, and was sent long after it.
    fn is_set_back(&self, stamp: &MessageStamp, last: &ExporterClock) -> bool {
        let slack = slack_nanos();
        let previous = self.previous.map(|previous| previous.started);
        let earliest = previous.unwrap_or(last.started).min(last.started);
        let earlier = earliest.nanos_since(stamp.time);
        let precedes = self.current().precedes(stamp.number);
        // Number and time are both from before the first message, and the number is not the first of
        // all. Too little time has passed for a restart.
        let passed = stamp.received.nanos_since(last.received);
        let is_reordered =
            precedes && stamp.number != 0 && earlier <= REORDERED && (0..=slack).contains(&passed);
        earlier > slack && !is_reordered || precedes && stamp.time.nanos_since(last.started) > slack
    }
}
