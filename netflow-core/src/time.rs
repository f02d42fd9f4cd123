//! A point in time, as nanoseconds since 1970-01-01 UTC.

use core::fmt;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(0);

    /// From nanoseconds since 1970.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From microseconds since 1970; `None` after the year 2262.
    #[must_use]
    pub fn from_micros(micros: u64) -> Option<Self> {
        Some(Self(i64::try_from(micros).ok()?.checked_mul(1_000)?))
    }

    /// From milliseconds since 1970; `None` after the year 2262.
    #[must_use]
    pub fn from_millis(millis: u64) -> Option<Self> {
        Some(Self(i64::try_from(millis).ok()?.checked_mul(1_000_000)?))
    }

    /// From whole seconds since 1970, as headers carry them.
    #[must_use]
    pub fn from_secs(secs: u32) -> Self {
        // 2^32 s are 4.3e18 ns, which an i64 holds.
        Self(i64::from(secs).saturating_mul(NANOS))
    }

    /// From the clock of the system; stops at the ends of the range.
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

    /// This time and so many nanoseconds; stops at the ends of the range.
    #[must_use]
    pub const fn saturating_add(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// Nanoseconds from `earlier` to this time; stops at the ends of the range.
    #[must_use]
    pub const fn nanos_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// RFC 3339 in UTC with the fewest of 0, 3, 6 or 9 digits of fraction.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = u32::try_from(self.0.rem_euclid(NANOS)).unwrap_or(0);
        write(f, self.0.div_euclid(NANOS), nanos)
    }
}

/// Writes seconds since 1970 and nanoseconds in RFC 3339.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, seconds: i64, nanos: u32) -> fmt::Result {
    let date = CivilTime::from_unix(seconds);
    write!(
        f,
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        date.year, date.month, date.day, date.hour, date.minute, date.second
    )?;
    if nanos == 0 {
        write!(f, "Z")
    } else if nanos.rem_euclid(1_000_000) == 0 {
        write!(f, ".{:03}Z", nanos.div_euclid(1_000_000))
    } else if nanos.rem_euclid(1_000) == 0 {
        write!(f, ".{:06}Z", nanos.div_euclid(1_000))
    } else {
        write!(f, ".{nanos:09}Z")
    }
}

/// A date and a time of day in the proleptic Gregorian calendar.
struct CivilTime {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl CivilTime {
    /// Counts days in years that begin in March, so that the leap day is the last.
    fn from_unix(seconds: i64) -> Self {
        let days = seconds.div_euclid(86_400).saturating_add(719_468);
        let of_day = seconds.rem_euclid(86_400);
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let leap = of_era
            .div_euclid(1_460)
            .saturating_sub(of_era.div_euclid(36_524))
            .saturating_add(of_era.div_euclid(146_096));
        let year_of_era = of_era.saturating_sub(leap).div_euclid(365);
        let of_year = of_era
            .saturating_sub(year_of_era.saturating_mul(365))
            .saturating_sub(year_of_era.div_euclid(4))
            .saturating_add(year_of_era.div_euclid(100));
        let shifted = of_year.saturating_mul(5).saturating_add(2).div_euclid(153);
        let day = of_year
            .saturating_sub(shifted.saturating_mul(153).saturating_add(2).div_euclid(5))
            .saturating_add(1);
        let month = if shifted < 10 {
            shifted.saturating_add(3)
        } else {
            shifted.saturating_sub(9)
        };
        let year = era
            .saturating_mul(400)
            .saturating_add(year_of_era)
            .saturating_add(i64::from(month <= 2));
        Self {
            year,
            month,
            day,
            hour: of_day.div_euclid(3_600),
            minute: of_day.rem_euclid(3_600).div_euclid(60),
            second: of_day.rem_euclid(60),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::Timestamp;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (nanos, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00Z"),
            (1_618_136_400_123_456_000, "2021-04-11T10:20:00.123456Z"),
            (-2_208_988_800_000_000_000, "1900-01-01T00:00:00Z"),
            (4_102_444_799_999_999_999, "2099-12-31T23:59:59.999999999Z"),
        ] {
            assert_eq!(Timestamp::from_nanos(nanos).to_string(), text);
        }
    }

    #[test]
    fn a_time_past_the_range_is_none() {
        assert_eq!(Timestamp::from_millis(u64::MAX), None);
        assert!(Timestamp::from_micros(u64::MAX >> 11).is_some());
    }
}
