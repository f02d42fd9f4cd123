//! The packets that `netflow_io` finds in each capture, against what is expected of them and
//! against another reader.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use netflow_io::Source;
use pcap_parser::PcapBlockOwned;
use serde_json::{Value, json};

/// The captures of the folder, in the order of their names.
fn captures() -> Vec<PathBuf> {
    netflow_testdata::foreign(|name| name.ends_with(".pcap")).unwrap()
}

/// Each packet as an expected result describes it, with its time and payload.
fn read(mut source: Source<'_>) -> Vec<(Value, i64, Vec<u8>)> {
    let mut packets = Vec::new();
    while let Some(packet) = source.next() {
        let packet = packet.unwrap();
        let datagram = packet.datagram;
        let described = json!({
            "frame": datagram.frame,
            "exporter": datagram.exporter.ip().to_string(),
            "collector": packet.destination.ip().to_string(),
            "source_port": datagram.exporter.port(),
            "port": packet.destination.port(),
            "payload_length": datagram.payload.len(),
            "cut": packet.cut,
        });
        let received = datagram.received.as_nanos();
        packets.push((described, received, datagram.payload.to_vec()));
    }
    packets
}

fn read_octets(octets: Vec<u8>) -> Vec<(Value, i64, Vec<u8>)> {
    let octets = std::io::Cursor::new(octets);
    read(Source::from_reader(octets, "octets").unwrap())
}

#[test]
#[cfg_attr(not(captures), ignore = "NETFLOW_CAPTURES names no folder of captures")]
fn every_packet_is_as_expected() {
    for path in captures() {
        let expected = fs::read(path.with_extension("expected.json")).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        let found = read(netflow_io::open(&path).unwrap());
        let expected = expected["packets"].as_array().unwrap();
        assert_eq!(found.len(), expected.len(), "{}", path.display());
        for ((found, ..), expected) in found.iter().zip(expected) {
            for (key, value) in found.as_object().unwrap() {
                let absent = json!(false);
                let expected = expected.get(key).unwrap_or(&absent);
                assert_eq!(value, expected, "{key} of {found} in {}", path.display());
            }
        }
    }
}

#[test]
#[cfg_attr(not(captures), ignore = "NETFLOW_CAPTURES names no folder of captures")]
fn compressed_captures_hold_the_same_packets() {
    for path in captures() {
        let octets = fs::read(&path).unwrap();
        let plain = read_octets(octets.clone());
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&octets).unwrap();
        assert_eq!(
            read_octets(gzip.finish().unwrap()),
            plain,
            "{}",
            path.display()
        );
        let mut zstd = Vec::new();
        let mut encoder = zstd::stream::read::Encoder::new(octets.as_slice(), 1).unwrap();
        encoder.read_to_end(&mut zstd).unwrap();
        assert_eq!(read_octets(zstd), plain, "{}", path.display());
    }
}

#[test]
#[cfg_attr(not(captures), ignore = "NETFLOW_CAPTURES names no folder of captures")]
fn another_reader_finds_the_same_times() {
    for path in captures() {
        let theirs = times_by_another_reader(&path);
        for (packet, received, _) in read(netflow_io::open(&path).unwrap()) {
            let frame = usize::try_from(packet["frame"].as_u64().unwrap()).unwrap();
            assert_eq!(received, theirs[frame - 1], "{packet}");
        }
    }
}

/// The time of each packet, in nanoseconds since 1970.
fn times_by_another_reader(path: &Path) -> Vec<i64> {
    let octets = fs::read(path).unwrap();
    let mut times = Vec::new();
    let mut reader = pcap_parser::create_reader(1 << 20, octets.as_slice()).unwrap();
    while let Ok((length, block)) = reader.next() {
        if let PcapBlockOwned::Legacy(block) = block {
            let (seconds, micros) = (i64::from(block.ts_sec), i64::from(block.ts_usec));
            times.push(seconds * 1_000_000_000 + micros * 1_000);
        }
        reader.consume(length);
    }
    times
}
