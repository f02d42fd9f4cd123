//! The project's own tasks.

extern crate alloc;

mod generate;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK

  generate          write the tables made from registry/
  generate --check  compare them with what is checked in
  test              everything that has to hold before a change is merged
  test --full       and what takes longer: more random cases, tests in release
  test --only PART  the steps of all these whose name has this part";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["generate"] => generate::run(false),
        ["generate", "--check"] => generate::run(true),
        ["test"] => test::run(false, ""),
        ["test", "--full"] => test::run(true, ""),
        ["test", "--only", part] => test::run(true, part),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}
