//! Parquet whose columns are encoded and compressed by threads.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use arrow_array::{RecordBatch, new_empty_array};
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::writer::SerializedFileWriter;

/// Batches that wait for a thread.
const WAITING: usize = 4;

/// Writes row groups; each thread encodes some of their columns. The octets are those of
/// [`ArrowWriter`], since a column of a row group is encoded independently of the others.
pub(super) struct ThreadedWriter<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    threads: usize,
    /// The row group being written.
    encoders: Vec<Encoder>,
    rows: usize,
}

/// A thread that encodes some columns of a row group.
struct Encoder {
    batches: SyncSender<RecordBatch>,
    thread: JoinHandle<Result<Vec<Chunks>, ParquetError>>,
    /// Octets of memory that its columns take.
    memory: Arc<AtomicUsize>,
}

/// A column of the schema and its encoded leaves.
type Chunks = (usize, Vec<ArrowColumnChunk>);
/// A column of the schema and what encodes its leaves.
type Leaves = (usize, Vec<ArrowColumnWriter>);

impl<W: Write + Send> ThreadedWriter<W> {
    pub(super) fn new(
        writer: ArrowWriter<W>,
        schema: &SchemaRef,
        threads: usize,
    ) -> Result<Self, ArrowError> {
        let (writer, factory) = writer.into_serialized_writer()?;
        Ok(Self {
            writer,
            factory,
            schema: SchemaRef::clone(schema),
            threads,
            encoders: Vec::new(),
            rows: 0,
        })
    }

    /// Writes a batch to the present row group, which ends after `most` rows.
    pub(super) fn write(&mut self, batch: &RecordBatch, most: usize) -> Result<(), ArrowError> {
        let mut rest = batch.clone();
        while rest.num_rows() > 0 {
            let rows = most.saturating_sub(self.rows).min(rest.num_rows());
            self.append(&rest.slice(0, rows))?;
            rest = rest.slice(rows, rest.num_rows().saturating_sub(rows));
            if self.rows >= most {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn append(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        if self.encoders.is_empty() {
            self.begin()?;
        }
        self.rows = self.rows.saturating_add(batch.num_rows());
        for encoder in &self.encoders {
            if encoder.batches.send(batch.clone()).is_err() {
                // The thread has ended because of an error.
                return self.flush();
            }
        }
        Ok(())
    }

    /// Starts the threads of a row group.
    fn begin(&mut self) -> Result<(), ArrowError> {
        let index = self.writer.flushed_row_groups().len();
        let mut writers = self.factory.create_column_writers(index)?.into_iter();
        let mut columns = Vec::new();
        for (column, field) in self.schema.fields().iter().enumerate() {
            let leaves = compute_leaves(field, &new_empty_array(field.data_type()))?.len();
            columns.push((column, writers.by_ref().take(leaves).collect()));
        }
        let mut shares: Vec<Vec<Leaves>> = (0..self.threads).map(|_| Vec::new()).collect();
        let mut columns = columns.into_iter().peekable();
        // To each in turn.
        while columns.peek().is_some() {
            for (share, column) in shares.iter_mut().zip(columns.by_ref()) {
                share.push(column);
            }
        }
        for share in shares {
            let (batches, received) = sync_channel(WAITING);
            let memory = Arc::new(AtomicUsize::new(0));
            let (schema, counted) = (SchemaRef::clone(&self.schema), Arc::clone(&memory));
            let thread = thread::Builder::new()
                .name("parquet".to_owned())
                .spawn(move || encode(share, &schema, &received, &counted))?;
            self.encoders.push(Encoder {
                batches,
                thread,
                memory,
            });
        }
        Ok(())
    }

    /// Octets of memory that the present row group takes.
    pub(super) fn memory(&self) -> usize {
        let columns = self.encoders.iter();
        columns
            .map(|encoder| encoder.memory.load(Ordering::Relaxed))
            .sum()
    }

    /// Ends the present row group.
    pub(super) fn flush(&mut self) -> Result<(), ArrowError> {
        self.rows = 0;
        let mut chunks = Vec::new();
        let mut failure = None;
        for encoder in self.encoders.drain(..) {
            drop(encoder.batches);
            match encoder.thread.join() {
                Ok(Ok(encoded)) => chunks.extend(encoded),
                Ok(Err(error)) => failure = Some(error.into()),
                Err(_) => failure = Some(failed()),
            }
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        if chunks.is_empty() {
            return Ok(());
        }
        chunks.sort_unstable_by_key(|(column, _)| *column);
        let mut group = self.writer.next_row_group()?;
        for chunk in chunks.into_iter().flat_map(|(_, leaves)| leaves) {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
        Ok(())
    }

    pub(super) fn get_mut(&mut self) -> &mut W {
        self.writer.inner_mut()
    }

    pub(super) fn append_key_value_metadata(&mut self, metadata: KeyValue) {
        self.writer.append_key_value_metadata(metadata);
    }

    /// Writes the last row group and the footer.
    pub(super) fn into_inner(mut self) -> Result<W, ArrowError> {
        self.flush()?;
        Ok(self.writer.into_inner()?)
    }
}

impl<W: Write + Send> core::fmt::Debug for ThreadedWriter<W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ThreadedWriter")
            .field("threads", &self.threads)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// Encodes columns until there are no more batches.
fn encode(
    mut columns: Vec<Leaves>,
    schema: &SchemaRef,
    batches: &Receiver<RecordBatch>,
    memory: &AtomicUsize,
) -> Result<Vec<Chunks>, ParquetError> {
    for batch in batches {
        for (index, writers) in &mut columns {
            let leaves = compute_leaves(schema.field(*index), batch.column(*index))?;
            for (writer, leaf) in writers.iter_mut().zip(&leaves) {
                writer.write(leaf)?;
            }
        }
        let writers = columns.iter().flat_map(|(_, writers)| writers);
        let octets = writers.map(ArrowColumnWriter::memory_size).sum();
        memory.store(octets, Ordering::Relaxed);
    }
    let close = |(index, writers): Leaves| {
        let chunks = writers.into_iter().map(ArrowColumnWriter::close);
        Ok((index, chunks.collect::<Result<_, ParquetError>>()?))
    };
    columns.into_iter().map(close).collect()
}

fn failed() -> ArrowError {
    ArrowError::ParquetError("a thread that encodes columns has failed".to_owned())
}
