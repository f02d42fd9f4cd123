//! Rows of one worker for one output, gathered until they are worth a chunk.

use core::fmt;
use core::mem;

#[cfg(feature = "columns")]
use netflow_arrow::{FlowBatchBuilder, RecordBatch};
use netflow_core::{Datagram, Decoded, Error, Stats};

use super::chunk::Payload;
use super::config::{Encoding, Kind};
use crate::format::{Format, FormatError, Framing};

/// Octets of rows that are gathered before they are handed over.
const GATHERED: usize = 64 * 1024;

/// Makes rows, and passes them on with their number.
pub(super) enum Encoder {
    Rows {
        format: Box<dyn Format + Send>,
        framing: Framing,
        buffer: Vec<u8>,
    },
    #[cfg(feature = "columns")]
    Columns(Box<FlowBatchBuilder>),
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows { framing, .. } => f.debug_tuple("Rows").field(framing).finish(),
            #[cfg(feature = "columns")]
            Self::Columns(builder) => f.debug_tuple("Columns").field(builder).finish(),
        }
    }
}

impl Encoder {
    pub(super) fn new(encoding: &Encoding) -> Self {
        match &encoding.0 {
            Kind::Rows(make) => {
                let mut format = make();
                // The writer has the first octets of each file.
                format.begin(&mut Vec::new());
                Self::Rows {
                    framing: format.framing(),
                    format,
                    buffer: Vec::with_capacity(GATHERED),
                }
            }
            #[cfg(feature = "columns")]
            Kind::Columns(columns) => {
                Self::Columns(Box::new(FlowBatchBuilder::new(columns.options())))
            }
        }
    }

    pub(super) fn message(
        &mut self,
        message: &Decoded<'_>,
        each: &mut impl FnMut(Payload, u64),
    ) -> Result<(), FormatError> {
        match self {
            Self::Rows {
                format,
                framing,
                buffer,
            } => {
                format.message(message, buffer)?;
                if buffer.len() >= GATHERED {
                    pass_on(buffer, *framing, each);
                }
                Ok(())
            }
            #[cfg(feature = "columns")]
            Self::Columns(builder) => {
                let appended = builder.append(message, |batch| {
                    pass_batch_on(batch, each);
                    Ok(())
                });
                appended.map_err(FormatError::new)
            }
        }
    }

    pub(super) fn unreadable(
        &mut self,
        datagram: &Datagram<'_>,
        error: &Error,
        each: &mut impl FnMut(Payload, u64),
    ) {
        match self {
            Self::Rows {
                format,
                framing,
                buffer,
            } => {
                format.unreadable(datagram, error, buffer);
                if buffer.len() >= GATHERED {
                    pass_on(buffer, *framing, each);
                }
            }
            #[cfg(feature = "columns")]
            Self::Columns(_) => {}
        }
    }

    /// Passes on all rows.
    pub(super) fn flush(&mut self, each: &mut impl FnMut(Payload, u64)) -> Result<(), FormatError> {
        match self {
            Self::Rows {
                format,
                framing,
                buffer,
            } => {
                format.flush(buffer);
                if !buffer.is_empty() {
                    pass_on(buffer, *framing, each);
                }
            }
            #[cfg(feature = "columns")]
            Self::Columns(builder) => {
                let batch = builder.finish().map_err(FormatError::new)?;
                pass_batch_on(batch, each);
            }
        }
        Ok(())
    }

    /// Adds what comes after the last row.
    pub(super) fn finish(&mut self, stats: &Stats) -> Result<(), FormatError> {
        match self {
            Self::Rows { format, buffer, .. } => format.finish(stats, buffer),
            #[cfg(feature = "columns")]
            Self::Columns(_) => Ok(()),
        }
    }
}

/// Passes on what was gathered.
fn pass_on(buffer: &mut Vec<u8>, framing: Framing, each: &mut impl FnMut(Payload, u64)) {
    let mut rows = mem::replace(buffer, Vec::with_capacity(GATHERED));
    // What a queue counts is memory.
    rows.shrink_to_fit();
    let count = framing.count(&rows);
    each(Payload::Rows(rows), count);
}

#[cfg(feature = "columns")]
fn pass_batch_on(batch: RecordBatch, each: &mut impl FnMut(Payload, u64)) {
    if batch.num_rows() > 0 {
        let count = u64::try_from(batch.num_rows()).unwrap_or(u64::MAX);
        each(Payload::Batch(batch), count);
    }
}
