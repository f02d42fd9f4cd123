//! The header of a message of IPFIX (RFC 7011, section 3.1).

use zerocopy::byteorder::big_endian::{U16, U32};

use crate::wire::layout::layout;

layout! {
    /// Header of a message (RFC 7011, section 3.1).
    Header "ipfix header" {
    /// Version of the protocol.
    version: U16 => u16,
    /// Octets of the message, header included.
    length: U16 => u16,
    /// Seconds since 1970 when it was sent.
    export_time: U32 => u32,
    /// Data records sent before this message, modulo 2^32.
    sequence: U32 => u32,
    /// Observation domain.
    observation_domain_id: U32 => u32,
    }
}
