//! Tables of the registries, made from the CSV in `registry/`.

mod sflow;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// Writes every generated file.
pub(crate) fn run() -> ExitCode {
    let result =
        sflow::table().and_then(|text| write("netflow-core/src/wire/sflow/table.rs", &text));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// A file of the repository by its path from the root.
fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Writes a source file as rustfmt lays it out.
fn write(path: &str, text: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{path}: {error}");
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "style_edition=2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = rustfmt.stdin.take() {
        input.write_all(text.as_bytes()).map_err(failed)?;
    }
    let output = rustfmt.wait_with_output().map_err(failed)?;
    if !output.status.success() {
        return Err(format!("{path}: rustfmt does not take it"));
    }
    std::fs::write(root(path), output.stdout).map_err(failed)
}
