//! How much memory a collector takes under load, minute by minute.

use core::time::Duration;
use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use super::receiver::{Kit, STORED, ended};
use crate::measured::Running;
use crate::repository::Result;

/// Exporters that send.
const EXPORTERS: &str = "1000";
/// How often the memory is read.
const EVERY: Duration = Duration::from_secs(60);

/// Sends to `netflow listen` for some minutes, and prints its memory each minute and what it lost at the end.
pub(super) fn watch(kit: &Kit, minutes: u64, rate: u64) -> Result {
    let files = kit.file("flows-%H%M.parquet");
    let state = kit.file("state");
    let options = ["--output", &files, "--fields", STORED, "--rotate", "1m"];
    let more = ["--keep-size", "256MiB", "--state", &state, "--workers", "2"];
    let mut receiver = kit.netflow("netflow, Parquet", &[&options[..], &more].concat())?;
    thread::sleep(Duration::from_secs(2));
    let count = (minutes * 60 * rate).to_string();
    let mut command = Command::new(&kit.netflow);
    command
        .args(["replay", "--generate", "ipfix", "--exporters", EXPORTERS])
        .args(["--count", &count, "--rate", &rate.to_string()])
        .args(["--to", &format!("127.0.0.1:{}", receiver.port)])
        .stderr(Stdio::null());
    let mut sender = Running::start(&mut command)?;
    let begun = Instant::now();
    let mut next = begun + EVERY;
    println!("{:>6} {:>12}", "minute", "memory, KiB");
    let sent = loop {
        if let Some(status) = sender.try_wait()? {
            break status;
        }
        if Instant::now() >= next {
            next += EVERY;
            let minute = begun.elapsed().as_secs() / 60;
            let memory = resident(receiver.process.id())?;
            println!("{minute:>6} {memory:>12}");
        }
        thread::sleep(Duration::from_millis(200));
    };
    if !sent.success() {
        return Err("the datagrams could not be sent".into());
    }
    thread::sleep(Duration::from_secs(2));
    let datagrams = ended(kit, &mut receiver)?.unwrap_or(0);
    println!("{datagrams} datagrams of {count} received");
    Ok(())
}

/// Kibibytes of memory of a process: `VmRSS` of `/proc/PID/status`.
fn resident(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("there is no VmRSS")?.parse()?)
}
