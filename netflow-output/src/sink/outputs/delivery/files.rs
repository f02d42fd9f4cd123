//! Files that rotate by time and size.

mod recovery;
mod retention;
#[cfg(feature = "s3")]
mod staged;
#[cfg(feature = "columns")]
mod stream;
mod work;

use alloc::sync::Arc;
use std::io;
use std::path::Path;

use netflow_core::Timestamp;

#[cfg(feature = "s3")]
pub(super) use self::staged::StagedFile;
use self::work::{FileFault, FileInWork, Naming};
use super::{Delivery, Failure};
use crate::sink::outputs::chunk::Chunk;
use crate::sink::outputs::config::{Encoding, Rotation};
use crate::sink::outputs::ledger::{Ledger, LossReason};
use crate::sink::outputs::pattern::FilePattern;

/// Files open at once. Workers are a second or so apart, so the files of the current and the
/// previous interval suffice unless the clock jumps.
const IN_WORK: usize = 4;
/// Nanoseconds that a file stays open after its interval, for the rows of slower workers.
const GRACE: i64 = 2_000_000_000;
/// Nanoseconds after which rows are readable, even in a compressed file still being written.
const FLUSH: i64 = 1_000_000_000;
/// Nanoseconds between two checks of the age of files.
const RETENTION: i64 = 60_000_000_000;

/// One file for each interval, under a temporary name until it is complete.
#[derive(Debug)]
pub(crate) struct RotatedFiles {
    pattern: FilePattern,
    encoding: Encoding,
    rotation: Rotation,
    files: Vec<FileInWork>,
    /// The chunk that waits for its file to be made.
    chunk: Option<Chunk>,
    /// When the age of files was last checked.
    retained: Option<Timestamp>,
    /// When the rows so far were made readable.
    flushed: Option<Timestamp>,
    naming: Naming,
    /// Complete files that wait to be sent, if that is what they are for.
    #[cfg(feature = "s3")]
    staged: Vec<StagedFile>,
    /// The account of rows in files.
    counted: Arc<Ledger>,
    ledger: Arc<Ledger>,
}

impl RotatedFiles {
    pub(crate) fn new(
        pattern: FilePattern,
        encoding: Encoding,
        rotation: Rotation,
        ledger: Arc<Ledger>,
    ) -> io::Result<Self> {
        work::check(&pattern, &encoding)?;
        Ok(Self {
            pattern,
            encoding,
            rotation,
            files: Vec::new(),
            chunk: None,
            retained: None,
            flushed: None,
            naming: Naming::Final,
            #[cfg(feature = "s3")]
            staged: Vec::new(),
            counted: Arc::clone(&ledger),
            ledger,
        })
    }

    /// The files are only a step on the way elsewhere: rows in them are not counted as written, and who moves
    /// them on learns of each that is complete.
    #[cfg(feature = "s3")]
    pub(super) fn staged(mut self) -> Self {
        self.naming = Naming::Staged;
        self.counted = Arc::new(Ledger::new(String::new()));
        self
    }

    /// The files that were completed since they were last taken, and at the start those of an earlier run.
    #[cfg(feature = "s3")]
    pub(super) fn take_staged(&mut self) -> Vec<StagedFile> {
        core::mem::take(&mut self.staged)
    }

    /// Removes the folders of a file that was moved on, if they hold nothing else.
    #[cfg(feature = "s3")]
    pub(super) fn remove_empty_folders(&self, file: &Path) {
        retention::remove_empty_folders(file, &self.pattern);
    }

    /// Counts or keeps a complete file.
    #[cfg_attr(
        not(feature = "s3"),
        expect(
            unused_variables,
            reason = "files under their final names are only counted"
        )
    )]
    fn completed(&mut self, path: &Path) {
        match self.naming {
            Naming::Final => {
                self.ledger
                    .update(|statistics| statistics.files_completed += 1);
                self.retain();
            }
            #[cfg(feature = "s3")]
            Naming::Staged => match StagedFile::of(path, &self.pattern) {
                Ok(file) => self.staged.extend(file),
                Err(error) => self.ledger.failed(&error),
            },
        }
    }

    /// Continues all pending work.
    fn advance(&mut self) -> Result<(), Failure> {
        if let Some(chunk) = &self.chunk {
            let start = self.rotation.start(&self.pattern, chunk.received);
            let index = self.file_of(start)?;
            if let (Some(chunk), Some(file)) = (self.chunk.take(), self.files.get_mut(index)) {
                if let Err(error) = file.write(chunk) {
                    self.give_up(index, &error);
                }
            }
        }
        self.complete()
    }

    /// The file of an interval, which is made if there is none.
    fn file_of(&mut self, start: Timestamp) -> io::Result<usize> {
        let is_there = |file: &FileInWork| file.start() == start && !file.is_ending();
        if let Some(index) = self.files.iter().position(is_there) {
            return Ok(index);
        }
        let target = self.pattern.path(start);
        let file = FileInWork::create(&target, start, &self.encoding, self.naming, &self.counted)?;
        self.files.push(file);
        let excess = self.files.len().saturating_sub(IN_WORK);
        self.files.iter_mut().take(excess).for_each(FileInWork::end);
        Ok(self.files.len() - 1)
    }

    /// Writes pending rows, and renames complete files.
    fn complete(&mut self) -> Result<(), Failure> {
        let mut index = 0;
        while let Some(file) = self.files.get_mut(index) {
            match file.advance(&self.rotation) {
                Ok(None) => index += 1,
                Ok(Some(path)) => {
                    self.files.remove(index);
                    self.completed(&path);
                }
                Err(FileFault::Again(error)) => return Err(error.into()),
                Err(FileFault::Useless(error)) => self.give_up(index, &error),
            }
        }
        Ok(())
    }

    /// Drops a file that cannot become whole.
    fn give_up(&mut self, index: usize, error: &io::Error) {
        let file = self.files.remove(index);
        self.ledger.failed(error);
        self.ledger.lost(LossReason::FileFailed, file.pending());
        file.discard();
    }

    /// Removes files that are too old or exceed the size limit. A failure loses no rows.
    fn retain(&self) {
        match retention::apply(&self.pattern, &self.rotation) {
            Ok(removed) => self
                .ledger
                .update(|statistics| statistics.files_removed += removed),
            Err(error) => self.ledger.failed(&error),
        }
    }
}

impl Delivery for RotatedFiles {
    /// Completes the files of an earlier run that was killed.
    fn start(&mut self) {
        recovery::run(&self.pattern, &self.encoding, self.naming, &self.ledger);
        #[cfg(feature = "s3")]
        if self.naming == Naming::Staged {
            match staged::left(&self.pattern) {
                Ok(left) => self.staged = left,
                Err(error) => self.ledger.failed(&error),
            }
        }
        self.retain();
    }

    fn write(&mut self, chunk: Chunk) -> Result<(), Failure> {
        self.chunk = Some(chunk);
        self.advance()
    }

    /// If the disk is full, it helps to remove the files that may go.
    fn resume(&mut self) -> Result<(), Failure> {
        self.retain();
        self.advance()
    }

    fn tick(&mut self, now: Timestamp) -> Result<(), Failure> {
        let length = self.rotation.nanos(&self.pattern);
        for file in &mut self.files {
            let is_over = |length: i64| {
                let end = file.start().saturating_add(length).saturating_add(GRACE);
                now >= end
            };
            if length.is_some_and(is_over) {
                file.end();
            }
        }
        if is_due(&mut self.flushed, now, FLUSH) {
            self.files.iter_mut().try_for_each(FileInWork::flush)?;
        }
        if is_due(&mut self.retained, now, RETENTION) {
            self.retain();
        }
        self.advance()
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.files.iter_mut().for_each(FileInWork::end);
        self.advance()
    }
}

/// Whether something is due again. A clock that was set back makes it due.
fn is_due(last: &mut Option<Timestamp>, now: Timestamp, every: i64) -> bool {
    let passed = last.map(|last| now.nanos_since(last));
    if passed.is_some_and(|passed| (0..every).contains(&passed)) {
        return false;
    }
    *last = Some(now);
    true
}
