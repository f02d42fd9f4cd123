//! Parquet files.

use std::io::Write;

use arrow_array::cast::AsArray as _;
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{Array as _, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};
use netflow_core::field::FlowField;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

/// Writes batches as Parquet: zstd, row groups of bounded size, statistics of each page.
///
/// Parquet has dictionaries of its own: batches of [`Types::Plain`](crate::Types) are
/// what every reader understands.
///
/// When all rows came in the order of `received`, the file says so: the metadata
/// `sorted_by` is `received`. What is not known before the last row is not promised in
/// front of the first.
///
/// ```
/// use netflow_arrow::{FlowBatchBuilder, FlowOptions, ParquetWriter, Types};
///
/// let mut options = FlowOptions::default();
/// options.types = Types::Plain;
/// let mut builder = FlowBatchBuilder::new(options);
/// let mut writer = ParquetWriter::new(Vec::new(), builder.schema())?;
/// writer.write(&builder.finish()?)?;
/// let octets = writer.finish()?;
/// assert!(octets.starts_with(b"PAR1") && octets.ends_with(b"PAR1"));
/// # Ok::<(), netflow_arrow::ArrowError>(())
/// ```
#[derive(Debug)]
pub struct ParquetWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    order: Order,
}

/// Rows of a row group.
const GROUP_ROWS: usize = 1 << 18;
/// Octets after which a row group is written though it has fewer rows.
const GROUP_OCTETS: usize = 64 << 20;

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// If nothing can be written.
    pub fn new(out: W, schema: &SchemaRef) -> Result<Self, ArrowError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_statistics_enabled(EnabledStatistics::Page)
            .set_created_by(concat!("netflow-arrow ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        Ok(Self {
            writer: ArrowWriter::try_new(out, SchemaRef::clone(schema), Some(properties))?,
            order: Order::default(),
        })
    }

    /// Writes one batch.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        self.order.see(batch);
        self.writer.write(batch)?;
        if self.writer.in_progress_size() >= GROUP_OCTETS {
            self.writer.flush()?;
        }
        Ok(())
    }

    /// Octets of memory that the present row group takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.writer.memory_size()
    }

    /// Ends the present row group, which frees its memory.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn flush(&mut self) -> Result<(), ArrowError> {
        Ok(self.writer.flush()?)
    }

    /// Where the octets go; what is written is not looked at again.
    pub fn get_mut(&mut self) -> &mut W {
        self.writer.inner_mut()
    }

    /// Writes the last row group and the footer.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub fn finish(mut self) -> Result<W, ArrowError> {
        if self.order.is_sorted() {
            let sorted_by = FlowField::Received.name().to_owned();
            let hint = KeyValue::new("sorted_by".to_owned(), sorted_by);
            self.writer.append_key_value_metadata(hint);
        }
        Ok(self.writer.into_inner()?)
    }
}

/// Whether rows came in the order of `received`.
#[derive(Debug, Default)]
struct Order {
    last: Option<i64>,
    is_broken: bool,
}

impl Order {
    fn see(&mut self, batch: &RecordBatch) {
        let column = batch.column_by_name(FlowField::Received.name());
        let times = column.and_then(|column| column.as_primitive_opt::<TimestampNanosecondType>());
        let Some(times) = times.filter(|times| times.null_count() == 0) else {
            self.is_broken |= batch.num_rows() > 0;
            return;
        };
        for time in times.values() {
            self.is_broken |= self.last.is_some_and(|last| last > *time);
            self.last = Some(*time);
        }
    }

    const fn is_sorted(&self) -> bool {
        self.last.is_some() && !self.is_broken
    }
}
