//! The target of the C library: the archive with coverage counted, and a program of C.

use std::path::Path;

use crate::command::Command;
use crate::repository::{Result, root};

/// The name of the target and of its file.
const NAME: &str = "c_library";

/// Builds the target with the library that is among `binaries`, and puts it there.
pub(super) fn build(binaries: &Path) -> Result {
    let tests = root().join("netflow-ffi/tests/c");
    Command::new("clang", "clang")
        .arguments("-std=c11 -g -O1 -Wall -Wextra -Werror -Wpedantic")
        .arguments("-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all")
        .joined("-I", &root().join("include"))
        .joined("-I", &tests)
        .path(&root().join("fuzz/c").join(NAME).with_extension("c"))
        .path(&tests.join("every_way.c"))
        .path(&binaries.join("libnetflow.a"))
        .arguments("-lgcc_s -lutil -lrt -lpthread -lm -ldl -o")
        .path(&binaries.join(NAME))
        .run()
}
