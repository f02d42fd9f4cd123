//! One flow message.

use core::net::IpAddr;

use netflow_core::{Flow, Protocol};

/// Maximum labels, addresses, layers or members of a path that are kept.
pub(super) const MOST_ITEMS: usize = 64;

/// A flow message; what is not known is zero or empty, as in protobuf.
#[derive(Debug, Default)]
pub(super) struct FlowMessage {
    pub(super) kind: FlowType,
    pub(super) time_received: u64,
    pub(super) sequence: u32,
    pub(super) sampling_rate: u64,
    pub(super) sampler_address: Option<IpAddr>,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) bytes: u64,
    pub(super) packets: u64,
    pub(super) source: Option<IpAddr>,
    pub(super) destination: Option<IpAddr>,
    pub(super) ether_type: u32,
    pub(super) protocol: u32,
    pub(super) source_port: u32,
    pub(super) destination_port: u32,
    pub(super) input: u32,
    pub(super) output: u32,
    pub(super) source_mac: u64,
    pub(super) destination_mac: u64,
    pub(super) source_vlan: u32,
    pub(super) destination_vlan: u32,
    pub(super) vlan: u32,
    pub(super) tos: u32,
    pub(super) forwarding_status: u32,
    pub(super) ttl: u32,
    pub(super) ip_flags: u32,
    pub(super) tcp_flags: u32,
    pub(super) icmp_type: u32,
    pub(super) icmp_code: u32,
    pub(super) flow_label: u32,
    pub(super) fragment_id: u32,
    pub(super) fragment_offset: u32,
    pub(super) source_as: u32,
    pub(super) destination_as: u32,
    pub(super) next_hop: Option<IpAddr>,
    pub(super) next_hop_as: u32,
    pub(super) source_prefix_length: u32,
    pub(super) destination_prefix_length: u32,
    pub(super) bgp_next_hop: Option<IpAddr>,
    pub(super) communities: Vec<u32>,
    pub(super) as_path: Vec<u32>,
    pub(super) mpls_ttls: Vec<u32>,
    pub(super) mpls_labels: Vec<u32>,
    pub(super) mpls_addresses: Vec<IpAddr>,
    pub(super) observation_domain: u32,
    pub(super) observation_point: u32,
    pub(super) layers: Vec<Layer>,
}

/// The protocol that carried the flow, by its number in protobuf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum FlowType {
    #[default]
    Unknown = 0,
    SflowV5 = 1,
    NetflowV5 = 2,
    NetflowV9 = 3,
    Ipfix = 4,
}

impl FlowType {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "FLOWUNKNOWN",
            Self::SflowV5 => "SFLOW_5",
            Self::NetflowV5 => "NETFLOW_V5",
            Self::NetflowV9 => "NETFLOW_V9",
            Self::Ipfix => "IPFIX",
        }
    }
}

/// A header in a sampled packet, by its number in protobuf, and its length.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer {
    pub(super) kind: LayerKind,
    pub(super) size: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LayerKind {
    Ethernet = 0,
    Ipv4 = 1,
    Ipv6 = 2,
    Tcp = 3,
    Udp = 4,
    Mpls = 5,
    Dot1Q = 6,
    Icmp = 7,
    IcmpV6 = 8,
}

impl LayerKind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ethernet => "Ethernet",
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Mpls => "MPLS",
            Self::Dot1Q => "Dot1Q",
            Self::Icmp => "ICMP",
            Self::IcmpV6 => "ICMPv6",
        }
    }
}

impl FlowMessage {
    /// A message filled from the header of the flow's message.
    pub(super) fn of_header(flow: &Flow<'_>) -> Self {
        let header = flow.header();
        let kind = match header.protocol {
            Protocol::SflowV5 => FlowType::SflowV5,
            Protocol::NetflowV9 => FlowType::NetflowV9,
            Protocol::Ipfix => FlowType::Ipfix,
            // v1 and v6 to v8 are layouts like that of v5.
            _ => FlowType::NetflowV5,
        };
        let has_domain = matches!(kind, FlowType::NetflowV9 | FlowType::Ipfix);
        Self {
            kind,
            time_received: nanos(header.received),
            sequence: header.sequence.unwrap_or(0),
            sampler_address: Some(header.agent_address.unwrap_or(header.exporter.ip())),
            observation_domain: if has_domain {
                header.observation_domain
            } else {
                0
            },
            ..Self::default()
        }
    }
}

/// Nanoseconds since 1970; 0 before.
pub(super) fn nanos(time: netflow_core::Timestamp) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(0)
}

pub(super) const IPV4: u32 = 0x0800;
pub(super) const IPV6: u32 = 0x86dd;

/// The EtherType of an address.
pub(super) const fn ether_type_of(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => IPV4,
        IpAddr::V6(_) => IPV6,
    }
}
