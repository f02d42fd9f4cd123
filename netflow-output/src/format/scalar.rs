//! Values of fields and of sFlow members as JSON, the same in every schema.

use netflow_core::element::DataType;
use netflow_core::text::UnixTime;
use netflow_core::value::{MacAddress, Text, Value};
use netflow_core::wire::sflow::SampleKind;
use netflow_core::wire::sflow::structure::MemberValue;

use crate::format::json::Json;

/// A value that is not a list.
pub(crate) fn write(json: &mut Json<'_>, value: &Value<'_>) {
    match *value {
        Value::Unsigned(number) => json.number(number),
        Value::LargeUnsigned(number) => json.plain(number),
        Value::Signed(number) => json.number(number),
        Value::Float(number) => json.float(number),
        Value::Boolean(value) => json.boolean(value),
        Value::MacAddress(address) => json.mac(address),
        Value::Address(address) => json.address(address),
        Value::Octets(octets) | Value::List(octets) => json.hex(octets),
        Value::Text(text) => json.text(text),
        Value::Seconds(seconds) => json.time(UnixTime::from_seconds(seconds)),
        Value::Milliseconds(millis) => json.time(UnixTime::from_millis(millis)),
        Value::Ntp(time) => json.time(UnixTime::from(time)),
        _ => json.null(),
    }
}

/// A value that is not a list; a time has the digits of its type.
pub(crate) fn write_typed(json: &mut Json<'_>, value: &Value<'_>, data_type: Option<DataType>) {
    match *value {
        Value::Milliseconds(millis) => json.time_of_digits(UnixTime::from_millis(millis), 3),
        Value::Ntp(time) if data_type == Some(DataType::DateTimeMicroseconds) => {
            json.time_of_digits(UnixTime::from(time).to_micros(), 6);
        }
        Value::Ntp(time) => json.time_of_digits(UnixTime::from(time), 9),
        ref value => write(json, value),
    }
}

/// What a member of an sFlow structure means.
pub(crate) fn write_member(json: &mut Json<'_>, value: &MemberValue<'_>) {
    match *value {
        MemberValue::Unsigned(number) => json.number(number),
        MemberValue::Signed(number) => json.number(number),
        MemberValue::Float(number) => json.float(number),
        MemberValue::Address(address) => json.address(address),
        MemberValue::MacAddress(octets) => json.mac(MacAddress(octets)),
        MemberValue::Text(text) => json.text(Text::new(text)),
        MemberValue::Octets(octets) => json.hex(octets),
    }
}

/// The kind of row that a sample becomes; none if its format is not known, which is a problem.
pub(crate) const fn kind_of(sample: &SampleKind<'_>) -> Option<&'static str> {
    Some(match sample {
        SampleKind::Flow(_) => "sample",
        SampleKind::Counters(_) => "counters",
        SampleKind::Discarded(_) => "discarded",
        SampleKind::Unknown => return None,
    })
}
