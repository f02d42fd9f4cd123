//! A file that is appended to, as long as the collector runs.

use alloc::sync::Arc;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use netflow_core::Timestamp;

use super::{Delivery, Failure};
use crate::format::Framing;
use crate::sink::outputs::body::Body;
use crate::sink::outputs::chunk::Chunk;
use crate::sink::outputs::cut::whole_rows;
use crate::sink::outputs::ledger::Ledger;
use crate::sink::outputs::unwritten::Unwritten;

/// One file of rows. Its old rows stay, except for an incomplete last row left by a run that was
/// killed.
#[derive(Debug)]
pub(crate) struct AppendedFile {
    path: PathBuf,
    framing: Framing,
    /// None before the file is opened, and after it was renamed.
    file: Option<File>,
    body: Body,
    /// The chunk that waits for the file to be opened.
    chunk: Option<Chunk>,
    unwritten: Unwritten,
    ledger: Arc<Ledger>,
}

impl AppendedFile {
    pub(crate) fn new(path: &Path, framing: Framing, body: Body, ledger: Arc<Ledger>) -> Self {
        Self {
            path: path.to_owned(),
            framing,
            file: None,
            body,
            chunk: None,
            unwritten: Unwritten::default(),
            ledger,
        }
    }

    /// Opens the file, unless it is open.
    fn opened(&mut self) -> io::Result<()> {
        if self.file.is_some() {
            return Ok(());
        }
        // A pipe or device is written to as it is.
        let is_other = fs::metadata(&self.path).is_ok_and(|metadata| !metadata.is_file());
        if is_other {
            self.file = Some(OpenOptions::new().write(true).open(&self.path)?);
            return Ok(());
        }
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .append(true)
            .create(true)
            .open(&self.path)?;
        let end = whole_rows(&mut file, self.framing)?;
        file.set_len(end)?;
        if end > 0 {
            self.body.skip_header();
        } else {
            self.body.begin_with(&mut self.unwritten);
        }
        self.file = Some(file);
        Ok(())
    }

    /// Leaves a file that another program has renamed or removed. Its rows are whole; those of which only
    /// a part was written begin the next file.
    fn leave(&mut self) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let metadata = file.metadata()?;
        let part = self.unwritten.written_part() as u64;
        if part > 0 && metadata.is_file() {
            file.set_len(metadata.len().saturating_sub(part))?;
        }
        self.unwritten.rewind();
        self.file = None;
        Ok(())
    }

    fn write_out(&mut self) -> Result<(), Failure> {
        self.opened()?;
        if let Some(chunk) = self.chunk.take() {
            let added = self.body.write(chunk, &mut self.unwritten);
            added.map_err(Failure::last)?;
        }
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let written = self.unwritten.write(file, &self.ledger);
        written.map_err(|error| match error.kind() {
            // The path is a pipe whose reader has gone.
            io::ErrorKind::BrokenPipe => Failure::last(error),
            _ => error.into(),
        })
    }

    /// Whether another program has renamed the file, so that a new one is to be started.
    #[cfg(unix)]
    fn is_renamed(&self) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt as _;

        let Some(file) = &self.file else {
            return Ok(false);
        };
        let ours = file.metadata()?;
        let is_same = fs::metadata(&self.path)
            .is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino()));
        Ok(!is_same)
    }

    #[cfg(not(unix))]
    fn is_renamed(&self) -> io::Result<bool> {
        Ok(false)
    }
}

impl Delivery for AppendedFile {
    fn write(&mut self, chunk: Chunk) -> Result<(), Failure> {
        self.chunk = Some(chunk);
        self.write_out()
    }

    /// A file that fills the disk may have been removed: its room is free once it is closed.
    fn resume(&mut self) -> Result<(), Failure> {
        if self.is_renamed()? {
            self.leave()?;
        }
        self.write_out()
    }

    /// If the file was renamed, for example by logrotate, a new one is started.
    fn tick(&mut self, _: Timestamp) -> Result<(), Failure> {
        if self.is_renamed()? {
            self.leave()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.write_out()?;
        if let Some(file) = &self.file {
            // Pipes and devices cannot be synchronised.
            if file.metadata()?.is_file() {
                file.sync_all()?;
            }
        }
        Ok(())
    }
}
