//! Offsets learned from templates at run time, into columns: one after the other,
//! the width of a field looked at once a set.

use core::hint::black_box;
use core::slice::ChunksExact;

use super::planned::{FieldPosition, Plan, Plans};
use super::{be16, be32, be64};
use crate::row::Sums;
use crate::workload::Workload;

/// 11 columns, 51 octets a flow.
#[derive(Debug, Default)]
pub struct Columns {
    addresses: [Vec<u64>; 2],
    /// Octets, packets, start, end.
    counters: [Vec<u64>; 4],
    interfaces: [Vec<u32>; 2],
    ports: [Vec<u16>; 2],
    protocol: Vec<u8>,
}

/// Rows after which the columns are emptied.
const ROWS: usize = 1024;

impl Columns {
    #[inline]
    fn fill(&mut self, plan: &Plan, body: &[u8]) {
        let records = body.chunks_exact(plan.stride);
        let mut places = plan.fields.into_iter();
        for (column, place) in self.addresses.iter_mut().zip(&mut places) {
            if plan.wide {
                column.extend(records.clone().map(|record| {
                    be64(record, place.offset).wrapping_add(be64(record, place.offset + 8))
                }));
            } else {
                fill(column, records.clone(), place, |value| value);
            }
        }
        for (column, place) in self.counters.iter_mut().zip(&mut places) {
            fill(column, records.clone(), place, |value| value);
        }
        for (column, place) in self.interfaces.iter_mut().zip(&mut places) {
            fill(column, records.clone(), place, |value| value as u32);
        }
        for (column, place) in self.ports.iter_mut().zip(&mut places) {
            fill(column, records.clone(), place, |value| value as u16);
        }
        let place = plan.fields[10];
        fill(&mut self.protocol, records, place, |value| value as u8);
    }

    fn clear(&mut self) {
        self.addresses.iter_mut().for_each(Vec::clear);
        self.counters.iter_mut().for_each(Vec::clear);
        self.interfaces.iter_mut().for_each(Vec::clear);
        self.ports.iter_mut().for_each(Vec::clear);
        self.protocol.clear();
    }

    /// Adds the columns, each by itself.
    fn sum(&self, sums: &mut Sums) {
        let mut totals = sums.fields.iter_mut();
        let wide = self.addresses.iter().chain(&self.counters);
        for (column, total) in wide.zip(totals.by_ref()) {
            *total = sum(*total, column.iter().copied());
        }
        for (column, total) in self.interfaces.iter().zip(totals.by_ref()) {
            *total = sum(*total, column.iter().map(|number| u64::from(*number)));
        }
        for (column, total) in self.ports.iter().zip(totals.by_ref()) {
            *total = sum(*total, column.iter().map(|number| u64::from(*number)));
        }
        for total in totals {
            *total = sum(
                *total,
                self.protocol.iter().map(|number| u64::from(*number)),
            );
        }
        sums.rows += self.protocol.len() as u64;
    }
}

fn sum(total: u64, numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(total, u64::wrapping_add)
}

#[inline]
fn fill<T>(
    column: &mut Vec<T>,
    records: ChunksExact<'_, u8>,
    place: FieldPosition,
    narrow: impl Fn(u64) -> T,
) {
    let at = place.offset;
    match place.shift {
        56 => column.extend(records.map(|record| narrow(u64::from(record[at])))),
        48 => column.extend(records.map(|record| narrow(u64::from(be16(record, at))))),
        32 => column.extend(records.map(|record| narrow(u64::from(be32(record, at))))),
        0 => column.extend(records.map(|record| narrow(be64(record, at)))),
        _ => column.extend(records.map(|_| narrow(0))),
    }
}

/// Reads all flows of fixed length but those of sFlow.
#[inline]
pub fn read(plans: &mut Plans, workload: &Workload, columns: &mut Columns) {
    read_into(plans, workload, columns, |columns| {
        black_box(columns);
    });
}

/// The sums of what [`read`] puts into columns.
#[must_use]
pub fn sums(workload: &Workload) -> Sums {
    let mut sums = Sums::default();
    let mut columns = Columns::default();
    read_into(&mut Plans::new(), workload, &mut columns, |columns| {
        columns.sum(&mut sums);
    });
    columns.sum(&mut sums);
    sums
}

/// `full` is called whenever there are some rows; those of the end stay in `columns`.
#[inline]
fn read_into(
    plans: &mut Plans,
    workload: &Workload,
    columns: &mut Columns,
    mut full: impl FnMut(&Columns),
) {
    plans.bodies(workload, |plan, body| {
        columns.fill(plan, body);
        if columns.protocol.len() >= ROWS {
            full(columns);
            columns.clear();
        }
    });
}
