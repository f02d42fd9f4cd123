//! The header of a message of NetFlow version 9 (RFC 3954, section 5.1).

use zerocopy::byteorder::big_endian::{U16, U32};

use crate::wire::layout::layout;

layout! {
    /// Header of a message (RFC 3954, section 5.1).
    Header "v9 header" {
    /// Version of the protocol.
    version: U16 => u16,
    /// Records that follow.
    count: U16 => u16,
    /// Milliseconds since the exporter started.
    sys_uptime: U32 => u32,
    /// Seconds since 1970 when it was sent.
    unix_secs: U32 => u32,
    /// Messages sent before this one.
    sequence: U32 => u32,
    /// Observation domain (called Source ID in RFC 3954).
    source_id: U32 => u32,
    }
}
