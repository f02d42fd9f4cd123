//! How an element is stored: 12 octets and a place in one text, so that the tables need
//! neither relocations nor work at start-up.

use super::property::{DataType, Semantics, Units};

/// One element, of which the block it lies in knows the enterprise.
#[derive(Debug)]
pub(super) struct Row {
    /// Where the name begins in `table::NAMES`.
    pub(super) name: u32,
    pub(super) id: u16,
    pub(super) name_len: u8,
    pub(super) data_type: Option<DataType>,
    pub(super) semantics: Semantics,
    pub(super) units: Units,
}

impl Row {
    pub(super) const fn new(
        name: u32,
        name_len: u8,
        id: u16,
        data_type: Option<DataType>,
        semantics: Semantics,
        units: Units,
    ) -> Self {
        Self {
            name,
            id,
            name_len,
            data_type,
            semantics,
            units,
        }
    }
}

/// The rows of one enterprise, by number.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) enterprise_number: u32,
    pub(super) start: u16,
    pub(super) end: u16,
}

impl Block {
    pub(super) const fn new(enterprise_number: u32, start: u16, end: u16) -> Self {
        Self {
            enterprise_number,
            start,
            end,
        }
    }
}
