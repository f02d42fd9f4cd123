//! Where the rows go: standard output, or a file that appears when it is whole.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Octets that are buffered before they are written.
const GATHERED: usize = 64 * 1024;

/// The destination, and a buffer of octets for it.
#[derive(Debug)]
pub struct Output {
    to: Destination,
    /// Rows are appended here.
    pub buffer: Vec<u8>,
}

#[derive(Debug)]
enum Destination {
    Stdout(io::Stdout),
    /// A device or pipe, which is written to as it is.
    Direct(File),
    /// A file written beside the one it will replace.
    Beside {
        file: File,
        written: PathBuf,
        target: PathBuf,
    },
}

impl Output {
    /// Standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self::new(Destination::Stdout(io::stdout()))
    }

    /// Opens a file for writing; its old contents stay until [`finish`](Self::finish).
    ///
    /// # Errors
    ///
    /// `path` is a folder, or it cannot be written there.
    pub fn file(path: &Path) -> io::Result<Self> {
        // A link stays a link.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if let Ok(metadata) = fs::metadata(&target) {
            if metadata.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            if !metadata.is_file() {
                let file = OpenOptions::new().write(true).open(&target)?;
                return Ok(Self::new(Destination::Direct(file)));
            }
        }
        let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut beside = OsString::from(".");
        beside.push(name);
        beside.push(format!(".{}.part", std::process::id()));
        let written = target.with_file_name(beside);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&written)?;
        Ok(Self::new(Destination::Beside {
            file,
            written,
            target,
        }))
    }

    const fn new(to: Destination) -> Self {
        Self {
            to,
            buffer: Vec::new(),
        }
    }

    /// Writes the buffer, if it is large enough to be worth it.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn pass_on(&mut self) -> io::Result<()> {
        if self.buffer.len() < GATHERED {
            return Ok(());
        }
        self.flush()
    }

    /// Writes the buffer.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            Destination::Stdout(stdout) => {
                let mut stdout = stdout.lock();
                stdout.write_all(&self.buffer)?;
                stdout.flush()?;
            }
            Destination::Direct(file) | Destination::Beside { file, .. } => {
                file.write_all(&self.buffer)?;
            }
        }
        self.buffer.clear();
        Ok(())
    }

    /// Writes the rest; a file takes its name now.
    ///
    /// # Errors
    ///
    /// The output cannot be written or renamed.
    pub fn finish(&mut self) -> io::Result<()> {
        self.flush()?;
        if let Destination::Beside {
            file,
            written,
            target,
        } = &self.to
        {
            file.sync_all()?;
            if let Ok(metadata) = fs::metadata(target) {
                // Who may read the file stays as it was.
                let _ = fs::set_permissions(written, metadata.permissions());
            }
            fs::rename(written, target)?;
        }
        Ok(())
    }
}

/// A file that was not finished is removed.
impl Drop for Output {
    fn drop(&mut self) {
        if let Destination::Beside { written, .. } = &self.to {
            // After `finish` it is not there any more.
            let _ = fs::remove_file(written);
        }
    }
}
