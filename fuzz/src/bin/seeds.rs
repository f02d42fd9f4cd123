//! Writes what the fuzzers begin with, from the captures in `testdata/`:
//! `seeds FOLDER` makes a folder for each target.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use netflow_core::wire::sflow::{Datagram, SampleKind};
use netflow_core::{Decoder, Limits};
// The coverage that is counted in every crate needs the fuzzer to be linked.
use libfuzzer_sys as _;
use netflow_fuzz::arrow::HEAD;
use netflow_fuzz::framing::frame;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: seeds FOLDER");
        return ExitCode::from(2);
    };
    match write(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("seeds: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Files of targets, each by its content so that none is duplicated.
struct Corpus<'f> {
    folder: &'f Path,
    count: usize,
}

impl Corpus<'_> {
    fn add(&mut self, target: &str, octets: &[u8]) -> std::io::Result<()> {
        let folder = self.folder.join(target);
        fs::create_dir_all(&folder)?;
        self.count += 1;
        fs::write(folder.join(format!("seed-{}", self.count)), octets)
    }
}

fn write(folder: &Path) -> std::io::Result<()> {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    let mut corpus = Corpus { folder, count: 0 };
    for part in ["genuine", "synthetic"] {
        let mut paths: Vec<PathBuf> = fs::read_dir(testdata.join(part))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        paths.sort();
        for path in paths {
            let name = path.to_string_lossy().into_owned();
            if [".pcap", ".pcapng", ".ipfix", ".gz", ".zst"]
                .iter()
                .any(|end| name.ends_with(end))
            {
                capture(&path, &mut corpus)?;
            }
        }
    }
    // Targets whose octets are not datagrams find their own way from these.
    corpus.add("records", &[1; 64])?;
    corpus.add(
        "lists",
        &[
            5, 7, 3, 0, 7, 0, 2, 3, 1, 1, 0, 80, 1, b'a', 4, 1, 1, 0, 8, 0, 80, 1, b'b',
        ],
    )?;
    let expressions = fs::read_to_string(testdata.join("filters/expressions.txt"))?;
    let datagram = netflow_v5();
    for line in expressions.lines().filter(|line| !line.starts_with('#')) {
        let expression = line.split('\t').next().unwrap_or(line);
        corpus.add("filter", &[expression.as_bytes(), &[0], &datagram].concat())?;
    }
    for data_type in 0..24_u8 {
        for len in [1, 4, 6, 8, 16] {
            corpus.add(
                "value",
                &[[data_type].as_slice(), &[0x81; 16][..len]].concat(),
            )?;
        }
    }
    println!("{} seeds in {}", corpus.count, folder.display());
    Ok(())
}

/// A message of NetFlow v5 with one record.
fn netflow_v5() -> [u8; 24 + 48] {
    let mut payload = [1; 24 + 48];
    payload[..4].copy_from_slice(&[0, 5, 0, 1]);
    payload
}

/// Octets of a file or a corpus unit: longer ones cost more than they find.
const LONGEST: usize = 16 << 10;

fn capture(path: &Path, corpus: &mut Corpus<'_>) -> std::io::Result<()> {
    let octets = fs::read(path)?;
    if octets.len() <= LONGEST {
        corpus.add("file", &octets)?;
        corpus.add("scan", &octets)?;
    }
    let mut payloads = Vec::new();
    let mut decoder = Decoder::new(Limits::new(1));
    if let Ok(mut source) = netflow_io::open(path) {
        while let Some(Ok(packet)) = source.next() {
            payloads.push(packet.datagram.payload.to_vec());
            let _ = decoder.decode(packet.datagram);
        }
    }
    corpus.add("snapshot", &decoder.save())?;
    let mut len = 0;
    payloads.retain(|payload| {
        len += payload.len();
        len <= LONGEST
    });
    if !payloads.is_empty() {
        corpus.add("datagrams", &frame(&payloads))?;
        corpus.add("dialects", &frame(&payloads))?;
        corpus.add("relay", &frame(&payloads))?;
        // Options that are the defaults.
        corpus.add("c_library", &[&[0; 4], &*frame(&payloads)].concat())?;
        corpus.add("arrow", &[&[0; HEAD], &*frame(&payloads)].concat())?;
    }
    for payload in payloads.iter().take(6) {
        if let Ok(datagram) = Datagram::parse(payload) {
            samples(&datagram, payload, corpus)?;
        }
    }
    Ok(())
}

/// The samples of a datagram, and the packets in them.
fn samples(
    datagram: &Datagram<'_>,
    payload: &[u8],
    corpus: &mut Corpus<'_>,
) -> std::io::Result<()> {
    let count = u8::try_from(datagram.sample_count()).unwrap_or(u8::MAX);
    let rest = payload
        .get(datagram.samples().offset()..)
        .unwrap_or_default();
    corpus.add("sflow", &[&[count], rest].concat())?;
    for sample in datagram.samples().flatten() {
        let Ok(kind @ (SampleKind::Flow(_) | SampleKind::Discarded(_))) = sample.kind() else {
            continue;
        };
        for record in kind.records().flatten() {
            if let Some(header) = record.as_sampled_header() {
                let protocol = u8::try_from(header.protocol).unwrap_or(1);
                corpus.add("packet", &[&[protocol], header.header].concat())?;
            }
        }
    }
    Ok(())
}
