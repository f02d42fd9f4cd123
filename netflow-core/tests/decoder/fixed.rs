//! The fixed versions, read by templates like all others.

use netflow_core::wire;

use crate::builder::{datagram, decoder, problems, words};

/// A v5 message of this many records, each with its number as source port.
fn v5(count: u16, records: u8) -> Vec<u8> {
    let mut octets = words(&[0x0005_0000 | u32::from(count), 60_000, 1_700_000_000, 0, 9]);
    octets.extend([1, 2, 0x40, 100]);
    for port in 0..records {
        let mut record = [0; 48];
        record[33] = port;
        record[38] = 6;
        octets.extend(record);
    }
    octets
}

#[test]
fn the_typed_view_and_the_decoder_say_the_same() {
    let payload = v5(3, 3);
    let typed = wire::v5::Message::parse(&payload, 0).unwrap();
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    assert_eq!(typed.records().len(), 3);
    for (record, flow) in typed.records().iter().zip(message.flows()) {
        assert_eq!(flow.source_port(), Some(record.source_port()));
        assert_eq!(flow.protocol(), Some(record.protocol()));
        assert_eq!(flow.next_hop(), Some(record.next_hop().into()));
        assert_eq!(flow.template_id(), None);
        assert_eq!(flow.observation_domain(), Some(0x0102));
        assert_eq!(flow.sequence(), Some(9));
        assert_eq!(flow.sampling_rate(), Some(100));
        assert_eq!(flow.sampling(), Some("header"));
    }
    assert_eq!(message.flows().count(), 3);
}

#[test]
fn a_header_that_counts_too_many_yields_the_records_present() {
    let mut payload = v5(30, 3);
    payload.truncate(payload.len() - 1);
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    assert_eq!(message.flows().count(), 2);
    let problem = message.problems().next().unwrap();
    assert_eq!(problem.error.kind.code(), "record_count");
    assert_eq!(problem.octets, 47);
    assert_eq!(message.problems().count(), 1);
}

#[test]
fn messages_that_follow_are_read_and_stray_octets_reported() {
    let mut payload = v5(1, 1);
    payload.extend(v5(2, 2));
    payload.extend(b"stray");
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    assert_eq!(message.flows().count(), 3);
    assert_eq!(message.headers().len(), 2);
    let codes = problems(&mut decoder, datagram(&payload));
    assert_eq!(codes, ["trailing_octets"]);
}

#[test]
fn an_unknown_scheme_of_v8_is_reported() {
    let mut payload = words(&[0x0008_0001, 0, 0, 0, 0, 0x0000_0f02, 0]);
    payload.extend([0; 40]);
    assert_eq!(
        problems(&mut decoder(), datagram(&payload)),
        ["unknown_scheme"]
    );
}
