//! The command `netflow` as a library.
//!
//! [`run`] takes a command line and does what the command does, so that other programs can
//! offer the same command.
//!
//! ```
//! use netflow_cli::Status;
//!
//! assert_eq!(netflow_cli::run(["netflow", "decode", "--quiet", "no-such-file"]), Status::Unreadable);
//! ```
#![forbid(unsafe_code)]

extern crate alloc;

mod addresses;
mod args;
#[cfg(feature = "columns")]
mod columns;
mod decode;
mod dialect;
mod elements;
mod explain;
mod features;
mod interrupt;
#[cfg(target_os = "linux")]
mod listen;
#[cfg(feature = "packaging")]
mod packaging;
mod parallel;
mod plan;
mod progress;
mod replay;
mod report;
mod rows;
mod run;
mod source;
mod state;
mod status;
mod stderr;
mod summary;
mod top;
mod usage;
mod window;

use std::ffi::OsString;
use std::io::{self, Write as _};

use clap::FromArgMatches;

pub use addresses::KnownAddresses;
pub use explain::{document, sentences};
pub use source::source_facts;
pub use status::Status;

/// Runs the command with these arguments, the first of which is its name. It writes to
/// standard output and standard error.
pub fn run<I, A>(args: I) -> Status
where
    I: IntoIterator<Item = A>,
    A: Into<OsString> + Clone,
{
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let ran = command(&args);
    ran.unwrap_or_else(|error| {
        // The reader may have closed the pipe already.
        print(&error);
        if error.use_stderr() {
            Status::Usage
        } else {
            Status::Success
        }
    })
}

/// Prints an error, or help.
fn print(error: &clap::Error) {
    // The reader may have closed the pipe already.
    if error.use_stderr() {
        let _ = error.print();
        return;
    }
    // Help of ours begins like an error.
    match error.render().to_string().strip_prefix("error: ") {
        Some(help) => {
            let _ = io::stdout().write_all(help.as_bytes());
        }
        None => {
            let _ = error.print();
        }
    }
}

fn command(args: &[OsString]) -> Result<Status, clap::Error> {
    let matches = features::command().try_get_matches_from(args);
    let matches = matches.map_err(|error| args::hints::add(error, args))?;
    match args::Cli::from_arg_matches(&matches)?.command {
        args::Command::Decode(args) => {
            decode::run(&args).map_err(|usage| args::error("decode", &usage))
        }
        args::Command::Elements(args) => Ok(elements::run(&args)),
        args::Command::Explain(args) => {
            explain::run(&args).map_err(|usage| args::error("explain", &usage))
        }
        #[cfg(target_os = "linux")]
        args::Command::Listen(listen) => {
            let matches = matches.subcommand_matches("listen").cloned();
            listen::run(args, *listen, &matches.unwrap_or_default())
        }
        args::Command::Replay(args) => Ok(replay::run(&args)),
        #[cfg(feature = "packaging")]
        args::Command::Completions(args) => Ok(packaging::completions(&args)),
        #[cfg(feature = "packaging")]
        args::Command::Manual(args) => Ok(packaging::manual(&args)),
        args::Command::Report(args) => {
            report::run(&args).map_err(|usage| args::error("report", &usage))
        }
        args::Command::Top(args) => top::run(&args).map_err(|usage| args::error("top", &usage)),
    }
}
