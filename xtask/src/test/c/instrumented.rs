//! The C library with AddressSanitizer in its own code too, which needs a nightly compiler.

use std::fs;

use super::program::{Linkage, Program};
use super::shared::{folder, inputs, sanitized, text_of};
use crate::command::Command;
use crate::install::InstallPaths;
use crate::repository::{Result, root, target};

/// Runs the tests with a library that watches its own reads and writes.
pub(in crate::test) fn watched() -> Result {
    let Ok(about) = text_of(nightly("rustc -vV")) else {
        return Err("there is no nightly compiler: rustup toolchain install nightly".into());
    };
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or("rustc does not report its host")?;
    let built = target().join("instrumented");
    nightly("cargo rustc --locked --profile checked -p netflow-ffi --lib --features arrow")
        .arguments(&format!(
            "--crate-type staticlib --target {host} --target-dir"
        ))
        .path(&built)
        .variable("RUSTFLAGS", "-Zsanitizer=address")
        .run()?;

    let place = InstallPaths::new(folder().join("prefix-instrumented"), "arrow");
    for (from, to) in [
        (
            built.join(host).join("checked/libnetflow.a"),
            place.libdir().join("libnetflow.a"),
        ),
        (
            root().join("include/netflow.h"),
            place.prefix.join("include/netflow.h"),
        ),
    ] {
        fs::create_dir_all(to.parent().ok_or("a file is in no folder")?)?;
        fs::copy(from, to)?;
    }
    let program = Program::build(&place, "clang", "c11", Linkage::Static, &sanitized())?;
    // Were the library not watched, all else would pass as well.
    match program.run("freed") {
        Err(error) if error.to_string().contains("heap-use-after-free") => {}
        _ => return Err("that the library reads what was freed is not noticed".into()),
    }
    let inputs = inputs()?;
    program.run("api")?;
    program.run("arrow api")?;
    for command in [
        "threads",
        "flows batch",
        "flows callback",
        "walk",
        "arrow view",
        "mutate 17 5",
    ] {
        program.run_on(command, &inputs)?;
    }
    Ok(())
}

/// A program of the nightly toolchain.
fn nightly(arguments: &str) -> Command {
    Command::new("rustup", "rustup")
        .arguments("run nightly")
        .arguments(arguments)
}
