//! Whole commands over captures: user and system time of the processor.

use alloc::collections::BTreeMap;
use core::time::Duration;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::thread;

use super::kit::{Kit, Run, in_rounds};
use crate::command::{Command, python};
use crate::instructions::FIELDS;
use crate::measured::{Running, free_port, precise};
use crate::repository::{Result, root};

/// Datagrams of a capture.
const DATAGRAMS: u32 = 4_000;
/// Datagrams for tshark, which takes a thousand times as long.
const DATAGRAMS_OF_TSHARK: u32 = 400;
/// Runs of each command, one after the other.
const ROUNDS: u32 = 5;
/// Workloads of the captures.
pub(super) const KINDS: [&str; 3] = ["v5", "v9", "ipfix"];
/// What tshark calls the fields whose sums are compared.
const OF_TSHARK: [&str; 7] = [
    "cflow.srcaddr",
    "cflow.dstaddr",
    "cflow.octets",
    "cflow.packets",
    "cflow.srcport",
    "cflow.dstport",
    "cflow.protocol",
];

/// A command over a capture.
pub(super) struct Whole {
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    /// The command as people would write it.
    pub(super) shown: String,
    /// How its output is read to compare it; none of what cannot be.
    form: Option<&'static str>,
    command: Vec<String>,
    /// Why it is not measured.
    pub(super) fault: Option<String>,
    pub(super) nanos: Option<f64>,
    pub(super) memory_kib: u64,
    datagrams: u32,
}

/// Measures all commands over all captures.
pub(super) fn measure(kit: &Kit) -> Result<Vec<Whole>> {
    let mut commands = Vec::new();
    let mut expected = BTreeMap::new();
    for kind in KINDS {
        for datagrams in [DATAGRAMS, DATAGRAMS_OF_TSHARK] {
            expected.insert((kind, datagrams), sums(kit, kind, datagrams)?);
        }
        if kit.netflow.exists() {
            ours(kit, kind, &mut commands)?;
        }
        tshark(kit, kind, &mut commands)?;
        match nfcapd(kit, kind) {
            Ok(folder) => nfdump(kind, &folder, &mut commands),
            Err(error) => println!("nfdump of {kind}: left out, {error}"),
        }
    }
    for command in &mut commands {
        let expected = expected.get(&(command.kind, command.datagrams));
        if let Err(error) = command.check(kit, expected) {
            println!("{} of {}: {error}", command.name, command.kind);
            command.fault = Some(error.to_string());
        }
    }
    let is_faulty = |command: &Whole| command.fault.is_some();
    in_rounds(&mut commands, ROUNDS, is_faulty, |command| {
        let run = Run::of(&command.command, Path::new("/dev/null"))?;
        let sums = expected.get(&(command.kind, command.datagrams));
        let flows = sums.and_then(|sums| sums.first());
        let each = run.nanos / precise(flows.copied().unwrap_or(0));
        command.nanos = Some(command.nanos.map_or(each, |nanos| nanos.min(each)));
        command.memory_kib = command.memory_kib.max(run.memory_kib);
        Ok(())
    })?;
    Ok(commands)
}

/// The number of flows and the sums of seven fields, as they were written.
fn sums(kit: &Kit, kind: &str, datagrams: u32) -> Result<Vec<u64>> {
    let expected = kit.peers(&format!("expected {kind} {datagrams}"))?;
    let line = expected.lines().next().unwrap_or_default();
    let all: Vec<u64> = line
        .split('\t')
        .map(str::parse)
        .collect::<core::result::Result<_, _>>()?;
    // Without times and interfaces.
    let places = [0, 1, 2, 3, 4, 9, 10, 11];
    Ok(places
        .iter()
        .filter_map(|place| all.get(*place))
        .copied()
        .collect())
}

fn ours(kit: &Kit, kind: &'static str, commands: &mut Vec<Whole>) -> Result {
    let capture = kit.write("capture", kind, DATAGRAMS)?.display().to_string();
    let forms: [(&str, Option<&str>, &str); 6] = [
        (
            "netflow JSON, 11 fields",
            Some("netflow-json"),
            "-f json --fields *",
        ),
        ("netflow JSON", Some("netflow-json"), "-f json"),
        (
            "netflow CSV, 11 fields",
            Some("netflow-csv"),
            "-f csv --fields *",
        ),
        ("netflow CSV", Some("netflow-csv"), "-f csv"),
        ("netflow table", None, "-f table"),
        ("netflow nfdump JSON", None, "--schema nfdump -f json"),
    ];
    for (name, form, options) in forms {
        let mut command = vec![
            kit.netflow.display().to_string(),
            "decode".into(),
            "-q".into(),
        ];
        command.extend(options.split(' ').map(|option| match option {
            "*" => FIELDS.to_owned(),
            option => option.to_owned(),
        }));
        command.push(capture.clone());
        let shown = format!(
            "netflow decode -q {} capture.pcap",
            options.replace('*', "…")
        );
        commands.push(Whole::new(kind, name, shown, form, command, DATAGRAMS));
    }
    Ok(())
}

fn tshark(kit: &Kit, kind: &'static str, commands: &mut Vec<Whole>) -> Result {
    if kit.absent.iter().any(|tool| tool == "tshark") {
        return Ok(());
    }
    let capture = kit.write("capture", kind, DATAGRAMS_OF_TSHARK)?;
    let options = "tshark -n -d udp.port==9995,cflow -T fields -E occurrence=a -E aggregator=,";
    let mut command: Vec<String> = options.split(' ').map(str::to_owned).collect();
    for field in OF_TSHARK {
        command.extend(["-e".to_owned(), field.to_owned()]);
    }
    command.extend(["-r".to_owned(), capture.display().to_string()]);
    let shown = format!("{options} -e … -r capture.pcap");
    let form = Some("tshark");
    commands.push(Whole::new(
        kind,
        "tshark, 7 fields",
        shown,
        form,
        command,
        DATAGRAMS_OF_TSHARK,
    ));
    Ok(())
}

fn nfdump(kind: &'static str, folder: &Path, commands: &mut Vec<Whole>) {
    let forms = [
        ("nfdump JSON", Some("nfdump-json"), "json"),
        ("nfdump CSV", Some("nfdump-csv"), "csv"),
        ("nfdump line", None, "line"),
    ];
    for (name, form, option) in forms {
        // Quiet (`-q`), it leaves out the header of CSV and the end of JSON.
        let options = format!("nfdump -N -o {option} -R");
        let mut command: Vec<String> = options.split(' ').map(str::to_owned).collect();
        command.push(folder.display().to_string());
        commands.push(Whole::new(
            kind,
            name,
            format!("{options} FOLDER"),
            form,
            command,
            DATAGRAMS,
        ));
    }
}

/// Sends the capture to nfcapd, slowly enough that nothing is lost. Returns the folder of its files, which are
/// two if an interval ended meanwhile.
fn nfcapd(kit: &Kit, kind: &str) -> Result<PathBuf> {
    let capture = kit.write("capture", kind, DATAGRAMS)?;
    let folder = kit.file(&format!("nfcapd_{kind}"));
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let port = free_port()?;
    let mut command = Process::new("nfcapd");
    command
        .args([
            "-b",
            "127.0.0.1",
            "-p",
            &port.to_string(),
            "-B",
            "4000000",
            "-w",
        ])
        .arg(&folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut collector = Running::start(&mut command)?;
    thread::sleep(Duration::from_secs(1));
    let sent = Command::new(&kit.netflow, "netflow")
        .arguments(&format!("replay --rate 1000 --to 127.0.0.1:{port}"))
        .path(&capture)
        .run();
    thread::sleep(Duration::from_secs(1));
    collector.end()?;
    sent?;
    Ok(folder)
}

impl Whole {
    fn new(
        kind: &'static str,
        name: &'static str,
        shown: String,
        form: Option<&'static str>,
        command: Vec<String>,
        datagrams: u32,
    ) -> Self {
        Self {
            kind,
            name,
            shown,
            form,
            command,
            fault: None,
            nanos: None,
            memory_kib: 0,
            datagrams,
        }
    }

    /// Compares the sums of what it writes with what was sent.
    fn check(&self, kit: &Kit, expected: Option<&Vec<u64>>) -> Result {
        let output = kit.file("output");
        Run::of(&self.command, &output)?;
        let Some(form) = self.form else {
            return Ok(());
        };
        let script = root().join("benches/peers/python/sums.py");
        let printed = python("")
            .path_unseen(&script)
            .arguments(form)
            .path(&output)
            .printed()?;
        let printed = String::from_utf8(printed)?;
        let sums: Vec<u64> = printed
            .trim()
            .split('\t')
            .map(str::parse)
            .collect::<core::result::Result<_, _>>()?;
        if Some(&sums) == expected {
            return Ok(());
        }
        Err(format!("it wrote {sums:?}, not {expected:?}").into())
    }
}
