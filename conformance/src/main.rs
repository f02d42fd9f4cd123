//! The command `netflow`, built for the tests of this package.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    netflow_cli::run(std::env::args_os()).into()
}
