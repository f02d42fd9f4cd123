//! The proof that netflow-core needs neither std nor an allocator: a program without
//! them is built, linked and run.

use std::path::{Path, PathBuf};

use crate::command::{self, Command};
use crate::repository::{self, Result};

/// The program's own workspace.
const FOLDER: &str = "xtask/freestanding";

pub(super) fn run() -> Result {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        println!("the program is for Linux on x86-64: not run");
        return Ok(());
    }
    cargo("build --locked").run()?;
    cargo("build --locked --release").run()?;
    for profile in ["debug", "release"] {
        let program = target().join(profile).join("freestanding");
        Command::new(&program, &program.display().to_string()).run()?;
        nothing_is_undefined(&program)?;
    }
    // Else the proof would prove nothing.
    fails("std", &["E0152", "panic_impl"])?;
    fails("alloc", &["no global memory allocator found"])
}

/// Cargo for the program, with a target folder of its own.
pub(super) fn cargo(arguments: &str) -> Command {
    command::cargo(arguments)
        .variable("CARGO_TARGET_DIR", target())
        .inside(FOLDER)
}

fn target() -> PathBuf {
    repository::target().join("freestanding")
}

fn nothing_is_undefined(program: &Path) -> Result {
    let symbols = Command::new("nm", "nm")
        .arguments("--undefined-only")
        .path(program)
        .output()?;
    if symbols.status.success() && symbols.stdout.is_empty() {
        return Ok(());
    }
    let symbols = String::from_utf8_lossy(&symbols.stdout).into_owned();
    Err(format!("{} has undefined symbols:\n{symbols}", program.display()).into())
}

/// With this feature of netflow-core the program must not build, for this reason.
fn fails(feature: &str, reason: &[&str]) -> Result {
    let built = cargo("build --locked --color never --features")
        .arguments(feature)
        .output()?;
    let text = String::from_utf8_lossy(&built.stderr);
    if built.status.success() {
        return Err(format!("it builds with the feature {feature}: it proves nothing").into());
    }
    if !reason.iter().all(|reason| text.contains(reason)) {
        return Err(format!("not the reason to fail that was expected:\n{text}").into());
    }
    println!("fails, as it should: {}", reason.join(", "));
    Ok(())
}
