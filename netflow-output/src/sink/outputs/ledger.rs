//! What became of the rows of one output.

use core::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Why rows were lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LossReason {
    /// The queue was full and the policy is to drop.
    QueueFull,
    /// The destination ended for good, such as a pipe whose reader has gone.
    Closed,
    /// The time for the last rows was over.
    Shutdown,
    /// A file could not be completed, and its format is unreadable without its end.
    FileFailed,
    /// The files of the spool have reached their limit.
    SpoolFull,
    /// The spool could not be written or read.
    SpoolFailed,
    /// A row is larger than the destination accepts.
    TooLarge,
    /// The peer refused the row.
    Rejected,
    /// The schema cannot express the flow: sFlow in the documents of a tool that does not read it.
    NotInSchema,
}

impl LossReason {
    /// All reasons.
    pub const ALL: [Self; 9] = [
        Self::QueueFull,
        Self::Closed,
        Self::Shutdown,
        Self::FileFailed,
        Self::SpoolFull,
        Self::SpoolFailed,
        Self::TooLarge,
        Self::Rejected,
        Self::NotInSchema,
    ];

    /// A stable name, for metrics: `queue_full`, `closed`, `shutdown`, `file_failed`, `spool_full`,
    /// `spool_failed`, `too_large`, `rejected`, `not_in_schema`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::Closed => "closed",
            Self::Shutdown => "shutdown",
            Self::FileFailed => "file_failed",
            Self::SpoolFull => "spool_full",
            Self::SpoolFailed => "spool_failed",
            Self::TooLarge => "too_large",
            Self::Rejected => "rejected",
            Self::NotInSchema => "not_in_schema",
        }
    }

    /// Its place among [`ALL`](Self::ALL).
    fn index(self) -> usize {
        Self::ALL
            .iter()
            .position(|reason| *reason == self)
            .unwrap_or(0)
    }
}

impl fmt::Display for LossReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Rows lost, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Losses([u64; LossReason::ALL.len()]);

impl Losses {
    /// Rows lost for one reason.
    #[must_use]
    pub fn get(&self, reason: LossReason) -> u64 {
        self.0.get(reason.index()).copied().unwrap_or(0)
    }

    /// Rows lost for any reason.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Each reason with its number of rows, including zeros.
    pub fn iter(&self) -> impl Iterator<Item = (LossReason, u64)> {
        LossReason::ALL.into_iter().zip(self.0)
    }

    fn add(&mut self, reason: LossReason, rows: u64) {
        if let Some(count) = self.0.get_mut(reason.index()) {
            *count += rows;
        }
    }
}

/// How an output is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OutputState {
    /// The last attempt to write succeeded, or there was none yet.
    #[default]
    Running,
    /// The last attempt failed and is repeated.
    Retrying,
    /// The destination is gone for good; all further rows are lost.
    Ended,
    /// It was finished.
    Finished,
}

impl OutputState {
    /// A stable name, for metrics and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Retrying => "retrying",
            Self::Ended => "ended",
            Self::Finished => "finished",
        }
    }
}

/// What became of the rows of one output.
///
/// At any time `accepted + recovered = written + lost + spooled + waiting`; after
/// [`finish`](super::Outputs::finish) nothing is waiting.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct OutputStatistics {
    /// The destination, without credentials.
    pub name: String,
    /// How it is doing.
    pub state: OutputState,
    /// Rows that workers handed over.
    pub accepted: u64,
    /// Rows that an earlier run left in the spool, or in objects that it had not sent.
    pub recovered: u64,
    /// Rows that the destination has taken: in a file, sent to a socket, acknowledged by a server.
    pub written: u64,
    /// Octets written, after compression.
    pub written_octets: u64,
    /// Rows lost, by reason.
    pub lost: Losses,
    /// Rows in the spool on disk, or in objects that wait there to be sent.
    pub spooled: u64,
    /// Octets of the spool or of these objects on disk.
    pub spooled_octets: u64,
    /// Rows in the queue, or in a file or request that is not complete.
    pub waiting: u64,
    /// Chunks in the queue now.
    pub queued_chunks: usize,
    /// Octets in the queue now.
    pub queued_octets: usize,
    /// Attempts to write that failed.
    pub errors: u64,
    /// The last of these errors.
    pub last_error: Option<String>,
    /// Times that a connection was made.
    pub connections: u64,
    /// Files that were completed, and objects that were sent.
    pub files_completed: u64,
    /// Files of an earlier run that were cut at their last whole row and completed.
    pub files_recovered: u64,
    /// Files of an earlier run that could not be completed, such as Parquet.
    pub files_lost: u64,
    /// Complete files removed because of their age or the total size.
    pub files_removed: u64,
}

/// The account of one output, which its workers and its writer share.
#[derive(Debug)]
pub(super) struct Ledger(Mutex<Account>);

#[derive(Debug)]
struct Account {
    statistics: OutputStatistics,
    /// After the end nothing more is counted.
    is_sealed: bool,
}

impl Ledger {
    pub(super) fn new(name: String) -> Self {
        Self(Mutex::new(Account {
            statistics: OutputStatistics {
                name,
                ..OutputStatistics::default()
            },
            is_sealed: false,
        }))
    }

    /// Changes the account.
    pub(super) fn update(&self, change: impl FnOnce(&mut OutputStatistics)) {
        let mut account = self.lock();
        if !account.is_sealed {
            change(&mut account.statistics);
        }
    }

    pub(super) fn written(&self, rows: u64) {
        self.update(|statistics| statistics.written += rows);
    }

    pub(super) fn octets(&self, octets: usize) {
        self.update(|statistics| statistics.written_octets += octets as u64);
    }

    /// Octets that were counted as written and are removed again.
    pub(super) fn removed_octets(&self, octets: u64) {
        self.update(|statistics| {
            statistics.written_octets = statistics.written_octets.saturating_sub(octets);
        });
    }

    pub(super) fn lost(&self, reason: LossReason, rows: u64) {
        self.update(|statistics| statistics.lost.add(reason, rows));
    }

    pub(super) fn failed(&self, error: &io::Error) {
        self.update(|statistics| {
            statistics.errors += 1;
            statistics.last_error = Some(error.to_string());
        });
    }

    pub(super) fn state(&self, state: OutputState) {
        self.update(|statistics| statistics.state = state);
    }

    pub(super) fn statistics(&self) -> OutputStatistics {
        let mut statistics = self.lock().statistics.clone();
        statistics.waiting = waiting(&statistics);
        statistics
    }

    /// Counts rows that are neither written nor spooled as lost. The account is final after it.
    pub(super) fn seal(&self) {
        let mut account = self.lock();
        if account.is_sealed {
            return;
        }
        account.is_sealed = true;
        let rest = waiting(&account.statistics);
        let has_ended = account.statistics.state == OutputState::Ended;
        let reason = if has_ended {
            LossReason::Closed
        } else {
            LossReason::Shutdown
        };
        account.statistics.lost.add(reason, rest);
        if !has_ended {
            account.statistics.state = OutputState::Finished;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Account> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rows that are neither written nor lost nor spooled yet.
fn waiting(statistics: &OutputStatistics) -> u64 {
    let known = statistics.written + statistics.lost.total() + statistics.spooled;
    (statistics.accepted + statistics.recovered).saturating_sub(known)
}
