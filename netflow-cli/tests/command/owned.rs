//! Owned flows of netflow-core, serialised, against the rows that the command writes.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use netflow_core::{Decoder, Limits};

use crate::run::netflow;

#[test]
fn owned_flows_of_every_capture_are_serialised_as_the_command_writes_them() {
    let captures = captures();
    let mut compared = 0;
    for path in &captures {
        let options = ["decode", "--quiet", "--format=json"].map(OsStr::new);
        let run = netflow(options.into_iter().chain([path.as_os_str()]));
        // Rows that are not flows say what they are.
        let rows = run.stdout.lines().filter(|row| !is_problem(row));
        let rows: Vec<&str> = rows.collect();
        let owned = serialised(path);
        for (owned, row) in owned.iter().zip(&rows) {
            assert_eq!(owned, row, "{}", path.display());
        }
        assert_eq!(owned.len(), rows.len(), "{}", path.display());
        compared += rows.len();
    }
    println!("{} captures, {compared} flows", captures.len());
    assert!(captures.len() > 150 && compared > 1_000);
}

fn is_problem(row: &str) -> bool {
    row.contains("\"kind\":\"problem\"")
}

/// The captures and IPFIX files in `testdata/`, also those of single cases.
fn captures() -> Vec<PathBuf> {
    let mut captures = netflow_testdata::all_captures();
    let cases = netflow_testdata::folder().join("cases");
    captures.extend(netflow_testdata::files(&cases, |name| {
        name.ends_with(".pcap")
    }));
    captures
}

/// The flows of a capture as owned flows, each as a line of JSON.
fn serialised(path: &Path) -> Vec<String> {
    // As the command reads files: templates do not grow old.
    let mut decoder = Decoder::new(Limits::default().with_template_lifetime(None));
    let mut source = netflow_io::open(path).unwrap();
    let mut lines = Vec::new();
    // A file that is cut ends in an error.
    while let Some(Ok(packet)) = source.next() {
        let Ok(decoded) = decoder.decode(packet.datagram) else {
            continue;
        };
        let owned = decoded.flows().map(|flow| flow.to_owned());
        lines.extend(owned.map(|flow| serde_json::to_string(&flow).unwrap()));
    }
    lines
}
