//! NetFlow version 1: a header and records of one fixed layout.

use core::net::Ipv4Addr;

use zerocopy::byteorder::big_endian::{U16, U32};

use crate::wire::counted;
use crate::wire::layout::layout;

layout! {
    /// Header of a NetFlow version 1 message.
    Header "v1 header" {
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
    }
}

layout! {
    /// Record of a NetFlow version 1 message.
    Record "v1 record" {
    /// Source address.
    source_address: [u8; 4] => Ipv4Addr,
    /// Destination address.
    destination_address: [u8; 4] => Ipv4Addr,
    /// Next hop.
    next_hop: [u8; 4] => Ipv4Addr,
    /// Interface the flow came in by (SNMP index).
    input_interface: U16 => u16,
    /// Interface the flow went out by (SNMP index).
    output_interface: U16 => u16,
    /// Packets.
    packets: U32 => u32,
    /// Octets of layer 3.
    octets: U32 => u32,
    /// Uptime in milliseconds at the first packet.
    first: U32 => u32,
    /// Uptime in milliseconds at the last packet.
    last: U32 => u32,
    /// Source port.
    source_port: U16 => u16,
    /// Destination port; for ICMP, type * 256 + code.
    destination_port: U16 => u16,
    /// Not used.
    pad1: U16 => u16,
    /// IP protocol number.
    protocol: u8 => u8,
    /// Type of service.
    tos: u8 => u8,
    /// All TCP flags seen.
    tcp_flags: u8 => u8,
    /// Retransmissions seen.
    tcp_retx_cnt: u8 => u8,
    /// Seconds of retransmissions.
    tcp_retx_secs: u8 => u8,
    /// Packets out of sequence.
    tcp_misseq_cnt: u8 => u8,
    /// Not used.
    reserved: U32 => u32,
    }
}

/// One message: the header and the records that are whole.
pub type Message<'a> = counted::Message<'a, Header, Record>;

impl counted::CountingHeader for Header {
    const STRUCTURE: &'static str = "v1 header";

    fn record_count(&self) -> u16 {
        self.count()
    }
}
