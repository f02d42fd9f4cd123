//! Where something was seen.

use netflow_core::{Datagram, MessageHeader};

/// A datagram by its numbers: the caller knows which file or socket an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The caller's number of the input.
    pub input: u32,
    /// The caller's number of the datagram in the input, such as the packet's in a capture.
    pub frame: u64,
}

/// Bits of the caller's number that count datagrams; those above count inputs.
const FRAME_BITS: u32 = 40;

impl Place {
    /// The datagram of a message.
    #[must_use]
    pub fn of(header: &MessageHeader) -> Self {
        Self::of_number(header.frame)
    }

    pub(crate) fn of_datagram(datagram: &Datagram<'_>) -> Self {
        Self::of_number(datagram.frame)
    }

    /// The place whose number the caller gave as one.
    pub(crate) fn of_number(number: u64) -> Self {
        Self {
            input: u32::try_from(number >> FRAME_BITS).unwrap_or(u32::MAX),
            frame: number & ((1 << FRAME_BITS) - 1),
        }
    }
}
