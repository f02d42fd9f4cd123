//! What a destination does with chunks.

mod file;
mod files;
mod null;
mod stdout;

use alloc::sync::Arc;
use core::time::Duration;
use std::io;

use netflow_core::Timestamp;

use super::body::Body;
use super::chunk::Chunk;
use super::config::OutputConfig;
use super::destination::Destination;
use super::ledger::Ledger;
use super::pattern::FilePattern;

/// A destination, owned by the thread that writes to it.
///
/// It keeps each chunk until its rows are settled, written or lost, and reports them to the ledger.
pub(super) trait Delivery: Send {
    /// Repairs what an earlier run left.
    fn start(&mut self) {}

    /// Takes a chunk, also when it fails: then [`resume`](Self::resume) comes next.
    fn write(&mut self, chunk: Chunk) -> Result<(), Failure>;

    /// Goes on with what failed.
    fn resume(&mut self) -> Result<(), Failure>;

    /// Does what is due at this time.
    fn tick(&mut self, now: Timestamp) -> Result<(), Failure>;

    /// Completes what was written.
    fn finish(&mut self) -> Result<(), Failure>;

    /// Rows taken that are not settled.
    fn pending(&self) -> u64;
}

/// Why something could not be done.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: io::Error,
    /// Another attempt is of no use.
    pub(super) is_final: bool,
    /// When the peer asked to be tried again.
    pub(super) retry_after: Option<Duration>,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self {
            error,
            is_final: false,
            retry_after: None,
        }
    }
}

impl Failure {
    /// For good.
    pub(super) const fn last(error: io::Error) -> Self {
        Self {
            error,
            is_final: true,
            retry_after: None,
        }
    }
}

/// What writes to the destination of an output. It is opened when there is something to write.
pub(super) fn new(config: &OutputConfig, ledger: &Arc<Ledger>) -> io::Result<Box<dyn Delivery>> {
    let ledger = Arc::clone(ledger);
    let body = Body::new(&config.encoding);
    Ok(match &config.destination {
        Destination::Null => Box::new(null::Null::new(ledger)),
        Destination::Stdout => Box::new(stdout::Stdout::new(body, ledger)?),
        Destination::Files(pattern) => files(pattern.clone(), config, ledger)?,
        // Columns cannot be appended to.
        Destination::File(path) if config.encoding.is_columns() => {
            let pattern = FilePattern::fixed(path).map_err(io::Error::other)?;
            files(pattern, config, ledger)?
        }
        Destination::File(path) => {
            let framing = config.encoding.framing();
            Box::new(file::AppendedFile::new(path, framing, body, ledger))
        }
    })
}

fn files(
    pattern: FilePattern,
    config: &OutputConfig,
    ledger: Arc<Ledger>,
) -> io::Result<Box<dyn Delivery>> {
    let encoding = config.encoding.clone();
    let files = files::RotatedFiles::new(pattern, encoding, config.rotation, ledger)?;
    Ok(Box::new(files))
}
