//! Peers over connections: killed and restarted, slow, silent, absent.

use alloc::collections::{BTreeSet, VecDeque};
use alloc::sync::Arc;
use core::net::SocketAddr;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io::{BufRead as _, BufReader, Read};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixListener;
use std::sync::{Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

use netflow_output::sink::{
    LossReason, OutputConfig, OutputState, OutputStatistics, Outputs, Policy, SpoolConfig,
};
use netflow_testdata::own_port;

use super::support::{Folder, LONG, ROWS, Worker, check, json, output, wait_until};

/// Where a peer listens.
pub(crate) trait Listen: Send + Sync + 'static {
    /// One connection, or none for now.
    fn accept(&self) -> Option<Box<dyn Read + Send>>;
}

/// Listeners of the standard library, whose methods have the same names and no trait.
macro_rules! listeners {
    ($($listener:ident)+) => {
        $(impl Listen for $listener {
            fn accept(&self) -> Option<Box<dyn Read + Send>> {
                self.set_nonblocking(true).unwrap();
                let (stream, _) = Self::accept(self).ok()?;
                stream.set_nonblocking(false).unwrap();
                let timeout = Some(Duration::from_millis(5));
                stream.set_read_timeout(timeout).unwrap();
                Some(Box::new(stream))
            }
        })+
    };
}
listeners!(TcpListener UnixListener);

/// Listens for messages, of which the rows are passed on as lines.
pub(crate) struct MessageListener<L> {
    pub(crate) listener: L,
    /// A reader of messages for each connection.
    pub(crate) reader: fn() -> MessageReader,
}

/// Takes a whole message from the octets, if there is one, and returns the lines of its rows.
pub(crate) type MessageReader = Box<dyn FnMut(&mut Vec<u8>) -> Option<String> + Send>;

impl<L: Listen> Listen for MessageListener<L> {
    fn accept(&self) -> Option<Box<dyn Read + Send>> {
        Some(Box::new(Messages {
            stream: self.listener.accept()?,
            octets: Vec::new(),
            rows: VecDeque::new(),
            reader: (self.reader)(),
        }))
    }
}

/// The rows in messages, as lines.
struct Messages {
    stream: Box<dyn Read + Send>,
    octets: Vec<u8>,
    rows: VecDeque<u8>,
    reader: MessageReader,
}

impl Read for Messages {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.rows.is_empty() {
            if let Some(rows) = (self.reader)(&mut self.octets) {
                self.rows.extend(rows.bytes());
                continue;
            }
            let mut octets = [0; 4_096];
            match self.stream.read(&mut octets)? {
                0 => return Ok(0),
                count => self.octets.extend_from_slice(&octets[..count]),
            }
        }
        self.rows.read(buffer)
    }
}

/// Messages of syslog, each after its length (RFC 6587, section 3.4.1).
pub(crate) fn syslog_reader() -> MessageReader {
    Box::new(|octets| {
        let space = octets.iter().position(|octet| *octet == b' ')?;
        let count = core::str::from_utf8(&octets[..space]).unwrap();
        let end = space + 1 + count.parse::<usize>().unwrap();
        let message = octets.get(space + 1..end)?.to_vec();
        octets.drain(..end);
        Some(syslog_row(&message) + "\n")
    })
}

fn syslog_row(message: &[u8]) -> String {
    let message = core::str::from_utf8(message).unwrap();
    message.split_once(" - ").unwrap().1.to_owned()
}

/// A peer that receives rows until it is killed.
pub(crate) trait TestPeer {
    fn has_rows(&self) -> bool;

    /// Stops the peer and discards what it has not read. Returns the numbers of the rows that it received.
    fn kill(self) -> BTreeSet<u64>;
}

impl TestPeer for Peer {
    fn has_rows(&self) -> bool {
        !self.rows().is_empty()
    }

    fn kill(self) -> BTreeSet<u64> {
        distinct(&Self::kill(self))
    }
}

/// A peer that reads rows until it is killed, in any state of its connection.
pub(crate) struct Peer {
    rows: Arc<Mutex<Vec<String>>>,
    is_killed: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Peer {
    pub(crate) fn start(listener: impl Listen) -> Self {
        let rows = Arc::new(Mutex::new(Vec::new()));
        let is_killed = Arc::new(AtomicBool::new(false));
        let (to, killed) = (Arc::clone(&rows), Arc::clone(&is_killed));
        let thread = thread::spawn(move || {
            let mut connections: Vec<BufReader<Box<dyn Read + Send>>> = Vec::new();
            let mut cut: Vec<String> = Vec::new();
            while !killed.load(Ordering::Acquire) {
                if let Some(stream) = listener.accept() {
                    connections.push(BufReader::new(stream));
                    cut.push(String::new());
                }
                let mut ended = Vec::new();
                for (index, connection) in connections.iter_mut().enumerate() {
                    match connection.read_line(&mut cut[index]) {
                        Ok(0) => ended.push(index),
                        Ok(_) if cut[index].ends_with('\n') => {
                            to.lock().unwrap().push(core::mem::take(&mut cut[index]));
                        }
                        _ => {}
                    }
                }
                for index in ended.into_iter().rev() {
                    connections.remove(index);
                    cut.remove(index);
                }
                if connections.is_empty() {
                    thread::sleep(Duration::from_millis(1));
                }
            }
        });
        Self {
            rows,
            is_killed,
            thread,
        }
    }

    pub(crate) fn rows(&self) -> MutexGuard<'_, Vec<String>> {
        self.rows.lock().unwrap()
    }

    /// Stops the peer and discards what it has not read. Returns the rows that it received.
    pub(crate) fn kill(self) -> Vec<String> {
        self.is_killed.store(true, Ordering::Release);
        self.thread.join().unwrap();
        core::mem::take(&mut *self.rows.lock().unwrap())
    }
}

fn distinct(rows: &[String]) -> BTreeSet<u64> {
    let number = |row: &String| {
        let row: serde_json::Value = serde_json::from_str(row).expect(row);
        row["octets"].as_u64().unwrap()
    };
    rows.iter().map(number).collect()
}

/// Sends rows while a peer is killed and another takes its place. Returns the rows that one of them
/// received.
pub(crate) fn kill_and_restart<P: TestPeer>(
    config: OutputConfig,
    start: impl Fn() -> P,
) -> (BTreeSet<u64>, OutputStatistics) {
    let policy = config.policy;
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    let peer = start();
    worker.send_repeatedly(50, 10);
    wait_until("rows", || peer.has_rows());
    let mut received = peer.kill();
    let has_failed = Arc::new(AtomicBool::new(false));
    let failed = Arc::clone(&has_failed);
    let sender = thread::spawn(move || {
        // Chunks from the failure on, more than the queue takes.
        let mut after = 0;
        while after < 20 {
            worker.send(10);
            worker.tick();
            after += u64::from(failed.load(Ordering::Acquire));
            thread::sleep(Duration::from_millis(1));
        }
        worker
    });
    wait_until("a failure", || outputs.statistics()[0].errors > 2);
    has_failed.store(true, Ordering::Release);
    if policy == Policy::DropNewest {
        wait_until("a loss", || outputs.statistics()[0].lost.total() > 0);
    }
    let peer = start();
    let mut worker = sender.join().unwrap();
    worker.send(10);
    worker.finish();
    let output = outputs.finish(LONG).remove(0);
    received.extend(peer.kill());
    check(&output);
    (received, output)
}

/// Fails unless each row was received, or dropped because the queue was full.
pub(crate) fn check_restart((received, output): &(BTreeSet<u64>, OutputStatistics)) {
    let lost = output.lost.get(LossReason::QueueFull);
    assert_eq!(output.lost.total(), lost, "{output:?}");
    assert_eq!(received.len() as u64 + lost, output.accepted, "{output:?}");
    assert_eq!(output.spooled, 0, "{output:?}");
}

pub(crate) fn configured(destination: &str, policy: Policy, folder: &Folder) -> OutputConfig {
    restartable(output(destination, json()), policy, folder)
}

/// The configuration with this policy, a short queue and a spool.
pub(crate) fn restartable(
    mut config: OutputConfig,
    policy: Policy,
    folder: &Folder,
) -> OutputConfig {
    config.policy = policy;
    config.queue.chunks = 8;
    config.spool = Some(SpoolConfig::new(folder.path().join("spool")));
    config
}

pub(crate) const POLICIES: [Policy; 3] = [Policy::Block, Policy::DropNewest, Policy::Spool];

#[test]
fn rows_received_and_lost_are_those_accepted_when_a_tcp_peer_is_restarted() {
    for policy in POLICIES {
        let folder = Folder::new("tcp");
        let address = own_port().local_addr().unwrap();
        let config = configured(&format!("tcp://{address}"), policy, &folder);
        let restarted =
            kill_and_restart(config, || Peer::start(TcpListener::bind(address).unwrap()));
        check_restart(&restarted);
        let (_, output) = restarted;
        assert!(output.connections >= 2, "{output:?}");
        let is_dropping = policy == Policy::DropNewest;
        assert_eq!(output.lost.total() > 0, is_dropping, "{output:?}");
    }
}

#[test]
fn rows_received_and_lost_are_those_accepted_when_a_syslog_peer_is_restarted() {
    for policy in POLICIES {
        let folder = Folder::new("syslog");
        let address = own_port().local_addr().unwrap();
        let config = configured(&format!("syslog+tcp://{address}"), policy, &folder);
        let restarted = kill_and_restart(config, || {
            Peer::start(MessageListener {
                listener: TcpListener::bind(address).unwrap(),
                reader: syslog_reader,
            })
        });
        check_restart(&restarted);
    }
}

#[test]
fn rows_received_and_lost_are_those_accepted_when_a_unix_peer_is_restarted() {
    for policy in POLICIES {
        let folder = Folder::new("unix");
        let path = folder.file("socket");
        let config = configured(&format!("unix://{path}"), policy, &folder);
        let restarted = kill_and_restart(config, || {
            let _ = std::fs::remove_file(&path);
            Peer::start(UnixListener::bind(&path).unwrap())
        });
        check_restart(&restarted);
    }
}

#[test]
fn a_peer_that_reads_nothing_is_given_up_and_its_rows_are_sent_again() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let mut config = output(&format!("tcp://{address}"), json());
    config.peer.timeout = Duration::from_millis(100);
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    let thread = thread::spawn(move || {
        // More than the kernel takes.
        worker.send_repeatedly(1_500, 10);
        worker.finish();
    });
    let (stream, _) = silent.accept().unwrap();
    wait_until("a failure", || outputs.statistics()[0].errors > 0);
    let now = outputs.statistics().remove(0);
    assert_eq!(now.lost.total(), 0);
    drop(stream);
    let peer = Peer::start(silent);
    thread.join().unwrap();
    let output = outputs.finish(LONG).remove(0);
    check(&output);
    let received = distinct(&peer.kill());
    assert_eq!(received.len() as u64, output.accepted);
    assert_eq!(output.lost.total(), 0);
}

#[test]
fn rows_spooled_for_an_absent_peer_are_sent_by_the_next_run() {
    let folder = Folder::new("next-run");
    let address = own_port().local_addr().unwrap();
    let config = configured(&format!("tcp://{address}"), Policy::Spool, &folder);
    let mut accepted = 0;
    for run in 0..3 {
        let outputs = Outputs::start(vec![config.clone()]).unwrap();
        let mut worker = Worker::new(outputs.worker(), accepted);
        worker.send_repeatedly(30, 10);
        worker.finish();
        let output = outputs.finish(Duration::ZERO).remove(0);
        check(&output);
        assert_eq!(output.recovered, accepted, "{output:?}");
        accepted += output.accepted;
        assert_eq!(
            (output.spooled, output.lost.total()),
            (accepted, 0),
            "{run} {output:?}"
        );
    }
    // Wherever the last run was killed, the last chunk may be cut.
    let spool = folder.path().join("spool");
    let mut segments: Vec<_> = std::fs::read_dir(&spool)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|name| name == "spool"))
        .collect();
    segments.sort();
    let mut last = std::fs::read(segments.last().unwrap()).unwrap();
    last.extend_from_slice(b"nfs1\x00\x00\x10");
    std::fs::write(segments.last().unwrap(), last).unwrap();

    let peer = Peer::start(TcpListener::bind(address).unwrap());
    let outputs = Outputs::start(vec![config]).unwrap();
    let output = outputs.finish(LONG).remove(0);
    check(&output);
    assert_eq!(
        (output.recovered, output.written),
        (accepted, accepted),
        "{output:?}"
    );
    let rows = peer.kill();
    assert_eq!(rows.len() as u64, accepted);
    assert_eq!(distinct(&rows), (0..accepted).collect());
    let left = std::fs::read_dir(&spool).unwrap().count();
    assert_eq!(left, 1, "the lock alone");
}

#[test]
fn a_full_spool_drops_new_rows_and_counts_them() {
    let folder = Folder::new("full-spool");
    let mut config = configured("tcp://127.0.0.1:9", Policy::Spool, &folder);
    config.spool.as_mut().unwrap().octets = 20_000;
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send(1);
    worker.tick();
    wait_until("a failure", || outputs.statistics()[0].errors > 0);
    worker.send_repeatedly(100, 1);
    worker.finish();
    let output = outputs.finish(Duration::ZERO).remove(0);
    check(&output);
    assert!(output.lost.get(LossReason::SpoolFull) > 0, "{output:?}");
    assert!(output.spooled > 0, "{output:?}");
    assert_eq!(output.written, 0);
}

#[test]
fn each_row_is_a_message_of_syslog_by_udp_and_by_tcp() {
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    udp.set_read_timeout(Some(LONG)).unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let outputs = Outputs::start(vec![
        output(&format!("syslog://{}", udp.local_addr().unwrap()), json()),
        output(
            &format!("syslog+tcp://{}", tcp.local_addr().unwrap()),
            json(),
        ),
    ])
    .unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send(1);
    worker.tick();
    let (mut stream, _) = tcp.accept().unwrap();
    worker.finish();
    let reader = thread::spawn(move || {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    });
    for output in outputs.finish(LONG) {
        check(&output);
        assert_eq!(output.written, ROWS, "{output:?}");
    }
    let text = reader.join().unwrap();
    let mut rest = &text[..];
    for row in 0..ROWS {
        let mut datagram = [0; 2048];
        let len = udp.recv(&mut datagram).unwrap();
        let datagram = core::str::from_utf8(&datagram[..len]).unwrap();
        let (count, after) = rest.split_once(' ').unwrap();
        let (message, after) = after.split_at(count.parse().unwrap());
        assert_eq!(message, datagram);
        rest = after;
        let parts: Vec<&str> = message.splitn(8, ' ').collect();
        assert_eq!(&parts[..2], ["<134>1", "2023-11-14T22:13:20Z"]);
        assert_eq!((parts[3], parts[5], parts[6]), ("netflow", "flow", "-"));
        let expected = format!("{{\"source_address\":\"192.0.2.1\",\"octets\":{row}}}");
        assert_eq!(parts[7], expected);
    }
    assert_eq!(rest, "");
}

/// The datagrams that wait in a socket.
fn datagrams(socket: &UdpSocket) -> Vec<Vec<u8>> {
    socket.set_nonblocking(true).unwrap();
    let mut datagram = [0; 65_536];
    let mut all = Vec::new();
    while let Ok(len) = socket.recv(&mut datagram) {
        all.push(datagram[..len].to_vec());
    }
    all
}

/// Sends rows while a peer that receives datagrams is closed, with nothing unread, and another takes its
/// place. `rows` returns the rows in all datagrams of one peer.
pub(crate) fn restart_receiver(
    config: OutputConfig,
    address: SocketAddr,
    rows: impl Fn(&[Vec<u8>]) -> BTreeSet<u64>,
) {
    let policy = config.policy;
    let socket = UdpSocket::bind(address).unwrap();
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send_repeatedly(3, 1);
    let mut before = Vec::new();
    wait_until("all rows", || {
        before.extend(datagrams(&socket));
        rows(&before).len() as u64 == 3 * ROWS
    });
    drop(socket);
    let thread = thread::spawn(move || {
        worker.send_repeatedly(12, 1);
        worker.finish();
    });
    wait_until("a failure", || outputs.statistics()[0].errors > 1);
    assert_eq!(outputs.statistics()[0].state, OutputState::Retrying);
    if policy == Policy::DropNewest {
        wait_until("losses", || outputs.statistics()[0].lost.total() > 0);
    }
    let socket = UdpSocket::bind(address).unwrap();
    thread.join().unwrap();
    let output = outputs.finish(LONG).remove(0);
    check(&output);
    assert_eq!(output.accepted, 15 * ROWS);
    // Few enough for the kernel to keep them.
    let received = &rows(&datagrams(&socket)) | &rows(&before);
    check_restart(&(received, output));
}

#[test]
fn rows_received_and_lost_are_those_accepted_when_a_receiver_of_datagrams_is_restarted() {
    for policy in POLICIES {
        let folder = Folder::new("udp");
        let address = own_port().local_addr().unwrap();
        let config = configured(&format!("syslog://{address}"), policy, &folder);
        restart_receiver(config, address, |datagrams| {
            let rows: Vec<String> = datagrams.iter().map(|row| syslog_row(row)).collect();
            distinct(&rows)
        });
    }
}

#[test]
fn a_connection_that_the_peer_closes_while_nothing_is_sent_costs_no_row() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let outputs = Outputs::start(vec![output(&format!("tcp://{address}"), json())]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send(1);
    worker.tick();
    let (stream, _): (TcpStream, _) = listener.accept().unwrap();
    // Closed with octets that were not read.
    drop(stream);
    let peer = Peer::start(listener);
    worker.send(1);
    worker.finish();
    let output = outputs.finish(LONG).remove(0);
    check(&output);
    assert_eq!(distinct(&peer.kill()), (0..2 * ROWS).collect());
}
