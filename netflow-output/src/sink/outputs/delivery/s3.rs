//! Files that are complete on disk, and then sent to object storage.
//!
//! A Parquet file is made from its first row to its last, over minutes, and can only be sent as a whole. So files
//! are written to a folder as [`RotatedFiles`] are, and a second thread sends them: rows are
//! taken as long as there is room on disk, whatever the store does.

mod credentials;
mod http;
mod store;
mod uploads;

use alloc::sync::Arc;
use core::mem;
use core::time::Duration;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use netflow_core::Timestamp;

use self::store::Store;
use self::uploads::Uploads;
use super::files::RotatedFiles;
use super::{Delivery, Failure};
use crate::sink::outputs::chunk::Chunk;
use crate::sink::outputs::config::{OutputConfig, Policy};
use crate::sink::outputs::ledger::Ledger;
use crate::sink::outputs::lock::lock;
use crate::sink::outputs::pattern::FilePattern;
use crate::sink::outputs::s3::S3Address;

/// How long to wait for room on disk, or for the last files, before the writer looks for other work.
const WAIT: Duration = Duration::from_millis(100);

/// Objects in a bucket.
#[derive(Debug)]
pub(crate) struct Objects {
    folder: PathBuf,
    files: RotatedFiles,
    /// A chunk that waits for room on disk.
    chunk: Option<Chunk>,
    uploads: Arc<Uploads>,
    stage: Stage,
    is_finishing: bool,
}

/// Whether the folder is ours.
#[derive(Debug)]
enum Stage {
    /// Not yet; here is what will send.
    New(Option<Store>),
    /// Locked against others, and files are sent.
    Running { _lock: File },
}

impl Objects {
    pub(crate) fn new(
        address: &S3Address,
        config: &OutputConfig,
        ledger: Arc<Ledger>,
    ) -> io::Result<Self> {
        let Some(folder) = config.s3.staging.clone() else {
            let reason =
                "objects need a folder on disk, staging, in which they wait until they are sent";
            return Err(io::Error::other(reason));
        };
        if config.policy == Policy::Spool {
            let reason = "objects wait in their folder on disk, and need no spool";
            return Err(io::Error::other(reason));
        }
        if config.rotation.keep_for.is_some() || config.rotation.keep_octets.is_some() {
            let reason = "the store decides how long it keeps objects";
            return Err(io::Error::other(reason));
        }
        let pattern = staged_pattern(&folder, &address.name)?;
        let encoding = config.encoding.clone();
        let files = RotatedFiles::new(pattern, encoding, config.rotation, Arc::clone(&ledger))?;
        let store = Store::new(address, &config.s3, &config.peer, &folder)?;
        Ok(Self {
            folder,
            files: files.staged(),
            chunk: None,
            uploads: Arc::new(Uploads::new(
                config.s3.staging_octets,
                config.backoff,
                ledger,
            )),
            stage: Stage::New(Some(store)),
            is_finishing: false,
        })
    }

    /// Locks the folder, and begins with what an earlier run has left there.
    fn begin(&mut self) -> Result<(), Failure> {
        let Stage::New(store) = &mut self.stage else {
            return Ok(());
        };
        fs::create_dir_all(&self.folder)?;
        let path = self.folder.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)?;
        if !lock(&file) {
            let reason = format!("{} is in use by another output", self.folder.display());
            return Err(io::Error::other(reason).into());
        }
        if let Some(store) = store.take() {
            uploads::start(&self.uploads, store).map_err(Failure::last)?;
        }
        self.stage = Stage::Running { _lock: file };
        self.uploads.begins();
        self.files.start();
        self.uploads.recover(self.files.take_staged());
        Ok(())
    }

    /// Passes on complete files.
    fn pass_on(&mut self) {
        self.uploads.add(self.files.take_staged());
        for sent in self.uploads.take_sent() {
            self.files.remove_empty_folders(&sent);
        }
    }

    fn advance(&mut self) -> Result<(), Failure> {
        self.begin()?;
        if self.chunk.is_some() && !self.uploads.has_room(WAIT) {
            return Err(Failure::slow());
        }
        let done = match self.chunk.take() {
            Some(chunk) => self.files.write(chunk),
            None => self.files.resume(),
        };
        self.pass_on();
        done
    }

    fn complete(&mut self) -> Result<(), Failure> {
        self.advance()?;
        let done = self.files.finish();
        self.pass_on();
        done?;
        if self.uploads.is_done(WAIT) {
            Ok(())
        } else {
            Err(Failure::slow())
        }
    }
}

impl Delivery for Objects {
    fn start(&mut self) {
        if let Err(failure) = self.begin() {
            self.uploads.failed(&failure.error);
        }
    }

    fn write(&mut self, chunk: Chunk) -> Result<(), Failure> {
        self.chunk = Some(chunk);
        self.advance()
    }

    fn resume(&mut self) -> Result<(), Failure> {
        if self.is_finishing {
            self.complete()
        } else {
            self.advance()
        }
    }

    fn tick(&mut self, now: Timestamp) -> Result<(), Failure> {
        self.begin()?;
        let done = self.files.tick(now);
        self.pass_on();
        done
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.is_finishing = true;
        self.uploads.hurry();
        self.complete()
    }

    /// Rows that were not sent in time stay in complete files, for the next run.
    fn take_pending(&mut self) -> Vec<Chunk> {
        if matches!(self.stage, Stage::Running { .. }) {
            if let Some(chunk) = self.chunk.take() {
                // What cannot be written now is counted as lost by the shutdown.
                let _ = self.files.write(chunk);
            }
            let _ = self.files.finish();
            self.uploads.add(self.files.take_staged());
        }
        self.uploads.close();
        mem::take(&mut self.chunk).into_iter().collect()
    }
}

/// The names of files in the folder: those of the objects below it.
fn staged_pattern(folder: &Path, name: &FilePattern) -> io::Result<FilePattern> {
    let folder = folder.to_string_lossy().replace('%', "%%");
    FilePattern::new(&format!("{folder}/{name}")).map_err(io::Error::other)
}
