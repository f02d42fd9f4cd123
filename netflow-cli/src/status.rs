//! How the command ends.

use std::process::ExitCode;

/// The exit status. With several files, the highest one is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Status {
    /// Everything was decoded, or the reader of the output had enough.
    #[default]
    Success = 0,
    /// A file could not be read, could not be read to its end, or holds no flow export.
    Unreadable = 1,
    /// The arguments are wrong or contradict each other.
    Usage = 2,
    /// With `--strict`: something inside the data could not be decoded. From `listen`: rows were lost.
    Problems = 3,
    /// A signal SIGINT (Ctrl-C) ended the input; everything read until then is written.
    Interrupted = 130,
    /// A signal SIGTERM ended the input; everything read until then is written.
    Terminated = 143,
}

impl Status {
    /// The exit code for the operating system.
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
