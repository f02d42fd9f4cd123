//! The one place that decides what the time in a record is, and by which rule.

use super::direct::DirectTime;
use super::element::TimeElement;
use super::rule::{ClockRule, NoTime, RuledTime};
use super::{DAY, YEAR, before, is_near, reference, sent_time, uptime};
use crate::element::{DataType, ElementId};
use crate::field::Ingredient;
use crate::header::MessageHeader;
use crate::record::{DataRecord, Field};
use crate::time::Timestamp;
use crate::value::{NtpTime, unsigned};

/// The start or end that an element of the record carries and the rule that it was found by, or why
/// there is none. All accessors, columns and relays go through here or, for the usual forms,
/// [`direct`].
pub(super) fn read(
    record: &DataRecord<'_, '_>,
    header: &MessageHeader,
    ingredient: Ingredient,
) -> RuledTime {
    if let Some(found) = direct(record, header, ingredient) {
        return Ok(found);
    }
    let slot = record.template().plan().ingredient(ingredient);
    let Some(element) = TimeElement::of(slot) else {
        return words(record, ingredient);
    };
    let Some(octets) = record.slot(slot) else {
        return Err(NoTime::NotSent);
    };
    let sent = unsigned(octets).ok_or(NoTime::Unreadable)?;
    let found = interpret(record, header, (element, sent));
    found.or_else(|reason| {
        let other = || beside(record, ingredient);
        match (reason == NoTime::Zero).then(other).flatten() {
            Some(other) => interpret(record, header, other),
            None => Err(reason),
        }
    })
}

/// The time that an element with this number says.
fn interpret(
    record: &DataRecord<'_, '_>,
    header: &MessageHeader,
    (element, sent): (TimeElement, u64),
) -> RuledTime {
    match element {
        TimeElement::SysUpTime => match header.sys_uptime {
            Some(now) => uptime::by_header(header, now, sent),
            None => uptime::since_init(record, header, sent),
        },
        TimeElement::DeltaMicroseconds => {
            let origin = sent_time(header).ok_or(NoTime::UnknownOrigin)?;
            let micros = i64::try_from(sent).ok();
            let nanos = micros.and_then(|micros| micros.checked_mul(1_000));
            let time = nanos.and_then(|nanos| before(origin, nanos));
            Ok((
                time.ok_or(NoTime::Unreadable)?,
                ClockRule::DeltaMicroseconds,
            ))
        }
        _ if sent == 0 => Err(NoTime::Zero),
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
        TimeElement::VendorSeconds => {
            let time = seconds(sent).filter(|time| is_near(*time, header, YEAR));
            Ok((time.ok_or(NoTime::Unreadable)?, ClockRule::Seconds))
        }
        TimeElement::ObservationMilliseconds => {
            let time = Timestamp::from_millis(sent);
            since_1970(header, sent, time, ClockRule::Observation)
        }
        TimeElement::ObservationSeconds => {
            since_1970(header, sent, seconds(sent), ClockRule::Observation)
        }
    }
}

/// The time between the first and the last packet of a record that counts both from the same
/// origin, which nobody has to know for that.
pub(super) fn between(record: &DataRecord<'_, '_>) -> Option<i64> {
    let load = |ingredient| {
        let slot = record.template().plan().ingredient(ingredient);
        let (element, sent) = (TimeElement::of(slot)?, record.unsigned(slot)?);
        let is_none = sent == 0 && !element.may_be_zero();
        let other = is_none.then(|| beside(record, ingredient)).flatten();
        Some(other.unwrap_or((element, sent)))
    };
    match (load(Ingredient::Start)?, load(Ingredient::End)?) {
        ((TimeElement::SysUpTime, first), (TimeElement::SysUpTime, last)) => {
            uptime::between(first, last)
        }
        ((TimeElement::DeltaMicroseconds, first), (TimeElement::DeltaMicroseconds, last)) => {
            let micros = i64::try_from(first).ok()?;
            micros
                .checked_sub(i64::try_from(last).ok()?)?
                .checked_mul(1_000)
        }
        _ => None,
    }
}

/// The element with the time where the best one of the template is zero: of exporters with several
/// elements for a time that fill only one. Zeros there are none either.
#[cold]
fn beside(record: &DataRecord<'_, '_>, ingredient: Ingredient) -> Option<(TimeElement, u64)> {
    let plan = record.template().plan();
    if !plan.has_other_times() {
        return None;
    }
    let best = plan.ingredient(ingredient).candidate;
    let others = (0_u8..).zip(ingredient.elements());
    let mut others = others.skip(usize::from(best).saturating_add(1));
    others.find_map(|(candidate, id)| {
        let element = TimeElement::at(candidate)?;
        let sent = unsigned(record.get(*id)?.octets())?;
        (sent > 0).then_some((element, sent))
    })
}

/// The time in a record whose only element of it has sixteen octets: pmacct sends two words of
/// 64 bits in 154 and 155, where RFC 7011, section 6.1.9, has an NTP time of eight octets.
#[cold]
fn words(record: &DataRecord<'_, '_>, ingredient: Ingredient) -> RuledTime {
    let timeval = match ingredient {
        Ingredient::Start => Ingredient::StartTimeval,
        _ => Ingredient::EndTimeval,
    };
    let slot = record.template().plan().ingredient(timeval);
    let Some(octets) = record.slot(slot) else {
        let sends = |id: &ElementId| {
            let field = record.get(*id);
            field.is_some_and(|field| !field.octets().is_empty())
        };
        let is_sent = record.template().plan().has_unreadable_time()
            && ingredient.elements().iter().any(sends);
        let unreadable = NoTime::Unreadable;
        return Err(if is_sent { unreadable } else { NoTime::NotSent });
    };
    let time = two_words(octets)?;
    Ok((time, ClockRule::SecondsAndMicroseconds))
}

/// Seconds since 1970 and microseconds, 64 bits each.
fn two_words(octets: &[u8]) -> Result<Timestamp, NoTime> {
    let (seconds, micros) = octets.split_at_checked(8).ok_or(NoTime::Unreadable)?;
    let both = unsigned(seconds).zip(unsigned(micros).filter(|_| micros.len() == 8));
    let (seconds, micros) = both.ok_or(NoTime::Unreadable)?;
    if seconds == 0 && micros == 0 {
        return Err(NoTime::Zero);
    }
    let seconds = seconds.checked_mul(1_000_000);
    let time = seconds.and_then(|seconds| Timestamp::from_micros(seconds.checked_add(micros)?));
    let time = time.filter(|_| micros < 1_000_000);
    time.ok_or(NoTime::Unreadable)
}

impl Field<'_, '_> {
    /// The time in a field of time whose length is not that of its type, in the forms that flows read:
    /// seconds in 8 octets instead of 4, and two words of 64 bits, seconds and microseconds, instead of
    /// an NTP time (as pmacct sends 154 and 155). `None` for other fields and for zero, which is not a time.
    #[must_use]
    pub fn time_of_other_length(&self) -> Option<Timestamp> {
        match (self.template().data_type()?, self.octets().len()) {
            (DataType::DateTimeSeconds, 8) => seconds(unsigned(self.octets())?),
            (DataType::DateTimeMicroseconds, 16) => two_words(self.octets()).ok(),
            _ => None,
        }
        .filter(|time| *time != Timestamp::from_secs(0))
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
    DirectTime::new(TimeElement::of(slot)?, header)?.read(sent)
}

/// The time as [`direct`] finds it, without the rule: each form needs only its own part of the header.
#[inline(always)]
pub(super) fn direct_time(
    record: &DataRecord<'_, '_>,
    header: &MessageHeader,
    ingredient: Ingredient,
) -> Option<Timestamp> {
    let slot = record.template().plan().ingredient(ingredient);
    let number = record.loaded(slot)?;
    match TimeElement::of(slot)? {
        TimeElement::SysUpTime => {
            let (now, sent) = (header.sys_uptime?, sent_time(header)?);
            DirectTime::Uptime { now, sent }.time(number)
        }
        TimeElement::Milliseconds => {
            let sent = reference(header);
            DirectTime::Milliseconds { sent }.time(number)
        }
        TimeElement::Seconds => {
            let sent = reference(header);
            DirectTime::Seconds { sent }.time(number)
        }
        _ => None,
    }
}

/// Seconds are of 32 bits, however wide their field is.
fn seconds(sent: u64) -> Option<Timestamp> {
    u32::try_from(sent).ok().map(Timestamp::from_secs)
}

/// A time since 1970 by `rule`; in another unit if it makes no sense in its own.
fn since_1970(
    header: &MessageHeader,
    sent: u64,
    time: Option<Timestamp>,
    rule: ClockRule,
) -> RuledTime {
    let near = time.filter(|time| is_near(*time, header, YEAR));
    if let Some(time) = near {
        return Ok((time, rule));
    }
    match other_unit(header, sent) {
        Some(time) => Ok((time, ClockRule::OtherUnit)),
        None => Ok((time.ok_or(NoTime::Unreadable)?, rule)),
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
            before(sent_time(header)?, age.checked_mul(1_000_000)?)
        }),
    ];
    units
        .into_iter()
        .flatten()
        .find(|time| is_near(*time, header, DAY.unsigned_abs()))
}

/// An NTP time, by `rule`, or the count of microseconds in its place.
fn ntp(
    record: &DataRecord<'_, '_>,
    header: &MessageHeader,
    sent: u64,
    rule: ClockRule,
) -> RuledTime {
    match count(record, header, sent) {
        Some(time) => Ok((time, ClockRule::MicrosecondCount)),
        None => {
            let time = NtpTime::from_bits(sent).timestamp();
            Ok((time.ok_or(NoTime::Unreadable)?, rule))
        }
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
    // One genuine fraction in 4295 is that small; two at once are not a coincidence.
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
