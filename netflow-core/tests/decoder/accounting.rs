//! What captures say about loss and restarts.

use netflow_core::{Decoder, DomainReport, Limits};

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
