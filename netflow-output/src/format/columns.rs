//! Flows in columns: Parquet and Arrow.

mod container;

use arrow_array::cast::AsArray as _;
use netflow_arrow::{
    ArrowError, Files, FlowBatchBuilder, FlowOptions, IpcFormat, RecordBatch, Types,
};
use netflow_core::field::FlowField;
use netflow_core::{Decoded, Stats};

pub use self::container::Container;
pub(crate) use self::container::Writer;
use crate::format::{Biflows, Format, Suspects};

/// Flows as Parquet or Arrow.
#[derive(Debug)]
pub struct Columns {
    builder: FlowBatchBuilder,
    writer: Option<Result<Writer, ArrowError>>,
    /// Flows whose times cannot be right.
    suspects: u64,
}

impl Columns {
    /// Of these fields, or of all.
    #[must_use]
    pub fn new(
        fields: Option<Vec<FlowField>>,
        biflows: Biflows,
        files: Files,
        container: Container,
    ) -> Self {
        let mut options = FlowOptions::default();
        match fields {
            Some(fields) => options.fields = fields,
            None => options.files = files,
        }
        options.split_biflows = biflows == Biflows::Split;
        // A file of Arrow cannot replace a dictionary, and readers of Parquet, which has its
        // own, know no dictionaries of addresses.
        if container != Container::Ipc(IpcFormat::Stream) {
            options.types = Types::Plain;
        }
        let builder = FlowBatchBuilder::new(options);
        let writer = Writer::new(container, builder.schema());
        Self {
            builder,
            writer: Some(writer),
            suspects: 0,
        }
    }

    /// Writes a batch; what goes wrong is told at the end.
    fn write(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        let suspect = batch.column_by_name(FlowField::ClockSuspect.name());
        let count = suspect.map_or(0, |column| column.as_boolean().true_count());
        self.suspects += u64::try_from(count).unwrap_or(0);
        if let Some(Ok(writer)) = &mut self.writer {
            if let Err(error) = writer.write(batch, out) {
                self.writer = Some(Err(error));
            }
        }
    }
}

impl Format for Columns {
    fn message(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>) {
        let mut full = Vec::new();
        let appended = self.builder.append(message, |batch| {
            full.push(batch);
            Ok(())
        });
        if let Err(error) = appended {
            self.writer = Some(Err(error));
        }
        for batch in full {
            self.write(&batch, out);
        }
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

    fn finish(&mut self, _: &Stats, out: &mut Vec<u8>) -> Result<(), String> {
        match self.builder.finish() {
            Ok(batch) => self.write(&batch, out),
            Err(error) => self.writer = Some(Err(error)),
        }
        let finished = match self.writer.take() {
            Some(Ok(writer)) => writer.finish(out),
            Some(Err(error)) => Err(error),
            None => Ok(()),
        };
        finished.map_err(|error| format!("the columns cannot be written: {error}"))
    }
}
