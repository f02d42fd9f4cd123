//! What flows make of the records of a sample.

use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};

use crate::builder::{Xdr, datagram, flow_sample};

/// AS of source and destination, from an `extended_gateway` of AS 64500.
fn ends(source: u32, path: &[u32]) -> (Option<u32>, Option<u32>) {
    let gateway = Xdr::words(&[1, 0xc000_0209, 64500, source, 64502]);
    let gateway = gateway.and(path).and(&[0, 100]);
    let payload = datagram(&[flow_sample(&[(1003, gateway)])]);
    let mut decoder = Decoder::new(Limits::new(1));
    let exporter = "192.0.2.1:6343".parse().unwrap();
    let datagram = Datagram::new(exporter, Transport::Udp, Timestamp::UNIX_EPOCH, &payload);
    let message = decoder.decode(datagram).unwrap();
    let flow = message.flows().next().unwrap();
    (flow.source_as(), flow.destination_as())
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
