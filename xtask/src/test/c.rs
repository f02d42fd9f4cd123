//! The C library, as programs in C and C++ use it: installed into a folder, compiled against by two
//! compilers and three standards, linked both ways, and watched by Valgrind and sanitizers.

mod cargo_c;
mod examples;
mod instrumented;
mod program;
mod zig;

use alloc::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) use self::cargo_c::installed as installed_by_cargo_c;
pub(super) use self::examples::examples;
use self::examples::pkg_config;
pub(super) use self::instrumented::watched as watched_with_rust;
use self::program::{Linkage, Program};
pub(super) use self::zig::binding as zig_binding;
use crate::command::{Command, python};
use crate::install::{self, InstallPaths, SONAME};
use crate::repository::{Result, root, target};
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

/// What is said of warnings.
const STRICT: &str = "-Wall -Wextra -Werror -Wpedantic";

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

/// An installed library has its name and the functions of its header, and nothing else.
fn exports(place: &InstallPaths) -> Result {
    let library = place.libdir().join("libnetflow.so");
    let symbols = text_of(
        Command::new("nm", "nm")
            .arguments("--dynamic --defined-only --format=just-symbols")
            .path(&library),
    )?;
    let exported: BTreeSet<&str> = symbols.lines().collect();
    let header = fs::read_to_string(place.prefix.join("include/netflow.h"))?;
    let declared = functions(&header);
    if exported != declared {
        let differ: Vec<_> = exported.symmetric_difference(&declared).collect();
        return Err(format!("exported or declared, but not both: {differ:?}").into());
    }
    let dynamic = text_of(
        Command::new("readelf", "readelf")
            .arguments("-d")
            .path(&library),
    )?;
    if !dynamic.contains(&format!("soname: [{SONAME}]")) {
        return Err(format!("the library is not named {SONAME}:\n{dynamic}").into());
    }
    println!("{} functions are exported and nothing else", exported.len());
    Ok(())
}

/// The functions that a header declares.
fn functions(header: &str) -> BTreeSet<&str> {
    let lines = header.lines().filter(|line| !line.starts_with("//"));
    lines
        .filter_map(|line| {
            let (before, _) = line.split_once('(')?;
            let name = before.rsplit([' ', '*']).next()?;
            // A declaration begins with a type, a macro with `#`, and nothing is indented.
            let is_function = name.starts_with("netflow_")
                && !line.starts_with(['#', ' '])
                && !line.starts_with("typedef");
            is_function.then_some(name)
        })
        .collect()
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

/// What is said of sanitizers besides.
fn sanitized() -> String {
    format!("{STRICT} -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all")
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

/// The datagrams of all captures of the test data, in files that C can read.
pub(super) fn inputs() -> Result<Vec<PathBuf>> {
    let folder = folder().join("datagrams");
    let program = workspace::example("datagram_files")?;
    let mut extract = Command::new(program, "datagram_files").path(&folder);
    let mut inputs = Vec::new();
    for capture in captures()? {
        let name = capture.file_name().unwrap_or_default().to_string_lossy();
        inputs.push(folder.join(format!("{name}.datagrams")));
        extract = extract.path_unseen(&capture);
    }
    extract.run()?;
    Ok(inputs)
}

/// The captures of the test data.
fn captures() -> Result<Vec<PathBuf>> {
    let mut captures = Vec::new();
    for folder in ["genuine", "synthetic"] {
        for entry in fs::read_dir(root().join("testdata").join(folder))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.contains(".pcap") || name.ends_with(".ipfix") {
                captures.push(path);
            }
        }
    }
    captures.sort();
    Ok(captures)
}

/// What a command prints, if it succeeds.
fn text_of(command: Command) -> Result<String> {
    Ok(String::from_utf8(command.printed()?)?)
}

/// Where the library is installed for the tests. Link-time optimisation takes minutes, and a profile with
/// arithmetic checked finds more; [`all_features`] has the same, so that most crates are compiled once.
fn place() -> InstallPaths {
    InstallPaths::new(folder().join("prefix"), "").with_profile("checked")
}

/// The folder of all that is made here.
fn folder() -> PathBuf {
    target().join("c")
}
