//! fluent-plugin-netflow: one record, in the names of Logstash as a rule.

use serde_json::Value;

use crate::capture::Capture;
use crate::compare::Comparison;
use crate::compare::Line;
use crate::compare::Meaning::{Flow, Head, No};

/// The names of Fluentd.
const TABLE: &[Line] = &[
    ("flow_seq_num", Head("sequence")),
    ("flowset_id", Head("set")),
    ("in_pkts", Flow("packets")),
    ("in_bytes", Flow("octets")),
    ("ipv4_src_addr", Flow("source_address")),
    ("ipv4_dst_addr", Flow("destination_address")),
    ("input_snmp", Flow("input_interface")),
    ("output_snmp", Flow("output_interface")),
    ("first_switched", Flow("start")),
    ("last_switched", Flow("end")),
    ("flowStartMilliseconds", Flow("start")),
    ("flowEndMilliseconds", Flow("end")),
    ("l4_src_port", Flow("source_port")),
    ("l4_dst_port", Flow("destination_port")),
    ("src_as", Flow("source_as")),
    ("dst_as", Flow("destination_as")),
    ("bgp_ipv4_next_hop", Flow("bgp_next_hop")),
    ("src_mask", Flow("source_prefix_length")),
    ("dst_mask", Flow("destination_prefix_length")),
    ("protocol", Flow("protocol")),
    ("tcp_flags", Flow("tcp_flags")),
    ("src_tos", Flow("tos")),
    ("direction", Flow("direction")),
    ("forwarding_status", Flow("forwarding_status")),
    (
        "flow_sampler_id",
        crate::compare::Meaning::Record("samplerId"),
    ),
    ("ingress_vrf_id", Flow("ingress_vrf")),
    ("egress_vrf_id", Flow("egress_vrf")),
    // The version is the protocol, which the captures have in their names.
    ("version", No),
];

pub(crate) fn compare(capture: &Capture, record: &Value, comparison: &mut Comparison<'_>) {
    let rows = capture.rows();
    let flows: Vec<_> = rows.iter().filter(|row| row.flow.is_some()).collect();
    comparison.count("record", 1, flows.len());
    if let Some(row) = flows.first() {
        comparison.object(TABLE, record, row);
    }
}
