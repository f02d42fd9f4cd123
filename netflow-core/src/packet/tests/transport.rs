use super::{before, cut_everywhere, ipv4, ipv6, tcp, udp};
use crate::packet::{HeaderProtocol, Packet};

fn read_ipv4(octets: &[u8]) -> Packet<'_> {
    Packet::dissect(HeaderProtocol::IPV4, octets)
}

#[test]
fn tcp_gives_its_fields() {
    let octets = ipv4(6, &tcp(b"data"));
    let packet = read_ipv4(&octets);
    assert_eq!(packet.source_port(), Some(49_152));
    assert_eq!(packet.destination_port(), Some(443));
    assert_eq!(packet.tcp_sequence(), Some(0x0102_0304));
    assert_eq!(packet.tcp_acknowledgment(), Some(0x0506_0708));
    assert_eq!(packet.tcp_flags(), Some(0x0112));
    assert_eq!(packet.tcp_window(), Some(0x2000));
    assert_eq!(packet.icmp_type(), None);
    assert_eq!(packet.payload(), Some(&b"data"[..]));
    cut_everywhere(HeaderProtocol::IPV4, &octets);
}

#[test]
fn the_data_offset_is_no_flag() {
    let mut segment = tcp(&[]);
    segment[12..14].copy_from_slice(&[0xff, 0xff]);
    let octets = ipv4(6, &segment);
    let packet = read_ipv4(&octets);
    assert_eq!(packet.tcp_flags(), Some(0x0fff));
    assert_eq!(packet.payload(), None);
}

#[test]
fn a_data_offset_below_five_leaves_no_payload() {
    for words in 0..5 {
        let mut segment = tcp(b"data");
        segment[12] = words << 4;
        let octets = ipv4(6, &segment);
        let packet = read_ipv4(&octets);
        assert_eq!(packet.destination_port(), Some(443));
        assert_eq!(packet.payload(), None);
    }
}

#[test]
fn every_protocol_with_ports_gives_them() {
    let mut segment = udp(1024, 53, &[0; 24]);
    segment[4] = 4;
    for (protocol, header_len) in [(17, 8), (33, 16), (132, 12), (136, 8)] {
        let octets = ipv4(protocol, &segment);
        let packet = read_ipv4(&octets);
        assert_eq!(packet.source_port(), Some(1024));
        assert_eq!(packet.destination_port(), Some(53));
        assert_eq!((packet.tcp_flags(), packet.icmp_type()), (None, None));
        assert_eq!(packet.payload().map(<[u8]>::len), Some(32 - header_len));
        cut_everywhere(HeaderProtocol::IPV4, &octets);
    }
    for protocol in [1, 2, 47, 50, 89, 255] {
        let octets = ipv4(protocol, &segment);
        let packet = read_ipv4(&octets);
        assert_eq!(
            (packet.source_port(), packet.destination_port()),
            (None, None)
        );
        assert_eq!(packet.transport_offset(), Some(20));
    }
}

#[test]
fn a_length_of_udp_bounds_its_payload_if_it_can() {
    for (length, payload) in [
        (10, &b"da"[..]),
        (8, b""),
        (0, b"data"),
        (7, b"data"),
        (99, b"data"),
    ] {
        let mut datagram = udp(1, 2, b"data");
        datagram[5] = length;
        let octets = ipv4(17, &datagram);
        assert_eq!(read_ipv4(&octets).payload(), Some(payload));
    }
}

#[test]
fn icmp_gives_type_and_code() {
    let message = before(&[3, 13, 0, 0, 0, 0, 0, 0], b"quoted");
    let v4 = ipv4(1, &message);
    let v6 = ipv6(58, &message);
    for octets in [v4, v6] {
        let packet = read_ipv4(&octets);
        assert_eq!(
            (packet.icmp_type(), packet.icmp_code()),
            (Some(3), Some(13))
        );
        assert_eq!((packet.source_port(), packet.igmp_type()), (None, None));
        assert_eq!(packet.payload(), Some(&b"quoted"[..]));
        cut_everywhere(HeaderProtocol::IPV4, &octets);
    }
}

#[test]
fn igmp_gives_its_type() {
    let octets = ipv4(2, &[0x16, 0, 0, 0, 224, 0, 0, 251]);
    let packet = read_ipv4(&octets);
    assert_eq!(packet.igmp_type(), Some(0x16));
    assert_eq!((packet.icmp_type(), packet.icmp_code()), (None, None));
}
