//! What octets mean: octets and an abstract data type make a [`Value`]
//! (RFC 7011, section 6; RFC 7012, section 3).

#[cfg(feature = "alloc")]
mod application;
mod display;
mod from;
mod large;
mod ntp;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

#[cfg(feature = "alloc")]
pub use self::application::ApplicationId;
pub use self::large::LargeUnsigned;
pub use self::ntp::NtpTime;
use crate::element::DataType;

/// A decoded value, borrowed from the datagram where it is long.
///
/// Its `Display` is the plain text of the value, as tables and CSV show it.
///
/// ```
/// use netflow_core::value::Value;
/// use netflow_core::{Decoder, Limits, Timestamp, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let record = *decoded.flows().next().unwrap().record().unwrap();
/// match record.get_by_name("flowStartMilliseconds").unwrap().value() {
///     Some(Value::Milliseconds(millis)) => {
///         assert_eq!(Timestamp::from_millis(millis), Some(Timestamp::from_secs(1_699_999_990)));
///     }
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// An unsigned integer of any width up to eight octets.
    Unsigned(u64),
    /// An unsigned integer past 2^64.
    LargeUnsigned(LargeUnsigned<'a>),
    /// A signed integer of any width up to eight octets.
    Signed(i64),
    /// A float32 or float64.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// A MAC address.
    MacAddress(MacAddress),
    /// An IPv4 or IPv6 address.
    Address(IpAddr),
    /// Octets without further meaning.
    Octets(&'a [u8]),
    /// A string as it was sent, without the NULs after it.
    Text(Text<'a>),
    /// Seconds since 1970.
    Seconds(u32),
    /// Milliseconds since 1970.
    Milliseconds(u64),
    /// An NTP time of microseconds or nanoseconds.
    Ntp(NtpTime),
    /// The octets of a basicList, subTemplateList or subTemplateMultiList
    /// (RFC 6313); [`Field::list`](crate::record::Field::list) reads it.
    List(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The value of these octets by this type.
    ///
    /// Integers and `float64` may be shorter than their type (RFC 7011,
    /// section 6.2), and integers longer: exporters send counters of 3, 5, 6
    /// and 7 octets and uptimes of 8. `None` if the type cannot have this
    /// length.
    ///
    /// ```
    /// use netflow_core::element::DataType;
    /// use netflow_core::value::Value;
    ///
    /// let value = Value::parse(DataType::Unsigned64, &[1, 0, 0]);
    /// assert_eq!(value, Some(Value::Unsigned(65_536)));
    /// assert_eq!(Value::parse(DataType::Ipv4Address, &[10, 0]), None);
    /// ```
    #[must_use]
    pub fn parse(data_type: DataType, octets: &'a [u8]) -> Option<Self> {
        match data_type {
            DataType::Unsigned8
            | DataType::Unsigned16
            | DataType::Unsigned32
            | DataType::Unsigned64
            | DataType::Unsigned256 => LargeUnsigned::parse(octets),
            DataType::Signed8 | DataType::Signed16 | DataType::Signed32 | DataType::Signed64 => {
                signed(octets).map(Self::Signed)
            }
            DataType::Float32 | DataType::Float64 => float(octets).map(Self::Float),
            DataType::Boolean => boolean(octets),
            DataType::MacAddress => Some(Self::MacAddress(MacAddress(octets.try_into().ok()?))),
            DataType::Ipv4Address => {
                let octets = <[u8; 4]>::try_from(octets).ok()?;
                Some(Self::Address(Ipv4Addr::from(octets).into()))
            }
            DataType::Ipv6Address => {
                let octets = <[u8; 16]>::try_from(octets).ok()?;
                Some(Self::Address(Ipv6Addr::from(octets).into()))
            }
            DataType::OctetArray => Some(Self::Octets(octets)),
            DataType::String => Some(Self::Text(Text::new(octets))),
            DataType::DateTimeSeconds => {
                Some(Self::Seconds(u32::from_be_bytes(octets.try_into().ok()?)))
            }
            DataType::DateTimeMilliseconds => Some(Self::Milliseconds(u64::from_be_bytes(
                octets.try_into().ok()?,
            ))),
            DataType::DateTimeMicroseconds | DataType::DateTimeNanoseconds => {
                NtpTime::parse(octets).map(Self::Ntp)
            }
            DataType::BasicList | DataType::SubTemplateList | DataType::SubTemplateMultiList => {
                Some(Self::List(octets))
            }
        }
    }
}

/// Six octets, written in lower case with colons.
///
/// ```
/// use netflow_core::value::MacAddress;
///
/// assert_eq!(MacAddress([2, 0, 0, 0, 0, 0x1f]).to_string(), "02:00:00:00:00:1f");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MacAddress(pub [u8; 6]);

/// Octets of a string: UTF-8 by the specification (RFC 7011, section 6.1.6),
/// not always in the field.
///
/// ```
/// use netflow_core::value::Text;
///
/// let name = Text::new(b"eth0\0\0\0\0");
/// assert_eq!((name.as_str(), name.octets().len()), (Some("eth0"), 4));
/// let broken = Text::new(b"eth\xff");
/// assert_eq!((broken.as_str(), broken.to_string()), (None, "eth\u{fffd}".to_owned()));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// The text without the NULs that pad it.
    #[must_use]
    pub fn new(octets: &'a [u8]) -> Self {
        let padding = octets.iter().rev().take_while(|octet| **octet == 0).count();
        let len = octets.len().saturating_sub(padding);
        Self(octets.get(..len).unwrap_or(octets))
    }

    /// The octets.
    #[must_use]
    pub const fn octets(self) -> &'a [u8] {
        self.0
    }

    /// The text if it is UTF-8. `Display` replaces what is not by U+FFFD.
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        match core::str::from_utf8(self.0) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
    }
}

/// Big-endian, of any width from one to eight octets.
#[must_use]
#[inline]
pub fn unsigned(octets: &[u8]) -> Option<u64> {
    // The common widths are one load each; the others are assembled from octets.
    match *octets {
        [a] => Some(u64::from(a)),
        [a, b] => Some(u64::from(u16::from_be_bytes([a, b]))),
        [a, b, c, d] => Some(u64::from(u32::from_be_bytes([a, b, c, d]))),
        [a, b, c, d, e, f, g, h] => Some(u64::from_be_bytes([a, b, c, d, e, f, g, h])),
        [_, _, _] | [_, _, _, _, _] | [_, _, _, _, _, _] | [_, _, _, _, _, _, _] => Some(
            octets
                .iter()
                .fold(0, |value, octet| value << 8 | u64::from(*octet)),
        ),
        _ => None,
    }
}

fn signed(octets: &[u8]) -> Option<i64> {
    let negative = octets.first()? & 0x80 != 0;
    let magnitude = unsigned(octets)?;
    let width = u32::try_from(octets.len()).ok()?.checked_mul(8)?;
    let sign = if negative {
        u64::MAX.checked_shl(width).unwrap_or(0)
    } else {
        0
    };
    Some(i64::from_be_bytes((magnitude | sign).to_be_bytes()))
}

/// A float64 may be sent as a float32 (RFC 7011, section 6.2).
fn float(octets: &[u8]) -> Option<f64> {
    match octets.len() {
        4 => Some(f64::from(f32::from_be_bytes(octets.try_into().ok()?))),
        8 => Some(f64::from_be_bytes(octets.try_into().ok()?)),
        _ => None,
    }
}

/// 1 is true and 2 is false (RFC 7011, section 6.1.5); another number stays one.
fn boolean<'a>(octets: &[u8]) -> Option<Value<'a>> {
    match *octets {
        [1] => Some(Value::Boolean(true)),
        [2] => Some(Value::Boolean(false)),
        [other] => Some(Value::Unsigned(u64::from(other))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    use super::Value;
    use crate::element::DataType;

    fn shown(data_type: DataType, octets: &[u8]) -> Option<String> {
        Value::parse(data_type, octets).map(|value| value.to_string())
    }

    #[test]
    fn unsigned_integers_have_any_width() {
        for width in 1..=8_u32 {
            let octets = &0x0102_0304_0506_0708_u64.to_be_bytes()[..width as usize];
            let expected = 0x0102_0304_0506_0708_u64 >> (64 - 8 * width);
            assert_eq!(
                Value::parse(DataType::Unsigned64, octets),
                Some(Value::Unsigned(expected))
            );
        }
        assert_eq!(Value::parse(DataType::Unsigned32, &[]), None);
        assert_eq!(Value::parse(DataType::Unsigned32, &[0; 33]), None);
    }

    #[test]
    fn unsigned_integers_past_64_bits_are_decimal() {
        let mut octets = [0; 32];
        octets[31] = 7;
        assert_eq!(
            Value::parse(DataType::Unsigned256, &octets),
            Some(Value::Unsigned(7))
        );
        assert_eq!(
            shown(DataType::Unsigned256, &[0xff; 32]).unwrap(),
            "115792089237316195423570985008687907853269984665640564039457584007913129639935"
        );
        assert_eq!(
            shown(DataType::Unsigned64, &[1, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap(),
            "18446744073709551616"
        );
    }

    #[test]
    fn signed_integers_keep_their_sign_at_any_width() {
        for width in 1..=8 {
            let octets = &(-2_i64).to_be_bytes()[8 - width..];
            assert_eq!(
                Value::parse(DataType::Signed64, octets),
                Some(Value::Signed(-2))
            );
        }
        assert_eq!(
            Value::parse(DataType::Signed32, &[0x7f]),
            Some(Value::Signed(127))
        );
        assert_eq!(Value::parse(DataType::Signed32, &[]), None);
    }

    #[test]
    fn a_float64_may_be_sent_as_a_float32() {
        let octets = 1.5_f32.to_be_bytes();
        assert_eq!(
            Value::parse(DataType::Float64, &octets),
            Some(Value::Float(1.5))
        );
        assert_eq!(Value::parse(DataType::Float32, &octets[..3]), None);
    }

    #[test]
    fn a_boolean_is_one_or_two() {
        assert_eq!(
            Value::parse(DataType::Boolean, &[1]),
            Some(Value::Boolean(true))
        );
        assert_eq!(
            Value::parse(DataType::Boolean, &[2]),
            Some(Value::Boolean(false))
        );
        assert_eq!(
            Value::parse(DataType::Boolean, &[0]),
            Some(Value::Unsigned(0))
        );
    }

    #[test]
    fn fixed_types_have_one_length() {
        for (data_type, length) in [
            (DataType::Ipv4Address, 4),
            (DataType::Ipv6Address, 16),
            (DataType::MacAddress, 6),
            (DataType::DateTimeSeconds, 4),
            (DataType::DateTimeMilliseconds, 8),
            (DataType::DateTimeMicroseconds, 8),
            (DataType::DateTimeNanoseconds, 8),
            (DataType::Boolean, 1),
        ] {
            for other in 0..20 {
                let octets: Vec<u8> = core::iter::repeat_n(1, other).collect();
                assert_eq!(
                    Value::parse(data_type, &octets).is_some(),
                    other == length,
                    "{data_type:?} of {other}"
                );
            }
        }
    }

    #[test]
    fn strings_lose_the_nuls_behind_them_only() {
        assert_eq!(shown(DataType::String, b"\0ab\0c\0\0").unwrap(), "\0ab\0c");
        assert_eq!(shown(DataType::String, b"").unwrap(), "");
        assert_eq!(
            shown(DataType::String, b"caf\xe9!").unwrap(),
            "caf\u{fffd}!"
        );
    }

    #[test]
    fn texts_of_values_are_those_of_the_field() {
        for (data_type, octets, text) in [
            (
                DataType::MacAddress,
                &[0, 0x0c, 0x29, 0x70, 0x86, 9][..],
                "00:0c:29:70:86:09",
            ),
            (DataType::Ipv4Address, &[192, 0, 2, 1], "192.0.2.1"),
            (
                DataType::Ipv6Address,
                &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113, 90],
                "::ffff:cb00:715a",
            ),
            (DataType::OctetArray, &[0xd, 0, 2, 0x5e], "0d00025e"),
            (
                DataType::DateTimeSeconds,
                &[0x57, 0x90, 0xd1, 0x9d],
                "2016-07-21T13:43:57Z",
            ),
            (
                DataType::DateTimeMilliseconds,
                &[0, 0, 1, 0x66, 0xab, 0x2e, 0xc0, 0xaa],
                "2018-10-25T12:24:19.882Z",
            ),
            (
                DataType::DateTimeMicroseconds,
                &[0xce, 0x74, 0x0b, 0x4f, 0x7d, 0xf7, 0xa4, 0xe7],
                "2009-10-05T06:06:07.492059999Z",
            ),
            (
                DataType::DateTimeNanoseconds,
                &[0; 8],
                "1900-01-01T00:00:00Z",
            ),
            (
                DataType::DateTimeNanoseconds,
                &[0, 0, 0, 1, 0x80, 0, 0, 0],
                "2036-02-07T06:28:17.500Z",
            ),
        ] {
            assert_eq!(shown(data_type, octets).unwrap(), text, "{data_type:?}");
        }
    }
}
