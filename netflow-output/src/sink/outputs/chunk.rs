//! What a worker hands over: rows that belong together.

#[cfg(feature = "columns")]
use netflow_arrow::RecordBatch;
use netflow_core::Timestamp;

/// Whole rows of one worker.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) payload: Payload,
    /// Number of rows.
    pub(super) rows: u64,
    /// When the last of their datagrams was received.
    pub(super) received: Timestamp,
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

impl Chunk {
    /// Octets of memory, which the limit of a queue counts.
    pub(super) fn octets(&self) -> usize {
        match &self.payload {
            Payload::Rows(rows) => rows.capacity(),
            #[cfg(feature = "columns")]
            Payload::Batch(batch) => batch.get_array_memory_size(),
        }
    }
}
