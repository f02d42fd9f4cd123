//! Which worker receives what.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::net::{TcpStream, UdpSocket};
use std::thread;
use std::time::Instant;

use netflow_io::live::{Live, LiveOptions, LiveSource, worker_of};
use netflow_io::{Arrival, Datagrams};
use socket2::{Domain, Socket, Type};

use crate::bench::{Seen, ipfix, options};

const WORKERS: usize = 3;

/// Senders on the loopback interface.
fn exporters() -> impl Iterator<Item = IpAddr> {
    (1..=40).map(|host| Ipv4Addr::new(127, 1, 2, host).into())
}

/// Reads all sources until they have returned this number of datagrams, and returns which worker
/// each exporter was received by.
fn workers(live: &mut Live, count: usize) -> HashMap<IpAddr, HashSet<usize>> {
    let mut sources: Vec<LiveSource> = live.take_sources();
    let (mut found, mut seen) = (HashMap::<IpAddr, HashSet<usize>>::new(), 0);
    while seen < count {
        for (worker, source) in sources.iter_mut().enumerate() {
            while let Arrival::Datagram(datagram) = source.next_arrival().unwrap().unwrap() {
                found
                    .entry(datagram.exporter.ip())
                    .or_default()
                    .insert(worker);
                seen += 1;
            }
        }
    }
    found
}

fn is_by_address(found: &HashMap<IpAddr, HashSet<usize>>) {
    let mut used = HashSet::new();
    for (exporter, by) in found {
        let expected = worker_of(*exporter, WORKERS);
        assert_eq!(by, &HashSet::from([expected]), "{exporter}");
        used.insert(expected);
    }
    assert_eq!(used.len(), WORKERS, "each worker has exporters");
}

fn send(exporter: SocketAddr, to: SocketAddr) {
    UdpSocket::bind(exporter)
        .unwrap()
        .send_to(&[1; 100], to)
        .unwrap();
}

fn udp(options: LiveOptions, to: &str) {
    let is_steered = !options.without_steering;
    let mut live = Live::bind(&options.with_workers(WORKERS)).unwrap();
    assert_eq!(live.is_steered(), is_steered);
    let to: IpAddr = to.parse().unwrap();
    let ports: Vec<u16> = live
        .listeners()
        .iter()
        .map(|open| open.address.port())
        .collect();
    let mut sent = 0;
    for exporter in exporters() {
        // From any port, and to any port.
        for port in ports.iter().chain(&ports) {
            send(SocketAddr::new(exporter, 0), SocketAddr::new(to, *port));
            sent += 1;
        }
    }
    is_by_address(&workers(&mut live, sent));
    assert_eq!(live.summary().queue_drops, 0);
}

#[test]
fn the_kernel_gives_all_datagrams_of_an_address_to_its_worker() {
    let loopback = "127.0.0.1:0".parse().unwrap();
    udp(options().udp(loopback).udp(loopback), "127.0.0.1");
}

#[test]
fn ipv4_on_a_socket_of_ipv6_goes_by_the_address_of_ipv4() {
    udp(options().udp("[::]:0".parse().unwrap()), "127.0.0.1");
}

#[test]
fn a_thread_distributes_by_the_same_rule() {
    let mut options = options().udp("127.0.0.1:0".parse().unwrap());
    options.without_steering = true;
    udp(options, "127.0.0.1");
}

#[test]
fn ipv6_goes_by_all_of_the_address() {
    let options = options()
        .udp("[::]:0".parse().unwrap())
        .with_workers(WORKERS);
    let mut live = Live::bind(&options).unwrap();
    assert!(live.is_steered());
    let to = live.listeners()[0].address;
    for _ in 0..8 {
        send(
            "[::1]:0".parse().unwrap(),
            SocketAddr::new("::1".parse().unwrap(), to.port()),
        );
    }
    let loopback: IpAddr = "::1".parse().unwrap();
    let found = workers(&mut live, 8);
    assert_eq!(
        found[&loopback],
        HashSet::from([worker_of(loopback, WORKERS)])
    );
    // Addresses that differ in one octet anywhere are distributed.
    let by: HashSet<usize> = (0..16)
        .map(|octet| {
            let mut octets = [0; 16];
            octets[octet] = 0x5b;
            worker_of(octets.into(), 7)
        })
        .collect();
    assert!(by.len() > 2, "{by:?}");
}

#[test]
fn connections_of_an_address_go_to_its_worker() {
    let options = options()
        .tcp("127.0.0.1:0".parse().unwrap())
        .with_workers(WORKERS);
    let mut live = Live::bind(&options).unwrap();
    assert!(live.is_steered());
    let to = live.listeners()[0].address;
    let mut connections = Vec::new();
    for exporter in exporters() {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::new(exporter, 0).into()).unwrap();
        socket.connect(&to.into()).unwrap();
        let mut stream = TcpStream::from(socket);
        stream.write_all(&ipfix(100, 1)).unwrap();
        connections.push(stream);
    }
    is_by_address(&workers(&mut live, connections.len()));
}

/// Waits until a collector has received this number of datagrams, or the kernel has dropped them.
fn wait_for(live: &Live, sent: u64) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while live.summary().datagrams + live.summary().kernel_drops < sent {
        assert!(Instant::now() < deadline, "{:?}", live.summary());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_full_queue_drops_datagrams_and_counts_them_by_exporter() {
    const SENT: usize = 500;
    let mut options = options()
        .udp("127.0.0.1:0".parse().unwrap())
        .with_workers(2);
    options.without_steering = true;
    options.queue = 10;
    let mut live = Live::bind(&options).unwrap();
    let to = live.listeners()[0].address;
    let exporters = ["127.0.0.1", "127.0.0.2"];
    let sockets = exporters.map(|exporter| UdpSocket::bind((exporter, 0)).unwrap());
    for number in 0..SENT {
        // One of five is of the second.
        let socket = &sockets[usize::from(number % 5 == 0)];
        socket.send_to(&[1; 100], to).unwrap();
    }
    // Nobody reads the sources, so all but those in the queue are dropped.
    wait_for(&live, SENT as u64);
    live.stopper().stop();
    let mut received = 0;
    let mut counts = HashMap::<IpAddr, u64>::new();
    for mut source in live.take_sources() {
        for seen in crate::bench::rest(&mut source) {
            if let Seen::Datagram { exporter, .. } = seen {
                received += 1;
                *counts.entry(exporter.ip()).or_default() += 1;
            }
        }
    }
    let summary = live.summary();
    assert!((10..=20).contains(&received), "{received}");
    assert_eq!(
        received + summary.queue_drops + summary.kernel_drops,
        SENT as u64
    );
    let drops = live.queue_drops();
    let sum: u64 = drops.iter().map(|(_, drops)| drops).sum();
    assert_eq!(sum, summary.queue_drops);
    if summary.kernel_drops == 0 {
        for (exporter, drops) in drops {
            let sent = if exporter.to_string() == exporters[0] {
                400
            } else {
                100
            };
            assert_eq!(
                drops + counts.get(&exporter).unwrap_or(&0),
                sent,
                "{exporter}"
            );
        }
    }
}

#[test]
fn drops_of_many_exporters_are_counted_without_more_memory() {
    const EXPORTERS: u16 = 1_100;
    let mut options = options()
        .udp("127.0.0.1:0".parse().unwrap())
        .with_workers(2);
    options.without_steering = true;
    options.queue = 1;
    let live = Live::bind(&options).unwrap();
    let to = live.listeners()[0].address;
    for exporter in 0..EXPORTERS {
        let [third, fourth] = exporter.to_be_bytes();
        let from = UdpSocket::bind((Ipv4Addr::new(127, 1, third, fourth), 0)).unwrap();
        // The first ones fill the queue.
        from.send_to(&[1; 100], to).unwrap();
        from.send_to(&[1; 100], to).unwrap();
    }
    let sent = 2 * u64::from(EXPORTERS);
    wait_for(&live, sent);
    let drops = live.queue_drops();
    assert!(drops.len() <= 1_024, "{}", drops.len());
    let sum: u64 = drops.iter().map(|(_, drops)| drops).sum();
    assert!(sum <= live.summary().queue_drops);
    assert!(live.summary().kernel_drops > 0 || drops.len() == 1_024);
}
