//! Exports inside the tunnels of mirrored traffic.

use netflow_core::packet::Tunnel;

use crate::craft::{
    ETHERNET, ETHERTYPE_IPV4, Pcap, RAW, Read, datagram, datagram_between, ethernet, exporter,
    ipfix, ipv4, limited, netflow5, segment, udp,
};

/// A packet in GRE between two other addresses.
pub(crate) fn gre(protocol: u16, inner: &[u8]) -> Vec<u8> {
    let mut octets = vec![0, 0];
    octets.extend(protocol.to_be_bytes());
    octets.extend(inner);
    around(47, &octets)
}

fn around(protocol: u8, octets: &[u8]) -> Vec<u8> {
    let mut packet = ipv4(protocol, octets);
    packet[12..16].copy_from_slice(&[203, 0, 113, 1]);
    packet[16..20].copy_from_slice(&[203, 0, 113, 2]);
    packet
}

fn vxlan(port: u16, frame: &[u8]) -> Vec<u8> {
    let octets = [&[8, 0, 0, 0, 0, 0, 42, 0], frame].concat();
    around(17, &udp(49_152, port, &octets))
}

fn tzsp(frame: &[u8]) -> Vec<u8> {
    let octets = [&[1, 0, 0, 1, 1], frame].concat();
    around(17, &udp(49_152, 37_008, &octets))
}

/// An ERSPAN packet of type II and this session.
pub(crate) fn erspan(session: u8, frame: &[u8]) -> Vec<u8> {
    let head = [
        0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, session, 0, 0, 0, 0,
    ];
    around(47, &[&head[..], frame].concat())
}

pub(crate) fn frame(packet: &[u8]) -> Vec<u8> {
    ethernet(ETHERTYPE_IPV4, packet)
}

/// A capture with tunnels of every kind that mirrors traffic.
pub(crate) fn capture() -> Vec<u8> {
    let export = datagram(2055, &netflow5(1));
    let inside = frame(&export);
    let packets = [
        export.clone(),
        gre(0x0800, &export),
        erspan(1, &inside),
        vxlan(4789, &inside),
        tzsp(&inside),
        around(4, &gre(0x6558, &inside)),
    ];
    Pcap::new(RAW).packets(&packets).octets
}

fn read(packets: &[Vec<u8>]) -> Read {
    Pcap::new(RAW).packets(packets).read()
}

#[test]
fn the_exporter_is_the_sender_inside_the_tunnel_and_each_kind_is_counted() {
    let export = datagram(2055, &netflow5(1));
    let inside = frame(&export);
    for (tunnel, packet) in [
        (Tunnel::Gre, gre(0x0800, &export)),
        (Tunnel::Gre, gre(0x6558, &inside)),
        (Tunnel::Erspan, erspan(1, &inside)),
        (Tunnel::Vxlan, vxlan(4789, &inside)),
        (Tunnel::Vxlan, vxlan(8472, &inside)),
        (Tunnel::Tzsp, tzsp(&inside)),
        (Tunnel::Ipv4InIpv4, around(4, &export)),
        (Tunnel::Gre, vxlan(4789, &frame(&gre(0x0800, &export)))),
    ] {
        let read = read(&[packet]);
        assert_eq!(read.payloads(), [netflow5(1)], "{tunnel:?}");
        assert_eq!(read.packets[0].exporter, exporter(50_000));
        let counts: Vec<_> = read.summary.tunnels.iter().collect();
        assert_eq!(counts, [(tunnel, 1)]);
        assert_eq!(read.summary.tunnels.total(), 1);
    }
}

#[test]
fn exports_in_frames_of_juniper_are_counted() {
    const LINK_TYPE: u32 = 178;
    let frame = [b"MGC\x00", &frame(&datagram(2055, &netflow5(1)))[..]].concat();
    let read = Pcap::new(LINK_TYPE).packets(&[frame]).read();
    assert_eq!(read.payloads(), [netflow5(1)]);
    assert_eq!(read.summary.juniper, 1);
    assert_eq!(read.summary.tunnels.total(), 0);
}

#[test]
fn inside_a_tunnel_only_ports_and_content_of_exports_are_read() {
    let seen = datagram_between([10, 0, 0, 1], [10, 0, 0, 2], 1_000, &netflow5(1));
    let other = datagram_between([10, 0, 0, 1], [10, 0, 0, 2], 1_000, b"something else");
    let odd = datagram_between([10, 0, 0, 1], [10, 0, 0, 2], 2_055, b"something else");
    let read = read(&[
        gre(0x0800, &other),
        gre(0x0800, &seen),
        // Outside, a pair that has exported is believed; inside it proves nothing.
        seen,
        other.clone(),
        gre(0x0800, &other),
        gre(0x0800, &odd),
    ]);
    assert_eq!(read.frames(), [2, 4, 6]);
    assert_eq!(read.summary.udp_passed_over, 2);
    assert_eq!(read.summary.mirrored, 1);
}

#[test]
fn a_tunnel_between_exporter_and_collector_is_no_export() {
    let ends = ([203, 0, 113, 1], [203, 0, 113, 2]);
    let read = read(&[
        datagram_between(ends.0, ends.1, 2_055, &netflow5(1)),
        vxlan(4789, &frame(&datagram(53, b"query"))),
        vxlan(4789, &frame(&datagram(2_055, &netflow5(2)))),
    ]);
    assert_eq!(read.frames(), [1, 3]);
    assert_eq!(read.packets[1].exporter, exporter(50_000));
}

#[test]
fn a_stream_seen_outside_and_inside_is_read_once() {
    let stream = [ipfix(1, 40), ipfix(2, 40)].concat();
    let parts = [&stream[..70], &stream[70..]];
    let mut packets = vec![segment(4739, 0, 2, b"")];
    for (at, part) in [1, 71].into_iter().zip(parts) {
        let segment = segment(4739, at, 16, part);
        packets.push(gre(0x0800, &segment));
        packets.push(segment);
    }
    let last = segment(4739, 121, 17, b"");
    packets.push(gre(0x0800, &last));
    packets.push(last);
    let read = read(&packets);
    assert_eq!(read.payloads(), [ipfix(1, 40), ipfix(2, 40)]);
    assert_eq!(read.summary.tunnels.total(), 2);
}

#[test]
fn tunnels_are_followed_up_to_the_limit() {
    let nested = |depth: usize| {
        let mut packet = datagram(2055, &netflow5(1));
        for _ in 0..depth {
            packet = around(4, &packet);
        }
        packet
    };
    for (depth, datagrams) in [(1, 1), (8, 1), (9, 0), (1_500, 0)] {
        let summary = read(&[nested(depth)]).summary;
        assert_eq!(summary.datagrams, datagrams, "{depth}");
        assert_eq!(summary.other_passed_over, 1 - datagrams, "{depth}");
    }
    let file = Pcap::new(RAW).packet(&nested(2));
    let read = limited(&file.octets, |limits| limits.tunnels = 1);
    assert_eq!(read.summary.datagrams, 0);
}

#[test]
fn a_tunnel_cut_anywhere_gives_what_is_there() {
    let payload = netflow5(2);
    for packet in [
        gre(0x6558, &frame(&datagram(2055, &payload))),
        erspan(1, &frame(&datagram(2055, &payload))),
        tzsp(&frame(&datagram(2055, &payload))),
        vxlan(4789, &frame(&datagram(2055, &payload))),
    ] {
        let headers = packet.len() - payload.len();
        for length in 0..packet.len() {
            let file = Pcap::new(RAW).record(1, 0, &packet[..length], packet.len());
            let read = file.read();
            if length < headers {
                assert!(read.packets.is_empty(), "{length}");
            } else {
                assert_eq!(read.payloads(), [&payload[..length - headers]]);
                assert!(read.packets[0].cut);
            }
        }
    }
}

#[test]
fn lengths_that_contradict_each_other_end_at_the_outer() {
    // The outer packet ends inside the export, though the inner one is longer; octets follow it.
    let payload = netflow5(2);
    let mut packet = gre(0x0800, &datagram(2055, &payload));
    let total = u16::try_from(packet.len() - 48).unwrap();
    packet[2..4].copy_from_slice(&total.to_be_bytes());
    packet.extend([0; 100]);
    let read = read(&[packet]);
    assert_eq!(read.payloads(), [&payload[..payload.len() - 48]]);
    assert!(read.packets[0].cut);
}

#[test]
fn tags_of_tzsp_that_never_end_are_no_tunnel() {
    for tags in [vec![0; 60_000], [40, 2, 0, 0].repeat(15_000)] {
        let octets = [&[1, 0, 0, 1][..], &tags].concat();
        let packet = around(17, &udp(1, 37_008, &octets));
        let summary = read(&[packet]).summary;
        assert_eq!((summary.datagrams, summary.udp_passed_over), (0, 1));
    }
}

#[test]
fn a_fragmented_tunnel_with_a_fragmented_export_is_read() {
    let export = datagram(2055, &netflow5(20));
    let payload = &export[20..];
    let inner = [
        crate::craft::ipv4_fragment(17, 7, 0x2000, &payload[..400]),
        crate::craft::ipv4_fragment(17, 7, 50, &payload[400..]),
    ];
    let mut packets = Vec::new();
    for (id, inner) in (1..).zip(inner) {
        let octets = gre(0x0800, &inner)[20..].to_vec();
        for (place, part) in [(0x2000, &octets[..200]), (25, &octets[200..])] {
            packets.push(crate::craft::ipv4_fragment(47, id, place, part));
        }
    }
    let read = read(&packets);
    assert_eq!(read.payloads(), [netflow5(20)]);
    assert_eq!(read.frames(), [4]);
    assert_eq!(read.summary.tunnels.total(), 1);
}

#[test]
fn a_pseudowire_is_followed_below_ip() {
    let labelled = [
        &[0, 1, 1, 64, 0, 0, 0, 0],
        &frame(&datagram(2055, &netflow5(1)))[..],
    ]
    .concat();
    let file = Pcap::new(ETHERNET).packet(&ethernet(0x8847, &labelled));
    let read = file.read();
    assert_eq!(read.payloads(), [netflow5(1)]);
    let counts: Vec<_> = read.summary.tunnels.iter().collect();
    assert_eq!(counts, [(Tunnel::MplsPseudowire, 1)]);
}
