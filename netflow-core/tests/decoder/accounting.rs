//! What captures say about loss and restarts.

use netflow_core::{Datagram, Decoder, DomainReport, Limits, Timestamp, Transport};

use crate::captured::read;

/// The only observation domain of a capture in `testdata/cases`.
fn domain(name: &str) -> DomainReport {
    let mut decoder = Decoder::new(Limits::new(1));
    for datagram in read(format!("cases/{name}.pcap")) {
        decoder.decode(datagram.datagram()).unwrap();
    }
    let mut domains = decoder.domains();
    let domain = domains.next().unwrap();
    assert!(domains.next().is_none(), "{name} has one domain");
    domain
}

#[test]
fn exact_numbers_with_the_uptimes_of_two_clocks_are_no_restart() {
    let counts = domain("uptime_two_clocks").sequence;
    assert_eq!((counts.received, counts.lost, counts.late), (4, 0, 0));
    assert_eq!((counts.restarted, counts.duplicated), (0, 0));
}

#[test]
fn a_count_of_drops_that_falls_was_reset() {
    let samples = domain("sflow_drops_decrease").samples;
    assert_eq!((samples.received, samples.lost, samples.drops), (2, 0, 0));
}

/// A message of NetFlow v5 with one flow, sent and received at this second.
fn v5(second: u32, uptime: u32, number: u32) -> (Timestamp, Vec<u8>) {
    let time = 1_700_000_000 + second;
    let mut payload = vec![0, 5, 0, 1];
    for word in [uptime, time, 0, number, 0] {
        payload.extend(word.to_be_bytes());
    }
    payload.resize(24 + 48, 0);
    (Timestamp::from_secs(time), payload)
}

#[test]
fn numbers_that_fall_are_late_where_restarts_are_not_detected() {
    let messages = [
        v5(0, 3_600_000, 1_000),
        v5(1, 3_601_000, 1_001),
        v5(60, 1_000, 0),
        v5(61, 2_000, 1),
    ];
    let counts = |detects: bool| {
        let new = || Decoder::new(Limits::new(1)).with_restart_detection(detects);
        let mut decoder = new();
        for (received, payload) in &messages {
            // What is loaded has the setting of its decoder.
            let state = decoder.save();
            decoder = new();
            decoder.load(&state).unwrap();
            let exporter = "192.0.2.1:2055".parse().unwrap();
            let datagram = Datagram::new(exporter, Transport::Udp, *received, payload);
            decoder.decode(datagram).unwrap();
        }
        let counts = decoder.domains().next().unwrap().sequence;
        (counts.received, counts.restarted, counts.late)
    };
    assert_eq!(counts(true), (4, 1, 0));
    assert_eq!(counts(false), (4, 0, 2));
}
