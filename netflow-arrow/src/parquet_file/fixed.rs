//! Columns of numbers and addresses, encoded page by page.
//!
//! The writer of the crate parquet encodes any column, value by value. Most columns of flows are flat and of a
//! fixed width, which allows for loops over whole pages. While the column has a dictionary, a page is one run if
//! its values are equal, and else indices into the dictionary. From the first page on for which these are longer
//! than the values, pages are the values as they are (encodings RLE_DICTIONARY and PLAIN of the format's
//! "Encodings.md").

mod chunk;
mod dictionary;
mod page;
mod word;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    DurationNanosecondType, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_buffer::NullBufferBuilder;
use arrow_schema::{DataType, TimeUnit};
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescPtr;
use zstd::bulk::Compressor;

pub(super) use self::chunk::FixedChunk;
use self::chunk::{ChunkWriter, PageFacts};
use self::page::Gathered;
use self::word::{Layout, of_signed};

/// Rows of a page.
const PAGE_ROWS: usize = 1 << 14;

/// The column of one row group.
#[derive(Debug)]
pub(super) struct FixedColumn {
    words: Words,
    /// Which rows of the page being gathered have a value.
    validity: NullBufferBuilder,
    chunk: ChunkWriter,
}

/// The values of a page: words whose order is that of the values.
#[derive(Debug)]
enum Words {
    Numbers(Gathered<u64>),
    Octets(Gathered<u128>),
}

impl FixedColumn {
    /// `None` if columns of this type are not encoded here.
    pub(super) fn new(data_type: &DataType, column: &ColumnDescPtr) -> Option<Self> {
        let layout = match data_type {
            DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
                Layout::Int32 { is_signed: false }
            }
            DataType::Int16 | DataType::Int32 => Layout::Int32 { is_signed: true },
            DataType::UInt64 => Layout::Int64 { is_signed: false },
            DataType::Int64
            | DataType::Timestamp(TimeUnit::Nanosecond | TimeUnit::Microsecond, _)
            | DataType::Duration(TimeUnit::Nanosecond) => Layout::Int64 { is_signed: true },
            DataType::FixedSizeBinary(width @ 1..=16) => {
                Layout::Octets(usize::try_from(*width).ok()?)
            }
            _ => return None,
        };
        if column.max_rep_level() > 0 || column.max_def_level() > 1 {
            return None;
        }
        Some(Self {
            words: match layout {
                Layout::Octets(_) => Words::Octets(Gathered::new(layout)),
                _ => Words::Numbers(Gathered::new(layout)),
            },
            validity: NullBufferBuilder::new(PAGE_ROWS),
            chunk: ChunkWriter::new(column, layout),
        })
    }

    /// Octets of memory that are taken by what was written.
    pub(super) fn memory(&self) -> usize {
        let words = match &self.words {
            Words::Numbers(words) => words.memory(),
            Words::Octets(words) => words.memory(),
        };
        words.saturating_add(self.chunk.len())
    }

    /// Appends an array of the column's type.
    pub(super) fn write(
        &mut self,
        array: &ArrayRef,
        compressor: &mut Compressor<'_>,
    ) -> Result<(), ParquetError> {
        let mut passed = 0_usize;
        while passed < array.len() {
            let room = PAGE_ROWS.saturating_sub(self.validity.len());
            let count = room.min(array.len().saturating_sub(passed));
            self.append(&array.slice(passed, count));
            passed = passed.saturating_add(count);
            if self.validity.len() >= PAGE_ROWS {
                self.end_page(compressor)?;
            }
        }
        Ok(())
    }

    fn append(&mut self, array: &ArrayRef) {
        match array.nulls() {
            Some(nulls) => self.validity.append_buffer(nulls),
            None => self.validity.append_n_non_nulls(array.len()),
        }
        match &mut self.words {
            Words::Numbers(words) => append_numbers(array, words.values_mut()),
            Words::Octets(words) => append_octets(array, words.values_mut()),
        }
    }

    fn end_page(&mut self, compressor: &mut Compressor<'_>) -> Result<(), ParquetError> {
        let rows = self.validity.len();
        let validity = self.validity.finish();
        let mut page = Vec::new();
        if self.chunk.is_nullable() {
            page::append_validity(validity.as_ref(), rows, &mut page);
        }
        let (encoding, bounds) = match &mut self.words {
            Words::Numbers(words) => words.end_page(&mut page),
            Words::Octets(words) => words.end_page(&mut page),
        };
        let facts = PageFacts {
            rows,
            null_count: validity.map_or(0, |validity| validity.null_count()),
            encoding,
            bounds,
        };
        self.chunk.append_page(&page, &facts, compressor)
    }

    /// Ends the column of the row group.
    pub(super) fn close(
        mut self,
        compressor: &mut Compressor<'_>,
    ) -> Result<FixedChunk, ParquetError> {
        if !self.validity.is_empty() {
            self.end_page(compressor)?;
        }
        let (count, dictionary) = match &self.words {
            Words::Numbers(words) => words.dictionary(),
            Words::Octets(words) => words.dictionary(),
        };
        self.chunk.close(count, &dictionary, compressor)
    }
}

/// The values of an array that are not null, as words.
fn append_numbers(array: &ArrayRef, words: &mut Vec<u64>) {
    /// One line a type: the array's type, and what makes a word of its values.
    macro_rules! numbers {
        ($($data_type:pat => $array_type:ty, $word:expr;)+) => {
            match array.data_type() {
                $($data_type => append_words::<$array_type, _>(array.as_primitive(), words, $word),)+
                _ => {}
            }
        };
    }
    numbers! {
        DataType::UInt8 => UInt8Type, u64::from;
        DataType::UInt16 => UInt16Type, u64::from;
        DataType::UInt32 => UInt32Type, u64::from;
        DataType::UInt64 => UInt64Type, u64::from;
        DataType::Int16 => Int16Type, |value| of_signed(value.into());
        DataType::Int32 => Int32Type, |value| of_signed(value.into());
        DataType::Int64 => Int64Type, of_signed;
        DataType::Timestamp(TimeUnit::Microsecond, _) => TimestampMicrosecondType, of_signed;
        DataType::Timestamp(..) => TimestampNanosecondType, of_signed;
        DataType::Duration(_) => DurationNanosecondType, of_signed;
    }
}

fn append_words<T, W>(array: &PrimitiveArray<T>, words: &mut Vec<W>, word: impl Fn(T::Native) -> W)
where
    T: arrow_array::ArrowPrimitiveType,
{
    let values = array.values();
    match array.nulls() {
        None => words.extend(values.iter().map(|value| word(*value))),
        Some(nulls) => {
            for (start, end) in nulls.valid_slices() {
                let run = values.get(start..end).unwrap_or_default();
                words.extend(run.iter().map(|value| word(*value)));
            }
        }
    }
}

fn append_octets(array: &ArrayRef, words: &mut Vec<u128>) {
    let Some(array) = array.as_fixed_size_binary_opt() else {
        return;
    };
    let width = usize::try_from(array.value_length()).unwrap_or(1).max(1);
    let octets = array.value_data();
    match array.nulls() {
        None => word::append_octets(octets, width, words),
        Some(nulls) => {
            for (start, end) in nulls.valid_slices() {
                let run = start.saturating_mul(width)..end.saturating_mul(width);
                word::append_octets(octets.get(run).unwrap_or_default(), width, words);
            }
        }
    }
}

#[cfg(test)]
mod tests;
