//! Datagrams of UDP.

use core::time::Duration;
use std::net::UdpSocket;
use std::time::SystemTime;

use netflow_core::{Protocol, Timestamp, Transport};
use netflow_io::live::{Listener, ListenerTransport, Live, LiveError, LiveOptions};
use netflow_io::{Arrival, Datagrams};

use crate::bench::{Seen, collector, options, rest, until};

#[test]
fn datagrams_of_any_length_arrive_with_their_sender_and_time() {
    let (live, mut source, to) = collector(&options().udp("127.0.0.1:0".parse().unwrap()));
    let exporter = UdpSocket::bind("127.0.0.1:0").unwrap();
    // 65,507 octets are the most that UDP over IPv4 carries.
    let payloads = [vec![], vec![7], vec![1; 1_400], vec![2; 65_507]];
    let before = Timestamp::from_system_time(SystemTime::now());
    for payload in &payloads {
        exporter.send_to(payload, to).unwrap();
    }
    let seen = until(&mut source, |seen| seen.len() == payloads.len());
    for (seen, payload) in seen.iter().zip(&payloads) {
        let expected = Seen::Datagram {
            exporter: exporter.local_addr().unwrap(),
            transport: Transport::Udp,
            payload: payload.clone(),
        };
        assert!(*seen == expected);
    }
    assert_eq!(live.summary().datagrams, 4);
    assert_eq!(live.summary().datagram_octets, 1 + 1_400 + 65_507);

    std::thread::sleep(Duration::from_millis(50));
    exporter.send_to(&[0], to).unwrap();
    let sent = Timestamp::from_system_time(SystemTime::now());
    std::thread::sleep(Duration::from_millis(50));
    loop {
        if let Arrival::Datagram(datagram) = source.next_arrival().unwrap().unwrap() {
            // The time of its arrival, not of its reading.
            assert!(before < datagram.received && datagram.received <= sent);
            break;
        }
    }
}

#[test]
fn several_addresses_of_both_versions_are_one_source() {
    let options = options()
        .udp("127.0.0.1:0".parse().unwrap())
        .udp("127.0.0.1:0".parse().unwrap())
        .udp("[::1]:0".parse().unwrap());
    let (live, mut source, _) = collector(&options);
    for (number, listener) in (0..).zip(live.listeners()) {
        let from = if listener.address.is_ipv4() {
            "127.0.0.2:0"
        } else {
            "[::1]:0"
        };
        let exporter = UdpSocket::bind(from).unwrap();
        exporter.send_to(&[number], listener.address).unwrap();
    }
    let mut seen = until(&mut source, |seen| seen.len() == 3);
    seen.sort_by_key(|seen| seen.payload().to_vec());
    let payloads: Vec<&[u8]> = seen.iter().map(Seen::payload).collect();
    assert_eq!(payloads, [[0], [1], [2]]);
}

#[test]
fn ipv4_on_a_socket_of_ipv6_has_addresses_of_ipv4() {
    let (_live, mut source, to) = collector(&options().udp("[::]:0".parse().unwrap()));
    let exporter = UdpSocket::bind("127.0.0.3:0").unwrap();
    exporter.send_to(&[1], ("127.0.0.1", to.port())).unwrap();
    let seen = until(&mut source, |seen| !seen.is_empty());
    let Seen::Datagram { exporter: from, .. } = &seen[0] else {
        panic!("{seen:?}");
    };
    assert_eq!(*from, exporter.local_addr().unwrap());
}

#[test]
fn both_wildcards_can_have_the_same_port() {
    let probe = UdpSocket::bind("0.0.0.0:0").unwrap();
    let port = probe.local_addr().unwrap().port();
    drop(probe);
    let options = options()
        .udp(format!("0.0.0.0:{port}").parse().unwrap())
        .udp(format!("[::]:{port}").parse().unwrap());
    let (_live, mut source, _) = collector(&options);
    UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .send_to(&[4], ("127.0.0.1", port))
        .unwrap();
    UdpSocket::bind("[::1]:0")
        .unwrap()
        .send_to(&[6], ("::1", port))
        .unwrap();
    until(&mut source, |seen| seen.len() == 2);
}

#[test]
fn a_datagram_above_the_maximum_is_counted_and_passed_over() {
    let mut options = options().udp("127.0.0.1:0".parse().unwrap());
    options.max_message = 100;
    let (live, mut source, to) = collector(&options);
    let exporter = UdpSocket::bind("127.0.0.1:0").unwrap();
    exporter.send_to(&[1; 101], to).unwrap();
    exporter.send_to(&[2; 100], to).unwrap();
    let seen = until(&mut source, |seen| !seen.is_empty());
    assert_eq!(seen[0].payload(), [2; 100]);
    assert_eq!((live.summary().too_long, live.summary().datagrams), (1, 1));
}

#[test]
fn what_the_kernel_drops_is_counted() {
    const SENT: u64 = 2_000;
    let mut options = options().udp("127.0.0.1:0".parse().unwrap());
    options.read_buffer = 64 * 1024;
    let (live, mut source, to) = collector(&options);
    let buffer = live.listeners()[0].buffer.unwrap();
    assert_eq!((buffer.granted, buffer.remedy()), (64 * 1024, None));
    let exporter = UdpSocket::bind("127.0.0.1:0").unwrap();
    // One that is read while nothing was dropped: its control messages are shorter.
    exporter.send_to(&[0; 100], to).unwrap();
    until(&mut source, |seen| !seen.is_empty());
    for _ in 0..SENT {
        exporter.send_to(&[0; 1_000], to).unwrap();
    }
    let mut read = 0;
    until(&mut source, |seen| {
        read = seen.len();
        read > 10
    });
    // The count comes with the next datagram that fits.
    exporter.send_to(&[1], to).unwrap();
    let seen = until(&mut source, |seen| {
        seen.iter().any(|seen| seen.payload() == [1])
    });
    let received = u64::try_from(read + seen.len()).unwrap() - 1;
    assert!(received < SENT);
    assert_eq!(received + live.summary().kernel_drops, SENT);
}

#[test]
fn exporters_that_are_not_allowed_are_counted() {
    let mut options = options().udp("127.0.0.1:0".parse().unwrap());
    options.allowed = vec!["127.0.0.8/29".parse().unwrap()];
    let (live, mut source, to) = collector(&options);
    UdpSocket::bind("127.0.0.7:0")
        .unwrap()
        .send_to(&[7], to)
        .unwrap();
    UdpSocket::bind("127.0.0.9:0")
        .unwrap()
        .send_to(&[9], to)
        .unwrap();
    let seen = until(&mut source, |seen| !seen.is_empty());
    assert_eq!(seen[0].payload(), [9]);
    assert_eq!(live.summary().not_allowed, 1);
}

#[test]
fn protocols_that_a_listener_does_not_take_are_counted() {
    let protocols = [Protocol::NetflowV5, Protocol::SflowV5]
        .into_iter()
        .collect();
    let listener = Listener::new(ListenerTransport::Udp, "127.0.0.1:0".parse().unwrap());
    let (live, mut source, to) = collector(&options().listen(listener.with_protocols(protocols)));
    let exporter = UdpSocket::bind("127.0.0.1:0").unwrap();
    for payload in [
        [0, 9, 0, 0],
        [0, 10, 0, 0],
        [0, 0, 0, 4],
        [9, 9, 9, 9],
        [0, 0, 0, 5],
    ] {
        exporter.send_to(&payload, to).unwrap();
    }
    let seen = until(&mut source, |seen| !seen.is_empty());
    assert_eq!(seen[0].payload(), [0, 0, 0, 5]);
    assert_eq!(live.summary().other_protocols, 4);
}

#[test]
fn what_was_received_before_the_stop_is_returned_after_it() {
    let (live, mut source, to) = collector(&options().udp("127.0.0.1:0".parse().unwrap()));
    let exporter = UdpSocket::bind("127.0.0.1:0").unwrap();
    for number in 0..200 {
        exporter.send_to(&[number], to).unwrap();
    }
    live.stopper().stop();
    let seen = rest(&mut source);
    let payloads: Vec<u8> = seen.iter().map(|seen| seen.payload()[0]).collect();
    assert_eq!(payloads, (0..200).collect::<Vec<u8>>());
    assert!(source.next_arrival().is_none());
}

#[test]
fn a_stop_ends_a_source_that_waits() {
    let mut options = options().udp("127.0.0.1:0".parse().unwrap());
    options.idle = Duration::from_secs(3_600);
    let (live, mut source, _) = collector(&options);
    let stopper = live.stopper();
    let waiting = std::thread::spawn(move || rest(&mut source).len());
    stopper.stop();
    assert_eq!(waiting.join().unwrap(), 0);
}

#[test]
fn exporters_that_do_not_stop_sending_do_not_delay_the_end() {
    let (live, mut source, to) = collector(&options().udp("127.0.0.1:0".parse().unwrap()));
    let (stopper, stopped) = (live.stopper(), live.stopper());
    let sending = std::thread::spawn(move || {
        let exporter = UdpSocket::bind("127.0.0.1:0").unwrap();
        // Until the source has ended, which closes the port.
        exporter.connect(to).unwrap();
        while exporter.send(&[0; 100]).is_ok() || !stopped.is_stopped() {}
    });
    until(&mut source, |seen| seen.len() > 100);
    stopper.stop();
    rest(&mut source);
    drop(source);
    sending.join().unwrap();
}

#[test]
fn a_port_that_is_taken_is_an_error_that_says_what_to_do() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    for workers in [1, 4] {
        let options = LiveOptions::new().udp(address).with_workers(workers);
        let error = Live::bind(&options).unwrap_err();
        assert!(
            matches!(
                error,
                LiveError::Bind {
                    transport: "udp",
                    ..
                }
            ),
            "{error}"
        );
        assert!(
            error.to_string().contains("another program listens there"),
            "{error}"
        );
    }
    let (_first, _source, address) = collector(&options().udp("127.0.0.1:0".parse().unwrap()));
    assert!(Live::bind(&options().udp(address).with_workers(2)).is_err());
}

#[test]
fn no_listener_is_an_error() {
    let error = Live::bind(&LiveOptions::new()).unwrap_err();
    assert_eq!(error.to_string(), "there is no address to listen on");
}
