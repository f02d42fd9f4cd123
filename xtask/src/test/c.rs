//! The C library, as programs in C and C++ use it: installed into a folder, compiled against by two
//! compilers and three standards, linked both ways, and watched by Valgrind and sanitizers.

mod cargo_c;
mod examples;
mod exports;
mod instrumented;
mod program;
mod shared;
mod zig;

use std::fs;
use std::path::{Path, PathBuf};

pub(super) use self::cargo_c::installed as installed_by_cargo_c;
pub(super) use self::examples::examples;
use self::examples::pkg_config;
use self::exports::exports;
pub(super) use self::instrumented::watched as watched_with_rust;
use self::program::{Linkage, Program};
pub(super) use self::shared::inputs;
use self::shared::{STRICT, captures, folder, place, sanitized};
pub(super) use self::zig::binding as zig_binding;
use crate::command::{Command, python};
use crate::install::{self, InstallPaths};
use crate::repository::{Result, root};
use crate::workspace;

/// Compilers of C and C++, and the standards of each.
const LANGUAGES: &[(&str, &str)] = &[
    ("gcc", "c99"),
    ("gcc", "c11"),
    ("g++", "c++17"),
    ("clang", "c99"),
    ("clang", "c11"),
    ("clang++", "c++17"),
];

/// Installs the library and looks at what it exports.
pub(super) fn installed() -> Result {
    let folder = folder();
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let place = place();
    install::install(&place)?;
    exports(&place)
}

/// Compiles the tests in every language and linkage, and runs them. All have to print the same, and
/// that has to be what the command prints.
pub(super) fn tests() -> Result {
    let inputs = inputs()?;
    let command = workspace::netflow()?;
    let mut printed: Option<[Vec<u8>; 2]> = None;
    for (compiler, standard) in LANGUAGES {
        for linkage in [Linkage::Shared, Linkage::Static] {
            let program = Program::build(&place(), compiler, standard, linkage, STRICT)?;
            program.run("api")?;
            program.run("layout")?;
            program.run("arrow absent")?;
            program.run("listener absent")?;
            program.run_on("threads", &inputs)?;
            program.run_on("mutate 7 1", &inputs)?;
            let output = [
                program.print("flows batch", &inputs)?,
                program.print("walk", &inputs)?,
            ];
            match &printed {
                None => {
                    same_as_command(&program, &output, &inputs, &command)?;
                    printed = Some(output);
                }
                Some(printed) if *printed != output => {
                    return Err(format!("{program} prints something else than the first").into());
                }
                Some(_) => {}
            }
        }
    }
    // A program that needs no other library, not even that of C, as in an image without a system.
    let whole = format!("{STRICT} -static");
    Program::build(&place(), "gcc", "c99", Linkage::Static, &whole)?.run("api")
}

/// Compares what a program prints with what the command prints, whichever way flows are taken.
fn same_as_command(
    program: &Program,
    [flows, walk]: &[Vec<u8>; 2],
    inputs: &[PathBuf],
    command: &Path,
) -> Result {
    for way in ["flows single", "flows callback"] {
        if program.print(way, inputs)? != *flows {
            return Err(format!("{way} yields other flows than a batch").into());
        }
    }
    let masked = program.print("flows masked", inputs)?;
    for (way, octets) in [("flows", flows), ("walk", walk), ("masked", &masked)] {
        let output = folder().join(format!("{way}.json"));
        fs::write(&output, octets)?;
        compare(way, command, &output)?.run()?;
    }
    // Were nothing compared, this would pass too.
    let mut damaged = flows.clone();
    let digit = damaged.iter().rposition(|octet| *octet == b'1');
    if let Some(octet) = digit.and_then(|place| damaged.get_mut(place)) {
        *octet = b'2';
    }
    let output = folder().join("damaged.json");
    fs::write(&output, damaged)?;
    if compare("flows", command, &output)?
        .output()?
        .status
        .success()
    {
        return Err("a damaged output is taken for that of the command".into());
    }
    Ok(())
}

fn compare(way: &str, command: &Path, output: &Path) -> Result<Command> {
    let mut compare = python("netflow-ffi/tests/compare.py")
        .arguments(way)
        .path(command)
        .path(output);
    for capture in captures()? {
        compare = compare.path_unseen(&capture);
    }
    Ok(compare)
}

/// Runs the tests under Valgrind, and compiled with sanitizers.
pub(super) fn watched() -> Result {
    let inputs = inputs()?;
    for (compiler, standard, linkage) in [
        ("gcc", "c11", Linkage::Shared),
        ("clang++", "c++17", Linkage::Static),
    ] {
        let program = Program::build(&place(), compiler, standard, linkage, STRICT)?;
        let program = program.under_valgrind();
        program.run("api")?;
        program.run_on("flows batch", &inputs)?;
        program.run_on("flows callback", &inputs)?;
        program.run_on("walk", &inputs)?;
        program.run_on("mutate 11 1", &inputs)?;
    }
    for (compiler, standard, linkage) in [
        ("gcc", "c99", Linkage::Static),
        ("g++", "c++17", Linkage::Shared),
        ("clang", "c11", Linkage::Shared),
    ] {
        let program = Program::build(&place(), compiler, standard, linkage, &sanitized())?;
        program.run("api")?;
        program.run_on("threads", &inputs)?;
        program.run_on("flows batch", &inputs)?;
        program.run_on("flows callback", &inputs)?;
        program.run_on("walk", &inputs)?;
        program.run_on("mutate 13 5", &inputs)?;
    }
    Ok(())
}

/// The library with all features. Its arrays of Arrow hold what the plain structs do, in every form of
/// addresses; its sockets receive over UDP and TCP; nothing leaks.
pub(super) fn all_features() -> Result {
    let place = InstallPaths::new(folder().join("prefix-arrow"), "arrow,geo,live,tls")
        .with_profile("checked");
    install::install(&place)?;
    let inputs = inputs()?;
    let ways = ["arrow octets", "arrow view", "arrow text"];
    for (compiler, standard, linkage) in [
        ("gcc", "c99", Linkage::Shared),
        ("clang++", "c++17", Linkage::Static),
    ] {
        let program = Program::build(&place, compiler, standard, linkage, STRICT)?;
        program.run("arrow api")?;
        program.run("listener api")?;
        let flows = program.print("flows batch", &inputs)?;
        // Arrow has no text but UTF-8.
        let flows = without_negative_durations(&String::from_utf8_lossy(&flows));
        for way in ways {
            let arrays = program.print(way, &inputs)?;
            if String::from_utf8_lossy(&arrays) != flows {
                fs::write(folder().join("arrow.json"), arrays)?;
                return Err(format!("{program}, {way}: other flows than a batch").into());
            }
        }
        let program = program.under_valgrind();
        program.run("arrow api")?;
        program.run("listener api")?;
        program.run_on("arrow view", &inputs)?;
    }
    for (compiler, standard, linkage) in [
        ("gcc", "c11", Linkage::Shared),
        ("clang", "c99", Linkage::Static),
    ] {
        let program = Program::build(&place, compiler, standard, linkage, &sanitized())?;
        program.run("arrow api")?;
        program.run("listener api")?;
        for way in ways {
            program.run_on(way, &inputs)?;
        }
    }
    listener_example(&place)
}

/// The flows as Arrow has them: a column of durations has none below zero, which `DuckDB` cannot
/// read.
fn without_negative_durations(flows: &str) -> String {
    const NEGATIVE: &str = ",\"duration\":-";
    let mut parts = flows.split(NEGATIVE);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |flows, part| {
        flows + part.trim_start_matches(|digit: char| digit.is_ascii_digit())
    })
}

/// Builds the example that has the sockets of the library, and sends to it over UDP and TCP.
fn listener_example(place: &InstallPaths) -> Result {
    let shared = pkg_config(place, "--cflags --libs")?;
    let program = folder().join("listener");
    for (compiler, standard) in [("gcc", "c99"), ("clang", "c11")] {
        Command::new(compiler, compiler)
            .arguments(&format!("-std={standard} {STRICT}"))
            .path(&root().join("examples/c/listener.c"))
            .arguments("-o")
            .path(&program)
            .arguments(&shared)
            .run()?;
    }
    python("netflow-ffi/tests/listener.py")
        .path(&program)
        .path(&root().join("testdata/genuine/sf_v10.pcap"))
        .variable("LD_LIBRARY_PATH", place.libdir())
        .run()
}

/// The tests, compiled one way.
pub(super) fn program() -> Result<Program> {
    installed()?;
    Program::build(&place(), "gcc", "c11", Linkage::Static, STRICT)
}
