//! NetGauze: messages with all fields by the names of the registry, and enumerations by
//! their own names. Of long captures only the first records of a set.

use serde_json::Value;

use crate::capture::{Capture, Row, items};
use crate::compare::Meaning::{Flow, FlowBy, No, RecordBy};
use crate::compare::{Comparison, Line};
use crate::number::{flag_members, mac_of, of_name, protocol};

/// The names that are not simply those of the record, or that flows have too.
const TABLE: &[Line] = &[
    ("packetDeltaCount", Flow("packets")),
    ("octetDeltaCount", Flow("octets")),
    ("ingressInterface", Flow("input_interface")),
    ("egressInterface", Flow("output_interface")),
    ("sourceTransportPort", Flow("source_port")),
    ("destinationTransportPort", Flow("destination_port")),
    ("bgpSourceAsNumber", Flow("source_as")),
    ("bgpDestinationAsNumber", Flow("destination_as")),
    ("ipClassOfService", Flow("tos")),
    ("minimumTTL", Flow("min_ttl")),
    ("maximumTTL", Flow("max_ttl")),
    ("ingressVRFID", Flow("ingress_vrf")),
    ("egressVRFID", Flow("egress_vrf")),
    ("flowStartMilliseconds", Flow("start")),
    ("flowEndMilliseconds", Flow("end")),
    ("protocolIdentifier", FlowBy("protocol", protocol)),
    (
        "protocolIdentifier",
        RecordBy("protocolIdentifier", protocol),
    ),
    ("tcpControlBits", FlowBy("tcp_flags", flag_members)),
    ("tcpControlBits", RecordBy("tcpControlBits", flag_members)),
    ("flowDirection", FlowBy("direction", direction)),
    ("flowDirection", RecordBy("flowDirection", direction)),
    (
        "forwardingStatus",
        FlowBy("forwarding_status", forwarding_status),
    ),
    (
        "forwardingStatus",
        RecordBy("forwardingStatus", forwarding_status),
    ),
    ("flowEndReason", FlowBy("flow_end_reason", flow_end_reason)),
    ("flowEndReason", RecordBy("flowEndReason", flow_end_reason)),
    (
        "selectorAlgorithm",
        RecordBy("selectorAlgorithm", selector_algorithm),
    ),
    ("mplsTopLabelType", RecordBy("mplsTopLabelType", label_type)),
    ("sourceMacAddress", FlowBy("source_mac", mac)),
    ("sourceMacAddress", RecordBy("sourceMacAddress", mac)),
    ("destinationMacAddress", FlowBy("destination_mac", mac)),
    (
        "destinationMacAddress",
        RecordBy("destinationMacAddress", mac),
    ),
    // Elements of Huawei that neither project knows.
    ("Huawei", No),
    // A list of octets there, a number here; zero in the capture.
    ("ipv6ExtensionHeadersFull", No),
];

const FLOW_END_REASONS: [(&str, u64); 5] = [
    ("idletimeout", 1),
    ("activetimeout", 2),
    ("endofflowdetected", 3),
    ("forcedend", 4),
    ("lackofresources", 5),
];

/// A message is a frame; its sets name how many records they have.
pub(crate) fn compare(capture: &Capture, messages: &Value, comparison: &mut Comparison<'_>) {
    let rows = capture.rows();
    for (index, message) in items(messages).iter().enumerate() {
        let of_frame =
            |row: &&Row| row.record["frame"] == index + 1 && row.record["late"].is_null();
        let mut found = rows.iter().filter(of_frame);
        for set in items(&message["sets"]) {
            let Some(count) = set["count"].as_u64() else {
                continue;
            };
            let rows: Vec<&Row> = found
                .by_ref()
                .take(usize::try_from(count).unwrap())
                .collect();
            comparison.count("count", usize::try_from(count).unwrap(), rows.len());
            for (expected, row) in items(&set["records"]).iter().zip(rows) {
                comparison.count("data", 1, usize::from(row.record["set"] == set["data"]));
                compare_record(items(expected), row, comparison);
            }
        }
    }
}

fn compare_record(expected: &[Value], row: &Row, comparison: &mut Comparison<'_>) {
    for (index, field) in expected.iter().enumerate() {
        let name = field[0].as_str().unwrap();
        // Flows have the first of those that repeat; the record has them as an array.
        if expected[..index].iter().any(|other| other[0] == name) {
            continue;
        }
        let repeats = expected.iter().filter(|other| other[0] == name);
        let values: Vec<&Value> = repeats.map(|other| &other[1]).collect();
        for line in TABLE.iter().filter(|(line, _)| *line == name) {
            let applies = match line.1 {
                Flow(_) | FlowBy(..) => row.flow.is_some(),
                No => true,
                _ => values.len() == 1,
            };
            if applies {
                comparison.value(&[*line], name, values[0], row);
            }
        }
        let has_own = |line: &Line| line.0 == name && matches!(line.1, RecordBy(..) | No);
        if values.len() == 1 && !TABLE.iter().any(has_own) {
            compare_plain(name, values[0], row, comparison);
        }
    }
}

/// A field of the same name in the record.
fn compare_plain(name: &str, expected: &Value, row: &Row, comparison: &mut Comparison<'_>) {
    let expected = if expected.is_array() {
        hexadecimal(expected)
    } else {
        expected.clone()
    };
    let found = row.member(name);
    comparison.compared += 1;
    if !comparison.is_same(&expected, found) {
        comparison.differ(
            name,
            format!("{found}, {expected} expected in {}", row.record),
        );
    }
}

fn octets(list: &Value) -> Vec<u8> {
    let octet = |octet: &Value| u8::try_from(octet.as_u64().unwrap()).unwrap();
    items(list).iter().map(octet).collect()
}

fn hexadecimal(list: &Value) -> Value {
    octets(list)
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect::<String>()
        .into()
}

fn mac(list: &Value) -> Value {
    mac_of(&octets(list))
}

fn direction(name: &Value) -> Value {
    match name.get("Unassigned") {
        Some(number) => number.clone(),
        None => of_name(&[("ingress", 0), ("egress", 1)], name),
    }
}

fn forwarding_status(status: &Value) -> Value {
    let of = |class: &str, names| of_name(names, &status[class]);
    if !status["Forwarded"].is_null() {
        of("Forwarded", &[("Unknown", 64)])
    } else if !status["Consumed"].is_null() {
        of("Consumed", &[("Unknown", 192), ("Forus", 195)])
    } else {
        status["Unknown"]["Unassigned"].clone()
    }
}

fn flow_end_reason(name: &Value) -> Value {
    of_name(&FLOW_END_REASONS, name)
}

fn selector_algorithm(name: &Value) -> Value {
    of_name(&[("RandomnoutofNSampling", 3)], name)
}

fn label_type(name: &Value) -> Value {
    of_name(&[("Unknown", 0), ("BGP", 4)], name)
}
