//! Flow messages of sampled packets.

use netflow_core::packet::Packet;
use netflow_core::wire::sflow::{Interface, Sample, SampleKind};
use netflow_core::{FlowValue, ProjectedFlow};

use super::fields;
use super::message::{FlowMessage, IPV4, IPV6, Layer, LayerKind, MOST_ITEMS, nanos};
use crate::format::dialect::Faults;

const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMP: u8 = 1;
const ICMP_V6: u8 = 58;

impl FlowMessage {
    /// The message for a flow sample of sFlow.
    pub(super) fn of_sample(row: &ProjectedFlow<'_, '_, '_>, faults: Faults) -> Self {
        let flow = row.flow();
        let mut message = Self::of_header(flow);
        let number = |position| row.number(position).unwrap_or(0);
        // Fields of protobuf have 32 bits.
        let short = |position| number(position) as u32;
        message.start = nanos(flow.header().received);
        message.end = message.start;
        message.bytes = number(fields::OCTETS);
        message.packets = 1;
        message.input = short(fields::INPUT);
        message.output = short(fields::OUTPUT);
        let kind = flow.sample().filter(|_| faults.are_copied());
        if let Some(Ok(SampleKind::Flow(sample))) = kind.map(Sample::kind) {
            // goflow2 takes the format of an interface for a part of its number.
            let number = |interface: Interface| match sample.expanded() {
                true => interface.value,
                false => interface.format << 30 | interface.value,
            };
            message.input = number(sample.input());
            message.output = number(sample.output());
        }
        let packet = flow.packet();
        // goflow2 reads only Ethernet frames.
        let is_read = |packet: &Packet<'_>| !faults.are_copied() || packet.source_mac().is_some();
        let hides = faults.are_copied() && !packet.as_ref().is_none_or(is_read);
        if let Some(packet) = packet.filter(is_read) {
            message.fill_from_packet(&packet, faults);
        }
        if !hides {
            message.source = row.address(fields::SOURCE).or(message.source);
            message.destination = row.address(fields::DESTINATION).or(message.destination);
        }
        // Both are members of one structure, extended_switch.
        if let Some(vlan) = row.number(fields::POST_VLAN) {
            message.source_vlan = short(fields::VLAN);
            message.destination_vlan = vlan as u32;
        }
        message.next_hop = row.address(fields::NEXT_HOP);
        message.bgp_next_hop = row.address(fields::BGP_NEXT_HOP);
        message.source_as = short(fields::SOURCE_AS);
        message.destination_as = short(fields::DESTINATION_AS);
        message.next_hop_as = short(fields::NEXT_AS);
        message.source_prefix_length = short(fields::SOURCE_PREFIX_LENGTH);
        message.destination_prefix_length = short(fields::DESTINATION_PREFIX_LENGTH);
        let numbers = |position| match row.value(position) {
            Some(FlowValue::Numbers(numbers)) => numbers.iter().take(MOST_ITEMS).collect(),
            _ => Vec::new(),
        };
        message.as_path = numbers(fields::AS_PATH);
        message.communities = numbers(fields::COMMUNITIES);
        message
    }

    /// Adds what the headers of a packet say.
    pub(super) fn fill_from_packet(&mut self, packet: &Packet<'_>, faults: Faults) {
        if let (Some(source), Some(destination)) = (packet.source_mac(), packet.destination_mac()) {
            self.source_mac = mac(source);
            self.destination_mac = mac(destination);
            self.layer(LayerKind::Ethernet, 14);
        }
        for tag in packet.vlans() {
            // goflow2 takes priority and drop eligibility for a part of the number.
            self.vlan = if faults.are_copied() {
                u32::from(tag.priority) << 13
                    | u32::from(tag.drop_eligible) << 12
                    | u32::from(tag.vlan_id)
            } else {
                tag.vlan_id.into()
            };
            self.layer(LayerKind::Dot1Q, 4);
        }
        let mut labels = 0;
        for entry in packet.mpls_labels().take(MOST_ITEMS) {
            self.mpls_labels.push(entry.label);
            self.mpls_ttls.push(entry.ttl.into());
            labels += 4;
        }
        if labels > 0 {
            self.layer(LayerKind::Mpls, labels);
        }
        let Some(version) = packet.ip_version() else {
            self.ether_type = packet.ether_type().unwrap_or(0).into();
            return;
        };
        self.source = packet.source_address();
        self.destination = packet.destination_address();
        self.tos = packet.tos().unwrap_or(0).into();
        self.ttl = packet.ttl().unwrap_or(0).into();
        self.flow_label = packet.ipv6_flow_label().unwrap_or(0);
        self.fragment_id = packet.fragment_id().unwrap_or(0);
        self.fragment_offset = packet.fragment_offset().unwrap_or(0).into();
        self.protocol = packet.protocol().unwrap_or(0).into();
        if version == 4 {
            self.ether_type = IPV4;
            let flags = packet
                .network_offset()
                .and_then(|at| packet.octets().get(at + 6));
            self.ip_flags = flags.map_or(0, |octet| u32::from(octet >> 5));
            self.layer(LayerKind::Ipv4, 20);
        } else {
            self.ether_type = IPV6;
            self.layer(LayerKind::Ipv6, 40);
        }
        self.fill_from_transport(packet, faults);
    }

    fn fill_from_transport(&mut self, packet: &Packet<'_>, faults: Faults) {
        let Some(offset) = packet.transport_offset() else {
            return;
        };
        self.source_port = packet.source_port().unwrap_or(0).into();
        self.destination_port = packet.destination_port().unwrap_or(0).into();
        self.tcp_flags = packet.tcp_flags().unwrap_or(0).into();
        self.icmp_type = packet.icmp_type().unwrap_or(0).into();
        self.icmp_code = packet.icmp_code().unwrap_or(0).into();
        match packet.protocol() {
            Some(TCP) => {
                // goflow2 takes the flags, an octet further, for the length.
                let is_copied = faults.are_copied();
                let octet = packet
                    .octets()
                    .get(offset + if is_copied { 13 } else { 12 });
                let size = octet.map_or(0, |octet| u32::from(octet >> 4) * 4);
                self.layer(LayerKind::Tcp, size + if is_copied { 20 } else { 0 });
            }
            Some(UDP) => self.layer(LayerKind::Udp, 8),
            Some(ICMP) => self.layer(LayerKind::Icmp, 8),
            Some(ICMP_V6) => self.layer(LayerKind::IcmpV6, 8),
            _ => {}
        }
    }

    fn layer(&mut self, kind: LayerKind, size: u32) {
        if self.layers.len() < MOST_ITEMS {
            self.layers.push(Layer { kind, size });
        }
    }
}

fn mac([a, b, c, d, e, f]: [u8; 6]) -> u64 {
    u64::from_be_bytes([0, 0, a, b, c, d, e, f])
}
