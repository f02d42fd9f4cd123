//! Messages with only templates and options, from exporters that number them separately.
//!
//! On a Juniper MX the Packet Forwarding Engines export the flows (Junos, Understand Inline Active Flow
//! Monitoring), and the routing engine its options, in the same domain: in a capture of an MX240,
//! options have number 668. H3C counts templates separately from flows: in a capture of one,
//! templates have number 2855 and the data after them 60342277.

use super::clock::is_same_start;
use super::{
    CountingScheme, Ledger, MAX_BALANCE, MessageStamp, NEAR, NumberedMessage, NumberingRun,
    PerScheme, Sequence, SequenceCounts, SequenceEvent, UNRELATED, Units,
};

/// The numbers of messages without flows that are not numbers of the data.
#[derive(Debug, Clone, Default)]
pub(super) struct ControlSeries {
    pub(super) counts: SequenceCounts,
    pub(super) ledger: Ledger,
    /// How much more often such messages had numbers of their own than those of the data.
    pub(super) balance: i8,
    /// What the next message decides: whether they belong to the data.
    pub(super) pending: Option<PendingControl>,
    /// Messages before the first data, which does not follow them. Whether something was lost
    /// between, the next message without flows shows: one unusual first number decides nothing.
    pub(super) leading: Option<PendingControl>,
}

/// Messages without flows whose numbers follow each other, but not those of the data before them.
#[derive(Debug, Clone, Copy)]
pub(super) struct PendingControl {
    /// The number and clock of the first of these messages.
    pub(super) stamp: MessageStamp,
    /// The units of all these messages.
    pub(super) units: PerScheme<Option<Units>>,
}

/// The balance from which on numbers of their own are expected.
const CONFIRMED: i8 = 2 * SEPARATE - 1;
/// What it counts that data continues as if such messages had not been sent.
const SEPARATE: i8 = 2;

impl ControlSeries {
    pub(super) const fn has_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Messages without flows have numbers of their own.
    pub(super) const fn is_confirmed(&self) -> bool {
        self.balance >= CONFIRMED
    }

    /// Accounts for messages with numbers of their own.
    fn observe(&mut self, number: u32, units: Units) {
        let weight = if self.ledger.is_next(number) { 1 } else { -1 };
        self.balance = self.balance.saturating_add(weight).clamp(0, MAX_BALANCE);
        let is_lost_track = self.ledger.distance(number) > NEAR
            || self.ledger.is_behind(number) && !self.ledger.has_gap_at(number);
        if is_lost_track {
            self.ledger = Ledger::default();
        }
        self.ledger.observe(number, units, &mut self.counts);
    }
}

/// How far one number is after another; `None` if it is before it.
fn ahead(from: u32, to: u32) -> Option<u32> {
    Some(to.wrapping_sub(from)).filter(|far| *far < 1 << 31)
}

impl PendingControl {
    /// The number after them, in a scheme.
    fn end(&self, scheme: CountingScheme) -> u32 {
        let units = self.units.get(scheme);
        let count = units.map_or(0, |units| units.count);
        self.stamp.number.wrapping_add(count)
    }

    /// The next message continues the numbers of these: as the protocol counts, or in another scheme
    /// if its number is not lower by the scheme of the protocol.
    fn is_followed_by(&self, next: &NumberedMessage, standard: CountingScheme) -> bool {
        let number = next.stamp.number;
        let first = next.units.get(standard).map(|units| units.first(number));
        if first.is_none_or(|first| ahead(self.end(standard), first).is_none()) {
            return false;
        }
        CountingScheme::ALL.into_iter().any(|scheme| {
            let follows = |units: &Units| self.end(scheme) == units.first(number);
            self.units.get(scheme).is_some() && next.units.get(scheme).as_ref().is_some_and(follows)
        })
    }

    /// The units of these messages in a scheme.
    fn count(&self, scheme: CountingScheme) -> u64 {
        let units = self.units.get(scheme);
        units.map_or(0, |units| units.count).into()
    }

    fn add(&mut self, units: &PerScheme<Option<Units>>) {
        for (all, units) in self.units.each_mut().into_iter().zip(units.each()) {
            if let (Some(all), Some(units)) = (all, units) {
                all.count = all.count.saturating_add(units.count);
            }
        }
    }
}

impl Sequence {
    /// Puts a message without flows aside if it does not fit to the data before it: whether
    /// something is missing or the message has a number of its own, what follows says.
    pub(super) fn defer(&mut self, message: &NumberedMessage) -> bool {
        let number = message.stamp.number;
        let standard = self.standard;
        let pending = self.control.pending.as_mut();
        if let Some(pending) = pending.filter(|pending| pending.end(standard) == number) {
            pending.add(&message.units);
            return true;
        }
        let is_separate = self.control.is_confirmed();
        if !is_separate && self.current().has_begun() && self.fits_data(message) {
            self.join_leading(message);
            return false;
        }
        if is_separate {
            if let Some(units) = *message.units.get(standard) {
                self.control.observe(number, units);
            }
            return true;
        }
        self.place_pending(None);
        self.control.pending = Some(PendingControl {
            stamp: message.stamp,
            units: message.units,
        });
        true
    }

    /// The message has a number of the data, or its clock says that the exporter restarted.
    fn fits_data(&self, message: &NumberedMessage) -> bool {
        let (stamp, data) = (&message.stamp, self.current());
        let number = stamp.number;
        let leading = self.control.leading.as_ref();
        if leading.is_some_and(|leading| leading.end(self.standard) == number) {
            // It follows those before the data. If it also follows the data, the next message decides.
            return false;
        }
        let run = self.run_of_message(message);
        let is_of_other_run = match stamp.uptime {
            Some(_) => run != NumberingRun::Current,
            None => run == NumberingRun::BeforeRestart,
        };
        let is_before_first = data.precedes(number)
            && data.distance(number) <= NEAR
            && !self.is_sent_after_all(stamp);
        is_of_other_run
            || is_before_first
            || self.is_expected(message)
            || data.has_gap_at(number) && !self.is_sent_after_all(stamp)
            || data.is_open() && !data.is_behind(number)
    }

    /// It was sent after the last message that is numbered like the data, and so not before the
    /// first.
    fn is_sent_after_all(&self, stamp: &MessageStamp) -> bool {
        self.clock
            .is_some_and(|last| match (last.uptime, stamp.uptime) {
                (Some(before), Some(now)) => {
                    now > before && is_same_start(stamp.clock(None).started, last.started)
                }
                _ => stamp.time > last.time,
            })
    }

    /// Accounts for the messages that were put aside, now that the next is known, if there
    /// is one.
    pub(super) fn place_pending(&mut self, next: Option<&NumberedMessage>) -> SequenceEvent {
        let Some(pending) = self.control.pending.take() else {
            return SequenceEvent::None;
        };
        if self.is_separate(&pending, next) {
            let is_leading = !self.current().has_begun() && next.is_some();
            self.control.leading = Some(pending).filter(|_| is_leading);
            if let Some(units) = *pending.units.get(self.standard) {
                self.control.observe(pending.stamp.number, units);
            }
            if next.is_some() {
                let balance = self.control.balance.saturating_add(SEPARATE);
                self.control.balance = balance.min(MAX_BALANCE);
            }
            return SequenceEvent::None;
        }
        self.place(&NumberedMessage {
            stamp: pending.stamp,
            units: pending.units,
        })
    }

    /// A message without flows is numbered like the data: if those before the first data were
    /// too, what is between them was lost.
    fn join_leading(&mut self, message: &NumberedMessage) {
        let leading = self.control.leading.filter(|_| self.is_expected(message));
        let Some(leading) = leading else {
            return;
        };
        self.control.leading = None;
        self.control.balance = 0;
        let received = &mut self.control.counts.received;
        *received = received.saturating_sub(leading.count(self.standard));
        for scheme in CountingScheme::ALL {
            if leading.units.get(scheme).is_some() {
                let tally = self.tallies.get_mut(scheme);
                let received = &mut tally.counts.received;
                *received = received.saturating_add(leading.count(scheme));
                let end = leading.end(scheme);
                tally.current.lead_from(end, &mut tally.counts);
            }
        }
    }

    /// What was counted of messages with numbers of their own, for an exporter that counts in this
    /// scheme: those before the first data may be numbered like it.
    pub(super) fn control_counts(&self, scheme: CountingScheme) -> SequenceCounts {
        let mut counts = self.control.counts;
        if let Some(leading) = &self.control.leading {
            counts.received = counts
                .received
                .saturating_sub(leading.count(self.standard))
                .saturating_add(leading.count(scheme));
        }
        counts
    }

    /// The messages that were put aside have numbers of their own: the next message
    /// continues the data before them.
    fn is_separate(&self, pending: &PendingControl, next: Option<&NumberedMessage>) -> bool {
        let data = self.current();
        let end = pending.end(self.standard);
        let Some(next) = next else {
            // Something is missing before them, unless that is too much.
            let number = pending.stamp.number;
            return data.has_begun()
                && (data.is_behind(number) || data.distance(number) > UNRELATED);
        };
        let units = next.units.get(self.standard);
        let number = next.stamp.number;
        let number = units.map_or(number, |units| units.first(number));
        let after_pending = ahead(end, number);
        if !data.has_begun() {
            return !pending.is_followed_by(next, self.standard);
        }
        if self.is_expected(next) || data.has_gap_at(number) {
            return true;
        }
        match (data.is_behind(number), after_pending) {
            (true, Some(_)) => false,
            (_, None) => true,
            (false, Some(far)) => data.distance(number) <= far,
        }
    }
}
