//! Captures of other projects against what two other decoders found in them.
//!
//! `NETFLOW_CAPTURES` names their folder; its README describes the form of the expected results.

extern crate alloc;

mod compare;
#[path = "../../../netflow-cli/tests/command/run.rs"]
#[expect(dead_code, reason = "the tests of the command use all of it")]
mod run;
mod value;

use alloc::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use self::compare::compare;
use self::run::{Run, netflow};

/// Where a capture says something else and is not right, or leaves the choice. Each begins
/// as the difference does.
const KNOWN: &[(&str, &str)] = &[
    (
        "ipfix-netscaler frame 2: 5951/158 ",
        "an NTP time with its highest bit clear is of the era that begins in 2036",
    ),
    (
        "ipfix-softflowd frame 1: 10 rows are expected, 16 found",
        "a second message follows in the datagram",
    ),
    (
        "ipfix-vflow-multi frame 1: 12 rows are expected, 13 found",
        "two octets of padding are between two template records",
    ),
    (
        "nfv1-softflowd frame 1: 17 fields are expected, 19 found",
        "what is three octets of padding there are counters of TCP by their meaning",
    ),
    (
        "nfv5-softflowd-concat frame 1: 2 rows are expected, 30 found",
        "further messages follow in the datagram",
    ),
    (
        "nfv9-nprobe-dpi frame 1: 57591 ",
        "the string begins with NUL; only NULs after it are cut",
    ),
    (
        "sflow-tcpdump-counters frame 13: 0 rows",
        "a NetFlow v5 datagram on the port of sFlow",
    ),
    (
        "sflow-tcpdump-counters frame 19: 0 rows",
        "a NetFlow v5 datagram on the port of sFlow",
    ),
    (
        "sflow-tcpdump-counters frame 20: 0 rows",
        "a NetFlow v5 datagram on the port of sFlow",
    ),
    (
        "sflow-tcpdump-counters frame 21: 0 rows",
        "a NetFlow v5 datagram on the port of sFlow",
    ),
    (
        "sflow-tcpdump-counters frame 22: 0 rows",
        "a NetFlow v5 datagram on the port of sFlow",
    ),
];

#[test]
#[cfg_attr(not(captures), ignore = "NETFLOW_CAPTURES names no folder of captures")]
fn captures_of_other_projects_decode_as_other_decoders_say() {
    let paths = netflow_testdata::foreign(|name| name.ends_with(".expected.json")).unwrap();
    let mut differences = Vec::new();
    let mut fields = 0;
    for path in &paths {
        fields += compare_capture(path, &mut differences);
    }
    println!("{} captures, {fields} fields compared", paths.len());

    let mut met = BTreeSet::new();
    differences.retain(|difference| {
        let known = KNOWN
            .iter()
            .find(|(known, _)| difference.starts_with(known));
        met.extend(known.map(|(known, _)| *known));
        known.is_none()
    });
    for (known, reason) in KNOWN {
        if !met.contains(known) {
            differences.push(format!("no difference any more: {known} ({reason})"));
        }
    }
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

fn compare_capture(path: &Path, differences: &mut Vec<String>) -> usize {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let name = name.strip_suffix(".expected.json").unwrap();
    let expected: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let run = decode(&path.with_file_name(format!("{name}.pcap")), &expected);
    if run.status != 0 || !run.stderr.is_empty() {
        differences.push(format!("{name}: status {}, {:?}", run.status, run.stderr));
    }
    let mut found = Vec::new();
    let fields = compare(&expected, &run.rows(), &mut found);
    differences.extend(found.into_iter().map(|what| format!("{name} {what}")));
    fields
}

fn decode(capture: &Path, expected: &Value) -> Run {
    let packets = expected["packets"].as_array().unwrap();
    let ports: BTreeSet<u64> = packets
        .iter()
        .filter_map(|packet| packet["port"].as_u64())
        .collect();
    let ports = ports.iter().map(|port| format!("--port={port}").into());
    netflow(
        ["decode", "--quiet", "--schema=wire"]
            .map(Into::into)
            .into_iter()
            .chain(ports)
            .chain([capture.as_os_str().to_owned()]),
    )
}
