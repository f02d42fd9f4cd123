//! Small captures of one thing each that is easily read wrong, beside the fields that their flows
//! have by the specifications.

#[path = "support/captured.rs"]
mod captured;

use core::str;
use std::fs;
use std::io::Cursor;

use netflow_core::field::FlowField;
use netflow_core::{Decoded, Decoder, Flow, FlowValue, Limits};
use serde_json::{Value, json};

#[test]
fn flows_of_each_case_have_the_fields_of_its_specification() {
    let folder = netflow_testdata::folder().join("cases");
    let mut differences = Vec::new();
    let mut cases = 0;
    for path in netflow_testdata::files(&folder, |name| name.ends_with(".pcap")) {
        let expected = fs::read(path.with_extension("flows.json")).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        compare(&name, expected.as_array().unwrap(), &mut differences);
        cases += 1;
    }
    assert!(cases > 0, "no case is there");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// `by_protocol.json`: each point in every protocol that has it, as `by_protocol.md` lists them.
#[test]
fn every_point_holds_in_each_protocol_that_has_it() {
    let file = netflow_testdata::folder().join("cases/by_protocol.json");
    let cases: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let mut differences = Vec::new();
    let cases = cases.as_array().unwrap();
    for case in cases {
        let text = |key: &str| case[key].as_str().unwrap();
        let name = [text("point"), text("protocol"), text("name")].join(": ");
        let mut expected = Expected {
            name: &name,
            rows: case["flows"].as_array().unwrap(),
            compared: 0,
            differences: &mut differences,
        };
        let mut decoder = Decoder::new(Limits::new(1));
        let capture = octets(text("capture"));
        for captured in captured::of(netflow_io::Source::from_reader(
            Cursor::new(capture),
            "case",
        )) {
            expected.compare(decoder.decode(captured.datagram()).unwrap());
        }
        expected.end();
        let domain = decoder.domains().next().unwrap();
        for (key, wanted) in case["sequence"].as_object().unwrap() {
            let counts = domain.sequence;
            let found = match key.as_str() {
                "lost" => counts.lost,
                "late" => counts.late,
                "duplicated" => counts.duplicated,
                "restarted" => counts.restarted,
                other => panic!("no count {other}"),
            };
            if json!(found) != *wanted {
                differences.push(format!("{name}: {key} is {found}, not {wanted}"));
            }
        }
    }
    assert!(cases.len() > 150, "cases are missing");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn octets(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    let octet = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(octet).collect()
}

/// The rows that the first flows of a case must have.
struct Expected<'e> {
    name: &'e str,
    rows: &'e [Value],
    compared: usize,
    differences: &'e mut Vec<String>,
}

impl Expected<'_> {
    fn compare(&mut self, decoded: Decoded<'_>) {
        let rest = self.rows.get(self.compared..).unwrap_or_default();
        for (flow, row) in decoded.flows().zip(rest) {
            for (field, wanted) in row.as_object().unwrap() {
                let found = field_of(&flow, field);
                if found != *wanted {
                    self.differences.push(format!(
                        "{}, flow {}: {field} is {found}, not {wanted}",
                        self.name, self.compared
                    ));
                }
            }
            self.compared += 1;
        }
    }

    fn end(self) {
        if self.compared < self.rows.len() {
            self.differences
                .push(format!("{}: fewer flows than expected", self.name));
        }
    }
}

/// Compares the first flows of a case with the expected rows.
fn compare(name: &str, expected: &[Value], differences: &mut Vec<String>) {
    let mut decoder = Decoder::new(Limits::new(1));
    let mut expected = Expected {
        name,
        rows: expected,
        compared: 0,
        differences,
    };
    for captured in captured::read(format!("cases/{name}.pcap")) {
        expected.compare(decoder.decode(captured.datagram()).unwrap());
    }
    expected.end();
}

/// A field as JSON, null if it is absent.
fn field_of(flow: &Flow<'_>, name: &str) -> Value {
    let field = FlowField::by_name(name).unwrap_or_else(|| panic!("no field {name}"));
    match flow.get(field) {
        None => Value::Null,
        Some(FlowValue::Unsigned(number)) => json!(number),
        Some(FlowValue::Flag(flag)) => json!(flag),
        Some(FlowValue::Address(address)) => json!(address.to_string()),
        Some(FlowValue::Mac(address)) => json!(address.to_string()),
        Some(FlowValue::Time(time)) => json!(time.to_string()),
        Some(FlowValue::Duration(nanos)) => json!(nanos),
        Some(FlowValue::Text(text)) => json!(text.to_string()),
        Some(FlowValue::Name(name)) => json!(name),
        Some(FlowValue::Numbers(numbers)) => json!(numbers.iter().collect::<Vec<_>>()),
        Some(other) => json!(format!("{other:?}")),
    }
}
