//! Flows in columns: Parquet and Arrow.

use std::path::Path;

use arrow_array::cast::AsArray as _;
use netflow_arrow::{
    ArrowError, Files, FlowBatchBuilder, FlowOptions, IpcFormat, IpcWriter, ParquetWriter,
    RecordBatch, SchemaRef, Types,
};
use netflow_core::Message;
use netflow_core::field::FlowField;

use crate::args::Format;
use crate::rows::{Biflows, End, Rows, Suspects};

/// What the columns are put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    Parquet,
    Ipc(IpcFormat),
}

impl Container {
    /// Arrow has a form for files and one for pipes, which the name of a file can ask for.
    pub(crate) fn new(format: Format, output: Option<&Path>) -> Self {
        let is_stream = |path: &Path| {
            path.as_os_str() == "-" || path.extension().is_some_and(|name| name == "arrows")
        };
        match format {
            Format::Arrow if output.is_none_or(is_stream) => Self::Ipc(IpcFormat::Stream),
            Format::Arrow => Self::Ipc(IpcFormat::File),
            _ => Self::Parquet,
        }
    }
}

/// Writes batches into memory, from where they are passed on.
#[derive(Debug)]
enum Writer {
    Parquet(Box<ParquetWriter<Vec<u8>>>),
    Ipc(IpcWriter<Vec<u8>>),
}

impl Writer {
    fn new(container: Container, schema: &SchemaRef) -> Result<Self, ArrowError> {
        Ok(match container {
            Container::Parquet => Self::Parquet(Box::new(ParquetWriter::new(Vec::new(), schema)?)),
            Container::Ipc(format) => Self::Ipc(IpcWriter::new(Vec::new(), schema, format)?),
        })
    }

    /// Appends to `out` what is written.
    fn write(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), ArrowError> {
        match self {
            Self::Parquet(writer) => writer.write(batch)?,
            Self::Ipc(writer) => writer.write(batch)?,
        }
        out.append(match self {
            Self::Parquet(writer) => writer.get_mut(),
            Self::Ipc(writer) => writer.get_mut(),
        });
        Ok(())
    }

    fn finish(self, out: &mut Vec<u8>) -> Result<(), ArrowError> {
        out.append(&mut match self {
            Self::Parquet(writer) => writer.finish()?,
            Self::Ipc(writer) => writer.finish()?,
        });
        Ok(())
    }
}

/// Flows as Parquet or Arrow.
#[derive(Debug)]
pub(crate) struct Columns {
    builder: FlowBatchBuilder,
    writer: Option<Result<Writer, ArrowError>>,
    /// Flows whose times cannot be right.
    suspects: u64,
}

impl Columns {
    /// Of these fields, or of all.
    pub(crate) fn new(
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

impl Rows for Columns {
    fn message(&mut self, message: &Message<'_>, out: &mut Vec<u8>) {
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

    fn are_live(&self) -> bool {
        false
    }

    fn suspects(&self) -> Suspects {
        Suspects {
            flows: self.suspects,
            mark: FlowField::ClockSuspect.name(),
        }
    }

    fn finish(&mut self, _: &End<'_>, out: &mut Vec<u8>) -> Result<(), String> {
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
