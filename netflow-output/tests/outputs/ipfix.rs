//! Flows as IPFIX to another collector.

use alloc::collections::BTreeSet;
use core::time::Duration;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::thread;

use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
use netflow_output::sink::{Encoding, OutputConfig, Outputs};
use netflow_testdata::own_port;

use super::peers::{
    MessageListener, MessageReader, POLICIES, Peer, check_restart, configured, kill_and_restart,
    restart_receiver,
};
use super::support::{Folder, LONG, ROWS, Worker, check, output, wait_until};

/// The `octets` of flows that a collector reads. Problems are none.
#[derive(Default)]
struct Collector {
    decoder: Option<Decoder>,
    rows: Vec<u64>,
}

impl Collector {
    fn message(&mut self, payload: &[u8], transport: Transport) {
        let decoder = self
            .decoder
            .get_or_insert_with(|| Decoder::new(Limits::new(1)));
        let exporter = "127.0.0.1:4739".parse().unwrap();
        let received = Timestamp::from_secs(1_700_000_000);
        let datagram = Datagram::new(exporter, transport, received, payload);
        let decoded = decoder.decode(datagram).unwrap();
        assert_eq!(
            decoded.problems().count(),
            0,
            "{:?}",
            decoded.problems().next()
        );
        self.rows
            .extend(decoded.flows().map(|flow| flow.octets().unwrap()));
    }

    /// Messages of a connection, the last of which may be cut.
    fn connection(&mut self, octets: &[u8]) {
        self.decoder = None;
        let mut rest = octets;
        while let Some(len) = rest.get(2..4) {
            let len = usize::from(u16::from_be_bytes([len[0], len[1]]));
            let Some((message, after)) = rest.split_at_checked(len) else {
                return;
            };
            self.message(message, Transport::Stream);
            rest = after;
        }
    }

    fn distinct(&self) -> BTreeSet<u64> {
        self.rows.iter().copied().collect()
    }
}

/// Messages of one connection, as lines of JSON.
pub(crate) fn reader() -> MessageReader {
    let mut collector = Collector::default();
    Box::new(move |octets| {
        let len = octets.get(2..4)?;
        let len = usize::from(u16::from_be_bytes([len[0], len[1]]));
        let message = octets.get(..len)?.to_vec();
        octets.drain(..len);
        collector.rows.clear();
        collector.message(&message, Transport::Stream);
        let rows = collector.rows.iter();
        Some(rows.map(|row| format!("{{\"octets\":{row}}}\n")).collect())
    })
}

fn ipfix(destination: &str) -> OutputConfig {
    // The encoding is that of the destination.
    output(destination, super::support::json())
}

#[test]
fn flows_of_several_workers_arrive_by_udp() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(2)))
        .unwrap();
    let config = ipfix(&format!("ipfix://{}", socket.local_addr().unwrap()));
    let outputs = Outputs::start(vec![config]).unwrap();
    for index in 0..3 {
        let mut worker = Worker::new(outputs.worker(), index * 1_000);
        worker.send(5);
        worker.finish();
    }
    let output = outputs.finish(LONG).remove(0);
    check(&output);
    assert_eq!(
        (output.written, output.lost.total()),
        (15 * ROWS, 0),
        "{output:?}"
    );
    let mut collector = Collector::default();
    let mut datagram = [0; 65_536];
    while let Ok(len) = socket.recv(&mut datagram) {
        collector.message(&datagram[..len], Transport::Udp);
    }
    assert_eq!(collector.rows.len() as u64, 15 * ROWS);
    assert_eq!(collector.distinct().len() as u64, 15 * ROWS);
}

/// Reads for a while, or to the end, which it closes in order.
fn read(mut stream: TcpStream, limit: usize) -> Vec<u8> {
    let mut octets = vec![0; limit];
    let mut len = 0;
    while len < limit {
        match stream.read(&mut octets[len..]).unwrap() {
            0 => break,
            read => len += read,
        }
    }
    octets.truncate(len);
    octets
}

#[test]
fn a_collector_that_is_restarted_learns_the_templates_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = ipfix(&format!("ipfix+tcp://{}", listener.local_addr().unwrap()));
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send(20);
    worker.tick();
    let mut collector = Collector::default();
    let (stream, _) = listener.accept().unwrap();
    // Killed after some octets: the rest is lost with it.
    collector.connection(&read(stream, 5_000));
    let reader = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        collector.connection(&read(stream, 1 << 20));
        collector
    });
    wait_until("another connection", || {
        worker.send(1);
        worker.tick();
        outputs.statistics()[0].connections > 1
    });
    worker.finish();
    let output = outputs.finish(LONG).remove(0);
    check(&output);
    let collector = reader.join().unwrap();
    assert_eq!(output.lost.total(), 0);
    assert_eq!(collector.distinct(), (0..output.accepted).collect());
}

#[test]
fn rows_received_and_lost_are_those_accepted_when_a_collector_is_restarted() {
    for policy in POLICIES {
        let folder = Folder::new("ipfix");
        let address = own_port().local_addr().unwrap();
        let config = configured(&format!("ipfix+tcp://{address}"), policy, &folder);
        check_restart(&kill_and_restart(config, || {
            Peer::start(MessageListener {
                listener: TcpListener::bind(address).unwrap(),
                reader,
            })
        }));
        let address = own_port().local_addr().unwrap();
        let config = configured(&format!("ipfix://{address}"), policy, &folder);
        restart_receiver(config, address, |datagrams| {
            let mut collector = Collector::default();
            for datagram in datagrams {
                collector.message(datagram, Transport::Udp);
            }
            collector.distinct()
        });
    }
}

#[test]
fn ipfix_does_not_go_to_files() {
    assert!(Outputs::start(vec![output("flows.ipfix", Encoding::ipfix(None))]).is_err());
}
