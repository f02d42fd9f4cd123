//! Numbers, octets, addresses and times as text, appended to a buffer.
//!
//! These are written millions of times: none of them allocates.

use core::fmt;
use core::net::IpAddr;
use std::io::Write as _;

use netflow_core::Timestamp;
use netflow_core::value::{MacAddress, NtpTime, Text, Value};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// An integer in decimal.
pub(crate) fn decimal(out: &mut Vec<u8>, number: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Whatever knows how to show itself.
pub(crate) fn display(out: &mut Vec<u8>, value: impl fmt::Display) {
    // Writing into memory does not fail.
    let _ = write!(out, "{value}");
}

/// Octets in lower-case hex.
pub(crate) fn hex(out: &mut Vec<u8>, octets: &[u8]) {
    for octet in octets {
        hex_octet(out, *octet);
    }
}

fn hex_octet(out: &mut Vec<u8>, octet: u8) {
    let digit = |nibble: u8| DIGITS[usize::from(nibble & 0xf)];
    out.extend_from_slice(&[digit(octet >> 4), digit(octet)]);
}

/// Six octets with colons.
pub(crate) fn mac(out: &mut Vec<u8>, address: MacAddress) {
    for (index, octet) in address.0.into_iter().enumerate() {
        if index > 0 {
            out.push(b':');
        }
        hex_octet(out, octet);
    }
}

/// An address; IPv6 as RFC 5952 writes it, without dotted digits.
pub(crate) fn address(out: &mut Vec<u8>, address: IpAddr) {
    let IpAddr::V4(address) = address else {
        display(out, Value::Address(address));
        return;
    };
    for (index, octet) in address.octets().into_iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        decimal(out, octet);
    }
}

/// Text; what is not UTF-8 becomes U+FFFD.
pub(crate) fn lossy(out: &mut Vec<u8>, text: Text<'_>) {
    match text.as_str() {
        Some(text) => out.extend_from_slice(text.as_bytes()),
        None => display(out, text),
    }
}

/// A point in time: seconds since 1970 and nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant {
    /// Seconds since 1970, before it negative.
    pub seconds: i64,
    /// Nanoseconds of the second, below 10^9.
    pub nanos: u32,
}

impl From<Timestamp> for Instant {
    fn from(time: Timestamp) -> Self {
        const NANOS: i64 = 1_000_000_000;
        Self {
            seconds: time.as_nanos().div_euclid(NANOS),
            // A remainder of 10^9 fits.
            nanos: u32::try_from(time.as_nanos().rem_euclid(NANOS)).unwrap_or(0),
        }
    }
}

impl Instant {
    /// The first second of the year 10000, which RFC 3339 cannot write.
    const END: i64 = 253_402_300_800;

    /// From seconds since 1970.
    #[must_use]
    pub fn from_seconds(seconds: u32) -> Self {
        Self {
            seconds: seconds.into(),
            nanos: 0,
        }
    }

    /// From milliseconds since 1970.
    #[must_use]
    pub fn from_millis(millis: u64) -> Self {
        Self {
            seconds: i64::try_from(millis / 1_000).unwrap_or(i64::MAX),
            nanos: u32::try_from(millis % 1_000).unwrap_or(0) * 1_000_000,
        }
    }

    /// From a time of NTP.
    #[must_use]
    pub fn from_ntp(time: NtpTime) -> Self {
        Self {
            seconds: time.unix_seconds(),
            nanos: time.nanos(),
        }
    }

    /// Digits that its fraction needs, of 0, 3, 6 and 9.
    #[must_use]
    pub const fn fewest_digits(self) -> u32 {
        match self.nanos {
            0 => 0,
            nanos if nanos % 1_000_000 == 0 => 3,
            nanos if nanos % 1_000 == 0 => 6,
            _ => 9,
        }
    }

    /// The microsecond next to it: a binary fraction is seldom a whole one.
    #[must_use]
    pub const fn to_micros(self) -> Self {
        match (self.nanos + 500) / 1_000 {
            1_000_000.. => Self {
                seconds: self.seconds.saturating_add(1),
                nanos: 0,
            },
            micros => Self {
                seconds: self.seconds,
                nanos: micros * 1_000,
            },
        }
    }

    /// Whether its year has four digits.
    #[must_use]
    pub const fn is_writable(self) -> bool {
        self.seconds < Self::END
    }
}

/// A time as RFC 3339 has it, in UTC, with the fewest of 0, 3, 6 or 9 digits of fraction.
pub(crate) fn time(out: &mut Vec<u8>, time: Instant) {
    time_of_digits(out, time, time.fewest_digits());
}

/// A time as RFC 3339 has it, in UTC, with so many digits of fraction, up to 9.
pub(crate) fn time_of_digits(out: &mut Vec<u8>, time: Instant, digits: u32) {
    let (year, month, day) = date(time.seconds.div_euclid(86_400));
    let of_day = time.seconds.rem_euclid(86_400);
    let century = two(year / 100);
    let (year, month, day) = (two(year), two(month), two(day));
    let (hour, minute, second) = (two(of_day / 3_600), two(of_day / 60 % 60), two(of_day % 60));
    out.extend_from_slice(&[
        century[0], century[1], year[0], year[1], b'-', month[0], month[1], b'-', day[0], day[1],
        b'T', hour[0], hour[1], b':', minute[0], minute[1], b':', second[0], second[1],
    ]);
    if digits > 0 {
        let unit = 10_u32.pow(9_u32.saturating_sub(digits));
        out.push(b'.');
        padded(
            out,
            (time.nanos / unit).into(),
            usize::try_from(digits).unwrap_or(9),
        );
    }
    out.push(b'Z');
}

/// The last two digits of a number.
fn two(number: i64) -> [u8; 2] {
    let digit = |number: i64| DIGITS[usize::try_from(number.rem_euclid(10)).unwrap_or(0)];
    [digit(number / 10), digit(number)]
}

/// A number with leading zeros.
pub(crate) fn padded(out: &mut Vec<u8>, number: i64, width: usize) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number).as_bytes();
    out.resize(out.len() + width.saturating_sub(digits.len()), b'0');
    out.extend_from_slice(digits);
}

/// Year, month and day of so many days after 1970-01-01 in the Gregorian calendar, counted
/// in years that begin in March, so that a leap day is the last of its year.
fn date(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let days = days + 719_468;
    let of_era = days.rem_euclid(ERA);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = (shifted + 2) % 12 + 1;
    let year = year + days.div_euclid(ERA) * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use netflow_core::Timestamp;

    use super::{Instant, time};

    #[test]
    fn times_are_written_as_the_core_writes_them() {
        // Some 190 years in steps that meet every month, hour and length of fraction.
        let mut nanos = -3_000_000_000_000_000_000_i64;
        while nanos < 3_000_000_000_000_000_000 {
            for fraction in [0, 250_000_000, 123_456_000, 1] {
                let timestamp = Timestamp::from_nanos(nanos + fraction);
                let mut out = Vec::new();
                time(&mut out, Instant::from(timestamp));
                assert_eq!(String::from_utf8(out).unwrap(), timestamp.to_string());
            }
            nanos += 86_399_000_000_000 * 7;
        }
    }

    #[test]
    fn a_year_of_five_digits_is_not_written() {
        assert!(Instant::from_millis(253_402_300_799_999).is_writable());
        assert!(!Instant::from_millis(253_402_300_800_000).is_writable());
        assert!(!Instant::from_millis(u64::MAX).is_writable());
    }
}
