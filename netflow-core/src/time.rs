//! A point in time, as nanoseconds since 1970-01-01 UTC.

use core::fmt;
use core::time::Duration;

use crate::text::UnixTime;

const NANOS: i64 = 1_000_000_000;

/// Nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted; from
/// 1677 to 2262.
///
/// ```
/// use netflow_core::Timestamp;
///
/// let time = Timestamp::from_millis(1_618_136_400_250).unwrap();
/// assert_eq!(time.to_string(), "2021-04-11T10:20:00.250Z");
/// assert_eq!(time.as_nanos(), 1_618_136_400_250_000_000);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(0);

    /// The time of a number of nanoseconds since 1970.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// The time of a number of microseconds since 1970; `None` after the year 2262.
    #[must_use]
    pub fn from_micros(micros: u64) -> Option<Self> {
        Some(Self(i64::try_from(micros).ok()?.checked_mul(1_000)?))
    }

    /// The time of a number of milliseconds since 1970; `None` after the year 2262.
    #[must_use]
    pub fn from_millis(millis: u64) -> Option<Self> {
        Some(Self(i64::try_from(millis).ok()?.checked_mul(1_000_000)?))
    }

    /// The time of a number of whole seconds since 1970, as headers carry them.
    #[must_use]
    pub fn from_secs(secs: u32) -> Self {
        // 2^32 s are 4.3e18 ns, which an i64 holds.
        Self(i64::from(secs).wrapping_mul(NANOS))
    }

    /// The time of the system's clock; limited to the ends of the range.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use netflow_core::Timestamp;
    ///
    /// let time = SystemTime::UNIX_EPOCH + Duration::from_secs(9);
    /// assert_eq!(Timestamp::from_system_time(time), Timestamp::from_secs(9));
    /// ```
    #[cfg(feature = "std")]
    #[must_use]
    pub fn from_system_time(time: std::time::SystemTime) -> Self {
        match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => Self(i64::try_from(after.as_nanos()).unwrap_or(i64::MAX)),
            Err(before) => {
                let nanos = i64::try_from(before.duration().as_nanos()).unwrap_or(i64::MAX);
                Self(nanos.saturating_neg())
            }
        }
    }

    /// Nanoseconds since 1970.
    #[must_use]
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// This time plus this many nanoseconds; limited to the ends of the range.
    #[must_use]
    pub const fn saturating_add(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// Nanoseconds from `earlier` to this time; limited to the ends of the range.
    #[must_use]
    pub const fn nanos_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Timestamp {
    /// The time from `earlier` to this time; `None` if this time is the earlier one.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use netflow_core::Timestamp;
    ///
    /// let (start, end) = (Timestamp::from_secs(7), Timestamp::from_secs(9));
    /// assert_eq!(end.duration_since(start), Some(Duration::from_secs(2)));
    /// assert_eq!(start.duration_since(end), None);
    /// ```
    #[must_use]
    pub fn duration_since(self, earlier: Self) -> Option<Duration> {
        // The difference of two i64 fits an i128, and one that is not negative a u64.
        let nanos = i128::from(self.0).checked_sub(i128::from(earlier.0))?;
        Some(Duration::from_nanos(nanos.try_into().ok()?))
    }
}

impl Timestamp {
    /// This time plus a span; `None` after the year 2262.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use netflow_core::Timestamp;
    ///
    /// let received = Timestamp::from_secs(7);
    /// assert_eq!(received.checked_add(Duration::from_secs(2)), Some(Timestamp::from_secs(9)));
    /// assert_eq!(received.checked_add(Duration::MAX), None);
    /// ```
    #[must_use]
    pub fn checked_add(self, span: Duration) -> Option<Self> {
        let nanos = i128::from(self.0).checked_add(span.as_nanos().try_into().ok()?)?;
        Some(Self(nanos.try_into().ok()?))
    }

    /// This time minus a span; `None` before the year 1677.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use netflow_core::Timestamp;
    ///
    /// let received = Timestamp::from_secs(1_700_000_000);
    /// let oldest = received.checked_sub(Duration::from_secs(30 * 60)).unwrap();
    /// assert_eq!(oldest, Timestamp::from_secs(1_699_998_200));
    /// ```
    #[must_use]
    pub fn checked_sub(self, span: Duration) -> Option<Self> {
        let nanos = i128::from(self.0).checked_sub(span.as_nanos().try_into().ok()?)?;
        Some(Self(nanos.try_into().ok()?))
    }
}

/// As [`Timestamp::from_system_time`].
#[cfg(feature = "std")]
impl From<std::time::SystemTime> for Timestamp {
    fn from(time: std::time::SystemTime) -> Self {
        Self::from_system_time(time)
    }
}

/// ```
/// use std::time::SystemTime;
///
/// use netflow_core::Timestamp;
///
/// let time = SystemTime::from(Timestamp::from_nanos(-1));
/// assert_eq!(Timestamp::from(time), Timestamp::from_nanos(-1));
/// ```
#[cfg(feature = "std")]
impl From<Timestamp> for std::time::SystemTime {
    fn from(time: Timestamp) -> Self {
        let distance = Duration::from_nanos(time.0.unsigned_abs());
        let found = if time.0 < 0 {
            Self::UNIX_EPOCH.checked_sub(distance)
        } else {
            Self::UNIX_EPOCH.checked_add(distance)
        };
        // Every system holds the times from 1677 to 2262.
        found.unwrap_or(Self::UNIX_EPOCH)
    }
}

impl From<Timestamp> for UnixTime {
    fn from(time: Timestamp) -> Self {
        Self {
            seconds: time.0.div_euclid(NANOS),
            // A remainder of 10^9 fits.
            nanos: u32::try_from(time.0.rem_euclid(NANOS)).unwrap_or(0),
        }
    }
}

/// RFC 3339 in UTC with the fewest of 0, 3, 6 or 9 digits of fraction.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        UnixTime::from(*self).fmt(f)
    }
}

/// As `Display`.
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The nanoseconds of a span; of more than 292 years the most there can be.
#[cfg(feature = "alloc")]
pub(crate) fn nanos(span: Duration) -> i64 {
    i64::try_from(span.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn a_time_past_the_range_is_none() {
        assert_eq!(Timestamp::from_millis(u64::MAX), None);
        assert!(Timestamp::from_micros(u64::MAX >> 11).is_some());
    }
}
