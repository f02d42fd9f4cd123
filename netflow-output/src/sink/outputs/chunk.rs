//! What a worker hands over: rows that belong together.

use alloc::sync::Arc;

#[cfg(feature = "columns")]
use netflow_arrow::RecordBatch;
use netflow_core::Timestamp;

use super::receipt::Receipt;
use super::segment::ReadSegment;

/// Whole rows of one worker.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) payload: Payload,
    /// Number of rows.
    pub(super) rows: u64,
    /// When the last of their datagrams was received.
    pub(super) received: Timestamp,
    /// The file of the spool that it came from, which stays until the rows are delivered.
    pub(super) segment: Option<Arc<ReadSegment>>,
    /// By which its worker learns that the rows are settled; none after a spool.
    pub(super) receipt: Option<Receipt>,
}

/// Rows as a worker makes them.
#[derive(Debug)]
pub(super) enum Payload {
    /// Rows of text, or of another format whose files are the rows one after the other.
    Rows(Vec<u8>),
    /// Columns, which the writer puts into its container.
    #[cfg(feature = "columns")]
    Batch(RecordBatch),
}

#[cfg(any(feature = "http", feature = "kafka"))]
impl Payload {
    /// The octets of rows; columns have none.
    #[cfg_attr(
        not(feature = "columns"),
        expect(
            clippy::unnecessary_wraps,
            reason = "there are columns with the feature"
        )
    )]
    pub(super) fn into_rows(self) -> Option<Vec<u8>> {
        match self {
            Self::Rows(rows) => Some(rows),
            #[cfg(feature = "columns")]
            Self::Batch(_) => None,
        }
    }
}

impl Chunk {
    /// Its rows as octets; columns have none.
    #[cfg_attr(
        not(feature = "columns"),
        expect(
            clippy::unnecessary_wraps,
            reason = "there are columns with the feature"
        )
    )]
    pub(super) const fn rows(&self) -> Option<&Vec<u8>> {
        match &self.payload {
            Payload::Rows(rows) => Some(rows),
            #[cfg(feature = "columns")]
            Payload::Batch(_) => None,
        }
    }

    /// Octets of its rows.
    pub(super) fn len(&self) -> usize {
        match &self.payload {
            Payload::Rows(rows) => rows.len(),
            #[cfg(feature = "columns")]
            Payload::Batch(batch) => batch.get_array_memory_size(),
        }
    }

    /// Octets of memory, which the limit of a queue counts.
    pub(super) fn octets(&self) -> usize {
        match &self.payload {
            Payload::Rows(rows) => rows.capacity(),
            #[cfg(feature = "columns")]
            Payload::Batch(batch) => batch.get_array_memory_size(),
        }
    }
}
