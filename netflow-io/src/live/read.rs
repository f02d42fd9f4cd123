//! The result of reading once from a connection.

use std::io;

use super::notice::CloseReason;

/// The result of reading a connection.
#[derive(Debug)]
pub(super) enum Read {
    /// Octets arrived.
    Some,
    /// No octets are there now.
    None,
    /// Nothing more will arrive.
    End(CloseReason),
}

/// The result that an error of reading means.
pub(super) fn of_error(error: &io::Error) -> Read {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Read::None,
        _ => Read::End(CloseReason::Failed(error.to_string())),
    }
}
