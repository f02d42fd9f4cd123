//! `testdata/cases/by_protocol.json`: what people read of each point, in every protocol that has it.

use core::str;
use std::fs;

use serde_json::Value;

use crate::run::{command, testdata, with_input};

/// A case of the file.
pub(crate) struct Case {
    pub(crate) content: Value,
    pub(crate) capture: Vec<u8>,
}

/// All cases.
pub(crate) fn cases() -> Vec<Case> {
    let file = fs::read(testdata("cases/by_protocol.json")).unwrap();
    let contents: Vec<Value> = serde_json::from_slice(&file).unwrap();
    let cases = contents.into_iter().map(|content| {
        let pairs = content["capture"].as_str().unwrap().as_bytes().chunks(2);
        let octet = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
        let capture = pairs.map(octet).collect();
        Case { content, capture }
    });
    cases.collect()
}

#[test]
fn tables_and_verdicts_say_what_they_have_to_in_each_protocol() {
    let mut compared = 0;
    for case in cases() {
        for (texts, arguments) in [("table", ["decode", "-"]), ("explain", ["explain", "-"])] {
            let Some(parts) = case.content[texts].as_array() else {
                continue;
            };
            let run = with_input(command(arguments).env("COLUMNS", "80"), &case.capture);
            let words: Vec<_> = run.stdout.split_whitespace().collect();
            let said = words.join(" ");
            for part in parts {
                let part = part.as_str().unwrap();
                let (protocol, name) = (&case.content["protocol"], &case.content["name"]);
                assert!(
                    said.contains(part),
                    "{protocol} {name}: no \"{part}\" in\n{}",
                    run.stdout
                );
            }
            compared += 1;
        }
    }
    assert!(compared > 40, "{compared}");
}
