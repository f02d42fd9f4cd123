//! Runs the command and keeps what it leaves.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Standard output as JSON lines.
    pub(crate) fn rows(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }
}

/// The command with these arguments, and with no terminal.
pub(crate) fn command<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Command {
    // The package of captures of other projects has the same command by another name.
    let program = option_env!("CARGO_BIN_EXE_netflow")
        .or(option_env!("CARGO_BIN_EXE_netflow-conformance"))
        .unwrap();
    let mut command = Command::new(program);
    command
        .args(args)
        .env_remove("COLUMNS")
        .stdin(Stdio::null());
    command
}

/// Runs the command with these arguments.
pub(crate) fn netflow<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Run {
    finish(&mut command(args))
}

/// Runs `netflow decode` on files of `testdata/`, quietly.
pub(crate) fn decode(options: &[&str], files: &[&str]) -> Run {
    let files = files.iter().map(|file| testdata(file).into_os_string());
    let options = options.iter().map(Into::into);
    netflow(
        ["decode".into(), "--quiet".into()]
            .into_iter()
            .chain(options)
            .chain(files),
    )
}

pub(crate) fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the command with octets on its standard input.
pub(crate) fn with_input(command: &mut Command, octets: &[u8]) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let octets = octets.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(&octets));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A file of `testdata/`.
pub(crate) fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../testdata")
        .join(name)
}

/// A directory of a test's own, which goes with it.
#[derive(Debug)]
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("netflow-{}-{test}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Sends Ctrl-C to a process.
pub(crate) fn interrupt(id: &str) {
    let sent = Command::new("kill").args(["-INT", id]).status();
    assert!(sent.unwrap().success());
}
