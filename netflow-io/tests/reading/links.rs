//! Link layers, IP headers and UDP lengths.

use std::net::{IpAddr, SocketAddr};

use crate::craft::{
    COLLECTOR_6, ETHERNET, ETHERTYPE_IPV4, EXPORTER_6, Pcap, RAW, collector, datagram, ethernet,
    exporter, ipv4, ipv6, netflow5, udp,
};

/// What one frame of a link type holds, its payload checked.
fn is_read(link_type: u32, frame: &[u8]) {
    let read = Pcap::new(link_type).packet(frame).read();
    assert_eq!(read.payloads(), [netflow5(1)], "link type {link_type}");
    assert_eq!(read.packets[0].exporter.port(), 50_000);
}

fn packet() -> Vec<u8> {
    datagram(2055, &netflow5(1))
}

fn after_header(header: &[u8], packet: &[u8]) -> Vec<u8> {
    [header, packet].concat()
}

#[test]
fn every_raw_link_type_is_read() {
    for link_type in [101, 12, 14, 228] {
        is_read(link_type, &packet());
    }
    is_read(229, &ipv6(17, &udp(50_000, 2055, &netflow5(1))));
}

#[test]
fn loopback_families_are_read_in_either_order() {
    for link_type in [0, 108] {
        is_read(link_type, &after_header(&[2, 0, 0, 0], &packet()));
        is_read(link_type, &after_header(&[0, 0, 0, 2], &packet()));
        for family in [10, 24, 28, 30] {
            let packet = ipv6(17, &udp(50_000, 2055, &netflow5(1)));
            is_read(link_type, &after_header(&[family, 0, 0, 0], &packet));
        }
    }
}

#[test]
fn linux_cooked_captures_are_read_with_tags() {
    let first = |kind: &[u8]| [&[0; 14], kind].concat();
    is_read(113, &after_header(&first(&[8, 0]), &packet()));
    is_read(
        113,
        &after_header(&first(&[0x81, 0, 0, 7, 8, 0]), &packet()),
    );
    let mut second = vec![8, 0];
    second.resize(20, 0);
    is_read(276, &after_header(&second, &packet()));
}

#[test]
fn tags_labels_and_sessions_are_passed_through() {
    let ip = packet();
    is_read(
        ETHERNET,
        &ethernet(0x8100, &after_header(&[0, 7, 8, 0], &ip)),
    );
    let stack = [0, 7, 0x91, 0, 0, 8, 0x81, 0, 0, 9, 8, 0];
    is_read(ETHERNET, &ethernet(0x88a8, &after_header(&stack, &ip)));
    is_read(
        ETHERNET,
        &ethernet(0x8847, &after_header(&[0, 1, 0, 64, 0, 2, 1, 64], &ip)),
    );
    let session = [0x11, 0, 0, 1, 0, 102, 0, 0x21];
    is_read(ETHERNET, &ethernet(0x8864, &after_header(&session, &ip)));
    let snap = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
    is_read(ETHERNET, &ethernet(108, &after_header(&snap, &ip)));
    is_read(9, &after_header(&[0xff, 3, 0, 0x21], &ip));
    is_read(9, &after_header(&[0, 0x21], &ip));
}

#[test]
fn captures_of_junos_are_read_with_and_without_a_link_header() {
    let frame = ethernet(ETHERTYPE_IPV4, &packet());
    is_read(178, &after_header(b"MGC\x01", &frame));
    is_read(178, &after_header(b"MGC\x80\0\x03\x01\x01\0", &frame));
    is_read(178, &after_header(b"MGC\x02\x02\0\0\0", &packet()));
    let file = Pcap::new(178)
        .packet(&after_header(b"MGX\x01", &frame))
        .packet(b"MGC")
        .packet(&after_header(b"MGC\x80\xff\xff", &frame))
        .packet(&after_header(b"MGC\x02\x09\0\0\0", &packet()));
    assert_eq!(file.read().summary.other_passed_over, 4);
}

#[test]
fn what_is_no_ip_is_counted() {
    let file = Pcap::new(ETHERNET)
        .packet(&ethernet(0x0806, &[0; 46]))
        .packet(&ethernet(0x8847, &[0, 1, 1, 64, 0]))
        .packet(&[0; 5])
        .packet(&[])
        .packet(&ethernet(ETHERTYPE_IPV4, &ipv4(1, &[8, 0, 0, 0])))
        .packet(&ethernet(ETHERTYPE_IPV4, &[0x55; 40]))
        .packet(&ethernet(ETHERTYPE_IPV4, &packet()[..12]))
        .packet(&ethernet(ETHERTYPE_IPV4, &ipv4(17, &[0; 7])));
    let summary = file.read().summary;
    assert_eq!(summary.packets, 8);
    assert_eq!(summary.other_passed_over, 5);
    assert_eq!(summary.malformed, 3);
    assert_eq!(summary.datagrams, 0);
}

#[test]
fn ipv4_options_are_passed_over() {
    let mut packet = packet();
    packet[0] = 0x47;
    packet[3] += 8;
    packet.splice(20..20, [1; 8]);
    is_read(RAW, &packet);
}

#[test]
fn ipv6_extension_headers_are_passed_over() {
    let mut chain = vec![43, 0, 0, 0, 0, 0, 0, 0]; // hop by hop
    chain.extend([60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // routing
    chain.extend([51, 0, 0, 0, 0, 0, 0, 0]); // destination options
    chain.extend([44, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]); // authentication
    chain.extend([17, 0, 0, 0, 0, 0, 0, 9]); // atomic fragment
    chain.extend(udp(50_000, 2055, &netflow5(1)));
    let read = Pcap::new(RAW).packet(&ipv6(0, &chain)).read();
    assert_eq!(read.payloads(), [netflow5(1)]);
    let expected = SocketAddr::new(IpAddr::from(EXPORTER_6), 50_000);
    assert_eq!(read.packets[0].exporter, expected);
    let expected = SocketAddr::new(IpAddr::from(COLLECTOR_6), 2055);
    assert_eq!(read.packets[0].destination, expected);
    assert_eq!(read.summary.fragments, 0);
}

#[test]
fn a_trailer_of_ethernet_is_no_payload() {
    let mut frame = ethernet(ETHERTYPE_IPV4, &datagram(2055, b"abc"));
    frame.resize(60, 0);
    let read = Pcap::new(ETHERNET).packet(&frame).read();
    assert_eq!(read.payloads(), [b"abc"]);
    assert!(!read.packets[0].cut);
    assert_eq!(read.summary.cut, 0);
}

#[test]
fn a_frame_that_was_captured_short_gives_what_is_there() {
    let whole = ethernet(ETHERTYPE_IPV4, &datagram(2055, &netflow5(30)));
    let file = Pcap::new(ETHERNET)
        .record(1, 0, &whole[..96], whole.len())
        .record(1, 0, &whole[..42], whole.len())
        .record(1, 0, &whole[..41], whole.len());
    let read = file.read();
    assert_eq!(read.payloads(), [&netflow5(30)[..54], &[]]);
    assert!(read.packets.iter().all(|packet| packet.cut));
    assert_eq!((read.summary.datagrams, read.summary.cut), (2, 2));
    assert_eq!(read.summary.malformed, 1);
}

#[test]
fn udp_and_ip_lengths_that_disagree_give_what_is_there() {
    let base = datagram(2055, b"0123456789");
    let with = |ip: u16, udp: u16| {
        let mut packet = base.clone();
        packet[2..4].copy_from_slice(&ip.to_be_bytes());
        packet[24..26].copy_from_slice(&udp.to_be_bytes());
        packet
    };
    for (ip, udp, payload, cut) in [
        (38, 18, &b"0123456789"[..], false),
        // Shorter than IP says: the rest is padding.
        (38, 12, b"0123", false),
        (38, 8, b"", false),
        // No length: what IP says.
        (38, 0, b"0123456789", false),
        (38, 900, b"0123456789", true),
        // Offload: IP does not say either.
        (0, 18, b"0123456789", false),
        (0, 0, b"0123456789", false),
        // IP ends the datagram before UDP does.
        (34, 18, b"012345", true),
    ] {
        let read = Pcap::new(RAW).packet(&with(ip, udp)).read();
        assert_eq!(read.payloads(), [payload], "ip {ip}, udp {udp}");
        assert_eq!(read.packets[0].cut, cut, "ip {ip}, udp {udp}");
    }
    for (ip, udp) in [(19, 18), (38, 7), (38, 1)] {
        let read = Pcap::new(RAW).packet(&with(ip, udp)).read();
        assert!(read.packets.is_empty(), "ip {ip}, udp {udp}");
        assert_eq!(read.summary.malformed, 1, "ip {ip}, udp {udp}");
    }
}

#[test]
fn a_large_datagram_in_one_frame_is_whole() {
    let payload = vec![7; 60_000];
    let read = Pcap::new(RAW).packet(&datagram(2055, &payload)).read();
    assert_eq!(read.payloads(), [payload]);
    assert_eq!(read.packets[0].exporter, exporter(50_000));
    assert_eq!(read.packets[0].destination, collector(2055));
}
