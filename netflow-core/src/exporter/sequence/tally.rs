//! The count in one scheme.

use super::{Fit, Ledger, NumberingRun, SequenceCounts, SequenceEvent, Units};

/// The count in one scheme.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    /// The counts, except duplicates, which are counted once for all schemes.
    pub(super) counts: SequenceCounts,
    pub(super) current: Ledger,
    /// The ledger from before the restart, for late messages.
    pub(super) previous: Ledger,
}

impl Tally {
    /// Accounts for a message, and returns how it fits if that is known.
    pub(super) fn observe(
        &mut self,
        run: NumberingRun,
        number: u32,
        units: Units,
    ) -> (Option<SequenceEvent>, Option<Fit>) {
        let counts = &mut self.counts;
        if run == NumberingRun::Restarted {
            counts.restarted = counts.restarted.saturating_add(1);
            self.previous = core::mem::take(&mut self.current);
        }
        if units.is_none() {
            // What is not counted does not move the number.
            let fit = (run == NumberingRun::Current && self.current.expects(number, units))
                .then_some(Fit::Uncounted);
            return (None, fit);
        }
        match run {
            NumberingRun::Current => {
                let fit = self.current.fit(number, units);
                let event = self.current.observe(number, units, counts);
                (Some(event), fit)
            }
            NumberingRun::Restarted => {
                self.current.observe(number, units, counts);
                (Some(SequenceEvent::Restart), None)
            }
            // Late, wherever in its own run it belongs.
            NumberingRun::BeforeRestart => {
                let is_behind = self.previous.is_behind(units.first(number));
                self.previous.observe(number, units, counts);
                if !is_behind {
                    counts.late = counts.late.saturating_add(u64::from(units.count));
                }
                (Some(SequenceEvent::Late), None)
            }
        }
    }
}
