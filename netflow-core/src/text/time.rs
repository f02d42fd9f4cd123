//! Times in RFC 3339, in UTC.

use core::fmt;

use super::{ShortText, pair};

/// A point in time: seconds since 1970-01-01 UTC and nanoseconds.
///
/// Its `Display` is RFC 3339 with the fewest of 0, 3, 6 or 9 digits of fraction. Years outside 0 to
/// 9999, which RFC 3339 lacks, are written with as many digits as they need.
///
/// ```
/// use netflow_core::text::UnixTime;
///
/// let time = UnixTime { seconds: 1_700_000_000, nanos: 250_000_000 };
/// assert_eq!(time.to_string(), "2023-11-14T22:13:20.250Z");
/// assert_eq!(time.fewest_digits(), 3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnixTime {
    /// Seconds since 1970, leap seconds not counted.
    pub seconds: i64,
    /// Nanoseconds after these, less than 1,000,000,000.
    pub nanos: u32,
}

impl UnixTime {
    /// The time of a number of whole seconds since 1970.
    #[must_use]
    pub fn from_seconds(seconds: u32) -> Self {
        Self {
            seconds: seconds.into(),
            nanos: 0,
        }
    }

    /// The time of a number of milliseconds since 1970.
    #[must_use]
    pub fn from_millis(millis: u64) -> Self {
        let nanos = u32::try_from(millis.rem_euclid(1_000)).unwrap_or(0);
        Self {
            seconds: i64::try_from(millis.div_euclid(1_000)).unwrap_or(i64::MAX),
            nanos: nanos.saturating_mul(1_000_000),
        }
    }

    /// Digits that the fraction needs: 0, 3, 6 or 9.
    #[must_use]
    pub const fn fewest_digits(self) -> u32 {
        match self.nanos {
            0 => 0,
            nanos if nanos.rem_euclid(1_000_000) == 0 => 3,
            nanos if nanos.rem_euclid(1_000) == 0 => 6,
            _ => 9,
        }
    }

    /// The nearest microsecond: a binary fraction is seldom a whole one.
    #[must_use]
    pub const fn to_micros(self) -> Self {
        match self.nanos.saturating_add(500).div_euclid(1_000) {
            1_000_000.. => Self {
                seconds: self.seconds.saturating_add(1),
                nanos: 0,
            },
            micros => Self {
                seconds: self.seconds,
                nanos: micros.saturating_mul(1_000),
            },
        }
    }

    /// The time in RFC 3339 with the fewest of 0, 3, 6 or 9 digits of fraction; `None` if its year
    /// is not one of 0 to 9999.
    #[must_use]
    pub fn text(self) -> Option<ShortText<30>> {
        self.text_of_digits(self.fewest_digits())
    }

    /// The time in RFC 3339 with this number of digits of fraction, at most 9; `None` if its year
    /// is not one of 0 to 9999.
    #[must_use]
    pub fn text_of_digits(self, digits: u32) -> Option<ShortText<30>> {
        let civil = CivilTime::from_unix(self.seconds);
        let year = u16::try_from(civil.year)
            .ok()
            .filter(|year| *year < 10_000)?;
        let two = |number: u16| pair(u8::try_from(number).unwrap_or(0));
        let mut text = ShortText::new();
        text.extend(two(year.div_euclid(100)));
        text.extend(two(year.rem_euclid(100)));
        text.push(b'-');
        text.extend(pair(civil.month));
        text.push(b'-');
        text.extend(pair(civil.day));
        text.push(b'T');
        text.extend(pair(civil.hour));
        text.push(b':');
        text.extend(pair(civil.minute));
        text.push(b':');
        text.extend(pair(civil.second));
        self.fraction(&mut text, digits);
        text.push(b'Z');
        Some(text)
    }

    fn fraction(self, text: &mut ShortText<30>, digits: u32) {
        if digits == 0 {
            return;
        }
        text.push(b'.');
        let mut left = self.nanos;
        let mut unit = 100_000_000_u32;
        for _ in 0..digits.min(9) {
            let digit = left.checked_div(unit).unwrap_or(0);
            text.push(b'0'.wrapping_add(u8::try_from(digit).unwrap_or(0)));
            left = left.checked_rem(unit).unwrap_or(0);
            unit = unit.div_euclid(10);
        }
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.text() {
            return f.pad(text.as_str());
        }
        let civil = CivilTime::from_unix(self.seconds);
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
        )?;
        let mut fraction = ShortText::new();
        self.fraction(&mut fraction, self.fewest_digits());
        write!(f, "{fraction}Z")
    }
}

/// A date and a time of day in the proleptic Gregorian calendar.
struct CivilTime {
    year: i64,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

impl CivilTime {
    /// Counts days in years that begin in March, so that the leap day is the last of its year.
    fn from_unix(seconds: i64) -> Self {
        /// Days of 400 years.
        const ERA: i64 = 146_097;
        /// Days from 0000-03-01 to 1970-01-01.
        const TO_UNIX: i64 = 719_468;

        let small = |number: i64| u8::try_from(number).unwrap_or(0);
        let days = seconds.div_euclid(86_400).wrapping_add(TO_UNIX);
        let of_day = seconds.rem_euclid(86_400);
        let of_era = days.rem_euclid(ERA);
        let leap_days = of_era
            .div_euclid(1_460)
            .wrapping_sub(of_era.div_euclid(36_524))
            .wrapping_add(of_era.div_euclid(146_096));
        let year = of_era.wrapping_sub(leap_days).div_euclid(365);
        let of_year = of_era
            .wrapping_sub(year.wrapping_mul(365))
            .wrapping_sub(year.div_euclid(4))
            .wrapping_add(year.div_euclid(100));
        // Five months of 31, 30, 31, 30 and 31 days are 153 days.
        let month = of_year.wrapping_mul(5).wrapping_add(2).div_euclid(153);
        let before = month.wrapping_mul(153).wrapping_add(2).div_euclid(5);
        let month = month.wrapping_add(2).rem_euclid(12).wrapping_add(1);
        let eras = days.div_euclid(ERA).wrapping_mul(400);
        Self {
            year: year.wrapping_add(eras).wrapping_add(i64::from(month <= 2)),
            month: small(month),
            day: small(of_year.wrapping_sub(before).wrapping_add(1)),
            hour: small(of_day.div_euclid(3_600)),
            minute: small(of_day.rem_euclid(3_600).div_euclid(60)),
            second: small(of_day.rem_euclid(60)),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::UnixTime;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, nanos, text) in [
            (0, 0, "1970-01-01T00:00:00Z"),
            (951_782_400, 0, "2000-02-29T00:00:00Z"),
            (1_618_136_400, 123_456_000, "2021-04-11T10:20:00.123456Z"),
            (-2_208_988_800, 0, "1900-01-01T00:00:00Z"),
            (4_102_444_799, 999_999_999, "2099-12-31T23:59:59.999999999Z"),
            (253_402_300_799, 1_000_000, "9999-12-31T23:59:59.001Z"),
            (253_402_300_800, 1_000_000, "10000-01-01T00:00:00.001Z"),
        ] {
            assert_eq!(UnixTime { seconds, nanos }.to_string(), text);
        }
    }

    #[test]
    fn a_fraction_has_the_digits_asked_for() {
        let time = UnixTime {
            seconds: 0,
            nanos: 120_000_000,
        };
        let text = |digits| time.text_of_digits(digits).unwrap().to_string();
        assert_eq!(text(0), "1970-01-01T00:00:00Z");
        assert_eq!(text(3), "1970-01-01T00:00:00.120Z");
        assert_eq!(text(9), "1970-01-01T00:00:00.120000000Z");
        assert_eq!(text(30), "1970-01-01T00:00:00.120000000Z");
    }

    #[test]
    fn a_year_of_five_digits_is_no_rfc_3339() {
        assert!(UnixTime::from_millis(253_402_300_799_999).text().is_some());
        assert!(UnixTime::from_millis(253_402_300_800_000).text().is_none());
        assert!(UnixTime::from_millis(u64::MAX).text().is_none());
    }

    #[test]
    fn a_time_is_rounded_to_the_nearest_microsecond() {
        let rounded = |nanos| UnixTime { seconds: 1, nanos }.to_micros();
        assert_eq!(rounded(1_499).nanos, 1_000);
        assert_eq!(rounded(1_500).nanos, 2_000);
        let next = UnixTime {
            seconds: 2,
            nanos: 0,
        };
        assert_eq!(rounded(999_999_500), next);
    }
}
