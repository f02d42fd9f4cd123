//! Flow messages as JSON lines.

use core::net::IpAddr;

use netflow_core::Prefix;

use super::message::{FlowMessage, IPV4, IPV6};
use crate::format::dialect::encode::{Encode, JsonDocument, JsonMembers};
use crate::format::dialect::protocols;

/// Writes a message as a line.
pub(super) fn write(message: &FlowMessage, additions: &[u8], out: &mut JsonDocument<'_>) {
    out.document(|out| {
        Members(out).write(message);
        out.raw(additions);
    });
}

struct Members<'w, 'o>(&'w mut JsonDocument<'o>);

impl<'o> JsonMembers<'o> for Members<'_, 'o> {
    fn object(&mut self) -> &mut JsonDocument<'o> {
        self.0
    }
}

impl Members<'_, '_> {
    fn write(&mut self, message: &FlowMessage) {
        self.word("type", message.kind.name());
        self.number("time_received_ns", message.time_received);
        self.number("sequence_num", message.sequence);
        self.number("sampling_rate", message.sampling_rate);
        self.any_address("sampler_address", message.sampler_address);
        self.number("time_flow_start_ns", message.start);
        self.number("time_flow_end_ns", message.end);
        self.number("bytes", message.bytes);
        self.number("packets", message.packets);
        self.any_address("src_addr", message.source);
        self.any_address("dst_addr", message.destination);
        self.word("etype", ether_type(message.ether_type));
        let protocol = u8::try_from(message.protocol);
        self.word("proto", protocol.map_or("", protocols::keyword));
        self.number("src_port", message.source_port);
        self.number("dst_port", message.destination_port);
        self.number("in_if", message.input);
        self.number("out_if", message.output);
        self.mac("src_mac", message.source_mac);
        self.mac("dst_mac", message.destination_mac);
        self.number("src_vlan", message.source_vlan);
        self.number("dst_vlan", message.destination_vlan);
        self.number("vlan_id", message.vlan);
        self.number("ip_tos", message.tos);
        self.number("forwarding_status", message.forwarding_status);
        self.number("ip_ttl", message.ttl);
        self.number("ip_flags", message.ip_flags);
        self.number("tcp_flags", message.tcp_flags);
        self.number("icmp_type", message.icmp_type);
        self.number("icmp_code", message.icmp_code);
        self.number("ipv6_flow_label", message.flow_label);
        self.number("fragment_id", message.fragment_id);
        self.number("fragment_offset", message.fragment_offset);
        self.number("src_as", message.source_as);
        self.number("dst_as", message.destination_as);
        self.any_address("next_hop", message.next_hop);
        self.number("next_hop_as", message.next_hop_as);
        self.prefix("src_net", message.source, message.source_prefix_length);
        self.prefix(
            "dst_net",
            message.destination,
            message.destination_prefix_length,
        );
        self.any_address("bgp_next_hop", message.bgp_next_hop);
        self.numbers("bgp_communities", &message.communities);
        self.numbers("as_path", &message.as_path);
        self.numbers("mpls_ttl", &message.mpls_ttls);
        self.numbers("mpls_label", &message.mpls_labels);
        self.items("mpls_ip", &message.mpls_addresses, |out, address| {
            out.address(*address);
        });
        self.number("observation_domain_id", message.observation_domain);
        self.number("observation_point_id", message.observation_point);
        self.items("layer_stack", &message.layers, |out, layer| {
            out.word(layer.kind.name());
        });
        self.items("layer_size", &message.layers, |out, layer| {
            out.unsigned(layer.size.into());
        });
        self.numbers("ipv6_routing_header_addresses", &[]);
        self.number("ipv6_routing_header_seg_left", 0_u32);
    }

    /// An address; nothing between the quotes if there is none.
    #[inline(always)]
    fn any_address(&mut self, key: &'static str, address: Option<IpAddr>) {
        match address {
            Some(address) => self.address(key, address),
            None => self.word(key, ""),
        }
    }

    /// The subnet of an address.
    #[inline(always)]
    fn prefix(&mut self, key: &'static str, address: Option<IpAddr>, length: u32) {
        let bits = |address: IpAddr| if address.is_ipv4() { 32 } else { 128 };
        let prefix = address.filter(|address| length <= bits(*address));
        match (prefix, u8::try_from(length)) {
            (Some(address), Ok(length)) => {
                self.0.key(key);
                self.0
                    .prefix(Prefix::new(address, length).address(), length);
            }
            _ => self.word(key, "invalid Prefix"),
        }
    }

    #[inline(always)]
    fn numbers(&mut self, key: &'static str, numbers: &[u32]) {
        self.items(key, numbers, |out, number| out.unsigned((*number).into()));
    }

    #[inline(always)]
    fn items<T>(
        &mut self,
        key: &'static str,
        items: &[T],
        write: impl Fn(&mut JsonDocument<'_>, &T),
    ) {
        self.0.key(key);
        self.0.array(|out| {
            for item in items {
                write(out, item);
            }
        });
    }
}

const fn ether_type(number: u32) -> &'static str {
    match number {
        IPV4 => "IPv4",
        IPV6 => "IPv6",
        0x0806 => "ARP",
        _ => "",
    }
}
