//! What another tool printed for a capture, and what this project does for the same capture.

use alloc::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use netflow_core::{Decoder, Limits, Timestamp};
use netflow_io::Source;
use netflow_output::format::Format;
use serde_json::Value;

use crate::compare::Document;

/// What another tool printed for a capture.
#[derive(Debug)]
pub(crate) struct Oracle {
    /// The name of the capture.
    pub(crate) name: String,
    /// The file of the capture.
    input: PathBuf,
    /// What it printed.
    pub(crate) output: Vec<u8>,
}

fn folder() -> PathBuf {
    PathBuf::from(option_env!("NETFLOW_ORACLES_FOLDER").unwrap_or_default())
}

fn read(path: &Path) -> Vec<u8> {
    let file = fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut octets = Vec::new();
    flate2::read::GzDecoder::new(file)
        .read_to_end(&mut octets)
        .unwrap();
    octets
}

impl Oracle {
    /// Those of one tool, in the order of the index.
    pub(crate) fn all(dialect: &str) -> Vec<Self> {
        Self::ending(dialect, "")
    }

    /// Those of one tool of which the output has a name with this end.
    pub(crate) fn ending(dialect: &str, end: &str) -> Vec<Self> {
        let index = fs::read_to_string(folder().join("INDEX.tsv")).unwrap();
        let mut oracles = Vec::new();
        for line in index.lines().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            let [of, name, input, output, _] = cells[..] else {
                panic!("{line}");
            };
            if of == dialect && output.ends_with(end) {
                oracles.push(Self {
                    name: name.to_owned(),
                    input: capture(input),
                    output: read(&folder().join(output)),
                });
            }
        }
        assert!(!oracles.is_empty(), "no output of {dialect}");
        oracles
    }

    /// The lines of the output as JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.output.clone()).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The packets that the tool refused.
    pub(crate) fn failed(&self) -> BTreeSet<u64> {
        if !self.output.starts_with(b"{\"packet\"") {
            return BTreeSet::new();
        }
        self.lines()
            .iter()
            .filter(|line| line.get("error").is_some())
            .map(|line| line["packet"].as_u64().unwrap())
            .collect()
    }

    /// The documents of the same capture, by the packet that brought them; `parse` reads what
    /// was written for a packet. Packet N was received N seconds after 1,700,000,000.
    pub(crate) fn documents(
        &self,
        format: &mut dyn Format,
        parse: impl Fn(u64, &[u8]) -> Vec<Value>,
    ) -> Vec<Document> {
        let mut source = self.source();
        let limits = Limits::new(0x5eed).with_template_lifetime(None);
        let mut decoder = Decoder::new(limits);
        let mut documents = Vec::new();
        let mut out = Vec::new();
        let mut packet = 0_u64;
        format.begin(&mut out);
        while let Some(next) = source.next() {
            let Ok(next) = next else { continue };
            let mut datagram = next.datagram;
            datagram.received = Timestamp::from_secs(1_700_000_000 + packet as u32);
            out.clear();
            if let Ok(decoded) = decoder.decode(datagram) {
                format.message(&decoded, &mut out).unwrap();
            }
            let parsed = parse(packet, &out).into_iter();
            documents.extend(parsed.map(|document| Document::of_packet(packet, &document)));
            packet += 1;
        }
        documents
    }

    fn source(&self) -> Source<'static> {
        netflow_io::open(&self.input).unwrap()
    }
}

/// A capture by its name in the index: a path below the outputs, or a file of one of the folders
/// beside them.
fn capture(name: &str) -> PathBuf {
    let folder = folder();
    let candidates = [
        folder.join(name),
        folder.join(format!("../captures/{name}.pcap")),
        folder.join(format!("../genuine/{name}.pcap")),
        folder.join(format!("../genuine/{name}.ipfix")),
        folder.join(format!("../{name}")),
    ];
    let found = candidates.into_iter().find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no capture {name}"))
}
