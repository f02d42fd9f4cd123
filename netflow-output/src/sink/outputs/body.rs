//! What is in one file or stream: rows after a header, or a container of columns.

use core::mem;
use std::io;

#[cfg(feature = "columns")]
use netflow_arrow::{IpcFormat, SchemaRef};

use super::chunk::{Chunk, Payload};
use super::config::Encoding;
#[cfg(feature = "columns")]
use super::config::EncodingKind;
use super::receipt::Receipts;
use super::unwritten::Unwritten;
#[cfg(feature = "columns")]
use crate::format::{Container, ContainerWriter, FormatError};

/// The contents of one file after the other.
#[derive(Debug)]
pub(super) struct Body {
    kind: BodyKind,
    /// Whether the first octets of the current file are written.
    is_begun: bool,
    /// Rows in the container that are settled at its end.
    rows: u64,
    /// The receipts of these rows.
    receipts: Receipts,
}

#[derive(Debug)]
enum BodyKind {
    Rows {
        header: Vec<u8>,
    },
    #[cfg(feature = "columns")]
    Columns {
        container: Container,
        schema: SchemaRef,
        /// Writes the current file.
        writer: Option<Box<ContainerWriter>>,
    },
}

impl Body {
    pub(super) fn new(encoding: &Encoding) -> Self {
        let kind = match &encoding.0 {
            #[cfg(feature = "columns")]
            EncodingKind::Columns(columns) => BodyKind::Columns {
                container: columns.container,
                schema: columns.schema(),
                writer: None,
            },
            _ => BodyKind::Rows {
                header: encoding.header(),
            },
        };
        Self {
            kind,
            is_begun: false,
            rows: 0,
            receipts: Receipts::default(),
        }
    }

    /// Rows in the container that are settled at its end.
    pub(super) const fn rows(&self) -> u64 {
        self.rows
    }

    /// Octets that the container holds back.
    #[cfg_attr(
        not(feature = "columns"),
        expect(clippy::unused_self, reason = "rows are not held back")
    )]
    pub(super) fn memory(&self) -> u64 {
        #[cfg(feature = "columns")]
        if let BodyKind::Columns {
            writer: Some(writer),
            ..
        } = &self.kind
        {
            return writer.memory() as u64;
        }
        0
    }

    /// The current file already has its first octets.
    pub(super) const fn skip_header(&mut self) {
        self.is_begun = true;
    }

    /// Rows that wait, of which none is written, are the first of a new file.
    pub(super) fn begin_with(&mut self, waiting: &mut Unwritten) {
        self.is_begun = !waiting.is_empty();
        match &self.kind {
            BodyKind::Rows { header } => waiting.prepend(header),
            #[cfg(feature = "columns")]
            BodyKind::Columns { .. } => {}
        }
    }

    /// Appends a chunk.
    ///
    /// # Errors
    ///
    /// Columns cannot be written; the rest of the file is then useless.
    pub(super) fn write(&mut self, chunk: Chunk, out: &mut Unwritten) -> io::Result<()> {
        self.begin(out)?;
        match (&mut self.kind, chunk.payload) {
            (BodyKind::Rows { .. }, Payload::Rows(rows)) => {
                out.add(&rows, chunk.rows);
                out.add_receipt(chunk.receipt);
            }
            #[cfg(feature = "columns")]
            (
                BodyKind::Columns {
                    container,
                    writer: Some(writer),
                    ..
                },
                Payload::Batch(batch),
            ) => {
                let written = writer.write(&batch, out.octets());
                // A container that can be read without its end needs no end for its rows to count.
                if *container == Container::Ipc(IpcFormat::Stream) {
                    out.add(&[], chunk.rows);
                    out.add_receipt(chunk.receipt);
                } else {
                    self.rows += chunk.rows;
                    self.receipts.add(chunk.receipt);
                }
                written.map_err(FormatError::new)?;
            }
            #[cfg(feature = "columns")]
            _ => return Err(io::Error::other("rows and columns do not mix in one file")),
        }
        Ok(())
    }

    /// Ends the current file.
    pub(super) fn finish(&mut self, out: &mut Unwritten) -> io::Result<()> {
        self.begin(out)?;
        self.is_begun = false;
        #[cfg(feature = "columns")]
        if let BodyKind::Columns { writer, .. } = &mut self.kind {
            if let Some(writer) = writer.take() {
                writer.finish(out.octets()).map_err(FormatError::new)?;
            }
        }
        out.add(&[], mem::take(&mut self.rows));
        out.add_receipts(&mut self.receipts);
        Ok(())
    }

    /// Writes the first octets of a file, once.
    fn begin(&mut self, out: &mut Unwritten) -> io::Result<()> {
        if mem::replace(&mut self.is_begun, true) {
            return Ok(());
        }
        match &mut self.kind {
            BodyKind::Rows { header } => out.add(header, 0),
            #[cfg(feature = "columns")]
            BodyKind::Columns {
                container,
                schema,
                writer,
            } => {
                let new = ContainerWriter::new(*container, schema).map_err(FormatError::new)?;
                *writer = Some(Box::new(new));
            }
        }
        Ok(())
    }
}
