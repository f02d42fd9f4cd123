//! A file of a spool whose rows are in memory.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};
use std::fs;
use std::path::PathBuf;

/// A segment that was read. It is removed when nothing of it is in memory any more, that is when all
/// of its rows have been delivered.
#[derive(Debug)]
pub(super) struct ReadSegment {
    pub(super) path: PathBuf,
    /// It can be removed when the last chunk is gone.
    pub(super) is_read: AtomicBool,
    pub(super) is_closing: Arc<AtomicBool>,
}

impl Drop for ReadSegment {
    fn drop(&mut self) {
        if self.is_read.load(Ordering::Acquire) && !self.is_closing.load(Ordering::Acquire) {
            // If it stays, its rows are sent again.
            let _ = fs::remove_file(&self.path);
        }
    }
}
