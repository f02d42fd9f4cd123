//! Packets are assembled from the inside out: each function puts its header before a payload.

extern crate alloc;

mod link;
mod network;
mod oracle;
mod transport;
mod tunnel;
#[cfg(feature = "alloc")]
mod usual;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::{any, prop, proptest};

use super::{HeaderProtocol, MplsLabel, Packet, VlanTag};

pub(super) const SOURCE_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
pub(super) const DESTINATION_MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];

/// `header`, then `payload`.
pub(super) fn before(header: &[u8], payload: &[u8]) -> Vec<u8> {
    [header, payload].concat()
}

pub(super) fn ethernet(type_or_length: u16, payload: &[u8]) -> Vec<u8> {
    let addresses = [DESTINATION_MAC, SOURCE_MAC].concat();
    before(&addresses, &before(&type_or_length.to_be_bytes(), payload))
}

/// The part of a VLAN tag after its EtherType, and the EtherType after it.
pub(super) fn vlan(control: u16, ether_type: u16, payload: &[u8]) -> Vec<u8> {
    before(
        &control.to_be_bytes(),
        &before(&ether_type.to_be_bytes(), payload),
    )
}

pub(super) fn mpls(label: u32, bottom: bool, payload: &[u8]) -> Vec<u8> {
    let entry = label << 12 | 5 << 9 | u32::from(bottom) << 8 | 61;
    before(&entry.to_be_bytes(), payload)
}

/// An IPv4 header with the these words of options.
pub(super) fn ipv4_with(protocol: u8, fragment: u16, option_words: u8, payload: &[u8]) -> Vec<u8> {
    let options = [0x01_u8; 40];
    let options = &options[..usize::from(option_words) * 4];
    let total = u16::try_from(20 + options.len() + payload.len())
        .unwrap()
        .to_be_bytes();
    let [f0, f1] = fragment.to_be_bytes();
    let fixed = [
        0x45 + option_words,
        0xb8,
        total[0],
        total[1],
        0x12,
        0x34,
        f0,
        f1,
        63,
        protocol,
        0,
        0, //
        192,
        0,
        2,
        1,
        198,
        51,
        100,
        7,
    ];
    before(&fixed, &before(options, payload))
}

pub(super) fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    ipv4_with(protocol, 0x4000, 0, payload)
}

pub(super) fn ipv6(next_header: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    let mut header = Vec::from([
        0x6b,
        0x81,
        0x23,
        0x45,
        length[0],
        length[1],
        next_header,
        62,
    ]);
    header.extend(0x2001_0db8_0000_0000_0000_0000_0000_0001_u128.to_be_bytes());
    header.extend(0x2001_0db8_0000_0000_0000_0000_0000_0002_u128.to_be_bytes());
    before(&header, payload)
}

/// An extension header of `8 * (words + 1)` octets.
pub(super) fn extension(next_header: u8, words: u8, payload: &[u8]) -> Vec<u8> {
    let mut header = Vec::from([next_header, words]);
    header.resize(8 * (usize::from(words) + 1), 0);
    before(&header, payload)
}

pub(super) fn tcp(payload: &[u8]) -> Vec<u8> {
    let header = [
        0xc0, 0x00, 0x01, 0xbb, 1, 2, 3, 4, 5, 6, 7, 8, 0x61, 0x12, 0x20, 0x00, 0, 0, 0, 0, //
        1, 1, 1, 1,
    ];
    before(&header, payload)
}

pub(super) fn udp(source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + payload.len()).unwrap();
    let header = [source, destination, length, 0]
        .map(u16::to_be_bytes)
        .concat();
    before(&header, payload)
}

pub(super) fn read(octets: &[u8]) -> Packet<'_> {
    Packet::dissect(HeaderProtocol::ETHERNET, octets)
}

/// All that a packet answers, by name; `None` where there is no answer.
fn answers(packet: &Packet<'_>) -> Vec<(&'static str, Option<String>)> {
    macro_rules! answers {
        // `answers!(a, b)` becomes `vec![("a", packet.a() as text), ("b", packet.b() as text)]`.
        ($($name:ident),* $(,)?) => {
            Vec::from([$((stringify!($name), packet.$name().map(|it| format!("{it:?}")))),*])
        };
    }
    answers![
        source_mac,
        destination_mac,
        ether_type,
        vlan,
        ip_version,
        network_offset,
        source_address,
        destination_address,
        protocol,
        tos,
        ttl,
        ip_total_length,
        fragment_id,
        fragment_offset,
        is_fragment,
        more_fragments,
        fragment_payload,
        ipv6_flow_label,
        transport_offset,
        payload_offset,
        source_port,
        destination_port,
        tcp_flags,
        tcp_sequence,
        tcp_acknowledgment,
        tcp_window,
        udp_length,
        icmp_type,
        icmp_code,
        igmp_type,
    ]
}

fn assert_a_cut_takes_nothing_back(cut: &Packet<'_>, whole: &Packet<'_>) {
    // What labels carry is known by how it fits, which a cut may hide.
    let carried = |packet: &Packet<'_>| {
        let frame = packet.inner().map(|inner| inner.packet.destination_mac());
        (packet.ip_version(), frame.flatten())
    };
    let (before, after) = (carried(cut), carried(whole));
    let is_wrong =
        before.0.is_some() && before.0 != after.0 || before.1.is_some() && before.1 != after.1;
    if is_wrong && cut.mpls_offset().is_some() {
        return;
    }
    for (read, expected) in answers(cut).into_iter().zip(answers(whole)) {
        assert!(
            read.1.is_none() || read == expected,
            "{read:?} became {expected:?}"
        );
    }
    let (tags, labels): (Vec<VlanTag>, Vec<MplsLabel>) =
        (whole.vlans().collect(), whole.mpls_labels().collect());
    assert!(tags.starts_with(&cut.vlans().collect::<Vec<_>>()));
    assert!(labels.starts_with(&cut.mpls_labels().collect::<Vec<_>>()));
    if let Some(cut) = cut.inner() {
        let whole = whole.inner().expect("the cut packet has an inner one");
        assert_eq!((cut.tunnel, cut.tunnel_id), (whole.tunnel, whole.tunnel_id));
        assert_a_cut_takes_nothing_back(&cut.packet, &whole.packet);
    }
}

/// Reads `octets` cut at every length.
pub(super) fn cut_everywhere(protocol: HeaderProtocol, octets: &[u8]) {
    let whole = Packet::dissect(protocol, octets);
    for len in 0..octets.len() {
        let cut = Packet::dissect(protocol, &octets[..len]);
        if let Some(payload) = cut.payload() {
            assert!(payload.len() <= len);
        }
        assert_a_cut_takes_nothing_back(&cut, &whole);
    }
}

/// Asks everything of a packet and of those inside it; how deep they go.
fn ask_everything(packet: Packet<'_>, octets: &[u8]) -> usize {
    let mut depth = 0;
    let mut next = Some(packet);
    while let Some(packet) = next {
        depth += 1;
        answers(&packet);
        assert!(packet.vlans().count() <= octets.len() / 4);
        assert!(packet.mpls_labels().count() <= octets.len() / 4);
        assert!(
            packet
                .payload()
                .is_none_or(|payload| payload.len() <= octets.len())
        );
        assert!(packet.payload().is_none_or(|payload| {
            let from = packet.payload_offset().unwrap();
            packet.octets()[from..].starts_with(payload)
        }));
        next = packet.inner().map(|inner| inner.packet);
    }
    depth
}

#[test]
fn a_packet_is_small() {
    assert!(size_of::<Packet<'_>>() <= 40);
}

#[test]
fn a_protocol_that_is_not_read_has_no_layers() {
    let octets = [0x45; 64];
    for protocol in [0, 2, 3, 4, 5, 6, 8, 9, 10, 16, 18, 99, u32::MAX] {
        let packet = Packet::dissect(HeaderProtocol(protocol), &octets);
        assert!(answers(&packet).iter().all(|(_, answer)| answer.is_none()));
        assert_eq!(packet.payload(), None);
        assert_eq!(packet.inner(), None);
    }
}

#[test]
fn more_octets_than_an_ip_packet_has_are_left_out() {
    let mut octets = ethernet(0x0800, &ipv4(6, &tcp(&[])));
    octets[16..18].fill(0);
    octets.resize(100_000, 0);
    let packet = read(&octets);
    assert_eq!(packet.destination_port(), Some(443));
    assert_eq!(packet.payload().map(<[u8]>::len), Some(65_535 - 58));

    let tags = ethernet(0x8100, &[0, 1, 0x81, 0].repeat(30_000));
    assert_eq!(read(&tags).vlans().count(), (65_535 - 12) / 4);
    let labels = mpls(1, false, &[]).repeat(30_000);
    let packet = Packet::dissect(HeaderProtocol::MPLS, &labels);
    assert_eq!(packet.mpls_labels().count(), 65_535 / 4);
    assert_eq!(packet.payload(), None);
}

#[test]
fn tunnels_in_tunnels_end() {
    let mut octets = Vec::new();
    for _ in 0..3_000 {
        octets.extend(ipv4(4, &[]));
    }
    for header in octets.chunks_mut(20) {
        header[2..4].fill(0);
    }
    let depth = ask_everything(Packet::dissect(HeaderProtocol::IPV4, &octets), &octets);
    assert_eq!(depth, 3_001);
}

proptest! {
    #[test]
    fn any_octets_are_read(
        protocol in 0_u32..20,
        octets in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        ask_everything(Packet::dissect(HeaderProtocol(protocol), &octets), &octets);
        cut_everywhere(HeaderProtocol(protocol), &octets);
    }

    #[test]
    fn any_octets_after_an_ether_type_are_read(
        ether_type in prop::sample::select(&[
            0x0800_u16, 0x86dd, 0x8100, 0x88a8, 0x9100, 0x9200, 0x8847, 0x8864, 0x88e7, 0x0040,
        ][..]),
        first in prop::sample::select(&[0x45_u8, 0x46, 0x60, 0x11, 0xaa, 0x00][..]),
        upper in prop::sample::select(&[0_u8, 4, 17, 41, 43, 44, 47, 51, 60, 97, 137][..]),
        mut octets in prop::collection::vec(any::<u8>(), 40..200),
    ) {
        octets[0] = first;
        octets[if first >> 4 == 4 { 9 } else { 6 }] = upper;
        octets[4..6].fill(0);
        let octets = ethernet(ether_type, &octets);
        ask_everything(read(&octets), &octets);
        ask_everything(Packet::dissect_ether_type(ether_type, &octets[14..]), &octets);
        cut_everywhere(HeaderProtocol::ETHERNET, &octets);
    }
}
