//! Data that others can replace while flows are written with it.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Data that all clones share, and that another can [replace](Self::replace) for all of them, once each is
/// [refreshed](Self::refresh).
#[derive(Debug)]
pub(super) struct Replaceable<T> {
    data: Arc<T>,
    /// How often it was replaced when `data` was taken.
    version: u64,
    latest: Arc<Latest<T>>,
}

/// What clones take when they are refreshed.
#[derive(Debug)]
struct Latest<T> {
    /// How often it was replaced. Reading this costs less than taking the lock.
    version: AtomicU64,
    data: Mutex<Arc<T>>,
}

impl<T> Replaceable<T> {
    pub(super) fn new(data: T) -> Self {
        let data = Arc::new(data);
        Self {
            latest: Arc::new(Latest {
                version: AtomicU64::new(0),
                data: Mutex::new(Arc::clone(&data)),
            }),
            version: 0,
            data,
        }
    }

    #[inline]
    pub(super) fn get(&self) -> &T {
        &self.data
    }

    /// Puts the data of another in the place of this and of its clones.
    pub(super) fn replace(&self, other: &Self) {
        let mut latest = self.latest.lock();
        *latest = Arc::clone(&other.data);
        self.latest.version.fetch_add(1, Ordering::Release);
    }

    /// Whether nothing has replaced it.
    #[inline]
    pub(super) fn is_latest(&self) -> bool {
        self.latest.version.load(Ordering::Acquire) == self.version
    }

    /// Takes what replaced it, if anything did.
    #[inline]
    pub(super) fn refresh(&mut self) {
        if !self.is_latest() {
            let latest = self.latest.lock();
            self.version = self.latest.version.load(Ordering::Acquire);
            self.data = Arc::clone(&latest);
        }
    }
}

impl<T> Clone for Replaceable<T> {
    fn clone(&self) -> Self {
        Self {
            data: Arc::clone(&self.data),
            version: self.version,
            latest: Arc::clone(&self.latest),
        }
    }
}

impl<T> Latest<T> {
    fn lock(&self) -> MutexGuard<'_, Arc<T>> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
