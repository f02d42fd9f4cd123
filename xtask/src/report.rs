//! `cargo xtask bench-report`: the project beside other decoders and commands, as `benches/REPORT.md` with plots.
//!
//! Every decoder reads the same datagrams; what it read is compared with what was written before it is timed. Then all
//! run in turn, several times, so that other work on the machine meets all of them: of each the least time of the processor
//! counts, and only ratios are of interest.

mod aims;
mod commands;
mod decoders;
mod figure;
mod page;
mod plot;
mod threads;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::command::{Command, cargo, python};
use crate::measured;
use crate::repository::{Result, root, target};
use crate::test::tools::{self, Tool};

/// Runs of everything, one after the other.
const ROUNDS: u32 = 2;
/// What is not in Debian's standard installation.
const TOOLS: &[&Tool] = &[
    &tools::VALGRIND,
    &tools::VENV,
    &tools::TSHARK,
    &tools::NFDUMP,
    &tools::LIBFIXBUF,
    &tools::PKG_CONFIG,
];
/// The packages of Python that are compared.
const PACKAGES: &str = "netflow==0.12.2 scapy==2.8.0";

/// Measures and writes the report. Unless it builds the programs, what is not built is left out.
pub(crate) fn run(builds: bool) -> ExitCode {
    match measure(builds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("== {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(builds: bool) -> Result {
    let absent = tools::provide(TOOLS)?;
    let mut kit = Kit::new(&absent, builds)?;
    let decoders = decoders::measure(&kit)?;
    kit.load.see();
    let commands = commands::measure(&kit)?;
    kit.load.see();
    let threads = threads::measure(&kit).unwrap_or_else(|error| {
        println!("Parquet by two threads: left out, {error}");
        None
    });
    kit.load.see();
    let aims = aims::measure(&kit, &decoders, &commands, threads)?;
    page::write(&kit, &decoders, &commands, &aims)
}

/// The programs, and a folder for what they write.
struct Kit {
    /// Decoders of this repository and of other crates.
    peers: PathBuf,
    allocations: PathBuf,
    netflow: PathBuf,
    /// The bench of the C library may be built and run.
    builds: bool,
    /// The program around libfixbuf, if it could be built.
    fixbuf: Option<PathBuf>,
    /// The interpreter with the packages of Python, if they could be installed.
    python: Option<PathBuf>,
    /// The package of this repository is among them.
    has_own_package: bool,
    folder: PathBuf,
    /// Tools that are not there.
    absent: Vec<String>,
    load: Load,
}

/// What else the machine did.
struct Load(Vec<Option<f64>>);

impl Load {
    /// The measurements are one process at a time, with a second thread in the shortest of them.
    const HIGH: f64 = 1.5;

    fn see(&mut self) {
        self.0.push(measured::load());
    }

    /// Whether other work ran beside the measurements, by the averages after them: the builds, which come before, are
    /// long over then.
    fn is_high(&self) -> bool {
        let mut after = self.0.iter().skip(1);
        after.any(|load| load.is_none_or(|load| load > Self::HIGH))
    }

    fn text(&self) -> String {
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
    fn new(absent: &[&Tool], builds: bool) -> Result<Self> {
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

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What `netflow-peers` prints.
    fn peers(&self, arguments: &str) -> Result<String> {
        let command = Command::new(&self.peers, "netflow-peers").arguments(arguments);
        Ok(String::from_utf8(command.printed()?)?)
    }

    /// Writes the datagrams of a workload, for programs in other languages, or as a capture.
    fn write(&self, task: &str, kind: &str, datagrams: u32) -> Result<PathBuf> {
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

/// What a program took.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Time of the processor, user and system.
    nanos: f64,
    memory_kib: u64,
    /// The time that passed.
    passed: f64,
}

impl Run {
    /// From a line of nanoseconds, KiB and the nanoseconds that passed, between tabs.
    fn from_line(line: &str) -> Result<Self> {
        let mut cells = line.trim().split('\t');
        let mut next = || cells.next().ok_or("no time was printed");
        Ok(Self {
            nanos: next()?.parse()?,
            memory_kib: next()?.parse()?,
            passed: next()?.parse()?,
        })
    }

    /// Runs a command with its output in this file.
    fn of(command: &[String], output: &Path) -> Result<Self> {
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
