//! Numbers as people read them.

use core::fmt;
use core::time::Duration;

/// A whole number with a comma after every third digit: `1,234,567`.
///
/// ```
/// use netflow_core::text::Grouped;
///
/// assert_eq!(Grouped(1_234_567).to_string(), "1,234,567");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grouped(pub u64);

/// The numbers by which a number is divided into groups of three digits, the largest first.
const GROUPS: [u64; 7] = [
    1_000_000_000_000_000_000,
    1_000_000_000_000_000,
    1_000_000_000_000,
    1_000_000_000,
    1_000_000,
    1_000,
    1,
];

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        for unit in GROUPS {
            let group = self.0.checked_div(unit).unwrap_or(0) % 1_000;
            if !is_first {
                write!(f, ",{group:03}")?;
            } else if group > 0 || unit == 1 {
                write!(f, "{group}")?;
                is_first = false;
            }
        }
        Ok(())
    }
}

/// A part of a whole in per cent, with about three digits. Only exact zero prints
/// 0 %, only the whole prints 100 %: 9,997 of 10,000 are 99.97 %.
///
/// ```
/// use netflow_core::text::Percent;
///
/// assert_eq!(Percent { part: 1, whole: 300 }.to_string(), "0.3 %");
/// assert_eq!(Percent { part: 999_999, whole: 1_000_000 }.to_string(), "99.99 %");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent {
    /// The part; more than the whole counts as all of it.
    pub part: u64,
    /// The whole; a part of nothing is 0 %.
    pub whole: u64,
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.part == 0 || self.whole == 0 {
            return f.write_str("0 %");
        }
        if self.part >= self.whole {
            return f.write_str("100 %");
        }
        let hundredths = u128::from(self.part)
            .saturating_mul(10_000)
            .checked_div(self.whole.into())
            .unwrap_or(0);
        match hundredths {
            0..10 => f.write_str("less than 0.1 %"),
            10..1_000 => write!(f, "{}.{} %", hundredths / 100, hundredths / 10 % 10),
            1_000..9_900 => write!(f, "{} %", hundredths.saturating_add(50) / 100),
            _ => write!(f, "{}.{:02} %", hundredths / 100, hundredths % 100),
        }
    }
}

/// A span of time in its two largest units: `5 ms`, `1.250 s`, `2 h 3 min`, `4 d 0 h`.
///
/// ```
/// use core::time::Duration;
///
/// use netflow_core::text::Span;
///
/// assert_eq!(Span(Duration::from_secs(7_384)).to_string(), "2 h 3 min");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, millis) = (self.0.as_secs(), self.0.subsec_millis());
        match seconds {
            0 => write!(f, "{millis} ms"),
            1..60 => write!(f, "{seconds}.{millis:03} s"),
            60..3_600 => write!(f, "{} min {} s", seconds / 60, seconds % 60),
            3_600..86_400 => write!(f, "{} h {} min", seconds / 3_600, seconds / 60 % 60),
            _ => write!(f, "{} d {} h", seconds / 86_400, seconds / 3_600 % 24),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{Grouped, Percent};

    #[test]
    fn every_third_digit_is_followed_by_a_comma() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_000_001, "1,000,001"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(Grouped(number).to_string(), text);
        }
    }

    #[test]
    fn all_is_100_per_cent_and_nothing_else_is() {
        for (part, whole, text) in [
            (0, 7, "0 %"),
            (1, 0, "0 %"),
            (1, 100_000, "less than 0.1 %"),
            (1, 300, "0.3 %"),
            (1, 10, "10 %"),
            (3, 10, "30 %"),
            (989, 1_000, "99 %"),
            (9_988, 10_000, "99.88 %"),
            (9_997, 10_000, "99.97 %"),
            (999_999, 1_000_000, "99.99 %"),
            (u64::MAX - 1, u64::MAX, "99.99 %"),
            (7, 7, "100 %"),
        ] {
            assert_eq!(Percent { part, whole }.to_string(), text);
        }
    }
}
