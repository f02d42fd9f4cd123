//! The decoder of this repository in its forms, and the loops written by hand.

use core::hint::black_box;

use arrow_array::Array;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use netflow_arrow::{Addresses, RecordBatch};
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
        add_batch(&batch, &mut sums);
    });
    if let Ok(batch) = builder.finish() {
        add_batch(&batch, &mut sums);
    }
    sums
}

fn add_batch(batch: &RecordBatch, sums: &mut Sums) {
    fn total<T: ArrowPrimitiveType>(column: &dyn Array, wide: fn(T::Native) -> u64) -> u64 {
        let values = column.as_primitive::<T>().values().iter();
        sum(values.map(|value| wide(*value)))
    }
    sums.rows += batch.num_rows() as u64;
    for (position, all) in sums.fields.iter_mut().enumerate() {
        let column = batch.column(position).as_ref();
        let added = match position {
            0..4 => total::<UInt64Type>(column, |value| value),
            4..6 => total::<TimestampNanosecondType>(column, |value| value as u64),
            6..8 => total::<UInt32Type>(column, u64::from),
            8..10 => total::<UInt16Type>(column, u64::from),
            _ => total::<UInt8Type>(column, u64::from),
        };
        *all = all.wrapping_add(added);
    }
}
