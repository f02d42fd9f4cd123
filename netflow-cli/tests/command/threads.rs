//! `--threads`: the output does not depend on the number of threads.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Directory, Run, command, netflow};

/// Forms whose rows several threads can write, and two that one thread writes.
const FORMS: &[&[&str]] = &[
    &["-f", "json"],
    &["-f", "json", "--by-port", "--split-biflows"],
    &["-f", "csv", "--where", "proto tcp or proto udp"],
    &["-s", "record"],
    &["-s", "wire"],
    &["-s", "ecs"],
    &["-s", "goflow2", "-f", "protobuf"],
    &["-s", "nfdump"],
    &["-f", "table"],
    #[cfg(feature = "columns")]
    &["-f", "parquet"],
];

fn decode(threads: &str, form: &[&str], files: &[PathBuf], more: &[&Path]) -> Run {
    let options = ["decode", "--threads", threads].into_iter();
    let options = options.chain(form.iter().copied()).map(Path::new);
    let files = files.iter().map(PathBuf::as_path);
    netflow_octets(options.chain(more.iter().copied()).chain(files).collect())
}

/// Runs the command; its output need not be text.
fn netflow_octets(args: Vec<&Path>) -> Run {
    let output = command(args).output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: output
            .stdout
            .iter()
            .map(|octet| char::from(*octet))
            .collect(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Fails at the first line that differs.
fn assert_same(one: &Run, several: &Run, what: &str) {
    for (one, several) in [
        (&one.stdout, &several.stdout),
        (&one.stderr, &several.stderr),
    ] {
        let lines = one.lines().zip(several.lines()).enumerate();
        for (number, (one, several)) in lines {
            assert_eq!(one, several, "{what}, line {number}");
        }
        assert_eq!(one.len(), several.len(), "{what}");
    }
    assert_eq!(one.status, several.status, "{what}");
}

/// UDP in IPv4, as a record of a pcap file.
fn record(out: &mut Vec<u8>, exporter: u16, seconds: u32, payload: &[u8]) {
    let udp = u16::try_from(payload.len() + 8).unwrap();
    let length = u32::from(udp) + 20;
    for word in [seconds, 0, length, length] {
        out.extend(word.to_be_bytes());
    }
    out.extend([0x45, 0]);
    out.extend((udp + 20).to_be_bytes());
    out.extend([0, 0, 0, 0, 64, 17, 0, 0, 10, 0]);
    out.extend(exporter.to_be_bytes());
    out.extend([192, 0, 2, 1]);
    for number in [2055, 9995, udp, 0] {
        out.extend(number.to_be_bytes());
    }
    out.extend(payload);
}

/// An IPFIX message with one set.
fn message(sequence: u32, seconds: u32, set: u16, body: &[u8]) -> Vec<u8> {
    let set_len = u16::try_from(body.len() + 4).unwrap();
    let mut message = Vec::from(10_u16.to_be_bytes());
    message.extend((set_len + 16).to_be_bytes());
    for word in [seconds, sequence, 7] {
        message.extend(word.to_be_bytes());
    }
    for number in [set, set_len] {
        message.extend(number.to_be_bytes());
    }
    message.extend(body);
    message
}

const FILE_HEADER: [u8; 24] = [
    0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 101,
];
const EXPORTERS: u16 = 300;
/// The source address and the octets.
const TEMPLATE: [u8; 12] = [1, 0, 0, 2, 0, 8, 0, 4, 0, 1, 0, 4];

/// Two captures of many exporters in turn. Of each third one the template is only in the second,
/// after data of both; of each other one it is in the first.
fn captures(directory: &Directory) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for input in 0..2_u32 {
        let mut capture = Vec::from(FILE_HEADER);
        for round in 0..6_u32 {
            for exporter in 0..EXPORTERS {
                let number = input * 6 + round;
                let seconds = 1_700_000_000 + number;
                let is_late = exporter % 3 == 0;
                let announces = if is_late { number == 9 } else { number == 0 };
                if announces {
                    let template = message(number, seconds, 2, &TEMPLATE);
                    record(&mut capture, exporter, seconds, &template);
                }
                let [high, low] = exporter.to_be_bytes();
                let data = [192, 0, high, low, 0, 0, high, low];
                let data = message(number, seconds, 256, &data.repeat(usize::from(low % 5) + 1));
                record(&mut capture, exporter, seconds, &data);
            }
        }
        let path = directory.file(&format!("{input}.pcap"));
        fs::write(&path, capture).unwrap();
        files.push(path);
    }
    files
}

#[test]
fn several_threads_write_of_all_captures_what_one_writes() {
    let files = netflow_testdata::all_captures();
    assert!(files.len() > 100);
    for form in FORMS {
        let one = decode("1", form, &files, &[]);
        for threads in ["2", "5"] {
            let several = decode(threads, form, &files, &[]);
            assert_same(&one, &several, &format!("{form:?} with {threads} threads"));
        }
    }
}

#[test]
fn late_data_and_templates_of_an_earlier_file_do_not_depend_on_threads() {
    let directory = Directory::new("threads");
    let files = captures(&directory);
    let form: &[&str] = &["-f", "json"];
    let one = decode("1", form, &files, &[]);
    let late = one.stdout.matches("\"late\":true").count();
    assert!(late > 1_000, "{late} late rows: {}", one.stderr);
    for threads in ["2", "3", "64"] {
        let several = decode(threads, form, &files, &[]);
        assert_same(&one, &several, threads);
    }
}

#[test]
fn the_state_that_threads_save_serves_any_number_of_them() {
    let directory = Directory::new("threads_state");
    let files = captures(&directory);
    let form: &[&str] = &["-f", "json"];
    let mut runs = Vec::new();
    for threads in ["1", "4"] {
        let state = directory.file(&format!("state_{threads}"));
        let option = [Path::new("--state"), &state];
        let first = decode(threads, form, &files[..1], &option);
        // The rest by another number of threads.
        let other = if threads == "1" { "3" } else { "1" };
        let second = decode(other, form, &files[1..], &option);
        runs.push([first, second]);
    }
    let [one, several] = runs.try_into().unwrap();
    for (one, several) in one.iter().zip(&several) {
        assert_same(one, several, "with a state");
    }
}

#[test]
fn a_file_without_flow_export_is_reported_by_threads_too() {
    let files = ["genuine/in.pcap", "genuine/sf_v9.pcap", "no-such-file"];
    let run = |threads: &str| {
        let options = ["decode", "-f", "json", "--threads", threads].map(Into::into);
        let files = files.map(|file| netflow_testdata::folder().join(file));
        netflow(options.into_iter().chain(files))
    };
    let one = run("1");
    assert_eq!(one.status, 1);
    assert_same(&one, &run("4"), "files that are not exports");
}
