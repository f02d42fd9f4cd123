//! A package for Debian: the command with its manual pages, completions, unit and configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::command::{Command, cargo};
use crate::repository::{Result, root, target};

/// Where what is not in the repository is put; `netflow-cli/Cargo.toml` names the files.
fn folder() -> PathBuf {
    target().join("package")
}

/// Makes the package, or says what is missing.
pub(crate) fn run() -> ExitCode {
    match package() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("package: {error}");
            ExitCode::FAILURE
        }
    }
}

pub(crate) fn package() -> Result {
    if target() != root().join("target") {
        return Err("the package is made of files in target/: unset CARGO_TARGET_DIR".into());
    }
    cargo("deb --version")
        .printed()
        .map_err(|error| format!("{error}; install it by `cargo install cargo-deb`"))?;
    cargo("build --locked --release -p netflow-cli --features full").run()?;
    generate(&target().join("release/netflow"))?;
    cargo("deb --locked -p netflow-cli --no-build").run()
}

/// Writes the manual pages and completions of a program.
fn generate(program: &Path) -> Result {
    let folder = folder();
    fs::create_dir_all(&folder)?;
    Command::new(program, "netflow")
        .arguments("manual")
        .path(&folder.join("man"))
        .run()?;
    for shell in ["bash", "fish", "zsh"] {
        let script = Command::new(program, "netflow")
            .arguments("completions")
            .text(shell)
            .printed()?;
        fs::write(folder.join(format!("netflow.{shell}")), script)?;
    }
    Ok(())
}
