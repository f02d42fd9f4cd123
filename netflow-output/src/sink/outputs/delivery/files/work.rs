//! One file, from its temporary name to its final one.

use alloc::sync::Arc;
#[cfg(feature = "compression")]
use core::mem;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use netflow_core::Timestamp;

#[cfg(feature = "s3")]
use super::staged;
use crate::sink::outputs::body::Body;
use crate::sink::outputs::chunk::Chunk;
#[cfg(feature = "compression")]
use crate::sink::outputs::compression::{Compression, Compressor};
use crate::sink::outputs::config::{Encoding, Rotation};
use crate::sink::outputs::ledger::Ledger;
use crate::sink::outputs::lock::lock;
use crate::sink::outputs::pattern::{FilePattern, with_number};
#[cfg(feature = "compression")]
use crate::sink::outputs::receipt::Receipts;
use crate::sink::outputs::unwritten::Unwritten;

/// How a temporary name ends. It begins with a dot.
pub(super) const PART: &str = ".part";
/// Numbers that are tried for a name that is taken.
const NUMBERS: u32 = 10_000;

/// A file that is written.
#[derive(Debug)]
pub(super) struct FileInWork {
    start: Timestamp,
    written: PathBuf,
    target: PathBuf,
    file: File,
    body: Body,
    #[cfg(feature = "compression")]
    compressed: Option<Compressed>,
    unwritten: Unwritten,
    stage: Stage,
    naming: Naming,
    /// All rows that were added.
    rows: u64,
    ledger: Arc<Ledger>,
}

/// What a file is called when it is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// The name of the pattern, with a number if it is taken.
    Final,
    /// A name that says that the file waits to be sent.
    #[cfg(feature = "s3")]
    Staged,
}

impl Naming {
    /// The number of rows, if the name needs it: they have to be read.
    #[cfg_attr(
        not(feature = "s3"),
        expect(
            clippy::unnecessary_wraps,
            unused_variables,
            reason = "final names have no number of rows"
        )
    )]
    pub(super) fn counts_rows(self, count: impl FnOnce() -> io::Result<u64>) -> io::Result<u64> {
        match self {
            Self::Final => Ok(0),
            #[cfg(feature = "s3")]
            Self::Staged => count(),
        }
    }

    /// Renames a file of this number of rows. Returns its new name.
    #[cfg_attr(
        not(feature = "s3"),
        expect(unused_variables, reason = "final names have no number of rows")
    )]
    pub(super) fn rename(self, from: &Path, target: &Path, rows: u64) -> io::Result<PathBuf> {
        match self {
            Self::Final => rename_to_free(from, target),
            #[cfg(feature = "s3")]
            Self::Staged => rename_to_free(from, &staged::path(target, rows)),
        }
    }
}

/// Octets on their way through the compressor to the file.
#[cfg(feature = "compression")]
#[derive(Debug)]
struct Compressed {
    /// None after the end.
    compressor: Option<Compressor>,
    plain: Unwritten,
    /// Rows that the compressor may hold back.
    rows: u64,
    /// The receipts of these rows.
    receipts: Receipts,
}

/// How far a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    /// Nothing more is added, but its last octets are not made yet.
    Ending,
    /// All octets are made.
    Ended,
}

/// Why a file cannot go on.
#[derive(Debug)]
pub(super) enum FileFault {
    /// The disk may have room later.
    Again(io::Error),
    /// The file can never be completed.
    Useless(io::Error),
}

impl From<io::Error> for FileFault {
    fn from(error: io::Error) -> Self {
        Self::Again(error)
    }
}

/// Whether such files can be written at all.
pub(super) fn check(pattern: &FilePattern, encoding: &Encoding) -> io::Result<()> {
    let name = pattern.to_string();
    let is_compressed = [".gz", ".zst"].iter().any(|end| name.ends_with(end));
    if is_compressed && encoding.is_columns() {
        return Err(io::Error::other(
            "columns are compressed inside the file; leave .gz and .zst out",
        ));
    }
    if is_compressed && !cfg!(feature = "compression") {
        return Err(io::Error::other(
            "this build lacks the feature compression, which writes .gz and .zst",
        ));
    }
    Ok(())
}

impl FileInWork {
    /// Makes a file under a temporary name, and the folders that it needs.
    pub(super) fn create(
        target: &Path,
        start: Timestamp,
        encoding: &Encoding,
        naming: Naming,
        ledger: &Arc<Ledger>,
    ) -> io::Result<Self> {
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        let (written, file) = create_part(target)?;
        Ok(Self {
            start,
            written,
            target: target.to_owned(),
            file,
            body: Body::new(encoding),
            #[cfg(feature = "compression")]
            compressed: Compression::of(target).map(Compressed::new).transpose()?,
            unwritten: Unwritten::default(),
            stage: Stage::Open,
            naming,
            rows: 0,
            ledger: Arc::clone(ledger),
        })
    }

    /// When its interval begins.
    pub(super) const fn start(&self) -> Timestamp {
        self.start
    }

    pub(super) fn is_ending(&self) -> bool {
        self.stage != Stage::Open
    }

    /// Nothing more is added.
    pub(super) fn end(&mut self) {
        if self.stage == Stage::Open {
            self.stage = Stage::Ending;
        }
    }

    /// Number of rows not yet settled.
    pub(super) fn pending(&self) -> u64 {
        let rows = self.body.rows() + self.unwritten.rows();
        #[cfg(feature = "compression")]
        let rows = rows
            + self
                .compressed
                .as_ref()
                .map_or(0, |compressed| compressed.rows + compressed.plain.rows());
        rows
    }

    /// Adds rows.
    ///
    /// # Errors
    ///
    /// Columns cannot be written: the file is of no use.
    pub(super) fn write(&mut self, chunk: Chunk) -> io::Result<()> {
        self.rows += chunk.rows;
        #[cfg(feature = "compression")]
        if let Some(compressed) = &mut self.compressed {
            self.body.write(chunk, &mut compressed.plain)?;
            return compressed.pass_on(&mut self.unwritten);
        }
        self.body.write(chunk, &mut self.unwritten)
    }

    /// Makes the rows added so far readable, although the file is not complete.
    #[cfg_attr(
        not(feature = "compression"),
        expect(
            clippy::unnecessary_wraps,
            clippy::unused_self,
            reason = "compression alone holds back"
        )
    )]
    pub(super) fn flush(&mut self) -> io::Result<()> {
        #[cfg(feature = "compression")]
        if let Some(compressed) = &mut self.compressed {
            compressed.flush(&mut self.unwritten)?;
        }
        Ok(())
    }

    /// Writes pending octets. Returns the name of the file when it is complete and renamed.
    pub(super) fn advance(&mut self, rotation: &Rotation) -> Result<Option<PathBuf>, FileFault> {
        self.unwritten.write(&mut self.file, &self.ledger)?;
        if rotation.octets.is_some_and(|most| self.octets() >= most) {
            self.end();
        }
        if self.stage == Stage::Ending {
            self.stage = Stage::Ended;
            self.make_end().map_err(FileFault::Useless)?;
        }
        if self.stage != Stage::Ended {
            return Ok(None);
        }
        self.unwritten.write(&mut self.file, &self.ledger)?;
        self.file.sync_all()?;
        let named = self.naming.rename(&self.written, &self.target, self.rows)?;
        Ok(Some(named))
    }

    /// Removes a file that is of no use.
    pub(super) fn discard(&self) {
        // If it cannot be removed, the next start counts it.
        let _ = fs::remove_file(&self.written);
    }

    fn make_end(&mut self) -> io::Result<()> {
        #[cfg(feature = "compression")]
        if let Some(compressed) = &mut self.compressed {
            self.body.finish(&mut compressed.plain)?;
            compressed.pass_on(&mut self.unwritten)?;
            return compressed.finish(&mut self.unwritten);
        }
        self.body.finish(&mut self.unwritten)
    }

    /// Octets of the file as it is, and what is held back for it.
    fn octets(&self) -> u64 {
        self.unwritten.written() + self.body.memory()
    }
}

#[cfg(feature = "compression")]
impl Compressed {
    fn new(compression: Compression) -> io::Result<Self> {
        Ok(Self {
            compressor: Some(Compressor::new(compression)?),
            plain: Unwritten::default(),
            rows: 0,
            receipts: Receipts::default(),
        })
    }

    /// Compresses what was added.
    fn pass_on(&mut self, out: &mut Unwritten) -> io::Result<()> {
        let (octets, rows, mut receipts) = self.plain.take();
        self.rows += rows;
        self.receipts.append(&mut receipts);
        match &mut self.compressor {
            Some(compressor) => compressor.write(&octets, out.octets()),
            None => Ok(()),
        }
    }

    /// Passes on what the compressor holds back.
    fn flush(&mut self, out: &mut Unwritten) -> io::Result<()> {
        if let Some(compressor) = self.compressor.as_mut().filter(|_| self.rows > 0) {
            compressor.flush(out.octets())?;
            out.add(&[], mem::take(&mut self.rows));
            out.add_receipts(&mut self.receipts);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Unwritten) -> io::Result<()> {
        if let Some(compressor) = self.compressor.take() {
            compressor.finish(out.octets())?;
        }
        out.add(&[], mem::take(&mut self.rows));
        out.add_receipts(&mut self.receipts);
        Ok(())
    }
}

/// The temporary name of a file: `.flows-1205.json.part`.
fn part_of(target: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(PART);
    target.with_file_name(name)
}

/// Makes a file under a temporary name, locked against a collector that starts meanwhile.
fn create_part(target: &Path) -> io::Result<(PathBuf, File)> {
    for number in 0..NUMBERS {
        let path = match number {
            0 => part_of(target),
            _ => part_of(&with_number(target, number)),
        };
        let file = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        };
        if lock(&file) && path.exists() {
            return Ok((path, file));
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Renames a file, with a number added if the name is taken.
fn rename_to_free(from: &Path, target: &Path) -> io::Result<PathBuf> {
    let numbered = (1..NUMBERS).map(|number| with_number(target, number));
    let mut names = core::iter::once(target.to_owned()).chain(numbered);
    let free = names.find(|name| !name.exists());
    let free = free.ok_or(io::ErrorKind::AlreadyExists)?;
    fs::rename(from, &free)?;
    // The name has to survive a power failure, too; not every system can be asked for that.
    if let Some(Ok(folder)) = free.parent().map(File::open) {
        let _ = folder.sync_all();
    }
    Ok(free)
}
