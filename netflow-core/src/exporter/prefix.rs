//! Subnets of exporters, as a caller names them.

use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

use thiserror::Error;

/// The addresses of a subnet.
///
/// ```
/// use netflow_core::Prefix;
///
/// let prefix: Prefix = "192.0.2.0/24".parse()?;
/// assert!(prefix.contains("192.0.2.7".parse().unwrap()));
/// assert!(prefix.contains("::ffff:192.0.2.7".parse().unwrap()));
/// assert_eq!("2001:db8::1".parse::<Prefix>()?.to_string(), "2001:db8::1/128");
/// assert!("192.0.2.0/33".parse::<Prefix>().is_err());
/// # Ok::<(), netflow_core::ParsePrefixError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix {
    /// Its first address.
    address: IpAddr,
    length: u8,
}

impl Prefix {
    /// The subnet of an address with a prefix of this many bits, at most all bits of the address. An
    /// IPv4-mapped address is the IPv4 address in it.
    #[must_use]
    pub fn new(address: IpAddr, length: u8) -> Self {
        let canonical = address.to_canonical();
        let length = if canonical.is_ipv4() && address.is_ipv6() {
            length.saturating_sub(MAPPED_BITS)
        } else {
            length
        };
        let length = length.min(bits(canonical));
        let address = match canonical {
            IpAddr::V4(address) => {
                let host = u32::MAX.checked_shr(length.into()).unwrap_or(0);
                IpAddr::V4((address.to_bits() & !host).into())
            }
            IpAddr::V6(address) => {
                let host = u128::MAX.checked_shr(length.into()).unwrap_or(0);
                IpAddr::V6((address.to_bits() & !host).into())
            }
        };
        Self { address, length }
    }

    /// Its first address.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// The bits that all its addresses share.
    #[must_use]
    pub const fn length(&self) -> u8 {
        self.length
    }

    /// Whether an address belongs to the subnet.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        Self::new(address, u8::MAX).is_in(self)
    }

    fn is_in(&self, other: &Self) -> bool {
        Self::new(self.address, other.length) == *other
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

/// Why a text is not a subnet.
///
/// ```
/// use netflow_core::{ParsePrefixError, Prefix};
///
/// assert_eq!("router".parse::<Prefix>(), Err(ParsePrefixError::Address));
/// let error = "192.0.2.0/33".parse::<Prefix>().unwrap_err();
/// assert_eq!(error.to_string(), "the prefix length is not a number up to 32");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParsePrefixError {
    /// It does not begin with an address.
    #[error("no IP address before the slash; write it as 192.0.2.0/24 or 2001:db8::/32")]
    Address,
    /// The number of bits is not a number, or larger than the address.
    #[error("the prefix length is not a number up to {bits}")]
    Length {
        /// Bits of the address.
        bits: u8,
    },
}

/// `192.0.2.0/24`, `2001:db8::/32`, or only an address.
impl FromStr for Prefix {
    type Err = ParsePrefixError;

    fn from_str(text: &str) -> Result<Self, ParsePrefixError> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| ParsePrefixError::Address)?;
        let bits = bits(address);
        let length = match length {
            None => bits,
            Some(length) => length
                .parse()
                .ok()
                .filter(|length| *length <= bits)
                .ok_or(ParsePrefixError::Length { bits })?,
        };
        Ok(Self::new(address, length))
    }
}

/// Bits before the IPv4 address in an IPv4-mapped one (RFC 4291, section 2.5.5.2).
const MAPPED_BITS: u8 = 96;

const fn bits(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::Prefix;

    #[test]
    fn a_subnet_begins_with_its_first_address() {
        for (text, canonical) in [
            ("192.0.2.77/24", "192.0.2.0/24"),
            ("192.0.2.77", "192.0.2.77/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:db8:1::/32", "2001:db8::/32"),
            ("::ffff:192.0.2.77/120", "192.0.2.0/24"),
            ("::/0", "::/0"),
        ] {
            let prefix: Prefix = text.parse().unwrap();
            assert_eq!(prefix.to_string(), canonical);
        }
    }

    #[test]
    fn what_is_no_subnet_is_refused() {
        for text in [
            "",
            "/24",
            "192.0.2/24",
            "192.0.2.0/",
            "192.0.2.0/33",
            "::/129",
            "::/-1",
        ] {
            assert!(text.parse::<Prefix>().is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_of_the_other_version_are_not_contained() {
        let all: Prefix = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("255.0.0.1".parse().unwrap()));
        assert!(!all.contains("2001:db8::1".parse().unwrap()));
    }
}
