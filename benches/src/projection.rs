//! The 11 fields by a projection, as rows and as columns.

use core::net::IpAddr;

use netflow_core::{Decoder, Flow, FlowColumns, Projected, Projection, Timestamp};

use crate::decoder;
use crate::row::{FIELDS, Row, fold};
use crate::workload::Workload;

/// Rows after which columns are read and emptied.
const ROWS: usize = 1_024;

/// A projection to the 11 fields.
#[must_use]
pub fn new() -> Projection {
    Projection::new(FIELDS)
}

/// Decodes all datagrams and reads the 11 fields of each flow.
///
/// # Panics
///
/// If the decoder refuses a datagram.
#[inline]
pub fn rows(decoder: &mut Decoder, workload: &Workload, mut each: impl FnMut(Row)) {
    let mut projection = new();
    decoder::decode(decoder, workload, |decoded| {
        for set in decoded.sets() {
            let projected = projection.of(&set);
            for flow in set.flows() {
                each(row(&projected, &flow));
            }
        }
    });
}

/// Decodes all datagrams into columns; `each` is called whenever they have some rows, and at the
/// end.
///
/// # Panics
///
/// If the decoder refuses a datagram.
#[inline]
pub fn columns(decoder: &mut Decoder, workload: &Workload, mut each: impl FnMut(&FlowColumns)) {
    let mut projection = new();
    let mut columns = FlowColumns::new(&projection);
    decoder::decode(decoder, workload, |decoded| {
        columns.append(&mut projection, &decoded);
        if columns.rows() >= ROWS {
            each(&columns);
            columns.clear();
        }
    });
    each(&columns);
}

#[inline(always)]
fn row<'m>(projected: &Projected<'_, 'm>, flow: &Flow<'m>) -> Row {
    let row = projected.row(flow);
    let number = |position| row.number(position).unwrap_or_default();
    let address = |position| {
        let address = row.address(position);
        address.map_or(0, |it: IpAddr| fold(it))
    };
    let nanos = |position| {
        let time = row.time(position);
        time.map_or(0, |time: Timestamp| time.as_nanos() as u64)
    };
    Row {
        source: address(0),
        destination: address(1),
        octets: number(2),
        packets: number(3),
        start: nanos(4),
        end: nanos(5),
        input: number(6) as u32,
        output: number(7) as u32,
        source_port: number(8) as u16,
        destination_port: number(9) as u16,
        protocol: number(10) as u8,
    }
}
