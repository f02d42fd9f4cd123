//! Where something was seen.

use netflow_core::{DatagramId, MessageHeader};

/// A datagram by its numbers: the caller knows which file or socket an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The caller's number of the input.
    pub input: u32,
    /// The caller's number of the datagram in the input, such as the packet's in a capture.
    pub frame: u64,
}

impl Place {
    /// The datagram of a message.
    #[must_use]
    pub fn of(header: &MessageHeader) -> Self {
        header.datagram_id().into()
    }
}

impl From<DatagramId> for Place {
    fn from(id: DatagramId) -> Self {
        Self {
            input: id.input,
            frame: id.frame,
        }
    }
}
