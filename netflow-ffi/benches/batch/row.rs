//! A flow into a struct, as a program in Rust would write it.

use core::net::IpAddr;

use netflow::{
    netflow_address, netflow_application, netflow_flow, netflow_flow_field, netflow_mac,
    netflow_numbers, netflow_octets, netflow_text,
};
use netflow_core::value::{MacAddress, Text};
use netflow_core::{ApplicationId, Flow, Numbers, Timestamp};

use crate::fields::flow_fields;

/// A value as the member that it becomes.
trait Member<T> {
    fn member(self, numbers: &mut Vec<u32>) -> T;
}

/// One line a type: the value, the member, how.
macro_rules! member {
    ($($from:ty => $to:ty: |$value:ident| $how:expr;)+) => {
        $(impl Member<$to> for $from {
            #[inline]
            fn member(self, _: &mut Vec<u32>) -> $to {
                let $value = self;
                $how
            }
        })+
    };
}
member! {
    u8 => u8: |value| value;
    u16 => u16: |value| value;
    u32 => u32: |value| value;
    u64 => u64: |value| value;
    i64 => i64: |value| value;
    bool => bool: |value| value;
    Timestamp => i64: |value| value.as_nanos();
    IpAddr => netflow_address: |value| value.into();
    MacAddress => netflow_mac: |value| netflow_mac { octets: value.0 };
    Text<'_> => netflow_text: |value| text(value.octets());
    &str => netflow_text: |value| text(value.as_bytes());
    &[u8] => netflow_octets: |value| octets(value);
    ApplicationId<'_> => netflow_application: |value| netflow_application {
        selector: value.selector().unwrap_or(0),
        octets: octets(value.selector_octets()),
        enterprise_number: value.enterprise_number().unwrap_or(0),
        engine: value.engine(),
        reserved: [0; 3],
    };
}

impl Member<netflow_numbers> for Numbers<'_> {
    fn member(self, numbers: &mut Vec<u32>) -> netflow_numbers {
        let start = numbers.len();
        numbers.extend(self.iter());
        netflow_numbers {
            data: numbers[start..].as_ptr(),
            count: numbers.len() - start,
        }
    }
}

const fn text(octets: &[u8]) -> netflow_text {
    netflow_text {
        data: octets.as_ptr().cast(),
        len: octets.len(),
    }
}

const fn octets(octets: &[u8]) -> netflow_octets {
    netflow_octets {
        data: octets.as_ptr(),
        len: octets.len(),
    }
}

/// Writes one member and its bit.
macro_rules! write {
    ($number:ident, $name:ident, $flow:ident, $row:ident, $numbers:ident) => {
        match $flow.$name() {
            Some(value) => {
                $row.$name = value.member($numbers);
                let number = netflow_flow_field::$number as usize;
                $row.present[number / 64] |= 1 << (number % 64);
            }
            None => $row.$name = Default::default(),
        }
    };
}

fn record_of(flow: &Flow<'_>) -> netflow_octets {
    match (flow.record(), flow.sample()) {
        (Some(record), _) => octets(record.octets()),
        (None, Some(sample)) => octets(sample.octets()),
        (None, None) => netflow_octets::default(),
    }
}

/// All fields.
#[inline]
pub(crate) fn all(flow: &Flow<'_>, row: &mut netflow_flow, numbers: &mut Vec<u32>) {
    row.present = [0; 2];
    row.record = record_of(flow);
    macro_rules! each {
        ($number:ident, $name:ident) => {
            write!($number, $name, flow, row, numbers)
        };
    }
    flow_fields!(each);
}

/// The fields of [`ELEVEN`](crate::ELEVEN).
#[inline]
pub(crate) fn eleven(flow: &Flow<'_>, row: &mut netflow_flow) {
    row.present = [0; 2];
    row.record = record_of(flow);
    let numbers = &mut Vec::new();
    write!(
        NETFLOW_FIELD_SOURCE_ADDRESS,
        source_address,
        flow, row, numbers
    );
    write!(
        NETFLOW_FIELD_DESTINATION_ADDRESS,
        destination_address,
        flow, row, numbers
    );
    write!(NETFLOW_FIELD_SOURCE_PORT, source_port, flow, row, numbers);
    write!(
        NETFLOW_FIELD_DESTINATION_PORT,
        destination_port,
        flow, row, numbers
    );
    write!(NETFLOW_FIELD_PROTOCOL, protocol, flow, row, numbers);
    write!(NETFLOW_FIELD_OCTETS, octets, flow, row, numbers);
    write!(NETFLOW_FIELD_PACKETS, packets, flow, row, numbers);
    write!(NETFLOW_FIELD_START, start, flow, row, numbers);
    write!(NETFLOW_FIELD_END, end, flow, row, numbers);
    write!(
        NETFLOW_FIELD_INPUT_INTERFACE,
        input_interface,
        flow, row, numbers
    );
    write!(
        NETFLOW_FIELD_OUTPUT_INTERFACE,
        output_interface,
        flow, row, numbers
    );
}
