//! Numbers at an offset in octets, if they are there, and octets of hex digits.

/// The order of the octets of a number, which each capture chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    Big,
    Little,
}

impl ByteOrder {
    pub(crate) fn u16(self, octets: &[u8], at: usize) -> Option<u16> {
        let octets = chunk(octets, at)?;
        Some(match self {
            Self::Big => u16::from_be_bytes(octets),
            Self::Little => u16::from_le_bytes(octets),
        })
    }

    pub(crate) fn u32(self, octets: &[u8], at: usize) -> Option<u32> {
        let octets = chunk(octets, at)?;
        Some(match self {
            Self::Big => u32::from_be_bytes(octets),
            Self::Little => u32::from_le_bytes(octets),
        })
    }

    /// The octets of a number.
    pub(crate) fn of_u32(self, number: u32) -> [u8; 4] {
        match self {
            Self::Big => number.to_be_bytes(),
            Self::Little => number.to_le_bytes(),
        }
    }

    /// The octets of a number.
    pub(crate) fn of_u16(self, number: u16) -> [u8; 2] {
        match self {
            Self::Big => number.to_be_bytes(),
            Self::Little => number.to_le_bytes(),
        }
    }

    /// The octets of a number.
    pub(crate) fn of_i64(self, number: i64) -> [u8; 8] {
        match self {
            Self::Big => number.to_be_bytes(),
            Self::Little => number.to_le_bytes(),
        }
    }

    pub(crate) fn i64(self, octets: &[u8], at: usize) -> Option<i64> {
        let octets = chunk(octets, at)?;
        Some(match self {
            Self::Big => i64::from_be_bytes(octets),
            Self::Little => i64::from_le_bytes(octets),
        })
    }
}

/// `N` octets from `at` on.
pub(crate) fn chunk<const N: usize>(octets: &[u8], at: usize) -> Option<[u8; N]> {
    octets.get(at..)?.first_chunk::<N>().copied()
}

pub(crate) fn u8_at(octets: &[u8], at: usize) -> Option<u8> {
    octets.get(at).copied()
}

pub(crate) fn u16_at(octets: &[u8], at: usize) -> Option<u16> {
    ByteOrder::Big.u16(octets, at)
}

pub(crate) fn u32_at(octets: &[u8], at: usize) -> Option<u32> {
    ByteOrder::Big.u32(octets, at)
}

/// A length of the wire as a length in memory; no target here has a `usize` under 32 bits,
/// and one that had would find nothing of that length.
pub(crate) fn length(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// Replaces hex digits by the octets that they are, in place; returns how many these are. `None` if they are no
/// pairs of digits.
pub(crate) fn decode_hex(text: &mut [u8]) -> Option<usize> {
    let digit = |octet: u8| u8::try_from(char::from(octet).to_digit(16)?).ok();
    if text.len() % 2 != 0 {
        return None;
    }
    for index in 0..text.len() / 2 {
        let first = index.saturating_mul(2);
        let high = digit(*text.get(first)?)?;
        let low = digit(*text.get(first.saturating_add(1))?)?;
        *text.get_mut(index)? = high << 4 | low;
    }
    Some(text.len() / 2)
}
