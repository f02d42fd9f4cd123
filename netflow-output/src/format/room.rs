//! Numbers, addresses and times as text, in memory of a fixed size.
//!
//! BE ADVISED: each function takes the place where it writes and returns the place after what it
//! wrote. The place is an argument and not a member, so that it stays in a register between two
//! stores. Texts are copied in blocks of a fixed size, one or two stores each; what is copied too
//! much is overwritten by what follows. A place is taken modulo the size of the room, by which the
//! compiler knows that it is inside: the caller empties the room before it is
//! [full](Room::is_full), or later text would overwrite earlier text.

mod ipv6;

use core::fmt;
use core::net::IpAddr;

use netflow_core::text::{self, UnixTime};
use netflow_core::value::MacAddress;
use netflow_core::{FlowValue, Timestamp};

/// Octets of the longest block.
pub(super) const BLOCK: usize = 32;
/// Octets that any one value needs at most: an IPv6 address has 39, a number 20, a time 30.
pub(super) const LONGEST_VALUE: usize = 40;
/// Octets between two looks at whether the room is full.
const STEP: usize = 256;
/// Octets of text that there is room for.
const SIZE: usize = 2_048;

/// Memory for text.
#[derive(Clone)]
pub(super) struct Room {
    octets: [u8; SIZE + BLOCK],
    minute: Minute,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            octets: [0; SIZE + BLOCK],
            minute: Minute::default(),
        }
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").finish_non_exhaustive()
    }
}

impl Room {
    /// Whether there is no room for a literal of one block and four values after this place.
    #[inline(always)]
    pub(super) const fn is_full(at: usize) -> bool {
        at > SIZE - STEP
    }

    /// The text between two places.
    #[inline]
    pub(super) fn text(&self, start: usize, end: usize) -> &[u8] {
        debug_assert!(end <= SIZE, "{end} octets");
        self.octets.get(start..end).unwrap_or_default()
    }

    /// The block that starts at this place; its octets after what was written mean nothing.
    #[inline]
    pub(super) fn block_at(&self, at: usize) -> Option<&[u8; BLOCK]> {
        self.octets.get(at..)?.first_chunk()
    }

    /// Writes the first `len` octets of a block.
    #[inline(always)]
    pub(super) fn block<const N: usize>(
        &mut self,
        at: usize,
        block: &[u8; N],
        len: usize,
    ) -> usize {
        const { assert!(N <= BLOCK) };
        let start = at % SIZE;
        self.octets[start..start + N].copy_from_slice(block);
        at.wrapping_add(len)
    }

    /// Writes one octet.
    #[inline(always)]
    pub(super) fn octet(&mut self, at: usize, octet: u8) -> usize {
        self.block(at, &[octet], 1)
    }

    /// Writes a quote, if there is one.
    #[inline(always)]
    pub(super) fn quote(&mut self, at: usize, quote: Option<u8>) -> usize {
        match quote {
            Some(quote) => self.octet(at, quote),
            None => at,
        }
    }

    /// Writes a word of at most [`LONGEST_VALUE`] octets.
    pub(super) fn word(&mut self, at: usize, word: &str) -> usize {
        self.octets(at, word.as_bytes())
    }

    /// Writes at most [`LONGEST_VALUE`] octets.
    #[inline]
    pub(super) fn octets(&mut self, at: usize, octets: &[u8]) -> usize {
        debug_assert!(octets.len() <= LONGEST_VALUE, "{octets:?}");
        let end = at.wrapping_add(octets.len());
        if let Some(room) = self.octets.get_mut(at..end) {
            room.copy_from_slice(octets);
        }
        end
    }

    /// Writes a text; `None` if there may be no room for it, when nothing is written.
    #[inline]
    pub(super) fn text_of_any_length(&mut self, at: usize, text: &[u8]) -> Option<usize> {
        let end = at.checked_add(text.len())?;
        if end > SIZE - STEP {
            return None;
        }
        self.octets.get_mut(at..end)?.copy_from_slice(text);
        Some(end)
    }

    /// Writes a number in decimal.
    #[inline]
    pub(super) fn number(&mut self, at: usize, number: u64) -> usize {
        match u32::try_from(number) {
            Ok(number) => self.number_32(at, number),
            Err(_) => self.large(at, number),
        }
    }

    #[inline(never)]
    fn large(&mut self, at: usize, number: u64) -> usize {
        let at = self.number(at, number / 1_000_000_000);
        let rest = small(number % 1_000_000_000);
        self.nine_digits(at, rest)
    }

    /// Writes a number of four octets in decimal.
    #[inline]
    pub(super) fn number_32(&mut self, at: usize, number: u32) -> usize {
        match number {
            0..1_000 => self.first_digits(at, number),
            1_000..1_000_000 => {
                let at = self.first_digits(at, number / 1_000);
                self.three_digits(at, number % 1_000)
            }
            1_000_000..1_000_000_000 => {
                let at = self.first_digits(at, number / 1_000_000);
                let at = self.three_digits(at, number / 1_000 % 1_000);
                self.three_digits(at, number % 1_000)
            }
            1_000_000_000.. => {
                let at = self.first_digits(at, number / 1_000_000_000);
                self.nine_digits(at, number % 1_000_000_000)
            }
        }
    }

    /// Writes a number of two octets in decimal.
    #[inline]
    pub(super) fn number_16(&mut self, at: usize, number: u16) -> usize {
        let number = u32::from(number);
        if number < 1_000 {
            return self.first_digits(at, number);
        }
        let at = self.first_digits(at, number / 1_000);
        self.three_digits(at, number % 1_000)
    }

    /// Writes a number of one octet in decimal.
    #[inline(always)]
    pub(super) fn number_8(&mut self, at: usize, number: u8) -> usize {
        self.first_digits(at, number.into())
    }

    /// Writes a number below 1,000 without leading zeros.
    #[inline(always)]
    fn first_digits(&mut self, at: usize, number: u32) -> usize {
        let digits = SHORT[(number & 0x3ff) as usize];
        let [.., len] = digits;
        self.block(at, &digits, len.into())
    }

    /// Writes a number below 1,000,000,000 with leading zeros.
    #[inline]
    fn nine_digits(&mut self, at: usize, number: u32) -> usize {
        let at = self.three_digits(at, number / 1_000_000);
        let at = self.three_digits(at, number / 1_000 % 1_000);
        self.three_digits(at, number % 1_000)
    }

    /// Writes a number below 1,000 with leading zeros.
    #[inline(always)]
    pub(super) fn three_digits(&mut self, at: usize, number: u32) -> usize {
        self.block(at, &PADDED[(number & 0x3ff) as usize], 3)
    }

    /// Writes a number below 100 with a leading zero.
    #[inline(always)]
    pub(super) fn two_digits(&mut self, at: usize, number: u32) -> usize {
        self.block(at, &pair(number), 2)
    }

    /// Writes a value, quoted if this format quotes its type; `None` if the value may be of any
    /// length.
    pub(super) fn value(
        &mut self,
        at: usize,
        quote: Option<u8>,
        value: &FlowValue<'_>,
    ) -> Option<usize> {
        // Numbers and flags have no quotes.
        let start = self.quote(at, quote);
        let end = match *value {
            FlowValue::Unsigned(number) => return Some(self.number(at, number)),
            FlowValue::Duration(nanos) if nanos >= 0 => {
                return Some(self.number(at, nanos.unsigned_abs()));
            }
            FlowValue::Flag(flag) => return Some(self.flag(at, flag)),
            FlowValue::Address(address) => self.address(start, address),
            FlowValue::Mac(address) => self.mac(start, address),
            FlowValue::Time(time) => return Some(self.time(start, time, quote)),
            FlowValue::Name(name) if name.len() <= LONGEST_VALUE => self.word(start, name),
            _ => return None,
        };
        Some(self.quote(end, quote))
    }

    /// Writes `true` or `false`.
    #[inline]
    pub(super) fn flag(&mut self, at: usize, flag: bool) -> usize {
        let (text, len) = if flag {
            (b"true....", 4)
        } else {
            (b"false...", 5)
        };
        self.block(at, text, len)
    }

    /// Writes four digits of hex.
    pub(super) fn hex(&mut self, at: usize, number: u16) -> usize {
        self.block(at, &hex_digits(number), 4)
    }

    /// Writes an address.
    #[inline]
    pub(super) fn address(&mut self, at: usize, address: IpAddr) -> usize {
        match address {
            IpAddr::V4(address) => self.ipv4(at, address.octets()),
            IpAddr::V6(address) => self.ipv6(at, address.octets()),
        }
    }

    /// Writes an IPv4 address.
    #[inline]
    pub(super) fn ipv4(&mut self, mut at: usize, address: [u8; 4]) -> usize {
        let [a, b, c, d] = address.map(|octet| &DOTTED[usize::from(octet)]);
        // Two numbers are eight octets at most.
        at = self.block(at, &two_numbers(a, b), usize::from(a.len + b.len));
        at = self.block(at, &two_numbers(c, d), usize::from(c.len + d.len));
        // No dot after the last number.
        at.wrapping_sub(1)
    }

    /// Writes a MAC address.
    pub(super) fn mac(&mut self, at: usize, address: MacAddress) -> usize {
        self.word(at, text::mac(address.0).as_str())
    }

    /// Writes a time as RFC 3339 has it, in UTC, with the fewest of 0, 3, 6 or 9 digits of fraction,
    /// and the quote after it.
    #[inline(always)]
    pub(super) fn time(&mut self, at: usize, time: Timestamp, quote: Option<u8>) -> usize {
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

    /// Writes date and time for people, always with milliseconds: `2021-04-11 10:20:00.250`.
    pub(super) fn plain_time(&mut self, at: usize, time: Timestamp) -> usize {
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
    fn before_1970(&mut self, at: usize, time: Timestamp) -> usize {
        self.word(at, &time.to_string())
    }
}

/// The last minute that was written: many times are of the same.
#[derive(Debug, Clone)]
struct Minute {
    /// Its first second since 1970.
    start: u64,
    /// `2021-04-11T10:20:`, and what a block has more.
    text: [u8; 32],
}

/// Octets of the text of a minute.
const MINUTE_LEN: usize = 17;
/// Where the digits of the minute are in its text.
const MINUTE_DIGITS: core::ops::Range<usize> = 14..16;
/// Octets of the text of a date, with what separates it from the hour.
pub(super) const DATE_LEN: usize = 11;

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

const NANOS: u64 = 1_000_000_000;
const HOUR: u64 = 3_600;
const MINUTE: u64 = 60;

/// Two numbers of an IPv4 address with their dots.
#[inline(always)]
fn two_numbers(first: &Dotted, second: &Dotted) -> [u8; 8] {
    let [first_text, second_text] =
        [first, second].map(|dotted| u64::from(u32::from_le_bytes(dotted.text)));
    (first_text | second_text << (8 * u32::from(first.len))).to_le_bytes()
}

/// A number known to be below 2^32.
#[inline(always)]
const fn small(number: u64) -> u32 {
    number as u32
}

/// The two digits of a number below 100.
#[inline(always)]
fn pair(number: u32) -> [u8; 2] {
    PAIRS[(number & 0x7f) as usize]
}

/// The four digits of a number in hex.
fn hex_digits(number: u16) -> [u8; 4] {
    let [[a, b], [c, d]] = number.to_be_bytes().map(text::hex);
    [a, b, c, d]
}

/// `00` to `99`; filled up to a power of two.
static PAIRS: [[u8; 2]; 128] = {
    let mut pairs = [[b'0'; 2]; 128];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
};

/// `0` to `999`, and the number of digits; filled up to a power of two.
static SHORT: [[u8; 4]; 1_024] = {
    let mut short = [[0; 4]; 1_024];
    let mut number = 0;
    while number < 1_000 {
        let [hundreds, tens, ones, _] = digits(number);
        short[number] = match number {
            0..10 => [ones, 0, 0, 1],
            10..100 => [tens, ones, 0, 2],
            _ => [hundreds, tens, ones, 3],
        };
        number += 1;
    }
    short
};

/// `000Z` to `999Z`, the end of a time with milliseconds; filled up to a power of two.
static PADDED: [[u8; 4]; 1_024] = {
    let mut padded = [[b'Z'; 4]; 1_024];
    let mut number = 0;
    while number < 1_000 {
        padded[number] = digits(number);
        number += 1;
    }
    padded
};

/// The three digits of a number below 1,000, and the end of a time.
const fn digits(number: usize) -> [u8; 4] {
    let (hundreds, tens, ones) = (number / 100, number / 10 % 10, number % 10);
    [
        b'0' + hundreds as u8,
        b'0' + tens as u8,
        b'0' + ones as u8,
        b'Z',
    ]
}

/// A number of an IPv4 address.
#[derive(Clone, Copy)]
struct Dotted {
    /// The number, a dot, and zeros to the end.
    text: [u8; 4],
    len: u8,
}

/// `0.` to `255.`
static DOTTED: [Dotted; 256] = {
    let mut dotted = [Dotted {
        text: [0; 4],
        len: 0,
    }; 256];
    let mut number = 0;
    while number < 256 {
        let [hundreds, tens, ones, _] = digits(number);
        dotted[number] = match number {
            0..10 => Dotted {
                text: [ones, b'.', 0, 0],
                len: 2,
            },
            10..100 => Dotted {
                text: [tens, ones, b'.', 0],
                len: 3,
            },
            _ => Dotted {
                text: [hundreds, tens, ones, b'.'],
                len: 4,
            },
        };
        number += 1;
    }
    dotted
};

#[cfg(test)]
mod tests;
