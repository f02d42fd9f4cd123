//! Arrow streams and files.

use core::fmt;
use std::io::Write;

use arrow_array::RecordBatch;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{ArrowError, Schema};

/// Which of the two forms of Arrow IPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IpcFormat {
    /// A stream, to be read from its start; `.arrows`.
    Stream,
    /// A file with a footer, to be read from anywhere; `.arrow`. Its dictionaries cannot be
    /// replaced: batches with several dictionaries are an error ([`Types::Plain`](crate::Types)
    /// has none).
    File,
}

/// Writes batches as Arrow IPC, compressed by zstd.
///
/// ```
/// use netflow_arrow::{FlowBatchBuilder, FlowOptions, IpcFormat, IpcWriter};
///
/// let mut builder = FlowBatchBuilder::new(FlowOptions::default());
/// let mut writer = IpcWriter::new(Vec::new(), builder.schema(), IpcFormat::Stream)?;
/// writer.write(&builder.finish()?)?;
/// let octets = writer.finish()?;
/// assert!(octets.starts_with(&[255; 4])); // the mark of a stream's message
/// # Ok::<(), netflow_arrow::ArrowError>(())
/// ```
pub struct IpcWriter<W: Write>(IpcContainer<W>);

impl<W: Write> fmt::Debug for IpcWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IpcWriter").finish_non_exhaustive()
    }
}

enum IpcContainer<W: Write> {
    Stream(Box<StreamWriter<W>>),
    File(Box<FileWriter<W>>),
}

impl<W: Write> IpcWriter<W> {
    /// Begins with the schema.
    ///
    /// # Errors
    ///
    /// If nothing can be written.
    pub fn new(out: W, schema: &Schema, format: IpcFormat) -> Result<Self, ArrowError> {
        let options =
            IpcWriteOptions::default().try_with_compression(Some(CompressionType::ZSTD))?;
        Ok(Self(match format {
            IpcFormat::Stream => {
                let writer = StreamWriter::try_new_with_options(out, schema, options)?;
                IpcContainer::Stream(Box::new(writer))
            }
            IpcFormat::File => {
                let writer = FileWriter::try_new_with_options(out, schema, options)?;
                IpcContainer::File(Box::new(writer))
            }
        }))
    }

    /// Writes one batch.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        match &mut self.0 {
            IpcContainer::Stream(writer) => writer.write(batch),
            IpcContainer::File(writer) => writer.write(batch),
        }
    }

    /// Where the octets go.
    pub fn get_mut(&mut self) -> &mut W {
        match &mut self.0 {
            IpcContainer::Stream(writer) => writer.get_mut(),
            IpcContainer::File(writer) => writer.get_mut(),
        }
    }

    /// Writes the end.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn finish(self) -> Result<W, ArrowError> {
        match self.0 {
            IpcContainer::Stream(writer) => writer.into_inner(),
            IpcContainer::File(writer) => writer.into_inner(),
        }
    }
}
