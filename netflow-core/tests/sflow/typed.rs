//! The typed views of single structures.

use core::net::IpAddr;

use netflow_core::wire::sflow::Record;

use crate::builder::{
    Xdr, counters_sample, datagram, first_sample, flow_sample, gateway, sampled_header, switch,
};

/// Calls the function with the first record of a datagram that holds only it.
fn with_record<T>(sample: (u32, Xdr), read: impl FnOnce(Record<'_>) -> T) -> T {
    let payload = datagram(&[sample]);
    let sample = first_sample(&payload);
    let record = sample.kind().unwrap().records().next().unwrap().unwrap();
    read(record)
}

fn with_flow<T>(record: (u32, Xdr), read: impl FnOnce(Record<'_>) -> T) -> T {
    with_record(flow_sample(&[record]), read)
}

fn with_counter<T>(record: (u32, Xdr), read: impl FnOnce(Record<'_>) -> T) -> T {
    with_record(counters_sample(&[record]), read)
}

/// Each shorter form of a structure is none; each longer one is read.
fn needs_all_of(record: &(u32, Xdr), read: impl Fn(Record<'_>) -> bool) {
    let (tag, whole) = record;
    for length in 0..whole.0.len() {
        let cut = Xdr(whole.0[..length].to_vec());
        assert!(!with_flow((*tag, cut), &read), "{length} octets");
    }
    assert!(with_flow((*tag, whole.clone()), &read));
    assert!(with_flow((*tag, whole.clone().and(&[1, 2])), &read));
    assert!(
        !with_flow((*tag + 100, whole.clone()), &read),
        "another format"
    );
    assert!(
        !with_counter((*tag, whole.clone()), &read),
        "a counter record"
    );
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_sampled_header_is_cut_to_what_is_there() {
    let (tag, record) = sampled_header(&[1, 2, 3, 4, 5, 6]);
    for (length, there) in [(16, 0), (19, 3), (22, 6), (24, 6)] {
        let cut = Xdr(record.0[..length].to_vec());
        with_flow((tag, cut), |record| {
            let header = record.as_sampled_header().unwrap();
            assert_eq!(
                (header.protocol, header.frame_length, header.stripped),
                (1, 1518, 4)
            );
            assert_eq!(header.header, &[1, 2, 3, 4, 5, 6][..there]);
        });
    }
    let short = Xdr(record.0[..15].to_vec());
    assert!(with_flow((tag, short), |record| record
        .as_sampled_header()
        .is_none()));
}

#[test]
fn sampled_ethernet_skips_the_padding_of_addresses() {
    let record = Xdr::words(&[60])
        .fixed(&[1, 2, 3, 4, 5, 6])
        .fixed(&[7; 6])
        .and(&[0x800]);
    let record = (2, record);
    needs_all_of(&record, |record| {
        // 20 octets are the form without padding.
        record.octets().len() != 20 && record.as_sampled_ethernet().is_some()
    });
    with_flow(record, |record| {
        let ethernet = record.as_sampled_ethernet().unwrap();
        assert_eq!((ethernet.length(), ethernet.ether_type()), (60, 0x800));
        assert_eq!(
            (ethernet.src_mac(), ethernet.dst_mac()),
            ([1, 2, 3, 4, 5, 6], [7; 6])
        );
    });
}

#[test]
fn sampled_ethernet_of_20_octets_has_no_padding() {
    let mut record = Xdr::words(&[60]);
    record
        .0
        .extend([1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7, 7, 0, 0, 8, 0]);
    with_flow((2, record), |record| {
        let ethernet = record.as_sampled_ethernet().unwrap();
        assert_eq!((ethernet.length(), ethernet.ether_type()), (60, 0x800));
        assert_eq!(
            (ethernet.src_mac(), ethernet.dst_mac()),
            ([1, 2, 3, 4, 5, 6], [7; 6])
        );
        let octets = record.members().map(|member| member.octets.to_vec());
        assert_eq!(octets.map(|octets| octets.len()).sum::<usize>(), 20);
        assert_eq!(record.members().count(), 4);
    });
}

#[test]
fn sampled_ipv4_and_ipv6_have_addresses_and_ports() {
    let record = (
        3,
        Xdr::words(&[60, 6, 0xc000_0201, 0xc000_0202, 80, 8080, 18, 4]),
    );
    needs_all_of(&record, |record| record.as_sampled_ipv4().is_some());
    with_flow(record, |record| {
        let packet = record.as_sampled_ipv4().unwrap();
        assert_eq!((packet.length(), packet.protocol()), (60, 6));
        assert_eq!(IpAddr::V4(packet.src_ip()), ip("192.0.2.1"));
        assert_eq!(IpAddr::V4(packet.dst_ip()), ip("192.0.2.2"));
        assert_eq!((packet.src_port(), packet.dst_port()), (80, 8080));
        assert_eq!((packet.tcp_flags(), packet.tos()), (18, 4));
    });
    let record = Xdr::words(&[60, 17, 0x2001_0db8, 0, 0, 1, 0x2001_0db8, 0, 0, 2]);
    let record = (4, record.and(&[53, 5353, 0, 9]));
    needs_all_of(&record, |record| record.as_sampled_ipv6().is_some());
    with_flow(record, |record| {
        let packet = record.as_sampled_ipv6().unwrap();
        assert_eq!((packet.length(), packet.protocol()), (60, 17));
        assert_eq!(IpAddr::V6(packet.src_ip()), ip("2001:db8::1"));
        assert_eq!(IpAddr::V6(packet.dst_ip()), ip("2001:db8::2"));
        assert_eq!((packet.src_port(), packet.dst_port()), (53, 5353));
        assert_eq!((packet.tcp_flags(), packet.priority()), (0, 9));
    });
}

#[test]
fn extended_switch_and_router_are_read() {
    needs_all_of(&switch(), |record| record.as_extended_switch().is_some());
    with_flow(switch(), |record| {
        let switch = record.as_extended_switch().unwrap();
        assert_eq!((switch.src_vlan(), switch.src_priority()), (100, 1));
        assert_eq!((switch.dst_vlan(), switch.dst_priority()), (200, 2));
    });
    for (address, nexthop) in [
        (Xdr::words(&[0]), None),
        (Xdr::words(&[1, 0xc000_0201]), Some("192.0.2.1")),
        (Xdr::words(&[2, 0x2001_0db8, 0, 0, 1]), Some("2001:db8::1")),
    ] {
        let record = (1002, address.and(&[24, 16]));
        needs_all_of(&record, |record| record.as_extended_router().is_some());
        with_flow(record, |record| {
            let router = record.as_extended_router().unwrap();
            assert_eq!(router.nexthop, nexthop.map(ip));
            assert_eq!((router.src_mask_len, router.dst_mask_len), (24, 16));
        });
    }
    let odd = (1002, Xdr::words(&[3, 1, 24, 16]));
    assert!(with_flow(odd, |record| record
        .as_extended_router()
        .is_none()));
}

#[test]
fn extended_gateway_has_the_path_and_the_communities() {
    needs_all_of(&gateway(), |record| record.as_extended_gateway().is_some());
    with_flow(gateway(), |record| {
        let gateway = record.as_extended_gateway().unwrap();
        assert_eq!(gateway.nexthop, Some(ip("192.0.2.9")));
        assert_eq!(gateway.autonomous_system, 64500);
        assert_eq!((gateway.src_as, gateway.src_peer_as), (64501, 64502));
        assert_eq!(gateway.as_path().collect::<Vec<_>>(), [65001, 65002, 65003]);
        let kinds: Vec<u32> = gateway
            .dst_as_path
            .clone()
            .map(|s| s.segment_type)
            .collect();
        assert_eq!(kinds, [2, 1]);
        let communities = gateway.communities.clone();
        assert_eq!(communities.len(), 2);
        assert!(communities.eq([0xfde8_0001, 0xfde8_0002]));
        assert_eq!(gateway.localpref, 100);
    });
}

#[test]
fn an_extended_gateway_of_impossible_counts_is_none() {
    for words in [
        &[u32::MAX][..],
        &[1, 2, u32::MAX],
        &[u32::MAX, 2, 0],
        &[0, u32::MAX],
    ] {
        let record = (1003, Xdr::words(&[0, 1, 2, 3]).and(words).and(&[0; 8]));
        assert!(with_flow(record, |record| record
            .as_extended_gateway()
            .is_none()));
    }
}

#[test]
fn extended_user_mpls_and_nat_are_read() {
    let record = (
        1004,
        Xdr::words(&[106])
            .counted(b"source")
            .and(&[3])
            .counted(b"you!"),
    );
    needs_all_of(&(1004, Xdr::words(&[106, 0, 3, 0])), |record| {
        record.as_extended_user().is_some()
    });
    with_flow(record, |record| {
        let user = record.as_extended_user().unwrap();
        assert_eq!((user.src_charset, user.src_user), (106, &b"source"[..]));
        assert_eq!((user.dst_charset, user.dst_user), (3, &b"you!"[..]));
    });
    let record = (
        1006,
        Xdr::words(&[1, 0xc000_0201, 2, 0x1_0140, 0x2_0140, 1, 0x3_0140]),
    );
    needs_all_of(&record, |record| record.as_extended_mpls().is_some());
    with_flow(record, |record| {
        let mpls = record.as_extended_mpls().unwrap();
        assert_eq!(mpls.nexthop, Some(ip("192.0.2.1")));
        assert_eq!(mpls.in_stack.collect::<Vec<_>>(), [0x1_0140, 0x2_0140]);
        assert_eq!(mpls.out_stack.rev().collect::<Vec<_>>(), [0x3_0140]);
    });
    let record = (1007, Xdr::words(&[1, 0xc000_0201, 0]));
    needs_all_of(&record, |record| record.as_extended_nat().is_some());
    with_flow(record, |record| {
        let nat = record.as_extended_nat().unwrap();
        assert_eq!(
            (nat.src_address, nat.dst_address),
            (Some(ip("192.0.2.1")), None)
        );
    });
    let record = (1020, Xdr::words(&[1000, 2000]));
    needs_all_of(&record, |record| record.as_extended_nat_port().is_some());
    with_flow(record, |record| {
        let ports = record.as_extended_nat_port().unwrap();
        assert_eq!((ports.src_port(), ports.dst_port()), (1000, 2000));
    });
}

#[test]
fn networks_of_tunnels_are_read() {
    with_flow((1029, Xdr::words(&[77])), |record| {
        assert_eq!(record.as_extended_vni_egress().unwrap().vni(), 77);
        assert!(record.as_extended_vni_ingress().is_none());
    });
    with_flow((1030, Xdr::words(&[78])), |record| {
        assert_eq!(record.as_extended_vni_ingress().unwrap().vni(), 78);
        assert!(record.as_extended_vni_egress().is_none());
    });
}

#[test]
fn counters_of_interfaces_are_read() {
    let words: Vec<u32> = (1..=22).collect();
    with_counter((1, Xdr::words(&words)), |record| {
        let counters = record.as_if_counters().unwrap();
        assert_eq!(
            (counters.if_index(), counters.if_speed()),
            (1, (3 << 32) | 4)
        );
        assert_eq!(counters.if_in_octets(), (7 << 32) | 8);
        assert_eq!(counters.if_out_octets(), (15 << 32) | 16);
        assert_eq!(counters.if_promiscuous_mode(), 22);
        assert!(record.as_ethernet_counters().is_none());
    });
    with_counter((2, Xdr::words(&words)), |record| {
        let counters = record.as_ethernet_counters().unwrap();
        assert_eq!(
            (counters.alignment_errors(), counters.symbol_errors()),
            (1, 13)
        );
        assert!(record.as_sampled_ethernet().is_none());
    });
    with_counter((1, Xdr::words(&words[..21])), |record| {
        assert!(record.as_if_counters().is_none());
    });
}
