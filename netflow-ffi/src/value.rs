//! Octets and a type, read as a value.

use core::net::IpAddr;

use netflow_core::element::DataType;
use netflow_core::value::Value;
use netflow_core::{Timestamp, value};

use crate::c_types::{netflow_octets, netflow_text};
use crate::property::netflow_data_type;
use crate::result::{Failure, netflow_result};

/// The octets of a field and their type: what `netflow_value_u64` and the like read.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_value {
    /// The octets as they were sent, big-endian and perhaps fewer than the type has.
    pub octets: netflow_octets,
    /// A `netflow_data_type`.
    pub data_type: u32,
    /// 0; ignored when a program sets it.
    pub reserved: u32,
}

const TYPE: Failure = Failure::Argument(netflow_result::NETFLOW_ERROR_TYPE, "type of the value");
const LENGTH: Failure =
    Failure::Argument(netflow_result::NETFLOW_ERROR_LENGTH, "length of the value");
const RANGE: Failure = Failure::Argument(netflow_result::NETFLOW_ERROR_RANGE, "the value");
const ABSENT: Failure = Failure::Argument(netflow_result::NETFLOW_ERROR_ABSENT, "the value");

/// The number of a type, or of none.
pub(crate) fn number_of(data_type: Option<DataType>) -> u32 {
    data_type.map_or(
        netflow_data_type::NETFLOW_TYPE_UNKNOWN as u32,
        |data_type| data_type.number().into(),
    )
}

impl netflow_value {
    pub(crate) fn new(octets: netflow_octets, data_type: Option<DataType>) -> Self {
        Self {
            octets,
            data_type: number_of(data_type),
            reserved: 0,
        }
    }
}

/// Octets and the number of their type, as a value.
fn parse(octets: &[u8], data_type: u32) -> Result<Value<'_>, Failure> {
    let data_type = u8::try_from(data_type).ok().and_then(DataType::from_number);
    Value::parse(data_type.ok_or(TYPE)?, octets).ok_or(LENGTH)
}

pub(crate) fn unsigned(octets: &[u8], data_type: u32) -> Result<u64, Failure> {
    match parse(octets, data_type)? {
        Value::Unsigned(number) | Value::Milliseconds(number) => Ok(number),
        Value::Seconds(number) => Ok(number.into()),
        Value::Signed(number) => u64::try_from(number).map_err(|_| RANGE),
        Value::LargeUnsigned(_) => Err(RANGE),
        _ => Err(TYPE),
    }
}

pub(crate) fn signed(octets: &[u8], data_type: u32) -> Result<i64, Failure> {
    match parse(octets, data_type)? {
        Value::Signed(number) => Ok(number),
        Value::Unsigned(number) => i64::try_from(number).map_err(|_| RANGE),
        Value::LargeUnsigned(_) => Err(RANGE),
        _ => Err(TYPE),
    }
}

pub(crate) fn float(octets: &[u8], data_type: u32) -> Result<f64, Failure> {
    match parse(octets, data_type)? {
        Value::Float(number) => Ok(number),
        _ => Err(TYPE),
    }
}

pub(crate) fn boolean(octets: &[u8], data_type: u32) -> Result<bool, Failure> {
    let is_boolean = data_type == u32::from(DataType::Boolean.number());
    match parse(octets, data_type)? {
        Value::Boolean(flag) => Ok(flag),
        // Neither 1 nor 2 (RFC 7011, section 6.1.5).
        Value::Unsigned(_) if is_boolean => Err(RANGE),
        _ => Err(TYPE),
    }
}

pub(crate) fn address(octets: &[u8], data_type: u32) -> Result<IpAddr, Failure> {
    match parse(octets, data_type)? {
        Value::Address(address) => Ok(address),
        _ => Err(TYPE),
    }
}

pub(crate) fn mac(octets: &[u8], data_type: u32) -> Result<value::MacAddress, Failure> {
    match parse(octets, data_type)? {
        Value::MacAddress(address) => Ok(address),
        _ => Err(TYPE),
    }
}

pub(crate) fn time(octets: &[u8], data_type: u32) -> Result<Timestamp, Failure> {
    match parse(octets, data_type)? {
        Value::Seconds(seconds) => Ok(Timestamp::from_secs(seconds)),
        Value::Milliseconds(millis) => Timestamp::from_millis(millis).ok_or(RANGE),
        Value::Ntp(time) => time.timestamp().ok_or(ABSENT),
        _ => Err(TYPE),
    }
}

pub(crate) fn text(octets: &[u8], data_type: u32) -> Result<netflow_text, Failure> {
    match parse(octets, data_type)? {
        Value::Text(text) => Ok(netflow_text::new(text.octets())),
        _ => Err(TYPE),
    }
}

#[cfg(test)]
mod tests {
    use netflow_core::element::DataType;

    use super::{address, boolean, float, signed, text, time, unsigned};
    use crate::result::netflow_result;

    const fn number(data_type: DataType) -> u32 {
        data_type.number() as u32
    }

    #[test]
    fn numbers_are_read_at_any_width() {
        let unsigned64 = number(DataType::Unsigned64);
        assert_eq!(unsigned(&[1, 0, 0], unsigned64).unwrap(), 65_536);
        assert_eq!(signed(&[0xff], number(DataType::Signed32)).unwrap(), -1);
        assert_eq!(
            float(&1.5_f32.to_be_bytes(), number(DataType::Float64)).unwrap(),
            1.5
        );
        let code = |result: Result<u64, crate::result::Failure>| result.unwrap_err().result();
        assert_eq!(
            code(unsigned(&[], unsigned64)),
            netflow_result::NETFLOW_ERROR_LENGTH
        );
        assert_eq!(
            code(unsigned(&[1; 9], unsigned64)),
            netflow_result::NETFLOW_ERROR_RANGE
        );
        assert_eq!(
            code(unsigned(&[1], 255)),
            netflow_result::NETFLOW_ERROR_TYPE
        );
        let negative = unsigned(&[0xff], number(DataType::Signed8));
        assert_eq!(code(negative), netflow_result::NETFLOW_ERROR_RANGE);
    }

    #[test]
    fn other_values_are_read_by_their_type_alone() {
        assert!(boolean(&[1], number(DataType::Boolean)).unwrap());
        assert!(boolean(&[3], number(DataType::Boolean)).is_err());
        assert!(boolean(&[1], number(DataType::Unsigned8)).is_err());
        assert!(address(&[192, 0, 2, 1], number(DataType::Ipv4Address)).is_ok());
        assert!(address(&[192, 0, 2, 1], number(DataType::Unsigned32)).is_err());
        let padded = text(b"eth0\0\0", number(DataType::String)).unwrap();
        assert_eq!(padded.len, 4);
        let never = time(&[0; 8], number(DataType::DateTimeNanoseconds));
        assert_eq!(
            never.unwrap_err().result(),
            netflow_result::NETFLOW_ERROR_ABSENT
        );
    }
}
