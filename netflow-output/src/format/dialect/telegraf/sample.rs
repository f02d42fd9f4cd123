//! The metrics of Telegraf's netflow input for samples of sFlow.

use core::net::IpAddr;

use netflow_core::MessageHeader;
use netflow_core::packet::{HeaderProtocol, Packet, protocol};
use netflow_core::value::Text;
use netflow_core::wire::sflow::structure::MemberValue;
use netflow_core::wire::sflow::{
    CountersSample, DiscardedPacket, ExtendedGateway, FlowSample, Interface, Record, SampleKind,
    SampledHeader, SourceId,
};

use super::key::{FieldValue, Fields, Key};
use crate::format::dialect::Faults;
use crate::format::dialect::protocols::{TCP_FLAGS, letters};

/// Replaces fields by those of a sample.
pub(super) fn read<'a>(
    header: &MessageHeader,
    kind: &SampleKind<'a>,
    faults: Faults,
    fields: &mut Fields<'a>,
) {
    fields.clear();
    let mut reader = SampleReader { fields, faults };
    reader.header(header);
    match kind {
        SampleKind::Flow(sample) => reader.flow(sample),
        SampleKind::Counters(sample) => reader.counters(sample),
        SampleKind::Discarded(packet) => reader.discarded(packet),
        SampleKind::Unknown => {}
    }
}

struct SampleReader<'f, 'a> {
    fields: &'f mut Fields<'a>,
    faults: Faults,
}

impl<'a> SampleReader<'_, 'a> {
    fn header(&mut self, header: &MessageHeader) {
        let fields = &mut self.fields;
        let agent = header.agent_address.unwrap_or(header.exporter.ip());
        let version = if agent.is_ipv4() { "IPv4" } else { "IPv6" };
        fields.set(Key::AgentIp, FieldValue::Address(agent));
        fields.set(Key::IpVersion, FieldValue::Word(version));
        fields.number(Key::SysUptime, header.sys_uptime.unwrap_or(0));
        fields.number(Key::AgentSubid, header.observation_domain);
    }

    /// The interface, VLAN or entity that was sampled.
    fn source(&mut self, source: SourceId) {
        let key = match source.class {
            0 => Key::InSnmp,
            1 => Key::InVlanId,
            2 => Key::InPhyInterface,
            _ => return,
        };
        self.fields.number(key, source.index);
    }

    /// Interfaces and direction of a packet; `raw` is the number that Telegraf writes as the input.
    fn interfaces(&mut self, source: SourceId, (input, output): (Interface, Interface), raw: u32) {
        let direction = if source.index == raw {
            "ingress"
        } else {
            "egress"
        };
        self.fields.set(Key::Direction, FieldValue::Word(direction));
        let is_copied = self.faults.are_copied();
        // Telegraf takes the format of a discarded packet for a part of the number.
        let reason = output.discard_reason().filter(|_| is_copied);
        let number = match output.format {
            0 => Some(output.value),
            _ => reason.map(|reason| 1 << 30 | reason),
        };
        if let Some(number) = number {
            self.fields.number(Key::OutSnmp, number);
        }
        if is_copied {
            // The source of an egress sample replaces the input.
            self.fields.number(Key::InSnmp, raw);
            self.source(source);
            return;
        }
        if source.class != 0 {
            self.source(source);
        }
        if input.format == 0 {
            self.fields.number(Key::InSnmp, input.value);
        }
    }

    fn flow(&mut self, sample: &FlowSample<'a>) {
        let fields = &mut self.fields;
        fields.number(Key::SeqNumber, sample.sequence_number());
        fields.number(Key::SamplingInterval, sample.sampling_rate());
        fields.number(Key::InTotalPackets, sample.sample_pool());
        fields.number(Key::SamplingDrops, sample.drops());
        let input = sample.input();
        let raw = if sample.expanded() {
            input.value
        } else {
            input.format << 30 | input.value
        };
        self.interfaces(sample.source_id(), (input, sample.output()), raw);
        for record in sample.records().filter_map(Result::ok) {
            self.flow_record(&record);
        }
    }

    fn discarded(&mut self, packet: &DiscardedPacket<'a>) {
        let fields = &mut self.fields;
        fields.number(Key::SeqNumber, packet.sequence_number());
        fields.number(Key::SamplingDrops, packet.drops());
        fields.number(Key::Reason, packet.reason());
        let input = packet.input();
        self.interfaces(packet.source_id(), (input, packet.output()), input.value);
        for record in packet.records().filter_map(Result::ok) {
            self.flow_record(&record);
        }
    }

    fn flow_record(&mut self, record: &Record<'a>) {
        let fields = &mut self.fields;
        if let Some(header) = record.as_sampled_header() {
            self.sampled_header(&header);
        } else if let Some(frame) = record.as_sampled_ethernet() {
            fields.number(Key::EthTotalLen, frame.length());
            fields.set(Key::InSrcMac, FieldValue::Mac(frame.src_mac()));
            fields.set(Key::OutDstMac, FieldValue::Mac(frame.dst_mac()));
            self.frame_type(frame.ether_type() as u16);
        } else if let Some(packet) = record.as_sampled_ipv4() {
            fields.number(Key::Ipv4TotalLen, packet.length());
            fields.number(Key::SrcTos, packet.tos());
            let addresses = (packet.src_ip().into(), packet.dst_ip().into());
            let ports = (packet.src_port(), packet.dst_port());
            self.sampled_ip(packet.protocol(), addresses, ports, packet.tcp_flags());
        } else if let Some(packet) = record.as_sampled_ipv6() {
            fields.number(Key::Ipv6TotalLen, packet.length());
            let addresses = (packet.src_ip().into(), packet.dst_ip().into());
            let ports = (packet.src_port(), packet.dst_port());
            self.sampled_ip(packet.protocol(), addresses, ports, packet.tcp_flags());
        } else if let Some(switch) = record.as_extended_switch() {
            fields.number(Key::VlanSrc, switch.src_vlan());
            fields.number(Key::VlanSrcPriority, switch.src_priority());
            fields.number(Key::VlanDst, switch.dst_vlan());
            fields.number(Key::VlanDstPriority, switch.dst_priority());
        } else if let Some(router) = record.as_extended_router() {
            if let Some(hop) = router.nexthop {
                fields.set(Key::NextHop, FieldValue::Address(hop));
            }
            fields.number(Key::SrcMask, router.src_mask_len);
            fields.number(Key::DstMask, router.dst_mask_len);
        } else if let Some(gateway) = record.as_extended_gateway() {
            self.gateway(&gateway);
        } else if record.format().enterprise() == 0 {
            self.members(record);
        }
    }

    fn sampled_ip(
        &mut self,
        protocol: u32,
        (source, destination): (IpAddr, IpAddr),
        (source_port, destination_port): (u32, u32),
        flags: u32,
    ) {
        let fields = &mut self.fields;
        fields.set(Key::Protocol, FieldValue::Protocol(protocol as u8));
        fields.set(Key::Src, FieldValue::Address(source));
        fields.set(Key::Dst, FieldValue::Address(destination));
        fields.number(Key::SrcPort, source_port);
        fields.number(Key::DstPort, destination_port);
        let flags = letters(flags as u8, TCP_FLAGS);
        fields.set(Key::TcpFlags, FieldValue::Letters(flags));
    }

    fn gateway(&mut self, gateway: &ExtendedGateway<'a>) {
        let is_copied = self.faults.are_copied();
        let fields = &mut self.fields;
        if let Some(hop) = gateway.nexthop {
            fields.number(Key::NextHopIpVersion, if hop.is_ipv4() { 1_u8 } else { 2 });
            fields.set(Key::BgpNextHop, FieldValue::Address(hop));
            // The next hop of the router is another; Telegraf replaces it.
            if is_copied || !fields.has(Key::NextHop) {
                fields.set(Key::NextHop, FieldValue::Address(hop));
            }
        }
        fields.number(Key::BgpAs, gateway.autonomous_system);
        fields.number(Key::BgpSrcAs, gateway.src_as);
        fields.number(Key::BgpPrevAs, gateway.src_peer_as);
        if is_copied {
            // Telegraf takes the number of segments for the AS.
            fields.number(Key::BgpDstAs, gateway.dst_as_path.clone().count() as u64);
        } else if let Some(last) = gateway.as_path().last() {
            fields.number(Key::BgpDstAs, last);
        }
        if let Some(segment) = gateway.dst_as_path.clone().next() {
            fields.number(Key::BgpAsPathType, segment.segment_type);
            let length = segment.autonomous_systems.len();
            fields.number(Key::BgpAsPathLength, length as u64);
        }
        if let Some(next) = gateway.as_path().next() {
            fields.number(Key::BgpNextAs, next);
        }
        fields.number(Key::CommunityLength, gateway.communities.len() as u64);
        let communities = gateway.communities.clone();
        fields.set(Key::Communities, FieldValue::Numbers(communities));
        fields.number(Key::LocalPref, gateway.localpref);
    }

    /// Structures that are read by their table: queue, access list and function (sFlow Discarded Packet
    /// Notification, section 4).
    fn members(&mut self, record: &Record<'a>) {
        let format = record.format().format();
        for member in record.members() {
            let fields = &mut self.fields;
            match (format, member.name.name(), member.value) {
                (1036, "queue", Some(MemberValue::Unsigned(number))) => {
                    fields.number(Key::OutQueue, number);
                }
                (1037, "number", Some(MemberValue::Unsigned(number))) => {
                    fields.number(Key::AclId, number);
                }
                (1037, "name", Some(MemberValue::Text(text))) => {
                    fields.set(Key::AclName, FieldValue::Text(Text::new(text)));
                }
                (1037, "direction", Some(MemberValue::Unsigned(number))) => {
                    let direction = match number {
                        1 => "ingress",
                        2 => "egress",
                        _ => "unknown",
                    };
                    fields.set(Key::Direction, FieldValue::Word(direction));
                }
                (1038, "symbol", Some(MemberValue::Text(text))) => {
                    fields.set(Key::Function, FieldValue::Text(Text::new(text)));
                }
                _ => {}
            }
        }
    }

    fn sampled_header(&mut self, header: &SampledHeader<'a>) {
        let protocol = HeaderProtocol(header.protocol);
        let name = header_protocol(protocol);
        self.fields.set(Key::L2Protocol, FieldValue::Word(name));
        self.fields.number(Key::L2Bytes, header.frame_length);
        // Telegraf has no metric of packets without Ethernet.
        if self.faults.are_copied() && protocol != HeaderProtocol::ETHERNET {
            return;
        }
        let packet = header.packet();
        if let (Some(source), Some(destination)) = (packet.source_mac(), packet.destination_mac()) {
            self.fields.set(Key::InSrcMac, FieldValue::Mac(source));
            self.fields
                .set(Key::OutDstMac, FieldValue::Mac(destination));
        }
        if let (HeaderProtocol::ETHERNET, Some([high, low])) = (protocol, header.header.get(12..14))
        {
            self.frame_type(u16::from_be_bytes([*high, *low]));
        }
        for tag in packet.vlans() {
            self.fields.number(Key::VlanId, tag.vlan_id);
            self.fields.number(Key::VlanPriority, tag.priority);
            let drop_eligible = FieldValue::Flag(tag.drop_eligible);
            self.fields.set(Key::VlanDropEligible, drop_eligible);
        }
        self.network(&packet);
        self.transport(&packet);
    }

    /// The EtherType of a frame, or its length (IEEE 802.3, section 3.2.6).
    fn frame_type(&mut self, number: u16) {
        let name = match number {
            0..0x600 => {
                if number > 0 {
                    self.fields.number(Key::EthHeaderLen, number);
                }
                "LLC"
            }
            0x0800 => "IPv4",
            0x0806 => "ARP",
            0x2000 => "CiscoDiscovery",
            0x6558 => "TransparentEthernetBridging",
            0x8100 | 0x88a8 => "Dot1Q",
            0x86dd => "IPv6",
            0x8847 => "MPLSUnicast",
            0x8848 => "MPLSMulticast",
            0x8863 => "PPPoEDiscovery",
            0x8864 => "PPPoESession",
            0x888e => "EAPOL",
            0x88cc => "LinkLayerDiscovery",
            _ if self.faults.are_copied() => "UnknownEthernetType",
            _ => {
                let number = FieldValue::Hex(number);
                return self.fields.set(Key::DatalinkFrameType, number);
            }
        };
        self.fields
            .set(Key::DatalinkFrameType, FieldValue::Word(name));
    }

    fn network(&mut self, packet: &Packet<'_>) {
        let Some((version, offset)) = packet.ip_version().zip(packet.network_offset()) else {
            return;
        };
        let is_copied = self.faults.are_copied();
        let fields = &mut self.fields;
        let octet = |skip: usize| packet.octets().get(offset + skip).copied();
        let addresses = [
            (Key::Src, packet.source_address()),
            (Key::Dst, packet.destination_address()),
        ];
        for (key, address) in addresses {
            if let Some(address) = address {
                fields.set(key, FieldValue::Address(address));
            }
        }
        if let Some(ttl) = packet.ttl() {
            fields.number(Key::Ttl, ttl);
        }
        let word = |skip| Some(u16::from_be_bytes([octet(skip)?, octet(skip + 1)?]));
        let (name, length, key, next) = match version {
            4 => ("IPv4", word(2), Key::Ipv4TotalLen, 9),
            // Telegraf's length of IPv6 packets is that of their payload.
            _ => ("IPv6", word(4), Key::Ipv6TotalLen, 6),
        };
        fields.set(Key::IpVersion, FieldValue::Word(name));
        if let Some(length) = length {
            fields.number(key, length);
            fields.number(Key::IpTotalLen, length);
        }
        // Telegraf does not look past extension headers.
        let protocol = packet.protocol().filter(|_| !is_copied);
        if let Some(protocol) = protocol.or(octet(next)) {
            fields.set(Key::Protocol, FieldValue::Protocol(protocol));
        }
        if version != 4 {
            return;
        }
        if let Some(first) = octet(0) {
            fields.number(Key::Ipv4InetHeaderLen, first & 0x0f);
        }
        if let Some(tos) = packet.tos() {
            fields.number(Key::SrcTos, tos);
        }
        if let Some(id) = packet.fragment_id() {
            fields.number(Key::Ipv4Id, id);
        }
        if let Some(flags) = octet(6) {
            // Telegraf writes one flag, the first of these.
            let flags = written_flags(flags >> 5, &[4, 2, 1], is_copied);
            let written = FieldValue::Letters(fragment_letters(flags));
            fields.set(Key::FragmentFlags, written);
        }
        if let Some(offset) = packet.fragment_offset() {
            fields.number(Key::FragmentOffset, offset);
        }
    }

    fn transport(&mut self, packet: &Packet<'_>) {
        let is_copied = self.faults.are_copied();
        let fields = &mut self.fields;
        let ports = packet.source_port().zip(packet.destination_port());
        if let Some((source, destination)) = ports {
            fields.number(Key::SrcPort, source);
            fields.number(Key::DstPort, destination);
        }
        match packet.protocol() {
            Some(protocol::TCP) => {
                if let Some(sequence) = packet.tcp_sequence() {
                    fields.number(Key::TcpSeqNumber, sequence);
                }
                if let Some(acknowledgment) = packet.tcp_acknowledgment() {
                    fields.number(Key::TcpAckNumber, acknowledgment);
                }
                if let Some(window) = packet.tcp_window() {
                    fields.number(Key::TcpWindowSize, window);
                }
                let at = |skip: usize| packet.transport_offset().map(|at| at + skip);
                let urgent = at(18).zip(at(20));
                let urgent = urgent.and_then(|(start, end)| packet.octets().get(start..end));
                if let Some([high, low]) = urgent {
                    let urgent = u16::from_be_bytes([*high, *low]);
                    fields.number(Key::TcpUrgentPtr, urgent);
                }
                if let Some(flags) = packet.tcp_flags() {
                    // Telegraf writes one flag, the lowest.
                    let order = [1, 2, 4, 8, 16, 32, 64, 128];
                    let flags = written_flags(flags as u8, &order, is_copied);
                    let flags = FieldValue::Letters(letters(flags, TCP_FLAGS));
                    fields.set(Key::TcpFlags, flags);
                }
            }
            Some(protocol::UDP) => {
                // Telegraf replaces the length of the IP packet by that of UDP.
                if let Some(length) = packet.udp_length().filter(|_| is_copied) {
                    fields.number(Key::IpTotalLen, length);
                }
            }
            _ => {}
        }
    }

    fn counters(&mut self, sample: &CountersSample<'a>) {
        self.fields.number(Key::SeqNumber, sample.sequence_number());
        self.source(sample.source_id());
        for record in sample.records().filter_map(Result::ok) {
            self.counter_record(&record);
        }
    }

    fn counter_record(&mut self, record: &Record<'a>) {
        let fields = &mut self.fields;
        if let Some(of) = record.as_if_counters() {
            fields.number(Key::Interface, of.if_index());
            fields.number(Key::InterfaceType, of.if_type());
            fields.number(Key::Speed, of.if_speed());
            fields.number(Key::InBytes, of.if_in_octets());
            fields.number(Key::InUnicastPacketsTotal, of.if_in_ucast_pkts());
            fields.number(Key::InMcastPacketsTotal, of.if_in_multicast_pkts());
            fields.number(Key::InBroadcastPacketsTotal, of.if_in_broadcast_pkts());
            fields.number(Key::InDroppedPackets, of.if_in_discards());
            fields.number(Key::InErrors, of.if_in_errors());
            fields.number(Key::InUnknownProtocol, of.if_in_unknown_protos());
            fields.number(Key::OutBytes, of.if_out_octets());
            fields.number(Key::OutUnicastPacketsTotal, of.if_out_ucast_pkts());
            fields.number(Key::OutMcastPacketsTotal, of.if_out_multicast_pkts());
            fields.number(Key::OutBroadcastPacketsTotal, of.if_out_broadcast_pkts());
            fields.number(Key::OutDroppedPackets, of.if_out_discards());
            fields.number(Key::OutErrors, of.if_out_errors());
            fields.number(Key::Promiscuous, of.if_promiscuous_mode());
            // Bit 0 is what the administrator wants, bit 1 what is; Telegraf does not separate them.
            let is_up = match self.faults {
                Faults::Copied => of.if_status() != 0,
                Faults::Corrected => of.if_status() & 2 != 0,
            };
            let status = if is_up { "up" } else { "down" };
            fields.set(Key::Status, FieldValue::Word(status));
        } else if let Some(of) = record.as_ethernet_counters() {
            fields.set(Key::Type, FieldValue::Word("IEEE 802.3"));
            fields.number(Key::CollisionFramesSingle, of.single_collision_frames());
            fields.number(Key::CollisionFramesMulti, of.multiple_collision_frames());
            fields.number(Key::CollisionsLate, of.late_collisions());
            fields.number(Key::CollisionsExcessive, of.excessive_collisions());
            fields.number(Key::Deferred, of.deferred_transmissions());
            fields.number(Key::ErrorsAlignment, of.alignment_errors());
            fields.number(Key::ErrorsFcs, of.fcs_errors());
            fields.number(Key::ErrorsSqetest, of.sqe_test_errors());
            fields.number(Key::ErrorsInternalMacTx, of.internal_mac_transmit_errors());
            fields.number(Key::ErrorsInternalMacRx, of.internal_mac_receive_errors());
            fields.number(Key::ErrorsCarrierSense, of.carrier_sense_errors());
            fields.number(Key::ErrorsFrameTooLong, of.frame_too_longs());
            fields.number(Key::ErrorsSymbols, of.symbol_errors());
        } else if record
            .structure()
            .is_some_and(|known| known.name() == "port_name")
        {
            for member in record.members() {
                if let Some(MemberValue::Text(name)) = member.value {
                    fields.set(Key::PortName, FieldValue::Text(Text::new(name)));
                }
            }
        }
    }
}

/// All flags, or the first that is set in this order.
fn written_flags(flags: u8, order: &[u8], is_one: bool) -> u8 {
    let first = order.iter().find(|flag| flags & **flag != 0);
    match first {
        Some(first) if is_one => *first,
        _ => flags,
    }
}

/// The letters of the flags of IPv4: the reserved bit, don't fragment, more fragments.
fn fragment_letters(flags: u8) -> [u8; 8] {
    let mut text = *b"........";
    for (bit, place, letter) in [(4, 7, b'E'), (2, 6, b'D'), (1, 5, b'M')] {
        if flags & bit != 0 {
            text[place] = letter;
        }
    }
    text
}

/// The name of what a sampled header begins with.
const fn header_protocol(protocol: HeaderProtocol) -> &'static str {
    match protocol.0 {
        1 => "ETHERNET-ISO8023",
        2 => "ISO88024-TOKENBUS",
        3 => "ISO88025-TOKENRING",
        4 => "FDDI",
        5 => "FRAME-RELAY",
        6 => "X25",
        7 => "PPP",
        8 => "SMDS",
        9 => "AAL5",
        10 => "AAL5-IP",
        11 => "IPv4",
        12 => "IPv6",
        13 => "MPLS",
        _ => "unassigned",
    }
}
