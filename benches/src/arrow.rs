//! The 11 fields as Arrow record batches, as users of netflow-arrow get them.

use arrow_array::Array;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use netflow_arrow::{Addresses, FlowBatchBuilder, FlowOptions, RecordBatch};
use netflow_core::Decoder;
use netflow_query::Filter;

use crate::decoder;
use crate::row::{FIELDS, Sums};
use crate::workload::Workload;

/// A builder of the 11 columns, whose batches have as many rows as those of the floor.
#[must_use]
pub fn builder(addresses: Addresses, rows: usize) -> FlowBatchBuilder {
    let mut options = FlowOptions::new(FIELDS.to_vec());
    options.addresses = addresses;
    options.rows = rows;
    FlowBatchBuilder::new(options)
}

/// Chooses a tenth of the flows of each workload, or fewer.
pub const TENTH: &str = "src port 1024-6400";

/// The same of the flows that match an expression.
///
/// # Panics
///
/// If the expression is not valid.
#[must_use]
pub fn filtered(addresses: Addresses, rows: usize, expression: &str) -> FlowBatchBuilder {
    let mut options = FlowOptions::new(FIELDS.to_vec());
    options.addresses = addresses;
    options.rows = rows;
    options.filter = Some(Filter::parse(expression).unwrap());
    FlowBatchBuilder::new(options)
}

/// Decodes all datagrams; `each` is called with each full batch.
///
/// # Panics
///
/// If the decoder refuses a datagram.
#[inline]
pub fn read(
    decoder: &mut Decoder,
    builder: &mut FlowBatchBuilder,
    workload: &Workload,
    mut each: impl FnMut(RecordBatch),
) {
    decoder::decode(decoder, workload, |message| {
        let full = |batch| {
            each(batch);
            Ok(())
        };
        builder.append(&message, full).unwrap();
    });
}

/// Adds the 11 columns of a batch, an address as one number.
///
/// # Panics
///
/// If a value is null, or a column has another type.
pub fn add(batch: &RecordBatch, sums: &mut Sums) {
    fn sum<T: ArrowPrimitiveType>(column: &dyn Array, wide: fn(T::Native) -> u64) -> u64 {
        assert_eq!(column.null_count(), 0);
        let values = column.as_primitive::<T>().values().iter();
        values.fold(0, |sum, value| sum.wrapping_add(wide(*value)))
    }
    sums.rows += batch.num_rows() as u64;
    for (index, total) in sums.fields.iter_mut().enumerate() {
        let column = batch.column(index).as_ref();
        let added = match index {
            0..4 => sum::<UInt64Type>(column, |value| value),
            4..6 => sum::<TimestampNanosecondType>(column, |value| value as u64),
            6..8 => sum::<UInt32Type>(column, u64::from),
            8..10 => sum::<UInt16Type>(column, u64::from),
            _ => sum::<UInt8Type>(column, u64::from),
        };
        *total = total.wrapping_add(added);
    }
}
