//! Finding rows in the table of elements.

use core::ops::Range;

use super::row::{Block, Row};
use super::{ElementId, InformationElement, table};

impl Row {
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

impl Block {
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
