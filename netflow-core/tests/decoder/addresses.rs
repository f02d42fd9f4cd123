//! Addresses in templates with room for both versions.

use core::net::IpAddr;

use netflow_core::field::FlowField;
use netflow_core::{Flow, FlowColumn};

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

/// Calls `check` with the flow of the only record of v9 and IPFIX messages of these fields.
fn flow_of(fields: &[(u16, u16)], record: &[u8], check: impl Fn(&Flow<'_>)) {
    for message in [Message::v9(0), Message::ipfix(0)] {
        let payload = message.template(256, fields).set(256, record).octets();
        let mut decoder = decoder();
        let decoded = decoder.decode(datagram(&payload)).unwrap();
        check(&decoded.flows().next().unwrap());
    }
}

type Accessor = fn(&Flow<'_>) -> Option<IpAddr>;

#[test]
fn an_address_of_zeros_never_stands_for_one_of_the_other_version() {
    let zeros = [0; 16];
    // The IP version (60), and an address of each version.
    let pairs: [([u16; 2], Accessor); 6] = [
        ([8, 27], |flow| flow.source_address()),
        ([12, 28], |flow| flow.destination_address()),
        ([15, 62], |flow| flow.next_hop()),
        ([18, 63], |flow| flow.bgp_next_hop()),
        ([225, 281], |flow| flow.post_nat_source_address()),
        ([226, 282], |flow| flow.post_nat_destination_address()),
    ];
    for ([v4, v6], of) in pairs {
        let fields = [(60, 1), (v4, 4), (v6, 16)];
        for version in [4, 6] {
            let check = |v4: &[u8], v6: &[u8], expected: IpAddr| {
                let record = [&[version], v4, v6].concat();
                flow_of(&fields, &record, |flow| {
                    assert_eq!(of(flow), Some(expected));
                });
            };
            check(&V4, &zeros, V4.into());
            check(&zeros[..4], &V6, V6.into());
            let both = if version == 4 { V4.into() } else { V6.into() };
            check(&V4, &V6, both);
        }
    }
    // Where neither is set, the version says which zeros were meant.
    let fields = [(60, 1), (8, 4), (27, 16)];
    for (version, expected) in [(4, IpAddr::from([0; 4])), (6, IpAddr::from([0; 16]))] {
        let record = [&[version], &zeros[..4], &zeros[..]].concat();
        flow_of(&fields, &record, |flow| {
            assert_eq!(flow.source_address(), Some(expected));
        });
    }
}

#[test]
fn address_and_port_of_zero_after_translation_are_none() {
    let fields = [(225, 4), (226, 4), (227, 2), (228, 2)];
    let all = |flow: &Flow<'_>| {
        (
            flow.post_nat_source_address(),
            flow.post_nat_destination_address(),
            flow.post_nat_source_port(),
            flow.post_nat_destination_port(),
        )
    };
    let (v4, none) = (Some(IpAddr::from(V4)), Some(IpAddr::from([0; 4])));
    for (source, port, expected) in [
        (&[0; 4], 0_u8, (None, None, None, None)),
        // ICMP has no ports, and a static translation keeps them.
        (&V4, 0, (v4, None, Some(0), None)),
        (&V4, 9, (v4, None, Some(9), None)),
        (&[0; 4], 9, (none, None, Some(9), None)),
    ] {
        let record = [&source[..], &[0; 4], &[0, port], &[0; 2]].concat();
        flow_of(&fields, &record, |flow| assert_eq!(all(flow), expected));
    }
    // A port alone is as it was sent.
    flow_of(&[(227, 2)], &[0, 0], |flow| {
        assert_eq!(flow.post_nat_source_port(), Some(0));
    });
    // Columns leave it to the flows.
    let message = Message::v9(0).template(256, &fields).set(256, &[0; 12]);
    let payload = message.octets();
    let mut decoder = decoder();
    let decoded = decoder.decode(datagram(&payload)).unwrap();
    let set = decoded.sets().last().unwrap();
    for field in [
        FlowField::PostNatSourceAddress,
        FlowField::PostNatSourcePort,
    ] {
        assert!(matches!(set.column(field), FlowColumn::Each));
    }
}

#[test]
fn type_and_code_of_icmp_are_those_of_the_protocol() {
    // RFC 4443, section 4.2: an echo reply of ICMPv6 is 129; RFC 792: an echo is 8.
    let separate: [(u16, u16); 5] = [(4, 1), (176, 1), (177, 1), (178, 1), (179, 1)];
    let together: [(u16, u16); 3] = [(4, 1), (32, 2), (139, 2)];
    for (fields, record, expected) in [
        (&separate[..], &[58, 0, 0, 129, 3][..], [129, 3]),
        (&separate[..], &[1, 8, 4, 0, 0][..], [8, 4]),
        (&together[..], &[58, 0, 0, 129, 3][..], [129, 3]),
        (&together[..], &[1, 8, 4, 0, 0][..], [8, 4]),
        // With room for one only, that is it.
        (
            &[(4, 1), (178, 1), (179, 1)][..],
            &[58, 129, 3][..],
            [129, 3],
        ),
        (&[(4, 1), (32, 2)][..], &[58, 129, 3][..], [129, 3]),
        (&[(178, 1), (179, 1)][..], &[129, 3][..], [129, 3]),
    ] {
        let message = Message::ipfix(0).template(256, fields).set(256, record);
        let payload = message.octets();
        let mut decoder = decoder();
        let message = decoder.decode(datagram(&payload)).unwrap();
        let flow = message.flows().next().unwrap();
        assert_eq!([flow.icmp_type(), flow.icmp_code()], expected.map(Some));
        let set = message.sets().last().unwrap();
        for field in [FlowField::IcmpType, FlowField::IcmpCode] {
            assert!(matches!(set.column(field), FlowColumn::Each));
        }
    }
}

#[test]
fn type_and_code_of_icmp_need_no_protocol_but_no_other_either() {
    let separate = [(176, 1), (177, 1)];
    let separate_v6 = [(178, 1), (179, 1)];
    let both = [&separate[..], &separate_v6].concat();
    let with = |fields: &[(u16, u16)], more: &[(u16, u16)]| [fields, more].concat();
    for (fields, record, expected) in [
        // No protocol.
        (with(&[], &[(32, 2)]), &[3, 1][..], Some([3, 1])),
        (with(&[], &[(139, 2)]), &[129, 0], Some([129, 0])),
        (with(&[], &separate), &[3, 1], Some([3, 1])),
        (with(&[], &separate_v6), &[129, 0], Some([129, 0])),
        // The version of IP (60) decides between the two.
        (with(&[(60, 1)], &both), &[4, 8, 0, 0, 0], Some([8, 0])),
        (with(&[(60, 1)], &both), &[6, 0, 0, 128, 0], Some([128, 0])),
        // A source port: neither ICMP nor ICMPv6.
        (with(&[(7, 2)], &[(32, 2)]), &[1, 187, 0, 0], None),
        (with(&[(7, 2)], &[(32, 2)]), &[0, 0, 8, 0], Some([8, 0])),
        // Other protocols.
        (with(&[(4, 1)], &[(32, 2)]), &[6, 0, 0], None),
        (with(&[(4, 1)], &[(139, 2)]), &[17, 0, 0], None),
        (with(&[(4, 1)], &separate), &[6, 0, 0], None),
        (with(&[(4, 1)], &separate_v6), &[132, 0, 0], None),
        // Destination ports of other protocols, and of none.
        (with(&[(4, 1)], &[(11, 2)]), &[6, 8, 0], None),
        (with(&[], &[(11, 2)]), &[8, 0], None),
        // A hop-by-hop header, as before reports of multicast listeners (RFC 3810).
        (with(&[(4, 1)], &separate_v6), &[0, 143, 0], Some([143, 0])),
    ] {
        flow_of(&fields, record, |flow| {
            let expected = expected.map_or([None; 2], |both| both.map(Some));
            assert_eq!([flow.icmp_type(), flow.icmp_code()], expected, "{fields:?}");
        });
    }
}

#[test]
fn ports_of_udp_and_tcp_in_one_template_are_those_of_the_protocol() {
    let tcp = [40_000, 443];
    let udp = [5_353, 53];
    let with = |fields: &[(u16, u16)], protocol: u8, trailing: usize| {
        let ports = [tcp, udp].concat();
        let mut record: Vec<u8> = ports
            .iter()
            .flat_map(|port: &u16| port.to_be_bytes())
            .collect();
        record.push(protocol);
        record.resize(record.len() + trailing, 0);
        let message = Message::ipfix(0).template(256, fields).set(256, &record);
        let payload = message.octets();
        let mut decoder = decoder();
        let message = decoder.decode(datagram(&payload)).unwrap();
        let set = message.sets().last().unwrap();
        assert!(matches!(
            set.column(FlowField::SourcePort),
            FlowColumn::Each
        ));
        let flow = message.flows().next().unwrap();
        [flow.source_port(), flow.destination_port()]
    };
    let fields = [(182, 2), (183, 2), (180, 2), (181, 2), (4, 1)];
    // At the end of a set, and with more octets after it, which an eight-octet load
    // includes.
    let padded = [&fields[..], &[(210, 9)]].concat();
    for (protocol, ports) in [(6, tcp), (17, udp), (132, tcp)] {
        assert_eq!(with(&fields, protocol, 0), ports.map(Some));
        assert_eq!(with(&padded, protocol, 9), ports.map(Some));
    }
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

/// What a flow of a record with these fields says of the inner packet.
#[derive(Debug, PartialEq)]
struct Inner {
    addresses: [Option<IpAddr>; 2],
    ports: [Option<u16>; 2],
    protocol: Option<u8>,
    tunnel: Option<&'static str>,
}

fn inner(message: &Message) -> Inner {
    let payload = message.octets();
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    let flow = message.flows().next().unwrap();
    Inner {
        addresses: [
            flow.inner_source_address(),
            flow.inner_destination_address(),
        ],
        ports: [flow.inner_source_port(), flow.inner_destination_port()],
        protocol: flow.inner_protocol(),
        tunnel: flow.tunnel_type(),
    }
}

#[test]
fn of_elements_that_are_repeated_the_second_are_of_the_inner_header() {
    let fields = [
        (8, 4),
        (8, 4),
        (12, 4),
        (12, 4),
        (4, 1),
        (4, 1),
        (7, 2),
        (7, 2),
        (11, 2),
        (11, 2),
        (8, 4),
    ];
    let record: [&[u8]; 11] = [
        &[192, 0, 2, 1],
        &[10, 0, 0, 1],
        &[192, 0, 2, 2],
        &[10, 0, 0, 2],
        &[4],
        &[6],
        &[0, 0],
        &[0x30, 0x39],
        &[0, 0],
        &[1, 0xbb],
        &[10, 9, 9, 9],
    ];
    let message = Message::ipfix(0)
        .template(256, &fields)
        .set(256, &record.concat());
    let expected = Inner {
        addresses: [Some([10, 0, 0, 1].into()), Some([10, 0, 0, 2].into())],
        ports: [Some(12_345), Some(443)],
        protocol: Some(6),
        tunnel: Some("ipv4_in_ipv4"),
    };
    assert_eq!(inner(&message), expected);
}

#[test]
fn of_addresses_of_both_versions_one_may_be_inside() {
    let fields = [(27, 16), (28, 16), (4, 1), (8, 4), (12, 4), (4, 1)];
    for (protocols, addresses, tunnel) in [
        (
            [4, 17],
            [Some(V4.into()), Some(V4.into())],
            Some("ipv4_in_ipv6"),
        ),
        (
            [41, 17],
            [Some(V6.into()), Some(V6.into())],
            Some("ipv6_in_ipv4"),
        ),
        ([6, 17], [None; 2], None),
    ] {
        let [outer, inside] = protocols;
        let record: [&[u8]; 6] = [&V6, &V6, &[outer], &V4, &V4, &[inside]];
        let message = Message::ipfix(0)
            .template(256, &fields)
            .set(256, &record.concat());
        let expected = Inner {
            addresses,
            ports: [None; 2],
            protocol: Some(17),
            tunnel,
        };
        assert_eq!(inner(&message), expected);
    }
}

/// Addresses that have the length of the other version are not inside themselves.
#[test]
fn an_address_of_the_wrong_length_is_not_inside_itself() {
    for (fields, address, protocol) in [
        ([(27, 4), (28, 4), (4, 1)], V4.as_slice(), 41),
        ([(8, 16), (12, 16), (4, 1)], &V6, 4),
    ] {
        let record: [&[u8]; 3] = [address, address, &[protocol]];
        let message = Message::ipfix(0)
            .template(256, &fields)
            .set(256, &record.concat());
        let expected = Inner {
            addresses: [None; 2],
            ports: [None; 2],
            protocol: None,
            tunnel: None,
        };
        assert_eq!(inner(&message), expected);
    }
}

#[test]
fn vmware_reports_the_inner_packet_in_elements_of_its_own() {
    const PEN: u32 = 6876;
    let mut template = vec![1, 0, 0, 5];
    for (element, length) in [(881_u16, 4_u16), (882, 4), (880, 1), (886, 2), (887, 2)] {
        template.extend((0x8000 | element).to_be_bytes());
        template.extend(length.to_be_bytes());
        template.extend(PEN.to_be_bytes());
    }
    let record = [10, 0, 0, 1, 10, 0, 0, 2, 17, 0, 53, 0x30, 0x39];
    let message = Message::ipfix(0).set(2, &template).set(256, &record);
    let expected = Inner {
        addresses: [Some([10, 0, 0, 1].into()), Some([10, 0, 0, 2].into())],
        ports: [Some(53), Some(12_345)],
        protocol: Some(17),
        tunnel: None,
    };
    assert_eq!(inner(&message), expected);
}
