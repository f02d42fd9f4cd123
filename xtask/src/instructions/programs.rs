//! The programs whose instructions are counted by callgrind.

use alloc::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::route::{FIELDS, KINDS, Route, What};
use crate::command::Command;
use crate::repository::{Result, target};

/// Datagrams of the two runs of each path: what is made once is in both and cancels out. Multiples of
/// 20, since every 20th datagram has templates, and more than 256: until then each set of an exporter is
/// examined, and its list of payloads grows.
pub(super) const COUNTS: [u32; 2] = [300, 600];

/// Instructions a flow, by path and workload.
pub(crate) type Figures = BTreeMap<(String, String), f64>;

/// The programs that are counted, and the captures that they read.
pub(super) struct Programs {
    pub(super) benches: PathBuf,
    pub(super) netflow: PathBuf,
    pub(super) captures: PathBuf,
}

impl Programs {
    pub(super) fn new() -> Result<Self> {
        let captures = target().join("instructions");
        fs::create_dir_all(&captures)?;
        Ok(Self {
            benches: target().join("release/instructions"),
            netflow: target().join("release/netflow"),
            captures,
        })
    }

    /// Writes every workload as captures; returns the number of flows in each.
    pub(super) fn capture_all(&self) -> Result<BTreeMap<(&'static str, u32), f64>> {
        let mut flows = BTreeMap::new();
        for kind in KINDS {
            for count in COUNTS {
                flows.insert((kind, count), self.capture(kind, count)?);
            }
        }
        Ok(flows)
    }

    pub(super) fn file(&self, kind: &str, count: u32) -> PathBuf {
        self.captures.join(format!("{kind}_{count}.pcap"))
    }

    /// Writes a workload as a capture; returns the number of its flows.
    pub(super) fn capture(&self, kind: &str, count: u32) -> Result<f64> {
        let output = Command::new(&self.benches, "instructions")
            .arguments(&format!("capture {kind} {count}"))
            .path(&self.file(kind, count))
            .output()?;
        let flows = String::from_utf8(output.stdout)?;
        Ok(flows
            .trim()
            .parse()
            .map_err(|_| "the workload cannot be written")?)
    }

    /// Instructions of one run.
    pub(super) fn instructions(
        &self,
        route: &Route,
        kind: &str,
        count: u32,
    ) -> core::result::Result<f64, String> {
        let mut arguments: Vec<PathBuf> = Vec::new();
        match route.what {
            What::Library(path) | What::Arrow(path) | What::Dialect(path) => {
                arguments.push(self.benches.clone());
                arguments.extend([path.into(), kind.into(), count.to_string().into()]);
            }
            What::Command(options) => {
                arguments.extend([self.netflow.clone(), "decode".into(), "--quiet".into()]);
                arguments.extend(options.iter().map(|option| match *option {
                    "*" => FIELDS.into(),
                    option => option.into(),
                }));
                arguments.push(self.file(kind, count));
            }
        }
        callgrind(&arguments)
    }
}

/// Instructions of a program that must succeed.
pub(crate) fn callgrind(
    arguments: &[impl AsRef<std::ffi::OsStr>],
) -> core::result::Result<f64, String> {
    let output = std::process::Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args(arguments)
        .output()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let mut lines = text.lines();
    let counted = lines.find_map(|line| line.split("Collected : ").nth(1));
    let counted = counted.and_then(|number| number.trim().parse().ok());
    counted
        .filter(|_| output.status.success())
        .ok_or_else(|| format!("callgrind counted nothing: {text}"))
}
