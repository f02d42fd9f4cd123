//! The target of the C library: the archive with coverage counted, and a program of C.

use std::path::Path;

use super::{COVERAGE, host, target_folder};
use crate::command::{Command, cargo};
use crate::repository::{Result, root};

/// The name of the target and of its file.
const NAME: &str = "c_library";

/// Builds the library and the target, which is put beside the others.
pub(super) fn build(binaries: &Path) -> Result {
    let host = host()?;
    cargo("rustc --locked --profile checked -p netflow-ffi --lib --crate-type staticlib --target")
        .arguments(&host)
        .arguments("--features arrow")
        .variable("CARGO_TARGET_DIR", target_folder())
        .variable("CARGO_PROFILE_CHECKED_DEBUG_ASSERTIONS", "true")
        .variable("RUSTFLAGS", COVERAGE)
        .run()?;
    let archive = target_folder().join(host).join("checked/libnetflow.a");
    let tests = root().join("netflow-ffi/tests/c");
    Command::new("clang", "clang")
        .arguments("-std=c11 -g -O1 -Wall -Wextra -Werror -Wpedantic")
        .arguments("-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all")
        .joined("-I", &root().join("include"))
        .joined("-I", &tests)
        .path(&root().join("fuzz/c").join(NAME).with_extension("c"))
        .path(&tests.join("every_way.c"))
        .path(&archive)
        .arguments("-lgcc_s -lutil -lrt -lpthread -lm -ldl -o")
        .path(&binaries.join(NAME))
        .run()
}
