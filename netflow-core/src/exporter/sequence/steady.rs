//! The fast path: the message that follows the last one, of an exporter that counts as its protocol
//! asks.
//!
//! To account for a message in each [`CountingScheme`], and to compare the schemes, costs more than
//! to decode it. As long as one message follows the other, the sums of what they hold are enough.
//! Only the balances of the schemes are kept up to date: the message before shows in which of them
//! the number follows too. The rest is done when something else arrives, or when the counts are read.

use super::clock::is_same_start;
use super::{
    CountingScheme, MAX_BALANCE, MessageStamp, NumberedMessage, PerScheme, Sequence, Undecoded,
};
use crate::snapshot::SnapshotWriter;
use crate::wire::reader::OctetReader;

/// Messages that each had the number expected, since the schemes were last brought up to date.
#[derive(Debug, Clone, Default)]
pub(super) struct SteadyRun {
    /// The number expected next; `None` if the next message is accounted for in every scheme.
    next: Option<u32>,
    /// The schemes that exporters of the protocol use.
    schemes: PerScheme<bool>,
    /// The schemes in which the number followed last, as bits, once their balances are at their
    /// limits; [`UNKNOWN`] before. [`FLOWS_INCLUDED`] is left out, because whether it fits changes
    /// from message to message.
    settled: u8,
    messages: u64,
    data_records: u64,
    flows: u64,
    /// The number of the last message.
    last: u32,
    /// The number after the last message, as each scheme counts.
    ends: PerScheme<u32>,
    /// The number after the message that reaches furthest, by its flows.
    flows_end: u32,
}

/// What a message holds that was decoded completely.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DecodedUnits {
    /// Data records, options among them.
    pub(crate) data_records: u32,
    /// Data records of flows.
    pub(crate) flows: u32,
}

// Bits of the schemes.
const MESSAGES: u8 = 1;
const DATA_RECORDS: u8 = 1 << 1;
const FLOWS: u8 = 1 << 2;
const FLOWS_INCLUDED: u8 = 1 << 3;
/// No message yields these bits.
const UNKNOWN: u8 = u8::MAX;

/// Numbers are ahead by less than this.
const HALF: u32 = 1 << 31;

impl Sequence {
    /// Accounts for the message if it is the next of an exporter that is known to count as its
    /// protocol asks, and did not restart. `false` if it may be something else; then nothing has
    /// changed.
    #[inline]
    pub(crate) fn observe_next(&mut self, stamp: &MessageStamp, units: DecodedUnits) -> bool {
        let run = &mut self.steady;
        // Messages without flows may be numbered separately.
        let has_flows = units.flows > 0 || !run.schemes.flows;
        if run.next != Some(stamp.number) || !has_flows {
            return false;
        }
        let Some(clock) = &mut self.clock else {
            return false;
        };
        let next = stamp.clock(Some(clock));
        let runs_on = match (clock.uptime, next.uptime) {
            (Some(_), Some(_)) => is_same_start(next.started, clock.started),
            _ => self.previous.is_none() || next.time >= clock.started,
        };
        if runs_on {
            *clock = next;
            run.weigh(&mut self.balances, stamp.number, units);
            run.add(self.standard, stamp.number, units);
        }
        runs_on
    }

    /// What the numbers count of messages that [`observe_next`](Self::observe_next) accounts for.
    pub(crate) const fn standard(&self) -> CountingScheme {
        self.standard
    }

    /// Prepares for messages that follow this one, which was accounted for in every scheme, if
    /// nothing is in doubt.
    pub(super) fn begin_run(&mut self, message: &NumberedMessage) {
        let is_only = message.has_one_scheme();
        let is_sure = *self.balances.get(self.standard) == MAX_BALANCE || is_only;
        let is_settled = is_sure
            && self.is_established
            && self.constant.balance == 0
            && !self.control.has_pending();
        if is_settled {
            let schemes = message.units.map(|units| units.is_some());
            self.steady = self.run_in(schemes).unwrap_or_default();
        }
    }

    /// A run of messages that follow those accounted for, by exporters that may use these schemes;
    /// `None` if some held nothing that a scheme counts, or something that was not decoded.
    fn run_in(&self, schemes: PerScheme<bool>) -> Option<SteadyRun> {
        let mut run = SteadyRun {
            next: Some(self.current().settled_next()?),
            schemes,
            settled: UNKNOWN,
            ..SteadyRun::default()
        };
        for scheme in CountingScheme::ALL {
            if *schemes.get(scheme) {
                let ledger = &self.tallies.get(scheme).current;
                let next = ledger.settled_next()?;
                let is_standard = scheme == self.standard;
                let last_end = ledger.last_end().filter(|_| !is_standard);
                *run.ends.get_mut(scheme) = last_end.unwrap_or(next);
                if scheme == CountingScheme::Flows {
                    run.flows_end = next;
                }
            }
        }
        Some(run)
    }

    /// Writes which schemes the present run is counted in, if there is one.
    pub(super) fn save_run(&self, out: &mut SnapshotWriter<'_>) {
        out.u8(self.steady.next.map_or(0, |_| self.steady.applies()));
    }

    /// Continues the run of a snapshot; older snapshots have none.
    pub(super) fn load_run(&mut self, reader: &mut OctetReader<'_>) {
        let schemes = reader.u8().unwrap_or_default();
        let has = |bit: u8| schemes & bit != 0;
        let schemes = PerScheme {
            messages: has(MESSAGES),
            data_records: has(DATA_RECORDS),
            flows: has(FLOWS),
            flows_included: has(FLOWS_INCLUDED),
        };
        if *schemes.get(self.standard) {
            self.steady = self.run_in(schemes).unwrap_or_default();
        }
    }

    /// Brings the schemes up to date. Afterwards no run is active: the next message is accounted
    /// for in each scheme.
    pub(super) fn end_run(&mut self) {
        let run = core::mem::take(&mut self.steady);
        if !run.is_ahead() {
            return;
        }
        self.constant.last = Some(run.last);
        for scheme in CountingScheme::ALL {
            if *run.schemes.get(scheme) {
                let (count, last_end, furthest) = run.counted(scheme);
                let tally = self.tallies.get_mut(scheme);
                tally.current.continue_after(last_end, furthest);
                tally.counts.received = tally.counts.received.saturating_add(count);
            }
        }
    }

    /// The same, with all schemes up to date in the middle of a run.
    pub(super) fn up_to_date(&self) -> Self {
        let mut sequence = self.clone();
        sequence.end_run();
        sequence.steady = SteadyRun {
            messages: 0,
            data_records: 0,
            flows: 0,
            ..self.steady.clone()
        };
        sequence
    }
}

impl SteadyRun {
    /// It has messages that are not yet counted in the schemes.
    pub(super) const fn is_ahead(&self) -> bool {
        self.messages > 0
    }

    /// Compares the schemes as [`Sequence::weigh`] does, now that a message follows the last one in
    /// the scheme of its protocol.
    #[inline]
    fn weigh(&mut self, balances: &mut PerScheme<i8>, number: u32, units: DecodedUnits) {
        let bit = |follows: bool, bit: u8| if follows { bit } else { 0 };
        let is_flows = number == self.ends.flows || number == self.flows_end;
        let follows = bit(number == self.ends.messages, MESSAGES)
            | bit(number == self.ends.data_records, DATA_RECORDS)
            | bit(is_flows, FLOWS);
        let is_included = number.wrapping_sub(units.flows) == self.ends.flows_included;
        if follows == self.settled {
            let included = &mut balances.flows_included;
            *included = if is_included {
                included.saturating_add(1).min(MAX_BALANCE)
            } else {
                included.saturating_sub(1).max(-MAX_BALANCE)
            };
        } else {
            self.learn(balances, follows | bit(is_included, FLOWS_INCLUDED));
        }
    }

    /// Changes the balances where the number follows in some schemes, and not in others.
    fn learn(&mut self, balances: &mut PerScheme<i8>, follows: u8) {
        let applies = self.applies();
        let differs = applies & !follows;
        if differs == 0 {
            return;
        }
        let bits = [MESSAGES, DATA_RECORDS, FLOWS, FLOWS_INCLUDED];
        // Without one of these, a message that is alike may follow in all schemes.
        let mut is_settled = differs & !FLOWS_INCLUDED != 0 && applies & FLOWS_INCLUDED != 0;
        for (balance, bit) in balances.each_mut().into_iter().zip(bits) {
            if applies & bit == 0 {
                continue;
            }
            let (weight, end) = if follows & bit == 0 {
                (-1, -MAX_BALANCE)
            } else {
                (1, MAX_BALANCE)
            };
            let weighed = balance.saturating_add(weight);
            *balance = weighed.clamp(-MAX_BALANCE, MAX_BALANCE);
            is_settled &= *balance == end || bit == FLOWS_INCLUDED;
        }
        let others = follows & !FLOWS_INCLUDED;
        self.settled = if is_settled { others } else { UNKNOWN };
    }

    /// The schemes that exporters of the protocol use, as bits.
    fn applies(&self) -> u8 {
        let bits = [MESSAGES, DATA_RECORDS, FLOWS, FLOWS_INCLUDED];
        let schemes = self.schemes.each().into_iter().zip(bits);
        let used = schemes.filter(|(applies, _)| **applies);
        used.fold(0, |all, (_, bit)| all | bit)
    }

    #[inline]
    fn add(&mut self, standard: CountingScheme, number: u32, units: DecodedUnits) {
        let ends = PerScheme {
            messages: number.wrapping_add(1),
            data_records: number.wrapping_add(units.data_records),
            flows: number.wrapping_add(units.flows),
            flows_included: number,
        };
        self.next = Some(*ends.get(standard));
        self.ends = ends;
        if ends.flows.wrapping_sub(self.flows_end) < HALF {
            self.flows_end = ends.flows;
        }
        self.last = number;
        self.messages = self.messages.wrapping_add(1);
        self.data_records = self.data_records.wrapping_add(units.data_records.into());
        self.flows = self.flows.wrapping_add(units.flows.into());
    }

    /// What it adds in a scheme: the number of units, where the last message ends, and where the
    /// one that reaches furthest does.
    const fn counted(&self, scheme: CountingScheme) -> (u64, u32, u32) {
        let end = *self.ends.get(scheme);
        match scheme {
            CountingScheme::Messages => (self.messages, end, end),
            CountingScheme::DataRecords => (self.data_records, end, end),
            CountingScheme::Flows => (self.flows, end, self.flows_end),
            CountingScheme::FlowsIncluded => (self.flows, end, end),
        }
    }
}

impl NumberedMessage {
    /// What it holds; `None` if some of it was not decoded.
    pub(super) fn decoded_units(&self) -> Option<DecodedUnits> {
        let mut all = self.units.each().into_iter().flatten();
        let is_decoded = all.all(|units| units.undecoded == Undecoded::Nothing);
        let count = |scheme| self.units.get(scheme).map_or(0, |units| units.count);
        is_decoded.then(|| DecodedUnits {
            data_records: count(CountingScheme::DataRecords),
            flows: count(CountingScheme::Flows),
        })
    }
}
