//! The one place that decides what the time in a record is, and by which rule.

use super::direct::Direct;
use super::element::TimeElement;
use super::rule::ClockRule;
use super::{DAY, YEAR, before, is_near, uptime};
use crate::field::Ingredient;
use crate::header::MessageHeader;
use crate::record::DataRecord;
use crate::time::Timestamp;
use crate::value::NtpTime;

/// The start or end that an element of the record carries, and the rule that gave it. All
/// accessors, columns and relays go through here or, for the usual forms, [`direct`].
pub(super) fn read(
    record: &DataRecord<'_, '_>,
    header: &MessageHeader,
    ingredient: Ingredient,
) -> Option<(Timestamp, ClockRule)> {
    if let Some(time) = direct(record, header, ingredient) {
        return Some(time);
    }
    let slot = record.template().plan().ingredient(ingredient);
    let element = TimeElement::of(slot)?;
    let sent = record.unsigned(slot)?;
    match element {
        TimeElement::SysUpTime => match header.sys_uptime {
            Some(now) => uptime::by_header(header, now, sent),
            None => uptime::since_init(record, header, sent),
        },
        TimeElement::DeltaMicroseconds => {
            let nanos = i64::try_from(sent).ok()?.checked_mul(1_000)?;
            let time = before(header.export_time?, nanos)?;
            Some((time, ClockRule::DeltaMicroseconds))
        }
        TimeElement::Nanoseconds => ntp(record, header, sent, ClockRule::Nanoseconds),
        TimeElement::Microseconds => ntp(record, header, sent, ClockRule::Microseconds),
        TimeElement::ObservationNanoseconds | TimeElement::ObservationMicroseconds => {
            ntp(record, header, sent, ClockRule::Observation)
        }
        TimeElement::Milliseconds => {
            let time = Timestamp::from_millis(sent);
            since_1970(header, sent, time, ClockRule::Milliseconds)
        }
        TimeElement::Seconds => since_1970(header, sent, seconds(sent), ClockRule::Seconds),
        TimeElement::ObservationMilliseconds => {
            let time = Timestamp::from_millis(sent);
            since_1970(header, sent, time, ClockRule::Observation)
        }
        TimeElement::ObservationSeconds => {
            since_1970(header, sent, seconds(sent), ClockRule::Observation)
        }
    }
}

/// The time in a field of the record, in the forms that most exporters send: short
/// enough to be part of the caller.
#[inline]
pub(super) fn direct(
    record: &DataRecord<'_, '_>,
    header: &MessageHeader,
    ingredient: Ingredient,
) -> Option<(Timestamp, ClockRule)> {
    let slot = record.template().plan().ingredient(ingredient);
    let sent = record.loaded(slot)?;
    Direct::new(TimeElement::of(slot)?, header)?.read(sent)
}

/// Seconds are of 32 bits, whatever the width of their field.
fn seconds(sent: u64) -> Option<Timestamp> {
    u32::try_from(sent).ok().map(Timestamp::from_secs)
}

/// A time since 1970 that `rule` gives; in another unit if it makes no sense in its own.
fn since_1970(
    header: &MessageHeader,
    sent: u64,
    time: Option<Timestamp>,
    rule: ClockRule,
) -> Option<(Timestamp, ClockRule)> {
    let near = time.filter(|time| is_near(*time, header, YEAR));
    if let Some(time) = near {
        return Some((time, rule));
    }
    match other_unit(header, sent) {
        Some(time) => Some((time, ClockRule::OtherUnit)),
        None => Some((time?, rule)),
    }
}

/// What a number means in another unit, if that makes sense and its own does not.
#[cold]
fn other_unit(header: &MessageHeader, sent: u64) -> Option<Timestamp> {
    let units = [
        seconds(sent),
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
        .find(|time| sent != 0 && is_near(*time, header, DAY.unsigned_abs()))
}

/// An NTP time, which `rule` gives, or the count of microseconds in its place.
fn ntp(
    record: &DataRecord<'_, '_>,
    header: &MessageHeader,
    sent: u64,
    rule: ClockRule,
) -> Option<(Timestamp, ClockRule)> {
    match count(record, header, sent) {
        Some(time) => Some((time, ClockRule::MicrosecondCount)),
        None => Some((NtpTime::from_bits(sent).timestamp()?, rule)),
    }
}

/// What an NTP time means if it is a plain count of microseconds after all.
fn count(record: &DataRecord<'_, '_>, header: &MessageHeader, sent: u64) -> Option<Timestamp> {
    let near = |time: Timestamp, within| is_near(time, header, within).then_some(time);
    let time = NtpTime::from_bits(sent);
    if time.is_unknown() {
        return None;
    }
    if time.timestamp().and_then(|time| near(time, YEAR)).is_none() {
        return near(Timestamp::from_micros(sent)?, DAY.unsigned_abs());
    }
    let plan = record.template().plan();
    // One genuine fraction in 4295 is that small; two at once are no chance.
    let is_small = |ingredient| {
        let slot = plan.ingredient(ingredient);
        let sent = record.unsigned(slot)?;
        let is_microseconds = matches!(
            TimeElement::of(slot),
            Some(TimeElement::Microseconds | TimeElement::ObservationMicroseconds)
        );
        Some(is_microseconds && NtpTime::from_bits(sent).fraction() < 1_000_000)
    };
    if is_small(Ingredient::Start)? && is_small(Ingredient::End)? {
        let seconds = time.unix_seconds().checked_mul(1_000_000_000)?;
        let micros = i64::from(time.fraction()).checked_mul(1_000)?;
        return Some(Timestamp::from_nanos(seconds.checked_add(micros)?));
    }
    None
}
