//! Duplicates are the datagrams whose payload was received before, and nothing else.

use core::net::IpAddr;
use std::collections::HashSet;

use netflow_core::{Decoder, Limits, SequenceEvent};

use crate::builder::datagram;
use crate::captured::read;

#[test]
fn every_capture_has_as_many_duplicates_as_repeated_payloads() {
    let (mut captures, mut all) = (0, 0);
    for path in netflow_testdata::all_captures() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if netflow_io::open(&path).is_err() {
            continue;
        }
        let mut decoder = Decoder::new(Limits::new(1));
        let mut seen: HashSet<(IpAddr, Vec<u8>)> = HashSet::new();
        let mut repeated = 0;
        for datagram in read(&path) {
            let Ok(message) = decoder.decode(datagram.datagram()) else {
                continue;
            };
            let messages = message
                .headers()
                .filter(|header| header.frame == datagram.frame);
            let messages = u64::try_from(messages.count()).unwrap();
            if !seen.insert((datagram.exporter.ip(), datagram.payload.clone())) {
                repeated += messages;
            }
        }
        let duplicated = decoder.domains().map(|domain| domain.sequence.duplicated);
        assert_eq!(duplicated.sum::<u64>(), repeated, "{name}");
        captures += 1;
        all += repeated;
    }
    assert!(captures > 50, "testdata is not complete");
    assert!(all > 0, "nothing is repeated");
}

#[test]
fn messages_of_version_1_are_duplicates_by_their_payload_alone() {
    let mut decoder = Decoder::new(Limits::new(1));
    let message = |uptime: u8| {
        let mut payload = [0; 16 + 52];
        (payload[1], payload[3], payload[7]) = (1, 1, uptime);
        payload
    };
    let mut events = Vec::new();
    for uptime in [1, 2, 2, 3, 1] {
        let payload = message(uptime);
        let decoded = decoder.decode(datagram(&payload)).unwrap();
        events.extend(decoded.headers().map(|header| header.sequence_event));
    }
    let (new, repeated) = (SequenceEvent::None, SequenceEvent::Duplicate);
    assert_eq!(events, [new, new, repeated, new, repeated]);
    let domain = decoder.domains().next().unwrap();
    assert_eq!(domain.sequence.duplicated, 2);
    assert_eq!(domain.sequence_unit, None);
}
