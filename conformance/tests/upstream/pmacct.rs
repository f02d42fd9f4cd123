//! pmacct: rows of nfacctd, which adds up the flows that its keys do not distinguish.

use serde_json::{Map, Value};

use crate::capture::{Capture, Row, items};
use crate::compare::Meaning::{Flow, FlowBy, No, Record, RecordBy};
use crate::compare::{Comparison, Line, resolve};
use crate::number::{decimal, flags, of_name, protocol};
use crate::value::nanoseconds;

/// The keys of pmacct.
const TABLE: &[Line] = &[
    ("iface_in", Flow("input_interface")),
    ("iface_out", Flow("output_interface")),
    ("iface_name_in", Flow("input_interface_name")),
    ("ip_src", Flow("source_address")),
    ("ip_dst", Flow("destination_address")),
    ("mask_src", Flow("source_prefix_length")),
    ("mask_dst", Flow("destination_prefix_length")),
    ("port_src", Flow("source_port")),
    ("port_dst", Flow("destination_port")),
    ("tcp_flags", FlowBy("tcp_flags", flags)),
    ("fwd_status", FlowBy("forwarding_status", forwarding_status)),
    ("mpls_label_stack", FlowBy("mpls_labels", labels)),
    ("ingress_vrf_name", Flow("ingress_vrf_name")),
    ("egress_vrf_name", Flow("egress_vrf_name")),
    ("ip_proto", FlowBy("protocol", protocol)),
    ("tos", Flow("tos")),
    ("timestamp_start", FlowBy("start", seconds)),
    ("timestamp_end", FlowBy("end", seconds)),
    // The custom primitives of the tests.
    ("vrf_id_ingress", FlowBy("ingress_vrf", decimal)),
    ("vrf_id_egress", FlowBy("egress_vrf", decimal)),
    ("mpls_tl_ipv4_address", Record("mplsTopLabelIPv4Address")),
    (
        "mpls_tl_prefix_length",
        RecordBy("mplsTopLabelPrefixLength", decimal),
    ),
    ("mpls_tl_type", RecordBy("mplsTopLabelType", decimal)),
    // The exporter as the harness of the tests sent it, not as it is in the capture.
    ("peer_ip_src", No),
    // The ingress or the egress name, whichever there is; they are compared each.
    ("vrf_name", No),
    // The distinguisher that options announce for the VRF, which no flow has here.
    ("mpls_vpn_rd", No),
    ("mpls_vpn_rd_origin", No),
    // The address under its prefix length; both are compared.
    ("net_src", No),
    ("net_dst", No),
    // Sums, see `compare`.
    ("packets", No),
    ("bytes", No),
];

/// What pmacct calls forwarding status, of those that occur.
const STATUS: [(&str, u64); 3] = [
    ("UNKNOWN Unclassified", 0),
    ("FORWARDED Unknown", 64),
    ("CONSUMED For us", 195),
];

/// A row is of the flows that agree with it in most keys; what they do not agree in is a
/// difference, as are the sums.
pub(crate) fn compare(capture: &Capture, expected: &Value, comparison: &mut Comparison<'_>) {
    comparison.zero_is_absent = true;
    let mut rows: Vec<Row> = capture.rows();
    rows.retain(|row| row.flow.is_some());
    for row in &mut rows {
        round_times(row.flow.as_mut().unwrap());
    }
    let mut taken = 0;
    for expected in items(expected) {
        let keys = keys(expected);
        let score = |row: &Row| {
            keys.iter()
                .filter(|key| agrees(comparison, key, row))
                .count()
        };
        let best = rows.iter().map(score).max().unwrap();
        let flows: Vec<&Row> = rows.iter().filter(|row| score(row) == best).collect();
        for (name, value) in &keys {
            comparison.value(TABLE, name, value, flows[0]);
        }
        for (name, scaled, raw) in [
            ("packets", "packets_scaled", "packets"),
            ("bytes", "octets_scaled", "octets"),
        ] {
            let sum = flows.iter().map(|row| {
                let flow = row.flow.as_ref().unwrap();
                flow[scaled].as_u64().or(flow[raw].as_u64()).unwrap()
            });
            let sum: u64 = sum.sum();
            comparison.compared += 1;
            if expected[name] != sum {
                comparison.differ(name, format!("{sum}, {expected} expected"));
            }
        }
        taken += flows.len();
    }
    comparison.count("rows", rows.len(), taken);
}

/// The keys of a row, with the custom ones among them.
fn keys(row: &Value) -> Map<String, Value> {
    let mut keys = row.as_object().unwrap().clone();
    if let Some(Value::Object(custom)) = keys.remove("custom_primitives") {
        keys.extend(custom);
    }
    keys
}

fn agrees(comparison: &Comparison<'_>, (name, value): &(&String, &Value), row: &Row) -> bool {
    TABLE
        .iter()
        .filter(|(line, _)| line == name)
        .filter_map(|(_, meaning)| resolve(*meaning, value, row))
        .any(|(_, expected, found)| comparison.is_same(&expected, found))
}

/// pmacct takes whole seconds of age from the time of the header, and so rounds up.
fn round_times(flow: &mut Value) {
    for name in ["start", "end"] {
        if !flow[name].is_null() {
            flow[name] = whole_seconds(&flow[name]);
        }
    }
}

/// Seconds of a time from some point in time, rounded up.
fn whole_seconds(time: &Value) -> Value {
    let nanos = nanoseconds(time.as_str().unwrap()).unwrap();
    u64::try_from((nanos + 999_999_999) / 1_000_000_000)
        .unwrap()
        .into()
}

/// `1737989246.000000`.
fn seconds(text: &Value) -> Value {
    let (seconds, _) = text.as_str().unwrap().split_once('.').unwrap();
    whole_seconds(&crate::number::seconds(&decimal(&seconds.into())))
}

fn forwarding_status(name: &Value) -> Value {
    of_name(&STATUS, name)
}

/// `["0-16065", "1-16033"]`, each after its position.
fn labels(labels: &Value) -> Value {
    let label = |label: &Value| decimal(&label.as_str().unwrap().split('-').nth(1).unwrap().into());
    items(labels).iter().map(label).collect()
}
