//! Which datagrams are returned and which are passed over.

use netflow_io::{CaptureOptions, PORTS, looks_like_export};

use crate::craft::{Pcap, RAW, datagram, datagram_between, ipfix, limited, netflow5, read_with};

const A: [u8; 4] = [10, 0, 0, 1];
const B: [u8; 4] = [10, 0, 0, 2];
const C: [u8; 4] = [10, 0, 0, 3];

/// A header of zeros but for version and count, and records of zeros.
fn fixed(version: u8, count: u8, header: usize, records: usize) -> Vec<u8> {
    let mut packet = vec![0; header + records];
    packet[1] = version;
    packet[3] = count;
    packet
}

fn netflow9(set: u16, length: u16, octets: usize) -> Vec<u8> {
    let mut packet = fixed(9, 1, 20, 0);
    packet.extend(set.to_be_bytes());
    packet.extend(length.to_be_bytes());
    packet.resize(20 + octets, 0);
    packet
}

fn sflow(address: u8, count: u8, sample: u8, octets: usize) -> Vec<u8> {
    let mut packet = vec![0, 0, 0, 5, 0, 0, 0, address];
    packet.resize(if address == 1 { 24 } else { 36 }, 9);
    packet.extend([0, 0, 0, count]);
    packet.extend([0, 0, 0, 1, 0, 0, 0, sample]);
    packet.resize(packet.len() + octets, 0);
    packet
}

#[test]
fn a_known_port_is_given_whatever_it_holds() {
    for port in PORTS {
        let read = Pcap::new(RAW).packet(&datagram(port, b"?")).read();
        assert_eq!(read.frames(), [1]);
    }
    let file = Pcap::new(RAW)
        .packet(&datagram(9990, b"?"))
        .packet(&datagram(53, b"?"));
    assert_eq!(file.read().summary.udp_passed_over, 2);
    let read = read_with(&file.octets, CaptureOptions::default().with_ports([9990]));
    assert_eq!(read.frames(), [1]);
    assert_eq!(read.summary.udp_passed_over, 1);
}

#[test]
fn a_pair_that_was_seen_exporting_is_given_from_then_on() {
    let file = Pcap::new(RAW)
        .packet(&datagram_between(A, B, 1000, b"before"))
        .packet(&datagram_between(A, B, 1000, &netflow5(1)))
        .packet(&datagram_between(A, B, 1001, b"after"))
        .packet(&datagram_between(A, C, 1000, b"another collector"))
        .packet(&datagram_between(B, A, 1000, b"the way back"))
        .packet(&datagram_between(C, B, 2055, b"nothing of a flow"))
        .packet(&datagram_between(C, B, 1000, b"so nothing is learned"))
        .packet(&datagram_between(C, B, 2055, &netflow5(1)))
        .packet(&datagram_between(C, B, 1000, b"now it is"));
    let read = file.read();
    assert_eq!(read.frames(), [2, 3, 6, 8, 9]);
    assert_eq!(read.summary.udp_passed_over, 4);
    assert_eq!(read.summary.packets, 9);
}

#[test]
fn pairs_past_the_limit_are_selected_one_by_one() {
    let file = Pcap::new(RAW)
        .packet(&datagram_between(A, B, 1000, &netflow5(1)))
        .packet(&datagram_between(C, B, 1000, &netflow5(1)))
        .packet(&datagram_between(A, B, 1000, b"x"))
        .packet(&datagram_between(C, B, 1000, b"x"));
    let read = limited(&file.octets, |limits| limits.pairs = 1);
    assert_eq!(read.frames(), [1, 2, 3]);
}

#[test]
fn export_of_every_protocol_is_recognised() {
    let mut concatenated = netflow5(2);
    concatenated.extend(netflow5(1));
    for (name, payload) in [
        ("v1", fixed(1, 24, 16, 24 * 48)),
        ("v5", netflow5(30)),
        ("v5 twice", concatenated),
        ("v5 with more records than counted", fixed(5, 1, 24, 96)),
        ("v6", fixed(6, 2, 24, 104)),
        ("v7", fixed(7, 2, 24, 104)),
        ("v9 template", netflow9(0, 12, 12)),
        ("v9 options template", netflow9(1, 12, 12)),
        ("v9 data, zeros after it", netflow9(260, 12, 400)),
        ("IPFIX", ipfix(1, 20)),
        ("IPFIX twice", [ipfix(1, 20), ipfix(2, 0)].concat()),
        ("sFlow, IPv4 agent", sflow(1, 1, 40, 40)),
        ("sFlow, IPv6 agent", sflow(2, 3, 40, 100)),
    ] {
        assert!(looks_like_export(&payload), "{name}");
    }
    for (scheme, record) in [(1, 28), (3, 32), (5, 40), (8, 44), (14, 40)] {
        let mut payload = fixed(8, 3, 28, 3 * record);
        payload[22] = scheme;
        assert!(looks_like_export(&payload), "v8 scheme {scheme}");
    }
}

#[test]
fn what_only_begins_like_export_is_not_recognised() {
    let mut unknown_scheme = fixed(8, 1, 28, 28);
    unknown_scheme[22] = 99;
    let mut impossible_nanoseconds = netflow5(1);
    impossible_nanoseconds[12] = 0xff;
    // A query of DNS for the name "a", with the id of each version.
    let dns = |id: u8| {
        [
            &[0, id],
            &b"\x01\0\0\x01\0\0\0\0\0\0\x01a\0\0\x01\0\x01"[..],
        ]
        .concat()
    };
    for (name, payload) in [
        ("nothing", vec![]),
        ("a version", vec![0, 5]),
        ("DNS 1", dns(1)),
        ("DNS 5", dns(5)),
        ("DNS 7", dns(7)),
        ("DNS 9", dns(9)),
        ("DNS 10", dns(10)),
        ("DNS of 72 octets", [dns(5), vec![0; 72 - 19]].concat()),
        ("v1 of 31 records", fixed(1, 31, 16, 31 * 48)),
        ("v5 of no record", fixed(5, 0, 24, 0)),
        ("v5 of 31 records", fixed(5, 31, 24, 31 * 48)),
        ("v5 cut", fixed(5, 2, 24, 95)),
        ("v5 and a half record", fixed(5, 1, 24, 72)),
        ("v5 with impossible nanoseconds", impossible_nanoseconds),
        ("v8 of no scheme", unknown_scheme),
        ("v9 with a reserved set", netflow9(2, 12, 12)),
        ("v9 with a set too short", netflow9(256, 3, 12)),
        ("v9 with a set too long", netflow9(256, 13, 12)),
        (
            "IPFIX with octets after it",
            [ipfix(1, 8), vec![0; 2]].concat(),
        ),
        ("IPFIX cut", ipfix(1, 8)[..27].to_vec()),
        (
            "IPFIX without a set",
            vec![0, 10, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ),
        ("sFlow with an agent of no type", sflow(3, 1, 40, 40)),
        ("sFlow without samples", sflow(1, 0, 40, 40)),
        ("sFlow with a sample too long", sflow(1, 1, 41, 40)),
        ("zeros", vec![0; 1_000]),
    ] {
        assert!(!looks_like_export(&payload), "{name}");
    }
}

#[test]
fn everything_but_export_is_counted_and_the_counts_add_up() {
    let file = Pcap::new(RAW)
        .packet(&datagram(2055, &netflow5(1)))
        .packet(&crate::craft::segment(
            80,
            1,
            crate::craft::ACK,
            b"GET / HTTP/1.1",
        ))
        .packet(&crate::craft::ipv4(1, &[8, 0, 0, 0]))
        .packet(&datagram_between(A, B, 53, b"dns"))
        .packet(&[0]);
    let summary = file.read().summary;
    assert_eq!(summary.datagrams, 1);
    assert_eq!(summary.tcp_passed_over, 1);
    assert_eq!(summary.other_passed_over, 1);
    assert_eq!(summary.udp_passed_over, 1);
    assert_eq!(summary.malformed, 1);
    assert_eq!(summary.packets, 5);
}
