//! Values of the types of Rust, for those who write records.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{MacAddress, NtpTime, Text, Value};

/// One line a type: `u16 => Unsigned into;`.
macro_rules! from {
    ($($type:ty => $variant:ident $($into:ident)?;)+) => {
        $(impl From<$type> for Value<'_> {
            fn from(value: $type) -> Self {
                Self::$variant(value$(.$into())?)
            }
        })+
    };
}

from! {
    u8 => Unsigned into;
    u16 => Unsigned into;
    u32 => Unsigned into;
    u64 => Unsigned;
    i64 => Signed;
    f64 => Float;
    bool => Boolean;
    MacAddress => MacAddress;
    IpAddr => Address;
    Ipv4Addr => Address into;
    Ipv6Addr => Address into;
    NtpTime => Ntp;
}

/// An IPv4 address.
impl From<[u8; 4]> for Value<'_> {
    fn from(octets: [u8; 4]) -> Self {
        Self::Address(octets.into())
    }
}

/// Octets as they are.
impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(octets: &'a [u8]) -> Self {
        Self::Octets(octets)
    }
}

/// Text; NULs at its end are none of it.
impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Text::new(text.as_bytes()))
    }
}
