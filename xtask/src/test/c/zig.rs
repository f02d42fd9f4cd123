//! The binding in Zig: the compiler translates the header, as `examples/zig` says, and the example runs.

use std::fs;

use super::shared::{folder, place};
use crate::command::{Command, python};
use crate::install;
use crate::repository::{Result, root, target};
use crate::workspace;

/// The compiler as a package of Python: 100 MB. Its language changes from version to version.
const ZIG: &str = "ziglang==0.17.1";

/// Builds the example with the library and compares what it prints with what the command prints.
pub(in crate::test) fn binding() -> Result {
    let environment = target().join("zig");
    if !environment.exists() {
        python("-m venv").path(&environment).run()?;
    }
    let interpreter = environment.join("bin/python");
    let python_of_zig = || Command::new(&interpreter, "python");
    python_of_zig()
        .arguments("-m pip install --quiet --disable-pip-version-check")
        .arguments(ZIG)
        .run()?;
    let place = place();
    install::install(&place)?;

    let folder = folder().join("zig");
    fs::create_dir_all(&folder)?;
    let header = python_of_zig()
        .arguments("-m ziglang translate-c -lc")
        .path(&place.prefix.join("include/netflow.h"))
        .printed()?;
    fs::write(folder.join("netflow.zig"), header)?;
    // The example imports the header from its own folder.
    let source = folder.join("flows.zig");
    fs::copy(root().join("examples/zig/flows.zig"), &source)?;
    python_of_zig()
        .arguments("-m ziglang build-exe")
        .path(&source)
        .joined("-L", &place.libdir())
        .arguments("-lnetflow -lc")
        .joined("-femit-bin=", &folder.join("flows_zig"))
        .run()?;
    python("netflow-ffi/tests/files.py")
        .path(&folder)
        .path(&workspace::netflow()?)
        .arguments("zig")
        .variable("LD_LIBRARY_PATH", place.libdir())
        .run()
}
