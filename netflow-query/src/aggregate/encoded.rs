//! The values of a group as octets: compared, hashed and ordered without looking at each value.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use netflow_core::KeyedHash;

use super::key::GroupValue;

/// Octets that a key has without an allocation: those of a flow over IPv6 with its ports and protocol fit.
const SHORT: usize = 48;

/// What a value begins with; they are in the order of [`GroupValue`]. After the last value there is a zero, or
/// nothing.
const ABSENT: u8 = 1;
const NUMBER_8: u8 = 2;
const NUMBER_16: u8 = 3;
const NUMBER_32: u8 = 4;
const NUMBER_64: u8 = 5;
const SIGNED: u8 = 6;
const IPV4: u8 = 7;
const IPV6: u8 = 8;
const TEXT: u8 = 9;
/// Changes the order of negative numbers to that of their octets.
const SIGN: u64 = 1 << 63;

/// The values of a group. Two keys are in the order of their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GroupKey {
    /// Filled with zeros.
    Short([u8; SHORT]),
    Long(Box<[u8]>),
}

impl GroupKey {
    #[inline]
    fn is_short(&self, octets: &[u8; SHORT]) -> bool {
        match self {
            Self::Short(own) => {
                // By words without a branch: arrays are compared by a call.
                let pairs = words(own).into_iter().zip(words(octets));
                pairs.fold(0, |differing, (one, other)| differing | one ^ other) == 0
            }
            Self::Long(_) => false,
        }
    }
}

#[inline]
fn words(octets: &[u8; SHORT]) -> [u128; SHORT / 16] {
    let mut words = [0; SHORT / 16];
    for (word, octets) in words.iter_mut().zip(octets.chunks_exact(16)) {
        *word = octets
            .first_chunk()
            .map_or(0, |octets| u128::from_ne_bytes(*octets));
    }
    words
}

/// A key that values are added to.
#[derive(Debug, Clone)]
pub(super) struct KeyBuilder {
    short: [u8; SHORT],
    /// Octets in use; more than a short key has once they are in `long`.
    len: usize,
    long: Vec<u8>,
}

impl KeyBuilder {
    pub(super) const fn new() -> Self {
        Self {
            short: [0; SHORT],
            len: 0,
            long: Vec::new(),
        }
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        self.short = [0; SHORT];
        self.len = 0;
        if !self.long.is_empty() {
            self.long.clear();
        }
    }

    pub(super) fn push(&mut self, value: &GroupValue) {
        match value {
            GroupValue::Absent => self.absent(),
            GroupValue::Unsigned(number) => self.unsigned(*number),
            GroupValue::Signed(number) => {
                self.octets([SIGNED]);
                let octets = u64::from_be_bytes(number.to_be_bytes()) ^ SIGN;
                self.octets(octets.to_be_bytes());
            }
            GroupValue::Network(IpAddr::V4(address), length) => {
                self.ipv4(address.octets(), *length);
            }
            GroupValue::Network(IpAddr::V6(address), length) => {
                self.ipv6(address.octets(), *length);
            }
            GroupValue::Text(text) => {
                self.octets([TEXT]);
                // UTF-8 has no octet 255, so that a text ends with a zero, before all longer ones.
                text.bytes()
                    .for_each(|octet| self.octets([octet.wrapping_add(1)]));
                self.octets([0]);
            }
        }
    }

    pub(super) fn absent(&mut self) {
        self.octets([ABSENT]);
    }

    #[inline(always)]
    pub(super) fn unsigned(&mut self, number: u64) {
        // A shorter number is a smaller one.
        let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
        match number {
            0..0x100 => self.octets([NUMBER_8, h]),
            0x100..0x1_0000 => self.octets([NUMBER_16, g, h]),
            0x1_0000..0x1_0000_0000 => self.octets([NUMBER_32, e, f, g, h]),
            _ => self.octets([NUMBER_64, a, b, c, d, e, f, g, h]),
        }
    }

    #[inline]
    pub(super) fn ipv4(&mut self, [a, b, c, d]: [u8; 4], length: u8) {
        self.octets([IPV4, a, b, c, d, length]);
    }

    #[inline]
    pub(super) fn ipv6(&mut self, address: [u8; 16], length: u8) {
        self.octets([IPV6]);
        self.octets(address);
        self.octets([length]);
    }

    #[inline(always)]
    fn octets<const N: usize>(&mut self, octets: [u8; N]) {
        let end = self.len.saturating_add(N);
        match self.short.get_mut(self.len..end) {
            Some(place) => {
                place.copy_from_slice(&octets);
                self.len = end;
            }
            None => self.long(&octets),
        }
    }

    #[cold]
    fn long(&mut self, octets: &[u8]) {
        if self.long.is_empty() {
            self.long.extend(self.short.iter().take(self.len));
            self.len = usize::MAX;
        }
        self.long.extend(octets);
    }

    #[inline]
    pub(super) fn hash(&self, hash: KeyedHash) -> u64 {
        if self.long.is_empty() {
            hash.hash_octets(&self.short)
        } else {
            hash.hash_octets(&self.long)
        }
    }

    #[inline]
    pub(super) fn is(&self, key: &GroupKey) -> bool {
        if self.long.is_empty() {
            key.is_short(&self.short)
        } else {
            key.octets() == self.long
        }
    }

    pub(super) fn key(&self) -> GroupKey {
        if self.long.is_empty() {
            GroupKey::Short(self.short)
        } else {
            GroupKey::Long(self.long.as_slice().into())
        }
    }

    /// Octets of memory that the key takes on the heap.
    pub(super) fn heap(&self) -> usize {
        self.long.len()
    }
}

impl GroupKey {
    pub(super) fn octets(&self) -> &[u8] {
        match self {
            Self::Short(octets) => octets,
            Self::Long(octets) => octets,
        }
    }

    pub(super) fn hash(&self, hash: KeyedHash) -> u64 {
        hash.hash_octets(self.octets())
    }

    /// Octets of memory that it takes on the heap.
    pub(super) fn heap(&self) -> usize {
        match self {
            Self::Short(_) => 0,
            Self::Long(octets) => octets.len(),
        }
    }

    pub(super) fn values(&self) -> Arc<[GroupValue]> {
        let mut rest = self.octets();
        core::iter::from_fn(|| {
            let (value, after) = value(rest)?;
            rest = after;
            Some(value)
        })
        .collect()
    }
}

/// The value at the start of some octets, and what is after it.
fn value(octets: &[u8]) -> Option<(GroupValue, &[u8])> {
    let (kind, octets) = octets.split_first()?;
    match *kind {
        ABSENT => Some((GroupValue::Absent, octets)),
        NUMBER_8 => number::<1>(octets),
        NUMBER_16 => number::<2>(octets),
        NUMBER_32 => number::<4>(octets),
        NUMBER_64 => number::<8>(octets),
        SIGNED => {
            let (number, rest) = octets.split_first_chunk()?;
            let number = u64::from_be_bytes(*number) ^ SIGN;
            let number = i64::from_be_bytes(number.to_be_bytes());
            Some((GroupValue::Signed(number), rest))
        }
        IPV4 => network::<4>(octets),
        IPV6 => network::<16>(octets),
        TEXT => {
            let end = octets.iter().position(|octet| *octet == 0)?;
            let (text, rest) = octets.split_at_checked(end)?;
            let text: Vec<u8> = text.iter().map(|octet| octet.wrapping_sub(1)).collect();
            let text = String::from_utf8_lossy(&text);
            Some((GroupValue::Text(text.into()), rest.get(1..)?))
        }
        _ => None,
    }
}

fn number<const N: usize>(octets: &[u8]) -> Option<(GroupValue, &[u8])> {
    let (number, rest) = octets.split_first_chunk::<N>()?;
    let number = number
        .iter()
        .fold(0, |number, octet| number << 8 | u64::from(*octet));
    Some((GroupValue::Unsigned(number), rest))
}

fn network<const N: usize>(octets: &[u8]) -> Option<(GroupValue, &[u8])>
where
    IpAddr: From<[u8; N]>,
{
    let (address, rest) = octets.split_first_chunk::<N>()?;
    let (length, rest) = rest.split_first()?;
    Some((GroupValue::Network(IpAddr::from(*address), *length), rest))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{GroupKey, KeyBuilder};
    use crate::aggregate::GroupValue;

    fn key(values: &[GroupValue]) -> GroupKey {
        let mut key = KeyBuilder::new();
        values.iter().for_each(|value| key.push(value));
        assert!(key.is(&key.key()));
        key.key()
    }

    #[test]
    fn keys_hold_their_values_and_are_in_their_order() {
        let network = |address: &str, length| GroupValue::Network(address.parse().unwrap(), length);
        let text = |text: &str| GroupValue::Text(text.into());
        let mut values = Vec::from([
            GroupValue::Absent,
            network("192.0.2.1", 32),
            network("192.0.2.0", 24),
            network("2001:db8::1", 128),
            text(""),
            text("a"),
            text("a\0"),
            text("ab"),
            text("\u{10ffff}"),
            text(&"long ".repeat(20)),
        ]);
        let numbers = [
            0,
            1,
            255,
            256,
            65_535,
            65_536,
            u64::from(u32::MAX),
            1 << 32,
            u64::MAX,
        ];
        values.extend(numbers.map(GroupValue::Unsigned));
        values.extend([i64::MIN, -1, 0, 1, i64::MAX].map(GroupValue::Signed));
        for one in &values {
            for other in &values {
                let left = [one.clone(), other.clone(), GroupValue::Absent];
                assert_eq!(*key(&left).values(), left);
                let right = [other.clone(), one.clone(), GroupValue::Unsigned(7)];
                let order = key(&left).octets().cmp(key(&right).octets());
                assert_eq!(order, left.cmp(&right), "{left:?} {right:?}");
            }
        }
    }

    #[test]
    fn a_builder_is_used_again_after_a_long_key() {
        let mut builder = KeyBuilder::new();
        builder.push(&GroupValue::Text("x".repeat(100).into()));
        builder.push(&GroupValue::Unsigned(1));
        assert!(builder.heap() > 100);
        builder.clear();
        builder.push(&GroupValue::Unsigned(2));
        assert_eq!(builder.key(), key(&[GroupValue::Unsigned(2)]));
    }
}
