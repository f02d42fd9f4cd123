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

/// The last millisecond whose nanoseconds an `i64` holds.
const LAST_MILLISECOND: u64 = 9_223_372_036_854;

#[inline]
fn milliseconds(sent: Timestamp, number: u64) -> Option<Timestamp> {
    near::<1_000_000>(sent, number, LAST_MILLISECOND)
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

/// The same for many numbers of one message: those that [`near`] takes for times are a range, which
/// is found before the loop over them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NearTimes<const UNIT: u64> {
    first: u64,
    count: u64,
}

impl NearTimes<1_000_000> {
    pub(crate) fn milliseconds(sent: Timestamp) -> Self {
        Self::new(sent, LAST_MILLISECOND)
    }
}

impl NearTimes<1_000_000_000> {
    pub(crate) fn seconds(sent: Timestamp) -> Self {
        Self::new(sent, WRAPPING)
    }
}

impl<const UNIT: u64> NearTimes<UNIT> {
    #[inline]
    fn new(sent: Timestamp, last: u64) -> Self {
        let earliest = sent.as_nanos().max(-NEAR).wrapping_sub(NEAR - 1);
        let latest = earliest.saturating_add(2 * NEAR - 2);
        let [earliest, latest] = [earliest, latest].map(|nanos| u64::try_from(nanos).unwrap_or(0));
        let first = earliest.max(1).div_ceil(UNIT);
        let last = latest.checked_div(UNIT).unwrap_or(0).min(last);
        Self {
            first,
            count: last.saturating_add(1).saturating_sub(first),
        }
    }

    #[inline(always)]
    fn time(self, number: u64) -> Option<Timestamp> {
        let is_near = number.wrapping_sub(self.first) < self.count;
        // Up to the last nothing wraps.
        let nanos = i64::from_ne_bytes(number.wrapping_mul(UNIT).to_ne_bytes());
        is_near.then_some(Timestamp::from_nanos(nanos))
    }

    /// As [`DirectTime::time_or`].
    #[inline(always)]
    pub(crate) fn time_or(
        self,
        (row, number): (usize, u64),
        other: impl Fn(usize) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        match self.time(number) {
            Some(time) => Some(time),
            None => other(row),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NEAR, NearTimes, milliseconds, seconds};
    use crate::time::Timestamp;

    /// Numbers at the edges of what is near, and of what there is.
    fn numbers(sent: i64, unit: i64) -> impl Iterator<Item = u64> {
        let edges = [
            sent.saturating_sub(NEAR),
            sent,
            sent.saturating_add(NEAR),
            i64::MAX,
            0,
        ];
        let edges = edges.map(|nanos| u64::try_from(nanos / unit).unwrap_or(0));
        let edges = edges.into_iter().chain([u64::from(u32::MAX), u64::MAX]);
        edges.flat_map(|edge| (0..5).map(move |step| edge.wrapping_sub(2).wrapping_add(step)))
    }

    #[test]
    fn many_numbers_are_the_times_that_each_of_them_is() {
        let sent = [
            i64::MIN,
            -NEAR - 1,
            -NEAR,
            1 - NEAR,
            -1,
            0,
            1,
            NEAR - 1,
            NEAR,
            NEAR + 1,
        ];
        let later = [
            1_700_000_000_000_000_000,
            1_700_000_000_123_456_789,
            4_294_967_295_000_000_000,
        ];
        let latest = [i64::MAX - NEAR, i64::MAX - 1, i64::MAX];
        for sent in sent.into_iter().chain(later).chain(latest) {
            let time = Timestamp::from_nanos(sent);
            let near = NearTimes::milliseconds(time);
            for number in numbers(sent, 1_000_000) {
                assert_eq!(
                    near.time(number),
                    milliseconds(time, number),
                    "{sent} {number}"
                );
            }
            let near = NearTimes::seconds(time);
            for number in numbers(sent, 1_000_000_000) {
                assert_eq!(near.time(number), seconds(time, number), "{sent} {number}");
            }
        }
    }
}
