//! A lock for what one thread uses at a time and what may call Python meanwhile.

use core::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// A lock for which the thread that holds it cannot wait again: reading runs the `read` of a file object
/// and the handlers of signals, and these may ask for the reader that is reading.
#[derive(Debug)]
pub(crate) struct Guarded<T> {
    inner: Mutex<T>,
    holder: Mutex<Option<ThreadId>>,
}

impl<T> Guarded<T> {
    pub(crate) const fn new(inner: T) -> Self {
        Self {
            inner: Mutex::new(inner),
            holder: Mutex::new(None),
        }
    }

    /// Waits for other threads, without the interpreter.
    ///
    /// # Errors
    ///
    /// If this thread holds it, or a thread failed while holding it.
    pub(crate) fn lock(&self, py: Python<'_>) -> PyResult<LockGuard<'_, T>>
    where
        T: Send,
    {
        self.check()?;
        let inner = pyo3::sync::MutexExt::lock_py_attached(&self.inner, py);
        self.held(inner.ok())
    }

    /// The same for a caller that does not hold the interpreter.
    pub(crate) fn lock_detached(&self) -> PyResult<LockGuard<'_, T>> {
        self.check()?;
        self.held(self.inner.lock().ok())
    }

    fn check(&self) -> PyResult<()> {
        if *self.holder() == Some(thread::current().id()) {
            return Err(PyRuntimeError::new_err(
                "this is being read just now, by what asks for it: a file object, or the handler \
                 of a signal",
            ));
        }
        Ok(())
    }

    fn held<'g>(&'g self, inner: Option<MutexGuard<'g, T>>) -> PyResult<LockGuard<'g, T>> {
        let inner =
            inner.ok_or_else(|| PyRuntimeError::new_err("reading failed in another thread"))?;
        *self.holder() = Some(thread::current().id());
        Ok(LockGuard { of: self, inner })
    }

    fn holder(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lock, held.
pub(crate) struct LockGuard<'g, T> {
    of: &'g Guarded<T>,
    inner: MutexGuard<'g, T>,
}

impl<T> Drop for LockGuard<'_, T> {
    fn drop(&mut self) {
        // Before the lock itself is released.
        *self.of.holder() = None;
    }
}

impl<T> Deref for LockGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> DerefMut for LockGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}
