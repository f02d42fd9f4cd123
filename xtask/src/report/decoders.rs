//! Decoders over workloads in memory.

use alloc::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::kit::{Kit, ROUNDS, Run, in_rounds};
use crate::command::Command;
use crate::instructions::{self, KINDS};
use crate::repository::{Result, root};

/// Datagrams of a workload.
const DATAGRAMS: u32 = 4_000;
/// Datagrams for the packages of Python, which take milliseconds for each.
const DATAGRAMS_OF_PYTHON: u32 = 100;
/// Passes over them that are timed, of all but these packages.
const PASSES: u32 = 20;
/// The same of this repository, whose passes take milliseconds.
const PASSES_OF_OURS: u32 = 200;
/// Datagrams whose instructions are counted.
const DATAGRAMS_COUNTED: u32 = 600;
/// The package of this repository.
pub(super) const OWN_PACKAGE: &str = "netflow-rs (Python)";

/// A decoder and a workload that it reads.
pub(super) struct Decoder {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) version: String,
    /// Why it is not measured.
    pub(super) fault: Option<String>,
    pub(super) nanos: Option<f64>,
    pub(super) instructions: Option<f64>,
    pub(super) allocations: Option<f64>,
    pub(super) memory_kib: u64,
    arguments: Vec<OsString>,
    datagrams: u32,
    /// Passes that are timed.
    passes: u32,
    /// The least time of the processor that one pass took, and that of one more than `passes`.
    one: f64,
    many: f64,
    has_flow_times: bool,
    is_native: bool,
}

/// Measures all decoders over all workloads.
pub(super) fn measure(kit: &Kit) -> Result<Vec<Decoder>> {
    let mut decoders = crates(kit)?;
    others(kit, &mut decoders)?;
    let mut flows = BTreeMap::new();
    for decoder in &mut decoders {
        match decoder.check(kit) {
            Ok(rows) => {
                flows.insert((decoder.kind, decoder.datagrams), rows);
            }
            Err(error) => {
                println!("{} of {}: {error}", decoder.name, decoder.kind);
                decoder.fault = Some(error.to_string());
            }
        }
    }
    let is_faulty = |decoder: &Decoder| decoder.fault.is_some();
    in_rounds(&mut decoders, ROUNDS, is_faulty, Decoder::time)?;
    for decoder in &mut decoders {
        let rows = flows.get(&(decoder.kind, decoder.datagrams)).copied();
        let passes = f64::from(decoder.passes);
        let nanos = rows.map(|rows| (decoder.many - decoder.one) / passes / rows);
        // That of a loop of a few instructions may be less than what one run differs from another.
        decoder.nanos = nanos.filter(|nanos| nanos.is_finite() && *nanos > 0.0);
    }
    count(kit, &mut decoders)?;
    Ok(decoders)
}

/// Those that `netflow-peers` knows.
fn crates(kit: &Kit) -> Result<Vec<Decoder>> {
    let mut decoders = Vec::new();
    for line in kit.peers("list")?.lines() {
        let mut cells = line.split('\t');
        let mut next = || cells.next().ok_or("a line of the list is not whole");
        let (kind, name, version, times) = (next()?, next()?, next()?, next()?);
        let kind = KINDS.into_iter().find(|known| *known == kind);
        let kind = kind.ok_or("an unknown workload is listed")?;
        decoders.push(Decoder {
            has_flow_times: times == "flow",
            passes: if version.is_empty() {
                PASSES_OF_OURS
            } else {
                PASSES
            },
            arguments: [kit.peers.as_os_str().to_owned()]
                .into_iter()
                .chain(["pass", name, kind, &DATAGRAMS.to_string()].map(OsString::from))
                .collect(),
            ..Decoder::new(kind, name, version, DATAGRAMS)
        });
    }
    Ok(decoders)
}

/// libfixbuf and the packages of Python, which read the datagrams from a file.
fn others(kit: &Kit, decoders: &mut Vec<Decoder>) -> Result {
    if let Some(fixbuf) = &kit.fixbuf {
        let version = Command::new("pkg-config", "pkg-config").arguments("--modversion libfixbuf");
        let version = String::from_utf8(version.printed()?)?;
        for kind in ["ipfix", "ipfix_variable"] {
            let file = kit.write("write", kind, DATAGRAMS)?;
            decoders.push(Decoder {
                passes: PASSES,
                arguments: vec![fixbuf.into(), file.into()],
                ..Decoder::new(kind, "libfixbuf", version.trim(), DATAGRAMS)
            });
        }
    }
    match &kit.python {
        Some(python) => packages(kit, python, decoders),
        None => Ok(()),
    }
}

/// Packages of Python.
fn packages(kit: &Kit, python: &Path, decoders: &mut Vec<Decoder>) -> Result {
    let script = root().join("benches/peers/python/peers.py");
    let arguments = |package: &str, kind: &str, file: PathBuf| -> Vec<OsString> {
        let words = [script.as_os_str(), package.as_ref(), kind.as_ref()];
        let all = [python.as_os_str()].into_iter().chain(words);
        all.chain([file.as_os_str()]).map(OsString::from).collect()
    };
    let packages = [
        ("netflow", "0.12.2", &["v5", "v9", "ipfix"][..]),
        ("scapy", "2.8.0", &["v5", "v9"]),
    ];
    for (package, version, kinds) in packages {
        for kind in kinds {
            let file = kit.write("write", kind, DATAGRAMS_OF_PYTHON)?;
            let name = format!("{package} (Python)");
            decoders.push(Decoder {
                arguments: arguments(package, kind, file),
                is_native: false,
                ..Decoder::new(kind, &name, version, DATAGRAMS_OF_PYTHON)
            });
        }
    }
    if kit.has_own_package {
        for kind in ["v5", "v9", "ipfix"] {
            let file = kit.write("capture", kind, DATAGRAMS)?;
            decoders.push(Decoder {
                passes: PASSES,
                arguments: arguments("netflow_rs", kind, file),
                has_flow_times: true,
                is_native: false,
                ..Decoder::new(kind, OWN_PACKAGE, "", DATAGRAMS)
            });
        }
    }
    Ok(())
}

/// Instructions and allocations, which do not depend on what else the machine does.
fn count(kit: &Kit, decoders: &mut [Decoder]) -> Result {
    let allocations = Command::new(&kit.allocations, "allocations").arguments("500");
    let allocations = String::from_utf8(allocations.printed()?)?;
    for decoder in decoders
        .iter_mut()
        .filter(|decoder| decoder.fault.is_none())
    {
        let key = format!("{}\t{}\t", decoder.kind, decoder.name);
        let line = allocations.lines().find_map(|line| line.strip_prefix(&key));
        decoder.allocations = line.and_then(|number| number.parse().ok());
        if decoder.is_native {
            decoder.instructions = Some(decoder.count(kit)?);
        }
    }
    Ok(())
}

impl Decoder {
    fn new(kind: &'static str, name: &str, version: &str, datagrams: u32) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            version: version.to_owned(),
            fault: None,
            nanos: None,
            instructions: None,
            allocations: None,
            memory_kib: 0,
            arguments: Vec::new(),
            datagrams,
            passes: 2,
            one: f64::INFINITY,
            many: f64::INFINITY,
            has_flow_times: false,
            is_native: true,
        }
    }

    fn command(&self, passes: u32) -> Vec<String> {
        let arguments = self.arguments.iter();
        let words = arguments.map(|argument| argument.to_string_lossy().into_owned());
        words.chain([passes.to_string()]).collect()
    }

    /// Reads the workload once, and several times: the difference is without what a program begins with.
    fn time(&mut self) -> Result {
        let null = Path::new("/dev/null");
        let one = Run::of(&self.command(1), null)?;
        let many = Run::of(&self.command(self.passes + 1), null)?;
        self.one = self.one.min(one.nanos);
        self.many = self.many.min(many.nanos);
        Ok(())
    }

    /// Reads the workload once; returns the line of sums, and the most memory that the program says it had, in KiB.
    fn sums(&self) -> Result<(String, u64)> {
        let command = self.command(1);
        let output = std::process::Command::new(&command[0])
            .args(&command[1..])
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        let (sums, run) = text.split_once('\n').ok_or_else(|| {
            let messages = String::from_utf8_lossy(&output.stderr);
            messages.lines().last().unwrap_or("it failed").to_owned()
        })?;
        let memory = run.trim().parse().map_err(|_| "no memory was printed")?;
        Ok((sums.to_owned(), memory))
    }

    /// Compares what is read with what was written. Returns the number of flows.
    fn check(&mut self, kit: &Kit) -> Result<f64> {
        let expected = kit.peers(&format!("expected {} {}", self.kind, self.datagrams))?;
        let mut lines = expected.lines();
        let (wire, flows) = (lines.next(), lines.next());
        let expected = if self.has_flow_times { flows } else { wire };
        let (sums, memory_kib) = self.sums()?;
        self.memory_kib = memory_kib;
        let rows = |sums: &str| sums.split('\t').next().map(str::to_owned);
        let is_equal = if self.name == "netflow-decode" {
            expected.and_then(rows) == rows(&sums)
        } else {
            Some(sums.as_str()) == expected
        };
        if !is_equal {
            return Err(format!("it read {sums}, not {}", expected.unwrap_or_default()).into());
        }
        Ok(rows(&sums).unwrap_or_default().parse()?)
    }

    /// Instructions a flow: those of two passes less those of one.
    fn count(&self, kit: &Kit) -> Result<f64> {
        let mut arguments = self.arguments.clone();
        let file;
        if let Some(last) = arguments.last_mut() {
            *last = if self.name == "libfixbuf" {
                file = kit.write("write", self.kind, DATAGRAMS_COUNTED)?;
                file.into()
            } else {
                DATAGRAMS_COUNTED.to_string().into()
            };
        }
        let of_passes = |passes: &str| {
            let all: Vec<OsString> = arguments.iter().cloned().chain([passes.into()]).collect();
            instructions::callgrind(&all)
        };
        let expected = kit.peers(&format!("expected {} {DATAGRAMS_COUNTED}", self.kind))?;
        let rows = expected.split('\t').next().unwrap_or_default();
        Ok((of_passes("2")? - of_passes("1")?) / rows.parse::<f64>()?)
    }
}
