//! Numbers, addresses and times as text, in memory of a fixed size.
//!
//! BE ADVISED: each function takes the place where it writes and returns the place after what it
//! wrote. The place is an argument and not a member, so that it stays in a register between two
//! stores. Texts are copied in blocks of a fixed size, one or two stores each; what is copied too
//! much is overwritten by what follows. A place is taken modulo the size of the room, by which the
//! compiler knows that it is inside: the caller empties the room before it is
//! [full](Room::is_full), or later text would overwrite earlier text.

mod ipv4;
mod ipv6;
mod number;
mod time;

use core::fmt;
use core::net::IpAddr;

use netflow_core::FlowValue;
use netflow_core::value::MacAddress;

pub(in crate::format) use self::ipv4::ipv4_text;
pub(in crate::format) use self::number::six_digits;
pub(in crate::format) use self::time::Fraction;
use self::time::Minute;
use super::Zone;

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
    /// Where times are not written in UTC, the zone that they are written in.
    zone: Option<Zone>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            octets: [0; SIZE + BLOCK],
            minute: Minute::default(),
            zone: None,
        }
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").finish_non_exhaustive()
    }
}

impl Room {
    /// Writes times in this zone, not in UTC.
    pub(super) fn set_zone(&mut self, zone: Zone) {
        self.zone = Some(zone);
    }

    /// The zone of times, if it is not UTC.
    pub(super) const fn zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }

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

    /// The octets at the start, as many as a value has at most; those after what was written mean nothing.
    #[inline]
    pub(super) fn first_value(&self) -> &[u8; LONGEST_VALUE] {
        const { assert!(LONGEST_VALUE <= SIZE) };
        self.octets.first_chunk().unwrap_or(&[0; LONGEST_VALUE])
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

    /// Takes out the octet at a place; those after it, up to `end`, move there. Returns the new end.
    #[inline]
    pub(super) fn remove(&mut self, at: usize, end: usize) -> usize {
        match self.octets.get_mut(at..end) {
            Some(text) if !text.is_empty() => {
                text.copy_within(1.., 0);
                end - 1
            }
            _ => end,
        }
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

    /// Writes a key of JSON after a comma, of at most [`LONGEST_VALUE`] octets, which needs no escapes: `,"key":`.
    #[inline(always)]
    pub(super) fn json_key(&mut self, at: usize, key: &str) -> usize {
        let (key, len) = (key.as_bytes(), key.len());
        let end = at.wrapping_add(len).wrapping_add(4);
        if let Some([first, second, rest @ ..]) = self.octets.get_mut(at..end) {
            [*first, *second] = *b",\"";
            if let Some((room, [quote, colon])) = rest.split_last_chunk_mut() {
                room.copy_from_slice(key);
                [*quote, *colon] = *b"\":";
            }
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

    /// Writes an address.
    #[inline]
    pub(super) fn address(&mut self, at: usize, address: IpAddr) -> usize {
        match address {
            IpAddr::V4(address) => self.ipv4(at, address.octets()),
            IpAddr::V6(address) => self.ipv6(at, address.octets()),
        }
    }

    /// Writes a MAC address.
    #[inline]
    pub(super) fn mac(&mut self, mut at: usize, MacAddress(octets): MacAddress) -> usize {
        for octet in octets {
            let [high, low] = HEX[usize::from(octet)];
            at = self.block(at, &[high, low, b':'], 3);
        }
        // No colon after the last octet.
        at.wrapping_sub(1)
    }
}

/// The two digits of each octet in hex.
static HEX: [[u8; 2]; 256] = {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let mut digits = [[0; 2]; 256];
    let mut octet = 0;
    while octet < digits.len() {
        digits[octet] = [DIGITS[octet >> 4], DIGITS[octet & 0xf]];
        octet += 1;
    }
    digits
};

#[cfg(test)]
mod tests;
