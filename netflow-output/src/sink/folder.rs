//! A folder of tables: the records of each template, and the counters of sFlow.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use netflow_arrow::{
    Addresses, ArrowError, CounterBatchBuilder, CounterOptions, RecordBatch, RecordBatchBuilder,
    SchemaRef, Tables, Types,
};
use netflow_core::{Decoded, InputNames, Stats};

use super::Sink;
use crate::format::{Container, ContainerWriter};

/// Rows of a batch.
const ROWS: usize = 1 << 16;
/// Octets that the writers of all files may hold.
const MEMORY: usize = 64 << 20;
/// The name of the file of counters.
const COUNTERS: &str = "counters";

/// A folder that appears, with all its files, when they are whole.
#[derive(Debug)]
pub struct Folder {
    /// The temporary folder beside the target, until then.
    written: PathBuf,
    target: PathBuf,
}

impl Folder {
    /// Makes a folder under a temporary name beside `path`. At `path` there may be an empty
    /// folder, which the finished one replaces.
    ///
    /// # Errors
    ///
    /// There is a file or a non-empty folder at `path`, or no folder can be made there.
    pub fn create(path: &Path) -> io::Result<Self> {
        match fs::read_dir(path) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(io::ErrorKind::DirectoryNotEmpty.into());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut beside = OsString::from(".");
        beside.push(target.file_name().ok_or(io::ErrorKind::InvalidInput)?);
        beside.push(format!(".{}.part", std::process::id()));
        let written = target.with_file_name(beside);
        fs::create_dir(&written)?;
        Ok(Self { written, target })
    }

    /// Renames the folder to its final name.
    fn finish(&self) -> io::Result<()> {
        // Not every system renames to a folder that is there, though it is empty.
        if self.target.is_dir() {
            fs::remove_dir(&self.target)?;
        }
        fs::rename(&self.written, &self.target)
    }
}

/// A folder that was not finished is removed.
impl Drop for Folder {
    fn drop(&mut self) {
        // After `finish` it is not there any more.
        let _ = fs::remove_dir_all(&self.written);
    }
}

/// Writes the records of each template to a file of its own, and counters to one.
#[derive(Debug)]
pub struct FolderOfTables {
    records: RecordBatchBuilder,
    counters: CounterBatchBuilder,
    tables: Tables,
    out: TableFiles,
}

/// The files.
#[derive(Debug)]
struct TableFiles {
    container: Container,
    folder: Folder,
    /// One file for each table, in the order of [`Tables`].
    tables: Vec<TableFile>,
    counters: Option<TableFile>,
    memory: usize,
}

/// One file. It is open only while it is written to: there may be more of them than a
/// process may have open.
#[derive(Debug)]
struct TableFile {
    path: PathBuf,
    writer: ContainerWriter,
}

/// Columns or files cannot be written.
#[derive(Debug)]
enum Failure {
    Columns(ArrowError),
    File(io::Error),
}

impl From<ArrowError> for Failure {
    fn from(error: ArrowError) -> Self {
        Self::Columns(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Columns(error) => Self::other(error),
            Failure::File(error) => error,
        }
    }
}

impl FolderOfTables {
    /// Writes to a folder, in files of this kind; `files` are the names of the inputs.
    #[must_use]
    pub fn new(folder: Folder, container: Container, files: &InputNames) -> Self {
        let mut counters = CounterOptions::default();
        counters.types = Types::Plain;
        counters.files = files.clone();
        Self {
            records: RecordBatchBuilder::new(Addresses::Octets, ROWS).with_files(files.clone()),
            counters: CounterBatchBuilder::new(counters),
            tables: Tables::default(),
            out: TableFiles {
                container,
                folder,
                tables: Vec::new(),
                counters: None,
                memory: 0,
            },
        }
    }

    fn add(&mut self, message: &Decoded<'_>) -> Result<(), Failure> {
        let mut full = Vec::new();
        self.records.append(message, |batch| {
            full.push(batch);
            Ok(())
        })?;
        for batch in full {
            self.out.table(&mut self.tables, &batch)?;
        }
        let mut full = Vec::new();
        self.counters.append(message, |batch| {
            full.push(batch);
            Ok(())
        })?;
        full.iter().try_for_each(|batch| self.out.counters(batch))
    }

    fn end(&mut self) -> Result<(), Failure> {
        for batch in self.records.finish()? {
            self.out.table(&mut self.tables, &batch)?;
        }
        let counters = self.counters.finish()?;
        if counters.num_rows() > 0 {
            self.out.counters(&counters)?;
        }
        self.out.finish()
    }
}

impl Sink for FolderOfTables {
    fn message(&mut self, message: &Decoded<'_>) -> io::Result<()> {
        Ok(self.add(message)?)
    }

    fn finish(&mut self, _: &Stats) -> io::Result<()> {
        self.end()?;
        match self.tables.left_out() {
            0 => Ok(()),
            rows => Err(io::Error::other(format!(
                "{rows} rows are in no file: there are too many templates"
            ))),
        }
    }
}

impl TableFiles {
    fn table(
        &mut self,
        tables: &mut Tables,
        batch: &netflow_arrow::TemplateBatch,
    ) -> Result<(), Failure> {
        // Those without a place are counted.
        let Some(place) = tables.place(batch) else {
            return Ok(());
        };
        if let Some(table) = tables.all().get(self.tables.len()) {
            self.tables.push(self.new_file(&table.name, &table.schema)?);
        }
        if let Some(file) = self.tables.get_mut(place) {
            self.memory = file.write(&batch.batch, self.memory)?;
        }
        self.flush_if_large()
    }

    fn counters(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        let mut file = match self.counters.take() {
            Some(file) => file,
            None => self.new_file(COUNTERS, batch.schema_ref())?,
        };
        self.memory = file.write(batch, self.memory)?;
        self.counters = Some(file);
        self.flush_if_large()
    }

    fn new_file(&self, name: &str, schema: &SchemaRef) -> Result<TableFile, Failure> {
        let name = format!("{name}.{}", self.container.extension());
        let path = self.folder.written.join(name);
        File::create_new(&path)?;
        Ok(TableFile {
            path,
            writer: ContainerWriter::new(self.container, schema)?,
        })
    }

    /// Writes the rows that all files hold back, if they take much memory.
    fn flush_if_large(&mut self) -> Result<(), Failure> {
        if self.memory < MEMORY {
            return Ok(());
        }
        self.memory = 0;
        let mut files = self.tables.iter_mut().chain(&mut self.counters);
        files.try_for_each(TableFile::flush)
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let files = self.tables.drain(..).chain(self.counters.take());
        files.into_iter().try_for_each(TableFile::finish)?;
        Ok(self.folder.finish()?)
    }
}

impl TableFile {
    /// Writes a batch. Returns the octets that the writers of all files hold after it, of
    /// `memory` that they held before.
    fn write(&mut self, batch: &RecordBatch, memory: usize) -> Result<usize, Failure> {
        let before = self.writer.memory();
        let mut octets = Vec::new();
        self.writer.write(batch, &mut octets)?;
        self.append(&octets)?;
        Ok(memory.saturating_sub(before) + self.writer.memory())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let mut octets = Vec::new();
        self.writer.flush(&mut octets)?;
        Ok(self.append(&octets)?)
    }

    fn finish(self) -> Result<(), Failure> {
        let mut octets = Vec::new();
        self.writer.finish(&mut octets)?;
        let mut file = OpenOptions::new().append(true).open(&self.path)?;
        file.write_all(&octets)?;
        Ok(file.sync_all()?)
    }

    fn append(&self, octets: &[u8]) -> io::Result<()> {
        if octets.is_empty() {
            return Ok(());
        }
        let mut file = OpenOptions::new().append(true).open(&self.path)?;
        file.write_all(octets)
    }
}
