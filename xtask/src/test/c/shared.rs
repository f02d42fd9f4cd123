//! What the tests of the C library share: where it is installed, what compilers are passed, and the datagrams.

use std::fs;
use std::path::PathBuf;

use crate::command::Command;
use crate::install::InstallPaths;
use crate::repository::{Result, root, target};
use crate::workspace;

/// Flags of the compilers: every warning is an error.
pub(super) const STRICT: &str = "-Wall -Wextra -Werror -Wpedantic";

/// Flags of builds that sanitizers watch.
pub(super) fn sanitized() -> String {
    format!("{STRICT} -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all")
}

/// The datagrams of all captures of the test data, in files that C can read.
pub(in crate::test) fn inputs() -> Result<Vec<PathBuf>> {
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
pub(super) fn captures() -> Result<Vec<PathBuf>> {
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
pub(super) fn text_of(command: Command) -> Result<String> {
    Ok(String::from_utf8(command.printed()?)?)
}

/// Where the library is installed for the tests. Link-time optimisation takes minutes, and a profile with
/// arithmetic checked finds more; the library with all features has the same, so that most crates are compiled once.
pub(super) fn place() -> InstallPaths {
    InstallPaths::new(folder().join("prefix"), "").with_profile("checked")
}

/// The folder of all that is made here.
pub(super) fn folder() -> PathBuf {
    target().join("c")
}
