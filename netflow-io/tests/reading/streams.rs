//! IPFIX over TCP.

use netflow_core::Transport;
use netflow_io::{CaptureOptions, Source};

use crate::craft::{
    ACK, FIN, Pcap, RAW, RST, Read, SECONDS, SYN, collector, exporter, ipfix, limited, read_with,
    segment,
};

const START: u32 = u32::MAX - 100;

/// A connection: SYN, and segments of a stream at their offsets.
struct Connection {
    packets: Vec<Vec<u8>>,
    stream: Vec<u8>,
    port: u16,
}

impl Connection {
    fn new(port: u16, stream: Vec<u8>) -> Self {
        Self {
            packets: vec![segment(port, START.wrapping_sub(1), SYN, b"")],
            stream,
            port,
        }
    }

    /// A segment of these octets of the stream.
    fn send(mut self, range: std::ops::Range<usize>) -> Self {
        let sequence = START.wrapping_add(u32::try_from(range.start).unwrap());
        let payload = &self.stream[range];
        self.packets
            .push(segment(self.port, sequence, ACK, payload));
        self
    }

    fn read(&self) -> Read {
        Pcap::new(RAW).packets(&self.packets).read()
    }
}

/// Three messages of 60, 260 and 40 octets.
fn messages() -> Vec<Vec<u8>> {
    vec![ipfix(1, 40), ipfix(2, 240), ipfix(3, 20)]
}

fn stream() -> Vec<u8> {
    messages().concat()
}

#[test]
fn messages_are_given_one_by_one_at_the_segment_that_completes_them() {
    let connection = Connection::new(4739, stream())
        .send(0..50)
        .send(50..58)
        .send(58..100)
        .send(100..360);
    let read = connection.read();
    assert_eq!(read.payloads(), messages());
    assert_eq!(read.frames(), [4, 5, 5]);
    let first = &read.packets[0];
    assert_eq!(first.transport, Transport::Stream);
    assert_eq!(first.exporter, exporter(40_000));
    assert_eq!(first.destination, collector(4739));
    assert_eq!(
        first.received.as_nanos(),
        i64::from(SECONDS + 3) * 1_000_000_000
    );
    assert_eq!(read.summary.segments, 5);
    assert_eq!(read.summary.datagrams, 3);
    assert_eq!(read.summary.stream_gaps, 0);
}

#[test]
fn single_octets_are_enough() {
    let connection = (0..360).fold(Connection::new(4739, stream()), |connection, at| {
        connection.send(at..at + 1)
    });
    assert_eq!(connection.read().payloads(), messages());
}

#[test]
fn segments_out_of_order_and_sent_again_are_put_in_order() {
    let connection = Connection::new(4739, stream())
        .send(100..200)
        .send(200..360)
        .send(150..260)
        .send(0..50)
        .send(0..50)
        .send(20..60)
        .send(40..110)
        .send(0..360);
    let read = connection.read();
    assert_eq!(read.payloads(), messages());
    assert_eq!(read.frames(), [7, 8, 8]);
    assert_eq!(read.summary.stream_octets_lost, 0);
}

#[test]
fn a_gap_is_passed_when_too_much_waits_or_the_file_ends() {
    let mut long = stream();
    for sequence in 4..100 {
        long.extend(ipfix(sequence, 20));
    }
    // The second message lacks a part; the third begins a segment.
    let connection = Connection::new(4739, long.clone())
        .send(0..100)
        .send(200..320)
        .send(320..long.len());
    let read = connection.read();
    assert_eq!(read.packets.len(), 98);
    assert_eq!(read.packets[1].payload, messages()[2]);
    assert_eq!(read.summary.stream_gaps, 1);
    assert_eq!(read.summary.stream_octets_lost, 40 + 120);
    let mut connection = connection;
    connection.packets.push(segment(9, 0, ACK, b"another"));
    let file = Pcap::new(RAW).packets(&connection.packets);
    let read = limited(&file.octets, |limits| limits.stream_octets = 1_000);
    assert_eq!(read.frames()[1..], [4; 97]);
}

#[test]
fn a_segment_captured_short_costs_its_message_only() {
    let connection = Connection::new(4739, stream())
        .send(0..60)
        .send(60..320)
        .send(320..360);
    let file =
        connection
            .packets
            .iter()
            .enumerate()
            .fold(Pcap::new(RAW), |file, (index, packet)| {
                let captured = if index == 2 { 100 } else { packet.len() };
                file.record(SECONDS, 0, &packet[..captured], packet.len())
            });
    let read = file.read();
    assert_eq!(read.payloads(), [&messages()[0], &messages()[2]]);
    assert_eq!(read.summary.stream_gaps, 1);
    assert_eq!(read.summary.stream_octets_lost, 100 - 44);
}

#[test]
fn octets_that_are_no_message_are_passed_over_until_one_begins() {
    let connection = Connection::new(4739, [stream(), vec![0xff; 50], stream()].concat())
        .send(0..380)
        .send(380..410)
        .send(410..770);
    let read = connection.read();
    assert_eq!(read.payloads(), [messages(), messages()].concat());
    assert_eq!(read.summary.stream_octets_passed_over, 50);
    assert_eq!(read.summary.stream_octets_lost, 0);
    assert_eq!(read.summary.stream_gaps, 0);
}

#[test]
fn a_bad_header_does_not_cost_the_message_behind_it_in_its_segment() {
    let mut bad = ipfix(9, 40);
    bad[1] = 11;
    let whole = [stream(), bad.clone(), stream()].concat();
    let read = Connection::new(4739, whole.clone())
        .send(0..whole.len())
        .read();
    assert_eq!(read.payloads(), [messages(), messages()].concat());
    assert_eq!(read.summary.stream_octets_passed_over, 60);
    // A message found so may need further segments.
    let read = Connection::new(4739, whole.clone())
        .send(0..450)
        .send(450..whole.len())
        .read();
    assert_eq!(read.payloads(), [messages(), messages()].concat());
}

#[test]
fn a_stream_that_was_open_before_is_joined_at_a_message() {
    for port in [4739, 7777] {
        let mut connection = Connection::new(port, stream())
            .send(30..60)
            .send(60..320)
            .send(320..360);
        connection.packets.remove(0);
        let read = connection.read();
        assert_eq!(read.payloads(), messages()[1..]);
        assert_eq!(read.frames(), [2, 3]);
        // On a port of IPFIX the stream is followed at once.
        let passed_over = u64::from(port != 4739);
        assert_eq!(read.summary.tcp_passed_over, passed_over);
        assert_eq!(read.summary.segments, 3 - passed_over);
        assert_eq!(read.summary.stream_octets_lost, 30 * (1 - passed_over));
    }
}

/// A stream of these messages, cut into segments of this length from an offset on.
fn joined(messages: &[Vec<u8>], offset: usize, length: usize) -> Read {
    let stream = messages.concat();
    let mut connection = Connection::new(4739, stream.clone());
    connection.packets.clear();
    let mut at = offset;
    while at < stream.len() {
        let end = stream.len().min(at + length);
        connection = connection.send(at..end);
        at = end;
    }
    connection.read()
}

#[test]
fn a_stream_that_was_joined_anywhere_is_read_from_the_next_message_on() {
    let messages: Vec<Vec<u8>> = (1..9).map(|sequence| ipfix(sequence, 40)).collect();
    for offset in 1..=60 {
        for length in [1, 7, 59, 60, 61, 500] {
            let read = joined(&messages, offset, length);
            assert_eq!(read.payloads(), messages[1..], "{offset}, {length}");
            let lost = u64::try_from(60 - offset).unwrap();
            assert_eq!(read.summary.stream_octets_lost, lost, "{offset}, {length}");
        }
    }
}

#[test]
fn the_last_message_of_a_joined_stream_is_proved_by_its_end() {
    let messages = [ipfix(1, 40), ipfix(2, 40)];
    let read = joined(&messages, 11, 25);
    assert_eq!(read.payloads(), messages[1..]);
    // Nothing proves a message that ends elsewhere.
    let read = joined(&[messages[0].clone(), messages[1][..59].to_vec()], 11, 25);
    assert!(read.packets.is_empty());
    let read = joined(&[messages.concat(), vec![7; 10]], 11, 25);
    assert!(read.packets.is_empty());
}

#[test]
fn a_lost_segment_costs_the_messages_that_were_in_it() {
    let messages: Vec<Vec<u8>> = (1..20).map(|sequence| ipfix(sequence, 40)).collect();
    for gap in [61, 119, 120, 130, 200] {
        let connection = Connection::new(4739, messages.concat())
            .send(0..61)
            .send(gap + 1..700)
            .send(700..19 * 60);
        let read = connection.read();
        let lost = (gap + 1).div_ceil(60);
        let expected: Vec<_> = [&messages[..1], &messages[lost..]].concat();
        assert_eq!(read.payloads(), expected, "{gap}");
        assert_eq!(read.summary.stream_gaps, 1);
    }
}

#[test]
fn octets_that_never_prove_to_be_a_message_are_held_within_bounds() {
    // Each pair of octets begins what may be a message of 2,560 octets or more.
    let octets = [0_u8, 10].repeat(200_000);
    let mut connection = Connection::new(4739, octets.clone());
    connection.packets.clear();
    let connection = (0..400).fold(connection, |connection, at| {
        connection.send(at * 1_000..at * 1_000 + 1_000)
    });
    let read = connection.read();
    assert!(read.packets.is_empty());
    assert_eq!(read.summary.stream_octets_lost, 400_000);
}

#[test]
fn segments_of_an_ended_connection_that_are_sent_again_are_not_read_again() {
    let connection = Connection::new(4739, stream()).send(0..360);
    let mut packets = connection.packets.clone();
    packets.push(segment(4739, START.wrapping_add(360), FIN | ACK, b""));
    packets.push(packets[1].clone());
    let read = Pcap::new(RAW).packets(&packets).read();
    assert_eq!(read.payloads(), messages());
}

#[test]
fn any_port_is_followed_if_it_begins_with_a_message_and_a_chosen_one_at_once() {
    let connection = Connection::new(7777, stream()).send(0..10).send(10..360);
    let file = Pcap::new(RAW).packets(&connection.packets);
    assert!(file.read().packets.is_empty());
    assert_eq!(file.read().summary.tcp_passed_over, 3);
    let read = read_with(&file.octets, CaptureOptions::default().with_ports([7777]));
    assert_eq!(read.payloads(), messages());
    let connection = Connection::new(7777, stream()).send(0..100).send(100..360);
    assert_eq!(connection.read().payloads(), messages());
}

#[test]
fn other_protocols_are_not_followed() {
    let packets = [
        segment(80, 9, SYN, b""),
        segment(80, 10, ACK, b"GET / HTTP/1.1\r\n\r\n"),
        segment(80, 28, ACK, b"\0\x0a\0\x10short"),
        segment(80, 37, ACK | FIN, b""),
    ];
    let read = Pcap::new(RAW).packets(&packets).read();
    assert!(read.packets.is_empty());
    assert_eq!(read.summary.tcp_passed_over, 4);
}

#[test]
fn a_connection_that_ends_makes_place_for_another_on_its_ports() {
    let first = ipfix(1, 40);
    for end in [FIN, RST] {
        let mut packets = Connection::new(4739, first.clone()).send(0..60).packets;
        packets.push(segment(4739, START.wrapping_add(60), end, b""));
        packets.push(segment(4739, 77, SYN, b""));
        packets.push(segment(4739, 78, ACK, &first));
        let read = Pcap::new(RAW).packets(&packets).read();
        assert_eq!(read.frames(), [2, 5]);
    }
    // Without an end of the first, the second's SYN ends it.
    let mut packets = Connection::new(4739, first.clone()).send(0..30).packets;
    packets.push(segment(4739, 77, SYN, b""));
    packets.push(segment(4739, 77, SYN, b""));
    packets.push(segment(4739, 78, ACK, &first));
    let read = Pcap::new(RAW).packets(&packets).read();
    assert_eq!(read.frames(), [5]);
    assert_eq!(read.summary.stream_octets_lost, 30);
    // Without a SYN either, a segment far off that begins with a message.
    let mut packets = Connection::new(4739, first.clone()).send(0..60).packets;
    packets.push(segment(4739, 1 << 30, ACK, &first));
    packets.push(segment(4739, 3 << 29, ACK, b"far, and no message"));
    let read = Pcap::new(RAW).packets(&packets).read();
    assert_eq!(read.frames(), [2, 3]);
}

#[test]
fn octets_before_the_end_of_a_connection_are_awaited() {
    let connection = Connection::new(4739, stream()).send(0..100).send(200..360);
    let mut packets = connection.packets;
    packets.push(segment(4739, START.wrapping_add(360), FIN | ACK, b""));
    packets.extend(Connection::new(4739, stream()).send(100..200).packets.pop());
    let read = Pcap::new(RAW).packets(&packets).read();
    assert_eq!(read.payloads(), messages());
    assert_eq!(read.frames(), [2, 5, 5]);
}

#[test]
fn the_longest_idle_stream_is_dropped() {
    let half = |exporter: u8, range: std::ops::Range<usize>| {
        let mut packet = segment(
            4739,
            u32::try_from(range.start).unwrap(),
            ACK,
            &stream()[range],
        );
        packet[15] = exporter;
        packet
    };
    let packets = [
        half(1, 0..50),
        half(2, 0..50),
        half(3, 0..50),
        half(1, 50..60),
        half(3, 50..60),
    ];
    let file = Pcap::new(RAW).packets(&packets);
    assert_eq!(file.read().frames(), [4, 5]);
    let read = limited(&file.octets, |limits| limits.streams = 2);
    assert_eq!(read.frames(), [5]);
    assert_eq!(read.summary.stream_octets_lost, 110);
    let read = limited(&file.octets, |limits| limits.all_stream_octets = 250);
    assert_eq!(read.frames(), [5]);
    let read = limited(&file.octets, |limits| limits.all_stream_octets = 0);
    assert!(read.frames().is_empty());
}

#[test]
fn messages_that_are_ready_come_before_the_error_of_a_cut_file() {
    let connection = Connection::new(4739, stream()).send(0..30).send(60..360);
    let mut file = Pcap::new(RAW).packets(&connection.packets).octets;
    file.extend([1, 2, 3]);
    let read = crate::craft::read(&file);
    assert_eq!(read.payloads(), messages()[1..]);
    assert_eq!(read.frames(), [3, 3]);
    assert!(read.error.is_some());
}

#[test]
fn the_first_message_of_a_connection_says_that_it_begins_a_session() {
    let begins = |packets: &[Vec<u8>]| {
        let file = Pcap::new(RAW).packets(packets).octets;
        let mut source = Source::from_reader(std::io::Cursor::new(file), "test").unwrap();
        let mut begins = Vec::new();
        while let Some(packet) = source.next() {
            begins.push(packet.unwrap().begins_session);
        }
        begins
    };
    let first = Connection::new(4739, stream()).send(0..60).send(60..360);
    let mut packets = first.packets.clone();
    assert_eq!(begins(&packets), [true, false, false]);
    // One that was open before may have sent its templates before.
    assert_eq!(begins(&packets[1..]), [false; 3]);
    packets.push(segment(4739, START.wrapping_add(360), FIN, b""));
    // What is sent again after the end is of the same connection.
    packets.push(segment(4739, START, ACK, &messages()[0]));
    assert_eq!(begins(&packets[1..]), [false; 3]);
    packets.pop();
    packets.push(segment(4739, 1 << 30, SYN, b""));
    packets.push(segment(4739, (1 << 30) + 1, ACK, &messages()[0]));
    assert_eq!(begins(&packets[1..]), [false, false, false, true]);
    packets.remove(4);
    assert_eq!(
        begins(&packets[1..]),
        [false, false, false, true],
        "without its SYN"
    );
}
