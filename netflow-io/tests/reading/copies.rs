//! Datagrams that were captured on several paths.

use netflow_io::CopyKind;

use crate::craft::{
    ETHERNET, Order, Pcap, Pcapng, RAW, SECONDS, datagram, datagram_between, ethernet, limited,
    netflow5,
};
use crate::tunnels::{erspan, frame, gre};

#[test]
fn a_datagram_seen_outside_and_inside_is_read_once() {
    let export = |count: u8| datagram(2055, &netflow5(count));
    let mirrored = |session: u8, count: u8| erspan(session, &frame(&export(count)));
    for (packets, frames) in [
        (vec![export(1), mirrored(1, 1)], vec![1]),
        (vec![mirrored(1, 1), export(1)], vec![1]),
        // Two sessions mirror the same.
        (vec![mirrored(1, 1), mirrored(2, 1)], vec![1]),
        (vec![mirrored(1, 1), export(1), mirrored(2, 1)], vec![1]),
        // A repeated datagram is read again.
        (vec![export(1), export(1)], vec![1, 2]),
        (vec![mirrored(1, 1), mirrored(1, 1)], vec![1, 2]),
        (
            vec![export(1), mirrored(1, 1), export(1), mirrored(1, 1)],
            vec![1, 3],
        ),
        (
            vec![export(1), export(1), mirrored(1, 1), mirrored(1, 1)],
            vec![1, 2],
        ),
        // They differ after the octets that are compared first.
        (vec![export(1), mirrored(1, 2)], vec![1, 2]),
    ] {
        let read = Pcap::new(RAW).packets(&packets).read();
        assert_eq!(read.frames(), frames);
        let copies = packets.len() - frames.len();
        assert_eq!(read.summary.mirrored, u64::try_from(copies).unwrap());
    }
}

#[test]
fn a_datagram_seen_with_and_without_mpls_labels_is_read_once() {
    let plain = |count: u8| frame(&datagram(2055, &netflow5(count)));
    let labelled = |labels: &[u8], count: u8| {
        let last = labels.len() - 1;
        let stack = labels
            .iter()
            .enumerate()
            .flat_map(|(index, label)| [0, *label, u8::from(index == last), 64]);
        let export = datagram(2055, &netflow5(count));
        ethernet(0x8847, &[&stack.collect::<Vec<u8>>()[..], &export].concat())
    };
    for (packets, frames) in [
        (vec![plain(1), labelled(&[1], 1)], vec![1]),
        (vec![labelled(&[1], 1), plain(1)], vec![1]),
        // On both sides of a router that replaces a label, or adds one.
        (vec![labelled(&[1], 1), labelled(&[2], 1)], vec![1]),
        (vec![labelled(&[1], 1), labelled(&[2, 1], 1)], vec![1]),
        // A repeated datagram is read again.
        (vec![labelled(&[1, 2], 1), labelled(&[1, 2], 1)], vec![1, 2]),
        (vec![labelled(&[1], 1), labelled(&[1], 2)], vec![1, 2]),
    ] {
        let read = Pcap::new(ETHERNET).packets(&packets).read();
        assert_eq!(read.frames(), frames);
        let copies = packets.len() - frames.len();
        assert_eq!(read.summary.mirrored, u64::try_from(copies).unwrap());
        // Labels are not a tunnel.
        assert_eq!(read.summary.tunnels.total(), 0);
    }
    // Inside a tunnel and after labels.
    let export = datagram(2055, &netflow5(1));
    let packets = [frame(&gre(0x0800, &export)), labelled(&[1], 1), plain(1)];
    let read = Pcap::new(ETHERNET).packets(&packets).read();
    assert_eq!(read.frames(), [1]);
}

/// A frame that carries this datagram after a VLAN tag.
fn tagged(vlan: u8, packet: &[u8]) -> Vec<u8> {
    let tag = [0, vlan, 8, 0];
    ethernet(0x8100, &[&tag[..], packet].concat())
}

/// A frame that carries this datagram in a PPPoE session.
fn pppoe(session: u8, packet: &[u8]) -> Vec<u8> {
    let length = u8::try_from(packet.len() + 2).unwrap();
    let head = [0x11, 0, 0, session, 0, length, 0, 0x21];
    ethernet(0x8864, &[&head[..], packet].concat())
}

/// The datagram after this number of routers.
fn routed(hops: u8, mut packet: Vec<u8>) -> Vec<u8> {
    packet[8] -= hops;
    packet
}

#[test]
fn a_datagram_seen_on_several_paths_is_read_once_and_each_kind_is_counted() {
    let export = |count: u8| datagram(2055, &netflow5(count));
    let plain = |count: u8| frame(&export(count));
    let hop = |hops: u8| frame(&routed(hops, export(1)));
    for (packets, frames, kind) in [
        // The two sides of a mirrored trunk.
        (
            vec![tagged(1, &export(1)), tagged(2, &export(1))],
            vec![1],
            CopyKind::VlanTags,
        ),
        (
            vec![plain(1), tagged(2, &export(1))],
            vec![1],
            CopyKind::VlanTags,
        ),
        (
            vec![pppoe(7, &export(1)), plain(1)],
            vec![1],
            CopyKind::PppoeSession,
        ),
        (
            vec![pppoe(7, &export(1)), pppoe(8, &export(1))],
            vec![1],
            CopyKind::PppoeSession,
        ),
        // Before a router, after it, and after the next.
        (vec![hop(0), hop(1), hop(2)], vec![1], CopyKind::HopLimit),
        (vec![hop(1), hop(0)], vec![1], CopyKind::HopLimit),
        // A router that puts it into another VLAN: the tag comes first.
        (
            vec![tagged(1, &export(1)), tagged(2, &routed(1, export(1)))],
            vec![1],
            CopyKind::VlanTags,
        ),
        // Sent twice, and captured before and after a router each time.
        (
            vec![hop(0), hop(1), hop(0), hop(1)],
            vec![1, 3],
            CopyKind::HopLimit,
        ),
        (
            vec![hop(0), hop(0), hop(1), hop(1)],
            vec![1, 2],
            CopyKind::HopLimit,
        ),
        // Sent twice on one path, so that the decoder sees it.
        (
            vec![tagged(1, &export(1)), tagged(1, &export(1))],
            vec![1, 2],
            CopyKind::VlanTags,
        ),
        (
            vec![pppoe(7, &export(1)), pppoe(7, &export(1))],
            vec![1, 2],
            CopyKind::PppoeSession,
        ),
        // Another datagram on another path.
        (
            vec![tagged(1, &export(1)), tagged(2, &export(2))],
            vec![1, 2],
            CopyKind::VlanTags,
        ),
    ] {
        let read = Pcap::new(ETHERNET).packets(&packets).read();
        assert_eq!(read.frames(), frames);
        let copies = u64::try_from(packets.len() - frames.len()).unwrap();
        let counts: Vec<_> = read.summary.copies.iter().collect();
        let expected = if copies == 0 {
            vec![]
        } else {
            vec![(kind, copies)]
        };
        assert_eq!(counts, expected);
        assert_eq!(read.summary.mirrored, copies);
    }
}

#[test]
fn a_datagram_captured_on_several_interfaces_of_linux_is_read_once() {
    const COOKED_2: u32 = 276;
    let cooked = |interface: u8| {
        let head = [
            8, 0, 0, 0, 0, 0, 0, interface, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0,
        ];
        [&head[..], &datagram(2055, &netflow5(1))].concat()
    };
    let file = Pcap::new(COOKED_2).packets(&[cooked(2), cooked(3), cooked(3)]);
    let read = file.read();
    assert_eq!(read.frames(), [1, 3]);
    let counts: Vec<_> = read.summary.copies.iter().collect();
    assert_eq!(counts, [(CopyKind::Interface, 1)]);
}

#[test]
fn a_datagram_captured_on_several_interfaces_of_pcapng_is_read_once() {
    let mut file = Pcapng::default().section(Order::Little);
    for _ in 0..2 {
        file = file.interface(1, 0, None, None);
    }
    let export = ethernet(0x0800, &datagram(2055, &netflow5(1)));
    for interface in [0, 1, 1] {
        file = file.enhanced(interface, 0, &export, export.len());
    }
    let read = file.read();
    // On the second interface it was seen twice: it was sent again.
    assert_eq!(read.frames(), [1, 3]);
    let counts: Vec<_> = read.summary.copies.iter().collect();
    assert_eq!(counts, [(CopyKind::Interface, 1)]);
}

#[test]
fn datagrams_that_differ_only_in_their_last_octets_are_no_copies() {
    let export = |last: u8| {
        let mut payload = netflow5(20);
        *payload.last_mut().unwrap() = last;
        datagram(2055, &payload)
    };
    let packets = [tagged(1, &export(1)), tagged(2, &export(2))];
    let read = Pcap::new(ETHERNET).packets(&packets).read();
    assert_eq!(read.frames(), [1, 2]);
}

#[test]
fn an_export_replicated_to_many_collectors_is_read_once_for_each() {
    let to = |collector: u8| {
        datagram_between(
            [192, 0, 2, 1],
            [198, 51, 100, collector],
            2055,
            &netflow5(1),
        )
    };
    let vlan = |vlan: u8| (0..40).map(move |collector| tagged(vlan, &to(collector)));
    let packets: Vec<_> = vlan(1).chain(vlan(2)).collect();
    let read = Pcap::new(ETHERNET).packets(&packets).read();
    assert_eq!(read.frames(), (1..=40).collect::<Vec<_>>());
    assert_eq!(read.summary.mirrored, 40);
}

#[test]
fn a_datagram_repeated_more_often_than_is_remembered_is_read_once_for_each_time() {
    let on = |vlan: u8| tagged(vlan, &datagram(2055, &netflow5(1)));
    let packets: Vec<_> = [1, 2].repeat(300).into_iter().map(on).collect();
    let read = Pcap::new(ETHERNET).packets(&packets).read();
    let first_path: Vec<_> = (1..600).step_by(2).collect();
    assert_eq!(read.frames(), first_path);
    assert_eq!(read.summary.mirrored, 300);
}

#[test]
fn a_datagram_captured_on_more_paths_than_are_compared_is_read_once() {
    let packets: Vec<_> = (1..=40)
        .map(|vlan| tagged(vlan, &datagram(2055, &netflow5(1))))
        .collect();
    let read = Pcap::new(ETHERNET).packets(&packets).read();
    assert_eq!(read.frames(), [1]);
    let counts: Vec<_> = read.summary.copies.iter().collect();
    assert_eq!(counts, [(CopyKind::VlanTags, 39)]);
}

#[test]
fn what_is_repeated_on_a_new_path_only_is_not_passed_over_for_good() {
    let on = |vlan: u8| tagged(vlan, &datagram(2055, &netflow5(1)));
    let packets = [vec![on(1); 50], vec![on(2); 50]].concat();
    let file = Pcap::new(ETHERNET).packets(&packets);
    // As many as are remembered may be copies.
    let read = limited(&file.octets, |limits| limits.recent_datagrams = 8);
    assert_eq!(read.summary.mirrored, 8);
}

#[test]
fn copies_that_a_snap_length_cut_differently_are_recognised() {
    let numbered = |number: u8| {
        let mut payload = netflow5(3);
        payload[19] = number;
        datagram(2055, &payload)
    };
    let plain = |number: u8| frame(&numbered(number));
    let labelled = |number: u8| {
        let packet = [&[0, 1, 1, 64], &numbered(number)[..]].concat();
        ethernet(0x8847, &packet)
    };
    let mirrored = |number: u8| frame(&erspan(1, &plain(number)));
    let whole = plain(1).len();
    for (snap_length, packets, frames) in [
        (160, [plain(1), labelled(1), mirrored(1)], vec![1]),
        (160, [labelled(1), plain(1), plain(2)], vec![1, 3]),
        // Only the first is whole.
        (whole, [plain(1), labelled(1), mirrored(1)], vec![1]),
        // Only the last is whole, and has more to read than the first.
        (whole, [mirrored(1), labelled(1), plain(1)], vec![1, 3]),
        // A repeated datagram is read again.
        (160, [plain(1), plain(1), labelled(1)], vec![1, 2]),
        (160, [plain(1), labelled(2), mirrored(3)], vec![1, 2, 3]),
    ] {
        let file = packets.iter().fold(Pcap::new(ETHERNET), |file, packet| {
            let captured = &packet[..packet.len().min(snap_length)];
            file.record(SECONDS, 0, captured, packet.len())
        });
        assert_eq!(file.read().frames(), frames);
    }
}

#[test]
fn link_headers_without_addresses_are_no_vlan_tags() {
    const PPP: u32 = 9;
    const COOKED: u32 = 113;
    let export = datagram(2055, &netflow5(1));
    let cooked = |ether_type: [u8; 2], rest: &[u8]| {
        let head = [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
        [&head[..], &ether_type, rest, &export].concat()
    };
    let snap = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
    for (link_type, packets, frames) in [
        // With and without the octets that PPP may leave out (RFC 1661, sections 6.5 and 6.6).
        (
            PPP,
            [
                [&[0xff, 3, 0, 0x21], &export[..]].concat(),
                [&[0, 0x21], &export[..]].concat(),
                [&[0x21], &export[..]].concat(),
            ],
            vec![1, 2, 3],
        ),
        // With and without a SNAP header.
        (
            COOKED,
            [
                cooked([8, 0], &[]),
                cooked([0, 4], &snap),
                cooked([8, 0], &[]),
            ],
            vec![1, 2, 3],
        ),
        (
            COOKED,
            [
                cooked([8, 0], &[]),
                cooked([0x81, 0], &[0, 7, 8, 0]),
                cooked([0x88, 0xa8], &[0, 7, 0x81, 0, 0, 7, 8, 0]),
            ],
            vec![1],
        ),
    ] {
        let read = Pcap::new(link_type).packets(&packets).read();
        assert_eq!(read.frames(), frames, "{link_type}");
    }
}

#[test]
fn datagrams_are_remembered_up_to_the_limit() {
    let numbered = |number: u8| {
        let mut payload = netflow5(1);
        payload[19] = number;
        datagram(2055, &payload)
    };
    let mut packets: Vec<_> = (0..5).map(numbered).collect();
    packets.extend((0..5).map(|number| gre(0x0800, &numbered(number))));
    let file = Pcap::new(RAW).packets(&packets);
    assert_eq!(file.read().summary.mirrored, 5);
    let read = limited(&file.octets, |limits| limits.recent_datagrams = 5);
    assert_eq!(read.summary.mirrored, 5);
    let read = limited(&file.octets, |limits| limits.recent_datagrams = 3);
    assert_eq!(read.summary.mirrored, 0);
    let read = limited(&file.octets, |limits| limits.recent_datagrams = 0);
    assert_eq!(read.summary.mirrored, 0);
}
