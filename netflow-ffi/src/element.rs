//! The registries of information elements.

use netflow_core::element::InformationElement;

use crate::c_types::netflow_text;
use crate::static_text;
use crate::value::number_of;

/// What a field means (RFC 7012, section 2.1).
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_element {
    /// The name in its registry, such as `sourceIPv4Address`; the text is always valid
    /// and ends in NUL.
    pub name: netflow_text,
    /// The least value, where the registry limits it further than the type does.
    pub least: u64,
    /// The greatest value; if both are 0, the registry has no limits.
    pub greatest: u64,
    /// The enterprise that assigned the number; 0 is IANA.
    pub enterprise_number: u32,
    /// The number, without the enterprise bit.
    pub id: u16,
    /// 0.
    pub reserved: u16,
    /// A `netflow_data_type`.
    pub data_type: u32,
    /// A `netflow_semantics`.
    pub semantics: u32,
    /// A `netflow_units`.
    pub units: u32,
    /// 0.
    pub reserved_too: u32,
}

impl netflow_element {
    pub(crate) fn new(element: &InformationElement) -> Self {
        let (least, greatest) = element.range().unwrap_or_default();
        Self {
            name: static_text::text(element.name),
            least,
            greatest,
            enterprise_number: element.id.enterprise_number,
            id: element.id.id,
            reserved: 0,
            data_type: number_of(element.data_type),
            semantics: element.semantics.number().into(),
            units: element.units.number().into(),
            reserved_too: 0,
        }
    }
}
