//! What all measurements share: the programs, a folder for what they write, and what a run took.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Command, cargo, python};
use crate::measured;
use crate::repository::{Result, root, target};
use crate::tools::Tool;

/// Runs of everything, one after the other.
pub(super) const ROUNDS: u32 = 2;
/// The packages of Python that are compared.
const PACKAGES: &str = "netflow==0.12.2 scapy==2.8.0";

/// The programs, and a folder for what they write.
pub(super) struct Kit {
    /// Decoders of this repository and of other crates.
    pub(super) peers: PathBuf,
    pub(super) allocations: PathBuf,
    pub(super) netflow: PathBuf,
    /// The bench of the C library may be built and run.
    pub(super) builds: bool,
    /// The program around libfixbuf, if it could be built.
    pub(super) fixbuf: Option<PathBuf>,
    /// The interpreter with the packages of Python, if they could be installed.
    pub(super) python: Option<PathBuf>,
    /// The package of this repository is among them.
    pub(super) has_own_package: bool,
    pub(super) folder: PathBuf,
    /// Tools that are not there.
    pub(super) absent: Vec<String>,
    pub(super) load: Load,
}

/// What else the machine did.
pub(super) struct Load(Vec<Option<f64>>);

impl Load {
    /// The measurements are one process at a time, with a second thread in the shortest of them.
    const HIGH: f64 = 1.5;

    pub(super) fn see(&mut self) {
        self.0.push(measured::load());
    }

    /// Whether other work ran beside the measurements, by the averages after them: the builds, which come before, are
    /// long over then.
    pub(super) fn is_high(&self) -> bool {
        let mut after = self.0.iter().skip(1);
        after.any(|load| load.is_none_or(|load| load > Self::HIGH))
    }

    pub(super) fn text(&self) -> String {
        let loads = self
            .0
            .iter()
            .map(|load| load.map_or_else(|| "unknown".to_owned(), |load| load.to_string()));
        let loads: Vec<String> = loads.collect();
        loads.join(", ")
    }
}

impl Kit {
    /// Builds everything, or uses what is there.
    pub(super) fn new(absent: &[&Tool], builds: bool) -> Result<Self> {
        let folder = target().join("bench-report");
        fs::create_dir_all(&folder)?;
        let built = folder.join("peers");
        if builds {
            cargo("build --locked --release -p netflow-cli --features columns").run()?;
            cargo("build --locked --release --bins --manifest-path benches/peers/Cargo.toml")
                .text("--target-dir")
                .path(&built)
                .run()?;
        }
        let fixbuf = fixbuf(&folder).inspect_err(|error| println!("libfixbuf: left out, {error}"));
        let python = packages(&folder).inspect_err(|error| println!("Python: left out, {error}"));
        let has_own_package = match &python {
            Ok(python) => own_package(python, builds)
                .inspect_err(|error| println!("the package of this repository: left out, {error}"))
                .is_ok(),
            Err(_) => false,
        };
        Ok(Self {
            has_own_package,
            builds,
            peers: built.join("release/netflow-peers"),
            allocations: built.join("release/allocations"),
            netflow: target().join("release/netflow"),
            fixbuf: fixbuf.ok(),
            python: python.ok(),
            folder,
            absent: absent.iter().map(|tool| tool.name().to_owned()).collect(),
            load: Load(vec![measured::load()]),
        })
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What `netflow-peers` prints.
    pub(super) fn peers(&self, arguments: &str) -> Result<String> {
        let command = Command::new(&self.peers, "netflow-peers").arguments(arguments);
        Ok(String::from_utf8(command.printed()?)?)
    }

    /// Writes the datagrams of a workload, for programs in other languages, or as a capture.
    pub(super) fn write(&self, task: &str, kind: &str, datagrams: u32) -> Result<PathBuf> {
        let extension = if task == "capture" {
            "pcap"
        } else {
            "datagrams"
        };
        let file = self.file(&format!("{kind}_{datagrams}.{extension}"));
        Command::new(&self.peers, "netflow-peers")
            .arguments(&format!("{task} {kind} {datagrams}"))
            .path(&file)
            .run()?;
        Ok(file)
    }
}

/// Measures in turn, for some rounds, all of these that have no fault.
pub(super) fn in_rounds<T>(
    all: &mut [T],
    rounds: u32,
    is_faulty: impl Fn(&T) -> bool,
    mut measure: impl FnMut(&mut T) -> Result,
) -> Result {
    for round in 0..rounds {
        println!("round {} of {rounds}", round + 1);
        for one in all.iter_mut().filter(|one| !is_faulty(one)) {
            measure(one)?;
        }
    }
    Ok(())
}

/// What a program took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// Time of the processor, user and system.
    pub(super) nanos: f64,
    pub(super) memory_kib: u64,
    /// The time that passed.
    pub(super) passed: f64,
}

impl Run {
    /// From a line of nanoseconds, KiB and the nanoseconds that passed, between tabs.
    pub(super) fn from_line(line: &str) -> Result<Self> {
        let mut cells = line.trim().split('\t');
        let mut next = || cells.next().ok_or("no time was printed");
        Ok(Self {
            nanos: next()?.parse()?,
            memory_kib: next()?.parse()?,
            passed: next()?.parse()?,
        })
    }

    /// Runs a command with its output in this file.
    pub(super) fn of(command: &[String], output: &Path) -> Result<Self> {
        let script = root().join("benches/peers/python/timed.py");
        let mut timed = python("").path_unseen(&script).path_unseen(output);
        for argument in command {
            timed = timed.path_unseen(Path::new(argument));
        }
        Self::from_line(&String::from_utf8(timed.printed()?)?)
    }
}

/// Builds the program around libfixbuf, by the flags of pkg-config.
fn fixbuf(folder: &Path) -> Result<PathBuf> {
    let program = folder.join("fixbuf");
    let flags = Command::new("pkg-config", "pkg-config").arguments("--cflags --libs libfixbuf");
    let flags = String::from_utf8(flags.printed()?)?;
    Command::new("cc", "cc")
        .arguments("-O2 -o")
        .path(&program)
        .path(&root().join("benches/peers/c/fixbuf.c"))
        .arguments(flags.trim())
        .run()?;
    Ok(program)
}

/// Installs the packages of Python in an environment of their own.
fn packages(folder: &Path) -> Result<PathBuf> {
    let environment = folder.join("python");
    let interpreter = environment.join("bin/python");
    if !environment.join("installed").exists() {
        python("-m venv --clear").path(&environment).run()?;
        Command::new(&interpreter, "python")
            .arguments("-m pip install --quiet --disable-pip-version-check")
            .arguments(PACKAGES)
            .arguments("pyarrow")
            .run()?;
        fs::write(environment.join("installed"), PACKAGES)?;
    }
    Ok(interpreter)
}

/// Builds and installs the package of this repository there, as users get it, or finds it there.
fn own_package(interpreter: &Path, builds: bool) -> Result {
    let python = Command::new(interpreter, "python");
    if builds {
        return python
            .arguments("-m pip install --quiet --disable-pip-version-check ./netflow-py")
            .run();
    }
    python.arguments("-c").text("import netflow_rs").printed()?;
    Ok(())
}
