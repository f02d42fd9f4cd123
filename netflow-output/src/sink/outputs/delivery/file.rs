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

    /// Leaves a file that another program has renamed or removed. Rows of a write that did not finish
    /// are removed from it and begin the next file.
    fn leave(&mut self) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let metadata = file.metadata()?;
        let part = self.unwritten.written_part() as u64;
        if part > 0 && metadata.is_file() {
            file.set_len(metadata.len().saturating_sub(part))?;
            self.ledger.removed_octets(part);
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::format::{Biflows, Count};
    use crate::sink::outputs::config::Encoding;

    /// A disk that is full after some octets.
    struct SmallDisk<'a> {
        file: &'a mut File,
        room: usize,
    }

    impl io::Write for SmallDisk<'_> {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            if self.room == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let written = self.file.write(&octets[..octets.len().min(self.room)])?;
            self.room -= written;
            Ok(written)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn rows_of_an_unfinished_write_move_to_the_next_file_and_are_counted_once() {
        const ROWS: &[u8] = b"first row\nsecond row\n";
        let folder = std::env::temp_dir().join(format!("netflow-file-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let [path, old] = ["rows", "rows.1"].map(|name| folder.join(name));
        let ledger = Arc::new(Ledger::new(String::new()));
        let encoding = Encoding::rows(|| Box::new(Count::new(Biflows::Whole)));
        let body = Body::new(&encoding);
        let mut output = AppendedFile::new(&path, Framing::Lines, body, Arc::clone(&ledger));
        output.opened().unwrap();
        output.unwritten.add(ROWS, 2);
        let file = output.file.as_mut().unwrap();
        let mut disk = SmallDisk { file, room: 13 };
        assert!(output.unwritten.write(&mut disk, &ledger).is_err());
        fs::rename(&path, &old).unwrap();
        assert!(output.resume().is_ok());
        let (old, new) = (fs::read(&old).unwrap(), fs::read(&path).unwrap());
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!([old.as_slice(), &new], [b"".as_slice(), ROWS]);
        let statistics = ledger.statistics();
        assert_eq!(statistics.written, 2);
        assert_eq!(statistics.written_octets, ROWS.len() as u64);
    }
}
