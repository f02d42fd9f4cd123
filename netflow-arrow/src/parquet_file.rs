//! Parquet files.

mod column;
mod fixed;
mod groups;

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

use self::groups::RowGroups;

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
    groups: RowGroups<W>,
    order: Order,
    /// Octets of the batches in the present row group.
    octets: usize,
}

/// Octets of its batches after which a row group is written though it has fewer rows. What is
/// encoded of them is known only later where threads do it, and is less.
const GROUP_OCTETS: usize = 256 << 20;

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// If nothing can be written.
    pub fn new(out: W, schema: &SchemaRef) -> Result<Self, ArrowError> {
        Self::with_threads(out, schema, 1)
    }

    /// Begins a file whose columns are encoded and compressed by this number of threads, beside the
    /// one that writes; with one, by that itself. The file is the same with any number.
    ///
    /// # Errors
    ///
    /// If nothing can be written.
    pub fn with_threads(out: W, schema: &SchemaRef, threads: usize) -> Result<Self, ArrowError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_statistics_enabled(EnabledStatistics::Page)
            .set_created_by(concat!("netflow-arrow ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = ArrowWriter::try_new(out, SchemaRef::clone(schema), Some(properties))?;
        Ok(Self {
            groups: RowGroups::new(writer, schema, threads)?,
            order: Order::default(),
            octets: 0,
        })
    }

    /// Writes one batch.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        self.order.see(batch);
        self.groups.write(batch)?;
        let octets = batch.get_array_memory_size();
        self.octets = self.octets.saturating_add(octets);
        if self.octets >= GROUP_OCTETS {
            self.flush()?;
        }
        Ok(())
    }

    /// Octets of memory that the present row group takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.groups.memory()
    }

    /// Ends the present row group, which frees its memory.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn flush(&mut self) -> Result<(), ArrowError> {
        self.octets = 0;
        self.groups.flush()
    }

    /// Where the octets go; what is written is not looked at again.
    pub fn get_mut(&mut self) -> &mut W {
        self.groups.get_mut()
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
            self.groups.append_key_value_metadata(hint);
        }
        self.groups.into_inner()
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

#[cfg(test)]
mod tests {
    use alloc::sync::Arc;

    use arrow_array::{ArrayRef, BinaryArray, RecordBatch, UInt64Array};

    use super::ParquetWriter;
    use super::groups::GROUP_ROWS;

    /// A batch of three columns.
    fn batch(start: u64, rows: u64) -> RecordBatch {
        let numbers = || (start..start + rows).map(|row| row.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let text = numbers().map(|number| number.to_string());
        let text: BinaryArray = text.map(|text| Some(text.into_bytes())).collect();
        let some = numbers().map(|number| (number % 3 > 0).then_some(number >> 40));
        let columns: [ArrayRef; 3] = [
            Arc::new(UInt64Array::from_iter_values(numbers())),
            Arc::new(text),
            Arc::new(some.collect::<UInt64Array>()),
        ];
        RecordBatch::try_from_iter(["a", "b", "c"].into_iter().zip(columns)).unwrap()
    }

    #[test]
    fn a_file_is_the_same_with_any_number_of_threads() {
        let rows = u64::try_from(GROUP_ROWS).unwrap();
        let batches = [
            batch(0, 10),
            batch(10, rows),
            batch(rows + 10, 1),
            batch(7, 0),
        ];
        let file = |threads| {
            let schema = batches[0].schema();
            let mut writer = ParquetWriter::with_threads(Vec::new(), &schema, threads).unwrap();
            for batch in &batches {
                writer.write(batch).unwrap();
            }
            writer.flush().unwrap();
            writer.write(&batches[0]).unwrap();
            writer.finish().unwrap()
        };
        let one = file(1);
        for threads in [2, 3, 5] {
            assert!(file(threads) == one, "with {threads} threads");
        }
    }
}
