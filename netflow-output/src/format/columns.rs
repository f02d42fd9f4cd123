//! Flows in columns: Parquet and Arrow.

mod container;
mod value_table;

use arrow_array::cast::AsArray as _;
use netflow_arrow::{FlowBatchBuilder, FlowOptions, IpcFormat, RecordBatch, Types};
use netflow_core::field::FlowField;
use netflow_core::{Decoded, InputNames, Stats};

pub use self::container::Container;
pub(crate) use self::container::ContainerWriter;
pub use self::value_table::{ValueColumn, ValueTable};
use crate::format::{Biflows, Format, FormatError, Selection, Suspects};

/// Flows as Parquet or Arrow.
#[derive(Debug)]
pub struct Columns {
    builder: FlowBatchBuilder,
    /// None after an error or the end.
    writer: Option<ContainerWriter>,
    /// Rows that may still be written, if there is a limit.
    left: Option<u64>,
    /// Flows with impossible times.
    suspects: u64,
}

impl Columns {
    /// A writer of columns of these fields, or of all fields.
    ///
    /// # Errors
    ///
    /// Such columns cannot be written.
    pub fn new(
        fields: Option<Vec<FlowField>>,
        selection: impl Into<Selection>,
        files: &InputNames,
        container: Container,
    ) -> Result<Self, FormatError> {
        let selection = selection.into();
        let options = options(fields, &selection, files, container);
        let builder = FlowBatchBuilder::new(options);
        let writer = ContainerWriter::new(container, builder.schema()).map_err(FormatError::new)?;
        Ok(Self {
            builder,
            writer: Some(writer),
            left: selection.left(),
            suspects: 0,
        })
    }

    /// The same; columns of Parquet are encoded and compressed by this number of threads. To be called
    /// before the first message.
    ///
    /// # Errors
    ///
    /// Such columns cannot be written.
    pub fn with_threads(
        mut self,
        container: Container,
        threads: usize,
    ) -> Result<Self, FormatError> {
        let writer = ContainerWriter::with_threads(container, self.builder.schema(), threads);
        self.writer = Some(writer.map_err(FormatError::new)?);
        Ok(self)
    }

    fn write(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let batch = &self.limited(batch);
        let suspect = batch.column_by_name(FlowField::ClockSuspect.name());
        let count = suspect.map_or(0, |column| column.as_boolean().true_count());
        self.suspects += u64::try_from(count).unwrap_or(0);
        match &mut self.writer {
            Some(writer) => writer.write(batch, out).map_err(FormatError::new),
            None => Ok(()),
        }
    }

    /// The rows that the limit leaves.
    fn limited(&mut self, batch: &RecordBatch) -> RecordBatch {
        let rows = batch.num_rows();
        let Some(left) = self.left else {
            return batch.clone();
        };
        let rows = usize::try_from(left).map_or(rows, |left| left.min(rows));
        self.left = Some(left.saturating_sub(u64::try_from(rows).unwrap_or(u64::MAX)));
        batch.slice(0, rows)
    }

    /// Rows that are gathered and not written yet.
    fn is_done(&self) -> bool {
        let gathered = u64::try_from(self.builder.rows()).unwrap_or(u64::MAX);
        self.left.is_some_and(|left| left <= gathered)
    }
}

/// How the batches of a container are made.
pub(crate) fn options(
    fields: Option<Vec<FlowField>>,
    selection: &Selection,
    files: &InputNames,
    container: Container,
) -> FlowOptions {
    let mut options = FlowOptions::default();
    match fields {
        Some(fields) => options.fields = fields,
        None => options.files = files.clone(),
    }
    options.split_biflows = selection.biflows() == Biflows::Split;
    options.filter = selection.filter().cloned();
    // A file of Arrow cannot replace a dictionary, and readers of Parquet, which has its
    // own, know no dictionaries of addresses.
    if container != Container::Ipc(IpcFormat::Stream) {
        options.types = Types::Plain;
    }
    options
}

impl Format for Columns {
    fn message(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let mut full = Vec::new();
        let appended = self.builder.append(message, |batch| {
            full.push(batch);
            Ok(())
        });
        appended.map_err(FormatError::new)?;
        full.iter().try_for_each(|batch| self.write(batch, out))
    }

    fn is_live(&self) -> bool {
        false
    }

    fn is_done(&self) -> bool {
        self.is_done()
    }

    fn suspects(&self) -> Suspects {
        Suspects {
            flows: self.suspects,
            mark: FlowField::ClockSuspect.name(),
        }
    }

    fn finish(&mut self, _: &Stats, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let last = self.builder.finish().map_err(FormatError::new)?;
        self.write(&last, out)?;
        match self.writer.take() {
            Some(writer) => writer.finish(out).map_err(FormatError::new),
            None => Ok(()),
        }
    }
}
