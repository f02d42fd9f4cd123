//! Captures read by other programs too, and compared field by field.

use std::path::Path;
use std::process::{Command as Process, ExitCode, Stdio};

use crate::command::python;
use crate::repository::{Result, root};
use crate::workspace;

/// Compares the captures of a folder.
pub(crate) fn run(folder: &Path) -> ExitCode {
    match compare(folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("== {error}");
            ExitCode::FAILURE
        }
    }
}

/// The same as a step of the tests.
pub(crate) fn step(folder: &str) -> Result {
    compare(&root().join(folder))
}

fn compare(folder: &Path) -> Result {
    if !has_tshark() {
        return Err("tshark is not installed (Debian: apt install tshark nfdump)".into());
    }
    let netflow = workspace::netflow()?;
    let folder = std::env::current_dir()?.join(folder);
    python("testdata/differential.py")
        .path(&netflow)
        .path(&folder)
        .run()
}

fn has_tshark() -> bool {
    let version = Process::new("tshark")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}
