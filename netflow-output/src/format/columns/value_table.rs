//! Tables that are not flows, in columns.

use alloc::sync::Arc;

use arrow_array::{
    ArrayRef, Int64Array, RecordBatch, StringArray, TimestampNanosecondArray, UInt64Array,
};

use super::container::{Container, ContainerWriter};
use crate::format::FormatError;

/// The values of one column.
#[derive(Debug, Clone)]
pub enum ValueColumn {
    /// Numbers of 64 bits.
    Numbers(Vec<Option<u64>>),
    /// The same with a sign, such as durations in nanoseconds.
    Signed(Vec<Option<i64>>),
    /// Texts.
    Texts(Vec<Option<String>>),
    /// Nanoseconds since 1970 UTC.
    Times(Vec<Option<i64>>),
}

impl ValueColumn {
    fn array(self) -> ArrayRef {
        match self {
            Self::Numbers(values) => Arc::new(UInt64Array::from(values)),
            Self::Signed(values) => Arc::new(Int64Array::from(values)),
            Self::Texts(values) => Arc::new(StringArray::from(values)),
            Self::Times(values) => {
                Arc::new(TimestampNanosecondArray::from(values).with_timezone("UTC"))
            }
        }
    }
}

/// Writes tables with the same columns, one after the other.
///
/// ```
/// use netflow_output::format::{Container, ValueColumn, ValueTable};
///
/// let mut table = ValueTable::new(Container::Parquet);
/// let mut file = Vec::new();
/// let names = ValueColumn::Texts(vec![Some("http".to_owned()), None]);
/// let counts = ValueColumn::Numbers(vec![Some(7), Some(9)]);
/// table.add(vec![("name", names), ("count", counts)], &mut file)?;
/// table.finish(&mut file)?;
/// assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
/// # Ok::<(), netflow_output::format::FormatError>(())
/// ```
#[derive(Debug)]
pub struct ValueTable {
    container: Container,
    /// None before the first table, whose columns decide those of all.
    writer: Option<ContainerWriter>,
}

impl ValueTable {
    /// A file without rows yet.
    #[must_use]
    pub const fn new(container: Container) -> Self {
        Self {
            container,
            writer: None,
        }
    }

    /// Appends rows, given as columns of the same length with their names; finished octets are appended to
    /// `out`.
    ///
    /// # Errors
    ///
    /// The columns differ in length or from those of the first table.
    pub fn add(
        &mut self,
        columns: Vec<(&str, ValueColumn)>,
        out: &mut Vec<u8>,
    ) -> Result<(), FormatError> {
        let columns = columns
            .into_iter()
            .map(|(name, column)| (name, column.array(), true));
        let batch = RecordBatch::try_from_iter_with_nullable(columns).map_err(FormatError::new)?;
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => {
                let writer = ContainerWriter::new(self.container, &batch.schema());
                self.writer.insert(writer.map_err(FormatError::new)?)
            }
        };
        writer.write(&batch, out).map_err(FormatError::new)
    }

    /// Completes the file. Without any table it stays empty.
    ///
    /// # Errors
    ///
    /// The last columns cannot be encoded.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), FormatError> {
        match self.writer {
            Some(writer) => writer.finish(out).map_err(FormatError::new),
            None => Ok(()),
        }
    }
}
