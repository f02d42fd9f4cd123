//! Small captures of one thing each that is easily read wrong, beside the fields that their flows
//! have by the specifications.

#[path = "support/captured.rs"]
mod captured;

use std::fs;

use netflow_core::field::FlowField;
use netflow_core::{Decoder, Flow, FlowValue, Limits};
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

/// Compares the first flows of a case with the expected rows.
fn compare(name: &str, expected: &[Value], differences: &mut Vec<String>) {
    let mut decoder = Decoder::new(Limits::new(1));
    let mut rows = expected.iter().enumerate();
    for captured in captured::read(format!("cases/{name}.pcap")) {
        let decoded = decoder.decode(captured.datagram()).unwrap();
        for (flow, (index, row)) in decoded.flows().zip(&mut rows) {
            for (field, wanted) in row.as_object().unwrap() {
                let found = field_of(&flow, field);
                if found != *wanted {
                    differences.push(format!(
                        "{name}, flow {index}: {field} is {found}, not {wanted}"
                    ));
                }
            }
        }
    }
    if rows.next().is_some() {
        differences.push(format!("{name}: fewer flows than expected"));
    }
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
