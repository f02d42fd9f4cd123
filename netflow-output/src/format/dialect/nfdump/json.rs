//! Flows as JSON lines.

use core::net::IpAddr;

use netflow_core::text::UnixTime;
use netflow_core::value::MacAddress;
use netflow_core::{Flow, Prefix, Timestamp};

use super::flow::{DumpedFlow, number};
use crate::format::dialect::encode::{Encode, JsonDocument, JsonMembers};

/// Writes a flow; `count` is its number and `exporter` that of its exporter.
pub(super) fn write(
    dumped: &DumpedFlow,
    flow: &Flow<'_>,
    (count, exporter): (u64, u64),
    out: &mut Vec<u8>,
) {
    JsonDocument::document(out, |out| {
        let mut members = Members(out);
        members.number("cnt", count);
        members.word("type", if dumped.is_event { "EVENT" } else { "FLOW" });
        members.word("ident", "none");
        members.number("export_sysid", exporter);
        if dumped.groups.generic {
            members.generic(dumped);
        }
        members.addresses(dumped);
        members.groups(dumped, flow);
        members.number("sampled", u64::from(dumped.is_sampled));
    });
}

struct Members<'w, 'o>(&'w mut JsonDocument<'o>);

impl<'o> JsonMembers<'o> for Members<'_, 'o> {
    fn object(&mut self) -> &mut JsonDocument<'o> {
        self.0
    }
}

impl Members<'_, '_> {
    fn generic(&mut self, dumped: &DumpedFlow) {
        self.time("first", dumped.start_or_epoch());
        self.time("last", dumped.end_or_epoch());
        self.time("received", dumped.received);
        self.number("in_packets", dumped.packets);
        self.number("in_bytes", dumped.octets);
        self.number("proto", dumped.protocol);
        if let Some((kind, code)) = dumped.icmp {
            self.number("icmp_type", kind);
            self.number("icmp_code", code);
        } else {
            let flags = dumped.flags();
            self.word(
                "tcp_flags",
                core::str::from_utf8(&flags).unwrap_or_default(),
            );
            self.number("src_port", dumped.source_port);
            self.number("dst_port", dumped.destination_port);
            self.number("fwd_status", dumped.forwarding_status);
        }
        self.number("src_tos", dumped.tos);
    }

    fn addresses(&mut self, dumped: &DumpedFlow) {
        if dumped.source.is_none() && dumped.destination.is_none() {
            return;
        }
        let (source, destination) = (dumped.source_or_any(), dumped.destination_or_any());
        let keys = if source.is_ipv4() && destination.is_ipv4() {
            ["src4_addr", "dst4_addr", "src4_geo", "dst4_geo"]
        } else {
            ["src6_addr", "dst6_addr", "src6_geo", "dst6_geo"]
        };
        self.address(keys[0], source);
        self.address(keys[1], destination);
        self.word(keys[2], "");
        self.word(keys[3], "");
    }

    fn groups(&mut self, dumped: &DumpedFlow, flow: &Flow<'_>) {
        let groups = dumped.groups;
        let is_zero = dumped.interfaces == (0, 0)
            && flow.source_prefix_length().unwrap_or(0) == 0
            && flow.destination_prefix_length().unwrap_or(0) == 0;
        // The fixed versions always have these fields.
        if groups.interfaces && !(groups.is_fixed && is_zero) {
            self.interfaces(dumped, flow);
        }
        if groups.counters_out {
            let packets = flow.reverse_packets().or(number(flow, 24));
            self.number("out_packets", packets.unwrap_or(0));
            let octets = flow.reverse_octets().or(number(flow, 23));
            self.number("out_bytes", octets.unwrap_or(0));
            self.number("aggr_flows", dumped.flows);
        }
        if groups.vlans {
            self.number("src_vlan", flow.vlan().unwrap_or(0));
            self.number("dst_vlan", flow.post_vlan().unwrap_or(0));
        }
        self.routing(dumped, flow);
    }

    fn interfaces(&mut self, dumped: &DumpedFlow, flow: &Flow<'_>) {
        self.number("input_snmp", flow.input_interface().unwrap_or(0));
        self.number("output_snmp", flow.output_interface().unwrap_or(0));
        let source = flow.source_prefix_length().unwrap_or(0);
        let destination = flow.destination_prefix_length().unwrap_or(0);
        self.number("src_mask", source);
        self.number("dst_mask", destination);
        let is_known = source > 0 || destination > 0;
        for (key, address, length) in [
            ("src_net", dumped.source_or_any(), source),
            ("dst_net", dumped.destination_or_any(), destination),
        ] {
            if !is_known {
                self.word(key, "");
            } else if length == 0 && address.is_ipv6() && dumped.faults.are_copied() {
                // nfdump shifts by all bits, which leaves them.
                self.address(key, address);
            } else {
                self.address(key, Prefix::new(address, length).address());
            }
        }
        self.number("direction", flow.direction().unwrap_or(0));
        self.number("dst_tos", number(flow, 55).unwrap_or(0));
    }

    fn routing(&mut self, dumped: &DumpedFlow, flow: &Flow<'_>) {
        let groups = dumped.groups;
        let systems = (
            flow.source_as().unwrap_or(0),
            flow.destination_as().unwrap_or(0),
        );
        if groups.systems && (!groups.is_fixed || systems != (0, 0)) {
            self.number("src_as", systems.0);
            self.number("dst_as", systems.1);
        }
        let hops = [
            (
                groups.bgp_next_hop,
                flow.bgp_next_hop(),
                ["bgp4_next_hop", "bgp6_next_hop"],
            ),
            (
                groups.next_hop,
                flow.next_hop(),
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
        let router = flow.agent_address().or(flow.exporter_address());
        if let Some(router) = router {
            let keys = ["ip4_router", "ip6_router"];
            self.address(keys[usize::from(router.is_ipv6())], router);
        }
        self.link(dumped, flow);
    }

    fn link(&mut self, dumped: &DumpedFlow, flow: &Flow<'_>) {
        let groups = dumped.groups;
        if groups.labels {
            self.labels(flow, groups.is_sample);
        }
        if groups.macs {
            self.macs(flow, groups.is_sample);
        }
        if groups.neighbours {
            self.number("next_as", number(flow, 128).unwrap_or(0));
            self.number("prev_as", number(flow, 129).unwrap_or(0));
        }
        if groups.translation {
            self.translation(flow);
        }
        if groups.translated_ports {
            self.number("src_xlt_port", number(flow, 227).unwrap_or(0));
            self.number("dst_xlt_port", number(flow, 228).unwrap_or(0));
        }
        if groups.nat_event {
            self.nat_event(dumped, flow);
        }
        if groups.vrfs {
            self.number("ingress_vrf", flow.ingress_vrf().unwrap_or(0));
            self.number("egress_vrf", flow.egress_vrf().unwrap_or(0));
        }
        if groups.ttls {
            let ttl = number(flow, 192);
            let lowest = number(flow, 52).or(ttl);
            self.number("ip_minttl", lowest.unwrap_or(0));
            let highest = number(flow, 53).unwrap_or(0);
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
                self.number(key, number(flow, id).unwrap_or(0));
            }
            self.number("ip_version", flow.ip_version().unwrap_or(0));
        }
        if groups.observation {
            self.number("observationDomainID", flow.header().observation_domain);
            self.number("observationPointID", number(flow, 138).unwrap_or(0));
        }
        if groups.flow_id {
            self.number("flowID", number(flow, 148).unwrap_or(0));
        }
    }

    /// Ten labels, as `label-experimental-bottom`.
    fn labels(&mut self, flow: &Flow<'_>, is_sample: bool) {
        if is_sample {
            return;
        }
        for place in 0..10 {
            let entry = number(flow, 70 + place).unwrap_or(0);
            let (label, bits, bottom) = (entry >> 4, entry >> 1 & 7, entry & 1);
            self.0.key(LABELS[usize::from(place)]);
            self.0.word(&format!("{label}-{bits}-{bottom}"));
        }
    }

    fn macs(&mut self, flow: &Flow<'_>, is_sample: bool) {
        let of = |id| number(flow, id).unwrap_or(0);
        let of_packet = |address: Option<MacAddress>| {
            address.map_or(0, |MacAddress([a, b, c, d, e, f])| {
                u64::from_be_bytes([0, 0, a, b, c, d, e, f])
            })
        };
        let addresses = if is_sample {
            let (source, destination) = (flow.source_mac(), flow.destination_mac());
            if source.is_none() && destination.is_none() {
                return;
            }
            [of_packet(source), of_packet(destination), 0, 0]
        } else {
            [of(56), of(57), of(80), of(81)]
        };
        let keys = ["in_src_mac", "out_dst_mac", "in_dst_mac", "out_src_mac"];
        for (key, address) in keys.into_iter().zip(addresses) {
            let [_, _, a, b, c, d, e, f] = address.to_be_bytes();
            self.0.key(key);
            self.0.mac([a, b, c, d, e, f]);
        }
    }

    fn translation(&mut self, flow: &Flow<'_>) {
        let any = IpAddr::V4(core::net::Ipv4Addr::UNSPECIFIED);
        let source = flow.post_nat_source_address().unwrap_or(any);
        let destination = flow.post_nat_destination_address().unwrap_or(any);
        let keys = if source.is_ipv4() && destination.is_ipv4() {
            ["src4_xlt_ip", "dst4_xlt_ip"]
        } else {
            ["src6_xlt_ip", "dst6_xlt_ip"]
        };
        self.address(keys[0], source);
        self.address(keys[1], destination);
    }

    fn nat_event(&mut self, dumped: &DumpedFlow, flow: &Flow<'_>) {
        let event = flow.nat_event().unwrap_or(0);
        self.number("nat_event_id", event);
        let name = match event {
            1 => "NAT translation create",
            2 => "NAT translation delete",
            _ => "UNKNOWN",
        };
        self.word("nat_event", name);
        self.number("nat_pool_id", number(flow, 283).unwrap_or(0));
        self.time("t_event", dumped.start_or_epoch());
    }

    fn address(&mut self, key: &'static str, address: IpAddr) {
        self.0.key(key);
        self.0.address(address);
    }

    /// A time with milliseconds and no zone.
    fn time(&mut self, key: &'static str, time: Timestamp) {
        self.0.key(key);
        match UnixTime::from(time).text_of_digits(3) {
            Some(text) => self.0.word(text.as_str().trim_end_matches('Z')),
            None => self.0.null(),
        }
    }
}

const LABELS: [&str; 10] = [
    "mpls_1", "mpls_2", "mpls_3", "mpls_4", "mpls_5", "mpls_6", "mpls_7", "mpls_8", "mpls_9",
    "mpls_10",
];
