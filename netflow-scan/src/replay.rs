//! Indexes of files, one after the other: the state between them.

use core::net::SocketAddr;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{TimestampNanosecondType, UInt64Type};
use arrow_array::{Array as _, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};
use netflow_arrow::{FlowBatchBuilder, FlowOptions};
use netflow_core::{Datagram, Decoded, Decoder, Timestamp, Transport};

use crate::index;

/// Decodes the indexes that [`IndexBatchBuilder`](crate::IndexBatchBuilder) made of files.
///
/// The state of its decoder after a file is what a decoder of all files would know there:
/// [`Replay::state`] begins the next file, wherever that is decoded. What only one
/// decoder of all files would have decoded, data of one file whose template comes in a
/// later one, is returned as flows here.
#[derive(Debug)]
pub struct Replay {
    decoder: Decoder,
    late: FlowBatchBuilder,
    split_biflows: bool,
    late_sets: u64,
}

impl Replay {
    /// A replay with the state at the start of the first file, and the options of late flows.
    #[must_use]
    pub fn new(decoder: Decoder, options: FlowOptions) -> Self {
        Self {
            decoder,
            split_biflows: options.split_biflows,
            late: FlowBatchBuilder::new(options),
            late_sets: 0,
        }
    }

    /// Takes a batch of the index of a file, which has this number. Late flows of files
    /// with a number below `first` are gathered: the others are found when the files from
    /// `first` on are decoded together. Returns whether something is
    /// [left out](crate::IndexBatchBuilder) of the index.
    ///
    /// # Errors
    ///
    /// If it is not a batch of an index, and those of `full`, which receives each full batch.
    pub fn append(
        &mut self,
        index: &RecordBatch,
        file: u32,
        first: u32,
        mut full: impl FnMut(RecordBatch) -> Result<(), ArrowError>,
    ) -> Result<bool, ArrowError> {
        let rows = IndexColumns::new(index)?;
        let mut left_out = false;
        for row in 0..index.num_rows() {
            let (kind, datagram) = rows.get(row)?;
            match kind {
                index::LEFT_OUT => left_out = true,
                index::PIECE => {}
                index::SESSION => self.decoder.end_session(datagram.exporter),
                _ => {
                    let datagram = datagram.with_frame(file, datagram.frame);
                    // Nothing is learned from what cannot be read.
                    if let Ok(message) = self.decoder.decode(datagram) {
                        let sets = late(&message, first, self.split_biflows, &mut self.late);
                        self.late_sets = self.late_sets.saturating_add(sets);
                    }
                    if self.late.is_full() {
                        full(self.late.finish()?)?;
                    }
                }
            }
        }
        Ok(left_out)
    }

    /// The state here, for [`Decoder::load`]. Data that waits is not in it:
    /// its flows are returned here.
    #[must_use]
    pub fn state(&self) -> Vec<u8> {
        self.decoder.save_learned()
    }

    /// Sets whose flows were gathered here.
    #[must_use]
    pub const fn late_sets(&self) -> u64 {
        self.late_sets
    }

    /// The schema of the late flows.
    #[must_use]
    pub const fn schema(&self) -> &SchemaRef {
        self.late.schema()
    }

    /// The late flows since the last batch; there may be none.
    ///
    /// # Errors
    ///
    /// As for [`FlowBatchBuilder::finish`].
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.late.finish()
    }
}

/// Adds the flows that waited since a file before `first`; returns the number of their sets.
fn late(message: &Decoded<'_>, first: u32, split: bool, flows: &mut FlowBatchBuilder) -> u64 {
    let mut count = 0_u64;
    let sets = message
        .sets()
        .filter(|set| set.is_late() && set.header().input < first);
    for set in sets {
        count = count.saturating_add(1);
        for flow in set.flows() {
            flows.push(&flow);
            if let Some(reverse) = flow.reverse().filter(|_| split) {
                flows.push(&reverse);
            }
        }
    }
    count
}

/// The columns of an index.
struct IndexColumns<'a> {
    frame: &'a [u64],
    received: &'a [i64],
    kind: &'a arrow_array::StringArray,
    exporter: &'a arrow_array::StringArray,
    transport: &'a arrow_array::StringArray,
    payload: &'a arrow_array::BinaryArray,
}

impl<'a> IndexColumns<'a> {
    fn new(batch: &'a RecordBatch) -> Result<Self, ArrowError> {
        let column = |name: &str| batch.column_by_name(name);
        let columns = || {
            Some(Self {
                frame: column("frame")?.as_primitive_opt::<UInt64Type>()?.values(),
                received: column("received")?
                    .as_primitive_opt::<TimestampNanosecondType>()?
                    .values(),
                kind: column("kind")?.as_string_opt()?,
                exporter: column("exporter")?.as_string_opt()?,
                transport: column("transport")?.as_string_opt()?,
                payload: column("payload")?.as_binary_opt()?,
            })
        };
        columns().ok_or_else(|| no_index("its columns are others"))
    }

    fn get(&self, row: usize) -> Result<(&'a str, Datagram<'a>), ArrowError> {
        let datagram = || {
            let exporter: SocketAddr = self.exporter.value(row).parse().ok()?;
            let transport = [Transport::Udp, Transport::Stream, Transport::File]
                .into_iter()
                .find(|transport| index::name(*transport) == self.transport.value(row))?;
            let received = Timestamp::from_nanos(*self.received.get(row)?);
            let payload = if self.payload.is_null(row) {
                &[]
            } else {
                self.payload.value(row)
            };
            let datagram = Datagram::new(exporter, transport, received, payload);
            Some(datagram.with_frame(0, *self.frame.get(row)?))
        };
        let datagram = datagram().ok_or_else(|| no_index("a row of it holds no datagram"))?;
        Ok((self.kind.value(row), datagram))
    }
}

fn no_index(why: &str) -> ArrowError {
    ArrowError::SchemaError(format!("this is not an index of a file: {why}"))
}
