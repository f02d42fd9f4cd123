//! Unsigned integers that 64 bits do not hold.

use core::fmt;

use super::{Value, unsigned};

/// A big-endian unsigned integer of up to 32 octets, no leading zeros
/// (unsigned256 of RFC 9740).
///
/// ```
/// use netflow_core::element::DataType;
/// use netflow_core::value::Value;
///
/// let octets = [1, 0, 0, 0, 0, 0, 0, 0, 0]; // 2^64
/// let Some(Value::LargeUnsigned(value)) = Value::parse(DataType::Unsigned256, &octets) else { panic!() };
/// assert_eq!(value.to_string(), "18446744073709551616");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LargeUnsigned<'a>(&'a [u8]);

impl<'a> LargeUnsigned<'a> {
    /// Octets of the widest integer that is read.
    pub const MAX_LEN: usize = 32;

    /// The integer in these octets, small or large.
    #[inline]
    pub(super) fn parse(octets: &'a [u8]) -> Option<Value<'a>> {
        if let Some(value) = unsigned(octets) {
            return Some(Value::Unsigned(value));
        }
        if octets.is_empty() || octets.len() > Self::MAX_LEN {
            return None;
        }
        let zeros = octets.iter().take_while(|octet| **octet == 0).count();
        let significant = octets.get(zeros..)?;
        Some(if significant.is_empty() {
            Value::Unsigned(0)
        } else {
            unsigned(significant).map_or(Value::LargeUnsigned(Self(significant)), Value::Unsigned)
        })
    }

    /// The octets, big-endian, without leading zeros.
    #[must_use]
    pub const fn octets(self) -> &'a [u8] {
        self.0
    }
}

/// Writes the number in decimal.
impl fmt::Display for LargeUnsigned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // 2^256 has 78 decimal digits: five groups of 18.
        const GROUP: u64 = 1_000_000_000_000_000_000;
        let mut groups = [0_u64; 5];
        for octet in self.0 {
            let mut carry = u128::from(*octet);
            for group in groups.iter_mut().rev() {
                let shifted = (u128::from(*group) << 8).saturating_add(carry);
                *group = u64::try_from(shifted.rem_euclid(u128::from(GROUP))).unwrap_or(0);
                carry = shifted.div_euclid(u128::from(GROUP));
            }
        }
        let mut groups = groups.iter().skip_while(|group| **group == 0);
        if let Some(first) = groups.next() {
            write!(f, "{first}")?;
        }
        groups.try_for_each(|group| write!(f, "{group:018}"))
    }
}
