//! Where the captures are that the tests of all crates read, and their expected results; and what
//! servers in tests share.
#![expect(
    clippy::missing_panics_doc,
    reason = "a test that finds no captures, or receives no request of HTTP or DNS, has failed"
)]

extern crate alloc;

pub mod dns;
pub mod http;
mod port;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

pub use self::port::own_port;

/// The folder `testdata`.
#[must_use]
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The captures and IPFIX files of [`folder`], without those that are compressed.
#[must_use]
pub fn captures() -> Vec<PathBuf> {
    captures_with(&[".pcap", ".pcapng", ".ipfix"])
}

/// The captures and IPFIX files of [`folder`], also those that are compressed.
#[must_use]
pub fn all_captures() -> Vec<PathBuf> {
    captures_with(&[".pcap", ".pcapng", ".ipfix", ".gz", ".zst"])
}

fn captures_with(endings: &[&str]) -> Vec<PathBuf> {
    let captures =
        genuine_and_synthetic(|name| endings.iter().any(|ending| name.ends_with(ending)));
    assert!(captures.len() > 100, "captures are missing");
    captures
}

/// The files that hold the expected records of the captures of [`folder`].
#[must_use]
pub fn expected_files() -> Vec<PathBuf> {
    genuine_and_synthetic(|name| name.ends_with(".expected.json"))
}

/// The capture of expected records.
#[must_use]
pub fn capture_of(expected: &Path) -> PathBuf {
    let name = name(expected);
    let stem = name.strip_suffix("expected.json").unwrap();
    let of_same_stem = files(expected.parent().unwrap(), |other| {
        other.starts_with(stem) && other != name
    });
    let capture = of_same_stem.into_iter().next();
    capture.unwrap_or_else(|| panic!("no capture of {name}"))
}

/// The files of the folder that `NETFLOW_CAPTURES` names, captures of other projects; `None` if it
/// is not set.
pub fn foreign(is_wanted: impl Fn(&str) -> bool) -> Option<Vec<PathBuf>> {
    let folder = std::env::var_os("NETFLOW_CAPTURES")?;
    let files = files(Path::new(&folder), is_wanted);
    assert!(!files.is_empty(), "the folder holds no captures");
    Some(files)
}

fn genuine_and_synthetic(is_wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let folders = ["genuine", "synthetic"].map(|name| folder().join(name));
    folders
        .iter()
        .flat_map(|folder| files(folder, &is_wanted))
        .collect()
}

/// The files of a folder with these names, in the order of their names.
pub fn files(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = paths.filter(|path| is_wanted(&name(path))).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    let name = path.file_name().map(OsStr::to_string_lossy);
    name.unwrap_or_default().into_owned()
}
