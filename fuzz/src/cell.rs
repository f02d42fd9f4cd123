//! Cells of Arrow's columns beside the values that they hold.

use std::net::IpAddr;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    DurationNanosecondType, Float64Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use netflow_arrow::{Addresses, Types};
use netflow_core::FlowValue;
use netflow_core::value::{MacAddress, Value};

/// A value of any column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// None.
    Null,
    /// A number, or a time or duration as one.
    Number(i128),
    /// The bits of a float.
    Float(u64),
    /// Yes or no.
    Flag(bool),
    /// Octets.
    Octets(Vec<u8>),
    /// Text.
    Text(String),
    /// A list of numbers.
    Numbers(Vec<Self>),
}

impl Cell {
    /// The value in a row of a column; `None` for a type that is not compared.
    pub fn read(column: &ArrayRef, row: usize) -> Option<Self> {
        if column.is_null(row) {
            return Some(Self::Null);
        }
        macro_rules! number {
            ($type:ty) => {
                Self::Number(column.as_primitive::<$type>().value(row).into())
            };
        }
        Some(match column.data_type() {
            DataType::UInt8 => number!(UInt8Type),
            DataType::UInt16 => number!(UInt16Type),
            DataType::UInt32 => number!(UInt32Type),
            DataType::UInt64 => number!(UInt64Type),
            DataType::Int16 => number!(Int16Type),
            DataType::Int32 => number!(Int32Type),
            DataType::Int64 => number!(Int64Type),
            DataType::Duration(_) => number!(DurationNanosecondType),
            DataType::Timestamp(TimeUnit::Microsecond, _) => number!(TimestampMicrosecondType),
            DataType::Timestamp(..) => number!(TimestampNanosecondType),
            DataType::Float64 => {
                Self::Float(column.as_primitive::<Float64Type>().value(row).to_bits())
            }
            DataType::Boolean => Self::Flag(column.as_boolean().value(row)),
            DataType::Utf8 => Self::Text(column.as_string::<i32>().value(row).to_owned()),
            DataType::Binary => Self::Octets(column.as_binary::<i32>().value(row).to_vec()),
            DataType::BinaryView => Self::Octets(column.as_binary_view().value(row).to_vec()),
            DataType::FixedSizeBinary(_) => {
                Self::Octets(column.as_fixed_size_binary().value(row).to_vec())
            }
            DataType::Dictionary(..) => {
                let column = column.as_any_dictionary();
                let key = column.normalized_keys()[row];
                return Self::read(column.values(), key);
            }
            DataType::List(item) if item.data_type().is_integer() => {
                let items = column.as_list::<i32>().value(row);
                let numbers = (0..items.len()).filter_map(|index| Self::read(&items, index));
                Self::Numbers(numbers.collect())
            }
            _ => return None,
        })
    }

    /// What a field of a flow is in a column.
    pub fn of_flow(value: Option<FlowValue<'_>>, addresses: Addresses, types: Types) -> Self {
        let spark = types == Types::Spark;
        // As in Java, which has no unsigned numbers.
        let number = |number: u64| match spark {
            true => Self::Number((number as i64).into()),
            false => Self::Number(number.into()),
        };
        match value {
            None => Self::Null,
            Some(FlowValue::Unsigned(value)) => number(value),
            Some(FlowValue::Flag(flag)) => Self::Flag(flag),
            Some(FlowValue::Address(address)) => match addresses {
                Addresses::Key => number(key(address)),
                _ => Self::of_address(address, addresses),
            },
            Some(FlowValue::Mac(mac)) => Self::of_mac(mac, addresses),
            Some(FlowValue::Time(time)) if spark => {
                Self::Number(time.as_nanos().div_euclid(1_000).into())
            }
            Some(FlowValue::Time(time)) => Self::Number(time.as_nanos().into()),
            // A negative one is not an interval that DuckDB could write.
            Some(FlowValue::Duration(nanos)) if nanos < 0 && !spark => Self::Null,
            Some(FlowValue::Duration(nanos)) => Self::Number(nanos.into()),
            Some(FlowValue::Text(text)) => Self::of_text(text.octets()),
            Some(FlowValue::Octets(octets)) => Self::Octets(octets.to_vec()),
            Some(FlowValue::Name(name)) => Self::Text(name.to_owned()),
            Some(FlowValue::Application(application)) => Self::Text(application.to_string()),
            Some(FlowValue::Numbers(numbers)) => {
                let numbers = numbers.iter().map(|number| Self::Number(number.into()));
                Self::Numbers(numbers.collect())
            }
            Some(other) => panic!("{other:?} is of a type that came later"),
        }
    }

    /// What an element of a record is, where its column is not of octets.
    pub fn of_element(value: Option<Value<'_>>, addresses: Addresses) -> Self {
        let nanos = |nanos: i128| match i64::try_from(nanos) {
            Ok(nanos) => Self::Number(nanos.into()),
            // After 2262.
            Err(_) => Self::Null,
        };
        match value {
            Some(Value::Unsigned(number)) => Self::Number(number.into()),
            Some(Value::Signed(number)) => Self::Number(number.into()),
            Some(Value::Float(number)) => Self::Float(number.to_bits()),
            Some(Value::Boolean(flag)) => Self::Flag(flag),
            Some(Value::MacAddress(mac)) => Self::of_mac(mac, addresses),
            Some(Value::Address(address)) => Self::of_address(address, addresses),
            Some(Value::Text(text)) => Self::of_text(text.octets()),
            Some(Value::Seconds(seconds)) => nanos(i128::from(seconds) * 1_000_000_000),
            Some(Value::Milliseconds(millis)) => nanos(i128::from(millis) * 1_000_000),
            Some(Value::Ntp(time)) => {
                nanos(i128::from(time.unix_seconds()) * 1_000_000_000 + i128::from(time.nanos()))
            }
            _ => Self::Null,
        }
    }

    fn of_address(address: IpAddr, addresses: Addresses) -> Self {
        match (addresses, address) {
            (Addresses::Octets, IpAddr::V4(address)) => {
                Self::Octets(address.to_ipv6_mapped().octets().to_vec())
            }
            (Addresses::View, IpAddr::V4(address)) => Self::Octets(address.octets().to_vec()),
            (Addresses::Octets | Addresses::View, IpAddr::V6(address)) => {
                Self::Octets(address.octets().to_vec())
            }
            (Addresses::Key, address) => Self::Number(key(address).into()),
            (_, address) => Self::Text(Value::Address(address).to_string()),
        }
    }

    fn of_mac(MacAddress(octets): MacAddress, addresses: Addresses) -> Self {
        match addresses {
            Addresses::Octets | Addresses::View => Self::Octets(octets.to_vec()),
            Addresses::Key => {
                let number = octets
                    .iter()
                    .fold(0, |sum, octet| sum << 8 | i128::from(*octet));
                Self::Number(number)
            }
            _ => {
                let pairs: Vec<String> =
                    octets.iter().map(|octet| format!("{octet:02x}")).collect();
                Self::Text(pairs.join(":"))
            }
        }
    }

    fn of_text(octets: &[u8]) -> Self {
        Self::Text(String::from_utf8_lossy(octets).into_owned())
    }
}

/// The number that represents an address.
fn key(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => {
            let (high, low) = (
                u128::from(address) >> 64,
                u128::from(address) & u128::from(u64::MAX),
            );
            // The sum of both wraps.
            ((high + low) & u128::from(u64::MAX)) as u64
        }
    }
}
