//! Numbers in a [`Room`], by tables.

use netflow_core::text;

use super::Room;

impl Room {
    /// Writes a number in decimal.
    #[inline]
    pub(in crate::format) fn number(&mut self, at: usize, number: u64) -> usize {
        match u32::try_from(number) {
            Ok(number) => self.number_32(at, number),
            Err(_) => self.large(at, number),
        }
    }

    /// The same, not a part of the caller: where numbers of any size are written at many places.
    #[inline(never)]
    pub(in crate::format) fn outlined_number(&mut self, at: usize, number: u64) -> usize {
        self.number(at, number)
    }

    #[inline(never)]
    fn large(&mut self, at: usize, number: u64) -> usize {
        let at = self.number(at, number / 1_000_000_000);
        let rest = small(number % 1_000_000_000);
        self.nine_digits(at, rest)
    }

    /// Writes a number of four octets in decimal.
    #[inline]
    pub(in crate::format) fn number_32(&mut self, at: usize, number: u32) -> usize {
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
    pub(in crate::format) fn number_16(&mut self, at: usize, number: u16) -> usize {
        let number = u32::from(number);
        if number < 1_000 {
            return self.first_digits(at, number);
        }
        let at = self.first_digits(at, number / 1_000);
        self.three_digits(at, number % 1_000)
    }

    /// Writes a number of one octet in decimal.
    #[inline(always)]
    pub(in crate::format) fn number_8(&mut self, at: usize, number: u8) -> usize {
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
    pub(in crate::format) fn three_digits(&mut self, at: usize, number: u32) -> usize {
        self.block(at, &PADDED[(number & 0x3ff) as usize], 3)
    }

    /// Writes a number below 100 with a leading zero.
    #[inline(always)]
    pub(in crate::format) fn two_digits(&mut self, at: usize, number: u32) -> usize {
        self.block(at, &pair(number), 2)
    }

    /// Writes four digits of hex.
    pub(in crate::format) fn hex(&mut self, at: usize, number: u16) -> usize {
        self.block(at, &hex_digits(number), 4)
    }
}

/// The text of a number below 1,000,000, and its length.
#[inline]
pub(in crate::format) fn six_digits(number: u32) -> ([u8; 8], usize) {
    let high = number / 1_000;
    let [a, b, c, len] = SHORT[((if high > 0 { high } else { number }) & 0x3ff) as usize];
    let first = u64::from_le_bytes([a, b, c, 0, 0, 0, 0, 0]);
    if high == 0 {
        return (first.to_le_bytes(), len.into());
    }
    let rest = u64::from(u32::from_le_bytes(
        PADDED[(number % 1_000) as usize & 0x3ff],
    ));
    let text = first | rest << (8 * u32::from(len));
    (text.to_le_bytes(), usize::from(len) + 3)
}

/// A number known to be below 2^32.
#[inline(always)]
pub(super) const fn small(number: u64) -> u32 {
    number as u32
}

/// The two digits of a number below 100.
#[inline(always)]
pub(super) fn pair(number: u32) -> [u8; 2] {
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
pub(super) static PADDED: [[u8; 4]; 1_024] = {
    let mut padded = [[b'Z'; 4]; 1_024];
    let mut number = 0;
    while number < 1_000 {
        padded[number] = digits(number);
        number += 1;
    }
    padded
};

/// The three digits of a number below 1,000, and the end of a time.
pub(super) const fn digits(number: usize) -> [u8; 4] {
    let (hundreds, tens, ones) = (number / 100, number / 10 % 10, number % 10);
    [
        b'0' + hundreds as u8,
        b'0' + tens as u8,
        b'0' + ones as u8,
        b'Z',
    ]
}
