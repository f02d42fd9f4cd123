//! Flows to structs, batch by batch.

use super::cursor::FlowCursor;
use super::fill::Fill;
use super::lists::NumberLists;
use super::members::members;
use super::rows::FlowRows;
use super::table::netflow_flow;

/// The memory used while flows are passed to a callback.
#[derive(Debug, Default)]
pub(crate) struct Each {
    pub(crate) rows: Vec<netflow_flow>,
    pub(crate) lists: NumberLists,
}

/// Fills rows with the next flows, and returns how many.
#[inline(never)]
pub(crate) fn fill(
    cursor: &mut FlowCursor<'_>,
    rows: &mut FlowRows<'_>,
    asked: [u64; 2],
    lists: &mut NumberLists,
) -> usize {
    // A local one, whose parts the compiler can keep in registers.
    let mut flows = cursor.clone();
    let mut filled = 0;
    while filled < rows.count() {
        // Not moved out: that would copy it once more.
        let next = flows.next();
        let Some(flow) = &next else { break };
        let mut row = rows.begin(filled);
        let mut fill = Fill {
            flow,
            row: &mut row,
            asked,
            present: [0; 2],
            lists,
        };
        members(&mut fill);
        fill.finish();
        rows.end(filled);
        filled += 1;
    }
    *cursor = flows;
    filled
}
