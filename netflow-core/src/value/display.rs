//! Values as plain text.

use core::fmt;
use core::fmt::Write as _;
use core::net::IpAddr;

use super::{MacAddress, Text, Value};
use crate::time;

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(value) => value.fmt(f),
            Self::LargeUnsigned(value) => value.fmt(f),
            Self::Signed(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Boolean(value) => value.fmt(f),
            Self::MacAddress(value) => value.fmt(f),
            Self::Address(value) => AddressText(*value).fmt(f),
            Self::Octets(octets) | Self::List(octets) => hex(octets, f),
            Self::Text(text) => text.fmt(f),
            Self::Seconds(seconds) => time::write(f, i64::from(*seconds), 0),
            Self::Milliseconds(millis) => {
                let seconds = i64::try_from(millis.div_euclid(1_000)).unwrap_or(i64::MAX);
                let nanos = u32::try_from(millis.rem_euclid(1_000)).unwrap_or(0);
                time::write(f, seconds, nanos.saturating_mul(1_000_000))
            }
            Self::Ntp(value) => time::write(f, value.unix_seconds(), value.nanos()),
        }
    }
}

fn hex(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    octets.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// Each part that is not UTF-8 becomes U+FFFD.
impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.octets().utf8_chunks().try_for_each(|chunk| {
            f.write_str(chunk.valid())?;
            if chunk.invalid().is_empty() {
                Ok(())
            } else {
                f.write_char(char::REPLACEMENT_CHARACTER)
            }
        })
    }
}

/// An address as RFC 5952 (section 4) writes it, never with an IPv4 address in
/// its tail, which would hide that eight groups were sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddressText(pub IpAddr);

impl fmt::Display for AddressText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let IpAddr::V6(address) = self.0 else {
            return self.0.fmt(f);
        };
        let [head @ .., last_but_one, last] = address.segments();
        match head {
            // What the standard library writes with a dotted tail.
            [0, 0, 0, 0, 0, 0xffff] => write!(f, "::ffff:{last_but_one:x}:{last:x}"),
            _ => address.fmt(f),
        }
    }
}
