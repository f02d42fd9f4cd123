//! Flows as JSON lines.

use core::net::IpAddr;

use netflow_core::value::MacAddress;
use netflow_core::{FlowValue, Prefix, Timestamp};

use super::fields;
use super::flow::{DumpedFlow, FlowReader};
use crate::format::dialect::encode::{Encode, JsonDocument, JsonMembers};

/// Writes a flow; `count` is its number.
pub(super) fn write(
    dumped: &DumpedFlow,
    reader: &FlowReader<'_, '_, '_, '_>,
    count: u64,
    out: &mut JsonDocument<'_>,
) {
    out.document(|out| write_members(dumped, reader, count, out));
}

fn write_members(
    dumped: &DumpedFlow,
    reader: &FlowReader<'_, '_, '_, '_>,
    count: u64,
    out: &mut JsonDocument<'_>,
) {
    let mut members = Members(out);
    members.number("cnt", count);
    members.0.raw(if reader.is_event() {
        br#","type":"EVENT","ident":"none""#
    } else {
        br#","type":"FLOW","ident":"none""#
    });
    members.number("export_sysid", reader.set.exporter);
    if dumped.groups.generic {
        members.generic(dumped, reader);
    }
    members.addresses(dumped);
    members.groups(dumped, reader);
    members.number("sampled", u64::from(reader.rate().is_some()));
}

struct Members<'w, 'o>(&'w mut JsonDocument<'o>);

impl<'o> JsonMembers<'o> for Members<'_, 'o> {
    fn object(&mut self) -> &mut JsonDocument<'o> {
        self.0
    }
}

impl Members<'_, '_> {
    fn generic(&mut self, dumped: &DumpedFlow, reader: &FlowReader<'_, '_, '_, '_>) {
        self.time("first", dumped.start_or_epoch());
        self.time("last", dumped.end_or_epoch());
        self.time("received", dumped.received);
        self.number("in_packets", dumped.packets);
        self.number("in_bytes", dumped.octets);
        self.number_16("proto", dumped.protocol);
        if let Some((kind, code)) = dumped.icmp {
            self.number_16("icmp_type", kind);
            self.number_16("icmp_code", code);
        } else {
            let flags = reader.flag_letters();
            self.0.key("tcp_flags");
            self.0.letters(flags);
            self.number_16("src_port", dumped.source_port);
            self.number_16("dst_port", dumped.destination_port);
            self.number("fwd_status", reader.number(fields::FORWARDING_STATUS));
        }
        self.number("src_tos", reader.number(fields::TOS));
    }

    fn addresses(&mut self, dumped: &DumpedFlow) {
        if dumped.source.is_none() && dumped.destination.is_none() {
            return;
        }
        let (source, destination) = (dumped.source_or_any(), dumped.destination_or_any());
        if source.is_ipv4() && destination.is_ipv4() {
            self.address("src4_addr", source);
            self.address("dst4_addr", destination);
            self.0.raw(br#","src4_geo":"","dst4_geo":"""#);
        } else {
            self.address("src6_addr", source);
            self.address("dst6_addr", destination);
            self.0.raw(br#","src6_geo":"","dst6_geo":"""#);
        }
    }

    fn groups(&mut self, dumped: &DumpedFlow, reader: &FlowReader<'_, '_, '_, '_>) {
        let groups = dumped.groups;
        let is_zero = || {
            let mut positions = [
                fields::INPUT,
                fields::OUTPUT,
                fields::SOURCE_PREFIX_LENGTH,
                fields::DESTINATION_PREFIX_LENGTH,
            ]
            .into_iter();
            positions.all(|position| reader.number(position) == 0)
        };
        // The fixed versions always have these fields.
        if groups.interfaces && !(groups.is_fixed && is_zero()) {
            self.interfaces(dumped, reader);
        }
        if groups.counters_out {
            let packets = reader
                .row
                .number(fields::REVERSE_PACKETS)
                .or_else(|| reader.element_if_any(24));
            self.number("out_packets", packets.unwrap_or(0));
            let octets = reader
                .row
                .number(fields::REVERSE_OCTETS)
                .or_else(|| reader.element_if_any(23));
            self.number("out_bytes", octets.unwrap_or(0));
            self.number("aggr_flows", dumped.flows);
        }
        if groups.vlans {
            self.number("src_vlan", reader.number(fields::VLAN));
            self.number("dst_vlan", reader.number(fields::POST_VLAN));
        }
        self.routing(dumped, reader);
    }

    fn interfaces(&mut self, dumped: &DumpedFlow, reader: &FlowReader<'_, '_, '_, '_>) {
        self.number("input_snmp", reader.number(fields::INPUT));
        self.number("output_snmp", reader.number(fields::OUTPUT));
        let [source, destination] = [
            fields::SOURCE_PREFIX_LENGTH,
            fields::DESTINATION_PREFIX_LENGTH,
        ]
        // Of one octet.
        .map(|position| reader.number(position) as u8);
        self.number_16("src_mask", source);
        self.number_16("dst_mask", destination);
        let is_known = source > 0 || destination > 0;
        if is_known {
            let network = |address: IpAddr, length| {
                // nfdump shifts by all bits, which leaves them.
                if length == 0 && address.is_ipv6() && dumped.faults.are_copied() {
                    return address;
                }
                Prefix::new(address, length).address()
            };
            self.address("src_net", network(dumped.source_or_any(), source));
            self.address("dst_net", network(dumped.destination_or_any(), destination));
        } else {
            self.0.raw(br#","src_net":"","dst_net":"""#);
        }
        self.number("direction", reader.number(fields::DIRECTION));
        self.number("dst_tos", reader.element(55));
    }

    fn routing(&mut self, dumped: &DumpedFlow, reader: &FlowReader<'_, '_, '_, '_>) {
        let groups = dumped.groups;
        let systems = (
            reader.number(fields::SOURCE_AS),
            reader.number(fields::DESTINATION_AS),
        );
        if groups.systems && (!groups.is_fixed || systems != (0, 0)) {
            self.number("src_as", systems.0);
            self.number("dst_as", systems.1);
        }
        let hops = [
            (
                groups.bgp_next_hop,
                reader.row.address(fields::BGP_NEXT_HOP),
                ["bgp4_next_hop", "bgp6_next_hop"],
            ),
            (
                groups.next_hop,
                reader.row.address(fields::NEXT_HOP),
                ["ip4_next_hop", "ip6_next_hop"],
            ),
        ];
        for (has, hop, keys) in hops {
            let Some(hop) = hop.filter(|_| has) else {
                continue;
            };
            if (groups.is_fixed || groups.is_sample) && hop.is_unspecified() {
                continue;
            }
            self.address(keys[usize::from(hop.is_ipv6())], hop);
        }
        if let Some(router) = reader.set.router {
            let keys = ["ip4_router", "ip6_router"];
            self.address(keys[usize::from(router.is_ipv6())], router);
        }
        self.link(dumped, reader);
    }

    fn link(&mut self, dumped: &DumpedFlow, reader: &FlowReader<'_, '_, '_, '_>) {
        let groups = dumped.groups;
        if groups.labels {
            self.labels(reader, groups.is_sample);
        }
        if groups.macs {
            self.macs(reader, groups.is_sample);
        }
        if groups.neighbours {
            self.number("next_as", reader.element(128));
            self.number("prev_as", reader.element(129));
        }
        if groups.translation {
            self.translation(reader);
        }
        if groups.translated_ports {
            self.number("src_xlt_port", reader.element(227));
            self.number("dst_xlt_port", reader.element(228));
        }
        if groups.nat_event {
            self.nat_event(dumped, reader);
        }
        if groups.vrfs {
            self.number("ingress_vrf", reader.number(fields::INGRESS_VRF));
            self.number("egress_vrf", reader.number(fields::EGRESS_VRF));
        }
        if groups.ttls {
            let ttl = reader.element_if_any(192);
            let lowest = reader.element_if_any(52).or(ttl);
            self.number("ip_minttl", lowest.unwrap_or(0));
            let highest = reader.element(53);
            self.number("ip_maxttl", highest);
        }
        if groups.layer_2 {
            let members = [
                ("vlanID", 243),
                ("post_vlanID", 254),
                ("cust_vlanID", 245),
                ("post_cust_vlanID", 255),
                ("phys_ingress", 252),
                ("phys_egress", 253),
                ("ethertype", 256),
            ];
            for (key, id) in members {
                self.number(key, reader.element(id));
            }
            self.number("ip_version", reader.number(fields::IP_VERSION));
        }
        if groups.observation {
            self.number(
                "observationDomainID",
                reader.row.flow().header().observation_domain,
            );
            self.number("observationPointID", reader.element(138));
        }
        if groups.flow_id {
            self.number("flowID", reader.element(148));
        }
    }

    /// Ten labels, as `label-experimental-bottom`.
    fn labels(&mut self, reader: &FlowReader<'_, '_, '_, '_>, is_sample: bool) {
        if is_sample {
            return;
        }
        for place in 0..10 {
            let entry = reader.element(70 + place);
            self.0.key(LABELS[usize::from(place)]);
            let parts = [entry >> 4, entry >> 1 & 7, entry & 1];
            self.0.numbers_word(parts, b'-');
        }
    }

    fn macs(&mut self, reader: &FlowReader<'_, '_, '_, '_>, is_sample: bool) {
        let of = |id| reader.element(id);
        let of_packet = |address: Option<MacAddress>| {
            address.map_or(0, |MacAddress([a, b, c, d, e, f])| {
                u64::from_be_bytes([0, 0, a, b, c, d, e, f])
            })
        };
        let addresses = if is_sample {
            let mac = |position| match reader.row.value(position) {
                Some(FlowValue::Mac(address)) => Some(address),
                _ => None,
            };
            let (source, destination) = (mac(fields::SOURCE_MAC), mac(fields::DESTINATION_MAC));
            if source.is_none() && destination.is_none() {
                return;
            }
            [of_packet(source), of_packet(destination), 0, 0]
        } else {
            [of(56), of(57), of(80), of(81)]
        };
        self.mac("in_src_mac", addresses[0]);
        self.mac("out_dst_mac", addresses[1]);
        self.mac("in_dst_mac", addresses[2]);
        self.mac("out_src_mac", addresses[3]);
    }

    fn translation(&mut self, reader: &FlowReader<'_, '_, '_, '_>) {
        let any = IpAddr::V4(core::net::Ipv4Addr::UNSPECIFIED);
        let source = reader.row.address(fields::POST_NAT_SOURCE).unwrap_or(any);
        let destination = reader
            .row
            .address(fields::POST_NAT_DESTINATION)
            .unwrap_or(any);
        let keys = if source.is_ipv4() && destination.is_ipv4() {
            ["src4_xlt_ip", "dst4_xlt_ip"]
        } else {
            ["src6_xlt_ip", "dst6_xlt_ip"]
        };
        self.address(keys[0], source);
        self.address(keys[1], destination);
    }

    fn nat_event(&mut self, dumped: &DumpedFlow, reader: &FlowReader<'_, '_, '_, '_>) {
        let event = reader.number(fields::NAT_EVENT);
        self.number("nat_event_id", event);
        let name = match event {
            1 => "NAT translation create",
            2 => "NAT translation delete",
            _ => "UNKNOWN",
        };
        self.word("nat_event", name);
        self.number("nat_pool_id", reader.element(283));
        self.time("t_event", dumped.start_or_epoch());
    }

    /// A time with milliseconds and no zone.
    #[inline(always)]
    fn time(&mut self, key: &'static str, time: Timestamp) {
        self.0.key(key);
        self.0.time_without_zone(time);
    }
}

const LABELS: [&str; 10] = [
    "mpls_1", "mpls_2", "mpls_3", "mpls_4", "mpls_5", "mpls_6", "mpls_7", "mpls_8", "mpls_9",
    "mpls_10",
];
