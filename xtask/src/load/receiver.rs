//! A collector under load: how it is started, and what it reports at its end.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::measured::{Running, free_port};
use crate::repository::{Result, target};

/// Flows of a datagram of the generator.
pub(super) const FLOWS: u64 = 24;

/// The collector that only counts.
pub(super) const COUNTING: &str = "counting only";

/// The columns that nfcapd stores of such flows.
pub(super) const STORED: &str = "start,end,received,source_address,destination_address,source_port,\
                      destination_port,protocol,tcp_flags,tos,octets,packets,input_interface,\
                      output_interface,exporter_address,next_hop,source_as,destination_as";

/// A collector under load.
pub(super) struct Receiver {
    pub(super) name: &'static str,
    pub(super) process: Running,
    pub(super) port: u16,
}

impl Receiver {
    pub(super) fn start(name: &'static str, command: &mut Command, port: u16) -> Result<Self> {
        let process = Running::start(command.stdout(Stdio::null()))?;
        Ok(Self {
            name,
            process,
            port,
        })
    }
}

/// The programs, and a folder for what they write.
pub(super) struct Kit {
    pub(super) netflow: PathBuf,
    pub(super) folder: PathBuf,
}

impl Kit {
    /// The programs, and an empty folder.
    pub(super) fn new() -> Result<Self> {
        let kit = Self {
            netflow: target().join("release/netflow"),
            folder: target().join("load"),
        };
        if kit.folder.exists() {
            fs::remove_dir_all(&kit.folder)?;
        }
        fs::create_dir_all(&kit.folder)?;
        Ok(kit)
    }

    pub(super) fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// `netflow listen` with an output.
    pub(super) fn netflow(&self, name: &'static str, options: &[&str]) -> Result<Receiver> {
        let port = free_port()?;
        let mut command = Command::new(&self.netflow);
        command
            .args(["listen", "--udp", &format!("127.0.0.1:{port}")])
            .args(options)
            .stderr(fs::File::create(self.folder.join("log"))?);
        Receiver::start(name, &mut command, port)
    }
}

/// Ends a receiver; returns the datagrams that it received, if it says so.
pub(super) fn ended(kit: &Kit, receiver: &mut Receiver) -> Result<Option<u64>> {
    receiver.process.end()?;
    if receiver.name == "nfcapd" {
        let summary = Command::new("nfdump")
            .arg("-I")
            .arg("-R")
            .arg(&kit.folder)
            .output()?;
        let text = String::from_utf8_lossy(&summary.stdout).into_owned();
        let flows = text.lines().find_map(|line| line.strip_prefix("Flows: "));
        let flows: Option<u64> = flows.and_then(|flows| flows.trim().parse().ok());
        return Ok(flows.map(|flows| flows / FLOWS));
    }
    let log = fs::read_to_string(kit.folder.join("log")).unwrap_or_default();
    let line = log.lines().find(|line| line.contains("msg=received"));
    let name = if receiver.name == COUNTING {
        " refused="
    } else {
        " datagrams="
    };
    let count = line.and_then(|line| line.split(name).nth(1));
    Ok(count.and_then(|count| count.split(' ').next()?.parse().ok()))
}
