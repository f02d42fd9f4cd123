//! Values as plain text.

use core::fmt;
use core::fmt::Write as _;

use super::{MacAddress, Text, Value};
use crate::text::{self, UnixTime};

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(value) => value.fmt(f),
            Self::LargeUnsigned(value) => value.fmt(f),
            Self::Signed(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Boolean(value) => value.fmt(f),
            Self::MacAddress(value) => value.fmt(f),
            Self::Address(value) => text::address(*value).fmt(f),
            Self::Octets(octets) | Self::List(octets) => hex(octets, f),
            Self::Text(value) => value.fmt(f),
            Self::Seconds(seconds) => UnixTime::from_seconds(*seconds).fmt(f),
            Self::Milliseconds(millis) => UnixTime::from_millis(*millis).fmt(f),
            Self::Ntp(value) => UnixTime::from(*value).fmt(f),
        }
    }
}

pub(super) fn hex(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    octets.iter().try_for_each(|octet| {
        let [high, low] = text::hex(*octet).map(char::from);
        f.write_char(high)?;
        f.write_char(low)
    })
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::mac(self.0).fmt(f)
    }
}

/// In quotes on one line: control characters that the exporter sent are escaped, and octets that are
/// not UTF-8 replaced by U+FFFD.
impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for chunk in self.octets().utf8_chunks() {
            write!(f, "{}", chunk.valid().escape_debug())?;
            if !chunk.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        f.write_char('"')
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
