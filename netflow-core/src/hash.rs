//! Keyed hashing of the tables, so that nobody can choose exporters or ids that
//! collide.

use core::hash::{BuildHasher, Hasher};

use zerocopy::FromBytes;

/// Hashes octets that senders choose with a key that they do not know, such as
/// [`Limits::hash_seed`](crate::Limits::hash_seed), so that they cannot make entries of a table collide.
///
/// ```
/// use netflow_core::{KeyedHash, Limits};
///
/// let hash = KeyedHash::new(Limits::default().hash_seed);
/// assert_eq!(hash.hash_octets(b"192.0.2.1"), hash.hash_octets(b"192.0.2.1"));
/// assert_ne!(hash.hash_octets(b"192.0.2.1"), hash.hash_octets(b"192.0.2.2"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct KeyedHash {
    key: u64,
}

impl KeyedHash {
    /// Hashes with this key.
    #[must_use]
    pub const fn new(key: u64) -> Self {
        Self { key }
    }

    /// The hash of some octets and of their number. It may differ in another version of this library.
    #[must_use]
    #[inline]
    pub fn hash_octets(self, octets: &[u8]) -> u64 {
        // Two words are mixed in at a time. Avoids a length check for each block.
        let (blocks, rest) = <[HashBlock]>::ref_from_prefix(octets).unwrap_or((&[], octets));
        let mut last = [0; size_of::<HashBlock>()];
        if let Some(start) = last.get_mut(..rest.len()) {
            start.copy_from_slice(rest);
        }
        self.hash_blocks(blocks.iter().copied().chain([last]), octets.len())
    }

    /// The hash of the first and the last octets, of some between them at two places that the key
    /// decides, and of the length; of a short run, of all octets.
    #[inline]
    pub(crate) fn hash_sample(self, octets: &[u8]) -> u64 {
        /// Octets that are no more work than a sample of them.
        const SHORT: usize = 128;

        let (blocks, _) = <[HashBlock]>::ref_from_prefix(octets).unwrap_or((&[], octets));
        let (Some([first, second, rest @ ..]), Some(last)) = (
            (octets.len() > SHORT).then_some(blocks),
            octets.last_chunk(),
        ) else {
            return self.hash_octets(octets);
        };
        // One place in each half, which has several blocks.
        let (one, other) = rest.split_at(rest.len() / 2);
        let [one, other] = [(one, self.key >> 48), (other, self.key >> 32)].map(|(half, key)| {
            let key = usize::try_from(key & 0xffff).unwrap_or_default();
            half.get(half.len().wrapping_mul(key) >> 16).unwrap_or(last)
        });
        let blocks = [first, second, one, other, last];
        self.hash_blocks(blocks.into_iter().copied(), octets.len())
    }

    /// The hash of these blocks of a run of `len` octets.
    #[inline]
    fn hash_blocks(self, blocks: impl Iterator<Item = HashBlock>, len: usize) -> u64 {
        let FoldedHasher { state, key } = self.build_hasher();
        let key = key | 1;
        let state = blocks.fold(state, |state, block| {
            let [low, high] = words(block);
            fold(low ^ key, high ^ state)
        });
        let len = u64::try_from(len).unwrap_or(u64::MAX);
        fold(len ^ key, state ^ self.key)
    }
}

/// What is mixed in at a time.
type HashBlock = [u8; 16];

/// The two words of a block.
#[inline]
const fn words(block: HashBlock) -> [u64; 2] {
    let [a, b, c, d, e, f, g, h, high @ ..] = block;
    let low = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    [low, u64::from_le_bytes(high)]
}

/// The halves of a product of 128 bits, folded together.
#[inline]
fn fold(one: u64, other: u64) -> u64 {
    let product = u128::from(one).wrapping_mul(u128::from(other));
    let [low, high] = words(product.to_le_bytes());
    low ^ high
}

impl BuildHasher for KeyedHash {
    type Hasher = FoldedHasher;

    fn build_hasher(&self) -> FoldedHasher {
        FoldedHasher {
            state: self.key,
            key: self.key.rotate_left(32) ^ 0x9e37_79b9_7f4a_7c15,
        }
    }
}

/// Each word is mixed in by one multiplication to 128 bits, whose halves are
/// folded together with the key between them.
///
/// ```
/// use core::hash::BuildHasher;
/// use netflow_core::{KeyedHash, Limits};
///
/// let hash = KeyedHash::new(Limits::default().hash_seed);
/// assert_eq!(hash.hash_one(443_u16), hash.hash_one(443_u16));
/// ```
#[derive(Debug, Clone)]
pub struct FoldedHasher {
    state: u64,
    key: u64,
}

impl FoldedHasher {
    #[inline]
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.state ^ word)
            .wrapping_mul(u128::from(self.key | 1))
            .to_be_bytes();
        let [a, b, c, d, e, f, g, h, low @ ..] = product;
        let high = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        self.state = high ^ u64::from_be_bytes(low) ^ self.key.rotate_left(17);
    }
}

impl Hasher for FoldedHasher {
    fn write(&mut self, octets: &[u8]) {
        for chunk in octets.chunks(8) {
            let word = chunk
                .iter()
                .fold(0, |word, octet| word << 8 | u64::from(*octet));
            self.mix(word);
        }
        self.mix(u64::try_from(octets.len()).unwrap_or(u64::MAX));
    }

    fn write_u8(&mut self, value: u8) {
        self.mix(u64::from(value));
    }

    /// Two words by one multiplication, as in [`KeyedHash::hash_octets`].
    fn write_u128(&mut self, value: u128) {
        let [low, high] = words(value.to_le_bytes());
        self.state = fold(low ^ (self.key | 1), high ^ self.state) ^ self.key.rotate_left(17);
    }

    fn write_u16(&mut self, value: u16) {
        self.mix(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.mix(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.mix(value);
    }

    fn write_usize(&mut self, value: usize) {
        self.mix(u64::try_from(value).unwrap_or(u64::MAX));
    }

    fn write_isize(&mut self, value: isize) {
        self.mix(u64::try_from(value).unwrap_or(u64::MAX));
    }

    fn finish(&self) -> u64 {
        self.state
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::KeyedHash;

    fn octets(len: u16) -> Vec<u8> {
        (0..len).map(|octet| octet.to_le_bytes()[0]).collect()
    }

    #[test]
    fn a_sample_has_the_ends_and_the_length() {
        let hash = KeyedHash::new(0x5eed_5eed_5eed_5eed);
        for len in 0..600 {
            let octets = octets(len);
            let sample = hash.hash_sample(&octets);
            assert_eq!(sample, hash.hash_sample(&octets));
            let places = (0..octets.len()).filter(|at| *at < 32 || at + 16 >= octets.len());
            for at in places {
                let mut changed = octets.clone();
                changed[at] ^= 1;
                assert_ne!(sample, hash.hash_sample(&changed), "octet {at} of {len}");
            }
            let mut longer = octets.clone();
            longer.push(0);
            assert_ne!(sample, hash.hash_sample(&longer), "{len}");
        }
    }

    #[test]
    fn the_sample_of_a_short_run_is_the_hash_of_all_its_octets() {
        let hash = KeyedHash::new(1);
        for len in 0..=128 {
            let octets = octets(len);
            assert_eq!(hash.hash_sample(&octets), hash.hash_octets(&octets));
        }
    }
}
