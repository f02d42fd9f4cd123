//! The examples in C and C++, built as their users build them.

use std::fs;
use std::path::Path;

use super::shared::{STRICT, folder, place, text_of};
use crate::command::{Command, python};
use crate::install::{self, InstallPaths};
use crate::repository::{Result, root};
use crate::workspace;

/// Builds the examples with the library and runs them.
pub(in crate::test) fn examples() -> Result {
    examples_with(&place())
}

/// As their users do: by pkg-config and by CMake.
pub(super) fn examples_with(place: &InstallPaths) -> Result {
    let folder = folder().join("examples");
    if folder.exists() {
        // CMake would go on with the library that it found before.
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let capture = root().join("testdata/genuine/sf_v9.pcap");
    let expected = flows_of(&capture)?;
    let sources = root().join("examples/c");

    let shared = pkg_config(place, "--cflags --libs")?;
    for (compiler, standard, source) in [
        ("gcc", "c99", "decode_pcap.c"),
        ("clang", "c11", "decode_pcap.c"),
        ("gcc", "c99", "collector.c"),
        ("clang", "c11", "collector.c"),
        ("g++", "c++17", "top_talkers.cpp"),
        ("clang++", "c++17", "top_talkers.cpp"),
    ] {
        Command::new(compiler, compiler)
            .arguments(&format!("-std={standard} {STRICT} -D_DEFAULT_SOURCE"))
            .path(&sources.join(source))
            .arguments("-o")
            .path(&folder.join(source).with_extension(""))
            .arguments(&shared)
            .arguments("-lpcap")
            .run()?;
    }
    decodes(place, &folder.join("decode_pcap"), &capture, expected)?;
    python("netflow-ffi/tests/collector.py")
        .path(&folder.join("collector"))
        .path(&root().join("testdata/genuine/nfr_v5.pcap"))
        .variable("LD_LIBRARY_PATH", place.libdir())
        .run()?;

    file_examples(place, &folder, &shared)?;

    // Linked to the archive, with what pkg-config says it needs.
    let needed = pkg_config(place, "--static --libs-only-l --libs-only-other")?;
    let alone = folder.join("decode_pcap_alone");
    Command::new("gcc", "gcc")
        .arguments("-std=c99 -D_DEFAULT_SOURCE")
        .path(&sources.join("decode_pcap.c"))
        .arguments(&pkg_config(place, "--cflags")?)
        .path(&place.libdir().join("libnetflow.a"))
        .arguments(&needed.replace("-lnetflow", ""))
        .arguments("-lpcap -o")
        .path(&alone)
        .run()?;
    decodes(place, &alone, &capture, expected)?;

    let built = folder.join("cmake");
    Command::new("cmake", "cmake")
        .arguments("-S")
        .path(&sources)
        .arguments("-B")
        .path(&built)
        .joined("-DCMAKE_PREFIX_PATH=", &place.prefix)
        .run()?;
    Command::new("cmake", "cmake")
        .arguments("--build")
        .path(&built)
        .run()?;
    // CMake passes the programs the path of the library.
    for name in ["decode_pcap", "decode_pcap_static"] {
        decodes(place, &built.join(name), &capture, expected)?;
    }
    manual_pages(place)
}

/// The examples that need no other library: files, streams, threads.
fn file_examples(place: &InstallPaths, folder: &Path, shared: &str) -> Result {
    for (compiler, standard) in [("gcc", "c99"), ("clang", "c11")] {
        for source in ["decode_file", "stream", "threads"] {
            Command::new(compiler, compiler)
                .arguments(&format!(
                    "-std={standard} {STRICT} -D_POSIX_C_SOURCE=200809L"
                ))
                .path(&root().join("examples/c").join(source).with_extension("c"))
                .arguments("-o")
                .path(&folder.join(source))
                .arguments(shared)
                .arguments("-lpthread")
                .run()?;
        }
    }
    python("netflow-ffi/tests/files.py")
        .path(folder)
        .path(&workspace::netflow()?)
        .variable("LD_LIBRARY_PATH", place.libdir())
        .run()
}

/// Every manual page is installed, and groff has nothing to say of it.
fn manual_pages(place: &InstallPaths) -> Result {
    for name in install::manual_pages()? {
        let page = place.prefix.join("share/man/man3").join(name);
        let formatted = Command::new("groff", "groff")
            .arguments("-man -Tutf8 -ww -z")
            .path(&page)
            .output()?;
        let warnings = String::from_utf8_lossy(&formatted.stderr);
        if !formatted.status.success() || !warnings.trim().is_empty() {
            return Err(format!("{}: {warnings}", page.display()).into());
        }
    }
    Ok(())
}

/// A program prints as many flows as the command.
fn decodes(place: &InstallPaths, program: &Path, capture: &Path, expected: usize) -> Result {
    let printed = text_of(
        Command::new(program, &program.display().to_string())
            .path(capture)
            .variable("LD_LIBRARY_PATH", place.libdir()),
    )?;
    match printed.lines().count() {
        count if count == expected && count > 0 => Ok(()),
        count => Err(format!("{count} flows are printed, not {expected}").into()),
    }
}

/// How many flows the command finds.
fn flows_of(capture: &Path) -> Result<usize> {
    let command = workspace::netflow()?;
    let rows = text_of(
        Command::new(&command, "netflow")
            .arguments("decode --quiet --format json")
            .path(capture),
    )?;
    Ok(rows
        .lines()
        .filter(|row| !row.contains("\"kind\":\"problem\""))
        .count())
}

/// What pkg-config says of the library.
pub(super) fn pkg_config(place: &InstallPaths, options: &str) -> Result<String> {
    let printed = text_of(
        Command::new("pkg-config", "pkg-config")
            .arguments(options)
            .arguments("netflow")
            .variable("PKG_CONFIG_PATH", place.libdir().join("pkgconfig")),
    )?;
    Ok(printed.trim().to_owned())
}
