//! The 11 fields as Arrow record batches, as users of netflow-arrow get them.

use netflow_arrow::{Addresses, FlowBatchBuilder, FlowOptions, RecordBatch};
use netflow_core::Decoder;

use crate::decoder;
use crate::row::FIELDS;
use crate::workload::Workload;

/// A builder of the 11 columns, whose batches have as many rows as those of the floor.
#[must_use]
pub fn builder(addresses: Addresses, rows: usize) -> FlowBatchBuilder {
    let mut options = FlowOptions::new(FIELDS.to_vec());
    options.addresses = addresses;
    options.rows = rows;
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
