//! Other decoders over the workloads of the benches.
//!
//! - `netflow-peers list`: workload, name, version and unit of time of each decoder.
//! - `netflow-peers expected KIND COUNT`: the sums of 11 fields as they were written: of the wire, of flows.
//! - `netflow-peers pass NAME KIND COUNT PASSES`: reads a workload this number of times; prints the sums that
//!   were read, and the most memory of the process in KiB.
//! - `netflow-peers write KIND COUNT FILE`: the datagrams, each after its length, for programs in other languages.
//! - `netflow-peers capture KIND COUNT FILE [EXPORTERS]`: the same as a capture, for whole commands.
//!
//! `cargo xtask bench-report` runs it.

use std::fs;
use std::io;
use std::process::ExitCode;

use netflow_benches::{Kind, Sums, Workload, pcap};
use netflow_peers::{PEERS, Peer};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["list"] => {
            list();
            Some(())
        }
        ["expected", kind, count] => workload(kind, count, "1").map(|workload| {
            print(&workload.wire_sums());
            print(&workload.flow_sums());
        }),
        ["pass", name, kind, count, passes] => pass(name, kind, count, passes),
        ["write", kind, count, file] => {
            workload(kind, count, "1").and_then(|workload| write(&workload, file).ok())
        }
        ["capture", kind, count, file] => capture(kind, count, file, "1"),
        ["capture", kind, count, file, exporters] => capture(kind, count, file, exporters),
        _ => None,
    };
    match done {
        Some(()) => ExitCode::SUCCESS,
        None => {
            eprintln!("netflow-peers list | expected | pass | write | capture");
            ExitCode::from(2)
        }
    }
}

fn workload(kind: &str, count: &str, exporters: &str) -> Option<Workload> {
    let (count, exporters) = (count.parse().ok()?, exporters.parse().ok()?);
    Some(Workload::new(Kind::named(kind)?, count, exporters))
}

fn capture(kind: &str, count: &str, file: &str, exporters: &str) -> Option<()> {
    let workload = workload(kind, count, exporters)?;
    fs::write(file, pcap::write(&workload)).ok()
}

fn list() {
    for peer in &PEERS {
        for kind in peer.kinds {
            let times = if peer.has_times { "flow" } else { "wire" };
            println!("{}\t{}\t{}\t{times}", kind.name(), peer.name, peer.version);
        }
    }
}

fn pass(name: &str, kind: &str, count: &str, passes: &str) -> Option<()> {
    let workload = workload(kind, count, "1")?;
    let peer = PEERS.iter().find(|peer| peer.name == name)?;
    let mut sums = Sums::default();
    for _ in 0..passes.parse::<u32>().ok()? {
        sums = std::hint::black_box(Peer::sums(peer, &workload));
    }
    print(&sums);
    println!("{}", peak_memory());
    Some(())
}

/// The number of rows and the sums of their fields.
fn print(sums: &Sums) {
    print!("{}", sums.rows);
    for field in sums.fields {
        print!("\t{field}");
    }
    println!();
}

/// The most memory that this process had, in KiB, as Linux counts it.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn write(workload: &Workload, file: &str) -> io::Result<()> {
    let mut octets = Vec::new();
    for (_, payload) in workload.datagrams() {
        let len = u32::try_from(payload.len()).map_err(io::Error::other)?;
        octets.extend_from_slice(&len.to_be_bytes());
        octets.extend_from_slice(payload);
    }
    fs::write(file, octets)
}
