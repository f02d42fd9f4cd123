//! Every capture of `testdata/` against the rows that the reader in Python expects.

use alloc::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::netflow;

/// Files that end in status 1, for the reason beside them.
const UNREADABLE: [(&str, &str); 3] = [
    ("in.pcap", "holds no flow export"),
    ("file_cut.ipfix", "is cut"),
    ("link_cut.pcap", "is cut"),
];

#[test]
fn every_capture_gives_its_expected_rows() {
    let mut differences = Vec::new();
    let mut rows = 0;
    let expected = netflow_testdata::expected_files();
    for path in &expected {
        rows += compare(path, &mut differences);
    }
    println!("{} captures, {rows} rows", expected.len());
    assert!(expected.len() > 100, "captures are missing");
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

/// Compares the rows of a capture; returns the number expected.
fn compare(expected_path: &Path, differences: &mut Vec<String>) -> usize {
    let capture = netflow_testdata::capture_of(expected_path);
    let name = capture.file_name().unwrap().to_string_lossy().into_owned();
    let mut differ = |what: String| differences.push(format!("{name}: {what}"));

    let run = netflow([
        "decode".as_ref(),
        "--quiet".as_ref(),
        "--schema=wire".as_ref(),
        capture.as_os_str(),
    ]);
    let unreadable = UNREADABLE.iter().find(|(file, _)| *file == name);
    match unreadable {
        Some((_, reason)) if run.status == 1 && run.stderr.contains(reason) => {}
        None if run.status == 0 && run.stderr.is_empty() => {}
        _ => differ(format!("status {}, {:?}", run.status, run.stderr)),
    }

    let expected: Vec<Value> = serde_json::from_slice(&fs::read(expected_path).unwrap()).unwrap();
    let (expected_rows, expected_problems) = split(expected);
    let (rows, problems) = split(run.rows());
    for problem in expected_problems.keys().chain(problems.keys()) {
        let count = expected_problems.get(problem).copied().unwrap_or(0);
        let found = problems.get(problem).copied().unwrap_or(0);
        if found != count {
            differ(format!("{problem:?}: {count} expected, {found} found"));
        }
    }
    for (row, expected) in rows.iter().zip(&expected_rows) {
        if row != expected {
            differ(format!("\n expected {expected}\n    found {row}"));
        }
    }
    if rows.len() != expected_rows.len() {
        differ(format!(
            "{} rows expected, {} found",
            expected_rows.len(),
            rows.len()
        ));
    }
    expected_rows.len()
}

type Problems = BTreeMap<(u64, String), usize>;

/// The rows in their order; and how often there is each reason in each frame.
fn split(rows: Vec<Value>) -> (Vec<Value>, Problems) {
    let mut others = Vec::new();
    let mut problems = Problems::new();
    for row in rows {
        if row["kind"] == "problem" {
            let reason = row["reason"].as_str().unwrap().to_owned();
            let frame = row["frame"].as_u64().unwrap();
            *problems.entry((frame, reason)).or_default() += 1;
        } else {
            others.push(row);
        }
    }
    (others, problems)
}
