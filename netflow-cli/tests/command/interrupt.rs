//! Ctrl-C and SIGTERM end the input like its end, in `decode` and `explain`.
#![cfg(unix)]

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use crate::run::{Directory, command, testdata};

/// More octets than a pipe holds, so that who has written them knows that some were read.
const MORE_THAN_A_PIPE: usize = 1 << 20;

/// A command that has read a part of its input at least and waits for more.
fn waiting(args: &[&str]) -> Child {
    let mut child = command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let capture = fs::read(testdata("synthetic/nfv5.pcap")).unwrap();
    let (header, packets) = capture.split_at(24);
    let stdin = child.stdin.as_mut().unwrap();
    stdin.write_all(header).unwrap();
    for _ in 0..=MORE_THAN_A_PIPE / packets.len() {
        stdin.write_all(packets).unwrap();
    }
    // A part of the header of a packet that never comes.
    stdin.write_all(&[0; 10]).unwrap();
    child
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// The status and standard error of a command that ends by itself.
fn end(mut child: Child) -> (Option<i32>, String) {
    // Kept open until the command has ended: the end of its input would end it too.
    let stdin = child.stdin.take();
    let status = child.wait().unwrap();
    drop(stdin);
    let mut said = String::new();
    let mut stderr = child.stderr.take().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    (status.code(), said)
}

#[test]
fn a_signal_completes_the_output_file_and_leaves_no_other() {
    let directory = Directory::new("interrupt");
    let formats: &[&str] = if cfg!(feature = "columns") {
        &["csv", "json", "parquet", "arrow"]
    } else {
        &["csv", "json"]
    };
    for (signal_name, status) in [("-INT", 130), ("-TERM", 143)] {
        for format in formats {
            let name = format!("rows.{format}");
            let path = directory.file(&name);
            let output = path.to_str().unwrap();
            let child = waiting(&["decode", "-f", format, "-o", output, "-"]);
            signal(&child, signal_name);
            let (code, said) = end(child);
            assert_eq!(code, Some(status), "{said}");
            assert!(said.contains("interrupted"), "{said}");
            assert!(!said.contains("is cut"), "{said}");
            let files = fs::read_dir(directory.path()).unwrap();
            let files: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
            assert_eq!(files, [name.as_str()], "{said}");
            assert!(fs::metadata(&path).unwrap().len() > 0);
            fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn a_signal_completes_a_report() {
    let mut child = waiting(&["explain", "--format", "json", "-"]);
    signal(&child, "-INT");
    let mut stdout = child.stdout.take().unwrap();
    let (code, said) = end(child);
    assert_eq!(code, Some(130), "{said}");
    let mut report = String::new();
    stdout.read_to_string(&mut report).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert!(!report["domains"].as_array().unwrap().is_empty());
}
