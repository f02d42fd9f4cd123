//! When a flow began and ended, and how that was worked out.

mod plan;

pub use self::plan::TimePlan;
pub(super) use self::plan::place;
use super::{Flow, Source};
use crate::field::Ingredient;
use crate::header::MessageHeader;
use crate::record::DataRecord;
use crate::time::Timestamp;
use crate::value::NtpTime;

/// How start and end were worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClockRule {
    /// NTP times of nanoseconds (elements 156 and 157).
    Nanoseconds,
    /// NTP times of microseconds (154 and 155).
    Microseconds,
    /// Elements of NTP times that hold a plain count of microseconds instead:
    /// behind NTP seconds (Citrix NetScaler), or since 1970. Taken for it when
    /// both fractions are below a million, or when an NTP time would be years
    /// from the time of the header and the count is near it.
    MicrosecondCount,
    /// Milliseconds since 1970 (152 and 153).
    Milliseconds,
    /// Seconds since 1970 (150 and 151).
    Seconds,
    /// Another unit than the element has: seconds, milliseconds or an uptime in
    /// elements 150 to 153. Taken for it when the time would be years from
    /// that of the header, and in the other unit is within a day of it. Or
    /// milliseconds since 1970 in uptimes (21 and 22) of eight octets.
    OtherUnit,
    /// Uptimes in milliseconds (22 and 21), counted back from the uptime and
    /// time of the header.
    Uptime,
    /// Uptimes in milliseconds, counted from the start of the exporter
    /// (systemInitTimeMilliseconds), in IPFIX.
    SystemInit,
    /// Microseconds before the time of the header (158 and 159).
    DeltaMicroseconds,
    /// The one time of an event (322 to 325).
    Observation,
    /// The time the sFlow datagram was received.
    Received,
}

impl ClockRule {
    /// The name in JSON and in every binding.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nanoseconds => "nanoseconds",
            Self::Microseconds => "microseconds",
            Self::MicrosecondCount => "microsecond_count",
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
            Self::OtherUnit => "other_unit",
            Self::Uptime => "uptime",
            Self::SystemInit => "system_init",
            Self::DeltaMicroseconds => "delta_microseconds",
            Self::Observation => "observation",
            Self::Received => "received",
        }
    }
}

impl Flow<'_> {
    /// When the first packet was seen.
    #[must_use]
    #[inline]
    pub fn start(&self) -> Option<Timestamp> {
        self.time(Ingredient::Start, start)
    }

    /// When the last packet was seen.
    #[must_use]
    #[inline]
    pub fn end(&self) -> Option<Timestamp> {
        self.time(Ingredient::End, end)
    }

    /// A time as nearly all records have it, or else as it is worked out.
    #[inline]
    fn time(
        &self,
        ingredient: Ingredient,
        work_out: fn(&DataRecord<'_, '_>, &MessageHeader) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        let header = &self.origin.header;
        let Source::Record(record) = &self.source else {
            return Some(header.received);
        };
        match usual(record, header, ingredient) {
            Some(time) => Some(time),
            None if record.template().plan().has_times() => record.apart().call(header, work_out),
            None => None,
        }
    }

    /// Nanoseconds from the first to the last packet.
    #[must_use]
    pub fn duration(&self) -> Option<i64> {
        match (self.start(), self.end()) {
            (Some(start), Some(end)) => Some(end.nanos_since(start)),
            _ => self.sent_duration(),
        }
    }

    /// How start and end were worked out.
    #[must_use]
    pub fn clock(&self) -> Option<&'static str> {
        self.clock_rule().map(ClockRule::name)
    }

    /// How start and end were worked out: the rule of the start, or of the end
    /// if there is no start.
    #[must_use]
    pub fn clock_rule(&self) -> Option<ClockRule> {
        let Source::Record(record) = &self.source else {
            return Some(ClockRule::Received);
        };
        let header = &self.origin.header;
        let of = |ingredient| {
            time(record, header, ingredient)?;
            let slot = record.template().plan().ingredient(ingredient);
            let sent = record.unsigned(slot)?;
            if is_ntp(slot.candidate) && count(record, header, sent).is_some() {
                return Some(ClockRule::MicrosecondCount);
            }
            if slot.candidate == UPTIME && sent > WRAPPING && header.sys_uptime.is_some() {
                let time = Timestamp::from_millis(sent);
                if time.is_some_and(|time| is_near(time, header, YEAR)) {
                    return Some(ClockRule::OtherUnit);
                }
            }
            if let Some(time) = unix_time(slot.candidate, sent) {
                let far = time.filter(|time| !is_near(*time, header, YEAR));
                if far.is_some() && other_unit(header, sent).is_some() {
                    return Some(ClockRule::OtherUnit);
                }
            }
            rule(slot.candidate, header)
        };
        of(Ingredient::Start).or_else(|| of(Ingredient::End))
    }

    /// The times cannot be right: the exporter's clock is more than a day from
    /// the receiver's, the flow ends more than an hour after its message was
    /// sent, it ends before it starts, it starts more than a year before its
    /// message was sent, or by the uptime it ended before the exporter started, and more
    /// than a day ago: the header has another uptime than its flows, or none. They are
    /// given as they are all the same.
    #[must_use]
    pub fn clock_suspect(&self) -> Option<bool> {
        let header = &self.origin.header;
        let (start, end) = (self.start(), self.end());
        start.or(end)?;
        let skewed = header
            .export_time
            .is_some_and(|time| time.nanos_since(header.received).unsigned_abs() > DAY);
        let sent = header.export_time.unwrap_or(header.received);
        let future = end
            .or(start)
            .is_some_and(|time| time.nanos_since(sent) > HOUR);
        // Zeros where a time belongs, or a unit that no rule knows.
        let past = start
            .or(end)
            .is_some_and(|time| sent.nanos_since(time) > LONGEST_FLOW);
        let backwards = start.zip(end).is_some_and(|(start, end)| end < start);
        // Uptimes wrap: a flow that ended by a later uptime than the header's did so before
        // the wrap. A start alone tells nothing: a flow may last longer.
        let uptime = header
            .sys_uptime
            .filter(|_| self.clock_rule() == Some(ClockRule::Uptime));
        let wrapped = uptime.zip(end).is_some_and(|(uptime, end)| {
            let age = sent.nanos_since(end);
            age > LONGEST_WAIT && age > i64::from(uptime).saturating_mul(1_000_000)
        });
        Some(skewed || future || past || backwards || wrapped)
    }

    fn sent_duration(&self) -> Option<i64> {
        sent_duration(self.record()?)
    }
}

/// The start as sent, else by the end.
fn start(record: &DataRecord<'_, '_>, header: &MessageHeader) -> Option<Timestamp> {
    let time = |ingredient| time(record, header, ingredient);
    time(Ingredient::Start).or_else(|| before(time(Ingredient::End)?, sent_duration(record)?))
}

/// The end as sent, else by the start.
fn end(record: &DataRecord<'_, '_>, header: &MessageHeader) -> Option<Timestamp> {
    let time = |ingredient| time(record, header, ingredient);
    time(Ingredient::End)
        .or_else(|| Some(time(Ingredient::Start)?.saturating_add(sent_duration(record)?)))
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
/// Longer than a flow that has ended waits to be sent: a day.
const LONGEST_WAIT: i64 = 24 * HOUR;
/// A day in nanoseconds.
const DAY: u64 = 86_400_000_000_000;
/// Longer than any flow lasts, or any clock is off by chance.
const YEAR: u64 = 365 * DAY;
/// The same, to compare with a difference.
const LONGEST_FLOW: i64 = 365 * 24 * HOUR;

fn before(time: Timestamp, nanos: i64) -> Option<Timestamp> {
    Some(time.saturating_add(nanos.checked_neg()?))
}

/// The rule of an element, by its place in the list of the ingredient.
const fn rule(candidate: u8, header: &MessageHeader) -> Option<ClockRule> {
    Some(match candidate {
        0 => ClockRule::Nanoseconds,
        1 => ClockRule::Microseconds,
        MILLISECONDS => ClockRule::Milliseconds,
        3 => ClockRule::Seconds,
        UPTIME if header.sys_uptime.is_some() => ClockRule::Uptime,
        UPTIME => ClockRule::SystemInit,
        5 => ClockRule::DeltaMicroseconds,
        6..=9 => ClockRule::Observation,
        _ => return None,
    })
}

/// The time in a field of the record, in the two forms that most exporters send: short
/// enough to be part of the caller.
#[inline]
fn usual(
    record: &DataRecord<'_, '_>,
    header: &MessageHeader,
    ingredient: Ingredient,
) -> Option<Timestamp> {
    let slot = record.template().plan().ingredient(ingredient);
    let sent = record.loaded(slot)?;
    match slot.candidate {
        UPTIME if sent <= WRAPPING => {
            Some(counted_back(header.export_time?, header.sys_uptime?, sent))
        }
        MILLISECONDS => {
            let time = Timestamp::from_millis(sent)?;
            is_near(time, header, YEAR).then_some(time)
        }
        _ => None,
    }
}

/// The time in a field of the record, by the element that supplies it.
fn time(
    record: &DataRecord<'_, '_>,
    header: &MessageHeader,
    ingredient: Ingredient,
) -> Option<Timestamp> {
    if let Some(time) = usual(record, header, ingredient) {
        return Some(time);
    }
    let slot = record.template().plan().ingredient(ingredient);
    let sent = record.unsigned(slot)?;
    match (slot.candidate, header.sys_uptime) {
        (UPTIME, Some(now)) => uptime(header, now, sent),
        (candidate, _) => other_form(record, header, candidate, sent),
    }
}

/// Elements by their place in the list of the ingredient.
const MILLISECONDS: u8 = 2;
const UPTIME: u8 = 4;

fn other_form(
    record: &DataRecord<'_, '_>,
    header: &MessageHeader,
    candidate: u8,
    sent: u64,
) -> Option<Timestamp> {
    match candidate {
        UPTIME => since_init(record, header, sent),
        candidate if is_ntp(candidate) => {
            count(record, header, sent).or_else(|| NtpTime::from_bits(sent).timestamp())
        }
        5 => {
            let nanos = i64::try_from(sent).ok()?.checked_mul(1_000)?;
            before(header.export_time?, nanos)
        }
        candidate => {
            let time = unix_time(candidate, sent)?;
            match time.filter(|time| is_near(*time, header, YEAR)) {
                Some(time) => Some(time),
                None => other_unit(header, sent).or(time),
            }
        }
    }
}

/// A time since 1970, of the elements that have one; inside, `None` if it is
/// past the range.
#[inline]
fn unix_time(candidate: u8, sent: u64) -> Option<Option<Timestamp>> {
    match candidate {
        2 | 8 => Some(Timestamp::from_millis(sent)),
        3 | 9 => Some(u32::try_from(sent).ok().map(Timestamp::from_secs)),
        _ => None,
    }
}

/// A time is no further from that of the header.
#[inline]
fn is_near(time: Timestamp, header: &MessageHeader, within: u64) -> bool {
    let sent = header.export_time.unwrap_or(header.received);
    time.nanos_since(sent).unsigned_abs() < within
}

/// What a number says in another unit, if that makes sense and its own does not.
#[cold]
fn other_unit(header: &MessageHeader, sent: u64) -> Option<Timestamp> {
    let units = [
        u32::try_from(sent).ok().map(Timestamp::from_secs),
        Timestamp::from_millis(sent),
        Timestamp::from_micros(sent),
        header.sys_uptime.and_then(|now| {
            let age = i64::from(now).checked_sub(i64::try_from(sent).ok()?)?;
            before(header.export_time?, age.checked_mul(1_000_000)?)
        }),
    ];
    units
        .into_iter()
        .flatten()
        .find(|time| sent != 0 && is_near(*time, header, DAY))
}

/// The element is an NTP time.
const fn is_ntp(candidate: u8) -> bool {
    matches!(candidate, 0 | 1 | 6 | 7)
}

/// The elements of microseconds among the candidates.
const fn is_microseconds(candidate: u8) -> bool {
    matches!(candidate, 1 | 7)
}

/// What an NTP time says if it is a plain count of microseconds after all.
fn count(record: &DataRecord<'_, '_>, header: &MessageHeader, sent: u64) -> Option<Timestamp> {
    let near = |time: Timestamp, within| is_near(time, header, within).then_some(time);
    let time = NtpTime::from_bits(sent);
    if time.is_unknown() {
        return None;
    }
    if time.timestamp().and_then(|time| near(time, YEAR)).is_none() {
        return near(Timestamp::from_micros(sent)?, DAY);
    }
    let plan = record.template().plan();
    // One genuine fraction in 4295 is that small; two at once are no chance.
    let small = |ingredient| {
        let slot = plan.ingredient(ingredient);
        let sent = record.unsigned(slot)?;
        Some(is_microseconds(slot.candidate) && NtpTime::from_bits(sent).fraction() < 1_000_000)
    };
    if small(Ingredient::Start)? && small(Ingredient::End)? {
        let seconds = time.unix_seconds().checked_mul(1_000_000_000)?;
        let micros = i64::from(time.fraction()).checked_mul(1_000)?;
        return Some(Timestamp::from_nanos(seconds.checked_add(micros)?));
    }
    None
}

/// The longest uptime that the header tells.
const WRAPPING: u64 = 0xffff_ffff;

/// Uptimes up to this much later than that of the header are not 49.7 days
/// old: exporters stamp the header before the last records.
const AHEAD: i64 = 60 * 60 * 1_000;

/// Uptimes of 32 bits wrap after so many milliseconds.
const WRAP: i64 = 1 << 32;

/// An uptime in milliseconds: its age at the time of the header, modulo 2^32
/// so that a wrap between the two does no harm, before the header's time.
#[inline]
fn uptime(header: &MessageHeader, now: u32, sent: u64) -> Option<Timestamp> {
    // Uptimes of eight octets (field types 21 and 22 of some exporters) may be
    // times since 1970.
    if sent > WRAPPING {
        let time = Timestamp::from_millis(sent);
        if let Some(time) = time.filter(|time| is_near(*time, header, YEAR)) {
            return Some(time);
        }
    }
    Some(counted_back(header.export_time?, now, sent))
}

/// An uptime by that of the header, `now`, and the time of the header.
#[inline]
fn counted_back(time: Timestamp, now: u32, sent: u64) -> Timestamp {
    // Those of eight octets do not wrap, that of the header does.
    let sent = u32::try_from(sent & WRAPPING).unwrap_or_default();
    let age = i64::from(now.wrapping_sub(sent));
    let age = if age >= WRAP - AHEAD {
        age.wrapping_sub(WRAP)
    } else {
        age
    };
    // 2^32 ms fit by far.
    time.saturating_add(age.wrapping_mul(-1_000_000))
}

/// IPFIX has no uptime in its header: systemInitTimeMilliseconds stands in the
/// record or in the options (RFC 7012, section 5.8). The uptime wraps as in
/// v9: of all times it may say, the last before the message was sent.
#[cold]
fn since_init(record: &DataRecord<'_, '_>, header: &MessageHeader, sent: u64) -> Option<Timestamp> {
    let slot = record.template().plan().ingredient(Ingredient::SystemInit);
    let told = record.unsigned(slot).and_then(Timestamp::from_millis);
    let init = told.or(header.system_init)?;
    let exported = header.export_time.unwrap_or(header.received);
    let running = exported.nanos_since(init).div_euclid(1_000_000);
    // Options of a later start say nothing of a message from before it.
    if told.is_none() && running < -SECOND {
        return None;
    }
    let sent = i64::try_from(sent).ok()?;
    let wraps = if running < LONGEST {
        let past = running.saturating_add(AHEAD).saturating_sub(sent);
        past.div_euclid(WRAP).max(0)
    } else {
        0
    };
    let uptime = wraps.checked_mul(WRAP)?.checked_add(sent)?;
    Some(init.saturating_add(uptime.checked_mul(1_000_000)?))
}

/// A second in milliseconds: header times are whole.
const SECOND: i64 = 1_000;
/// Longer than any exporter runs, in milliseconds: a start that far back is
/// that of a clock that was not set.
const LONGEST: i64 = 20 * 365 * 86_400_000;
