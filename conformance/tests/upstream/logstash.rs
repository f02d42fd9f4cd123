//! logstash-codec-netflow: events, of data and options records together, by their index.

use serde_json::{Value, json};

use crate::capture::{Capture, Row};
use crate::compare::Meaning::{Flow, FlowBy, Head, No, Record, RecordBy};
use crate::compare::{Comparison, Line};
use crate::number::milliseconds;

/// Names in events of NetFlow.
const NETFLOW: &[Line] = &[
    ("@timestamp", Head("export_time")),
    ("flow_seq_num", Head("sequence")),
    ("flowset_id", Head("set")),
    ("in_bytes", Flow("octets")),
    ("in_permanent_bytes", Flow("octets")),
    ("in_pkts", Flow("packets")),
    ("out_bytes", Record("postOctetDeltaCount")),
    ("out_pkts", Record("postPacketDeltaCount")),
    ("rev_flow_delta_bytes", Flow("reverse_octets")),
    ("flows", Record("deltaFlowCount")),
    ("protocol", Flow("protocol")),
    ("src_tos", Flow("tos")),
    ("tcp_flags", Flow("tcp_flags")),
    ("ipv4_src_addr", Flow("source_address")),
    ("ipv4_dst_addr", Flow("destination_address")),
    ("l4_src_port", Flow("source_port")),
    ("l4_dst_port", Flow("destination_port")),
    ("src_mask", Flow("source_prefix_length")),
    ("dst_mask", Flow("destination_prefix_length")),
    ("input_snmp", Flow("input_interface")),
    ("input_snmp", Record("ingressInterface")),
    ("output_snmp", Flow("output_interface")),
    ("ipv4_next_hop", Flow("next_hop")),
    ("bgp_ipv4_next_hop", Flow("bgp_next_hop")),
    ("src_as", Flow("source_as")),
    ("dst_as", Flow("destination_as")),
    ("first_switched", FlowBy("start", second_before)),
    ("last_switched", FlowBy("end", second_before)),
    ("flow_start_msec", FlowBy("start", milliseconds)),
    ("event_time_msec", FlowBy("end", milliseconds)),
    (
        "event_time_msec",
        RecordBy("observationTimeMilliseconds", milliseconds),
    ),
    ("ip_protocol_version", Flow("ip_version")),
    ("direction", Flow("direction")),
    ("src_vlan", Flow("vlan")),
    ("dst_vlan", Flow("post_vlan")),
    ("in_src_mac", Flow("source_mac")),
    ("in_dst_mac", Flow("destination_mac")),
    ("out_src_mac", Record("postSourceMacAddress")),
    ("out_dst_mac", Record("postDestinationMacAddress")),
    (
        "forwarding_status",
        FlowBy("forwarding_status", forwarding_status),
    ),
    ("application_id", FlowBy("application_id", application)),
    (
        "application_id",
        RecordBy("applicationId", application_octets),
    ),
    ("application_name", Flow("application_name")),
    ("application_name", Record("applicationName")),
    ("application_description", Record("applicationDescription")),
    ("flow_end_reason", Flow("flow_end_reason")),
    ("conn_id", Flow("flow_id")),
    ("icmp_type", Flow("icmp_type")),
    ("icmp_code", Flow("icmp_code")),
    ("xlate_src_addr_ipv4", Flow("post_nat_source_address")),
    ("xlate_dst_addr_ipv4", Flow("post_nat_destination_address")),
    ("xlate_src_port", Flow("post_nat_source_port")),
    ("xlate_dst_port", Flow("post_nat_destination_port")),
    ("fw_event", Flow("firewall_event")),
    ("fw_ext_event", Flow("firewall_extended_event")),
    ("ingress_acl_id", FlowBy("ingress_acl", access_list)),
    ("egress_acl_id", FlowBy("egress_acl", access_list)),
    ("username", Flow("user_name")),
    ("user_id", Record("userId")),
    ("app_id", Record("appId")),
    ("privateEnterpriseNumber", Record("privateEnterpriseNumber")),
    ("if_desc", Record("interfaceDescription")),
    ("sampling_interval", FlowBy("sampling_rate", unless_zero)),
    ("sampling_interval", Record("samplingInterval")),
    ("sampling_algorithm", Record("samplingAlgorithm")),
    ("src_traffic_index", Record("srcTrafficIndex")),
    ("dst_traffic_index", Record("dstTrafficIndex")),
    (
        "ingressPhysicalInterface",
        Record("ingressPhysicalInterface"),
    ),
    ("egressPhysicalInterface", Record("egressPhysicalInterface")),
    ("ethernetType", Flow("ether_type")),
    ("tcpOptions", Record("tcpOptions")),
    ("engine_id", Record("engineId")),
    ("nprobe_proto", Record("l7Proto")),
    ("nprobe_proto_name", Record("l7ProtoName")),
    ("scope_system", RecordBy("System", octets)),
    // Element 201 is the length of the stack; as an entry of it, as logstash takes it, the
    // number would be shifted.
    ("mpls_label_stack_octets", No),
    // The version is the protocol, which the captures have in their names.
    ("version", No),
];

/// Names in events of v5, where they mean something else.
const V5: &[Line] = &[
    ("sampling_interval", FlowBy("sampling_rate", unless_zero)),
    // Parts of the header, of which rows have the domain made of the engine.
    ("sampling_algorithm", No),
    ("engine_type", No),
    ("engine_id", No),
    ("flow_records", No),
];

/// Names in events of IPFIX, which are those of the record as a rule, and what flows have
/// of them.
const IPFIX: &[Line] = &[
    ("sourceIPv4Address", Flow("source_address")),
    ("destinationIPv4Address", Flow("destination_address")),
    ("sourceIPv6Address", Flow("source_address")),
    ("destinationIPv6Address", Flow("destination_address")),
    ("sourceTransportPort", Flow("source_port")),
    ("destinationTransportPort", Flow("destination_port")),
    ("protocolIdentifier", Flow("protocol")),
    ("octetDeltaCount", Flow("octets")),
    ("packetDeltaCount", Flow("packets")),
    ("reverseOctetTotalCount", Flow("reverse_octets")),
    ("reversePacketTotalCount", Flow("reverse_packets")),
    ("ingressInterface", Flow("input_interface")),
    ("egressInterface", Flow("output_interface")),
    ("flowStartSeconds", Flow("start")),
    ("flowEndSeconds", Flow("end")),
    ("flowStartMilliseconds", Flow("start")),
    ("flowEndMilliseconds", Flow("end")),
    ("tcpControlBits", Flow("tcp_flags")),
    ("ipVersion", Flow("ip_version")),
    ("ipClassOfService", Flow("tos")),
    ("vlanId", Flow("vlan")),
    ("flowDirection", Flow("direction")),
    ("flowEndReason", Flow("flow_end_reason")),
    ("maximumTTL", Flow("max_ttl")),
    ("bgpSourceAsNumber", Flow("source_as")),
    ("bgpDestinationAsNumber", Flow("destination_as")),
    ("ipNextHopIPv4Address", Flow("next_hop")),
    ("ipNextHopIPv6Address", Flow("next_hop")),
    ("postNATSourceIPv4Address", Flow("post_nat_source_address")),
    (
        "postNATDestinationIPv4Address",
        Flow("post_nat_destination_address"),
    ),
    ("firewallEvent", Flow("firewall_event")),
    ("flowId", Flow("flow_id")),
    ("@timestamp", Head("export_time")),
    (
        "systemInitTimeMilliseconds",
        RecordBy("systemInitTimeMilliseconds", milliseconds),
    ),
    // Names that others spell in another way.
    ("FW_Rule", Record("fwRule")),
    ("AuditCounter", Record("auditCounter")),
    ("ConnTransportPort", Record("connTransportPort")),
    ("ConnIPv4Address", Record("connIPv4Address")),
    ("BindIPv4Address", Record("bindIPv4Address")),
    ("BindTransportPort", Record("bindTransportPort")),
    ("TrafficType", Record("trafficType")),
    ("Timestamp", RecordBy("timestamp", crate::number::seconds)),
    ("ServiceName", Record("serviceName")),
    ("LogOp", Record("logOp")),
    ("Reason", Record("reason")),
    ("ReasonText", Record("reasonText")),
    ("vmwareIngressInterfaceAttr", Record("ingressInterfaceAttr")),
    ("vmwareEgressInterfaceAttr", Record("egressInterfaceAttr")),
    ("vmwareVxlanExportRole", Record("vxlanExportRole")),
    ("expiredFragmentCount", Record("yafExpiredFragmentCount")),
    (
        "assembledFragmentCount",
        Record("yafAssembledFragmentCount"),
    ),
    ("meanFlowRate", Record("yafMeanFlowRate")),
    ("meanPacketRate", Record("yafMeanPacketRate")),
    (
        "flowTableFlushEventCount",
        Record("yafFlowTableFlushEventCount"),
    ),
    ("flowTablePeakCount", Record("yafFlowTablePeakCount")),
    // "#{nanos}" is in the test where the fraction should be.
    ("flowStartMicroseconds", No),
    ("flowEndMicroseconds", No),
    // The version is the protocol, which the captures have in their names.
    ("version", No),
];

pub(crate) fn compare(capture: &Capture, events: &Value, comparison: &mut Comparison<'_>) {
    let rows = capture.rows();
    let upstream = &capture.upstream()[0];
    if let Some(count) = upstream["events"].as_u64() {
        comparison.count("events", usize::try_from(count).unwrap(), rows.len());
    }
    for (index, event) in events.as_object().unwrap() {
        let Some(row) = rows.get(index.parse::<usize>().unwrap()) else {
            comparison.differ("events", format!("event {index} is missing"));
            continue;
        };
        for (name, value) in event.as_object().unwrap() {
            compare_value(name, value, row, comparison);
        }
    }
}

fn compare_value(name: &str, value: &Value, row: &Row, comparison: &mut Comparison<'_>) {
    let has = |table: &[Line]| table.iter().any(|(line, _)| *line == name);
    match row.record["protocol"].as_str().unwrap() {
        "ipfix" => {
            let is_own = |line: &Line| line.0 == name && !matches!(line.1, Flow(_));
            if has(IPFIX) && (row.flow.is_some() || IPFIX.iter().any(is_own)) {
                comparison.value(IPFIX, name, value, row);
            }
            if !IPFIX.iter().any(is_own) {
                compare_plain(name, value, row, comparison);
            }
        }
        "netflow5" if has(V5) => comparison.value(V5, name, value, row),
        _ => comparison.value(NETFLOW, name, value, row),
    }
}

/// A field of the same name in the record; of NetScaler, without its name before it.
fn compare_plain(name: &str, value: &Value, row: &Row, comparison: &mut Comparison<'_>) {
    let mut found = row.member(name);
    let short = name.strip_prefix("netscaler").unwrap_or(name);
    let short = short[..1].to_lowercase() + &short[1..];
    if found.is_null() {
        found = row.member(&short);
    }
    comparison.compared += 1;
    if !comparison.is_same(value, found) {
        comparison.differ(name, format!("{found}, {value} expected in {}", row.record));
    }
}

/// logstash takes the whole seconds of an age from the time of the header, and its
/// milliseconds from one more second: one second late.
fn second_before(time: &Value) -> Value {
    let (date, time) = time.as_str().unwrap().split_once('T').unwrap();
    let (hours, rest) = time.split_at(2);
    let (minutes, rest) = rest[1..].split_at(2);
    let (seconds, fraction) = rest[1..].split_at(2);
    let number = |text: &str| text.parse::<u32>().unwrap();
    // None of the times is at the very begin of a day.
    let before = (number(hours) * 60 + number(minutes)) * 60 + number(seconds) - 1;
    let (hour, minute, second) = (before / 3_600, before / 60 % 60, before % 60);
    format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}").into()
}

/// A number of 32 bits as octets.
fn octets(number: &Value) -> Value {
    format!("{:08x}", number.as_u64().unwrap()).into()
}

fn unless_zero(number: &Value) -> Value {
    if *number == 0 {
        Value::Null
    } else {
        number.clone()
    }
}

fn forwarding_status(status: &Value) -> Value {
    json!(status["status"].as_u64().unwrap() << 6 | status["reason"].as_u64().unwrap())
}

/// `20..12356..36660`.
fn application(id: &Value) -> Value {
    id.as_str().unwrap().replace("..", ":").into()
}

/// The same as the octets of a record; only of engines without an enterprise.
fn application_octets(id: &Value) -> Value {
    let numbers: Vec<u64> = id
        .as_str()
        .unwrap()
        .split("..")
        .map(|part| part.parse().unwrap())
        .collect();
    match numbers[..] {
        [engine, selector] => format!("{engine:02x}{selector:06x}").into(),
        [engine, enterprise, selector] => {
            format!("{engine:02x}{enterprise:08x}{selector:08x}").into()
        }
        _ => Value::Null,
    }
}

fn access_list(id: &Value) -> Value {
    id.as_str().unwrap().replace('-', "").into()
}
