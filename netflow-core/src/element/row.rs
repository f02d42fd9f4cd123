//! How an element is stored: 12 octets and a place in one text, so that the tables need
//! neither relocations nor work at start-up.

use core::ops::Range;

use super::property::{DataType, Semantics, Units};
use super::{ElementId, InformationElement, table};

/// One element, of which the block it lies in knows the enterprise.
#[derive(Debug)]
pub(super) struct Row {
    /// Where the name begins in `table::NAMES`.
    name: u32,
    pub(super) id: u16,
    name_len: u8,
    data_type: Option<DataType>,
    semantics: Semantics,
    units: Units,
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

    pub(super) fn name(&self) -> Option<&'static str> {
        let start = usize::try_from(self.name).ok()?;
        let end = start.checked_add(usize::from(self.name_len))?;
        table::NAMES.get(start..end)
    }

    pub(super) fn element(&self, enterprise_number: u32) -> Option<InformationElement> {
        Some(InformationElement {
            name: self.name()?,
            id: ElementId::new(enterprise_number, self.id),
            data_type: self.data_type,
            semantics: self.semantics,
            units: self.units,
        })
    }
}

/// The rows of one enterprise, by number.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) enterprise_number: u32,
    start: u16,
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

    /// The block of an enterprise.
    pub(super) fn of(enterprise_number: u32) -> Option<&'static Self> {
        let index = table::BLOCKS
            .binary_search_by_key(&enterprise_number, |block| block.enterprise_number)
            .ok()?;
        table::BLOCKS.get(index)
    }

    /// The block that holds the row of this index.
    pub(super) fn holding(row: u16) -> &'static Self {
        let index = table::BLOCKS.partition_point(|block| block.end <= row);
        table::BLOCKS.get(index).unwrap_or(&table::V9)
    }

    pub(super) fn rows(&self) -> &'static [Row] {
        let rows = Range {
            start: usize::from(self.start),
            end: usize::from(self.end),
        };
        table::ROWS.get(rows).unwrap_or_default()
    }

    pub(super) fn get(&self, id: u16) -> Option<InformationElement> {
        let rows = self.rows();
        let index = rows.binary_search_by_key(&id, |row| row.id).ok()?;
        rows.get(index)?.element(self.enterprise_number)
    }
}
