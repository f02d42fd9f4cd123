//! The fields of a metric for a sample of sFlow: each has one value, the last that was set.

use core::net::IpAddr;

use netflow_core::value::Text;
use netflow_core::wire::sflow::Words;

use crate::format::dialect::{Encode, protocols};

/// One line a field, in the order of their names: `SrcPort => "src_port";`.
macro_rules! keys {
    ($($key:ident => $name:literal;)+) => {
        /// A field of a metric.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Key {
            $($key,)+
        }

        impl Key {
            /// The names, in the order of the keys.
            const NAMES: [&'static str; [$(Self::$key,)+].len()] = [$($name,)+];
        }
    };
}

keys! {
    AclId => "acl_id";
    AclName => "acl_name";
    AgentIp => "agent_ip";
    AgentSubid => "agent_subid";
    BgpAs => "bgp_as";
    BgpAsPathLength => "bgp_as_path_length";
    BgpAsPathType => "bgp_as_path_type";
    BgpDstAs => "bgp_dst_as";
    BgpNextAs => "bgp_next_as";
    BgpNextHop => "bgp_next_hop";
    BgpPrevAs => "bgp_prev_as";
    BgpSrcAs => "bgp_src_as";
    CollisionFramesMulti => "collision_frames_multi";
    CollisionFramesSingle => "collision_frames_single";
    CollisionsExcessive => "collisions_excessive";
    CollisionsLate => "collisions_late";
    Communities => "communities";
    CommunityLength => "community_length";
    DatalinkFrameType => "datalink_frame_type";
    Deferred => "deferred";
    Direction => "direction";
    Dst => "dst";
    DstMask => "dst_mask";
    DstPort => "dst_port";
    ErrorsAlignment => "errors_alignment";
    ErrorsCarrierSense => "errors_carrier_sense";
    ErrorsFcs => "errors_fcs";
    ErrorsFrameTooLong => "errors_frame_too_long";
    ErrorsInternalMacRx => "errors_internal_mac_rx";
    ErrorsInternalMacTx => "errors_internal_mac_tx";
    ErrorsSqetest => "errors_sqetest";
    ErrorsSymbols => "errors_symbols";
    EthHeaderLen => "eth_header_len";
    EthTotalLen => "eth_total_len";
    FragmentFlags => "fragment_flags";
    FragmentOffset => "fragment_offset";
    Function => "function";
    InBroadcastPacketsTotal => "in_broadcast_packets_total";
    InBytes => "in_bytes";
    InDroppedPackets => "in_dropped_packets";
    InErrors => "in_errors";
    InMcastPacketsTotal => "in_mcast_packets_total";
    InPhyInterface => "in_phy_interface";
    InSnmp => "in_snmp";
    InSrcMac => "in_src_mac";
    InTotalPackets => "in_total_packets";
    InUnicastPacketsTotal => "in_unicast_packets_total";
    InUnknownProtocol => "in_unknown_protocol";
    InVlanId => "in_vlan_id";
    Interface => "interface";
    InterfaceType => "interface_type";
    IpTotalLen => "ip_total_len";
    IpVersion => "ip_version";
    Ipv4Id => "ipv4_id";
    Ipv4InetHeaderLen => "ipv4_inet_header_len";
    Ipv4TotalLen => "ipv4_total_len";
    Ipv6TotalLen => "ipv6_total_len";
    L2Bytes => "l2_bytes";
    L2Protocol => "l2_protocol";
    LocalPref => "local_pref";
    NextHop => "next_hop";
    NextHopIpVersion => "next_hop_ip_version";
    OutBroadcastPacketsTotal => "out_broadcast_packets_total";
    OutBytes => "out_bytes";
    OutDroppedPackets => "out_dropped_packets";
    OutDstMac => "out_dst_mac";
    OutErrors => "out_errors";
    OutMcastPacketsTotal => "out_mcast_packets_total";
    OutQueue => "out_queue";
    OutSnmp => "out_snmp";
    OutUnicastPacketsTotal => "out_unicast_packets_total";
    PortName => "port_name";
    Promiscuous => "promiscuous";
    Protocol => "protocol";
    Reason => "reason";
    SamplingDrops => "sampling_drops";
    SamplingInterval => "sampling_interval";
    SeqNumber => "seq_number";
    Speed => "speed";
    Src => "src";
    SrcMask => "src_mask";
    SrcPort => "src_port";
    SrcTos => "src_tos";
    Status => "status";
    SysUptime => "sys_uptime";
    TcpAckNumber => "tcp_ack_number";
    TcpFlags => "tcp_flags";
    TcpSeqNumber => "tcp_seq_number";
    TcpUrgentPtr => "tcp_urgent_ptr";
    TcpWindowSize => "tcp_window_size";
    Ttl => "ttl";
    Type => "type";
    VlanDropEligible => "vlan_drop_eligible";
    VlanDst => "vlan_dst";
    VlanDstPriority => "vlan_dst_priority";
    VlanId => "vlan_id";
    VlanPriority => "vlan_priority";
    VlanSrc => "vlan_src";
    VlanSrcPriority => "vlan_src_priority";
}

/// The value of a field.
#[derive(Debug, Clone)]
pub(super) enum FieldValue<'a> {
    Number(u64),
    /// The keyword of a protocol in lower case, or its number.
    Protocol(u8),
    Word(&'static str),
    Text(Text<'a>),
    Address(IpAddr),
    Mac([u8; 6]),
    /// Flags, a letter or dot each.
    Letters([u8; 8]),
    /// A number as `0x` and four digits.
    Hex(u16),
    Flag(bool),
    /// Numbers in hex, with commas between them.
    Numbers(Words<'a>),
}

/// The fields of one metric; used for one after the other, since there is room for all keys.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// The keys that have a value, a bit each.
    present: u128,
    values: [FieldValue<'a>; Key::NAMES.len()],
}

const _: () = assert!(Key::NAMES.len() <= u128::BITS as usize);

impl<'a> Fields<'a> {
    pub(super) const fn new() -> Self {
        Self {
            present: 0,
            values: [const { FieldValue::Number(0) }; Key::NAMES.len()],
        }
    }

    /// Forgets all values.
    pub(super) const fn clear(&mut self) {
        self.present = 0;
    }

    pub(super) fn set(&mut self, key: Key, value: FieldValue<'a>) {
        if let Some(place) = self.values.get_mut(key as usize) {
            *place = value;
            self.present |= 1 << key as u32;
        }
    }

    pub(super) fn number(&mut self, key: Key, number: impl Into<u64>) {
        self.set(key, FieldValue::Number(number.into()));
    }

    pub(super) const fn has(&self, key: Key) -> bool {
        self.present & 1 << key as u32 != 0
    }

    /// Writes the fields that have a value.
    pub(super) fn write<E: Encode>(&self, out: &mut E) {
        let mut left = self.present;
        while left != 0 {
            let key = left.trailing_zeros() as usize;
            left &= left - 1;
            if let (Some(name), Some(value)) = (Key::NAMES.get(key), self.values.get(key)) {
                out.key(name);
                value.write(out);
            }
        }
    }
}

impl FieldValue<'_> {
    fn write<E: Encode>(&self, out: &mut E) {
        match self {
            Self::Number(number) => out.unsigned(*number),
            Self::Protocol(number) => protocols::write_lower_keyword(*number, out),
            Self::Word(word) => out.word(word),
            Self::Text(text) => out.text(*text),
            Self::Address(address) => out.address(*address),
            Self::Mac(address) => out.mac(*address),
            Self::Letters(letters) => protocols::write_letters(*letters, out),
            Self::Hex(number) => out.hex("0x", &number.to_be_bytes()),
            Self::Flag(flag) => out.boolean(*flag),
            Self::Numbers(numbers) => {
                let numbers = numbers.clone().map(|number| format!("{number:#x}"));
                out.word(&numbers.collect::<Vec<_>>().join(","));
            }
        }
    }
}
