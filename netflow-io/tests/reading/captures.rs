//! The captures of the directory named by `NETFLOW_CAPTURES`, against what is expected of
//! them and against another reader.

use std::fs;
use std::path::{Path, PathBuf};

use pcap_parser::{Block, PcapBlockOwned};
use serde_json::Value;

use crate::craft::{Got, gzip, read, read_source, zstd};

/// The pcap files with their expected results; none if the directory is not named.
fn captures() -> Vec<(PathBuf, Value)> {
    let Some(folder) = std::env::var_os("NETFLOW_CAPTURES") else {
        eprintln!("NETFLOW_CAPTURES is not set: no captures are read");
        return Vec::new();
    };
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "pcap")
        })
        .map(|path| {
            let expected = fs::read_to_string(path.with_extension("expected.json")).unwrap();
            (path, serde_json::from_str(&expected).unwrap())
        })
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

fn describe(packet: &Got) -> Value {
    serde_json::json!({
        "frame": packet.frame,
        "exporter": packet.exporter.ip().to_string(),
        "collector": packet.destination.ip().to_string(),
        "source_port": packet.exporter.port(),
        "port": packet.destination.port(),
        "payload_length": packet.payload.len(),
        "cut": packet.cut,
    })
}

#[test]
fn every_expected_packet_is_given_as_expected() {
    for (path, expected) in captures() {
        let read = read_source(netflow_io::open(&path).unwrap());
        assert!(read.error.is_none(), "{:?}", read.error);
        let got: Vec<_> = read.packets.iter().map(describe).collect();
        let wanted: Vec<_> = expected["packets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|packet| {
                let mut wanted = serde_json::Map::new();
                for key in [
                    "frame",
                    "exporter",
                    "collector",
                    "source_port",
                    "port",
                    "payload_length",
                ] {
                    wanted.insert(key.into(), packet[key].clone());
                }
                let cut = packet["cut"].as_bool().unwrap_or_default();
                wanted.insert("cut".into(), cut.into());
                Value::Object(wanted)
            })
            .collect();
        assert_eq!(got, wanted, "{}", path.display());
    }
}

#[test]
fn compressed_captures_give_the_same() {
    for (path, _) in captures() {
        let octets = fs::read(&path).unwrap();
        let plain = read(&octets).packets;
        assert_eq!(read(&gzip(&octets)).packets, plain, "{}", path.display());
        assert_eq!(read(&zstd(&octets)).packets, plain, "{}", path.display());
    }
}

#[test]
fn another_reader_finds_as_many_packets_at_the_same_times() {
    for (path, _) in captures() {
        another_reader_agrees(&path);
    }
}

fn another_reader_agrees(path: &Path) {
    let octets = fs::read(path).unwrap();
    let theirs = times_by_another_reader(&octets);
    let ours = read(&octets);
    assert_eq!(ours.summary.packets, u64::try_from(theirs.len()).unwrap());
    for packet in ours.packets {
        let (seconds, micros) = theirs[usize::try_from(packet.frame).unwrap() - 1];
        let nanos = i64::from(seconds) * 1_000_000_000 + i64::from(micros) * 1_000;
        assert_eq!(packet.received.as_nanos(), nanos);
    }
}

#[test]
fn another_reader_finds_the_same_packets_in_files_made_here() {
    for file in [crate::hostile::pcap(), crate::hostile::pcapng()] {
        let theirs = times_by_another_reader(&file).len();
        assert_eq!(read(&file).summary.packets, u64::try_from(theirs).unwrap());
    }
}

/// Seconds and fraction of each packet; of pcapng, only that there is one.
fn times_by_another_reader(octets: &[u8]) -> Vec<(u32, u32)> {
    let mut times = Vec::new();
    let mut reader = pcap_parser::create_reader(1 << 20, octets).unwrap();
    while let Ok((length, block)) = reader.next() {
        match block {
            PcapBlockOwned::Legacy(block) => times.push((block.ts_sec, block.ts_usec)),
            PcapBlockOwned::NG(Block::EnhancedPacket(_) | Block::SimplePacket(_)) => {
                times.push((0, 0));
            }
            _ => {}
        }
        reader.consume(length);
    }
    times
}
