//! Captures to explain, and running the command over them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use serde_json::Value;

/// A file of testdata.
pub(crate) fn testdata(name: &str) -> PathBuf {
    netflow_testdata::folder().join(name)
}

/// Sends these payloads from 192.0.2.1, one frame a second.
pub(crate) fn sent(name: &str, payloads: &[Vec<u8>]) -> Cut {
    let payloads = payloads.iter().map(|payload| (50_000, payload.clone()));
    sent_from(name, &payloads.collect::<Vec<_>>())
}

/// The same from these ports. Link type 228 is bare IPv4.
pub(crate) fn sent_from(name: &str, payloads: &[(u16, Vec<u8>)]) -> Cut {
    const FIRST: u32 = 1_800_000_000;
    let mut written = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
    for word in [0, 0, 0xffff, 228_u32] {
        written.extend(word.to_le_bytes());
    }
    for (time, (port, payload)) in (FIRST..).zip(payloads) {
        let udp_len = u16::try_from(8 + payload.len()).unwrap();
        let len = u32::from(udp_len) + 20;
        for word in [time, 0, len, len] {
            written.extend(word.to_le_bytes());
        }
        written.extend([0x45, 0]);
        written.extend(u16::try_from(len).unwrap().to_be_bytes());
        written.extend([0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 9]);
        for half in [*port, 2_055, udp_len, 0] {
            written.extend(half.to_be_bytes());
        }
        written.extend(payload);
    }
    Cut::of(name, &written)
}

/// An IPFIX message of these sets.
pub(crate) fn ipfix(sequence: u32, sets: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (id, octets) in sets {
        body.extend(id.to_be_bytes());
        body.extend(u16::try_from(4 + octets.len()).unwrap().to_be_bytes());
        body.extend(octets);
    }
    let mut message = vec![0, 10];
    message.extend(u16::try_from(16 + body.len()).unwrap().to_be_bytes());
    for word in [1_800_000_000, sequence, 0] {
        message.extend(word.to_be_bytes());
    }
    message.extend(body);
    message
}

/// Numbers of 16 bits, as in templates.
pub(crate) fn halves(halves: &[u16]) -> Vec<u8> {
    halves.iter().flat_map(|half| half.to_be_bytes()).collect()
}

/// A capture made for a test, which goes with it: of frames of another, in this order, or
/// of payloads.
pub(crate) struct Cut(pub(crate) PathBuf);

impl Cut {
    pub(crate) fn new(name: &str, from: &str, frames: &[usize]) -> Self {
        let octets = fs::read(testdata(from)).unwrap();
        let (head, mut rest) = octets.split_at(24);
        assert_eq!(head[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
        let mut packets = Vec::new();
        while rest.len() >= 16 {
            let len = u32::from_le_bytes(rest[8..12].try_into().unwrap());
            let (packet, next) = rest.split_at(16 + usize::try_from(len).unwrap());
            packets.push(packet);
            rest = next;
        }
        let mut written = head.to_vec();
        for frame in frames {
            written.extend(packets[frame - 1]);
        }
        Self::of(name, &written)
    }

    fn of(name: &str, octets: &[u8]) -> Self {
        let file = format!("netflow-explain-{}-{name}.pcap", std::process::id());
        let path = env::temp_dir().join(file);
        fs::write(&path, octets).unwrap();
        Self(path)
    }
}

impl Drop for Cut {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Runs the command in a terminal of this width.
pub(crate) fn run(width: usize, args: &[&str], file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_netflow"))
        .arg("explain")
        .args(args)
        .arg(file)
        .env("COLUMNS", width.to_string())
        .output()
        .unwrap()
}

/// The report as JSON.
pub(crate) fn json(file: &Path) -> Value {
    let output = run(80, &["--format", "json"], file);
    assert_eq!(output.status.code(), Some(0), "{}", file.display());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The report as text at 80 columns.
pub(crate) fn text(file: &Path) -> String {
    text_of_width(80, file)
}

/// The report as text in a terminal of this width.
pub(crate) fn text_of_width(width: usize, file: &Path) -> String {
    let output = run(width, &[], file);
    assert_eq!(output.status.code(), Some(0), "{}", file.display());
    String::from_utf8(output.stdout).unwrap()
}

/// The ranges of a frame.
pub(crate) fn frame(file: &Path, frame: u64) -> Vec<Value> {
    let frame = frame.to_string();
    let output = run(80, &["--format", "json", "--frame", &frame], file);
    assert_eq!(output.status.code(), Some(0), "{}", file.display());
    serde_json::from_slice(&output.stdout).unwrap()
}
