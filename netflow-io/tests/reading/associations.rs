//! IPFIX over SCTP.

use std::io::Cursor;

use netflow_core::Transport;
use netflow_io::Source;

use crate::craft::{Pcap, RAW, collector, exporter, ipfix, ipv4, limited};

const DATA: u8 = 0;
const INIT: u8 = 1;
const ABORT: u8 = 6;
const SHUTDOWN: u8 = 7;
const I_DATA: u8 = 64;
const FORWARD_TSN: u8 = 192;
const I_FORWARD_TSN: u8 = 194;

const BEGINS: u8 = 2;
const ENDS: u8 = 1;
const UNORDERED: u8 = 4;
const WHOLE: u8 = BEGINS | ENDS;

fn chunk(kind: u8, flags: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + value.len()).unwrap();
    let mut chunk = vec![kind, flags];
    chunk.extend(length.to_be_bytes());
    chunk.extend(value);
    chunk.resize(chunk.len().next_multiple_of(4), 0);
    chunk
}

/// A DATA chunk of stream 1.
fn data(tsn: u32, flags: u8, octets: &[u8]) -> Vec<u8> {
    let mut value = tsn.to_be_bytes().to_vec();
    value.extend([0, 1, 0, 0, 0, 0, 0, 0]);
    value.extend(octets);
    chunk(DATA, flags, &value)
}

/// An I-DATA chunk; `number` is that of a fragment after the first.
fn i_data(tsn: u32, stream: u16, message: u32, number: u32, flags: u8, octets: &[u8]) -> Vec<u8> {
    let mut value = tsn.to_be_bytes().to_vec();
    value.extend(stream.to_be_bytes());
    value.extend([0, 0]);
    value.extend(message.to_be_bytes());
    value.extend(number.to_be_bytes());
    value.extend(octets);
    chunk(I_DATA, flags, &value)
}

fn init(tag: u32, tsn: u32) -> Vec<u8> {
    let mut value = tag.to_be_bytes().to_vec();
    value.extend([0, 1, 0, 0, 0, 1, 0, 1]);
    value.extend(tsn.to_be_bytes());
    chunk(INIT, 0, &value)
}

/// A packet from port 40000.
fn packet_to(port: u16, tag: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut packet = 40_000_u16.to_be_bytes().to_vec();
    packet.extend(port.to_be_bytes());
    packet.extend(tag.to_be_bytes());
    packet.extend([0; 4]);
    packet.extend(chunks.concat());
    ipv4(132, &packet)
}

fn packet(tag: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    packet_to(4739, tag, chunks)
}

/// A capture of an association with something of everything.
pub(crate) fn capture() -> Vec<u8> {
    let message = ipfix(1, 40);
    let packets = [
        packet(0, &[init(5, 9)]),
        packet(
            7,
            &[data(9, BEGINS, &message[..20]), data(11, WHOLE, &message)],
        ),
        packet(
            7,
            &[
                data(10, ENDS, &message[20..]),
                chunk(FORWARD_TSN, 0, &[0, 0, 0, 13]),
            ],
        ),
        packet(
            8,
            &[
                data(90, WHOLE | UNORDERED, &message),
                chunk(SHUTDOWN, 0, &[0; 4]),
            ],
        ),
    ];
    Pcap::new(RAW).packets(&packets).octets
}

fn read(packets: &[Vec<u8>]) -> crate::craft::Read {
    Pcap::new(RAW).packets(packets).read()
}

/// Which messages begin a session.
fn begins(packets: &[Vec<u8>]) -> Vec<bool> {
    let file = Pcap::new(RAW).packets(packets).octets;
    let mut source = Source::from_reader(Cursor::new(file), "test").unwrap();
    let mut begins = Vec::new();
    while let Some(packet) = source.next() {
        begins.push(packet.unwrap().begins_session);
    }
    begins
}

#[test]
fn a_message_is_a_chunk_or_several() {
    let (first, second, third) = (ipfix(1, 41), ipfix(2, 300), ipfix(3, 20));
    let read = read(&[
        packet(0, &[init(5, 9)]),
        packet(
            7,
            &[data(9, WHOLE, &first), data(10, BEGINS, &second[..100])],
        ),
        packet(7, &[data(11, 0, &second[100..200])]),
        packet(
            7,
            &[
                chunk(4, 0, b"heartbeat"),
                data(12, ENDS, &second[200..]),
                data(13, WHOLE | UNORDERED, &third),
            ],
        ),
    ]);
    assert_eq!(read.payloads(), [first, second, third]);
    assert_eq!(read.frames(), [2, 4, 4]);
    assert_eq!(read.packets[0].exporter, exporter(40_000));
    assert_eq!(read.packets[0].destination, collector(4739));
    assert!(
        read.packets
            .iter()
            .all(|got| got.transport == Transport::Stream)
    );
    assert_eq!(
        (read.summary.sctp_packets, read.summary.stream_gaps),
        (4, 0)
    );
}

#[test]
fn chunks_are_read_in_the_order_of_their_numbers_and_once() {
    let messages: Vec<_> = (0..6).map(|sequence| ipfix(sequence, 20)).collect();
    let one = |at: u32| {
        let tsn = u32::MAX.wrapping_sub(2).wrapping_add(at);
        packet(
            7,
            &[data(tsn, WHOLE, &messages[usize::try_from(at).unwrap()])],
        )
    };
    let packets: Vec<_> = [0, 2, 4, 1, 2, 0, 3, 5, 5].into_iter().map(one).collect();
    let read = read(&packets);
    assert_eq!(read.payloads(), messages);
    assert_eq!(read.frames(), [1, 4, 4, 7, 7, 8]);
}

#[test]
fn a_chunk_that_came_before_the_first_that_was_captured_is_not_lost() {
    let messages: Vec<_> = (0..3).map(|sequence| ipfix(sequence, 20)).collect();
    let one = |tsn: u32, at: usize| packet(7, &[data(tsn, WHOLE, &messages[at])]);
    let packets = [one(50, 1), one(49, 0), one(49, 0), one(51, 2), one(50, 1)];
    let read = read(&packets);
    assert_eq!(read.frames(), [1, 2, 4]);
    // It was sent again if the beginning was seen.
    let packets = [&[packet(0, &[init(5, 50)])], &packets[..]].concat();
    assert_eq!(crate::associations::read(&packets).frames(), [2, 5]);
}

#[test]
fn a_missing_chunk_costs_the_message_that_it_is_of() {
    let messages: Vec<_> = (0..4).map(|sequence| ipfix(sequence, 100)).collect();
    let packets = [
        packet(7, &[data(1, WHOLE, &messages[0])]),
        packet(7, &[data(2, BEGINS, &messages[1][..50])]),
        packet(7, &[data(4, ENDS, &messages[1][90..])]),
        packet(7, &[data(5, WHOLE, &messages[2])]),
    ];
    let read = read(&packets);
    assert_eq!(read.payloads(), [&messages[0], &messages[2]]);
    assert_eq!(read.frames(), [1, 4]);
    assert_eq!(read.summary.stream_gaps, 1);
    assert_eq!(read.summary.stream_octets_lost, 50 + 30);
    // A sender that abandons chunks says so, and what follows need not wait.
    let mut given_up = packets.to_vec();
    given_up.push(packet(7, &[chunk(FORWARD_TSN, 0, &[0, 0, 0, 3])]));
    given_up.push(packet(7, &[data(6, WHOLE, &messages[3])]));
    let read = crate::associations::read(&given_up);
    assert_eq!(read.frames(), [1, 5, 6]);
}

#[test]
fn another_association_begins_a_session() {
    let message = ipfix(1, 20);
    let one = |tag: u32, tsn: u32| packet(tag, &[data(tsn, WHOLE, &message)]);
    // Seen from its beginning; then another tag; then the end, and another with the same tag.
    let packets = [
        packet(0, &[init(5, 1)]),
        one(7, 1),
        one(7, 2),
        one(8, 900),
        one(7, 2), // of the one before, sent again
        packet(8, &[chunk(SHUTDOWN, 0, &[0; 4])]),
        packet(0, &[init(5, 1)]),
        one(8, 1),
        one(8, 2),
    ];
    assert_eq!(begins(&packets), [true, false, true, true, false]);
    // One that was joined in its midst may have sent its templates before.
    assert_eq!(begins(&packets[2..3]), [false]);
    // An INIT that is sent again begins nothing.
    let packets = [
        packet(0, &[init(5, 1)]),
        one(7, 1),
        packet(0, &[init(5, 1)]),
        one(7, 1),
        one(7, 2),
        packet(7, &[chunk(ABORT, 0, &[])]),
    ];
    assert_eq!(begins(&packets), [true, false]);
}

#[test]
fn other_associations_are_passed_over() {
    let packets = [
        packet_to(80, 1, &[data(1, WHOLE, b"something else")]),
        packet_to(80, 1, &[data(2, WHOLE, &ipfix(1, 20))]),
        packet_to(80, 1, &[data(3, WHOLE, b"something else")]),
        packet(1, &[data(3, WHOLE, b"something else")]),
        ipv4(132, &[0; 11]),
    ];
    let read = read(&packets);
    assert_eq!(read.frames(), [2]);
    assert_eq!(read.summary.sctp_passed_over, 1);
    assert_eq!(read.summary.sctp_packets, 3);
    assert_eq!(read.summary.stream_octets_passed_over, 28);
    assert_eq!(read.summary.malformed, 1);
}

#[test]
fn what_waits_is_bounded() {
    let message = ipfix(1, 100);
    let early: Vec<_> = (2..200)
        .map(|tsn| packet(7, &[data(tsn, WHOLE, &message)]))
        .collect();
    let first = packet(7, &[data(0, WHOLE, &message)]);
    let file = Pcap::new(RAW).packets(&[&[first], &early[..]].concat());
    assert_eq!(file.read().frames()[1..], [199; 198]);
    let read = limited(&file.octets, |limits| limits.association_octets = 1_000);
    assert_eq!(
        read.frames()[1..],
        (7..=199)
            .flat_map(|at| if at == 7 { vec![7; 6] } else { vec![at] })
            .collect::<Vec<_>>()
    );
    // Fragments that never end.
    let endless: Vec<_> = (0..100_u32)
        .map(|tsn| packet(7, &[data(tsn, if tsn == 0 { BEGINS } else { 0 }, &message)]))
        .collect();
    let file = Pcap::new(RAW).packets(&endless);
    let read = limited(&file.octets, |limits| limits.association_octets = 1_000);
    assert!(read.packets.is_empty());
    assert_eq!(read.summary.stream_octets_lost, 12_000);
}

#[test]
fn the_association_idle_for_longest_is_dropped() {
    let half = |exporter: u8, tsn: u32| {
        let message = ipfix(1, 40);
        let (flags, octets) = if tsn == 1 {
            (BEGINS, &message[..30])
        } else {
            (ENDS, &message[30..])
        };
        let mut packet = packet(7, &[data(tsn, flags, octets)]);
        packet[15] = exporter;
        packet
    };
    let packets = [half(1, 1), half(2, 1), half(3, 1), half(1, 2), half(3, 2)];
    let file = Pcap::new(RAW).packets(&packets);
    assert_eq!(file.read().frames(), [4, 5]);
    let read = limited(&file.octets, |limits| limits.associations = 2);
    assert_eq!(read.frames(), [5]);
    let read = limited(&file.octets, |limits| limits.all_association_octets = 0);
    assert!(read.frames().is_empty());
}

#[test]
fn chunks_cut_anywhere_give_the_messages_before_the_cut() {
    let (first, second) = (ipfix(1, 40), ipfix(2, 40));
    let whole = packet(7, &[data(1, WHOLE, &first), data(2, WHOLE, &second)]);
    for length in 0..whole.len() {
        let file = Pcap::new(RAW).record(1, 0, &whole[..length], whole.len());
        let expected = usize::from(length >= 32 + 16 + 60);
        assert_eq!(file.read().packets.len(), expected, "{length}");
    }
    // Lengths that are impossible end the packet.
    for length in [0, 3, 15, 16] {
        let mut packet = whole.clone();
        packet[34..36].copy_from_slice(&u16::to_be_bytes(length));
        let read = read(&[packet]);
        assert!(read.packets.len() <= 1, "{length}");
    }
}

#[test]
fn fragments_of_interleaved_messages_are_reassembled_apart() {
    let (first, second, third) = (ipfix(1, 200), ipfix(2, 300), ipfix(3, 20));
    let read = read(&[
        packet(
            7,
            &[
                i_data(9, 1, 0, 0, BEGINS, &first[..80]),
                i_data(10, 2, 0, 0, BEGINS, &second[..100]),
                i_data(11, 1, 0, 0, WHOLE | UNORDERED, &third),
            ],
        ),
        packet(
            7,
            &[
                i_data(13, 2, 0, 1, ENDS, &second[100..]),
                i_data(12, 1, 0, 1, 0, &first[80..90]),
                i_data(14, 1, 0, 2, ENDS, &first[90..]),
            ],
        ),
    ]);
    assert_eq!(read.payloads(), [third, second, first]);
    assert_eq!(read.summary.stream_octets_lost, 0);
}

#[test]
fn a_message_that_lacks_a_fragment_costs_no_other() {
    let (first, second) = (ipfix(1, 200), ipfix(2, 300));
    let read = read(&[packet(
        7,
        &[
            i_data(9, 1, 0, 0, BEGINS, &first[..80]),
            i_data(10, 2, 0, 0, BEGINS, &second[..100]),
            i_data(11, 1, 0, 2, ENDS, &first[90..]),
            i_data(12, 2, 0, 1, ENDS, &second[100..]),
        ],
    )]);
    assert_eq!(read.payloads(), [second]);
    assert_eq!(
        read.summary.stream_octets_lost,
        u64::try_from(first.len() - 10).unwrap()
    );
}

#[test]
fn what_the_sender_of_interleaved_messages_gives_up_is_not_waited_for() {
    let (first, second) = (ipfix(1, 20), ipfix(2, 30));
    let read = read(&[
        packet(7, &[i_data(9, 1, 0, 0, WHOLE, &first)]),
        packet(7, &[i_data(12, 1, 2, 0, WHOLE, &second)]),
        packet(7, &[chunk(I_FORWARD_TSN, 0, &[0, 0, 0, 11])]),
    ]);
    assert_eq!(read.payloads(), [first, second]);
}

#[test]
fn associations_in_udp_are_followed_by_their_own_ports() {
    let (first, second) = (ipfix(1, 20), ipfix(2, 30));
    let over_udp = |source: u16, chunks: &[Vec<u8>]| {
        let ip_header = 20;
        let sctp = &packet(7, chunks)[ip_header..];
        let mut udp = source.to_be_bytes().to_vec();
        udp.extend(9899_u16.to_be_bytes());
        udp.extend(u16::try_from(8 + sctp.len()).unwrap().to_be_bytes());
        udp.extend([0, 0]);
        udp.extend(sctp);
        ipv4(17, &udp)
    };
    let read = read(&[
        over_udp(9899, &[data(9, WHOLE, &first)]),
        over_udp(31_000, &[data(10, WHOLE, &second)]),
    ]);
    assert_eq!(read.payloads(), [first, second]);
    assert_eq!(read.packets[1].exporter, exporter(40_000));
    assert_eq!(read.packets[1].transport, Transport::Stream);
    assert_eq!(read.summary.sctp_packets, 2);
}

#[test]
fn other_associations_in_udp_are_other_datagrams() {
    let other = &packet_to(80, 7, &[data(9, WHOLE, b"no flow export")])[20..];
    let mut udp = 9899_u16.to_be_bytes().to_vec();
    udp.extend(9899_u16.to_be_bytes());
    udp.extend(u16::try_from(8 + other.len()).unwrap().to_be_bytes());
    udp.extend([0, 0]);
    udp.extend(other);
    let read = read(&[ipv4(17, &udp)]);
    assert!(read.packets.is_empty());
    assert_eq!(read.summary.udp_passed_over, 1);
}
