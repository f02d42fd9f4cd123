//! How the command ends.

use std::process::ExitCode;

/// The exit status. Of several files the highest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Status {
    /// Everything was decoded, or the reader of the output had enough.
    #[default]
    Success = 0,
    /// A file could not be read, not to its end, or holds no flow export.
    Unreadable = 1,
    /// The arguments are wrong or contradict each other.
    Usage = 2,
    /// With `--strict`: something inside the data could not be decoded. Of `listen`: rows were lost.
    Problems = 3,
    /// A signal SIGINT (Ctrl-C) ended the input; what was read until then is written.
    Interrupted = 130,
    /// A signal SIGTERM ended the input; what was read until then is written.
    Terminated = 143,
}

impl Status {
    /// The number that the operating system receives.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        status.code().into()
    }
}
