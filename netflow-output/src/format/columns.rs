//! Flows in columns: Parquet and Arrow.

mod container;

use arrow_array::cast::AsArray as _;
use netflow_arrow::{FlowBatchBuilder, FlowOptions, IpcFormat, RecordBatch, Types};
use netflow_core::field::FlowField;
use netflow_core::{Decoded, Stats};

pub use self::container::Container;
pub(crate) use self::container::Writer;
use crate::format::{Biflows, Files, Format, FormatError, Selection, Suspects};

/// Flows as Parquet or Arrow.
#[derive(Debug)]
pub struct Columns {
    builder: FlowBatchBuilder,
    /// None after an error or the end.
    writer: Option<Writer>,
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
        files: &Files,
        container: Container,
    ) -> Result<Self, FormatError> {
        let options = options(fields, &selection.into(), files, container);
        let builder = FlowBatchBuilder::new(options);
        let writer = Writer::new(container, builder.schema()).map_err(FormatError::new)?;
        Ok(Self {
            builder,
            writer: Some(writer),
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
        let writer = Writer::with_threads(container, self.builder.schema(), threads);
        self.writer = Some(writer.map_err(FormatError::new)?);
        Ok(self)
    }

    fn write(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let suspect = batch.column_by_name(FlowField::ClockSuspect.name());
        let count = suspect.map_or(0, |column| column.as_boolean().true_count());
        self.suspects += u64::try_from(count).unwrap_or(0);
        match &mut self.writer {
            Some(writer) => writer.write(batch, out).map_err(FormatError::new),
            None => Ok(()),
        }
    }
}

/// How the batches of a container are made.
pub(crate) fn options(
    fields: Option<Vec<FlowField>>,
    selection: &Selection,
    files: &Files,
    container: Container,
) -> FlowOptions {
    let mut options = FlowOptions::default();
    match fields {
        Some(fields) => options.fields = fields,
        None => options.files = files.into(),
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
