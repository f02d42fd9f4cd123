//! Parquet and Arrow IPC: what columns are put into.

use netflow_arrow::{ArrowError, IpcFormat, IpcWriter, ParquetWriter, RecordBatch, SchemaRef};

/// What the columns are put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// Parquet, compressed by zstd.
    Parquet,
    /// Arrow IPC.
    Ipc(IpcFormat),
}

impl Container {
    /// How the name of its files ends.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Ipc(IpcFormat::File) => "arrow",
            Self::Ipc(IpcFormat::Stream) => "arrows",
        }
    }
}

/// Writes batches into memory, from where they are passed on.
#[derive(Debug)]
pub(crate) enum ContainerWriter {
    Parquet(Box<ParquetWriter<Vec<u8>>>),
    Ipc(IpcWriter<Vec<u8>>),
}

impl ContainerWriter {
    pub(crate) fn new(container: Container, schema: &SchemaRef) -> Result<Self, ArrowError> {
        Self::with_threads(container, schema, 1)
    }

    /// Columns of Parquet are encoded by this number of threads.
    pub(crate) fn with_threads(
        container: Container,
        schema: &SchemaRef,
        threads: usize,
    ) -> Result<Self, ArrowError> {
        Ok(match container {
            Container::Parquet => {
                let writer = ParquetWriter::with_threads(Vec::new(), schema, threads)?;
                Self::Parquet(Box::new(writer))
            }
            Container::Ipc(format) => Self::Ipc(IpcWriter::new(Vec::new(), schema, format)?),
        })
    }

    /// Writes a batch; finished octets are appended to `out`.
    pub(crate) fn write(
        &mut self,
        batch: &RecordBatch,
        out: &mut Vec<u8>,
    ) -> Result<(), ArrowError> {
        match self {
            Self::Parquet(writer) => writer.write(batch)?,
            Self::Ipc(writer) => writer.write(batch)?,
        }
        self.take(out);
        Ok(())
    }

    /// Octets of memory that wait to be written.
    pub(crate) fn memory(&self) -> usize {
        match self {
            Self::Parquet(writer) => writer.memory(),
            Self::Ipc(_) => 0,
        }
    }

    /// Writes the octets that wait.
    pub(crate) fn flush(&mut self, out: &mut Vec<u8>) -> Result<(), ArrowError> {
        if let Self::Parquet(writer) = self {
            writer.flush()?;
        }
        self.take(out);
        Ok(())
    }

    fn take(&mut self, out: &mut Vec<u8>) {
        out.append(match self {
            Self::Parquet(writer) => writer.get_mut(),
            Self::Ipc(writer) => writer.get_mut(),
        });
    }

    pub(crate) fn finish(self, out: &mut Vec<u8>) -> Result<(), ArrowError> {
        out.append(&mut match self {
            Self::Parquet(writer) => writer.finish()?,
            Self::Ipc(writer) => writer.finish()?,
        });
        Ok(())
    }
}
