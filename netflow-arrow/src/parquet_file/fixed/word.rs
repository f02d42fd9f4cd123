//! Values as unsigned words in the same order, and how Parquet stores them.

use core::fmt;

/// How a value is stored (encoding PLAIN), and which values a word stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// 4 octets, the lowest first.
    Int32 { is_signed: bool },
    /// 8 octets, the lowest first.
    Int64 { is_signed: bool },
    /// This number of octets, 16 at most.
    Octets(usize),
}

impl Layout {
    /// Octets of a value.
    pub(super) const fn octets(self) -> usize {
        match self {
            Self::Int32 { .. } => 4,
            Self::Int64 { .. } => 8,
            Self::Octets(count) => count,
        }
    }

    /// Whether the order of the values is one of signed numbers.
    pub(super) const fn is_signed(self) -> bool {
        match self {
            Self::Int32 { is_signed } | Self::Int64 { is_signed } => is_signed,
            Self::Octets(_) => false,
        }
    }
}

/// The sign of a number of 64 bits.
const SIGN: u64 = 1 << 63;
/// An odd number near 2^64 divided by the golden ratio, whose multiples spread evenly.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The word of a signed number: inverting the sign makes the order of unsigned numbers theirs.
#[inline]
pub(super) const fn of_signed(number: i64) -> u64 {
    u64::from_ne_bytes(number.to_ne_bytes()) ^ SIGN
}

/// A value as an unsigned number.
pub(super) trait Word: Copy + Ord + fmt::Debug {
    /// A number whose high bits differ for most words.
    fn hash(self) -> u64;

    /// The same number with 128 bits.
    fn widened(self) -> u128;

    /// Appends values as they are stored.
    fn append_plain(words: &[Self], layout: Layout, out: &mut Vec<u8>);
}

impl Word for u64 {
    #[inline]
    fn hash(self) -> u64 {
        self.wrapping_mul(SPREAD)
    }

    fn widened(self) -> u128 {
        self.into()
    }

    fn append_plain(words: &[Self], layout: Layout, out: &mut Vec<u8>) {
        let flip = if layout.is_signed() { SIGN } else { 0 };
        out.reserve(words.len().saturating_mul(layout.octets()));
        if layout.octets() == 4 {
            for word in words {
                let [a, b, c, d, ..] = (word ^ flip).to_le_bytes();
                out.extend_from_slice(&[a, b, c, d]);
            }
        } else {
            for word in words {
                out.extend_from_slice(&(word ^ flip).to_le_bytes());
            }
        }
    }
}

impl Word for u128 {
    #[inline]
    fn hash(self) -> u64 {
        let [low, high] = [self, self >> 64].map(|half| {
            let [a, b, c, d, e, f, g, h, ..] = half.to_le_bytes();
            u64::from_le_bytes([a, b, c, d, e, f, g, h])
        });
        (low ^ high.wrapping_mul(SPREAD).rotate_right(29)).wrapping_mul(SPREAD)
    }

    fn widened(self) -> u128 {
        self
    }

    fn append_plain(words: &[Self], layout: Layout, out: &mut Vec<u8>) {
        let unused = size_of::<Self>().saturating_sub(layout.octets());
        out.reserve(words.len().saturating_mul(layout.octets()));
        for word in words {
            let octets = word.to_be_bytes();
            if unused == 0 {
                out.extend_from_slice(&octets);
            } else {
                out.extend_from_slice(octets.get(unused..).unwrap_or_default());
            }
        }
    }
}

/// A value as it is stored, by its widened word.
pub(super) fn plain(word: u128, layout: Layout) -> Vec<u8> {
    let mut octets = Vec::new();
    match (layout, u64::try_from(word)) {
        (Layout::Int32 { .. } | Layout::Int64 { .. }, Ok(word)) => {
            u64::append_plain(&[word], layout, &mut octets);
        }
        _ => u128::append_plain(&[word], layout, &mut octets),
    }
    octets
}

/// Appends the words of values of this number of octets, 16 at most.
pub(super) fn append_octets(octets: &[u8], width: usize, words: &mut Vec<u128>) {
    let values = octets.chunks_exact(width.max(1));
    if width == size_of::<u128>() {
        let word = |value: &[u8]| value.try_into().map_or(0, u128::from_be_bytes);
        return words.extend(values.map(word));
    }
    words.extend(values.map(|value| {
        let digits = value.iter();
        digits.fold(0, |word, octet| word << 8 | u128::from(*octet))
    }));
}
