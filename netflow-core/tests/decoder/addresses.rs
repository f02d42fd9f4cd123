//! Addresses in templates with room for both versions.

use core::net::IpAddr;

use crate::builder::{Message, datagram, decoder};

/// Source address of a record with these fields.
fn source(fields: &[(u16, u16)], record: &[&[u8]]) -> Option<IpAddr> {
    let message = Message::ipfix(0).template(256, fields);
    let payload = message.set(256, &record.concat()).octets();
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    message.flows().next().unwrap().source_address()
}

const V4: [u8; 4] = [192, 0, 2, 1];
const V6: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

#[test]
fn the_address_that_is_not_zero_is_the_one() {
    let fields = [(8, 4), (27, 16)];
    assert_eq!(source(&fields, &[&V4, &[0; 16]]), Some(V4.into()));
    assert_eq!(source(&fields, &[&[0; 4], &V6]), Some(V6.into()));
}

#[test]
fn the_version_says_which_address_it_is() {
    let fields = [(60, 1), (8, 4), (27, 16)];
    assert_eq!(source(&fields, &[&[4], &V4, &V6]), Some(V4.into()));
    assert_eq!(source(&fields, &[&[6], &V4, &V6]), Some(V6.into()));
}

#[test]
fn of_ipv4_in_ipv6_the_address_is_of_the_outer_header() {
    // Huawei over SRv6: the protocol of the outer header first.
    let fields = [(27, 16), (4, 1), (8, 4), (4, 1)];
    let record: [&[u8]; 4] = [&V6, &[4], &V4, &[17]];
    assert_eq!(source(&fields, &record), Some(V6.into()));
    let record: [&[u8]; 4] = [&V6, &[41], &V4, &[17]];
    assert_eq!(source(&fields, &record), Some(V4.into()));
}
