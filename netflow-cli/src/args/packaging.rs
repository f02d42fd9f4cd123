//! The command lines of `netflow completions` and `netflow manual`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Write the completions of a shell to standard output.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Write the manual pages, one for each subcommand.
#[derive(Debug, Args)]
pub(crate) struct Manual {
    /// The folder for them; it is made if it is not there
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}

/// A shell that has completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Fish,
    Zsh,
}
