use super::{
    SOURCE_MAC, Vec, before, cut_everywhere, ethernet, ipv4, ipv6, mpls, read, tcp, udp, vlan,
};
use crate::packet::{HeaderProtocol, Inner, Packet, Tunnel};

/// The packets that are put into tunnels.
fn inner_ipv4() -> Vec<u8> {
    ipv4(6, &tcp(b"inner"))
}

fn inner_ipv6() -> Vec<u8> {
    ipv6(6, &tcp(b"inner"))
}

fn inner_ethernet() -> Vec<u8> {
    ethernet(0x8100, &vlan(77, 0x0800, &inner_ipv4()))
}

/// Reads `octets` as an IP packet with an inner packet that holds the usual TCP segment.
fn assert_inner(octets: &[u8], tunnel: Tunnel, tunnel_id: Option<u64>) {
    cut_everywhere(HeaderProtocol::IPV4, octets);
    let packet = Packet::dissect(HeaderProtocol::IPV4, octets);
    assert_tcp_inside(packet.inner(), tunnel, tunnel_id);
}

fn assert_tcp_inside(inner: Option<Inner<'_>>, tunnel: Tunnel, tunnel_id: Option<u64>) {
    let inner = inner.unwrap();
    assert_eq!((inner.tunnel, inner.tunnel_id), (tunnel, tunnel_id));
    assert_eq!(inner.packet.destination_port(), Some(443));
    assert_eq!(inner.packet.payload(), Some(&b"inner"[..]));
}

#[test]
fn ip_in_ip_is_reported_by_both_versions() {
    assert_inner(&ipv4(4, &inner_ipv4()), Tunnel::Ipv4InIpv4, None);
    assert_inner(&ipv4(41, &inner_ipv6()), Tunnel::Ipv6InIpv4, None);
    assert_inner(&ipv6(4, &inner_ipv4()), Tunnel::Ipv4InIpv6, None);
    assert_inner(&ipv6(41, &inner_ipv6()), Tunnel::Ipv6InIpv6, None);
}

#[test]
fn a_segment_routing_header_makes_it_srv6() {
    let routing = |next_header, payload: &[u8]| {
        let mut header = Vec::from([next_header, 2, 4, 0, 0, 0, 0, 0]);
        header.extend([0; 16]);
        ipv6(43, &before(&header, payload))
    };
    assert_inner(&routing(4, &inner_ipv4()), Tunnel::Srv6, None);
    assert_inner(&routing(41, &inner_ipv6()), Tunnel::Srv6, None);
    assert_inner(&routing(143, &inner_ethernet()), Tunnel::Srv6, None);
    assert_inner(&ipv6(143, &inner_ethernet()), Tunnel::Srv6, None);
}

#[test]
fn gre_is_read_with_every_optional_field() {
    for flags in 0..8_u8 {
        let mut header = Vec::from([(flags & 4) << 5 | (flags & 3) << 4, 0, 0x08, 0x00]);
        let (checksum, key) = (flags & 4 != 0, flags & 2 != 0);
        for (present, word) in [(checksum, 1_u32), (key, 0xdead_beef), (flags & 1 != 0, 3)] {
            if present {
                header.extend(word.to_be_bytes());
            }
        }
        let octets = ipv4(47, &before(&header, &inner_ipv4()));
        assert_inner(&octets, Tunnel::Gre, key.then_some(0xdead_beef));
    }
}

#[test]
fn gre_carries_many_protocols() {
    let label = mpls(5, true, &inner_ipv6());
    for (ether_type, payload) in [
        (0x86dd_u16, inner_ipv6()),
        (0x6558, inner_ethernet()),
        (0x8847, label),
    ] {
        let header = before(&[0, 0], &ether_type.to_be_bytes());
        assert_inner(&ipv4(47, &before(&header, &payload)), Tunnel::Gre, None);
    }
    let octets = ipv4(47, &before(&[0x20, 0, 0x88, 0xcc, 0, 0, 0, 9], b"unknown"));
    let inner = Packet::dissect(HeaderProtocol::IPV4, &octets)
        .inner()
        .unwrap();
    assert_eq!((inner.tunnel, inner.tunnel_id), (Tunnel::Gre, Some(9)));
    assert_eq!(inner.packet.ip_version(), None);
}

#[test]
fn pptp_gives_its_call() {
    let header = [
        0x30, 0x81, 0x88, 0x0b, 0, 99, 0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 2, 0x00, 0x21,
    ];
    let octets = ipv4(47, &before(&header, &inner_ipv4()));
    assert_inner(&octets, Tunnel::Gre, Some(0x1234));
}

#[test]
fn gre_of_another_version_or_with_a_source_route_is_not_read() {
    for header in [[0, 2, 8, 0], [0, 7, 8, 0], [0x40, 0, 8, 0]] {
        let octets = ipv4(47, &before(&header, &inner_ipv4()));
        assert_eq!(Packet::dissect(HeaderProtocol::IPV4, &octets).inner(), None);
    }
}

#[test]
fn erspan_of_every_type_is_read() {
    let first = before(&[0, 0, 0x88, 0xbe], &inner_ethernet());
    assert_inner(&ipv4(47, &first), Tunnel::Erspan, None);
    let second = [
        0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0x64, 0x03, 0xff, 0, 0, 0, 1,
    ];
    assert_inner(
        &ipv4(47, &before(&second, &inner_ethernet())),
        Tunnel::Erspan,
        Some(1023),
    );
    for (options, len) in [(0, 12), (1, 20)] {
        let mut third = Vec::from([0x10, 0, 0x22, 0xeb, 0, 0, 0, 1]);
        third.extend([0x20, 0x64, 0x10, 0x05, 0, 0, 0, 0, 0, 0, 0, options]);
        third.resize(8 + len, 0);
        assert_inner(
            &ipv4(47, &before(&third, &inner_ethernet())),
            Tunnel::Erspan,
            Some(5),
        );
    }
}

#[test]
fn vxlan_carries_ethernet_with_its_vni() {
    let vxlan = before(&[0x08, 0, 0, 0, 0x12, 0x34, 0x56, 0], &inner_ethernet());
    for port in [4789, 8472] {
        let octets = ipv4(17, &udp(50_000, port, &vxlan));
        assert_inner(&octets, Tunnel::Vxlan, Some(0x12_3456));
        let packet = Packet::dissect(HeaderProtocol::IPV4, &octets);
        let inner = packet.inner().unwrap().packet;
        assert_eq!(
            (inner.vlan(), inner.source_mac()),
            (Some(77), Some(SOURCE_MAC))
        );
        assert_eq!(inner.network_offset(), Some(18));
        assert_eq!(packet.destination_port(), Some(port));
    }
    let octets = ipv4(17, &udp(50_000, 4789, &before(&[0; 8], &inner_ethernet())));
    assert_eq!(Packet::dissect(HeaderProtocol::IPV4, &octets).inner(), None);
}

#[test]
fn vxlan_gpe_names_what_it_carries() {
    for (flags, protocol, payload) in [
        (0x0c, 1, inner_ipv4()),
        (0x0c, 2, inner_ipv6()),
        (0x0c, 3, inner_ethernet()),
        (0x0c, 5, mpls(1, true, &inner_ipv4())),
        (0x08, 0, inner_ethernet()),
    ] {
        let header = [flags, 0, 0, protocol, 0, 0, 9, 0];
        let octets = ipv6(17, &udp(1, 4790, &before(&header, &payload)));
        assert_inner(&octets, Tunnel::VxlanGpe, Some(9));
    }
    let octets = ipv6(17, &udp(1, 4790, &[0x04, 0, 0, 4, 0, 0, 9, 0, 1, 2]));
    let inner = Packet::dissect(HeaderProtocol::IPV6, &octets)
        .inner()
        .unwrap();
    assert_eq!((inner.tunnel, inner.tunnel_id), (Tunnel::VxlanGpe, None));
}

#[test]
fn geneve_options_are_passed() {
    for words in [0, 1, 63_u8] {
        let mut header = Vec::from([words, 0x40, 0x65, 0x58, 0xff, 0xff, 0xff, 0]);
        header.resize(8 + 4 * usize::from(words), 0xee);
        let octets = ipv4(17, &udp(1, 6081, &before(&header, &inner_ethernet())));
        assert_inner(&octets, Tunnel::Geneve, Some(0xff_ffff));
    }
    let octets = ipv4(17, &udp(1, 6081, &[0x40, 0, 0x65, 0x58, 0, 0, 1, 0, 0, 0]));
    assert_eq!(Packet::dissect(HeaderProtocol::IPV4, &octets).inner(), None);
}

#[test]
fn gtp_u_extension_headers_are_passed() {
    let plain = Vec::from([0x30, 255, 0, 0, 0xca, 0xfe, 0, 1]);
    let sequence = before(&[0x32, 255, 0, 0, 0xca, 0xfe, 0, 1], &[0, 7, 0, 0x85]);
    let extended = before(
        &[0x34, 255, 0, 0, 0xca, 0xfe, 0, 1, 0, 0, 0, 0x85],
        &[1, 0, 9, 0xc0, 2, 0, 0, 0, 0, 0, 0, 0],
    );
    for header in [plain, sequence, extended] {
        for (source, destination) in [(2152, 2152), (2152, 9), (9, 2152)] {
            let datagram = udp(source, destination, &before(&header, &inner_ipv6()));
            assert_inner(&ipv4(17, &datagram), Tunnel::GtpU, Some(0xcafe_0001));
        }
    }
}

#[test]
fn gtp_u_that_carries_no_packet_has_no_inner() {
    for header in [
        [0x32, 1, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0],
        [0x20, 255, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0],
        [0x48, 255, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0],
        // An extension header of length 0 would be passed for ever.
        [0x34, 255, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0x85],
    ] {
        let octets = ipv4(17, &udp(1, 2152, &before(&header, &[0; 8])));
        assert_eq!(Packet::dissect(HeaderProtocol::IPV4, &octets).inner(), None);
    }
}

#[test]
fn teredo_indications_are_passed() {
    let origin = [0, 0, 1, 2, 3, 4, 5, 6];
    let mut authentication = Vec::from([0, 1, 3, 2]);
    authentication.resize(4 + 3 + 2 + 8 + 1, 0x66);
    for header in [
        Vec::new(),
        origin.to_vec(),
        authentication.clone(),
        before(&authentication, &origin),
    ] {
        let datagram = udp(3544, 40_000, &before(&header, &inner_ipv6()));
        assert_inner(&ipv4(17, &datagram), Tunnel::Teredo, None);
    }
    let octets = ipv4(17, &udp(3544, 1, &inner_ipv4()));
    assert_eq!(Packet::dissect(HeaderProtocol::IPV4, &octets).inner(), None);
}

#[test]
fn ethernet_and_mpls_go_over_ip() {
    let octets = ipv4(97, &before(&[0x30, 0], &inner_ethernet()));
    assert_inner(&octets, Tunnel::EtherIp, None);
    let octets = ipv4(97, &before(&[0x20, 0], &inner_ethernet()));
    assert_eq!(Packet::dissect(HeaderProtocol::IPV4, &octets).inner(), None);
    let labels = mpls(8, false, &mpls(9, true, &inner_ipv4()));
    assert_inner(&ipv4(137, &labels), Tunnel::MplsInIp, None);
    assert_inner(&ipv6(17, &udp(1, 6635, &labels)), Tunnel::MplsInUdp, None);
}

#[test]
fn a_mac_address_behind_labels_is_not_taken_for_ipv4() {
    // A pseudowire without control word (RFC 4448, section 4.6): the frame begins at once, and
    // no header of IPv4 is of fewer than five words.
    for first in 0x40..=0x45 {
        let mut frame = inner_ipv4();
        frame[0] = first;
        let octets = ethernet(0x8847, &mpls(200, true, &frame));
        let packet = read(&octets);
        let version = (first == 0x45).then_some(4);
        assert_eq!(packet.ip_version(), version, "{first:02x}");
        assert_eq!(packet.source_address().is_some(), version.is_some());
        assert_eq!(packet.inner(), None);
        assert_eq!(packet.mpls_labels().count(), 1);
    }
}

#[test]
fn labels_carry_ip_only_where_its_lengths_and_checksum_fit() {
    // More octets than the shortest frame has, so that none of them can be padding.
    let mut packet = ipv4(17, &udp(1, 2, &[0; 60]));
    let after_labels = |packet: &[u8]| {
        let octets = ethernet(0x8847, &mpls(200, true, packet));
        read(&octets).ip_version()
    };
    assert_eq!(after_labels(&packet), Some(4));
    let checksum = [packet[10], packet[11]];
    packet[10..12].copy_from_slice(&[0x12, 0x34]);
    assert_eq!(after_labels(&packet), None);
    packet[10..12].copy_from_slice(&checksum);
    packet[3] -= 40;
    assert_eq!(after_labels(&packet), None);
    let mut packet = ipv6(17, &udp(1, 2, &[0; 60]));
    assert_eq!(after_labels(&packet), Some(6));
    packet[5] -= 40;
    assert_eq!(after_labels(&packet), None);
}

#[test]
fn a_frame_after_labels_that_is_cut_in_what_may_be_a_header_is_no_ip() {
    // Destination addresses whose octets are a version, header length and total length of IP.
    for address in [
        [0x45, 0, 0, 0x40, 0, 1],
        [0x46, 0, 0, 0x40, 0, 1],
        [0x4f, 0, 0, 0xff, 0, 1],
        [0x60, 0, 0, 0, 0, 0x10],
        [0x65, 0, 0, 0, 0, 0xaa],
    ] {
        let mut frame = ethernet(0x0800, &ipv4(6, &tcp(&[0; 200])));
        frame[..6].copy_from_slice(&address);
        let octets = ethernet(0x8847, &mpls(300, true, &frame));
        for length in 18..octets.len() {
            let sampled = &octets[..length];
            let packet = Packet::dissect_frame(HeaderProtocol::ETHERNET, sampled, octets.len());
            assert_eq!(packet.ip_version(), None, "{address:02x?}, {length} octets");
            assert_eq!(packet.source_address(), None);
        }
    }
}

#[test]
fn a_packet_after_labels_ends_with_its_frame() {
    // No checksum, which would prove the header.
    let mut packet = ipv6(17, &udp(1, 2, &[0; 60]));
    let version = |packet: &[u8], frame_len| {
        let octets = ethernet(0x8847, &mpls(200, true, packet));
        Packet::dissect_frame(HeaderProtocol::ETHERNET, &octets, frame_len).ip_version()
    };
    let frame_len = 18 + packet.len();
    assert_eq!(version(&packet, frame_len), Some(6));
    // With the check sequence of the frame.
    assert_eq!(version(&packet, frame_len + 4), Some(6));
    assert_eq!(version(&packet, frame_len + 200), None);
    // A sample of 78 octets of a longer packet.
    packet.truncate(60);
    assert_eq!(version(&packet, frame_len), Some(6));
    assert_eq!(version(&packet, frame_len - 20), None);
}

#[test]
fn a_pseudowire_needs_no_control_word_where_the_frame_proves_itself() {
    for first in [0x00, 0x02, 0x40, 0x45, 0x50, 0x60, 0x6c] {
        let mut frame = inner_ethernet();
        frame[0] = first;
        let octets = ethernet(0x8847, &mpls(200, true, &frame));
        let packet = read(&octets);
        assert_eq!(packet.ip_version(), None, "{first:02x}");
        assert_tcp_inside(packet.inner(), Tunnel::MplsPseudowire, Some(200));
    }
}

#[test]
fn a_pseudowire_is_recognised_by_its_control_word() {
    let pseudowire = before(&[0, 0, 0, 7], &inner_ethernet());
    let octets = ethernet(0x8847, &mpls(100, false, &mpls(200, true, &pseudowire)));
    let packet = read(&octets);
    assert_eq!(
        (packet.ip_version(), packet.mpls_labels().count()),
        (None, 2)
    );
    assert_tcp_inside(packet.inner(), Tunnel::MplsPseudowire, Some(200));
    cut_everywhere(HeaderProtocol::ETHERNET, &octets);
}

#[test]
fn a_backbone_service_tag_gives_the_service() {
    let tagged = before(&[0x80, 0, 0x01, 0x02], &inner_ethernet());
    let octets = ethernet(0x88a8, &vlan(10, 0x88e7, &tagged));
    let packet = read(&octets);
    assert_eq!(packet.vlan(), Some(10));
    assert_tcp_inside(packet.inner(), Tunnel::ProviderBackboneBridge, Some(0x102));
    cut_everywhere(HeaderProtocol::ETHERNET, &octets);
}

#[test]
fn tunnels_nest() {
    let vxlan = before(&[0x08, 0, 0, 0, 0, 0, 1, 0], &inner_ethernet());
    let gre = before(&[0, 0, 0x08, 0x00], &ipv4(17, &udp(1, 4789, &vxlan)));
    let octets = ethernet(0x0800, &ipv4(47, &gre));
    let outer = read(&octets).inner().unwrap();
    assert_eq!(outer.tunnel, Tunnel::Gre);
    assert_tcp_inside(outer.packet.inner(), Tunnel::Vxlan, Some(1));
    cut_everywhere(HeaderProtocol::ETHERNET, &octets);
}

#[test]
fn names_of_tunnels_differ() {
    let all = [
        Tunnel::Ipv4InIpv4,
        Tunnel::Ipv6InIpv4,
        Tunnel::Ipv4InIpv6,
        Tunnel::Ipv6InIpv6,
        Tunnel::Srv6,
        Tunnel::EtherIp,
        Tunnel::MplsInIp,
        Tunnel::MplsInUdp,
        Tunnel::Gre,
        Tunnel::Erspan,
        Tunnel::Vxlan,
        Tunnel::VxlanGpe,
        Tunnel::Geneve,
        Tunnel::GtpU,
        Tunnel::Teredo,
        Tunnel::MplsPseudowire,
        Tunnel::ProviderBackboneBridge,
    ];
    let mut names: Vec<_> = all.iter().map(|tunnel| tunnel.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len());
}
