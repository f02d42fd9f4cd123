//! NetFlow version 8: flows aggregated by the router in one of 14 schemes.
//!
//! The records of each scheme are described in [`fixed`](super::fixed).

use zerocopy::byteorder::big_endian::{U16, U32};

use crate::wire::layout::layout;

layout! {
    /// Header of a NetFlow version 8 message.
    Header "v8 header" {
    /// Version of the protocol.
    version: U16 => u16,
    /// Records that follow.
    count: U16 => u16,
    /// Milliseconds since the exporter started.
    sys_uptime: U32 => u32,
    /// Seconds since 1970 when it was sent.
    unix_secs: U32 => u32,
    /// Nanoseconds after `unix_secs`.
    unix_nsecs: U32 => u32,
    /// Sequence number of the first flow: flows sent before this message.
    sequence: U32 => u32,
    /// Type of the switching engine.
    engine_type: u8 => u8,
    /// Number of the switching engine.
    engine_id: u8 => u8,
    /// The aggregation scheme, 1 to 14.
    scheme: u8 => u8,
    /// Version of the aggregation format.
    scheme_version: u8 => u8,
    /// Not used.
    reserved: U32 => u32,
    }
}

impl Header {
    /// Engine type and id as one number: what counts the sequence on its own.
    #[must_use]
    pub fn engine(&self) -> u16 {
        u16::from_be_bytes([self.engine_type, self.engine_id])
    }
}
