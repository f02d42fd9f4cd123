//! Commands that a step runs in the root of the repository.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{self, Stdio};

use crate::repository::{Result, root};

/// One command; what it does is printed before it runs.
pub(crate) struct Command {
    command: process::Command,
    shown: String,
}

/// Cargo with these arguments, which are separated by spaces.
pub(crate) fn cargo(arguments: &str) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Command::new(&cargo, "cargo").arguments(arguments)
}

/// Python with these arguments.
pub(crate) fn python(arguments: &str) -> Command {
    Command::new("python3", "python3").arguments(arguments)
}

impl Command {
    /// A program, and how it is shown.
    pub(crate) fn new(program: impl AsRef<OsStr>, shown: &str) -> Self {
        let mut command = process::Command::new(program);
        command.current_dir(root()).stdin(Stdio::null());
        Self {
            command,
            shown: shown.to_owned(),
        }
    }

    /// More arguments, separated by spaces.
    pub(crate) fn arguments(mut self, arguments: &str) -> Self {
        for argument in arguments.split_whitespace() {
            self.command.arg(argument);
            self.shown = format!("{} {argument}", self.shown);
        }
        self
    }

    /// One more argument, which may hold spaces.
    pub(crate) fn text(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self.shown = format!("{} '{argument}'", self.shown);
        self
    }

    /// A path as one more argument.
    pub(crate) fn path(mut self, path: &Path) -> Self {
        self.command.arg(path);
        self.shown = format!("{} {}", self.shown, path.display());
        self
    }

    /// A path as one more argument, which is not shown: there are many.
    pub(crate) fn path_unseen(mut self, path: &Path) -> Self {
        self.command.arg(path);
        if !self.shown.ends_with(" …") {
            self.shown.push_str(" …");
        }
        self
    }

    /// An option and the path after it, as one argument.
    pub(crate) fn joined(mut self, option: &str, path: &Path) -> Self {
        let mut argument = std::ffi::OsString::from(option);
        argument.push(path);
        self.command.arg(argument);
        self.shown = format!("{} {option}{}", self.shown, path.display());
        self
    }

    /// Runs in this folder of the repository.
    pub(crate) fn inside(mut self, folder: &str) -> Self {
        self.command.current_dir(root().join(folder));
        self.shown = format!("cd {folder}; {}", self.shown);
        self
    }

    /// A variable of its environment.
    pub(crate) fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        let value = value.as_ref();
        self.command.env(name, value);
        self.shown = format!("{name}='{}' {}", value.to_string_lossy(), self.shown);
        self
    }

    /// A variable that is not shown: it is of no interest.
    pub(crate) fn variable_unseen(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it; anything but success is an error.
    pub(crate) fn run(mut self) -> Result {
        println!("$ {}", self.shown);
        let status = self.command.status().map_err(|error| self.failed(&error))?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("`{}` failed ({status})", self.shown).into())
        }
    }

    /// Runs it and returns what it printed, whether it succeeded or not.
    pub(crate) fn output(mut self) -> Result<process::Output> {
        println!("$ {}", self.shown);
        self.command
            .output()
            .map_err(|error| self.failed(&error).into())
    }

    /// Runs it and returns what it printed; anything but success is an error with its messages.
    pub(crate) fn printed(self) -> Result<Vec<u8>> {
        let shown = self.shown.clone();
        let output = self.output()?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let messages = String::from_utf8_lossy(&output.stderr);
        Err(format!("`{shown}` failed ({}): {messages}", output.status).into())
    }

    fn failed(&self, error: &std::io::Error) -> String {
        format!("`{}` cannot be run: {error}", self.shown)
    }
}
