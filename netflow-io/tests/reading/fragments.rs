//! Reassembly of IP fragments.

use std::time::Duration;

use crate::craft::{
    Pcap, RAW, Read, SECONDS, ipfix, ipv4_fragment, ipv6, limited, netflow5, segment, udp,
};

const MORE: u16 = 0x2000;

/// Fragments of a datagram to port 2055, of `size` octets but the last.
fn fragments(id: u16, payload: &[u8], size: usize) -> Vec<Vec<u8>> {
    let whole = udp(50_000, 2055, payload);
    split(&whole, size)
        .map(|(offset, piece, more)| {
            let place = u16::try_from(offset / 8).unwrap() | if more { MORE } else { 0 };
            ipv4_fragment(17, id, place, piece)
        })
        .collect()
}

fn split(whole: &[u8], size: usize) -> impl Iterator<Item = (usize, &[u8], bool)> {
    whole.chunks(size).enumerate().map(move |(index, piece)| {
        let offset = index * size;
        (offset, piece, offset + piece.len() < whole.len())
    })
}

fn fragments_6(id: u32, first: u8, whole: &[u8], size: usize) -> Vec<Vec<u8>> {
    split(whole, size)
        .map(|(offset, piece, more)| {
            let place = u16::try_from(offset).unwrap() | u16::from(more);
            let mut payload = vec![first, 0];
            payload.extend(place.to_be_bytes());
            payload.extend(id.to_be_bytes());
            payload.extend(piece);
            ipv6(44, &payload)
        })
        .collect()
}

fn read(packets: &[Vec<u8>]) -> Read {
    Pcap::new(RAW).packets(packets).read()
}

/// Octets that differ from place to place.
fn payload(octets: usize) -> Vec<u8> {
    ipfix(1, octets)
}

#[test]
fn fragments_in_any_order_give_the_datagram_once_at_the_last() {
    let pieces = fragments(1, &payload(200), 64);
    assert_eq!(pieces.len(), 4);
    for first in 0..4 {
        for second in (0..4).filter(|piece| *piece != first) {
            let rest = (0..4).filter(|piece| ![first, second].contains(piece));
            let order: Vec<usize> = [first, second].into_iter().chain(rest).collect();
            let packets: Vec<_> = order.iter().map(|piece| pieces[*piece].clone()).collect();
            let read = read(&packets);
            assert_eq!(read.payloads(), [payload(200)], "{order:?}");
            assert_eq!(read.frames(), [4]);
            assert_eq!(read.packets[0].exporter.port(), 50_000);
            assert!(!read.packets[0].cut);
            assert_eq!(read.summary.fragments, 4);
            assert_eq!(read.summary.reassembled, 1);
            assert_eq!(read.summary.fragmented_given_up, 0);
        }
    }
}

#[test]
fn fragments_of_two_datagrams_do_not_mix() {
    let (one, two) = (payload(200), netflow5(5));
    let mut packets = Vec::new();
    let pieces = (fragments(1, &one, 64), fragments(2, &two, 64));
    for pair in pieces.0.iter().zip(&pieces.1) {
        packets.extend([pair.0.clone(), pair.1.clone()]);
    }
    packets.extend(pieces.1.into_iter().skip(4));
    let read = read(&packets);
    assert_eq!(read.payloads(), [one, two]);
}

#[test]
fn a_fragment_that_came_twice_changes_nothing() {
    let mut pieces = fragments(1, &payload(200), 64);
    pieces.insert(1, pieces[0].clone());
    pieces.insert(3, pieces[2].clone());
    assert_eq!(read(&pieces).payloads(), [payload(200)]);
}

/// Fragments after this number of routers.
fn routed(hops: u8, mut fragments: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    for fragment in &mut fragments {
        fragment[8] -= hops;
    }
    fragments
}

/// The fragments of a datagram, each captured on three paths.
fn copied(id: u16, octets: usize) -> Vec<Vec<u8>> {
    let on = |hops| routed(hops, fragments(id, &payload(octets), 64));
    let paths = on(0).into_iter().zip(on(1)).zip(on(2));
    paths
        .flat_map(|((one, two), three)| [one, two, three])
        .collect()
}

#[test]
fn fragments_captured_on_several_paths_leave_no_datagram_that_waits() {
    let at = |file: Pcap, packets: &[Vec<u8>]| {
        packets.iter().fold(file, |file, packet| {
            file.record(SECONDS, 0, packet, packet.len())
        })
    };
    let one = copied(1, 200);
    let read = at(Pcap::new(RAW), &one).read();
    assert_eq!(read.payloads(), [payload(200)]);
    assert_eq!(read.frames(), [10]);
    assert_eq!(read.summary.reassembled, 1);
    assert_eq!(read.summary.fragmented_given_up, 0);
    // Another datagram may have the same identification.
    let next = fragments(1, &payload(300), 64);
    let read = at(at(Pcap::new(RAW), &one), &next).read();
    assert_eq!(read.payloads(), [payload(200), payload(300)]);
    // The copies are not captured whole, and it comes later.
    let file = at(Pcap::new(RAW), &one[..10]);
    let file = next.iter().fold(file, |file, packet| {
        file.record(SECONDS + 2, 0, packet, packet.len())
    });
    assert_eq!(file.read().payloads(), [payload(200), payload(300)]);
    // One copy is complete before the next begins.
    let whole = |hops| routed(hops, fragments(1, &payload(200), 64));
    let read = at(at(Pcap::new(RAW), &whole(0)), &whole(1)).read();
    assert_eq!(read.payloads(), [payload(200)]);
    assert_eq!((read.summary.reassembled, read.summary.mirrored), (2, 1));
}

#[test]
fn fragments_of_copies_are_expected_of_as_many_datagrams_as_the_limit_says() {
    let all: Vec<_> = (0..70).map(|id| copied(id, 40)).collect();
    let until =
        |range: std::ops::Range<usize>| all.iter().flat_map(move |one| one[range.clone()].to_vec());
    assert_eq!(all[0].len(), 6);
    let file = until(0..4)
        .chain(until(4..6))
        .fold(Pcap::new(RAW), |file, packet| {
            file.record(SECONDS, 0, &packet, packet.len())
        });
    let read = file.read();
    assert_eq!(read.packets.len(), 70);
    // Of the first, nothing is remembered.
    assert_eq!(read.summary.fragmented_given_up, 6);
}

#[test]
fn where_fragments_overlap_the_first_stands() {
    let whole = udp(50_000, 2055, &payload(200));
    let piece = |offset: usize, octets: &[u8], more: bool| {
        let place = u16::try_from(offset / 8).unwrap() | if more { MORE } else { 0 };
        ipv4_fragment(17, 1, place, octets)
    };
    let lie = vec![0xff; 152];
    let packets = [
        piece(64, &whole[64..128], true),
        piece(160, &whole[160..192], true),
        piece(0, &whole[..64], true),
        piece(128, &whole[128..160], true),
        // Over all that is there.
        piece(40, &lie, true),
        piece(192, &whole[192..], false),
    ];
    assert_eq!(read(&packets).payloads(), [payload(200)]);
    // The same octets in pieces that overlap by half.
    let packets = [
        piece(96, &whole[96..], false),
        piece(0, &whole[..64], true),
        piece(32, &whole[32..128], true),
    ];
    assert_eq!(read(&packets).payloads(), [payload(200)]);
}

#[test]
fn a_datagram_with_octets_behind_its_end_is_dropped() {
    let packets = [
        ipv4_fragment(17, 1, 2, &[0; 8]),
        ipv4_fragment(17, 1, 4 | MORE, &[0; 8]),
    ];
    let read = read(&packets);
    assert!(read.packets.is_empty());
    assert_eq!(read.summary.fragmented_given_up, 1);
}

#[test]
fn a_fragment_that_cannot_be_is_counted() {
    let packets = [
        // Not a multiple of eight, and past the longest datagram.
        ipv4_fragment(17, 1, MORE, &[0; 9]),
        ipv4_fragment(17, 2, 0x1fff, &[0; 16]),
    ];
    let read = read(&packets);
    assert_eq!(read.summary.malformed, 2);
    assert_eq!(read.summary.fragmented_given_up, 0);
}

#[test]
fn ipv6_fragments_are_put_together_behind_extension_headers() {
    let whole = udp(50_000, 2055, &payload(200));
    assert_eq!(
        read(&fragments_6(1, 17, &whole, 64)).payloads(),
        [payload(200)]
    );
    let mut options = vec![17, 0, 1, 4, 0, 0, 0, 0];
    options.extend(&whole);
    let mut pieces = fragments_6(1, 60, &options, 64);
    pieces.reverse();
    let read = read(&pieces);
    assert_eq!(read.payloads(), [payload(200)]);
    assert_eq!(read.summary.reassembled, 1);
}

#[test]
fn fragments_of_a_tcp_segment_are_put_together() {
    let packet = segment(4739, 1, 16, &payload(200));
    let packets: Vec<_> = split(&packet[20..], 64)
        .map(|(offset, piece, more)| {
            let place = u16::try_from(offset / 8).unwrap() | if more { MORE } else { 0 };
            ipv4_fragment(6, 9, place, piece)
        })
        .collect();
    let read = read(&packets);
    assert_eq!(read.payloads(), [payload(200)]);
    assert_eq!(read.frames(), [4]);
}

#[test]
fn fragments_of_other_protocols_are_passed_over() {
    let read = read(&[ipv4_fragment(1, 1, MORE, &[0; 8])]);
    assert_eq!(read.summary.other_passed_over, 1);
    assert_eq!(read.summary.fragmented_given_up, 0);
}

#[test]
fn a_fragment_waits_as_long_as_the_limit_says() {
    let pieces = fragments(1, &payload(200), 128);
    for (seconds, returned) in [(30, 1), (31, 0)] {
        let file = Pcap::new(RAW)
            .record(SECONDS, 0, &pieces[0], pieces[0].len())
            .record(SECONDS + seconds, 0, &pieces[1], pieces[1].len());
        let read = file.read();
        assert_eq!(read.packets.len(), returned);
        let dropped = if returned == 1 { 0 } else { 2 };
        assert_eq!(read.summary.fragmented_given_up, dropped);
        let short = limited(&file.octets, |limits| limits.fragment_age = Duration::ZERO);
        assert!(short.packets.is_empty());
    }
}

#[test]
fn the_oldest_is_dropped_when_datagrams_or_octets_are_too_many() {
    let mut packets = vec![fragments(1, &payload(200), 128)[0].clone()];
    packets.push(fragments(2, &payload(200), 128)[0].clone());
    packets.push(fragments(3, &payload(200), 128)[0].clone());
    packets.push(fragments(1, &payload(200), 128)[1].clone());
    packets.push(fragments(3, &payload(200), 128)[1].clone());
    let file = Pcap::new(RAW).packets(&packets);
    assert_eq!(file.read().frames(), [4, 5]);
    let read = limited(&file.octets, |limits| limits.fragment_datagrams = 2);
    assert_eq!(read.frames(), [5]);
    assert_eq!(read.summary.fragmented_given_up, 3);
    let read = limited(&file.octets, |limits| limits.fragment_octets = 550);
    assert_eq!(read.frames(), [5]);
    let read = limited(&file.octets, |limits| limits.fragment_octets = 0);
    assert!(read.frames().is_empty());
    assert_eq!(read.summary.fragmented_given_up, 5);
}

#[test]
fn a_fragment_captured_short_leaves_a_hole() {
    let pieces = fragments(1, &payload(200), 128);
    let file = Pcap::new(RAW)
        .record(SECONDS, 0, &pieces[0][..100], pieces[0].len())
        .record(SECONDS, 0, &pieces[1], pieces[1].len());
    let read = file.read();
    assert!(read.packets.is_empty());
    assert_eq!(read.summary.fragmented_given_up, 1);
}
