//! Documents of Elastic's integration have the fields that its dashboards and its index expect, with values that
//! the index takes.

use alloc::collections::BTreeMap;
use core::net::IpAddr;

use serde_json::Value;

use crate::run::decode;

const FIELDS: &str = include_str!("integration_fields.csv");

const CAPTURES: [&str; 9] = [
    "synthetic/nfv5.pcap",
    "genuine/sf_v5.pcap",
    "genuine/sf_v9.pcap",
    "genuine/sf_v9_ether.pcap",
    "genuine/sf_v9_sampling.pcap",
    "genuine/sf_v10_mpls.pcap",
    "genuine/sf_v10_biflow.pcap",
    "genuine/pm_v9.pcap",
    "genuine/fp_all.pcap",
];

/// A field of the list: its type in the index, and the documents that must have it.
fn fields() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    let lines = FIELDS.lines().filter(|line| !line.starts_with('#'));
    let cells = lines
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>());
    cells
        .map(|cells| (cells[0], (cells[1], cells[2])))
        .collect()
}

/// The values of a document by the path of their field; an array counts as its items.
fn leaves<'v>(path: &str, value: &'v Value, into: &mut Vec<(String, &'v Value)>) {
    match value {
        Value::Object(members) if !is_point(value) => {
            for (key, value) in members {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                leaves(&path, value, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(path, item, into)),
        value => into.push((path.to_owned(), value)),
    }
}

fn is_point(value: &Value) -> bool {
    value.get("lat").is_some_and(Value::is_number) && value.get("lon").is_some()
}

/// Whether Elasticsearch takes a value for a field of this type.
fn is_taken(kind: &str, value: &Value) -> bool {
    let within = |range: core::ops::RangeInclusive<i64>| {
        value.as_i64().is_some_and(|number| range.contains(&number))
    };
    match kind {
        "keyword" => value.is_string(),
        "ip" => value
            .as_str()
            .is_some_and(|text| text.parse::<IpAddr>().is_ok()),
        "date" => value.as_str().is_some_and(is_date),
        "short" => within(i16::MIN.into()..=i16::MAX.into()),
        "integer" => within(i32::MIN.into()..=i32::MAX.into()),
        "long" => value.is_i64(),
        "double" => value.is_number(),
        "geo_point" => is_point(value),
        other => panic!("type {other}"),
    }
}

/// RFC 3339 in UTC: `2026-01-01T00:00:00.25Z`.
fn is_date(text: &str) -> bool {
    let form: String = text
        .chars()
        .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
        .collect();
    form.starts_with("0000-00-00T00:00:00")
        && form[19..].trim_start_matches('.').trim_matches('0') == "Z"
}

/// Whether a document must have a field of this group.
fn must_have(group: &str, document: &Value) -> bool {
    let sent = &document["netflow"];
    let has = |names: &[&str]| names.iter().all(|name| sent.get(name).is_some());
    let is_flow = sent["type"] == "netflow_flow";
    match group {
        "every" => true,
        "flow" => is_flow,
        "protocol" => is_flow && has(&["protocol_identifier"]),
        "octets" => is_flow && has(&["octet_delta_count", "packet_delta_count"]),
        "port" => is_flow && has(&["source_transport_port", "destination_transport_port"]),
        "address" => {
            is_flow
                && (has(&["source_ipv4_address", "destination_ipv4_address"])
                    || has(&["source_ipv6_address", "destination_ipv6_address"]))
        }
        "" => false,
        other => panic!("group {other}"),
    }
}

#[test]
fn documents_of_the_integration_have_the_fields_of_its_dashboards_and_index() {
    let fields = fields();
    let mut seen = BTreeMap::new();
    for capture in CAPTURES {
        for document in decode(&["-s", "ecs-integration", "--tag", "edge"], &[capture]).rows() {
            let mut values = Vec::new();
            leaves("", &document, &mut values);
            for (path, value) in &values {
                if let Some((kind, _)) = fields.get(path.as_str()) {
                    assert!(is_taken(kind, value), "{capture}: {path} {kind}: {value}");
                    *seen.entry(path.clone()).or_insert(0) += 1;
                }
            }
            for (field, (_, group)) in &fields {
                let is_there = values.iter().any(|(path, _)| path == field);
                assert!(
                    is_there || !must_have(group, &document),
                    "{capture}: no {field}: {document}"
                );
            }
        }
    }
    // The list is not of other names.
    assert!(seen.len() > 70, "{} fields: {seen:?}", seen.len());
}

#[test]
fn dashboards_select_the_documents_of_the_integration() {
    let document = &decode(&["-s", "ecs-integration"], &[CAPTURES[0]]).rows()[0];
    assert_eq!(document["data_stream"]["dataset"], "netflow.log");
    assert_eq!(document["input"]["type"], "netflow");
}

#[test]
fn samples_that_a_schema_cannot_express_are_reported() {
    for (schema, captures) in [("ecs", 74), ("logstash", 74), ("fluentd", 74)] {
        let capture = crate::run::testdata("genuine/ovs.pcap");
        let run = crate::run::netflow(["decode", "-s", schema, capture.to_str().unwrap()]);
        let line = format!("left out     {captures} flows that the schema cannot express");
        assert!(run.stderr.contains(&line), "{schema}: {}", run.stderr);
    }
    let run = decode(&["-s", "goflow2"], &["genuine/ovs.pcap"]);
    assert_eq!(run.rows().len(), 208);
}
