//! The loop around a decoder.

use core::net::SocketAddr;
use std::io::Cursor;
use std::ops::ControlFlow;

use netflow_core::{Datagram, Decoder, Limits, MessageHeader, Rewrite, Set, Timestamp, Transport};
use netflow_io::{Arrival, Datagrams, Event, Feed, Source};

use crate::craft::{ACK, FIN, Pcap, RAW, SYN, datagram, exporter, ipfix, netflow5, segment};

fn feed() -> Feed {
    Feed::new(Decoder::new(Limits::new(1)))
}

/// A datagram from port 50000.
fn udp(payload: &[u8]) -> Datagram<'_> {
    let received = Timestamp::from_secs(1_700_000_000);
    Datagram::new(exporter(50_000), Transport::Udp, received, payload)
}

fn source(packets: &[Vec<u8>]) -> Source<'static> {
    let file = Pcap::new(RAW).packets(packets).octets;
    Source::from_reader(Cursor::new(file), "test").unwrap()
}

/// An IPFIX message with template 256 of one octet, and one with a record of it.
fn template_and_data() -> [Vec<u8>; 2] {
    let message = |sets: &[u8]| {
        let mut message = ipfix(0, 0)[..16].to_vec();
        message[3] = u8::try_from(16 + sets.len()).unwrap();
        message.extend(sets);
        message
    };
    [
        message(&[0, 2, 0, 12, 1, 0, 0, 1, 0, 4, 0, 1]),
        message(&[1, 0, 0, 5, 17]),
    ]
}

/// What comes of a source, in short.
fn events(feed: &mut Feed, source: &mut Source<'_>) -> Vec<String> {
    let mut events = Vec::new();
    while let Some(event) = feed.next(source) {
        events.push(match event.unwrap() {
            Event::Decoded(datagram, message) => {
                format!("{} has {}", datagram.frame, message.flows().count())
            }
            Event::Unreadable(datagram, _) => format!("{} unreadable", datagram.frame),
            Event::SessionEnds(exporter) => format!("{} ends", exporter.port()),
            other => format!("{other:?}"),
        });
    }
    events
}

#[test]
fn a_session_ends_before_the_first_datagram_of_the_next() {
    let [template, data] = template_and_data();
    let connection = |start: u32, messages: &[u8]| {
        let length = u32::try_from(messages.len()).unwrap();
        [
            segment(4739, start, SYN, b""),
            segment(4739, start + 1, ACK, messages),
            segment(4739, start + 1 + length, FIN | ACK, b""),
        ]
    };
    let both = [&template[..], &data].concat();
    let mut packets = connection(7, &both).to_vec();
    packets.extend(connection(1 << 30, &data));
    let mut source = source(&packets);
    let mut feed = feed();
    let events = events(&mut feed, &mut source);
    assert_eq!(
        events,
        [
            "40000 ends",
            "2 has 0",
            "2 has 1",
            "40000 ends",
            // Without its template, which was of the session before.
            "5 has 0",
        ]
    );
    let kinds: Vec<_> = feed
        .problems()
        .map(|problem| problem.error.kind.code())
        .collect();
    assert_eq!(kinds, ["no_template"]);
}

#[test]
fn what_a_session_knew_can_be_asked_for_when_it_ends() {
    struct Ending<'a>(Vec<Arrival<'a>>);
    impl Datagrams for Ending<'_> {
        type Error = ();
        fn next_arrival(&mut self) -> Option<Result<Arrival<'_>, ()>> {
            self.0.pop().map(Ok)
        }
    }
    let [template, _] = template_and_data();
    let received = Timestamp::from_secs(1);
    let stream = Datagram::new(exporter(1), Transport::Stream, received, &template);
    let mut source = Ending(vec![
        Arrival::Idle,
        Arrival::SessionEnded(stream.exporter),
        Arrival::Datagram(stream),
    ]);
    let mut feed = feed();
    assert!(matches!(
        feed.next(&mut source),
        Some(Ok(Event::Decoded(..)))
    ));
    assert!(matches!(
        feed.next(&mut source),
        Some(Ok(Event::SessionEnds(_)))
    ));
    assert_eq!(feed.decoder().templates().count(), 1);
    assert!(matches!(feed.next(&mut source), Some(Ok(Event::Idle))));
    assert_eq!(feed.decoder().templates().count(), 0);
    assert!(feed.next(&mut source).is_none());
}

/// Shows port 9 of every exporter, and replaces nothing else.
#[derive(Debug)]
struct PortNine;

impl Rewrite for PortNine {
    fn exporter(&self, exporter: SocketAddr) -> SocketAddr {
        SocketAddr::new(exporter.ip(), 9)
    }

    fn header(&mut self, _: &mut MessageHeader) {}

    fn set(&mut self, set: &Set<'_>, body: &mut [u8]) {
        body.copy_from_slice(set.body());
    }
}

#[test]
fn the_exporter_of_what_cannot_be_read_is_replaced_too() {
    let decoder = Decoder::new(Limits::new(1)).with_rewrite(PortNine);
    let mut feed = Feed::new(decoder);
    let (unreadable, damaged) = ([0, 9, 0], [0, 5, 0, 1]);
    assert!(feed.push(udp(&unreadable)).is_err());
    let packets = [datagram(2055, &damaged), datagram(2055, &netflow5(1)[..40])];
    let mut source = source(&packets);
    while let Some(event) = feed.next(&mut source) {
        if let Event::Unreadable(datagram, _) = event.unwrap() {
            assert_eq!(datagram.exporter.port(), 9);
        }
    }
    let exporters: Vec<_> = feed
        .problems()
        .map(|problem| problem.exporter.port())
        .collect();
    assert_eq!(exporters, [9; 3]);
}

#[test]
fn a_source_returns_the_same_datagrams_either_way() {
    let packets = [
        segment(4739, 1, SYN, b""),
        segment(4739, 2, ACK, &ipfix(1, 20)),
        datagram(2055, &netflow5(1)),
    ];
    let mut one = source(&packets);
    let mut other = source(&packets);
    assert!(matches!(
        other.next_arrival(),
        Some(Ok(Arrival::SessionEnded(_)))
    ));
    for _ in 0..2 {
        let expected = one.next().unwrap().unwrap().datagram;
        let Some(Ok(Arrival::Datagram(found))) = other.next_arrival() else {
            panic!("no datagram");
        };
        assert_eq!(
            (found.frame, found.payload),
            (expected.frame, expected.payload)
        );
    }
    assert!(other.next_arrival().is_none());
    // What was announced is not lost to the other way.
    let mut mixed = source(&packets);
    assert!(mixed.next_arrival().is_some());
    assert!(mixed.next().unwrap().unwrap().begins_session);
}

#[test]
fn datagrams_are_numbered_by_input() {
    let payload = netflow5(1);
    let mut feed = feed();
    let numbers = |feed: &mut Feed, datagram: Datagram<'_>| {
        let message = feed.push(datagram).unwrap();
        let header = message.headers().next().unwrap();
        (header.input, header.frame)
    };
    assert_eq!(numbers(&mut feed, udp(&payload)), (0, 1));
    assert_eq!(numbers(&mut feed, udp(&payload)), (0, 2));
    assert_eq!(numbers(&mut feed, udp(&payload).with_frame(9, 77)), (9, 77));
    feed.begin_input(3);
    assert_eq!(feed.datagrams(), 0);
    assert_eq!(numbers(&mut feed, udp(&payload)), (3, 1));
    let mut source = source(&[datagram(53, b"dns"), datagram(2055, &payload)]);
    assert_eq!(events(&mut feed, &mut source), ["2 has 1"]);
    assert_eq!((feed.input(), feed.datagrams()), (3, 2));
}

#[test]
fn an_input_without_export_is_known() {
    let mut feed = feed();
    assert!(feed.push(udp(b"something else")).is_err());
    assert!(!feed.has_export());
    // A header that is cut is flow export, which cannot be read.
    assert!(feed.push(udp(&netflow5(1)[..10])).is_err());
    assert!(feed.has_export());
    feed.begin_input(1);
    assert!(!feed.has_export());
    assert!(feed.push(udp(&netflow5(1))).is_ok());
    assert!(feed.has_export());
}

#[test]
fn the_first_problems_are_kept_or_the_last() {
    let frames = |feed: &Feed| {
        let mut frames = feed.problems().map(|problem| problem.frame);
        (frames.next(), frames.last(), feed.problems().count())
    };
    let (mut first, mut last) = (feed(), feed().keeping_last_problems());
    for _ in 0..1_100 {
        assert!(first.push(udp(b"?")).is_err());
        assert!(last.push(udp(b"?")).is_err());
    }
    assert_eq!(frames(&first), (Some(1), Some(1_000), 1_000));
    assert_eq!(frames(&last), (Some(101), Some(1_100), 1_000));
    let problem = first.problems().next().unwrap();
    assert_eq!(problem.exporter, exporter(50_000));
    assert!(problem.is_unreadable);
    assert_eq!((problem.octets, problem.set), (1, None));
}

#[test]
fn a_run_ends_when_it_is_reported_to() {
    let packets: Vec<_> = (1..5)
        .map(|count| datagram(2055, &netflow5(count)))
        .collect();
    let mut feed = feed();
    let mut flows = 0;
    let run = feed.run(&mut source(&packets), |event| {
        if let Event::Decoded(_, message) = event {
            flows += message.flows().count();
        }
        if flows < 3 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    assert!(run.is_ok());
    assert_eq!(flows, 3);
    assert_eq!(feed.finish().stats().datagrams, 2);
}

#[test]
fn the_error_of_a_source_is_returned() {
    let mut file = Pcap::new(RAW).packet(&datagram(2055, &netflow5(1))).octets;
    file.extend([1, 2, 3]);
    let mut source = Source::from_reader(Cursor::new(file), "test").unwrap();
    let run = feed().run(&mut source, |_| ControlFlow::Continue(()));
    assert!(run.is_err());
}
