//! `--state`: a run continues where the one before ended.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::{Directory, netflow, testdata};

/// The frames of a little-endian classic pcap file from `from` to `to`, as a file.
fn cut(capture: &[u8], from: usize, to: usize) -> Vec<u8> {
    let (head, mut rest) = capture.split_at(24);
    let mut cut = head.to_vec();
    let mut number = 0;
    while rest.len() >= 16 {
        let length = u32::from_le_bytes(rest[8..12].try_into().unwrap());
        let (frame, next) = rest.split_at(16 + length as usize);
        if (from..to).contains(&number) {
            cut.extend(frame);
        }
        number += 1;
        rest = next;
    }
    cut
}

fn frame_count(capture: &[u8]) -> usize {
    (0..)
        .find(|count| cut(capture, *count, *count + 1).len() == 24)
        .unwrap()
}

/// The flows of a file without their frame numbers, which count from its start.
fn flows(file: &Path, state: &Path) -> Vec<Value> {
    let args = ["decode", "-q", "-f", "json", "--state"].map(Path::new);
    let run = netflow(args.into_iter().chain([state, file]));
    assert_eq!(run.status, 0, "{}", run.stderr);
    let mut rows = run.rows();
    for row in &mut rows {
        row.as_object_mut().unwrap().remove("frame");
    }
    rows
}

#[test]
fn a_capture_cut_in_two_gives_the_same_as_the_whole() {
    let directory = Directory::new("state");
    for name in [
        "genuine/sf_v9_sampling.pcap",
        "genuine/pm_v10.pcap",
        "synthetic/cisco_asr9k_v9.pcap",
        "synthetic/cisco_nbar_v9.pcap",
        "synthetic/ipfix_rfc5610.pcap",
        "synthetic/data_before_template.pcap",
    ] {
        let capture = fs::read(testdata(name)).unwrap();
        let file = directory.file("part.pcap");
        let unused = directory.file("unused");
        let whole = flows(&testdata(name), &unused);
        fs::remove_file(&unused).unwrap();
        let frames = frame_count(&capture);
        for place in 1..frames {
            let state = directory.file("state");
            let mut parts = Vec::new();
            for (from, to) in [(0, place), (place, frames)] {
                fs::write(&file, cut(&capture, from, to)).unwrap();
                parts.extend(flows(&file, &state));
            }
            fs::remove_file(&state).unwrap();
            assert_eq!(parts, whole, "{name} cut after frame {place}");
        }
    }
}

#[test]
fn a_damaged_state_is_reported_and_nothing_is_decoded() {
    let directory = Directory::new("damaged-state");
    let state = directory.file("state");
    fs::write(&state, b"no state").unwrap();
    let capture = testdata("genuine/sf_v9.pcap");
    let args = ["decode", "-q", "--state"].map(Path::new);
    let run = netflow(args.into_iter().chain([state.as_path(), &capture]));
    assert_eq!(run.status, 1);
    assert_eq!(run.stdout, "");
    assert_eq!(run.stderr.lines().count(), 1);
    assert!(run.stderr.contains("use another --state"), "{}", run.stderr);
}
