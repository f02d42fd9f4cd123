//! The decoder of this repository in its forms, and the loops written by hand.

use core::hint::black_box;

use netflow_arrow::Addresses;
use netflow_benches::floor::{columns, compiled as floor};
use netflow_benches::row::fold;
use netflow_benches::{Sums, Workload, arrow as batches, decoder, projection};
use netflow_core::{ColumnValues, FlowColumns};

/// Rows of an Arrow batch.
const ROWS: usize = 8_192;

/// Offsets known to the compiler, times as they were sent.
pub(crate) fn compiled(workload: &Workload) -> Sums {
    let mut sums = Sums::default();
    floor::read(workload, |row| sums.add(&row));
    sums
}

/// The same, with times since 1970.
pub(crate) fn compiled_times(workload: &Workload) -> Sums {
    let mut sums = Sums::default();
    floor::read_with_times(workload, |row| sums.add(&row));
    sums
}

/// Offsets found at run time, into columns.
pub(crate) fn floor_columns(workload: &Workload) -> Sums {
    columns::sums(workload)
}

/// Decoding alone: no field is read, and there is nothing to compare but the number of rows.
pub(crate) fn decode(workload: &Workload) -> Sums {
    decoder::decode(&mut decoder::new(), workload, |decoded| {
        black_box(decoded);
    });
    Sums {
        rows: workload.flow_count(),
        ..Sums::default()
    }
}

/// By accessors of `Flow`.
pub(crate) fn flows(workload: &Workload) -> Sums {
    let mut sums = Sums::default();
    decoder::read(&mut decoder::new(), workload, |row| sums.add(&row));
    sums
}

/// By a projection, row by row.
pub(crate) fn rows(workload: &Workload) -> Sums {
    let mut sums = Sums::default();
    projection::rows(&mut decoder::new(), workload, |row| sums.add(&row));
    sums
}

/// By a projection, as slices.
pub(crate) fn columns(workload: &Workload) -> Sums {
    let mut sums = Sums::default();
    projection::columns(&mut decoder::new(), workload, |columns| {
        add_columns(columns, &mut sums);
    });
    sums
}

fn add_columns(columns: &FlowColumns, sums: &mut Sums) {
    sums.rows += columns.rows() as u64;
    for (position, total) in sums.fields.iter_mut().enumerate() {
        let added = match columns.values(position) {
            Some(ColumnValues::Numbers { numbers, .. }) => sum(numbers.iter().copied()),
            Some(ColumnValues::Nanos { nanos, .. }) => sum(nanos.iter().map(|nanos| *nanos as u64)),
            Some(ColumnValues::Addresses(addresses)) => {
                sum(addresses.iter().map(|address| address.map_or(0, fold)))
            }
            _ => 0,
        };
        *total = total.wrapping_add(added);
    }
}

fn sum(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::wrapping_add)
}

/// As Arrow columns, an address as one number as in the floor.
pub(crate) fn arrow(workload: &Workload) -> Sums {
    let mut sums = Sums::default();
    let mut builder = batches::builder(Addresses::Key, ROWS);
    batches::read(&mut decoder::new(), &mut builder, workload, |batch| {
        batches::add(&batch, &mut sums);
    });
    if let Ok(batch) = builder.finish() {
        batches::add(&batch, &mut sums);
    }
    sums
}
