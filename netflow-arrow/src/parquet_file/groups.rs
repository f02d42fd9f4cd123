//! Row groups, whose columns are encoded and compressed here or by threads.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use arrow_array::{RecordBatch, new_empty_array};
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::ZstdLevel;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::writer::SerializedFileWriter;
use zstd::bulk::Compressor;

use super::column::{ColumnEncoder, EncodedColumn};
use super::fixed::FixedColumn;

/// Batches that wait for a thread.
const WAITING: usize = 4;
/// Most rows of a row group.
pub(super) const GROUP_ROWS: usize = 1 << 18;

/// Writes row groups.
pub(super) struct RowGroups<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    threads: usize,
    /// What encodes the row group being written; none before its first row.
    encoders: Vec<Encoder>,
    rows: usize,
}

/// What encodes some columns of a row group.
enum Encoder {
    /// The thread that writes.
    Here(Columns),
    Thread(EncoderThread),
}

/// A thread that encodes columns.
struct EncoderThread {
    batches: SyncSender<RecordBatch>,
    thread: JoinHandle<Result<Vec<Encoded>, ParquetError>>,
    /// Octets of memory that its columns take.
    memory: Arc<AtomicUsize>,
}

/// Columns of the schema, each with its position.
struct Columns {
    columns: Vec<(usize, ColumnEncoder)>,
    compressor: Compressor<'static>,
}

/// A column of the schema, encoded, and its position.
type Encoded = (usize, EncodedColumn);

impl<W: Write + Send> RowGroups<W> {
    /// Columns are encoded by this number of threads; with one, by the thread that writes.
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
            threads: threads.max(1),
            encoders: Vec::new(),
            rows: 0,
        })
    }

    /// Writes a batch to the present row group, and begins the next when it is full.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let mut rest = batch.clone();
        while rest.num_rows() > 0 {
            let rows = GROUP_ROWS.saturating_sub(self.rows).min(rest.num_rows());
            self.append(&rest.slice(0, rows))?;
            rest = rest.slice(rows, rest.num_rows().saturating_sub(rows));
            if self.rows >= GROUP_ROWS {
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
        for encoder in &mut self.encoders {
            match encoder {
                Encoder::Here(columns) => columns.write(batch, &self.schema)?,
                Encoder::Thread(thread) => {
                    if thread.batches.send(batch.clone()).is_err() {
                        // The thread has ended because of an error.
                        return self.flush();
                    }
                }
            }
        }
        Ok(())
    }

    /// Begins a row group.
    fn begin(&mut self) -> Result<(), ArrowError> {
        let mut columns = self.columns()?;
        if self.threads == 1 {
            self.encoders.push(Encoder::Here(Columns::new(columns)?));
            return Ok(());
        }
        let mut shares: Vec<Vec<_>> = (0..self.threads).map(|_| Vec::new()).collect();
        let mut columns = columns.drain(..).peekable();
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
            let columns = Columns::new(share)?;
            let thread = thread::Builder::new()
                .name("parquet".to_owned())
                .spawn(move || encode(columns, &schema, &received, &counted))?;
            self.encoders.push(Encoder::Thread(EncoderThread {
                batches,
                thread,
                memory,
            }));
        }
        Ok(())
    }

    /// What encodes the columns of the next row group.
    fn columns(&self) -> Result<Vec<(usize, ColumnEncoder)>, ArrowError> {
        let index = self.writer.flushed_row_groups().len();
        let mut writers = self.factory.create_column_writers(index)?.into_iter();
        let mut leaf = 0_usize;
        let mut columns = Vec::new();
        for (position, field) in self.schema.fields().iter().enumerate() {
            let leaves = compute_leaves(field, &new_empty_array(field.data_type()))?.len();
            let writers = writers.by_ref().take(leaves).collect();
            let column = self.writer.schema_descr().column(leaf);
            leaf = leaf.saturating_add(leaves);
            let encoder = match FixedColumn::new(field.data_type(), &column) {
                Some(column) => ColumnEncoder::Fixed(Box::new(column)),
                None => ColumnEncoder::Arrow(writers),
            };
            columns.push((position, encoder));
        }
        Ok(columns)
    }

    /// Octets of memory that the present row group takes.
    pub(super) fn memory(&self) -> usize {
        let encoders = self.encoders.iter();
        encoders
            .map(|encoder| match encoder {
                Encoder::Here(columns) => columns.memory(),
                Encoder::Thread(thread) => thread.memory.load(Ordering::Relaxed),
            })
            .sum()
    }

    /// Ends the present row group.
    pub(super) fn flush(&mut self) -> Result<(), ArrowError> {
        self.rows = 0;
        let mut encoded = Vec::new();
        let mut failure = None;
        for encoder in self.encoders.drain(..) {
            match encoder.close() {
                Ok(columns) => encoded.extend(columns),
                Err(error) => failure = Some(error),
            }
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        if encoded.is_empty() {
            return Ok(());
        }
        encoded.sort_unstable_by_key(|(position, _)| *position);
        let mut group = self.writer.next_row_group()?;
        for (_, column) in encoded {
            column.append_to(&mut group)?;
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

impl<W: Write + Send> core::fmt::Debug for RowGroups<W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RowGroups")
            .field("threads", &self.threads)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl Encoder {
    fn close(self) -> Result<Vec<Encoded>, ArrowError> {
        match self {
            Self::Here(columns) => Ok(columns.close()?),
            Self::Thread(thread) => {
                drop(thread.batches);
                match thread.thread.join() {
                    Ok(encoded) => Ok(encoded?),
                    Err(_) => Err(failed()),
                }
            }
        }
    }
}

impl Columns {
    fn new(columns: Vec<(usize, ColumnEncoder)>) -> Result<Self, ParquetError> {
        Ok(Self {
            columns,
            // As for the columns that the crate parquet encodes.
            compressor: Compressor::new(ZstdLevel::default().compression_level())?,
        })
    }

    fn write(&mut self, batch: &RecordBatch, schema: &SchemaRef) -> Result<(), ParquetError> {
        for (position, column) in &mut self.columns {
            let field = schema.field(*position);
            column.write(field, batch.column(*position), &mut self.compressor)?;
        }
        Ok(())
    }

    fn memory(&self) -> usize {
        self.columns.iter().map(|(_, column)| column.memory()).sum()
    }

    fn close(mut self) -> Result<Vec<Encoded>, ParquetError> {
        let columns = self.columns.into_iter();
        let compressor = &mut self.compressor;
        columns
            .map(|(position, column)| Ok((position, column.close(compressor)?)))
            .collect()
    }
}

/// Encodes columns until there are no more batches.
fn encode(
    mut columns: Columns,
    schema: &SchemaRef,
    batches: &Receiver<RecordBatch>,
    memory: &AtomicUsize,
) -> Result<Vec<Encoded>, ParquetError> {
    for batch in batches {
        columns.write(&batch, schema)?;
        memory.store(columns.memory(), Ordering::Relaxed);
    }
    columns.close()
}

fn failed() -> ArrowError {
    ArrowError::ParquetError("a thread that encodes columns has failed".to_owned())
}
