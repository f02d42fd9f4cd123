//! What flows make of the records of a sample.

use netflow_core::{Datagram, Decoder, Flow, Limits, Timestamp, Transport};

use crate::builder::{Xdr, datagram, flow_sample};

/// Calls `check` with the flow of a sample of these records.
fn flow_of<T>(records: &[(u32, Xdr)], of: impl Fn(&Flow<'_>) -> T) -> T {
    let payload = datagram(&[flow_sample(records)]);
    let mut decoder = Decoder::new(Limits::new(1));
    let exporter = "192.0.2.1:6343".parse().unwrap();
    let datagram = Datagram::new(exporter, Transport::Udp, Timestamp::UNIX_EPOCH, &payload);
    let message = decoder.decode(datagram).unwrap();
    of(&message.flows().next().unwrap())
}

/// AS of source and destination, from an `extended_gateway` of AS 64500.
fn ends(source: u32, path: &[u32]) -> (Option<u32>, Option<u32>) {
    let gateway = Xdr::words(&[1, 0xc000_0209, 64500, source, 64502]);
    let gateway = gateway.and(path).and(&[0, 100]);
    flow_of(&[(1003, gateway)], |flow| {
        (flow.source_as(), flow.destination_as())
    })
}

#[test]
fn address_and_port_of_zero_after_translation_are_none() {
    let all = |addresses: [u32; 2], ports: [u32; 2]| {
        let nat = Xdr::words(&[1, addresses[0], 1, addresses[1]]);
        flow_of(&[(1007, nat), (1020, Xdr::words(&ports))], |flow| {
            let source = (flow.post_nat_source_address(), flow.post_nat_source_port());
            let destination = flow.post_nat_destination_address();
            (source, (destination, flow.post_nat_destination_port()))
        })
    };
    let translated = (Some("192.0.2.9".parse().unwrap()), Some(1000));
    assert_eq!(all([0xc000_0209, 0], [1000, 0]), (translated, (None, None)));
    let unknown = (Some("0.0.0.0".parse().unwrap()), Some(7));
    assert_eq!(all([0, 0], [0, 7]), ((None, None), unknown));
}

#[test]
fn the_autonomous_systems_are_the_source_and_the_last_of_the_path() {
    let path = [2, 2, 2, 65001, 65002, 1, 1, 65003];
    assert_eq!(ends(64501, &path), (Some(64501), Some(65003)));
}

#[test]
fn source_0_and_an_empty_path_are_the_system_of_the_router() {
    assert_eq!(ends(0, &[1, 2, 1, 65001]), (Some(64500), Some(65001)));
    assert_eq!(ends(64501, &[0]), (Some(64501), Some(64500)));
}
