//! The packets of an expected result against the rows of the command.

use serde_json::Value;

use super::value::is_same;

/// The names of the fixed versions that are elements, with their keys.
const ELEMENTS: [(&str, &str); 19] = [
    ("srcaddr", "8"),
    ("dstaddr", "12"),
    ("nexthop", "15"),
    ("input", "10"),
    ("output", "14"),
    ("dPkts", "2"),
    ("dOctets", "1"),
    ("first", "22"),
    ("last", "21"),
    ("srcport", "7"),
    ("dstport", "11"),
    ("prot", "4"),
    ("tos", "5"),
    ("tcp_flags", "6"),
    ("src_as", "16"),
    ("dst_as", "17"),
    ("src_mask", "9"),
    ("dst_mask", "13"),
    ("router_sc", "43"),
];

/// Problems of packets that are as they should be.
const HARMLESS: [&str; 2] = ["withdrawal_over_udp", "withdrawal_unknown"];

/// A row that is expected.
struct Expected<'v> {
    kind: &'static str,
    /// Set id, template id or tag; null in the fixed versions.
    id: &'v Value,
    fields: &'v [Value],
    records: &'v [Value],
}

/// Compares all packets; returns the number of fields compared.
pub(super) fn compare(expected: &Value, rows: &[Value], differences: &mut Vec<String>) -> usize {
    let packets = items(&expected["packets"]);
    let mut fields = 0;
    for packet in packets {
        let frame = &packet["frame"];
        // Late rows are of sets that are expected to hold nothing.
        let rows: Vec<&Value> = rows
            .iter()
            .filter(|row| row["frame"] == *frame && row["late"].is_null())
            .collect();
        let mut differ = |what: String| differences.push(format!("frame {frame}: {what}"));
        fields += compare_packet(packet, &rows, &mut differ);
    }
    let is_known = |row: &&Value| packets.iter().any(|packet| packet["frame"] == row["frame"]);
    if let Some(row) = rows.iter().find(|row| !is_known(row)) {
        differences.push(format!("unexpected {row}"));
    }
    fields
}

fn compare_packet(packet: &Value, rows: &[&Value], differ: &mut impl FnMut(String)) -> usize {
    let (problems, rows): (Vec<&Value>, Vec<&Value>) =
        rows.iter().partition(|row| row["kind"] == "problem");
    if is_sound(packet) {
        for problem in problems {
            if !HARMLESS.iter().any(|reason| problem["reason"] == *reason) {
                differ(format!("unexpected {problem}"));
            }
        }
    }
    let expected = expected_rows(packet);
    if expected.len() != rows.len() {
        differ(format!(
            "{} rows are expected, {} found",
            expected.len(),
            rows.len()
        ));
        return 0;
    }
    let mut fields = 0;
    for (expected, row) in expected.iter().zip(rows) {
        fields += compare_row(expected, row, differ);
    }
    fields
}

fn compare_row(expected: &Expected<'_>, row: &Value, differ: &mut impl FnMut(String)) -> usize {
    let id = ["set", "template", "tag"]
        .iter()
        .map(|key| &row[*key])
        .find(|id| !id.is_null())
        .unwrap_or(&Value::Null);
    if row["kind"] != expected.kind || id != expected.id {
        differ(format!(
            "{} {} expected, {row} found",
            expected.kind, expected.id
        ));
        return 0;
    }
    if matches!(expected.kind, "template" | "options_template") {
        if expected.fields != items(&row["fields"]) {
            differ(format!("template {}: {} found", expected.id, row["fields"]));
        }
        return expected.fields.len();
    }
    let elements: &[_] = if expected.id.is_null() {
        &ELEMENTS
    } else {
        &[]
    };
    let mut fields = compare_fields(expected.fields, &row["fields"], elements, differ);
    let records = items(&row["records"]);
    if records.len() != expected.records.len() {
        differ(format!(
            "{} records expected, {} found",
            expected.records.len(),
            records.len()
        ));
        return fields;
    }
    for (expected, record) in expected.records.iter().zip(records) {
        if expected["tag"] != record["tag"] {
            differ(format!(
                "record {} expected, {record} found",
                expected["tag"]
            ));
        } else {
            fields += compare_fields(
                items(&expected["fields"]),
                &record["fields"],
                elements,
                differ,
            );
        }
    }
    fields
}

fn compare_fields(
    expected: &[Value],
    found: &Value,
    elements: &[(&str, &str)],
    differ: &mut impl FnMut(String),
) -> usize {
    let found = items(found);
    if expected.len() != found.len() {
        differ(format!(
            "{} fields are expected, {} found",
            expected.len(),
            found.len()
        ));
        return 0;
    }
    for (expected, found) in expected.iter().zip(found) {
        let name = expected[0].as_str().unwrap();
        let element = elements.iter().find(|(element, _)| *element == name);
        let key = element.map_or(name, |(_, key)| key);
        let typed = &expected[3]["typed"];
        let value = if typed.is_null() { &expected[2] } else { typed };
        let is_right = found[0] == key
            && found[1] == expected[1]
            && (value.is_null() || is_same(value, &found[2]));
        if !is_right {
            differ(format!("{key} {expected} expected, {found} found"));
        }
    }
    found.len()
}

/// Whether nothing is wrong with a packet and it needs no other.
fn is_sound(packet: &Value) -> bool {
    let has_fault = |item: &Value| !item["error"].is_null() || !item["no_template"].is_null();
    let has = |key: &str| !packet[key].is_null();
    !has("error")
        && !has("cut")
        && !has("trailing_bytes")
        && !has("trailing_set_bytes")
        && !items(&packet["sets"])
            .iter()
            .any(|set| has_fault(set) || set["kind"] == "reserved")
        && !items(&packet["samples"]).iter().any(|sample| {
            has_fault(sample)
                || sample["kind"] == "unknown"
                || items(&sample["records"]).iter().any(has_fault)
        })
}

fn expected_rows(packet: &Value) -> Vec<Expected<'_>> {
    let mut rows = Vec::new();
    for record in items(&packet["records"]) {
        rows.push(Expected {
            kind: "data",
            id: &Value::Null,
            fields: items(record),
            records: &[],
        });
    }
    for set in items(&packet["sets"]) {
        let options = set["kind"].as_str().unwrap().starts_with("options");
        for template in items(&set["templates"]) {
            let kind = match template["withdrawal"].as_bool() {
                Some(true) => "withdrawal",
                _ if items(&template["fields"]).is_empty() => continue,
                _ if options => "options_template",
                _ => "template",
            };
            rows.push(Expected {
                kind,
                id: &template["id"],
                fields: items(&template["fields"]),
                records: &[],
            });
        }
        for record in items(&set["records"]) {
            rows.push(Expected {
                kind: if options { "options" } else { "data" },
                id: &set["id"],
                fields: items(record),
                records: &[],
            });
        }
    }
    for sample in items(&packet["samples"]) {
        let kind = match sample["kind"].as_str().unwrap() {
            "flow_sample" | "flow_sample_expanded" => "sample",
            "counters_sample" | "counters_sample_expanded" => "counters",
            "discarded_packet" => "discarded",
            _ => continue,
        };
        rows.push(Expected {
            kind,
            id: &sample["tag"],
            fields: items(&sample["fields"]),
            records: items(&sample["records"]),
        });
    }
    rows
}

/// The items of an array; none if it is absent.
fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
