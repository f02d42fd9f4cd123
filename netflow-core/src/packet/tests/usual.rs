//! The short cut for usual packets returns what the dissection header by header does.

use proptest::prelude::{Just, Strategy};
use proptest::prelude::{any, prop, prop_assert_eq, prop_oneof, proptest};

use super::{Vec, ethernet, ipv4_with, ipv6, tcp, udp, vlan};
use crate::packet::offset::Offset;
use crate::packet::{HeaderProtocol, Packet, link, usual};

/// Frames that begin as most do, and some that only look so.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let protocol = prop_oneof![
        4 => prop::sample::select([6_u8, 17, 1, 58, 132].as_slice()),
        1 => prop::sample::select([0_u8, 43, 44, 51, 59, 60].as_slice()),
        1 => any::<u8>(),
    ];
    let fragment = prop_oneof![6 => Just(0x4000_u16), 1 => any::<u16>()];
    let options = prop_oneof![6 => Just(0_u8), 1 => 1_u8..=10];
    let tags = prop_oneof![4 => 0_usize..2, 1 => Just(2)];
    (any::<bool>(), protocol, fragment, options, tags).prop_map(
        |(is_v4, protocol, fragment, options, tags)| {
            let segment = if protocol == 17 {
                udp(1, 2, b"data")
            } else {
                tcp(b"data")
            };
            let (mut ether_type, mut octets) = if is_v4 {
                (0x0800, ipv4_with(protocol, fragment, options, &segment))
            } else {
                (0x86dd, ipv6(protocol, &segment))
            };
            for _ in 0..tags {
                octets = vlan(0x0064, ether_type, &octets);
                ether_type = 0x8100;
            }
            ethernet(ether_type, &octets)
        },
    )
}

#[test]
fn usual_packets_take_the_short_cut() {
    for segment in [tcp(b"data"), udp(1, 2, b"data")] {
        let v4 = ipv4_with(6, 0x4000, 0, &segment);
        let v6 = ipv6(17, &segment);
        let tagged = ethernet(0x8100, &vlan(7, 0x0800, &v4));
        for octets in [ethernet(0x0800, &v4), ethernet(0x86dd, &v6), tagged] {
            let packet = usual::ethernet(&octets).unwrap();
            assert_eq!(packet, link::ethernet(&octets));
            assert_eq!(
                packet.transport_offset(),
                packet.network_offset().map(|at| {
                    at + if packet.ip_version() == Some(4) {
                        20
                    } else {
                        40
                    }
                })
            );
        }
    }
}

proptest! {
    #[test]
    fn the_short_cut_returns_what_the_dissection_does(
        mut octets in frame(),
        changes in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 0..4),
        cut in prop::option::weighted(0.3, any::<prop::sample::Index>()),
        frame_len in any::<u16>(),
    ) {
        for (at, octet) in changes {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        if let Some(cut) = cut {
            octets.truncate(cut.index(octets.len()));
        }
        if let Some(packet) = usual::ethernet(&octets) {
            prop_assert_eq!(packet, link::ethernet(&octets));
            let frame_len = usize::from(frame_len);
            let whole = Packet::dissect_frame(HeaderProtocol::ETHERNET, &octets, frame_len);
            prop_assert_eq!(packet, whole);
        }
    }
}

#[test]
fn no_more_octets_are_read_than_offsets_count() {
    let mut octets = ethernet(0x0800, &ipv4_with(6, 0, 0, &tcp(&[])));
    // A length of IPv4 that is less than its header leaves the length open.
    octets[16..18].copy_from_slice(&[0, 0]);
    octets.resize(Offset::MAX_OCTETS + 10, 0);
    let packet = Packet::dissect_usual(HeaderProtocol::ETHERNET, &octets).unwrap();
    assert_eq!(packet.octets().len(), Offset::MAX_OCTETS);
    assert_eq!(packet, Packet::dissect(HeaderProtocol::ETHERNET, &octets));
}
