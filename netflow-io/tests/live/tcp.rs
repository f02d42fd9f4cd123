//! IPFIX over TCP, from peers of every kind.

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use netflow_core::Transport;
use netflow_io::FramingError;
use netflow_io::live::{CloseReason, Live, LiveOptions, Notice};

use crate::bench::{Seen, collector, ipfix, options, rest, until};

fn listening() -> LiveOptions {
    options().tcp("127.0.0.1:0".parse().unwrap())
}

fn connect(to: SocketAddr) -> (TcpStream, SocketAddr) {
    let stream = TcpStream::connect(to).unwrap();
    stream.set_nodelay(true).unwrap();
    let address = stream.local_addr().unwrap();
    (stream, address)
}

/// Whether the collector has closed the connection.
fn is_closed(stream: &mut TcpStream) -> bool {
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let read = stream.read(&mut [0]);
    // A reset, if it had not read everything.
    read.map_or_else(
        |error| error.kind() != std::io::ErrorKind::WouldBlock,
        |count| count == 0,
    )
}

fn closed(live: &Live) -> Vec<CloseReason> {
    let notices = live.take_notices().into_iter();
    let reasons = notices.filter_map(|notice| match notice {
        Notice::Closed(_, reason) => Some(reason),
        _ => None,
    });
    reasons.collect()
}

#[test]
fn messages_arrive_whole_however_they_are_sent() {
    let (live, mut source, to) = collector(&listening());
    let (mut stream, exporter) = connect(to);
    let messages = [ipfix(16, 0), ipfix(300, 1), ipfix(65_535, 2), ipfix(20, 3)];
    // Three in one segment, and the last octet by octet.
    stream.write_all(&messages[..3].concat()).unwrap();
    for octet in &messages[3] {
        stream.write_all(&[*octet]).unwrap();
    }
    let seen = until(&mut source, |seen| seen.len() == 4);
    for (seen, message) in seen.iter().zip(&messages) {
        let expected = Seen::Datagram {
            exporter,
            transport: Transport::Stream,
            payload: message.clone(),
        };
        assert!(*seen == expected);
    }
    drop(stream);
    assert_eq!(
        until(&mut source, |seen| !seen.is_empty()),
        [Seen::Ended(exporter)]
    );
    assert_eq!(closed(&live), [CloseReason::Ended]);
    let summary = live.summary();
    assert_eq!(
        (summary.messages, summary.message_octets),
        (4, 16 + 300 + 65_535 + 20)
    );
    assert_eq!((summary.connections, summary.connections_closed), (1, 1));
}

#[test]
fn a_peer_that_sends_something_else_is_closed_and_harms_no_other() {
    let (live, mut source, to) = collector(&listening());
    let (mut good, exporter) = connect(to);
    good.write_all(&ipfix(100, 1)).unwrap();
    let (mut bad, _) = connect(to);
    bad.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    until(&mut source, |_| live.summary().connections_malformed == 1);
    assert!(is_closed(&mut bad));
    let version = FramingError::Version { version: 0x4745 };
    assert_eq!(closed(&live), [CloseReason::Framing(version)]);
    good.write_all(&ipfix(100, 2)).unwrap();
    let seen = until(&mut source, |seen| !seen.is_empty());
    assert!(matches!(&seen[0], Seen::Datagram { exporter: from, .. } if *from == exporter));
}

#[test]
fn a_session_that_turns_into_something_else_ends() {
    let (_live, mut source, to) = collector(&listening());
    let (mut stream, exporter) = connect(to);
    stream
        .write_all(&[ipfix(16, 0), vec![0; 100]].concat())
        .unwrap();
    let seen = until(&mut source, |seen| seen.len() == 2);
    assert_eq!(seen[0].payload(), ipfix(16, 0));
    assert_eq!(seen[1], Seen::Ended(exporter));
}

#[test]
fn a_message_above_the_maximum_ends_its_connection() {
    let mut options = listening();
    options.max_message = 1_000;
    let (live, mut source, to) = collector(&options);
    let (mut stream, _) = connect(to);
    stream
        .write_all(&[ipfix(1_000, 1), ipfix(1_001, 2)].concat())
        .unwrap();
    let seen = until(&mut source, |seen| seen.len() == 2);
    assert_eq!(seen[0].payload(), ipfix(1_000, 1));
    let (length, limit) = (1_001, 1_000);
    let too_long = FramingError::TooLong { length, limit };
    assert_eq!(closed(&live), [CloseReason::Framing(too_long)]);
}

#[test]
fn a_peer_that_is_slow_in_a_message_is_closed_in_time() {
    let mut options = listening();
    options.read_timeout = Duration::from_millis(300);
    let (live, mut source, to) = collector(&options);
    // One says nothing, one begins a message and goes on an octet at a time, one is silent after
    // a message, which it may be.
    let (mut silent, _) = connect(to);
    let (mut slow, _) = connect(to);
    let (mut idle, exporter) = connect(to);
    idle.write_all(&ipfix(16, 0)).unwrap();
    let message = ipfix(1_000, 0);
    let mut sent = 0;
    until(&mut source, |_| {
        if let Some(octet) = message.get(sent) {
            let _ = slow.write_all(&[*octet]);
            sent += 1;
        }
        live.summary().connections_timed_out == 2
    });
    assert!(is_closed(&mut silent) && is_closed(&mut slow));
    assert_eq!(
        closed(&live),
        [CloseReason::TimedOut, CloseReason::TimedOut]
    );
    idle.write_all(&ipfix(16, 0)).unwrap();
    let seen = until(&mut source, |seen| !seen.is_empty());
    assert!(matches!(&seen[0], Seen::Datagram { exporter: from, .. } if *from == exporter));
}

#[test]
fn a_connection_cut_inside_a_message_is_counted() {
    let (live, mut source, to) = collector(&listening());
    let (mut stream, exporter) = connect(to);
    stream.write_all(&ipfix(100, 0)).unwrap();
    stream.write_all(&ipfix(100, 0)[..40]).unwrap();
    stream.shutdown(Shutdown::Both).unwrap();
    let seen = until(&mut source, |seen| seen.len() == 2);
    assert_eq!(seen[1], Seen::Ended(exporter));
    assert_eq!(closed(&live), [CloseReason::Cut { octets: 40 }]);
    assert_eq!(live.summary().connections_cut, 1);
}

#[test]
fn connections_are_limited_in_all_and_by_address() {
    let mut options = listening();
    options.connections = 3;
    options.connections_by_address = 2;
    let (live, mut source, to) = collector(&options);
    let mut streams: Vec<TcpStream> = (0..3).map(|_| connect(to).0).collect();
    until(&mut source, |_| live.summary().connections_refused == 1);
    assert!(is_closed(&mut streams[2]));
    streams.remove(2);
    assert_eq!(live.summary().connections, 2);
    // One that ends makes room.
    drop(streams.pop());
    until(&mut source, |_| live.summary().connections_closed == 1);
    let (mut stream, _) = connect(to);
    stream.write_all(&ipfix(16, 0)).unwrap();
    until(&mut source, |seen| !seen.is_empty());
}

#[test]
fn peers_that_are_not_allowed_are_turned_away() {
    let mut options = listening();
    options.allowed = vec!["192.0.2.0/24".parse().unwrap()];
    let (live, mut source, to) = collector(&options);
    let (mut stream, exporter) = connect(to);
    until(&mut source, |_| live.summary().not_allowed == 1);
    assert!(is_closed(&mut stream));
    assert_eq!(
        live.take_notices(),
        [Notice::Refused(exporter, "not allowed")]
    );
}

#[test]
fn what_connections_hold_at_the_stop_is_returned() {
    let (live, mut source, to) = collector(&listening());
    let (mut first, _) = connect(to);
    first.write_all(&ipfix(16, 0).repeat(50)).unwrap();
    until(&mut source, |seen| !seen.is_empty());
    let (mut second, _) = connect(to);
    second.write_all(&ipfix(16, 0).repeat(50)).unwrap();
    live.stopper().stop();
    rest(&mut source);
    assert_eq!(live.summary().messages, 100);
}
