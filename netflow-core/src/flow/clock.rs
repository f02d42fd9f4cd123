//! When a flow began and ended, and how that was computed: by absolute times (RFC 7011, section 6.1.7 to
//! 6.1.10), or by uptimes, whose origin the header of NetFlow (RFC 3954, section 5.1) or
//! systemInitTimeMilliseconds (160) states.

mod check;
mod direct;
mod element;
mod plan;
mod read;
mod rule;
mod uptime;

pub use self::check::ClockCheck;
pub(crate) use self::direct::{NearTimes, PreparedTime, UptimeClock};
pub use self::plan::TimePlan;
pub(super) use self::plan::place;
use self::read::{between, direct_time, read};
use self::rule::RuledTime;
pub use self::rule::{ClockRule, NoTime};
use super::{Flow, FlowSource};
use crate::field::Ingredient;
use crate::header::MessageHeader;
use crate::record::DataRecord;
use crate::time::Timestamp;

impl Flow<'_> {
    /// When the first packet was seen.
    #[must_use]
    #[inline(always)]
    pub fn start(&self) -> Option<Timestamp> {
        self.time(Ingredient::Start, |record, header| {
            start(record, header).ok().map(only_time)
        })
    }

    /// When the last packet was seen.
    #[must_use]
    #[inline(always)]
    pub fn end(&self) -> Option<Timestamp> {
        self.time(Ingredient::End, |record, header| {
            end(record, header).ok().map(only_time)
        })
    }

    /// When the first packet was seen, and the rule that this time was found by.
    ///
    /// # Errors
    ///
    /// Why no time of the first packet is known.
    pub fn start_by_rule(&self) -> Result<(Timestamp, ClockRule), NoTime> {
        self.by_rule(start)
    }

    /// When the last packet was seen, and the rule that this time was found by.
    ///
    /// # Errors
    ///
    /// Why no time of the last packet is known.
    pub fn end_by_rule(&self) -> Result<(Timestamp, ClockRule), NoTime> {
        self.by_rule(end)
    }

    /// A time in the form that nearly all records have, or else computed. A part of its caller: a
    /// flow whose address is passed on is written to memory first.
    #[inline(always)]
    fn time(
        &self,
        ingredient: Ingredient,
        work_out: fn(&DataRecord<'_, '_>, &MessageHeader) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        let header = &self.origin.header;
        let FlowSource::Record(record) = &self.source else {
            return Some(header.received);
        };
        match direct_time(record, header, ingredient) {
            Some(time) => Some(time),
            None if record.template().plan().has_times() => record.parts().call(header, work_out),
            None => None,
        }
    }

    fn by_rule(&self, find: fn(&DataRecord<'_, '_>, &MessageHeader) -> RuledTime) -> RuledTime {
        let header = &self.origin.header;
        match &self.source {
            FlowSource::Record(record) => find(record, header),
            FlowSource::Sample(_) => Ok((header.received, ClockRule::Received)),
        }
    }

    /// Nanoseconds from the first to the last packet: between start and end, as sent (161,
    /// 162), or between two uptimes whose origin is not known.
    #[must_use]
    pub fn duration(&self) -> Option<i64> {
        match (self.start(), self.end()) {
            (Some(start), Some(end)) => Some(end.nanos_since(start)),
            (None, None) => {
                let record = self.record()?;
                sent_duration(record).or_else(|| between(record))
            }
            _ => sent_duration(self.record()?),
        }
    }

    /// How start and end were computed, as the name of the [`ClockRule`]; if there is
    /// neither, the reason ([`NoTime`]).
    #[must_use]
    pub fn clock(&self) -> Option<&'static str> {
        let start = match self.start_by_rule() {
            Ok((_, rule)) => return Some(rule.name()),
            Err(reason) => reason,
        };
        Some(match (self.end_by_rule(), start) {
            (Ok((_, rule)), _) => rule.name(),
            // Of a record with one of them, the reason of that one.
            (Err(reason), NoTime::NotSent) => reason.name(),
            (Err(_), reason) => reason.name(),
        })
    }

    /// How start and end were computed: the rule of the start, or of the end
    /// if there is no start.
    #[must_use]
    pub fn clock_rule(&self) -> Option<ClockRule> {
        let (_, rule) = self.start_by_rule().or_else(|_| self.end_by_rule()).ok()?;
        Some(rule)
    }

    /// Whether the times are impossible: the exporter's clock is more than a day from
    /// the receiver's, the flow ends more than an hour after its message was
    /// sent, it ends before it starts, it starts more than a year before its
    /// message was sent, or by the uptime it ended before the exporter started, and more
    /// than a day ago: the header has another uptime than its flows, or none. The times are
    /// still returned.
    #[must_use]
    pub fn clock_suspect(&self) -> Option<bool> {
        let check = ClockCheck::new(&self.origin.header);
        check.is_suspect(self.start(), self.end(), || self.clock_rule())
    }
}

#[inline]
const fn only_time((time, _): (Timestamp, ClockRule)) -> Timestamp {
    time
}

/// The start as sent, else by the end.
fn start(record: &DataRecord<'_, '_>, header: &MessageHeader) -> RuledTime {
    read(record, header, Ingredient::Start).or_else(|reason| {
        let by_end = || {
            let (end, rule) = read(record, header, Ingredient::End).ok()?;
            Some((before(end, sent_duration(record)?)?, rule))
        };
        by_end().ok_or(reason)
    })
}

/// The end as sent, else by the start.
fn end(record: &DataRecord<'_, '_>, header: &MessageHeader) -> RuledTime {
    read(record, header, Ingredient::End).or_else(|reason| {
        let by_start = || {
            let (start, rule) = read(record, header, Ingredient::Start).ok()?;
            Some((start.saturating_add(sent_duration(record)?), rule))
        };
        by_start().ok_or(reason)
    })
}

/// Elements 161 and 162, in nanoseconds.
fn sent_duration(record: &DataRecord<'_, '_>) -> Option<i64> {
    let plan = record.template().plan();
    let load = |ingredient, unit: i64| {
        let count = record.unsigned(plan.ingredient(ingredient))?;
        i64::try_from(count).ok()?.checked_mul(unit)
    };
    load(Ingredient::DurationMicroseconds, 1_000)
        .or_else(|| load(Ingredient::DurationMilliseconds, 1_000_000))
}

/// An hour in nanoseconds.
const HOUR: i64 = 3_600_000_000_000;
/// A day, by more than which no clock is off by chance. A flow that has ended waits no
/// longer to be sent.
const DAY: i64 = 24 * HOUR;
/// Longer than any flow lasts.
const LONGEST_FLOW: i64 = 365 * DAY;
/// The same, to compare with a distance.
const YEAR: u64 = 31_536_000_000_000_000;

/// The time of the header. Zero seconds, of an exporter that has no clock, are none.
#[inline]
fn sent_time(header: &MessageHeader) -> Option<Timestamp> {
    header
        .export_time
        .filter(|time| time.as_nanos() >= 1_000_000_000)
}

/// The time that those of its flows are compared with: of the header, else when it was received.
#[inline]
fn reference(header: &MessageHeader) -> Timestamp {
    sent_time(header).unwrap_or(header.received)
}

/// Whether a time is less than `within` nanoseconds from that of the header.
#[inline]
fn is_near(time: Timestamp, header: &MessageHeader, within: u64) -> bool {
    time.nanos_since(reference(header)).unsigned_abs() < within
}

fn before(time: Timestamp, nanos: i64) -> Option<Timestamp> {
    Some(time.saturating_add(nanos.checked_neg()?))
}
