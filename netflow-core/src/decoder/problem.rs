//! What was passed over in a datagram, and why.

use crate::error::Error;
use crate::header::MessageHeader;

/// One loss: the reason, where, and how many octets.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Problem<'m> {
    /// What is wrong, at which octet of the payload.
    pub error: Error,
    /// The set it is in, if it is in one.
    pub set: Option<u16>,
    /// Octets that were skipped because of it.
    pub octets: usize,
    /// The header of its message.
    pub header: &'m MessageHeader,
}
