//! What encodes one column of a row group.

use std::io::Write;

use arrow_array::{Array as _, ArrayRef};
use arrow_schema::Field;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedRowGroupWriter;
use zstd::bulk::Compressor;

use super::fixed::{FixedChunk, FixedColumn};

/// A column of the schema.
pub(super) enum ColumnEncoder {
    Fixed(Box<FixedColumn>),
    /// The leaves of any other column.
    Arrow(Vec<ArrowColumnWriter>),
}

/// A column of a row group, encoded.
pub(super) enum EncodedColumn {
    Fixed(Box<FixedChunk>),
    Arrow(Vec<ArrowColumnChunk>),
}

impl ColumnEncoder {
    pub(super) fn write(
        &mut self,
        field: &Field,
        array: &ArrayRef,
        compressor: &mut Compressor<'_>,
    ) -> Result<(), ParquetError> {
        match self {
            Self::Fixed(column) => {
                check(field, array)?;
                column.write(array, compressor)
            }
            Self::Arrow(leaves) => {
                let values = compute_leaves(field, array)?;
                let mut leaves = leaves.iter_mut().zip(&values);
                leaves.try_for_each(|(leaf, values)| leaf.write(values))
            }
        }
    }

    /// Octets of memory that it takes.
    pub(super) fn memory(&self) -> usize {
        match self {
            Self::Fixed(column) => column.memory(),
            Self::Arrow(leaves) => leaves.iter().map(ArrowColumnWriter::memory_size).sum(),
        }
    }

    pub(super) fn close(
        self,
        compressor: &mut Compressor<'_>,
    ) -> Result<EncodedColumn, ParquetError> {
        Ok(match self {
            Self::Fixed(column) => EncodedColumn::Fixed(Box::new(column.close(compressor)?)),
            Self::Arrow(leaves) => {
                let chunks = leaves.into_iter().map(ArrowColumnWriter::close);
                EncodedColumn::Arrow(chunks.collect::<Result<_, _>>()?)
            }
        })
    }
}

impl EncodedColumn {
    pub(super) fn append_to<W: Write + Send>(
        self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        match self {
            Self::Fixed(chunk) => group.append_column(&chunk.octets, chunk.close),
            Self::Arrow(leaves) => leaves
                .into_iter()
                .try_for_each(|leaf| leaf.append_to_row_group(group)),
        }
    }
}

/// Checks that an array fits its column, as [`compute_leaves`] checks for other columns.
fn check(field: &Field, array: &ArrayRef) -> Result<(), ParquetError> {
    let nulls = array.null_count();
    if field.data_type() == array.data_type() && (field.is_nullable() || nulls == 0) {
        return Ok(());
    }
    Err(ParquetError::ArrowError(format!(
        "column {} is {}, and its array {} with {nulls} nulls",
        field.name(),
        field.data_type(),
        array.data_type()
    )))
}
