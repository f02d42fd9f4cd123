//! Counter structures of fixed layout.

use zerocopy::byteorder::big_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::wire::sflow::data_format::DataFormat;
use crate::wire::sflow::xdr::layout;

layout! {
    /// `if_counters`, 0:1 (sFlow version 5, section 5): an interface by RFC 2863. A
    /// counter of all ones is one the agent does not have.
    IfCounters = 0:1 {
        /// Number of the interface.
        if_index: U32 => u32,
        /// IANAifType of the interface.
        if_type: U32 => u32,
        /// Bits a second.
        if_speed: U64 => u64,
        /// 0 unknown, 1 full duplex, 2 half duplex, 3 in, 4 out.
        if_direction: U32 => u32,
        /// Bit 0: the administrator wants it up; bit 1: it is up.
        if_status: U32 => u32,
        /// Octets received.
        if_in_octets: U64 => u64,
        /// Unicast packets received.
        if_in_ucast_pkts: U32 => u32,
        /// Multicast packets received.
        if_in_multicast_pkts: U32 => u32,
        /// Broadcast packets received.
        if_in_broadcast_pkts: U32 => u32,
        /// Packets received and discarded though they were good.
        if_in_discards: U32 => u32,
        /// Packets received with errors.
        if_in_errors: U32 => u32,
        /// Packets received of an unknown protocol.
        if_in_unknown_protos: U32 => u32,
        /// Octets sent.
        if_out_octets: U64 => u64,
        /// Unicast packets sent.
        if_out_ucast_pkts: U32 => u32,
        /// Multicast packets sent.
        if_out_multicast_pkts: U32 => u32,
        /// Broadcast packets sent.
        if_out_broadcast_pkts: U32 => u32,
        /// Packets to be sent and discarded though they were good.
        if_out_discards: U32 => u32,
        /// Packets that could not be sent for errors.
        if_out_errors: U32 => u32,
        /// Whether the interface takes all packets: 1 yes, 2 no.
        if_promiscuous_mode: U32 => u32,
    }

    /// `ethernet_counters`, 0:2 (sFlow version 5, section 5): an Ethernet interface by
    /// the dot3StatsTable of RFC 2358. A counter of all ones is one the agent does not have.
    EthernetCounters = 0:2 {
        /// Frames of no whole number of octets.
        alignment_errors: U32 => u32,
        /// Frames with a wrong check sequence.
        fcs_errors: U32 => u32,
        /// Frames sent after one collision.
        single_collision_frames: U32 => u32,
        /// Frames sent after several collisions.
        multiple_collision_frames: U32 => u32,
        /// Errors of the SQE test.
        sqe_test_errors: U32 => u32,
        /// Frames that waited for the medium.
        deferred_transmissions: U32 => u32,
        /// Collisions later than they should be.
        late_collisions: U32 => u32,
        /// Frames given up for too many collisions.
        excessive_collisions: U32 => u32,
        /// Frames not sent for another error.
        internal_mac_transmit_errors: U32 => u32,
        /// Times the carrier was lost.
        carrier_sense_errors: U32 => u32,
        /// Frames longer than allowed.
        frame_too_longs: U32 => u32,
        /// Frames not received for another error.
        internal_mac_receive_errors: U32 => u32,
        /// Invalid symbols.
        symbol_errors: U32 => u32,
    }
}
