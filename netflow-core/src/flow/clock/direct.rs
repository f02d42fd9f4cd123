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

    /// The time; `None` if the number makes no sense in this form.
    #[inline]
    pub(crate) fn time(self, number: u64) -> Option<Timestamp> {
        match self {
            Self::Uptime { now, sent } => UptimeClock { now, sent }.time(number),
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

    /// Ready for many numbers of messages with this header.
    #[inline]
    fn prepared(self) -> PreparedTime {
        match self {
            Self::Uptime { now, sent } => PreparedTime::Uptime(UptimeClock { now, sent }),
            Self::Milliseconds { sent } => {
                PreparedTime::Milliseconds(NearTimes::milliseconds(sent))
            }
            Self::Seconds { sent } => PreparedTime::Seconds(NearTimes::seconds(sent)),
        }
    }
}

/// A [`DirectTime`] for many numbers: what its header contributes is computed once.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PreparedTime {
    /// An uptime, by that of the header and the time of the header.
    Uptime(UptimeClock),
    /// Milliseconds since 1970.
    Milliseconds(NearTimes<1_000_000>),
    /// Seconds since 1970.
    Seconds(NearTimes<1_000_000_000>),
}

impl PreparedTime {
    /// The form of the element at this place of a template, under a header with a time.
    pub(crate) fn of(slot: Slot, header: &MessageHeader) -> Option<Self> {
        Self::new(TimeElement::of(slot)?, header)
    }

    /// `None` if the header has no time, or the element another form.
    #[inline]
    pub(super) fn new(element: TimeElement, header: &MessageHeader) -> Option<Self> {
        sent_time(header)?;
        Some(DirectTime::new(element, header)?.prepared())
    }

    /// The time; `None` if the number makes no sense in this form.
    #[inline]
    pub(crate) fn time(self, number: u64) -> Option<Timestamp> {
        match self {
            Self::Uptime(clock) => clock.time(number),
            Self::Milliseconds(near) => near.time(number),
            Self::Seconds(near) => near.time(number),
        }
    }

    /// The rule of its times.
    #[inline]
    pub(super) const fn rule(self) -> ClockRule {
        match self {
            Self::Uptime(_) => ClockRule::Uptime,
            Self::Milliseconds(_) => ClockRule::Milliseconds,
            Self::Seconds(_) => ClockRule::Seconds,
        }
    }
}

/// What uptimes in milliseconds are counted back from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UptimeClock {
    /// The uptime of the header.
    now: u32,
    /// The time of the header.
    sent: Timestamp,
}

impl UptimeClock {
    /// Whether a number is an uptime: longer ones may be times since 1970.
    #[inline(always)]
    pub(crate) const fn contains(number: u64) -> bool {
        number <= WRAPPING
    }

    /// The time of such a number.
    #[inline(always)]
    pub(crate) const fn at(self, number: u64) -> Timestamp {
        counted_back(self.sent, self.now, number)
    }

    #[inline]
    fn time(self, number: u64) -> Option<Timestamp> {
        Self::contains(number).then_some(self.at(number))
    }
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
    // number of 64 bits, which is huge if they are before it.
    let nanos = i64::from_ne_bytes(number.to_ne_bytes()).wrapping_mul(UNIT);
    let sent = sent.as_nanos().max(-NEAR);
    let distance = nanos.wrapping_sub(sent.wrapping_sub(NEAR - 1));
    let distance = u64::from_ne_bytes(distance.to_ne_bytes());
    let is_near = number.wrapping_sub(1) < last && distance < 2 * YEAR - 1;
    is_near.then_some(Timestamp::from_nanos(nanos))
}

/// The same for many numbers of one message: those that [`near`] treats as times are a range, which
/// is found before the loop over them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NearTimes<const UNIT: u64> {
    first: u64,
    count: u64,
}

impl NearTimes<1_000_000> {
    fn milliseconds(sent: Timestamp) -> Self {
        Self::new(sent, LAST_MILLISECOND)
    }
}

impl NearTimes<1_000_000_000> {
    fn seconds(sent: Timestamp) -> Self {
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

    /// Whether a number is a time near that of the header.
    #[inline(always)]
    pub(crate) const fn contains(self, number: u64) -> bool {
        number.wrapping_sub(self.first) < self.count
    }

    /// The time of a number that it contains.
    #[inline(always)]
    pub(crate) const fn at(number: u64) -> Timestamp {
        // Up to the last nothing wraps.
        Timestamp::from_nanos(i64::from_ne_bytes(number.wrapping_mul(UNIT).to_ne_bytes()))
    }

    #[inline(always)]
    pub(crate) fn time(self, number: u64) -> Option<Timestamp> {
        self.contains(number).then_some(Self::at(number))
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
