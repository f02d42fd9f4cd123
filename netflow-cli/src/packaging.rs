//! What a package has besides the program: completions of shells and manual pages.

use std::fs;
use std::io::{self, Write as _};

use clap_complete::aot;

use crate::args::{Completions, Manual, Shell};
use crate::features;
use crate::status::Status;
use crate::stderr;

/// The name of the command in completions.
const NAME: &str = "netflow";

/// Runs `netflow completions`.
pub(crate) fn completions(args: &Completions) -> Status {
    let shell = match args.shell {
        Shell::Bash => aot::Shell::Bash,
        Shell::Fish => aot::Shell::Fish,
        Shell::Zsh => aot::Shell::Zsh,
    };
    let mut script = Vec::new();
    aot::generate(shell, &mut features::command(), NAME, &mut script);
    match io::stdout().write_all(&script) {
        Ok(()) => Status::Success,
        Err(error) => {
            stderr::line(&error);
            Status::Unreadable
        }
    }
}

/// Runs `netflow manual`.
pub(crate) fn manual(args: &Manual) -> Status {
    let folder = &args.folder;
    let written = fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(features::command(), folder));
    match written {
        Ok(()) => Status::Success,
        Err(error) => {
            stderr::line(&format_args!("{}: {error}", folder.display()));
            Status::Unreadable
        }
    }
}
