//! The inputs of a run: files, or standard input.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use netflow_io::{CaptureError, CaptureOptions, Source};

use crate::interrupt::Interrupt;
use crate::summary::counted;

/// The path that means standard input.
const STDIN: &str = "-";

/// Whether a path means standard input or, of an output, standard output.
pub(super) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

/// Opens an input.
pub(super) fn open(
    interrupt: &Interrupt,
    path: &Path,
    options: CaptureOptions,
    is_followed: bool,
) -> Result<Source<'static>, CaptureError> {
    if !is_standard(path) {
        let growing = is_followed.then(|| interrupt.growing(path));
        return match growing {
            Some(Ok(input)) => Source::from_reader_with(input, name(path), options),
            // That it cannot be opened is reported as it is without --follow.
            Some(Err(_)) | None => netflow_io::open_with(path, options),
        };
    }
    let name = name(path);
    match interrupt.stdin() {
        Ok(input) => Source::from_reader_with(input, name, options),
        // A signal is then noticed with the next packet.
        Err(_) => Source::from_reader_with(io::stdin(), name, options),
    }
}

/// What to say of a file without flow export.
pub(super) fn nothing_found(source: &Source<'_>) -> String {
    let path = source.path().display();
    let summary = source.summary();
    let udp = summary.udp_passed_over;
    let packets = counted(summary.packets, "packet");
    if summary.packets == 0 {
        format!("{path} holds no packet; capture where the exporter sends to")
    } else if udp > 0 {
        format!(
            "{path} holds no flow export but {} of something else in {packets}; give --port if \
             exporters send to a port of your own",
            counted(udp, "UDP datagram"),
        )
    } else {
        format!("{path} holds no flow export in {packets}; capture where the exporter sends to")
    }
}

/// The name of an input in messages and rows.
pub(super) fn name(path: &Path) -> String {
    if is_standard(path) {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Octets of all files that are there; `None` if one of them is a pipe.
pub(super) fn total(paths: &[PathBuf]) -> Option<u64> {
    let mut octets = 0_u64;
    for path in paths {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => octets = octets.saturating_add(metadata.len()),
            Ok(_) => return None,
            Err(_) if is_standard(path) => return None,
            Err(_) => {}
        }
    }
    Some(octets)
}

/// Whether an output is the same file as an input.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        // Reading and writing the same device or pipe is allowed.
        (Ok(one), Ok(other)) => one == other && one.is_file(),
        _ => false,
    }
}
