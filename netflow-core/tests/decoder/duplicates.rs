//! Duplicates are the datagrams whose payload was received before, and nothing else.

use core::net::IpAddr;
use std::collections::HashSet;
use std::fs;

use netflow_core::{Decoder, Limits};

use crate::captured::{read, testdata};

#[test]
fn every_capture_has_as_many_duplicates_as_repeated_payloads() {
    let (mut captures, mut all) = (0, 0);
    for folder in ["genuine", "synthetic"] {
        for entry in fs::read_dir(testdata().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.ends_with(".json") || !path.is_file() || netflow_io::open(&path).is_err() {
                continue;
            }
            let mut decoder = Decoder::new(Limits::new(1));
            let mut seen: HashSet<(IpAddr, Vec<u8>)> = HashSet::new();
            let mut repeated = 0;
            for datagram in read(&path) {
                let Ok(message) = decoder.decode(datagram.datagram()) else {
                    continue;
                };
                // v1 has no numbers, by which something could be a duplicate.
                let numbered = message
                    .headers()
                    .filter(|header| header.sequence.is_some() && header.frame == datagram.frame);
                let numbered = u64::try_from(numbered.count()).unwrap();
                if !seen.insert((datagram.exporter.ip(), datagram.payload.clone())) {
                    repeated += numbered;
                }
            }
            let duplicated = decoder.domains().map(|domain| domain.sequence.duplicated);
            assert_eq!(duplicated.sum::<u64>(), repeated, "{name}");
            captures += 1;
            all += repeated;
        }
    }
    assert!(captures > 50, "testdata is not complete");
    assert!(all > 0, "nothing is repeated");
}
