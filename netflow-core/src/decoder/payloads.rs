//! The payloads received last, which distinguish a duplicate, as UDP may deliver (RFC 8085,
//! section 3.3), from a reused sequence number.

use alloc::vec::Vec;

use crate::hash::KeyedHash;

/// Keyed hashes of the messages of one session that were received last.
///
/// Hashing every octet of every message would cost as much as all the rest of decoding them, and
/// nearly no message is ever compared with another. As long as numbers follow each other, number,
/// times and length identify a message: it is remembered by a sample of its octets, its header
/// among them. Every other message is remembered by the hash of all its octets: the first of a
/// session, those after a gap, and those of exporters whose numbers repeat.
#[derive(Debug)]
pub(super) struct RecentPayloads {
    key: KeyedHash,
    hashes: Vec<u64>,
    /// The index of the next one: that of the oldest once all are in use.
    next: usize,
}

/// Number of messages remembered. A duplicate made by the network arrives long before this
/// many others.
const REMEMBERED: usize = 256;
/// Messages that the first allocation has room for.
const FIRST: usize = 4;

impl RecentPayloads {
    pub(super) const fn new(key: KeyedHash) -> Self {
        Self {
            key,
            hashes: Vec::new(),
            next: 0,
        }
    }

    /// Octets of memory it takes.
    pub(super) fn memory(&self) -> usize {
        self.hashes.capacity().saturating_mul(size_of::<u64>())
    }

    /// Octets that must be free to remember one more; none if it replaces the oldest.
    pub(super) fn growth(&self) -> usize {
        let capacity = self.hashes.capacity();
        if self.hashes.len() < capacity || capacity >= REMEMBERED {
            return 0;
        }
        Self::grown(capacity).saturating_mul(size_of::<u64>())
    }

    /// Makes room for more.
    pub(super) fn grow(&mut self) {
        let len = self.hashes.len();
        let grown = Self::grown(self.hashes.capacity());
        self.hashes.reserve_exact(grown.saturating_sub(len));
        // Those that replaced older ones while there was no room.
        self.hashes.rotate_left(self.next.min(len));
        self.next = len;
    }

    fn grown(capacity: usize) -> usize {
        capacity.saturating_mul(2).clamp(FIRST, REMEMBERED)
    }

    /// The hash of all octets.
    pub(super) fn whole(&self, payload: &[u8]) -> u64 {
        self.key.hash_octets(payload)
    }

    /// The hash of a sample of the octets, which suffices for a message whose number was the
    /// expected one.
    #[inline(always)]
    pub(super) fn sample(&self, payload: &[u8]) -> u64 {
        self.key.hash_sample(payload)
    }

    /// A message of this hash was received.
    pub(super) fn contains(&self, hash: u64) -> bool {
        self.hashes.contains(&hash)
    }

    /// Remembers a message; it replaces the oldest if there is no room.
    #[inline]
    pub(super) fn push(&mut self, hash: u64) {
        let capacity = self.hashes.capacity().min(REMEMBERED);
        if self.next >= capacity {
            self.next = 0;
        }
        if let Some(oldest) = self.hashes.get_mut(self.next) {
            *oldest = hash;
        } else if self.hashes.len() < capacity {
            self.hashes.push(hash);
        }
        self.next = self.next.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::{REMEMBERED, RecentPayloads};
    use crate::hash::KeyedHash;

    fn hash(number: u32) -> u64 {
        KeyedHash::new(7).hash_octets(&number.to_be_bytes())
    }

    #[test]
    fn the_last_256_payloads_are_remembered() {
        let mut payloads = RecentPayloads::new(KeyedHash::new(7));
        let last = u32::try_from(REMEMBERED).unwrap() * 3;
        for number in 0..last {
            assert!(!payloads.contains(hash(number)));
            if payloads.growth() > 0 {
                payloads.grow();
            }
            payloads.push(hash(number));
        }
        let first = last - u32::try_from(REMEMBERED).unwrap();
        for number in 0..last {
            assert_eq!(payloads.contains(hash(number)), number >= first);
        }
        assert_eq!(payloads.memory(), REMEMBERED * 8);
    }

    #[test]
    fn without_room_for_more_the_newest_are_remembered() {
        let mut payloads = RecentPayloads::new(KeyedHash::new(7));
        payloads.push(hash(0));
        assert!(!payloads.contains(hash(0)));
        payloads.grow();
        for number in 0..6 {
            payloads.push(hash(number));
        }
        payloads.grow();
        for number in 6..10 {
            payloads.push(hash(number));
        }
        for number in 0..10 {
            assert_eq!(payloads.contains(hash(number)), number >= 2, "{number}");
        }
    }
}
