//! The files that wait to be sent, and the thread that sends them.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::mem;
use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::fs;
use std::io;
use std::panic;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::store::{Store, UploadFailure};
use crate::sink::outputs::config::Backoff;
use crate::sink::outputs::delivery::files::StagedFile;
use crate::sink::outputs::ledger::{Ledger, OutputState};
use crate::sink::outputs::writer::{AT_SHUTDOWN, varied};

/// The name of the thread that sends.
const THREAD: &str = "netflow-upload";
/// How long the thread sleeps when there is nothing to do; it is woken before.
const LONG: Duration = Duration::from_secs(3600);

/// What the writer and the thread that sends share.
#[derive(Debug)]
pub(super) struct Uploads {
    state: Mutex<UploadState>,
    changed: Condvar,
    /// Octets that may wait.
    limit: u64,
    backoff: Backoff,
    ledger: Arc<Ledger>,
}

#[derive(Debug, Default)]
struct UploadState {
    /// The first is being sent.
    files: VecDeque<StagedFile>,
    octets: u64,
    /// Files that were sent and removed.
    sent: Vec<PathBuf>,
    /// Little time is left.
    is_hurried: bool,
    /// Nothing more is sent.
    is_closed: bool,
}

/// Begins to send.
pub(super) fn start(uploads: &Arc<Uploads>, store: Store) -> io::Result<()> {
    let uploads = Arc::clone(uploads);
    let thread = thread::Builder::new().name(THREAD.to_owned());
    thread.spawn(move || uploads.run(store)).map(drop)
}

impl Uploads {
    pub(super) fn new(limit: u64, backoff: Backoff, ledger: Arc<Ledger>) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            limit,
            backoff,
            ledger,
        }
    }

    /// Adds files of this run.
    pub(super) fn add(&self, files: Vec<StagedFile>) {
        if files.is_empty() {
            return;
        }
        let rows: u64 = files.iter().map(|file| file.rows).sum();
        let octets: u64 = files.iter().map(|file| file.octets).sum();
        self.ledger.update(|statistics| {
            statistics.spooled += rows;
            statistics.spooled_octets += octets;
        });
        let mut state = self.lock();
        state.octets += octets;
        state.files.extend(files);
        self.changed.notify_all();
    }

    /// Adds files that an earlier run has left.
    pub(super) fn recover(&self, mut files: Vec<StagedFile>) {
        files.iter_mut().for_each(|file| file.is_new = false);
        let rows: u64 = files.iter().map(|file| file.rows).sum();
        self.ledger
            .update(|statistics| statistics.recovered += rows);
        self.add(files);
    }

    /// Whether more may wait; for this time at most.
    pub(super) fn has_room(&self, wait: Duration) -> bool {
        self.wait_for(wait, |state| state.octets < self.limit)
    }

    /// Whether nothing waits any more; for this time at most.
    pub(super) fn is_done(&self, wait: Duration) -> bool {
        self.wait_for(wait, |state| state.files.is_empty())
    }

    /// The files that were sent since they were last taken.
    pub(super) fn take_sent(&self) -> Vec<PathBuf> {
        mem::take(&mut self.lock().sent)
    }

    /// From now on there is little time.
    pub(super) fn hurry(&self) {
        self.lock().is_hurried = true;
        self.changed.notify_all();
    }

    /// Sends nothing more. A file whose answer is still to come stays on disk: the next run asks for it.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    pub(super) fn failed(&self, error: &io::Error) {
        self.ledger.failed(error);
        self.ledger.state(OutputState::Retrying);
    }

    /// The folder is free, after an attempt at which it may not have been.
    pub(super) fn begins(&self) {
        self.ledger.state(OutputState::Running);
    }

    fn run(&self, mut store: Store) {
        let mut pause = Duration::ZERO;
        while let Some(file) = self.next() {
            // The client panics on what cannot be a header or an address.
            let sent = panic::catch_unwind(AssertUnwindSafe(|| store.upload(&file)));
            let failed = |_| {
                let error = io::Error::other("the client of S3 has failed");
                Err(UploadFailure {
                    failure: error.into(),
                    is_of_object: false,
                })
            };
            match sent.unwrap_or_else(failed) {
                Ok(()) => {
                    if !self.settle(&file) {
                        return;
                    }
                    if mem::take(&mut pause) > Duration::ZERO {
                        self.ledger.state(OutputState::Running);
                    }
                }
                Err(UploadFailure {
                    failure,
                    is_of_object,
                }) => {
                    self.failed(&failure.error);
                    self.keep(is_of_object);
                    pause = self.backoff.after(pause);
                    self.pause(failure.retry_after, pause);
                }
            }
        }
    }

    /// The first file, when there is one; none at the end.
    fn next(&self) -> Option<StagedFile> {
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return None;
            }
            if let Some(file) = state.files.front() {
                return Some(file.clone());
            }
            state = self.wait(state, LONG);
        }
    }

    /// Keeps the file that was not sent; others go first if it may be the reason.
    fn keep(&self, is_of_object: bool) {
        let mut state = self.lock();
        if let Some(file) = state.files.front_mut() {
            file.is_new = false;
        }
        if is_of_object {
            state.files.rotate_left(1);
        }
    }

    /// Removes a file that the store has. Returns false if nothing is counted any more.
    fn settle(&self, file: &StagedFile) -> bool {
        let mut state = self.lock();
        if state.is_closed {
            return false;
        }
        if let Err(error) = fs::remove_file(&file.path) {
            // The next run asks the store for it, and tries again to remove it.
            self.ledger.failed(&error);
        }
        state.files.pop_front();
        state.octets = state.octets.saturating_sub(file.octets);
        state.sent.push(file.path.clone());
        self.ledger.update(|statistics| {
            statistics.spooled = statistics.spooled.saturating_sub(file.rows);
            statistics.spooled_octets = statistics.spooled_octets.saturating_sub(file.octets);
            statistics.written += file.rows;
            statistics.written_octets += file.octets;
            statistics.files_completed += 1;
        });
        self.changed.notify_all();
        true
    }

    /// Waits before another attempt.
    fn pause(&self, asked: Option<Duration>, pause: Duration) {
        let begun = Instant::now();
        let mut state = self.lock();
        while !state.is_closed {
            let all = match asked {
                Some(asked) => asked,
                None if state.is_hurried => pause.min(AT_SHUTDOWN),
                None => varied(pause),
            };
            let left = all.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return;
            }
            state = self.wait(state, left);
        }
    }

    fn wait_for(&self, wait: Duration, is_so: impl Fn(&UploadState) -> bool) -> bool {
        let begun = Instant::now();
        let mut state = self.lock();
        loop {
            if is_so(&state) {
                return true;
            }
            let left = wait.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return false;
            }
            state = self.wait(state, left);
        }
    }

    fn wait<'s>(
        &self,
        state: MutexGuard<'s, UploadState>,
        time: Duration,
    ) -> MutexGuard<'s, UploadState> {
        let waited = self.changed.wait_timeout(state, time);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> MutexGuard<'_, UploadState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
