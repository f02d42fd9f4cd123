//! telegraf: metrics in its own names and units, one a record or sample.

use serde_json::Value;

use crate::capture::{Capture, Row, items};
use crate::compare::Meaning::{Flow, FlowBy, Head, No, Record, RecordBy};
use crate::compare::{Comparison, Line};
use crate::number::{decimal, flag_letters, hexadecimal, milliseconds, of_name, protocol, seconds};

/// Names in records of NetFlow and IPFIX.
const TABLE: &[Line] = &[
    ("protocol", FlowBy("protocol", protocol)),
    ("src", Flow("source_address")),
    ("dst", Flow("destination_address")),
    ("src_port", Flow("source_port")),
    ("dst_port", Flow("destination_port")),
    ("src_mask", Flow("source_prefix_length")),
    ("dst_mask", Flow("destination_prefix_length")),
    ("next_hop", Flow("next_hop")),
    ("src_tos", FlowBy("tos", hexadecimal)),
    ("dst_tos", RecordBy("postIpClassOfService", hexadecimal)),
    ("tcp_flags", FlowBy("tcp_flags", flag_letters)),
    ("in_snmp", Flow("input_interface")),
    ("out_snmp", Flow("output_interface")),
    ("in_src_mac", Flow("source_mac")),
    ("out_dst_mac", Record("postDestinationMacAddress")),
    ("ip_version", FlowBy("ip_version", ip_version)),
    ("in_bytes", Flow("octets")),
    ("in_packets", Flow("packets")),
    ("in_total_bytes", Flow("octets")),
    ("in_total_packets", Flow("packets")),
    ("in_total_packets", Record("packetTotalCount")),
    ("flow_start_ms", FlowBy("start", milliseconds)),
    ("flow_end_ms", FlowBy("end", milliseconds)),
    ("flow_start", RecordBy("flowStartSeconds", seconds)),
    ("flow_end", RecordBy("flowEndSeconds", seconds)),
    ("first_switched", Record("flowStartSysUpTime")),
    ("last_switched", Record("flowEndSysUpTime")),
    (
        "flow_end_reason",
        FlowBy("flow_end_reason", flow_end_reason),
    ),
    ("vlan_src", Flow("vlan")),
    // Of TCP, where flows have none: zero, as the element that holds both.
    ("icmp_type", Record("icmpTypeCodeIPv4")),
    ("icmp_code", Record("icmpTypeCodeIPv4")),
    ("fwd_status", FlowBy("forwarding_status", unknown)),
    ("fwd_reason", FlowBy("forwarding_status", unknown)),
    ("engine_type", RecordBy("engineType", decimal)),
    ("engine_id", RecordBy("engineId", hexadecimal)),
    // Of YAF, and the reverse elements of RFC 5103.
    (
        "type_29305_5",
        RecordBy("reverseIpClassOfService", hexadecimal),
    ),
    ("type_29305_58", RecordBy("reverseVlanId", hexadecimal)),
    ("type_29305_85", FlowBy("reverse_octets", hexadecimal)),
    ("type_29305_86", FlowBy("reverse_packets", hexadecimal)),
    (
        "type_6871_21",
        RecordBy("reverseFlowDeltaMilliseconds", hexadecimal),
    ),
    ("type_6871_40", RecordBy("flowAttributes", hexadecimal)),
    (
        "type_6871_rev_40",
        RecordBy("reverseFlowAttributes", hexadecimal),
    ),
    // Of nProbe, by name or by number.
    ("app_latency_ms", Record("applLatencyMs")),
    ("client_nw_latency_ms", Record("clientNwLatencyMs")),
    ("server_nw_latency_ms", Record("serverNwLatencyMs")),
    ("retransmitted_in_bytes", Record("retransmittedInBytes")),
    ("retransmitted_in_pkts", Record("retransmittedInPkts")),
    ("retransmitted_out_bytes", Record("retransmittedOutBytes")),
    ("retransmitted_out_pkts", Record("retransmittedOutPkts")),
    ("l7_proto", Record("l7Proto")),
    ("ssl_server_name", Record("tlsServerName")),
    ("ja3c_hash", Record("ja3cHash")),
    ("ja3s_hash", Record("ja3sHash")),
    ("ssl_cipher", Record("tlsCipher")),
    ("ssl_unsafe_cipher", Record("sslUnsafeCipher")),
    ("ssl_version", Record("sslVersion")),
    (
        "type_35632_109",
        RecordBy("retransmittedInPkts", hexadecimal),
    ),
    (
        "type_35632_110",
        RecordBy("retransmittedOutPkts", hexadecimal),
    ),
    ("type_35632_118", RecordBy("l7Proto", hexadecimal)),
    ("type_35632_123", RecordBy("clientNwLatencyMs", hexadecimal)),
    ("type_35632_124", RecordBy("serverNwLatencyMs", hexadecimal)),
    ("type_35632_125", RecordBy("applLatencyMs", hexadecimal)),
    (
        "type_35632_127",
        RecordBy("retransmittedInBytes", hexadecimal),
    ),
    (
        "type_35632_128",
        RecordBy("retransmittedOutBytes", hexadecimal),
    ),
    ("type_35632_188", Record("tlsServerName")),
    ("type_35632_489", Record("ja3cHash")),
    ("type_35632_490", Record("ja3sHash")),
    ("type_35632_493", RecordBy("tlsCipher", hexadecimal)),
    ("type_35632_494", RecordBy("sslUnsafeCipher", hexadecimal)),
    ("type_35632_495", RecordBy("sslVersion", hexadecimal)),
];

/// Names in options records.
const OPTIONS: &[Line] = &[
    // telegraf reads the scope System as element 1.
    ("in_bytes", RecordBy("System", octets)),
    ("in_snmp", Record("ingressInterface")),
    ("out_snmp", Record("egressInterface")),
    ("interface", Record("interfaceName")),
    ("interface_desc", Record("interfaceDescription")),
    ("exporter", Record("exporterIPv4Address")),
    ("exporting_pid", Record("exportingProcessId")),
    ("observation_domain_id", Record("observationDomainId")),
    ("event_time", RecordBy("observationTimeSeconds", seconds)),
    (
        "system_init_ms",
        RecordBy("systemInitTimeMilliseconds", milliseconds),
    ),
    (
        "total_flows_exported",
        Record("exportedFlowRecordTotalCount"),
    ),
    ("in_total_packets", Record("packetTotalCount")),
    ("dropped_packets_total", Record("droppedPacketTotalCount")),
    ("ignored_packet_total", Record("ignoredPacketTotalCount")),
    ("notsent_packet_total", Record("notSentPacketTotalCount")),
    // Elements of YAF with the enterprise bit left in.
    (
        "type_6871_32868",
        RecordBy("yafExpiredFragmentCount", hexadecimal),
    ),
    (
        "type_6871_32869",
        RecordBy("yafAssembledFragmentCount", hexadecimal),
    ),
    ("type_6871_32870", RecordBy("yafMeanFlowRate", hexadecimal)),
    (
        "type_6871_32871",
        RecordBy("yafMeanPacketRate", hexadecimal),
    ),
    (
        "type_6871_32872",
        RecordBy("yafFlowTableFlushEventCount", hexadecimal),
    ),
    (
        "type_6871_32873",
        RecordBy("yafFlowTablePeakCount", hexadecimal),
    ),
    (
        "type_6871_33318",
        RecordBy("certToolTombstoneId", hexadecimal),
    ),
    (
        "type_6871_33319",
        RecordBy("certToolExporterConfiguredId", hexadecimal),
    ),
    // The octets of a list, which is read here.
    ("type_6871_33322", No),
    ("padding", RecordBy("paddingOctets", without_prefix)),
];

/// Names in samples of sFlow.
const SAMPLE: &[Line] = &[
    ("agent_ip", Head("agent")),
    ("agent_subid", Head("sub_agent")),
    ("seq_number", Record("sequence")),
    ("interface", Record("ifIndex")),
    ("interface_type", Record("ifType")),
    ("speed", Record("ifSpeed")),
    ("status", RecordBy("ifStatus", status)),
    ("port_name", Record("name")),
    ("promiscuous", Record("ifPromiscuousMode")),
    ("in_bytes", Record("ifInOctets")),
    ("in_unicast_packets_total", Record("ifInUcastPkts")),
    ("in_mcast_packets_total", Record("ifInMulticastPkts")),
    ("in_broadcast_packets_total", Record("ifInBroadcastPkts")),
    ("in_dropped_packets", Record("ifInDiscards")),
    ("in_errors", Record("ifInErrors")),
    ("in_unknown_protocol", Record("ifInUnknownProtos")),
    ("out_bytes", Record("ifOutOctets")),
    ("out_unicast_packets_total", Record("ifOutUcastPkts")),
    ("out_mcast_packets_total", Record("ifOutMulticastPkts")),
    ("out_broadcast_packets_total", Record("ifOutBroadcastPkts")),
    ("out_dropped_packets", Record("ifOutDiscards")),
    ("out_errors", Record("ifOutErrors")),
    ("errors_alignment", Record("dot3StatsAlignmentErrors")),
    ("errors_fcs", Record("dot3StatsFCSErrors")),
    (
        "collision_frames_single",
        Record("dot3StatsSingleCollisionFrames"),
    ),
    (
        "collision_frames_multi",
        Record("dot3StatsMultipleCollisionFrames"),
    ),
    ("errors_sqetest", Record("dot3StatsSQETestErrors")),
    ("deferred", Record("dot3StatsDeferredTransmissions")),
    ("collisions_late", Record("dot3StatsLateCollisions")),
    (
        "collisions_excessive",
        Record("dot3StatsExcessiveCollisions"),
    ),
    (
        "errors_internal_mac_tx",
        Record("dot3StatsInternalMacTransmitErrors"),
    ),
    (
        "errors_carrier_sense",
        Record("dot3StatsCarrierSenseErrors"),
    ),
    ("errors_frame_too_long", Record("dot3StatsFrameTooLongs")),
    (
        "errors_internal_mac_rx",
        Record("dot3StatsInternalMacReceiveErrors"),
    ),
    ("errors_symbols", Record("dot3StatsSymbolErrors")),
    ("out_queue", Record("queue")),
    ("reason", Record("reason")),
    ("sampling_drops", Record("drops")),
    ("out_snmp", Record("output")),
    // The interface of the source, which is in parts here and compared as ifIndex.
    ("in_snmp", No),
    // Uptime of the datagram and family of the agent's address, which no row has.
    ("sys_uptime", No),
    ("ip_version", No),
    // "ingress" where the source is the input, and a kind of counters: made up by telegraf.
    ("direction", No),
    ("type", No),
];

/// What is the same for all: the name of the metric, the sender of telegraf's own test and
/// the protocol.
const OF_ALL: [&str; 3] = ["measurement", "source", "version"];

pub(crate) fn compare(capture: &Capture, metrics: &Value, comparison: &mut Comparison<'_>) {
    let rows = capture.rows();
    comparison.count("metrics", items(metrics).len(), rows.len());
    for (expected, row) in items(metrics).iter().zip(&rows) {
        let mut expected = expected.clone();
        for name in OF_ALL {
            expected.as_object_mut().unwrap().remove(name);
        }
        comparison.object(table(row), &expected, row);
    }
}

fn table(row: &Row) -> &'static [Line] {
    match row.record["kind"].as_str().unwrap() {
        "data" => TABLE,
        "options" => OPTIONS,
        _ => SAMPLE,
    }
}

fn ip_version(name: &Value) -> Value {
    of_name(&[("IPv4", 4), ("IPv6", 6)], name)
}

fn flow_end_reason(name: &Value) -> Value {
    of_name(
        &[
            ("idle timeout", 1),
            ("active timeout", 2),
            ("end of flow", 3),
            ("forced end", 4),
        ],
        name,
    )
}

fn unknown(name: &Value) -> Value {
    of_name(&[("unknown", 0)], name)
}

/// Both bits of the status of an interface.
fn status(name: &Value) -> Value {
    of_name(&[("up", 3)], name)
}

/// The octets of a number of 32 bits.
fn octets(number: &Value) -> Value {
    format!("{:08x}", number.as_u64().unwrap()).into()
}

fn without_prefix(text: &Value) -> Value {
    text.as_str().unwrap().strip_prefix("0x").unwrap().into()
}
