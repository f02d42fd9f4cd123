//! The fields of a flow as data, for programs that cannot use macros.

use core::ffi::c_char;

use netflow_core::field::{FieldType, FlowField};

use crate::c_types::{
    netflow_address, netflow_application, netflow_mac, netflow_numbers, netflow_octets,
    netflow_text,
};
use crate::flow::MEMBER_OFFSETS;
use crate::static_text::c_string;

/// The type of a member of `netflow_flow`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_field_type {
    /// A `uint8_t`.
    NETFLOW_FIELD_TYPE_U8 = 0,
    /// A `uint16_t`.
    NETFLOW_FIELD_TYPE_U16 = 1,
    /// A `uint32_t`.
    NETFLOW_FIELD_TYPE_U32 = 2,
    /// A `uint64_t`.
    NETFLOW_FIELD_TYPE_U64 = 3,
    /// A `bool`.
    NETFLOW_FIELD_TYPE_FLAG = 4,
    /// A `netflow_address`.
    NETFLOW_FIELD_TYPE_ADDRESS = 5,
    /// A `netflow_mac`.
    NETFLOW_FIELD_TYPE_MAC = 6,
    /// An `int64_t`: nanoseconds since 1970.
    NETFLOW_FIELD_TYPE_TIME = 7,
    /// An `int64_t`: nanoseconds.
    NETFLOW_FIELD_TYPE_DURATION = 8,
    /// A `netflow_text` of the exporter's.
    NETFLOW_FIELD_TYPE_TEXT = 9,
    /// A `netflow_octets`.
    NETFLOW_FIELD_TYPE_OCTETS = 10,
    /// A `netflow_text`: one of a few fixed words.
    NETFLOW_FIELD_TYPE_NAME = 11,
    /// A `netflow_application`.
    NETFLOW_FIELD_TYPE_APPLICATION = 12,
    /// A `netflow_numbers`.
    NETFLOW_FIELD_TYPE_NUMBERS = 13,
}

/// A field of a flow: what `NETFLOW_FLOW_FIELDS` lists, as data. The texts are always valid.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_field_info {
    /// The name, NUL-terminated.
    pub name: *const c_char,
    /// The unit, NUL-terminated; empty if there is none.
    pub unit: *const c_char,
    /// What it is in a sentence, NUL-terminated.
    pub meaning: *const c_char,
    /// Where its member begins in `netflow_flow`.
    pub offset: usize,
    /// Octets of the member.
    pub size: usize,
    /// A `netflow_flow_field`.
    pub number: u32,
    /// A `netflow_field_type`.
    pub field_type: u32,
}

impl netflow_field_info {
    /// The field of this number.
    pub(crate) fn of(number: u32) -> Option<Self> {
        let index = usize::try_from(number).ok()?;
        let field = FlowField::ALL.get(index)?;
        let (field_type, size) = member(field.field_type());
        Some(Self {
            name: c_string(field.name()),
            unit: c_string(field.unit()),
            meaning: c_string(field.meaning()),
            offset: *MEMBER_OFFSETS.get(index)?,
            size,
            number,
            field_type: field_type as u32,
        })
    }
}

/// The type of the member of a field of this type, and its octets.
const fn member(field_type: FieldType) -> (netflow_field_type, usize) {
    use netflow_field_type as kind;
    match field_type {
        FieldType::U8 => (kind::NETFLOW_FIELD_TYPE_U8, size_of::<u8>()),
        FieldType::U16 => (kind::NETFLOW_FIELD_TYPE_U16, size_of::<u16>()),
        FieldType::U32 => (kind::NETFLOW_FIELD_TYPE_U32, size_of::<u32>()),
        FieldType::U64 => (kind::NETFLOW_FIELD_TYPE_U64, size_of::<u64>()),
        FieldType::Flag => (kind::NETFLOW_FIELD_TYPE_FLAG, size_of::<bool>()),
        FieldType::Address => (
            kind::NETFLOW_FIELD_TYPE_ADDRESS,
            size_of::<netflow_address>(),
        ),
        FieldType::Mac => (kind::NETFLOW_FIELD_TYPE_MAC, size_of::<netflow_mac>()),
        FieldType::Time => (kind::NETFLOW_FIELD_TYPE_TIME, size_of::<i64>()),
        FieldType::Duration => (kind::NETFLOW_FIELD_TYPE_DURATION, size_of::<i64>()),
        FieldType::Text => (kind::NETFLOW_FIELD_TYPE_TEXT, size_of::<netflow_text>()),
        FieldType::Octets => (kind::NETFLOW_FIELD_TYPE_OCTETS, size_of::<netflow_octets>()),
        FieldType::Name => (kind::NETFLOW_FIELD_TYPE_NAME, size_of::<netflow_text>()),
        FieldType::Application => (
            kind::NETFLOW_FIELD_TYPE_APPLICATION,
            size_of::<netflow_application>(),
        ),
        FieldType::Numbers => (
            kind::NETFLOW_FIELD_TYPE_NUMBERS,
            size_of::<netflow_numbers>(),
        ),
        // FieldType may get more variants; each needs a member and a number here.
        _ => (kind::NETFLOW_FIELD_TYPE_OCTETS, 0),
    }
}

#[cfg(test)]
mod tests {
    use netflow_core::field::FlowField;

    use super::netflow_field_info;
    use crate::flow::netflow_flow;

    #[test]
    fn every_field_has_a_member_that_ends_before_the_next() {
        let mut end = 0;
        for number in (0_u32..).take(FlowField::ALL.len()) {
            let info = netflow_field_info::of(number).unwrap();
            assert!(info.size > 0 && info.offset >= end, "{number}");
            end = info.offset + info.size;
        }
        assert!(end <= size_of::<netflow_flow>());
        let count = u32::try_from(FlowField::ALL.len()).unwrap();
        assert!(netflow_field_info::of(count).is_none());
    }
}
