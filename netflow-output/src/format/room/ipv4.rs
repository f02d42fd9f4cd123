//! IPv4 addresses in a [`Room`], by a table.

use super::Room;
use super::number::digits;

impl Room {
    /// Writes an IPv4 address.
    #[inline]
    pub(in crate::format) fn ipv4(&mut self, mut at: usize, address: [u8; 4]) -> usize {
        let [a, b, c, d] = address.map(|octet| &DOTTED[usize::from(octet)]);
        // Two numbers are eight octets at most.
        at = self.block(at, &two_numbers(a, b), usize::from(a.len + b.len));
        at = self.block(at, &two_numbers(c, d), usize::from(c.len + d.len));
        // No dot after the last number.
        at.wrapping_sub(1)
    }
}

impl Room {
    /// Writes an IPv4 address with blanks before it up to this width, of no more than 16.
    #[inline]
    pub(in crate::format) fn right_ipv4(
        &mut self,
        at: usize,
        width: usize,
        address: [u8; 4],
    ) -> usize {
        let [a, b, c, d] = address.map(|octet| &DOTTED[usize::from(octet)]);
        let (first, second) = (usize::from(a.len + b.len), usize::from(c.len + d.len));
        // No dot after the last number.
        let blanks = (width + 1).saturating_sub(first + second).min(16);
        let at = self.block(at, &[b' '; 16], blanks);
        let at = self.block(at, &two_numbers(a, b), first);
        self.block(at, &two_numbers(c, d), second).wrapping_sub(1)
    }
}

/// The text of an IPv4 address, and its length.
#[inline]
pub(in crate::format) fn ipv4_text(address: [u8; 4]) -> ([u8; 16], usize) {
    let [a, b, c, d] = address.map(|octet| &DOTTED[usize::from(octet)]);
    let [first, second] = [two_numbers(a, b), two_numbers(c, d)].map(u64::from_le_bytes);
    let len = u32::from(a.len + b.len);
    let text = u128::from(first) | u128::from(second) << (8 * len);
    // No dot after the last number.
    (
        text.to_le_bytes(),
        (len as usize) + usize::from(c.len + d.len) - 1,
    )
}

/// Two numbers of an IPv4 address with their dots.
#[inline(always)]
fn two_numbers(first: &Dotted, second: &Dotted) -> [u8; 8] {
    let [first_text, second_text] =
        [first, second].map(|dotted| u64::from(u32::from_le_bytes(dotted.text)));
    (first_text | second_text << (8 * u32::from(first.len))).to_le_bytes()
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
