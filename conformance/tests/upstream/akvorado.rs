//! akvorado: flows after its own processing.

use serde_json::{Value, json};

use crate::capture::{Capture, Row, items};
use crate::compare::Meaning::{Flow, FlowBy, No};
use crate::compare::{Comparison, Line};
use crate::number::mac;

/// The names of akvorado.
const TABLE: &[Line] = &[
    ("SamplingRate", Flow("sampling_rate")),
    ("InIf", Flow("input_interface")),
    ("OutIf", Flow("output_interface")),
    ("SrcAddr", Flow("source_address")),
    ("DstAddr", Flow("destination_address")),
    ("SrcPort", Flow("source_port")),
    ("DstPort", Flow("destination_port")),
    ("Proto", Flow("protocol")),
    ("Packets", Flow("packets")),
    // Of a flow record. Of a sample, see `compare`.
    ("Bytes", Flow("octets")),
    ("SrcMAC", FlowBy("source_mac", mac)),
    ("DstMAC", FlowBy("destination_mac", mac)),
    ("SrcVlan", Flow("vlan")),
    ("DstVlan", Flow("post_vlan")),
    ("SrcAS", Flow("source_as")),
    ("DstAS", Flow("destination_as")),
    ("SrcNetMask", Flow("source_prefix_length")),
    ("DstNetMask", Flow("destination_prefix_length")),
    ("SrcAddrNAT", Flow("post_nat_source_address")),
    ("DstAddrNAT", Flow("post_nat_destination_address")),
    ("SrcPortNAT", Flow("post_nat_source_port")),
    ("DstPortNAT", Flow("post_nat_destination_port")),
    ("ICMPv4Type", Flow("icmp_type")),
    ("ICMPv6Type", Flow("icmp_type")),
    ("IPFragmentID", Flow("fragment_id")),
    ("IPTos", Flow("tos")),
    ("IPv6FlowLabel", Flow("ipv6_flow_label")),
    ("TCPFlags", Flow("tcp_flags")),
    ("IngressVRFID", Flow("ingress_vrf")),
    ("EgressVRFID", Flow("egress_vrf")),
    ("MPLSLabels", Flow("mpls_labels")),
    ("DstASPath", Flow("as_path")),
    ("DstCommunities", Flow("communities")),
    ("FlowDirection", FlowBy("direction", direction)),
    ("EType", FlowBy("ip_version", ip_version)),
    // Fields that are one to akvorado and several to us, see `compare`.
    ("NextHop", No),
    ("IPTTL", No),
    ("ForwardingStatus", No),
];

/// Names where akvorado looks into a tunnel: flows have the addresses, ports and protocol
/// of the inner packet, and no more of it.
const INNER: &[Line] = &[
    ("SrcAddr", Flow("inner_source_address")),
    ("DstAddr", Flow("inner_destination_address")),
    ("Proto", Flow("inner_protocol")),
    ("Bytes", No),
    ("EType", No),
    ("IPTTL", No),
    ("IPFragmentID", No),
];

/// Flows in their order; some tests look at the first flows only.
pub(crate) fn compare(capture: &Capture, flows: &Value, comparison: &mut Comparison<'_>) {
    comparison.zero_is_absent = true;
    let mut of_flows = capture
        .upstream()
        .iter()
        .filter(|part| part["flows"] == *flows);
    let is_inner = of_flows.any(|part| part["note"] == "inner packet after decapsulation");
    let rows: Vec<Row> = capture.rows().into_iter().flat_map(directions).collect();
    for (index, expected) in items(flows).iter().enumerate() {
        let Some(row) = rows.get(index) else {
            comparison.differ("flow", format!("flow {index} is missing"));
            continue;
        };
        for (name, expected) in expected.as_object().unwrap() {
            if is_inner && INNER.iter().any(|(line, _)| line == name) {
                comparison.value(INNER, name, expected, row);
            } else {
                compare_value(name, expected, row, comparison);
            }
        }
    }
}

fn compare_value(name: &str, expected: &Value, row: &Row, comparison: &mut Comparison<'_>) {
    let flow = row.flow.as_ref().unwrap();
    if let Some((_, fields)) = SEVERAL.iter().find(|(several, _)| *several == name) {
        comparison.compared += 1;
        let found: Vec<&Value> = fields.iter().map(|field| &flow[*field]).collect();
        if !found
            .iter()
            .any(|found| comparison.is_same(expected, found))
        {
            comparison.differ(name, format!("{expected} expected, {found:?} found"));
        }
        return;
    }
    if let (Some(link), "Bytes") = (link_octets(row), name) {
        let packet = flow["octets"].as_u64().unwrap() - link;
        // A frame may have padding after the packet.
        if expected.as_u64() == Some(packet)
            || expected.as_u64() < Some(packet) && packet <= SHORTEST_FRAME
        {
            comparison.compared += 1;
            return;
        }
    }
    comparison.value(TABLE, name, expected, row);
}

/// Names that are several fields here: a next hop of IP or BGP, a time to live of a packet
/// or the lowest or highest of a flow.
const SEVERAL: [(&str, &[&str]); 3] = [
    ("NextHop", &["next_hop", "bgp_next_hop"]),
    ("IPTTL", &["ttl", "min_ttl", "max_ttl"]),
    ("ForwardingStatus", &["forwarding_status"]),
];

/// `header_protocol` of sFlow.
const ETHERNET: u8 = 1;
/// Octets of IP in the shortest frame of Ethernet.
const SHORTEST_FRAME: u64 = 46;

/// Octets of the frame that are not of the packet: akvorado counts those of IP.
fn link_octets(row: &Row) -> Option<u64> {
    let header = row.member("header").as_str()?;
    let stripped = row.member("stripped").as_u64()?;
    if *row.member("header_protocol") != ETHERNET {
        return Some(stripped);
    }
    let mut length = 14;
    while matches!(header.get(2 * length - 4..2 * length)?, "8100" | "88a8") {
        length += 4;
    }
    Some(u64::try_from(length).unwrap() + stripped)
}

/// A biflow is two flows.
fn directions(row: Row) -> Vec<Row> {
    let Some(flow) = &row.flow else {
        return Vec::new();
    };
    if flow["reverse_packets"].as_u64().unwrap_or(0) == 0 {
        return vec![row];
    }
    let mut reverse = flow.clone();
    for (one, other) in [
        ("source_address", "destination_address"),
        ("source_port", "destination_port"),
        ("source_mac", "destination_mac"),
        ("input_interface", "output_interface"),
    ] {
        reverse[one] = flow[other].clone();
        reverse[other] = flow[one].clone();
    }
    reverse["octets"] = flow["reverse_octets"].clone();
    reverse["packets"] = flow["reverse_packets"].clone();
    let reverse = Row {
        record: row.record.clone(),
        flow: Some(reverse),
    };
    vec![row, reverse]
}

fn direction(name: &Value) -> Value {
    json!(u8::from(name == "egress"))
}

fn ip_version(ether_type: &Value) -> Value {
    match ether_type.as_u64() {
        Some(0x0800) => json!(4),
        Some(0x86dd) => json!(6),
        _ => ether_type.clone(),
    }
}
