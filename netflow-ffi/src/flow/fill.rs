//! Flows to structs, some flows at a time, one column after the other.
//!
//! Whether a field is asked for is decided once for a column and not once for a flow, so that a
//! mask of few fields costs little more than a program that reads just these.

use arrayvec::ArrayVec;
use netflow_core::{Flow, Numbers};

use super::cursor::Cursor;
use super::lists::Lists;
use super::table::{self, netflow_flow, netflow_flow_field};
use crate::plain::{Plain, netflow_octets};
use crate::rows::Rows;

/// Flows that are filled at a time: their structs stay in the first-level cache.
pub(super) const CHUNK: usize = 16;

/// What is used while flows are given to a callback.
#[derive(Debug, Default)]
pub(crate) struct Each {
    pub(crate) rows: Vec<netflow_flow>,
    pub(crate) lists: Lists,
}

/// Fills rows with the next flows, and tells how many.
pub(crate) fn fill(
    cursor: &mut Cursor<'_>,
    rows: &mut Rows<'_>,
    fields: [u64; 2],
    lists: &mut Lists,
) -> usize {
    let mut filled = 0;
    loop {
        let mut flows = ArrayVec::<Flow<'_>, CHUNK>::new();
        cursor.take(&mut flows, CHUNK.min(rows.count() - filled));
        if flows.is_empty() {
            return filled;
        }
        let count = flows.len();
        let mut fill = Fill {
            flows: &flows,
            rows: rows.from(filled),
            fields,
            present: [[0; 2]; CHUNK],
            lists,
        };
        table::columns(&mut fill);
        fill.finish();
        filled += count;
    }
}

/// The columns of some flows, on their way.
pub(super) struct Fill<'f, 'm> {
    flows: &'f [Flow<'m>],
    rows: Rows<'f>,
    /// The fields asked for.
    fields: [u64; 2],
    /// The fields that each flow has.
    present: [[u64; 2]; CHUNK],
    lists: &'f mut Lists,
}

impl<'m> Fill<'_, 'm> {
    /// Writes one column, if it is asked for.
    #[inline(always)]
    pub(super) fn column<P: Plain>(
        &mut self,
        field: netflow_flow_field,
        offset: usize,
        read: impl Fn(&Flow<'m>) -> Option<P>,
    ) {
        let (word, bit) = place(field);
        if self.fields[word] & bit == 0 {
            return;
        }
        let Some(mut column) = self.rows.column(offset) else {
            return;
        };
        for (row, (flow, present)) in self.flows.iter().zip(&mut self.present).enumerate() {
            let value = match read(flow) {
                Some(value) => {
                    present[word] |= bit;
                    value.plain()
                }
                None => P::Member::default(),
            };
            column.set(row, value);
        }
    }

    /// Writes a column of lists, if it is asked for.
    pub(super) fn numbers(
        &mut self,
        field: netflow_flow_field,
        offset: usize,
        read: impl Fn(&Flow<'m>) -> Option<Numbers<'m>>,
    ) {
        let (word, bit) = place(field);
        if self.fields[word] & bit == 0 {
            return;
        }
        let Some(mut column) = self.rows.column(offset) else {
            return;
        };
        for (row, (flow, present)) in self.flows.iter().zip(&mut self.present).enumerate() {
            let value = match read(flow) {
                Some(numbers) => {
                    present[word] |= bit;
                    self.lists.keep(&numbers)
                }
                None => crate::plain::netflow_numbers::default(),
            };
            column.set(row, value);
        }
    }

    /// Writes what every flow has.
    fn finish(mut self) {
        if let Some(mut column) = self.rows.column(core::mem::offset_of!(netflow_flow, present)) {
            for (row, present) in self.present.iter().take(self.flows.len()).enumerate() {
                column.set(row, *present);
            }
        }
        if let Some(mut column) = self.rows.column(core::mem::offset_of!(netflow_flow, record)) {
            for (row, flow) in self.flows.iter().enumerate() {
                let octets = match (flow.record(), flow.sample()) {
                    (Some(record), _) => record.octets(),
                    (None, Some(sample)) => sample.octets(),
                    (None, None) => &[],
                };
                column.set(row, netflow_octets::new(octets));
            }
        }
    }
}

/// Word and bit of a field.
const fn place(field: netflow_flow_field) -> (usize, u64) {
    let number = field as u32;
    ((number / 64) as usize, 1 << (number % 64))
}
