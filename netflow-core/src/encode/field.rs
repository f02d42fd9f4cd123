//! One field of a record: a value becomes octets of its type and length.

use alloc::vec::Vec;

use super::error::EncodeError;
use crate::element::DataType;
use crate::value::Value;
use crate::wire::template::{FieldLength, FieldSpecifier};

/// From this length on the length of a variable-length field takes three octets
/// (RFC 7011, section 7).
const LONG: u8 = 255;

/// Appends a value as the specifier wants it.
pub(super) fn write(
    specifier: &FieldSpecifier,
    data_type: Option<DataType>,
    value: &Value<'_>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let key = specifier.key;
    if !data_type.is_none_or(|data_type| is_of(data_type, value)) {
        return Err(EncodeError::Type { key });
    }
    let written = match *value {
        Value::Unsigned(number) => {
            write_integer(&number.to_be_bytes(), Sign::None, specifier.length, out)
        }
        Value::Signed(number) => {
            let sign = if number < 0 { Sign::Minus } else { Sign::Plus };
            write_integer(&number.to_be_bytes(), sign, specifier.length, out)
        }
        Value::LargeUnsigned(number) => {
            write_integer(number.octets(), Sign::None, specifier.length, out)
        }
        Value::Float(number) => write_float(number, specifier.length, out),
        Value::Boolean(yes) => write_octets(&[if yes { 1 } else { 2 }], specifier.length, out),
        Value::MacAddress(address) => write_octets(&address.0, specifier.length, out),
        Value::Address(core::net::IpAddr::V4(address)) => {
            write_octets(&address.octets(), specifier.length, out)
        }
        Value::Address(core::net::IpAddr::V6(address)) => {
            write_octets(&address.octets(), specifier.length, out)
        }
        Value::Octets(octets) | Value::List(octets) => write_octets(octets, specifier.length, out),
        Value::Text(text) => write_text(text.octets(), specifier.length, out),
        Value::Seconds(seconds) => write_octets(&seconds.to_be_bytes(), specifier.length, out),
        Value::Milliseconds(millis) => write_octets(&millis.to_be_bytes(), specifier.length, out),
        Value::Ntp(time) => {
            let bits = u64::from(time.seconds()) << 32 | u64::from(time.fraction());
            write_octets(&bits.to_be_bytes(), specifier.length, out)
        }
    };
    let length = specifier.length.number();
    written.ok_or(EncodeError::Length { key, length })
}

/// What the octets of a type are read as. Octets are octets of any type.
const fn is_of(data_type: DataType, value: &Value<'_>) -> bool {
    match value {
        Value::Octets(_) => true,
        // A boolean may be another number than 1 and 2.
        Value::Unsigned(_) | Value::LargeUnsigned(_) => matches!(
            data_type,
            DataType::Unsigned8
                | DataType::Unsigned16
                | DataType::Unsigned32
                | DataType::Unsigned64
                | DataType::Unsigned256
                | DataType::Boolean
        ),
        Value::Signed(_) => matches!(
            data_type,
            DataType::Signed8 | DataType::Signed16 | DataType::Signed32 | DataType::Signed64
        ),
        Value::Float(_) => matches!(data_type, DataType::Float32 | DataType::Float64),
        Value::Boolean(_) => matches!(data_type, DataType::Boolean),
        Value::MacAddress(_) => matches!(data_type, DataType::MacAddress),
        Value::Address(core::net::IpAddr::V4(_)) => matches!(data_type, DataType::Ipv4Address),
        Value::Address(core::net::IpAddr::V6(_)) => matches!(data_type, DataType::Ipv6Address),
        Value::Text(_) => matches!(data_type, DataType::String),
        Value::Seconds(_) => matches!(data_type, DataType::DateTimeSeconds),
        Value::Milliseconds(_) => matches!(data_type, DataType::DateTimeMilliseconds),
        Value::Ntp(_) => matches!(
            data_type,
            DataType::DateTimeMicroseconds | DataType::DateTimeNanoseconds
        ),
        Value::List(_) => data_type.is_list(),
    }
}

/// Octets as they are; `None` if the field has another length.
pub(super) fn write_octets(octets: &[u8], length: FieldLength, out: &mut Vec<u8>) -> Option<()> {
    match length {
        FieldLength::Fixed(length) => {
            if octets.len() != usize::from(length) {
                return None;
            }
        }
        FieldLength::Variable => match u8::try_from(octets.len()) {
            Ok(short) if short < LONG => out.push(short),
            _ => {
                let length = u16::try_from(octets.len()).ok()?;
                out.push(LONG);
                out.extend_from_slice(&length.to_be_bytes());
            }
        },
    }
    out.extend_from_slice(octets);
    Some(())
}

/// Text is padded with NULs.
fn write_text(text: &[u8], length: FieldLength, out: &mut Vec<u8>) -> Option<()> {
    let FieldLength::Fixed(length) = length else {
        return write_octets(text, length, out);
    };
    let padding = usize::from(length).checked_sub(text.len())?;
    out.extend_from_slice(text);
    out.extend(core::iter::repeat_n(0, padding));
    Some(())
}

/// What the first bit of an integer means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    None,
    Plus,
    Minus,
}

/// An integer of any width (RFC 7011, section 6.2): the padding is in front of it,
/// and may be left out as long as the sign stays the same. A variable-length field
/// takes as few octets as possible.
fn write_integer(octets: &[u8], sign: Sign, length: FieldLength, out: &mut Vec<u8>) -> Option<()> {
    /// The widest integer that is read.
    const WIDEST: usize = 32;
    let fill = if sign == Sign::Minus { 0xff } else { 0 };
    let spare = octets.iter().take_while(|octet| **octet == fill).count();
    let mut needed = octets.len().saturating_sub(spare);
    let first = octets.get(spare).copied().unwrap_or(fill);
    if sign != Sign::None && (first ^ fill) & 0x80 != 0 {
        needed = needed.saturating_add(1);
    }
    let needed = needed.max(1);
    let width = match length {
        FieldLength::Fixed(length) => usize::from(length),
        FieldLength::Variable => needed,
    };
    if width < needed || width > WIDEST {
        return None;
    }
    if length == FieldLength::Variable {
        out.push(u8::try_from(width).ok()?);
    }
    let in_front = width.saturating_sub(octets.len());
    out.extend(core::iter::repeat_n(fill, in_front));
    let skipped = octets.len().saturating_sub(width);
    out.extend_from_slice(octets.get(skipped..)?);
    Some(())
}

/// A float64 may be sent as a float32 if nothing is lost (RFC 7011, section 6.2).
fn write_float(number: f64, length: FieldLength, out: &mut Vec<u8>) -> Option<()> {
    if length != FieldLength::Fixed(4) {
        return write_octets(&number.to_be_bytes(), length, out);
    }
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "there is no other way to round; what is lost is looked at"
    )]
    let narrow = number as f32;
    let is_same = f64::from(narrow) == number || number.is_nan();
    if !is_same {
        return None;
    }
    out.extend_from_slice(&narrow.to_be_bytes());
    Some(())
}
