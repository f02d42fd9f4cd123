use core::net::IpAddr;

use super::{before, cut_everywhere, ethernet, extension, ipv4, ipv4_with, ipv6, read, tcp, udp};
use crate::packet::{HeaderProtocol, Packet};

fn address(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

#[test]
fn an_ipv4_header_gives_its_fields() {
    let octets = ethernet(0x0800, &ipv4_with(6, 0x4000, 3, &tcp(b"data")));
    let packet = read(&octets);
    assert_eq!(packet.ip_version(), Some(4));
    assert_eq!(packet.network_offset(), Some(14));
    assert_eq!(packet.source_address(), address("192.0.2.1"));
    assert_eq!(packet.destination_address(), address("198.51.100.7"));
    assert_eq!(packet.protocol(), Some(6));
    assert_eq!(packet.tos(), Some(0xb8));
    assert_eq!(packet.ttl(), Some(63));
    assert_eq!(packet.ip_total_length(), Some(60));
    assert_eq!(packet.fragment_id(), Some(0x1234));
    assert_eq!(packet.fragment_offset(), Some(0));
    assert_eq!(packet.is_fragment(), Some(false));
    assert_eq!(packet.ipv6_flow_label(), None);
    assert_eq!(packet.transport_offset(), Some(46));
    assert_eq!(packet.payload(), Some(&b"data"[..]));
    cut_everywhere(HeaderProtocol::ETHERNET, &octets);
}

#[test]
fn an_ipv6_header_gives_its_fields() {
    let octets = ethernet(0x86dd, &ipv6(6, &tcp(b"data")));
    let packet = read(&octets);
    assert_eq!(packet.ip_version(), Some(6));
    assert_eq!(packet.source_address(), address("2001:db8::1"));
    assert_eq!(packet.destination_address(), address("2001:db8::2"));
    assert_eq!(packet.protocol(), Some(6));
    assert_eq!(packet.tos(), Some(0xb8));
    assert_eq!(packet.ttl(), Some(62));
    assert_eq!(packet.ip_total_length(), Some(68));
    assert_eq!(packet.ipv6_flow_label(), Some(0x12345));
    assert_eq!(
        (packet.fragment_id(), packet.fragment_offset()),
        (None, None)
    );
    assert_eq!(packet.is_fragment(), Some(false));
    assert_eq!(packet.transport_offset(), Some(54));
    assert_eq!(packet.payload(), Some(&b"data"[..]));
    cut_everywhere(HeaderProtocol::ETHERNET, &octets);
}

#[test]
fn fields_before_the_cut_are_given() {
    let octets = ipv4(6, &tcp(&[]));
    let packet = Packet::dissect(HeaderProtocol::IPV4, &octets[..16]);
    assert_eq!(packet.source_address(), address("192.0.2.1"));
    assert_eq!(packet.destination_address(), None);
    assert_eq!(packet.protocol(), Some(6));
    assert_eq!(packet.transport_offset(), None);
    assert_eq!(packet.payload(), None);

    let octets = ipv4_with(6, 0, 2, &tcp(&[]));
    let packet = Packet::dissect(HeaderProtocol::IPV4, &octets[..27]);
    assert_eq!(packet.destination_address(), address("198.51.100.7"));
    assert_eq!(packet.transport_offset(), None);
}

#[test]
fn the_version_decides_which_ip_it_is() {
    let octets = ipv6(6, &tcp(&[]));
    let packet = Packet::dissect(HeaderProtocol::IPV4, &octets);
    assert_eq!(packet.ip_version(), Some(6));
    let octets = before(&[0x55], &octets);
    let packet = Packet::dissect(HeaderProtocol::IPV6, &octets);
    assert_eq!((packet.ip_version(), packet.network_offset()), (None, None));
    assert_eq!(packet.payload(), Some(&octets[..]));
}

#[test]
fn an_ipv4_header_of_impossible_length_gives_only_itself() {
    for first in 0x40..0x45 {
        let mut octets = ipv4(6, &tcp(&[]));
        octets[0] = first;
        let packet = Packet::dissect(HeaderProtocol::IPV4, &octets);
        assert_eq!(packet.destination_address(), address("198.51.100.7"));
        assert_eq!(packet.protocol(), Some(6));
        assert_eq!(
            (packet.transport_offset(), packet.source_port()),
            (None, None)
        );
        assert_eq!(packet.payload(), None);
        cut_everywhere(HeaderProtocol::IPV4, &octets);
    }
}

#[test]
fn padding_after_the_ip_packet_is_no_payload() {
    for ip in [ipv4(6, &tcp(&[])), ipv6(6, &tcp(&[]))] {
        let octets = ethernet(0x0800, &before(&ip, &[0; 6]));
        assert_eq!(read(&octets).payload(), Some(&[][..]));
        cut_everywhere(HeaderProtocol::ETHERNET, &octets);
    }
}

#[test]
fn a_packet_shorter_than_its_transport_header_has_no_ports() {
    let mut octets = ipv4(17, &udp(1, 2, &[]));
    octets[3] = 22;
    let packet = Packet::dissect(HeaderProtocol::IPV4, &octets);
    assert_eq!(
        (packet.source_port(), packet.destination_port()),
        (Some(1), None)
    );
    assert_eq!(packet.payload(), None);
}

#[test]
fn a_length_left_to_the_network_card_is_absent() {
    let mut octets = ipv4(6, &tcp(b"data"));
    octets[2..4].fill(0);
    let packet = Packet::dissect(HeaderProtocol::IPV4, &octets);
    assert_eq!(packet.ip_total_length(), None);
    assert_eq!(packet.payload(), Some(&b"data"[..]));

    let mut octets = ipv6(6, &tcp(b"data"));
    octets[4..6].fill(0);
    let packet = Packet::dissect(HeaderProtocol::IPV6, &octets);
    assert_eq!(packet.ip_total_length(), None);
    assert_eq!(packet.payload(), Some(&b"data"[..]));
}

#[test]
fn only_the_first_fragment_has_ports() {
    for (fragment, offset, more) in [
        (0x2000, 0, true),
        (0x2001, 1, true),
        (0x1fff, 0x1fff, false),
    ] {
        let octets = ipv4_with(6, fragment, 0, &tcp(&[]));
        let packet = Packet::dissect(HeaderProtocol::IPV4, &octets);
        assert_eq!(packet.is_fragment(), Some(true));
        assert_eq!(packet.fragment_offset(), Some(offset));
        assert_eq!(packet.more_fragments(), Some(more));
        assert_eq!(packet.fragment_payload(), Some((6, 20)));
        assert_eq!(packet.protocol(), Some(6));
        assert_eq!(packet.source_port().is_some(), offset == 0);
        assert_eq!(packet.tcp_flags().is_some(), offset == 0);
        assert_eq!(packet.transport_offset().is_some(), offset == 0);
        assert_eq!(
            packet.payload().map(<[u8]>::len),
            Some(if offset == 0 { 0 } else { 24 })
        );
        cut_everywhere(HeaderProtocol::IPV4, &octets);

        let [high, low] = (offset << 3 | u16::from(more)).to_be_bytes();
        let fragment = before(&[6, 0, high, low, 0xde, 0xad, 0xbe, 0xef], &tcp(&[]));
        let octets = ipv6(44, &fragment);
        let packet = Packet::dissect(HeaderProtocol::IPV6, &octets);
        assert_eq!(packet.is_fragment(), Some(true));
        assert_eq!(packet.fragment_id(), Some(0xdead_beef));
        assert_eq!(packet.fragment_offset(), Some(offset));
        assert_eq!(packet.more_fragments(), Some(more));
        assert_eq!(packet.fragment_payload(), Some((6, 48)));
        assert_eq!(packet.protocol(), Some(6));
        assert_eq!(packet.source_port().is_some(), offset == 0);
        cut_everywhere(HeaderProtocol::IPV6, &octets);
    }
}

#[test]
fn a_later_fragment_carries_no_inner_packet() {
    let octets = ipv4_with(4, 0x0001, 0, &ipv4(6, &tcp(&[])));
    assert_eq!(Packet::dissect(HeaderProtocol::IPV4, &octets).inner(), None);
}

#[test]
fn an_atomic_fragment_is_no_fragment() {
    let octets = ipv6(44, &before(&[6, 0, 0, 0, 0, 0, 0, 1], &tcp(&[])));
    let packet = Packet::dissect(HeaderProtocol::IPV6, &octets);
    assert_eq!(packet.is_fragment(), Some(false));
    assert_eq!(packet.fragment_id(), Some(1));
    assert_eq!(packet.destination_port(), Some(443));
}

#[test]
fn extension_headers_are_passed() {
    let authentication = before(&[6, 4], &before(&[0; 22], &tcp(b"data")));
    let chain = extension(
        43,
        0,
        &extension(60, 2, &before(&[51, 0, 0, 1, 0, 0, 0, 9], &authentication)),
    );
    let mut octets = ipv6(0, &chain);
    // Hop-by-hop, routing (24 octets), fragment in place of destination options, authentication.
    octets[48] = 44;
    let packet = Packet::dissect(HeaderProtocol::IPV6, &octets);
    assert_eq!(packet.protocol(), Some(6));
    assert_eq!(packet.fragment_id(), Some(9));
    assert_eq!(packet.transport_offset(), Some(40 + 8 + 24 + 8 + 24));
    assert_eq!(packet.destination_port(), Some(443));
    assert_eq!(packet.payload(), Some(&b"data"[..]));
    cut_everywhere(HeaderProtocol::IPV6, &octets);
}

#[test]
fn an_extension_header_past_the_end_gives_no_protocol() {
    let octets = ipv6(0, &extension(6, 0, &tcp(&[])));
    for len in 40..48 {
        let packet = Packet::dissect(HeaderProtocol::IPV6, &octets[..len]);
        assert_eq!(packet.protocol(), None);
        assert_eq!(packet.is_fragment(), None);
        assert_eq!(packet.destination_address(), address("2001:db8::2"));
    }
    let mut octets = octets;
    octets[41] = 255;
    let packet = Packet::dissect(HeaderProtocol::IPV6, &octets);
    assert_eq!(
        (packet.protocol(), packet.source_port(), packet.payload()),
        (None, None, None)
    );
}

#[test]
fn an_endless_chain_of_extension_headers_is_left() {
    let octets = ipv6(60, &extension(60, 0, &[]).repeat(4_000));
    let packet = Packet::dissect(HeaderProtocol::IPV6, &octets);
    assert_eq!((packet.protocol(), packet.payload()), (None, None));

    for (count, read) in [(16, true), (17, false)] {
        let mut chain = extension(60, 0, &[]).repeat(count);
        chain[8 * (count - 1)] = 6;
        let octets = ipv6(60, &before(&chain, &tcp(&[])));
        let packet = Packet::dissect(HeaderProtocol::IPV6, &octets);
        assert_eq!(packet.source_port().is_some(), read);
    }
}

#[test]
fn an_authentication_header_is_passed_in_ipv4_too() {
    let authentication = before(&[17, 1], &before(&[0; 10], &udp(53, 40_000, b"answer")));
    let octets = ipv4(51, &authentication);
    let packet = Packet::dissect(HeaderProtocol::IPV4, &octets);
    assert_eq!(packet.protocol(), Some(17));
    assert_eq!(packet.source_port(), Some(53));
    cut_everywhere(HeaderProtocol::IPV4, &octets);

    let mut octets = octets;
    octets[21] = 0;
    let packet = Packet::dissect(HeaderProtocol::IPV4, &octets);
    assert_eq!((packet.protocol(), packet.source_port()), (None, None));
}

#[test]
fn ipv4_has_no_other_extension_headers() {
    for protocol in [0, 43, 44, 60] {
        let octets = ipv4(protocol, &extension(6, 0, &tcp(&[])));
        let packet = Packet::dissect(HeaderProtocol::IPV4, &octets);
        assert_eq!(packet.protocol(), Some(protocol));
        assert_eq!(packet.transport_offset(), Some(20));
        assert_eq!(packet.source_port(), None);
    }
}

#[test]
fn nothing_follows_no_next_header() {
    let octets = ipv6(59, &[1, 2, 3]);
    let packet = Packet::dissect(HeaderProtocol::IPV6, &octets);
    assert_eq!(packet.protocol(), Some(59));
    assert_eq!((packet.transport_offset(), packet.payload()), (None, None));
    let octets = ipv6(59, &[]);
    let packet = Packet::dissect(HeaderProtocol::IPV6, &octets);
    assert_eq!(packet.ip_total_length(), Some(40));
}
