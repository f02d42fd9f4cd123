//! Times in the forms that nearly all exporters send, computed only from one number and the
//! header.

use super::element::TimeElement;
use super::rule::ClockRule;
use super::uptime::{WRAPPING, counted_back};
use super::{YEAR, reference, sent_time};
use crate::header::MessageHeader;
use crate::template::Slot;
use crate::time::Timestamp;

/// How one number is read as a time, as long as it makes sense. All other times are computed by
/// [`read`](super::read()), which looks at more than the number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DirectTime {
    /// An uptime, by that of the header and the time of the header.
    Uptime { now: u32, sent: Timestamp },
    /// Milliseconds since 1970, less than a year from the time of the header.
    Milliseconds { sent: Timestamp },
    /// Seconds since 1970, likewise.
    Seconds { sent: Timestamp },
}

impl DirectTime {
    /// `None` if the element has another form.
    #[inline]
    pub(super) fn new(element: TimeElement, header: &MessageHeader) -> Option<Self> {
        match element {
            TimeElement::SysUpTime => Some(Self::Uptime {
                now: header.sys_uptime?,
                sent: sent_time(header)?,
            }),
            TimeElement::Milliseconds => Some(Self::Milliseconds {
                sent: reference(header),
            }),
            TimeElement::Seconds => Some(Self::Seconds {
                sent: reference(header),
            }),
            _ => None,
        }
    }

    /// The form of the element at this place of a template, under a header with a time.
    pub(crate) fn of(slot: Slot, header: &MessageHeader) -> Option<Self> {
        sent_time(header)?;
        Self::new(TimeElement::of(slot)?, header)
    }

    /// The time; `None` if the number makes no sense in this form.
    #[inline]
    pub(crate) fn time(self, number: u64) -> Option<Timestamp> {
        match self {
            Self::Uptime { now, sent } => uptime(now, sent, number),
            Self::Milliseconds { sent } => milliseconds(sent, number),
            Self::Seconds { sent } => seconds(sent, number),
        }
    }

    /// The rule of its times.
    #[inline]
    pub(super) const fn rule(self) -> ClockRule {
        match self {
            Self::Uptime { .. } => ClockRule::Uptime,
            Self::Milliseconds { .. } => ClockRule::Milliseconds,
            Self::Seconds { .. } => ClockRule::Seconds,
        }
    }

    /// The time and its rule; `None` if the number makes no sense in this form.
    #[inline(always)]
    pub(super) fn read(self, number: u64) -> Option<(Timestamp, ClockRule)> {
        Some((self.time(number)?, self.rule()))
    }

    /// The time of a number; if it makes no sense in this form, that which `other` finds of its
    /// row. A part of the caller's loop, which knows the form.
    #[inline(always)]
    pub(crate) fn time_or(
        self,
        (row, number): (usize, u64),
        other: impl Fn(usize) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        match self.read(number) {
            Some((time, _)) => Some(time),
            None => other(row),
        }
    }
}

#[inline]
fn uptime(now: u32, sent: Timestamp, number: u64) -> Option<Timestamp> {
    // Longer ones may be times since 1970.
    (number <= WRAPPING).then_some(counted_back(sent, now, number))
}

#[inline]
fn milliseconds(sent: Timestamp, number: u64) -> Option<Timestamp> {
    /// The last whose nanoseconds an `i64` holds.
    const LAST: u64 = 9_223_372_036_854;
    near::<1_000_000>(sent, number, LAST)
}

#[inline]
fn seconds(sent: Timestamp, number: u64) -> Option<Timestamp> {
    // Seconds are of 32 bits, however wide their field is.
    near::<1_000_000_000>(sent, number, WRAPPING)
}

/// [`YEAR`], to add to a time.
const NEAR: i64 = 31_536_000_000_000_000;

/// A number of units of `UNIT` nanoseconds since 1970, from 1 to `last`, if the time is less
/// than a year from `sent`. Zero is not a time.
#[inline]
fn near<const UNIT: i64>(sent: Timestamp, number: u64, last: u64) -> Option<Timestamp> {
    // Up to `last` nothing wraps, and nanoseconds are not negative: their distance from the earliest time is a
    // number of 64 bits, which is huge if they are before it. All flows of a message have the same earliest time; the
    // compiler finds it before a loop over them.
    let nanos = i64::from_ne_bytes(number.to_ne_bytes()).wrapping_mul(UNIT);
    let sent = sent.as_nanos().max(-NEAR);
    let distance = nanos.wrapping_sub(sent.wrapping_sub(NEAR - 1));
    let distance = u64::from_ne_bytes(distance.to_ne_bytes());
    let is_near = number.wrapping_sub(1) < last && distance < 2 * YEAR - 1;
    is_near.then_some(Timestamp::from_nanos(nanos))
}
