//! Times in a [`Room`].

use core::ops::Range;

use netflow_core::Timestamp;
use netflow_core::text::UnixTime;

use super::Room;
use super::number::{PADDED, pair, small};

/// How many digits of a fraction are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::format) enum Fraction {
    /// This number of them: 0, 3, 6 or 9.
    Digits(u32),
    /// Those up to the last that is not 0.
    Shortest,
}

/// The last second of the year 9999, since 1970.
const LAST_OF_9999: u64 = 253_402_300_799;
const NANOS: u64 = 1_000_000_000;
const HOUR: u64 = 3_600;
const MINUTE: u64 = 60;

/// Octets of the text of a minute.
const MINUTE_LEN: usize = 17;
/// Where the digits of the minute are in its text.
const MINUTE_DIGITS: Range<usize> = 14..16;
/// Octets of the text of a date, with what separates it from the hour.
const DATE_LEN: usize = 11;

impl Room {
    /// Writes a time as RFC 3339 has it, in UTC, with the fewest of 0, 3, 6 or 9 digits of fraction,
    /// and the quote after it; in the zone of the room if it has one.
    #[inline(always)]
    pub(in crate::format) fn time(
        &mut self,
        at: usize,
        time: Timestamp,
        quote: Option<u8>,
    ) -> usize {
        if self.zone.is_some() {
            return self.zoned_time(at, time, quote);
        }
        let Ok(nanos) = u64::try_from(time.as_nanos()) else {
            let at = self.before_1970(at, time);
            return self.quote(at, quote);
        };
        let seconds = nanos / NANOS;
        let at = self.seconds(at, seconds);
        let fraction = small(nanos - seconds * NANOS);
        let quote_len = usize::from(quote.is_some());
        let quote = quote.unwrap_or(0);
        if fraction == 0 {
            return self.block(at, &[b'Z', quote], 1 + quote_len);
        }
        let (millis, rest) = (fraction / 1_000_000, fraction % 1_000_000);
        // In one register: `.250Z"`.
        let digits = u64::from(u32::from_le_bytes(PADDED[(millis & 0x3ff) as usize]));
        let around = u64::from_le_bytes([b'.', 0, 0, 0, 0, quote, 0, 0]);
        let text = (digits << 8 | around).to_le_bytes();
        if rest == 0 {
            return self.block(at, &text, 5 + quote_len);
        }
        let at = self.block(at, &text, 4);
        let mut at = self.three_digits(at, rest / 1_000);
        if rest % 1_000 > 0 {
            at = self.three_digits(at, rest % 1_000);
        }
        self.block(at, &[b'Z', quote], 1 + quote_len)
    }

    /// Writes a time as RFC 3339 has it, in UTC, with this fraction; `None` if it is not of the years 1970 to 9999.
    #[inline]
    pub(in crate::format) fn unix_time(
        &mut self,
        at: usize,
        time: UnixTime,
        fraction: Fraction,
    ) -> Option<usize> {
        let seconds = u64::try_from(time.seconds).ok();
        let seconds = seconds.filter(|seconds| *seconds <= LAST_OF_9999)?;
        let mut at = self.seconds(at, seconds);
        let nanos = time.nanos;
        match fraction {
            Fraction::Shortest if nanos % 1_000_000 == 0 => {
                return Some(self.few_millis(at, nanos / 1_000_000));
            }
            Fraction::Digits(3) => {
                at = self.octet(at, b'.');
                // With the end of a time.
                let digits = PADDED[((nanos / 1_000_000) & 0x3ff) as usize];
                return Some(self.block(at, &digits, 4));
            }
            _ => {}
        }
        let digits = match fraction {
            Fraction::Digits(digits) => digits,
            Fraction::Shortest => time.fewest_digits(),
        };
        if digits > 0 {
            at = self.octet(at, b'.');
            at = self.three_digits(at, nanos / 1_000_000);
        }
        if digits > 3 {
            at = self.three_digits(at, nanos / 1_000 % 1_000);
        }
        if digits > 6 {
            at = self.three_digits(at, nanos % 1_000);
        }
        if fraction == Fraction::Shortest && digits > 0 {
            let mut last = nanos / [1_000_000, 1_000, 1][(digits / 3 - 1) as usize % 3];
            while last % 10 == 0 {
                last /= 10;
                at = at.wrapping_sub(1);
            }
        }
        Some(self.octet(at, b'Z'))
    }

    /// Writes milliseconds up to the last digit that is not 0, and the end of a time.
    #[inline]
    fn few_millis(&mut self, at: usize, millis: u32) -> usize {
        if millis == 0 {
            return self.octet(at, b'Z');
        }
        let at = self.octet(at, b'.');
        let zeros = usize::from(millis % 10 == 0) + usize::from(millis % 100 == 0);
        let at = self.three_digits(at, millis).wrapping_sub(zeros);
        self.octet(at, b'Z')
    }

    /// Writes date and time with milliseconds in UTC, this octet between them and no zone:
    /// `2021-04-11 10:20:00.250`; `None` if it is before 1970.
    #[inline(always)]
    pub(in crate::format) fn millis(
        &mut self,
        at: usize,
        time: Timestamp,
        between: u8,
    ) -> Option<usize> {
        let nanos = u64::try_from(time.as_nanos()).ok()?;
        let seconds = nanos / NANOS;
        let end = self.seconds(at, seconds);
        self.octet(at.wrapping_add(DATE_LEN - 1), between);
        let millis = small((nanos - seconds * NANOS) / 1_000_000);
        let end = self.octet(end, b'.');
        Some(self.three_digits(end, millis))
    }

    /// Writes date and time for people, always with milliseconds: `2021-04-11 10:20:00.250`; in the
    /// zone of the room if it has one, with its offset from UTC.
    pub(in crate::format) fn plain_time(&mut self, at: usize, time: Timestamp) -> usize {
        if let Some(zone) = &self.zone {
            let text = zone.plain_time(time);
            return self.octets(at, text.as_bytes());
        }
        let nanos = time.as_nanos();
        let end = match u64::try_from(nanos) {
            Ok(nanos) => self.seconds(at, nanos / NANOS),
            Err(_) => {
                self.before_1970(at, time);
                at.wrapping_add("1969-12-31T23:59:59".len())
            }
        };
        self.octet(at.wrapping_add(DATE_LEN - 1), b' ');
        let millis = nanos.rem_euclid(1_000_000_000) / 1_000_000;
        let end = self.octet(end, b'.');
        self.three_digits(end, u32::try_from(millis).unwrap_or(0))
    }

    /// Writes the whole seconds: `2021-04-11T10:20:00`.
    #[inline]
    fn seconds(&mut self, at: usize, seconds: u64) -> usize {
        let mut of_minute = seconds.wrapping_sub(self.minute.start);
        if of_minute >= MINUTE {
            of_minute = seconds % MINUTE;
            self.minute.change(seconds - of_minute);
        }
        let minute = self.minute.text;
        let end = self.block(at, &minute, MINUTE_LEN);
        self.block(end, &pair(small(of_minute)), 2)
    }

    #[cold]
    #[inline(never)]
    fn zoned_time(&mut self, at: usize, time: Timestamp, quote: Option<u8>) -> usize {
        let text = self.zone.as_ref().map(|zone| zone.time(time));
        let at = self.octets(at, text.as_ref().map_or(&[], |text| text.as_bytes()));
        self.quote(at, quote)
    }

    #[cold]
    #[inline(never)]
    fn before_1970(&mut self, at: usize, time: Timestamp) -> usize {
        self.word(at, &time.to_string())
    }
}

/// The last minute that was written: many times are of the same.
#[derive(Debug, Clone)]
pub(super) struct Minute {
    /// Its first second since 1970.
    start: u64,
    /// `2021-04-11T10:20:`, and what a block has more.
    text: [u8; 32],
}

impl Default for Minute {
    fn default() -> Self {
        Self {
            start: 0,
            text: *b"1970-01-01T00:00:00Z............",
        }
    }
}

impl Minute {
    /// Changes to the minute that starts at this second.
    #[inline(never)]
    fn change(&mut self, start: u64) {
        // Times go back and forth in the same hour most of all.
        if start / HOUR != self.start / HOUR {
            self.change_hour(start);
        }
        if let Some(digits) = self.text.get_mut(MINUTE_DIGITS) {
            digits.copy_from_slice(&pair(small(start % HOUR / MINUTE)));
        }
        self.start = start;
    }

    #[cold]
    fn change_hour(&mut self, start: u64) {
        let time = UnixTime {
            seconds: i64::try_from(start).unwrap_or(0),
            nanos: 0,
        };
        let text = time.text();
        let text = text.as_ref().map_or(&[][..], |text| text.as_bytes());
        if let Some(known) = self.text.get_mut(..text.len()) {
            known.copy_from_slice(text);
        }
    }
}
