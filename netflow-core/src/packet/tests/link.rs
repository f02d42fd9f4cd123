use super::{
    DESTINATION_MAC, SOURCE_MAC, Vec, before, cut_everywhere, ethernet, ipv4, ipv6, mpls, read,
    tcp, vlan,
};
use crate::packet::{HeaderProtocol, MplsLabel, Packet, VlanTag};

fn ip_packet() -> Vec<u8> {
    ipv4(6, &tcp(b"payload"))
}

#[test]
fn an_ethernet_frame_has_addresses_and_a_type() {
    let octets = ethernet(0x0806, &[1, 2, 3]);
    let packet = read(&octets);
    assert_eq!(packet.source_mac(), Some(SOURCE_MAC));
    assert_eq!(packet.destination_mac(), Some(DESTINATION_MAC));
    assert_eq!(packet.ether_type(), Some(0x0806));
    assert_eq!(packet.payload(), Some(&[1, 2, 3][..]));
    assert_eq!((packet.ip_version(), packet.network_offset()), (None, None));
    assert_eq!((packet.vlan(), packet.inner()), (None, None));
    cut_everywhere(HeaderProtocol::ETHERNET, &octets);
}

#[test]
fn vlan_tags_are_given_from_the_outermost() {
    let octets = ethernet(
        0x88a8,
        &vlan(
            0xb064,
            0x9200,
            &vlan(
                0x0007,
                0x9100,
                &vlan(0x0008, 0x8100, &vlan(0x0fff, 0x0800, &ip_packet())),
            ),
        ),
    );
    let packet = read(&octets);
    let tag = |vlan_id, priority, drop_eligible, tpid| VlanTag {
        vlan_id,
        priority,
        drop_eligible,
        tpid,
    };
    assert!(packet.vlans().eq([
        tag(100, 5, true, 0x88a8),
        tag(7, 0, false, 0x9200),
        tag(8, 0, false, 0x9100),
        tag(4095, 0, false, 0x8100),
    ]));
    assert_eq!(packet.vlan(), Some(100));
    assert_eq!(packet.ether_type(), Some(0x0800));
    assert_eq!(packet.network_offset(), Some(30));
    assert_eq!(packet.transport_offset(), Some(50));
    assert_eq!(packet.destination_port(), Some(443));
    cut_everywhere(HeaderProtocol::ETHERNET, &octets);
}

#[test]
fn octets_after_an_ether_type_are_read_as_in_a_frame() {
    let tagged = vlan(7, 0x8100, &vlan(8, 0x0800, &ip_packet()));
    let snap = before(&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &ip_packet());
    for (ether_type, octets, network) in [
        (0x0800, ip_packet(), 0),
        (0x88a8, tagged, 8),
        (0x8847, mpls(9, true, &ip_packet()), 4),
        // Linux says 4 for a frame with a header of IEEE 802.2.
        (0x0004, snap, 8),
    ] {
        let packet = Packet::dissect_ether_type(ether_type, &octets);
        assert_eq!(packet.network_offset(), Some(network), "{ether_type:#x}");
        assert_eq!(packet.destination_port(), Some(443), "{ether_type:#x}");
        assert_eq!(packet.payload(), Some(&b"payload"[..]), "{ether_type:#x}");
    }
    assert_eq!(
        Packet::dissect_ether_type(0x8100, &[0, 7, 8]).ether_type(),
        None
    );
}

#[test]
fn a_tag_cut_after_its_number_is_given() {
    let octets = ethernet(0x8100, &[0, 42]);
    assert_eq!(read(&octets).vlan(), Some(42));
    assert_eq!(read(&octets).ether_type(), None);
    assert_eq!(read(&octets[..15]).vlan(), None);
}

#[test]
fn mpls_labels_lead_to_ip_by_its_version() {
    let stack = mpls(
        0xf_ffff,
        false,
        &mpls(16, false, &mpls(3, true, &ip_packet())),
    );
    let octets = ethernet(0x8847, &stack);
    let packet = read(&octets);
    assert_eq!(packet.mpls_offset(), Some(14));
    assert_eq!(packet.octets(), octets);
    let label = |label, bottom| MplsLabel {
        label,
        traffic_class: 5,
        bottom,
        ttl: 61,
    };
    assert!(
        packet
            .mpls_labels()
            .eq([label(0xf_ffff, false), label(16, false), label(3, true)])
    );
    assert_eq!(packet.ether_type(), Some(0x8847));
    assert_eq!(packet.ip_version(), Some(4));
    assert_eq!(packet.network_offset(), Some(26));
    cut_everywhere(HeaderProtocol::ETHERNET, &octets);

    let octets = mpls(2, true, &ipv6(6, &tcp(&[])));
    let packet = Packet::dissect(HeaderProtocol::MPLS, &octets);
    assert_eq!(packet.ip_version(), Some(6));
    assert_eq!(packet.source_mac(), None);
    assert_eq!(packet.destination_port(), Some(443));
    cut_everywhere(HeaderProtocol::MPLS, &octets);
}

#[test]
fn a_label_stack_of_something_else_has_a_payload() {
    let octets = mpls(2, true, &[0x10, 0, 0, 7]);
    let packet = Packet::dissect(HeaderProtocol::MPLS, &octets);
    assert_eq!(packet.payload(), Some(&[0x10, 0, 0, 7][..]));
    assert_eq!(packet.inner(), None);
}

#[test]
fn a_pppoe_session_leads_to_ip() {
    for (protocol, ip, version) in [
        (0x0021_u16, ip_packet(), 4),
        (0x0057, ipv6(6, &tcp(b"payload")), 6),
    ] {
        let frame = before(&protocol.to_be_bytes(), &ip);
        let length = u16::try_from(frame.len()).unwrap().to_be_bytes();
        let header = [0x11, 0, 0x12, 0x34, length[0], length[1]];
        let octets = ethernet(0x8864, &before(&before(&header, &frame), &[0; 9]));
        let packet = read(&octets);
        assert_eq!(packet.ether_type(), Some(0x8864));
        assert_eq!(packet.ip_version(), Some(version));
        assert_eq!(packet.payload(), Some(&b"payload"[..]));
        cut_everywhere(HeaderProtocol::ETHERNET, &octets);
    }
}

#[test]
fn pppoe_that_is_no_session_data_is_not_read() {
    for header in [[0x21, 0, 0, 1, 0, 40], [0x11, 9, 0, 1, 0, 40]] {
        let octets = ethernet(0x8864, &before(&header, &before(&[0, 0x21], &ip_packet())));
        assert_eq!(read(&octets).ip_version(), None);
    }
}

#[test]
fn ppp_is_read_with_and_without_what_may_be_left_out() {
    for header in [
        &[0xff, 0x03, 0x00, 0x21][..],
        &[0xff, 0x03, 0x21],
        &[0x00, 0x21],
        &[0x21],
    ] {
        let octets = before(header, &ip_packet());
        for protocol in [HeaderProtocol::PPP, HeaderProtocol::POS] {
            let packet = Packet::dissect(protocol, &octets);
            assert_eq!(packet.network_offset(), Some(header.len()));
            assert_eq!(packet.destination_port(), Some(443));
            cut_everywhere(protocol, &octets);
        }
    }
    let octets = before(&[0x02, 0x81], &mpls(7, true, &ip_packet()));
    let packet = Packet::dissect(HeaderProtocol::PPP, &octets);
    assert_eq!(packet.mpls_labels().count(), 1);
    assert_eq!(packet.destination_port(), Some(443));
    let octets = [0xc0, 0x21, 1, 2, 3];
    let packet = Packet::dissect(HeaderProtocol::PPP, &octets);
    assert_eq!(packet.payload(), Some(&[1, 2, 3][..]));
}

#[test]
fn a_snap_header_gives_the_ether_type() {
    for oui in [[0, 0, 0], [0, 0, 0xf8]] {
        let snap = before(&[0xaa, 0xaa, 3, oui[0], oui[1], oui[2], 8, 0], &ip_packet());
        let length = u16::try_from(snap.len()).unwrap();
        let octets = ethernet(0x8100, &vlan(9, length, &before(&snap, &[0; 20])));
        let packet = read(&octets);
        assert_eq!(packet.vlan(), Some(9));
        assert_eq!(packet.ether_type(), Some(0x0800));
        assert_eq!(packet.destination_port(), Some(443));
        cut_everywhere(HeaderProtocol::ETHERNET, &octets);
    }
}

#[test]
fn llc_without_an_ether_type_has_none() {
    let spanning_tree = [0x42, 0x42, 3, 0, 0, 0, 0, 0];
    let octets = ethernet(8, &before(&spanning_tree, &[0; 38]));
    let packet = read(&octets);
    assert_eq!(packet.ether_type(), None);
    assert_eq!(packet.payload(), Some(&spanning_tree[..]));

    let vendor = [0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0x00, 1, 2];
    let octets = ethernet(10, &vendor);
    assert_eq!(read(&octets).ether_type(), None);
    assert_eq!(read(&octets).payload(), Some(&[1, 2][..]));
    cut_everywhere(HeaderProtocol::ETHERNET, &octets);
}

#[test]
fn a_length_of_ieee_802_3_past_or_before_the_end_harms_nothing() {
    let snap = before(&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &ip_packet());
    for length in 0..0x600 {
        let octets = ethernet(length, &snap);
        let packet = read(&octets);
        assert_eq!(packet.source_mac(), Some(SOURCE_MAC));
        assert_eq!(packet.ether_type(), (length >= 8).then_some(0x0800));
        assert_eq!(packet.source_address().is_some(), length >= 24);
    }
}

#[test]
fn addresses_of_ieee_802_11_depend_on_the_distribution_system() {
    let address = |last| [2, 0, 0, 0, 0, last];
    let mut header = Vec::from([0x08, 0, 0, 0]);
    for last in 1..=3 {
        header.extend(address(last));
    }
    header.extend([0x10, 0]);
    let body = before(&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &ip_packet());
    for (flags, destination, source) in [(0, 1, 2), (1, 3, 2), (2, 1, 3), (3, 3, 4)] {
        for (control, qos) in [(0x08, &[][..]), (0x88, &[0, 0][..])] {
            header[0] = control;
            header[1] = flags;
            let fourth = if flags == 3 { &address(4)[..] } else { &[] };
            let octets = [&header, fourth, qos, &body].concat();
            let packet = Packet::dissect(HeaderProtocol::IEEE80211_MAC, &octets);
            assert_eq!(packet.destination_mac(), Some(address(destination)));
            assert_eq!(packet.source_mac(), Some(address(source)));
            assert_eq!(packet.ether_type(), Some(0x0800));
            assert_eq!(packet.destination_port(), Some(443));
            cut_everywhere(HeaderProtocol::IEEE80211_MAC, &octets);
        }
    }
}

#[test]
fn a_body_of_ieee_802_11_that_cannot_be_read_is_left() {
    let mut octets = [0_u8; 64];
    octets[26..34].copy_from_slice(&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0]);
    // Encrypted, later fragment, aggregate, without data; and a beacon, which has no addresses.
    for (place, value, has_addresses) in [
        (1, 0x40, true),
        (22, 0x01, true),
        (24, 0x80, true),
        (0, 0xc8, true),
        (0, 0x80, false),
    ] {
        let mut octets = octets;
        octets[0] = 0x88;
        octets[place] = value;
        let packet = Packet::dissect(HeaderProtocol::IEEE80211_MAC, &octets);
        assert_eq!(packet.ether_type(), None);
        assert_eq!(packet.source_mac().is_some(), has_addresses);
    }
}

#[test]
fn a_subframe_of_an_aggregate_is_read_as_ieee_802_3() {
    let snap = before(&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &ip_packet());
    let octets = ethernet(u16::try_from(snap.len()).unwrap(), &snap);
    let packet = Packet::dissect(HeaderProtocol::IEEE80211_AMSDU_SUBFRAME, &octets);
    assert_eq!(packet.destination_port(), Some(443));
}
