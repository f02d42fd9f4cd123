//! Octets of a file that are counted while they are read.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicU64, Ordering};
use std::io::{self, Read};

/// Octets read so far, shared by the reader and the source.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress(Arc<AtomicU64>);

impl Progress {
    fn add(&self, octets: usize) {
        let octets = u64::try_from(octets).unwrap_or(u64::MAX);
        self.0.fetch_add(octets, Ordering::Relaxed);
    }

    pub(crate) fn octets(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A reader that counts what it has read.
pub(crate) struct CountingReader<'r> {
    pub(crate) reader: Box<dyn Read + Send + 'r>,
    pub(crate) progress: Progress,
}

impl Read for CountingReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let octets = self.reader.read(buffer)?;
        self.progress.add(octets);
        Ok(octets)
    }
}
