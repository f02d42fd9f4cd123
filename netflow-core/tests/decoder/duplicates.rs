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

/// The payload of a long message is remembered by a sample of it while numbers follow each other: number,
/// times and length identify it. What differs from it in one of them is not a duplicate, and a
/// duplicate is always found.
#[test]
fn a_repeated_payload_is_a_duplicate_after_a_long_run_in_order() {
    const LAST: u32 = 600;
    let v5 = |number: u32, second: u32, octets: u8| {
        let words = [
            0x0005_001e,
            1_000 + second * 1_000,
            1_700_000_000 + second,
            0,
        ];
        let header = words.into_iter().chain([number * 30, 0]);
        let mut payload: Vec<u8> = header.flat_map(u32::to_be_bytes).collect();
        payload.resize(24 + 30 * 48, octets);
        payload
    };
    let mut decoder = Decoder::new(Limits::new(1));
    let mut event = |payload: &[u8]| {
        let decoded = decoder.decode(datagram(payload)).unwrap();
        decoded.headers().next().unwrap().sequence_event
    };
    for number in 0..=LAST {
        event(&v5(number, number, 7));
    }
    // Each of the last 256; one from before them is late.
    for number in LAST - 255..=LAST {
        let found = event(&v5(number, number, 7));
        assert_eq!(found, SequenceEvent::Duplicate, "{number}");
    }
    let old = LAST - 256;
    assert_eq!(event(&v5(old, old, 7)), SequenceEvent::Late);
    // The number of another message, sent a second later, or with other content.
    let number = LAST - 100;
    assert_eq!(event(&v5(number, number + 1, 7)), SequenceEvent::Late);
    assert_eq!(event(&v5(number, number, 8)), SequenceEvent::Late);
}
