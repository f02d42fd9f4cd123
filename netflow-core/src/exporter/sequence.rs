//! Sequence numbers: what was lost, late, sent twice, and when the exporter
//! started anew.
//!
//! Each protocol counts in a unit of its own: flows in v5 to v8, messages in
//! v9 (some exporters count flows there), data records in IPFIX, datagrams and
//! samples in sFlow. Numbers are of 32 bits and wrap.

mod state;

/// What sequence numbers told so far, in the unit of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SequenceCounts {
    /// Units that came.
    pub received: u64,
    /// Units that were sent and have not come.
    pub lost: u64,
    /// Units that came after later ones; they are not lost.
    pub late: u64,
    /// Messages that came twice.
    pub duplicated: u64,
    /// How often the exporter started anew.
    pub restarted: u64,
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
    /// Its sequence number.
    pub(crate) number: u32,
    /// Units it holds; `None` if that is not known.
    pub(crate) units: Option<u32>,
    /// Data records it holds, whatever the unit.
    pub(crate) records: u32,
    /// Milliseconds since the exporter started.
    pub(crate) uptime: Option<u32>,
}

/// The sequence of one observation domain.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sequence {
    /// The number expected next, if it is known.
    next: Option<u32>,
    uptime: Option<u32>,
    /// The last numbers, to tell what came twice; a ring.
    recent: [Option<u32>; RECENT],
    cursor: usize,
    /// What is missing and may be late: from, how many; the newest last.
    gaps: [(u32, u32); GAPS],
    /// A v9 exporter that counts flows: how often in a row the gap was just
    /// the records of the message before.
    flow_streak: u8,
    /// What was taken for lost meanwhile.
    flow_lost: u64,
    last_records: u32,
    counts_flows: bool,
    counts: SequenceCounts,
}

const RECENT: usize = 32;
const GAPS: usize = 8;
/// So often in a row is no chance.
const STREAK: u8 = 3;
/// An uptime that falls by more than this, in milliseconds, is no reordering.
const RESTART: u32 = 10_000;
/// Without an uptime, a number behind by more than this is a restart.
const FAR: u32 = 1 << 16;

impl Sequence {
    pub(crate) const fn counts(&self) -> SequenceCounts {
        self.counts
    }

    /// Takes the next message into account.
    pub(crate) fn step(&mut self, step: Step) -> SequenceEvent {
        let event = self.event(&step, self.units(&step));
        // The event may have told what is counted.
        let units = self.units(&step);
        if event != SequenceEvent::Duplicate {
            let units = u64::from(units.unwrap_or(0));
            self.counts.received = self.counts.received.saturating_add(units);
        }
        let ahead = !matches!(event, SequenceEvent::Late | SequenceEvent::Duplicate);
        if ahead {
            self.next = units.map(|units| step.number.wrapping_add(units));
            self.uptime = step.uptime;
            self.last_records = step.records;
        }
        self.remember(step.number);
        event
    }

    fn remember(&mut self, number: u32) {
        if let Some(place) = self.recent.get_mut(self.cursor) {
            *place = Some(number);
        }
        self.cursor = self.cursor.wrapping_add(1).checked_rem(RECENT).unwrap_or(0);
    }

    const fn units(&self, step: &Step) -> Option<u32> {
        if self.counts_flows {
            Some(step.records)
        } else {
            step.units
        }
    }

    fn event(&mut self, step: &Step, units: Option<u32>) -> SequenceEvent {
        let Some(next) = self.next else {
            return SequenceEvent::None;
        };
        let (ahead, behind) = (
            step.number.wrapping_sub(next),
            next.wrapping_sub(step.number),
        );
        if ahead == 0 {
            return SequenceEvent::InOrder;
        }
        if self.is_restart(step, behind) {
            self.restart();
            return SequenceEvent::Restart;
        }
        if ahead < behind {
            return self.gap(step, next, ahead);
        }
        if self.recent.contains(&Some(step.number)) {
            self.counts.duplicated = self.counts.duplicated.saturating_add(1);
            return SequenceEvent::Duplicate;
        }
        self.late(step.number, units.unwrap_or(0))
    }

    /// The uptime fell, and not because it wrapped or messages changed places;
    /// or there is none, and the number fell far.
    fn is_restart(&self, step: &Step, behind: u32) -> bool {
        match (self.uptime, step.uptime) {
            (Some(before), Some(now)) => {
                let fell = before.saturating_sub(now);
                let wrapped = now.wrapping_sub(before) < u32::MAX / 2;
                fell > RESTART && !wrapped
            }
            _ => behind > FAR && behind < u32::MAX / 2,
        }
    }

    fn restart(&mut self) {
        self.counts.restarted = self.counts.restarted.saturating_add(1);
        self.recent = [None; RECENT];
        self.gaps = [(0, 0); GAPS];
        self.flow_streak = 0;
        self.flow_lost = 0;
    }

    /// Numbers are missing. v9 exporters that count flows leave a gap of just
    /// the records of the message before, again and again.
    fn gap(&mut self, step: &Step, next: u32, ahead: u32) -> SequenceEvent {
        let by_flows = next.wrapping_sub(1).wrapping_add(self.last_records);
        let v9 = step.units == Some(1) && !self.counts_flows && self.last_records > 1;
        if v9 && by_flows == step.number {
            self.flow_streak = self.flow_streak.saturating_add(1);
            self.flow_lost = self.flow_lost.saturating_add(u64::from(ahead));
        } else {
            self.flow_streak = 0;
            self.flow_lost = 0;
        }
        self.counts.lost = self.counts.lost.saturating_add(u64::from(ahead));
        if self.flow_streak >= STREAK {
            self.counts_flows = true;
            self.counts.lost = self.counts.lost.saturating_sub(self.flow_lost);
            self.gaps = [(0, 0); GAPS];
            return SequenceEvent::InOrder;
        }
        self.gaps.rotate_left(1);
        if let Some(newest) = self.gaps.last_mut() {
            *newest = (next, ahead);
        }
        SequenceEvent::Gap(ahead)
    }

    /// A number from before: it fills a gap, or came long ago.
    fn late(&mut self, number: u32, units: u32) -> SequenceEvent {
        let gap = self
            .gaps
            .iter()
            .position(|(from, count)| number.wrapping_sub(*from) < *count);
        let Some((from, count)) = gap.and_then(|gap| self.gaps.get_mut(gap)) else {
            self.counts.duplicated = self.counts.duplicated.saturating_add(1);
            return SequenceEvent::Duplicate;
        };
        // The gap falls into the part before the message and the part behind it.
        let before = number.wrapping_sub(*from);
        let units = units.min(count.saturating_sub(before));
        let behind = count.saturating_sub(before).saturating_sub(units);
        let rest = (number.wrapping_add(units), behind);
        *count = before;
        if behind > 0 {
            if let Some(free) = self.gaps.iter_mut().find(|(_, count)| *count == 0) {
                *free = rest;
            }
        }
        let units = u64::from(units);
        self.counts.lost = self.counts.lost.saturating_sub(units);
        self.counts.late = self.counts.late.saturating_add(units);
        SequenceEvent::Late
    }
}

#[cfg(test)]
mod tests {
    use super::{Sequence, SequenceCounts, SequenceEvent, Step};

    fn step(number: u32, units: u32) -> Step {
        Step {
            number,
            units: Some(units),
            records: units,
            uptime: Some(number.wrapping_add(1_000_000)),
        }
    }

    fn run(steps: impl IntoIterator<Item = Step>) -> SequenceCounts {
        let mut sequence = Sequence::default();
        for step in steps {
            sequence.step(step);
        }
        sequence.counts()
    }

    #[test]
    fn what_is_in_order_is_received() {
        let counts = run((0..10).map(|n| step(n * 30, 30)));
        let received = SequenceCounts {
            received: 300,
            ..SequenceCounts::default()
        };
        assert_eq!(counts, received);
    }

    #[test]
    fn numbers_wrap() {
        let start = u32::MAX - 50;
        let counts = run((0..10_u32).map(|n| step(start.wrapping_add(n * 30), 30)));
        assert_eq!((counts.received, counts.lost), (300, 0));
    }

    #[test]
    fn what_is_missing_is_lost_and_what_comes_late_is_not() {
        let order = [0, 3, 1, 4, 2, 6, 7];
        let counts = run(order.map(|n| step(n * 30, 30)));
        assert_eq!((counts.received, counts.lost, counts.late), (210, 30, 60));
        assert_eq!(counts.duplicated, 0);
    }

    #[test]
    fn what_comes_twice_is_counted_once() {
        let counts = run([0, 1, 1, 2, 0].map(|n| step(n * 30, 30)));
        assert_eq!(
            (counts.received, counts.lost, counts.duplicated),
            (90, 0, 2)
        );
    }

    #[test]
    fn a_fallen_uptime_is_a_restart_and_no_loss() {
        let mut sequence = Sequence::default();
        sequence.step(step(1_000_000, 30));
        let after = Step {
            uptime: Some(500),
            ..step(90, 30)
        };
        assert_eq!(sequence.step(after), SequenceEvent::Restart);
        assert_eq!(sequence.counts().lost, 0);
        assert_eq!(sequence.counts().restarted, 1);
    }

    #[test]
    fn a_wrapped_uptime_is_no_restart() {
        let mut sequence = Sequence::default();
        let before = Step {
            uptime: Some(u32::MAX - 5),
            ..step(0, 30)
        };
        sequence.step(before);
        let after = Step {
            uptime: Some(20_000),
            ..step(60, 30)
        };
        assert_eq!(sequence.step(after), SequenceEvent::Gap(30));
    }

    #[test]
    fn what_cannot_be_counted_makes_the_next_number_unknown() {
        let mut sequence = Sequence::default();
        let unknown = Step {
            units: None,
            ..step(0, 0)
        };
        sequence.step(unknown);
        assert_eq!(sequence.step(step(500, 30)), SequenceEvent::None);
        assert_eq!(sequence.step(step(530, 30)), SequenceEvent::InOrder);
        assert_eq!(sequence.counts().lost, 0);
    }

    #[test]
    fn a_v9_exporter_that_counts_flows_is_found_out() {
        let v9 = |n: u32| Step {
            units: Some(1),
            records: 20,
            ..step(n * 20, 1)
        };
        let mut steps: alloc::vec::Vec<_> = (0..10).map(v9).collect();
        assert_eq!(run(steps.iter().copied()).lost, 0);
        steps.remove(7);
        assert_eq!(run(steps).lost, 20);
    }
}
