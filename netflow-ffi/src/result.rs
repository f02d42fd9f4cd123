//! What calls return.

use core::ffi::CStr;

use netflow_core::Error;
use netflow_core::snapshot::SnapshotError;

/// What a call returns: 0 or more if it succeeded, less than 0 if it failed. A number never changes its
/// meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum netflow_result {
    /// Done.
    NETFLOW_OK = 0,
    /// There is nothing more.
    NETFLOW_END = 1,
    /// The callback asked to stop.
    NETFLOW_STOPPED = 2,
    /// Nothing was received for a while.
    NETFLOW_IDLE = 3,
    /// The connection of an exporter has ended.
    NETFLOW_SESSION_ENDED = 4,
    /// A required pointer is NULL.
    NETFLOW_ERROR_NULL = -1,
    /// A pointer, or the size of a row, is not aligned.
    NETFLOW_ERROR_MISALIGNED = -2,
    /// The size of a struct is wrong: less than its first version had, or 4096 or more. Or a member
    /// that this version does not know is not 0.
    NETFLOW_ERROR_SIZE = -3,
    /// A value has no meaning here.
    NETFLOW_ERROR_ARGUMENT = -4,
    /// The handle is in use: a callback made the call, or decoded with the handle.
    NETFLOW_ERROR_BUSY = -5,
    /// Not even the first header of the datagram can be read.
    NETFLOW_ERROR_UNREADABLE = -6,
    /// Nothing has been decoded yet, or the message has ended.
    NETFLOW_ERROR_NO_MESSAGE = -7,
    /// The value is absent.
    NETFLOW_ERROR_ABSENT = -8,
    /// The value is of another type.
    NETFLOW_ERROR_TYPE = -9,
    /// No value of its type has this length.
    NETFLOW_ERROR_LENGTH = -10,
    /// The value does not fit into the requested type.
    NETFLOW_ERROR_RANGE = -11,
    /// The octets are not a snapshot that can be loaded.
    NETFLOW_ERROR_SNAPSHOT = -12,
    /// Nothing of this name or number is known.
    NETFLOW_ERROR_UNKNOWN = -13,
    /// The buffer is too small, or full until its content is taken.
    NETFLOW_ERROR_SPACE = -14,
    /// The library is at fault. The handle can only be freed.
    NETFLOW_ERROR_INTERNAL = -15,
    /// The library was built without the feature that this needs.
    NETFLOW_ERROR_UNSUPPORTED = -16,
    /// The system refuses.
    NETFLOW_ERROR_SYSTEM = -17,
    /// A file or stream is of no format that is read here, or is damaged from here on.
    NETFLOW_ERROR_INPUT = -18,
}

impl netflow_result {
    /// Every result.
    const ALL: [Self; 23] = [
        Self::NETFLOW_OK,
        Self::NETFLOW_END,
        Self::NETFLOW_STOPPED,
        Self::NETFLOW_IDLE,
        Self::NETFLOW_SESSION_ENDED,
        Self::NETFLOW_ERROR_NULL,
        Self::NETFLOW_ERROR_MISALIGNED,
        Self::NETFLOW_ERROR_SIZE,
        Self::NETFLOW_ERROR_ARGUMENT,
        Self::NETFLOW_ERROR_BUSY,
        Self::NETFLOW_ERROR_UNREADABLE,
        Self::NETFLOW_ERROR_NO_MESSAGE,
        Self::NETFLOW_ERROR_ABSENT,
        Self::NETFLOW_ERROR_TYPE,
        Self::NETFLOW_ERROR_LENGTH,
        Self::NETFLOW_ERROR_RANGE,
        Self::NETFLOW_ERROR_SNAPSHOT,
        Self::NETFLOW_ERROR_UNKNOWN,
        Self::NETFLOW_ERROR_SPACE,
        Self::NETFLOW_ERROR_INTERNAL,
        Self::NETFLOW_ERROR_UNSUPPORTED,
        Self::NETFLOW_ERROR_SYSTEM,
        Self::NETFLOW_ERROR_INPUT,
    ];

    /// The meaning of a number, wherever it comes from.
    pub(crate) fn text_of(number: i32) -> &'static CStr {
        Self::ALL
            .iter()
            .find(|result| **result as i32 == number)
            .map_or(c"no result of netflow", |result| result.text())
    }

    const fn text(self) -> &'static CStr {
        match self {
            Self::NETFLOW_OK => c"done",
            Self::NETFLOW_END => c"nothing more is there",
            Self::NETFLOW_STOPPED => c"the callback asked to stop",
            Self::NETFLOW_IDLE => c"nothing was received for a while",
            Self::NETFLOW_SESSION_ENDED => c"the connection of an exporter has ended",
            Self::NETFLOW_ERROR_NULL => c"a pointer is NULL",
            Self::NETFLOW_ERROR_MISALIGNED => c"a pointer or the size of a row is not aligned",
            Self::NETFLOW_ERROR_SIZE => c"no version of the struct has this size",
            Self::NETFLOW_ERROR_ARGUMENT => c"a value has no meaning here",
            Self::NETFLOW_ERROR_BUSY => c"the handle is in use by a callback",
            Self::NETFLOW_ERROR_UNREADABLE => c"the header of the datagram cannot be read",
            Self::NETFLOW_ERROR_NO_MESSAGE => c"nothing is decoded",
            Self::NETFLOW_ERROR_ABSENT => c"the value is not there",
            Self::NETFLOW_ERROR_TYPE => c"the value is of another type",
            Self::NETFLOW_ERROR_LENGTH => c"no value of this type has this length",
            Self::NETFLOW_ERROR_RANGE => c"the value does not fit",
            Self::NETFLOW_ERROR_SNAPSHOT => c"the octets are not a snapshot that can be loaded",
            Self::NETFLOW_ERROR_UNKNOWN => c"nothing of this name or number is known",
            Self::NETFLOW_ERROR_SPACE => c"the buffer is too small",
            Self::NETFLOW_ERROR_INTERNAL => c"the library is at fault, the handle is lost",
            Self::NETFLOW_ERROR_UNSUPPORTED => c"the library was built without this",
            Self::NETFLOW_ERROR_SYSTEM => c"the system refuses",
            Self::NETFLOW_ERROR_INPUT => c"the file or stream cannot be read further",
        }
    }
}

/// Why a call failed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Failure {
    /// An argument, and which.
    Argument(netflow_result, &'static str),
    /// The datagram.
    Datagram(Error),
    /// The snapshot.
    Snapshot(SnapshotError),
}

impl Failure {
    pub(crate) const fn result(&self) -> netflow_result {
        match self {
            Self::Argument(result, _) => *result,
            Self::Datagram(_) => netflow_result::NETFLOW_ERROR_UNREADABLE,
            Self::Snapshot(_) => netflow_result::NETFLOW_ERROR_SNAPSHOT,
        }
    }

    /// A pointer that must not be NULL.
    pub(crate) const fn null(what: &'static str) -> Self {
        Self::Argument(netflow_result::NETFLOW_ERROR_NULL, what)
    }

    /// A handle that is in use, or a message that the callback ended.
    pub(crate) const fn busy(what: &'static str) -> Self {
        Self::Argument(netflow_result::NETFLOW_ERROR_BUSY, what)
    }

    /// A value that means nothing.
    pub(crate) const fn argument(what: &'static str) -> Self {
        Self::Argument(netflow_result::NETFLOW_ERROR_ARGUMENT, what)
    }
}

#[cfg(test)]
mod tests {
    use super::netflow_result;

    #[test]
    fn every_result_has_a_text_and_a_number_of_its_own() {
        for (index, result) in netflow_result::ALL.iter().enumerate() {
            let number = *result as i32;
            assert_eq!(netflow_result::text_of(number), result.text());
            let twins = netflow_result::ALL
                .iter()
                .filter(|other| **other as i32 == number);
            assert_eq!(twins.count(), 1, "{index}");
        }
        assert_eq!(netflow_result::text_of(-1000), c"no result of netflow");
    }
}
