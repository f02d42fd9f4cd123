//! Locks of files, which end with the process.

use std::fs::File;

/// Locks a file. Returns false if another process holds the lock.
#[cfg(unix)]
pub(super) fn lock(file: &File) -> bool {
    use rustix::fs::{FlockOperation, flock};

    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => true,
        // Some file systems have no locks.
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    }
}

#[cfg(not(unix))]
pub(super) fn lock(_: &File) -> bool {
    true
}
