//! Keyed hashing of the tables, so that nobody can choose exporters or ids that
//! collide.

use core::hash::{BuildHasher, Hasher};

use zerocopy::FromBytes;

/// The key; each [`Decoder`](crate::Decoder) has its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyedHash {
    key: u64,
}

impl KeyedHash {
    pub(crate) const fn new(key: u64) -> Self {
        Self { key }
    }
}

impl KeyedHash {
    /// The hash of a long run of octets: two words are mixed in at a time.
    pub(crate) fn hash_octets(self, octets: &[u8]) -> u64 {
        let FoldedHasher { state, key } = self.build_hasher();
        let key = key | 1;
        // Avoids a length check for each block.
        let (blocks, rest) = <[[u8; 16]]>::ref_from_prefix(octets).unwrap_or((&[], octets));
        let mix = |state: u64, block: &[u8; 16]| {
            let [low, high] = words(*block);
            fold(low ^ key, high ^ state)
        };
        let mut state = blocks.iter().fold(state, mix);
        let mut last = [0; 16];
        if let Some(start) = last.get_mut(..rest.len()) {
            start.copy_from_slice(rest);
        }
        state = mix(state, &last);
        let len = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        fold(len ^ key, state ^ self.key)
    }
}

/// The two words of a block.
#[inline]
const fn words(block: [u8; 16]) -> [u64; 2] {
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
#[derive(Debug, Clone)]
pub(crate) struct FoldedHasher {
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
