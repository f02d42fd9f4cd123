//! One value of a column as text, for people.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    DurationNanosecondType, Float64Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use netflow_core::Timestamp;

/// `None` if there is none.
pub(crate) fn text(column: &ArrayRef, row: usize) -> Option<String> {
    if column.is_null(row) {
        return None;
    }
    Some(match column.data_type() {
        DataType::UInt8 => column.as_primitive::<UInt8Type>().value(row).to_string(),
        DataType::UInt16 => column.as_primitive::<UInt16Type>().value(row).to_string(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).to_string(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Int16 => column.as_primitive::<Int16Type>().value(row).to_string(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            let nanos = column.as_primitive::<TimestampNanosecondType>().value(row);
            Timestamp::from_nanos(nanos).to_string()
        }
        DataType::Timestamp(_, _) => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            Timestamp::from_nanos(micros.saturating_mul(1_000)).to_string()
        }
        DataType::Duration(_) => {
            let nanos = column.as_primitive::<DurationNanosecondType>().value(row);
            let sign = if nanos < 0 { "-" } else { "" };
            let length = core::time::Duration::from_nanos(nanos.unsigned_abs());
            format!("{sign}{length:?}")
        }
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::Binary => octets(column.as_binary::<i32>().value(row)),
        DataType::BinaryView => octets(column.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => octets(column.as_fixed_size_binary().value(row)),
        DataType::Dictionary(_, _) => {
            let dictionary = column.as_dictionary::<Int32Type>();
            let key = usize::try_from(dictionary.keys().value(row)).ok()?;
            return text(dictionary.values(), key);
        }
        DataType::List(_) => {
            let list = column.as_list::<i32>().value(row);
            let values = (0..list.len()).map(|index| text(&list, index).unwrap_or_default());
            values.collect::<Vec<_>>().join(" ")
        }
        DataType::Struct(fields) => {
            let columns = fields.iter().zip(column.as_struct().columns());
            let values = columns.map(|(field, column)| {
                format!("{} {}", field.name(), text(column, row).unwrap_or_default())
            });
            values.collect::<Vec<_>>().join(", ")
        }
        other => format!("{other}"),
    })
}

/// An address by its length, else hex.
fn octets(octets: &[u8]) -> String {
    if let Ok(octets) = <[u8; 16]>::try_from(octets) {
        let address = core::net::Ipv6Addr::from(octets);
        return match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => address.to_string(),
        };
    }
    if let Ok(octets) = <[u8; 4]>::try_from(octets) {
        return core::net::Ipv4Addr::from(octets).to_string();
    }
    if let Ok(octets) = <[u8; 6]>::try_from(octets) {
        return netflow_core::text::mac(octets).to_string();
    }
    let hex = octets
        .iter()
        .flat_map(|octet| netflow_core::text::hex(*octet));
    hex.map(char::from).collect()
}
