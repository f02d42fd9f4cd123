//! Datagrams that are passed on to other collectors.

use std::net::UdpSocket;

use netflow_testdata::own_port;

use crate::harness::{Collector, logged, patience, run, send, v5};

/// Whether this process may send from any address: root of the host has the capability, root of a container
/// mostly, others not.
fn may_spoof() -> bool {
    const CAP_NET_RAW: u32 = 13;
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let capabilities = u64::from_str_radix(line.unwrap().trim(), 16).unwrap();
    capabilities >> CAP_NET_RAW & 1 == 1
}

#[test]
fn datagrams_keep_the_address_of_their_exporter_if_asked() {
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    other.set_read_timeout(Some(patience())).unwrap();
    let to = other.local_addr().unwrap().to_string();
    let options = ["--udp", "127.0.0.1:0", "--forward", &to, "--forward-spoof"];
    if !may_spoof() {
        let refused = run(&options);
        assert_eq!(refused.status, Some(1));
        assert!(refused.log.contains("CAP_NET_RAW"), "{}", refused.log);
        return;
    }
    let collector = Collector::start(&options);
    let mut octets = [0; 2_000];
    for (exporter, number) in [("127.0.0.7", 1), ("127.0.0.8", 2), ("127.0.0.7", 3)] {
        send(exporter, collector.addresses[0], &v5(0, number));
        let (count, from) = other.recv_from(&mut octets).unwrap();
        assert_eq!(octets[..count], v5(0, number));
        assert_eq!(from.ip().to_string(), exporter);
    }
    assert_eq!(collector.stop().status, Some(0));
}

#[test]
fn an_exporter_of_another_version_cannot_keep_its_address_and_is_counted() {
    if !may_spoof() {
        return;
    }
    let other = UdpSocket::bind("[::1]:0").unwrap();
    let to = other.local_addr().unwrap().to_string();
    let mut collector = Collector::start(&[
        "--udp",
        "127.0.0.1:0",
        "--forward",
        &to,
        "--forward-spoof",
        "--output",
        "null",
    ]);
    send("127.0.0.1", collector.addresses[0], &v5(0, 1));
    collector.wait(|collector| collector.log().contains("not forwarded"));
}

#[test]
fn spoofing_is_for_forwarding() {
    let refused = run(&["--forward-spoof"]);
    assert_eq!(refused.status, Some(2));
    assert!(refused.log.contains("--forward <ADDR>"), "{}", refused.log);
}

/// The number of datagrams that wait in a socket.
fn count_waiting(socket: &UdpSocket) -> u64 {
    socket.set_nonblocking(true).unwrap();
    let mut octets = [0; 2_000];
    (0..)
        .take_while(|_| socket.recv(&mut octets).is_ok())
        .count() as u64
}

#[test]
fn datagrams_forwarded_and_failed_are_those_received_when_the_other_collector_is_restarted() {
    let kinds = [&[][..], &["--forward-spoof"]];
    for kind in kinds.into_iter().take(if may_spoof() { 2 } else { 1 }) {
        let address = own_port().local_addr().unwrap();
        let to = address.to_string();
        let options = ["--udp", "127.0.0.1:0", "--output", "null", "--forward", &to];
        let mut collector = Collector::start(&[&options, kind].concat());
        let udp = collector.addresses[0];
        let burst = |numbers: core::ops::Range<u32>| {
            numbers.for_each(|number| {
                send(&format!("127.0.0.{}", 1 + number % 3), udp, &v5(number, 1));
            });
        };
        let other = UdpSocket::bind(address).unwrap();
        burst(0..30);
        // It is closed when it has read all of them.
        let read = core::cell::Cell::new(0);
        collector.wait(|_| {
            read.set(read.get() + count_waiting(&other));
            read.get() == 30
        });
        drop(other);
        burst(30..70);
        collector.wait(|collector| collector.log().contains("not forwarded"));
        let other = UdpSocket::bind(address).unwrap();
        burst(70..120);
        let ended = collector.stop();
        let read = read.get() + count_waiting(&other);
        let count = |name: &str| -> u64 { logged(&ended.log, "forwarded", name).parse().unwrap() };
        assert_eq!(count("datagrams"), 120, "{}", ended.log);
        assert!(count("failed") > 0, "{}", ended.log);
        assert_eq!(read + count("failed"), 120, "{}", ended.log);
    }
}
