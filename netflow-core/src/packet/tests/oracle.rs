//! The same packets read by `etherparse`. Where both understand a packet they must agree.

use core::net::IpAddr;

use etherparse::{
    EtherType, IpFragOffset, IpHeaders, IpNumber, Ipv4Extensions, Ipv4Header, Ipv4Options,
    Ipv6Extensions, Ipv6FlowLabel, Ipv6FragmentHeader, Ipv6Header, Ipv6RawExtHeader,
    LaxLinkExtSlice, LaxNetSlice, LaxSlicedPacket, LinkSlice, PacketBuilder, TransportSlice,
    VlanId, ip_number,
};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

use super::{Vec, cut_everywhere, read};
use crate::packet::{HeaderProtocol, Packet};

fn assert_same(octets: &[u8]) {
    let packet = read(octets);
    let Ok(oracle) = LaxSlicedPacket::from_ethernet(octets) else {
        return;
    };
    let Some(LinkSlice::Ethernet2(link)) = &oracle.link else {
        panic!("an Ethernet frame was asked for");
    };
    assert_eq!(packet.source_mac(), Some(link.source()));
    assert_eq!(packet.destination_mac(), Some(link.destination()));

    let tags: Vec<_> = packet
        .vlans()
        .map(|tag| (tag.vlan_id, tag.priority, tag.drop_eligible))
        .collect();
    let mut last_type = link.ether_type();
    let mut expected = Vec::new();
    for extension in &oracle.link_exts {
        // MACsec is not read here.
        let LaxLinkExtSlice::Vlan(tag) = extension else {
            return;
        };
        expected.push((
            tag.vlan_identifier().value(),
            tag.priority_code_point().value(),
            tag.drop_eligible_indicator(),
        ));
        last_type = tag.ether_type();
    }
    assert!(tags.starts_with(&expected));
    if tags.len() > expected.len() {
        // The oracle stops after three tags, and at a tag that is cut.
        return;
    }
    if last_type.0 >= 0x600 && !is_tag(last_type) {
        assert_eq!(packet.ether_type(), Some(last_type.0));
    }
    match &oracle.net {
        Some(LaxNetSlice::Ipv4(ip)) => assert_same_ipv4(&packet, ip),
        Some(LaxNetSlice::Ipv6(ip)) => assert_same_ipv6(&packet, ip),
        _ => {}
    }
    if let Some(transport) = &oracle.transport {
        assert_same_transport(&packet, transport);
    }
}

fn is_tag(ether_type: EtherType) -> bool {
    matches!(
        ether_type,
        EtherType::VLAN_TAGGED_FRAME
            | EtherType::PROVIDER_BRIDGING
            | EtherType::VLAN_DOUBLE_TAGGED_FRAME
    )
}

fn assert_same_ipv4(packet: &Packet<'_>, oracle: &etherparse::LaxIpv4Slice<'_>) {
    let header = oracle.header();
    assert_eq!(packet.ip_version(), Some(4));
    assert_eq!(
        packet.source_address(),
        Some(IpAddr::V4(header.source_addr()))
    );
    assert_eq!(
        packet.destination_address(),
        Some(IpAddr::V4(header.destination_addr()))
    );
    assert_eq!(packet.ttl(), Some(header.ttl()));
    assert_eq!(
        packet.tos(),
        Some(header.dcp().value() << 2 | header.ecn().value())
    );
    assert_eq!(
        packet.ip_total_length().unwrap_or(0),
        u32::from(header.total_len())
    );
    assert_eq!(
        packet.fragment_id(),
        Some(u32::from(header.identification()))
    );
    assert_eq!(
        packet.fragment_offset(),
        Some(header.fragments_offset().value())
    );
    assert_eq!(packet.more_fragments(), Some(header.more_fragments()));
    assert_eq!(packet.is_fragment(), Some(oracle.payload().fragmented));
    if oracle.payload().ip_number != ip_number::AUTH && header.protocol() != ip_number::AUTH {
        assert_eq!(packet.protocol(), Some(oracle.payload().ip_number.0));
    }
    if !oracle.payload().fragmented && packet.protocol() == Some(89) {
        assert_eq!(packet.payload(), Some(oracle.payload().payload));
    }
}

fn assert_same_ipv6(packet: &Packet<'_>, oracle: &etherparse::LaxIpv6Slice<'_>) {
    let header = oracle.header();
    assert_eq!(packet.ip_version(), Some(6));
    assert_eq!(
        packet.source_address(),
        Some(IpAddr::V6(header.source_addr()))
    );
    assert_eq!(
        packet.destination_address(),
        Some(IpAddr::V6(header.destination_addr()))
    );
    assert_eq!(packet.ttl(), Some(header.hop_limit()));
    assert_eq!(packet.tos(), Some(header.traffic_class()));
    assert_eq!(packet.ipv6_flow_label(), Some(header.flow_label().value()));
    if header.payload_length() != 0 {
        let length = u32::from(header.payload_length()) + 40;
        assert_eq!(packet.ip_total_length(), Some(length));
    }
    // The oracle continues after the header of a later fragment, and stops at a second hop-by-hop
    // header.
    let extensions = [0, 43, 44, 51, 60];
    let protocol = oracle.payload().ip_number.0;
    if !extensions.contains(&protocol) && packet.fragment_offset().unwrap_or(0) == 0 {
        assert_eq!(packet.protocol(), Some(protocol));
        assert_eq!(packet.is_fragment(), Some(oracle.payload().fragmented));
        if protocol == 89 {
            assert_eq!(packet.payload(), Some(oracle.payload().payload));
        }
    }
}

fn assert_same_transport(packet: &Packet<'_>, oracle: &TransportSlice<'_>) {
    match oracle {
        TransportSlice::Tcp(tcp) => {
            assert_eq!(packet.source_port(), Some(tcp.source_port()));
            assert_eq!(packet.destination_port(), Some(tcp.destination_port()));
            assert_eq!(packet.tcp_sequence(), Some(tcp.sequence_number()));
            assert_eq!(
                packet.tcp_acknowledgment(),
                Some(tcp.acknowledgment_number())
            );
            assert_eq!(packet.tcp_window(), Some(tcp.window_size()));
            let flags = [
                tcp.fin(),
                tcp.syn(),
                tcp.rst(),
                tcp.psh(),
                tcp.ack(),
                tcp.urg(),
                tcp.ece(),
                tcp.cwr(),
                tcp.ns(),
            ];
            let flags = flags
                .iter()
                .rev()
                .fold(0, |all, set| all << 1 | u16::from(*set));
            assert_eq!(packet.tcp_flags().map(|all| all & 0x01ff), Some(flags));
            assert_eq!(packet.payload(), Some(tcp.payload()));
        }
        TransportSlice::Udp(udp) => {
            assert_eq!(packet.source_port(), Some(udp.source_port()));
            assert_eq!(packet.destination_port(), Some(udp.destination_port()));
            assert_eq!(packet.payload(), Some(udp.payload()));
        }
        TransportSlice::Icmpv4(icmp) => {
            assert_eq!(packet.icmp_type(), Some(icmp.type_u8()));
            assert_eq!(packet.icmp_code(), Some(icmp.code_u8()));
        }
        TransportSlice::Icmpv6(icmp) => {
            assert_eq!(packet.icmp_type(), Some(icmp.type_u8()));
            assert_eq!(packet.icmp_code(), Some(icmp.code_u8()));
        }
        TransportSlice::Igmp(igmp) => assert_eq!(packet.igmp_type(), Some(igmp.type_u8())),
    }
}

#[derive(Debug, Clone)]
enum Upper {
    Udp(u16, u16),
    Tcp(u16, u16, u32, u16),
    Icmp(u8, u8),
    Other(u8),
}

fn upper() -> impl Strategy<Value = Upper> {
    prop_oneof![
        (any::<u16>(), any::<u16>()).prop_map(|(a, b)| Upper::Udp(a, b)),
        (any::<u16>(), any::<u16>(), any::<u32>(), any::<u16>())
            .prop_map(|(a, b, c, d)| Upper::Tcp(a, b, c, d)),
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Upper::Icmp(a, b)),
        prop_oneof![Just(89), Just(2), Just(50), Just(253)].prop_map(Upper::Other),
    ]
}

fn ipv4_headers() -> impl Strategy<Value = IpHeaders> {
    let fragment = prop_oneof![4 => Just(0), 1 => 0_u16..0x2000];
    let options = prop_oneof![3 => Just(0), 1 => 1_usize..=10];
    (
        any::<[u8; 4]>(),
        any::<[u8; 4]>(),
        any::<u16>(),
        any::<u8>(),
        fragment,
        options,
    )
        .prop_map(
            |(source, destination, identification, time_to_live, offset, words)| {
                let header = Ipv4Header {
                    source,
                    destination,
                    identification,
                    time_to_live,
                    more_fragments: offset & 1 != 0,
                    fragment_offset: IpFragOffset::try_new(offset).unwrap(),
                    options: Ipv4Options::try_from(&[1; 40][..words * 4]).unwrap(),
                    ..Ipv4Header::default()
                };
                IpHeaders::Ipv4(header, Ipv4Extensions::default())
            },
        )
}

fn ipv6_headers() -> impl Strategy<Value = IpHeaders> {
    let raw = prop::option::weighted(0.3, 0_usize..4).prop_map(|words| {
        words.map(|words| {
            let payload = [0; 40];
            Ipv6RawExtHeader::new_raw(IpNumber(0), &payload[..6 + 8 * words]).unwrap()
        })
    });
    let fragment = prop::option::weighted(0.3, (0_u16..3, any::<bool>(), any::<u32>()));
    let addresses = (any::<[u8; 16]>(), any::<[u8; 16]>());
    (
        addresses,
        0_u32..0x10_0000,
        any::<u8>(),
        any::<u8>(),
        raw.clone(),
        raw,
        fragment,
    )
        .prop_map(
            |((source, destination), label, traffic_class, hop_limit, hop, options, fragment)| {
                let header = Ipv6Header {
                    traffic_class,
                    flow_label: Ipv6FlowLabel::try_new(label).unwrap(),
                    hop_limit,
                    source,
                    destination,
                    ..Ipv6Header::default()
                };
                let extensions = Ipv6Extensions {
                    hop_by_hop_options: hop,
                    destination_options: options,
                    fragment: fragment.map(|(offset, more, identification)| {
                        let offset = IpFragOffset::try_new(offset).unwrap();
                        Ipv6FragmentHeader::new(IpNumber(0), offset, more, identification)
                    }),
                    ..Ipv6Extensions::default()
                };
                IpHeaders::Ipv6(header, extensions)
            },
        )
}

fn build(tags: &[u16], ip: IpHeaders, upper: &Upper, payload: &[u8]) -> Vec<u8> {
    let id = |tag: &u16| VlanId::try_new(*tag).unwrap();
    let is_ipv6 = matches!(ip, IpHeaders::Ipv6(..));
    let link = PacketBuilder::ethernet2([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]);
    let builder = match tags {
        [] => link.ip(ip),
        [tag] => link.single_vlan(id(tag)).ip(ip),
        [outer, inner, ..] => link.double_vlan(id(outer), id(inner)).ip(ip),
    };
    let mut octets = Vec::new();
    match *upper {
        Upper::Udp(source, destination) => {
            builder.udp(source, destination).write(&mut octets, payload)
        }
        Upper::Tcp(source, destination, sequence, window) => builder
            .tcp(source, destination, sequence, window)
            .syn()
            .ack(9)
            .write(&mut octets, payload),
        Upper::Icmp(kind, code) if is_ipv6 => builder
            .icmpv6_raw(kind, code, [1, 2, 3, 4])
            .write(&mut octets, payload),
        Upper::Icmp(kind, code) => builder
            .icmpv4_raw(kind, code, [1, 2, 3, 4])
            .write(&mut octets, payload),
        Upper::Other(number) => builder.write(&mut octets, IpNumber(number), payload),
    }
    .unwrap();
    octets
}

fn packets() -> impl Strategy<Value = Vec<u8>> {
    (
        prop::collection::vec(0_u16..4096, 0..3),
        prop_oneof![ipv4_headers(), ipv6_headers()],
        upper(),
        prop::collection::vec(any::<u8>(), 0..40),
    )
        .prop_map(|(tags, ip, upper, payload)| build(&tags, ip, &upper, &payload))
}

proptest! {
    #[test]
    fn a_packet_is_read_as_etherparse_reads_it(octets in packets()) {
        assert_same(&octets);
        cut_everywhere(HeaderProtocol::ETHERNET, &octets);
    }

    #[test]
    fn a_cut_packet_is_read_as_etherparse_reads_it(octets in packets()) {
        for len in 0..octets.len() {
            assert_same(&octets[..len]);
        }
    }

    #[test]
    fn a_damaged_packet_is_read_as_etherparse_reads_it(
        mut octets in packets(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        padding in 0_usize..20,
    ) {
        octets.resize(octets.len() + padding, 0);
        for (place, value) in damage {
            let place = place.index(octets.len());
            octets[place] = value;
        }
        assert_same(&octets);
        cut_everywhere(HeaderProtocol::ETHERNET, &octets);
    }
}
