//! Captures to explain, and running the command over them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use serde_json::Value;

/// A file of testdata.
pub(crate) fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../testdata")
        .join(name)
}

/// Every capture of testdata.
pub(crate) fn all() -> Vec<PathBuf> {
    let files = ["genuine", "synthetic"].into_iter().flat_map(|folder| {
        let entries = fs::read_dir(testdata(folder)).unwrap();
        entries.map(|entry| entry.unwrap().path())
    });
    let is_capture = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        [".pcap", ".pcapng", ".ipfix", ".gz", ".zst"]
            .iter()
            .any(|ending| name.ends_with(ending))
    };
    let mut files: Vec<PathBuf> = files.filter(is_capture).collect();
    files.sort();
    files
}

/// A capture made of these frames of another, in this order.
pub(crate) struct Cut(pub(crate) PathBuf);

impl Cut {
    pub(crate) fn new(name: &str, from: &str, frames: &[usize]) -> Self {
        let octets = fs::read(testdata(from)).unwrap();
        let (head, mut rest) = octets.split_at(24);
        assert_eq!(head[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
        let mut packets = Vec::new();
        while rest.len() >= 16 {
            let len = u32::from_le_bytes(rest[8..12].try_into().unwrap());
            let (packet, behind) = rest.split_at(16 + usize::try_from(len).unwrap());
            packets.push(packet);
            rest = behind;
        }
        let mut written = head.to_vec();
        for frame in frames {
            written.extend(packets[frame - 1]);
        }
        let file = format!("netflow-explain-{}-{name}.pcap", std::process::id());
        let path = env::temp_dir().join(file);
        fs::write(&path, written).unwrap();
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
    let output = run(80, &[], file);
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
