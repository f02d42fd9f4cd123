//! Where another project says something else and is not right, or leaves the choice.

use alloc::collections::BTreeSet;

use crate::compare::Difference;

/// Capture, name of the source, and why ours is right.
const KNOWN: &[(&str, &str, &str)] = &[
    (
        "ipfix-akvorado-datalink",
        "Bytes",
        "the frame's length is in the record (312), akvorado counts the octets of IP",
    ),
    (
        "ipfix-akvorado-datalink",
        "DstVlan",
        "akvorado takes the one VLAN that was sent for both",
    ),
    (
        "sflow-akvorado-qinq",
        "DstVlan",
        "akvorado takes the one VLAN that was sent for both",
    ),
    (
        "sflow-tcpdump-expanded",
        "DstVlan",
        "akvorado takes the one VLAN that was sent for both",
    ),
    (
        "sflow-akvorado-qinq",
        "SrcVlan",
        "the outer tag is the VLAN, akvorado takes the inner",
    ),
    (
        "sflow-akvorado-ipv4-data",
        "Bytes",
        "the agent counts octets of the sample that it cut among those stripped, and akvorado takes the length of sampled_ipv4",
    ),
    (
        "sflow-akvorado-discard",
        "ForwardingStatus",
        "what sFlow says of a drop is in drop_reason, and no status of RFC 7270 was sent",
    ),
    (
        "nfv5-akvorado",
        "SamplingRate",
        "0 in the header says nothing, akvorado takes it for 1",
    ),
    (
        "ipfix-pmacct-106-huawei",
        "ip_src",
        "of repeated elements the first is of the outer header (RFC 7011, section 8), pmacct takes the last",
    ),
    ("ipfix-pmacct-106-huawei", "ip_dst", "the same"),
    ("ipfix-pmacct-106-huawei", "ip_proto", "the same"),
    ("ipfix-pmacct-106-huawei", "port_src", "the same"),
    ("ipfix-pmacct-106-huawei", "port_dst", "the same"),
    (
        "ipfix-pmacct-106-huawei",
        "packets",
        "two flows that differ in the inner ports alone",
    ),
    (
        "ipfix-pmacct-106-huawei",
        "bytes",
        "two flows that differ in the inner ports alone",
    ),
    (
        "ipfix-pmacct-106-huawei",
        "rows",
        "two flows that differ in the inner ports alone",
    ),
    (
        "ipfix-ixia",
        "events",
        "the test of logstash looks at one template of the three",
    ),
    (
        "ipfix-softflowd",
        "events",
        "logstash does not read the second message of the datagram",
    ),
    (
        "nfv5-softflowd-concat",
        "events",
        "logstash does not read the further messages of the datagram",
    ),
    (
        "nfv5-softflowd-concat",
        "@timestamp",
        "logstash cuts times to milliseconds",
    ),
    (
        "nfv5-softflowd-concat",
        "last_switched",
        "logstash cuts times to milliseconds",
    ),
    (
        "nfv5-softflowd-concat",
        "first_switched",
        "the uptime wrapped after the flow began, logstash is 49.7 days late",
    ),
    (
        "ipfix-netscaler",
        "netscalerHttpResForwFB",
        "a dateTimeMicroseconds in the table of Citrix, a number to logstash",
    ),
    (
        "ipfix-netscaler",
        "netscalerHttpResForwLB",
        "a dateTimeMicroseconds in the table of Citrix, a number to logstash",
    ),
    (
        "nfv9-nprobe-dpi",
        "nprobe_proto_name",
        "octets that are not UTF-8 are replaced, logstash reads Latin-1",
    ),
    (
        "nfv9-paloalto-zero-filled",
        "icmp_type",
        "a flow of TCP has no ICMP type",
    ),
    (
        "nfv9-fortigate-542-appid",
        "xlate_dst_addr_ipv4",
        "an address and a port of zero after translation are none: nothing was translated",
    ),
    ("nfv9-fortigate-542-appid", "xlate_dst_port", "the same"),
    (
        "nfv9-zero-length-fields",
        "in_bytes",
        "the flow was counted on its way out (23, 24); 1 and 2 are zero",
    ),
    ("nfv9-zero-length-fields", "in_pkts", "the same"),
    (
        "sflow-telegraf-example",
        "in_broadcast_packets_total",
        "a counter of all ones is not known (sFlow version 5, section 5), telegraf takes it for a number",
    ),
    (
        "sflow-telegraf-example",
        "in_mcast_packets_total",
        "the same",
    ),
    ("sflow-telegraf-example", "in_unknown_protocol", "the same"),
    (
        "sflow-telegraf-example",
        "out_broadcast_packets_total",
        "the same",
    ),
    (
        "sflow-telegraf-example",
        "out_mcast_packets_total",
        "the same",
    ),
];

/// What is left when the known differences are taken away; a line of the list that nothing
/// meets is reported too.
pub(crate) fn explain(differences: Vec<Difference>, has_captures: bool) -> Vec<String> {
    let mut met = BTreeSet::new();
    let mut left = Vec::new();
    for Difference {
        capture,
        name,
        what,
    } in differences
    {
        let is_it =
            |(_, known): &(usize, &(&str, &str, &str))| known.0 == capture && known.1 == name;
        match KNOWN.iter().enumerate().find(is_it) {
            Some((line, _)) => {
                met.insert(line);
            }
            None => left.push(format!("{capture} {name}: {what}")),
        }
    }
    let stale = KNOWN
        .iter()
        .enumerate()
        .filter(|(line, _)| has_captures && !met.contains(line));
    left.extend(stale.map(|(_, (capture, name, reason))| {
        format!("no difference any more: {capture} {name} ({reason})")
    }));
    left
}
