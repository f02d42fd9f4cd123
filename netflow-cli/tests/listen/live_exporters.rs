//! Real exporters that watch traffic for a minute: every packet is in the flows, and they are those that
//! nfcapd stores.
//!
//! pmacctd needs root, to watch the loopback interface. `NETFLOW_EXPORTER_SECONDS` changes the time.

use core::net::SocketAddr;
use core::time::Duration;
use std::fs;
use std::io::Write as _;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Instant, SystemTime};

use crate::harness::{Collector, Folder, patience};

/// Packets and octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sums {
    pub(crate) flows: u64,
    pub(crate) packets: u64,
    pub(crate) octets: u64,
}

/// Headers of IPv4 and UDP.
pub(crate) const HEADERS: u64 = 28;
/// The header of Ethernet.
pub(crate) const ETHERNET: u64 = 14;
/// What sfprobe adds to the length of an IP packet: the checksum of a frame, but not its header.
const CHECKSUM: u64 = 4;

pub(crate) fn duration() -> Duration {
    let seconds = std::env::var("NETFLOW_EXPORTER_SECONDS").ok();
    Duration::from_secs(seconds.map_or(60, |seconds| seconds.parse().unwrap()))
}

/// Traffic between ports of the loopback interface, which exporters watch by a filter.
struct Traffic {
    ports: (u16, u16),
    receivers: Vec<UdpSocket>,
}

impl Traffic {
    /// Ports that are free for this test.
    fn new(first: u16) -> Self {
        let ports = (first, first + 19);
        let open = |port| UdpSocket::bind(("127.0.0.1", port)).unwrap();
        Self {
            ports,
            receivers: (ports.0..=ports.1).map(open).collect(),
        }
    }

    fn filter(&self) -> String {
        format!("udp dst portrange {}-{}", self.ports.0, self.ports.1)
    }

    /// Sends for the time; returns what was sent.
    fn run(&self) -> Sums {
        let senders: Vec<UdpSocket> = (0..10)
            .map(|_| UdpSocket::bind("127.0.0.1:0").unwrap())
            .collect();
        let mut sums = Sums::default();
        let started = Instant::now();
        while started.elapsed() < duration() {
            for receiver in &self.receivers {
                let sender = &senders[usize::try_from(sums.packets % 10).unwrap()];
                let len = 100 + usize::try_from(sums.packets % 13).unwrap() * 100;
                let to = receiver.local_addr().unwrap();
                sender.send_to(&vec![0; len], to).unwrap();
                sums.packets += 1;
                sums.octets += u64::try_from(len).unwrap() + HEADERS;
            }
            thread::sleep(Duration::from_millis(20));
        }
        sums
    }
}

/// nfcapd on a port of the loopback interface.
pub(crate) struct Nfcapd {
    child: Child,
    folder: Folder,
    pub(crate) address: SocketAddr,
}

impl Nfcapd {
    pub(crate) fn start() -> Self {
        let free = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let folder = Folder::new();
        let child = Command::new("nfcapd")
            .args(["-b", "127.0.0.1", "-p", &address.port().to_string()])
            .args(["-w", &folder.file(""), "-B", "8000000"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nfcapd (Debian: nfdump) is installed");
        thread::sleep(Duration::from_secs(1));
        Self {
            child,
            folder,
            address,
        }
    }

    /// Ends it; returns what it has stored.
    pub(crate) fn stop(mut self) -> Sums {
        stop(&mut self.child);
        let summary = Command::new("nfdump")
            .args([
                "-R",
                &self.folder.file(""),
                "-o",
                "fmt:%pkt %byt",
                "-q",
                "-N",
            ])
            .output()
            .unwrap();
        let mut sums = Sums::default();
        for line in String::from_utf8_lossy(&summary.stdout).lines() {
            let mut numbers = line.split_whitespace().map(str::parse::<u64>);
            if let (Some(Ok(packets)), Some(Ok(octets))) = (numbers.next(), numbers.next()) {
                sums.flows += 1;
                sums.packets += packets;
                sums.octets += octets;
            }
        }
        sums
    }
}

/// Asks a process to end, and waits for it.
fn stop(child: &mut Child) {
    let sent = Command::new("kill").arg(child.id().to_string()).status();
    assert!(sent.unwrap().success());
    let deadline = Instant::now() + patience();
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "{child:?} does not end");
        thread::sleep(Duration::from_millis(50));
    }
}

/// What a collector has when it is stopped.
pub(crate) fn stored(collector: Collector) -> Sums {
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    let mut sums = Sums::default();
    for line in ended.stdout.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        if let (Some(packets), Some(octets)) = (row["packets"].as_u64(), row["octets"].as_u64()) {
            sums.flows += 1;
            sums.packets += packets;
            sums.octets += octets;
        }
    }
    sums
}

fn assert_same_traffic(found: Sums, sent: Sums, what: &str) {
    assert_eq!(
        (found.packets, found.octets),
        (sent.packets, sent.octets),
        "{what}"
    );
    assert!(found.flows > 0);
}

/// Runs softflowd on packets that come in a pipe for the time, and waits for its end. On an interface it
/// would keep back what does not fill a block of the kernel's buffer.
fn softflowd(options: &[&str]) -> Sums {
    let folder = Folder::new();
    let (path, mut pipe) = folder.pipe();
    let mut exporter = Command::new("softflowd")
        .args(["-r", &path, "-d", "-t", "maxlife=10", "-t", "expint=2"])
        .args(options)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("softflowd (Debian: softflowd) is installed");
    // The header of a capture of Ethernet, in microseconds.
    let mut header = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    header.extend([0, 0, 1, 0, 1, 0, 0, 0]);
    pipe.write_all(&header).unwrap();
    let mut sums = Sums::default();
    let started = Instant::now();
    while started.elapsed() < duration() {
        for flow in 0..20 {
            let len = 100 + u16::try_from(sums.packets % 13).unwrap() * 100;
            pipe.write_all(&captured(flow, len)).unwrap();
            sums.packets += 1;
            sums.octets += u64::from(len) + HEADERS;
        }
        thread::sleep(Duration::from_millis(20));
    }
    drop(pipe);
    let deadline = Instant::now() + patience();
    while exporter.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "softflowd does not end");
        thread::sleep(Duration::from_millis(50));
    }
    sums
}

/// A packet of UDP in a capture, received now, with a payload of this length.
pub(crate) fn captured(flow: u16, len: u16) -> Vec<u8> {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    let total = u16::try_from(HEADERS).unwrap() + len;
    let octets = u32::from(total) + u32::try_from(ETHERNET).unwrap();
    let mut packet = Vec::new();
    packet.extend(u32::try_from(since.as_secs()).unwrap().to_le_bytes());
    packet.extend(since.subsec_micros().to_le_bytes());
    packet.extend(octets.to_le_bytes());
    packet.extend(octets.to_le_bytes());
    packet.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]);
    packet.extend([0x45, 0]);
    packet.extend(total.to_be_bytes());
    packet.extend([0, 0, 0x40, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 1]);
    packet.extend((40_000 + flow).to_be_bytes());
    packet.extend([0, 53]);
    packet.extend((len + 8).to_be_bytes());
    packet.extend([0, 0]);
    packet.resize(packet.len() + usize::from(len), 0);
    packet
}

#[test]
#[ignore = "needs softflowd, nfcapd and minutes; cargo xtask test --full runs it"]
fn softflowd_over_udp_for_a_minute() {
    for version in ["5", "9", "10"] {
        let nfcapd = Nfcapd::start();
        let collector = Collector::start(&["--udp", "127.0.0.1:0", "--workers", "2"]);
        let to = format!("{},{}", collector.addresses[0], nfcapd.address);
        let sent = softflowd(&["-v", version, "-n", &to]);
        let (ours, theirs) = (stored(collector), nfcapd.stop());
        assert_same_traffic(ours, sent, version);
        assert_eq!(ours, theirs, "version {version}");
    }
}

#[test]
#[ignore = "needs softflowd and a minute; cargo xtask test --full runs it"]
fn softflowd_over_tcp_for_a_minute() {
    let collector = Collector::start(&["--tcp", "127.0.0.1:0"]);
    let to = collector.addresses[0].to_string();
    let sent = softflowd(&["-v", "10", "-P", "tcp", "-n", &to]);
    assert_same_traffic(stored(collector), sent, "TCP");
}

/// Runs pmacctd on the loopback interface with a configuration.
fn pmacctd(folder: &Folder, filter: &str, lines: &str) -> Child {
    let path: PathBuf = folder.file("pmacctd.conf").into();
    let content = format!(
        "daemonize: false\npcap_interface: lo\npcap_filter: {filter}\n\
         aggregate: src_host, dst_host, src_port, dst_port, proto, tos\n{lines}\n"
    );
    fs::write(&path, content).unwrap();
    let child = Command::new("pmacctd")
        .arg("-f")
        .arg(Path::new(&path))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("pmacctd (Debian: pmacct) is installed");
    thread::sleep(Duration::from_secs(3));
    child
}

#[test]
#[ignore = "needs pmacctd, nfcapd, root and minutes; cargo xtask test --full runs it"]
fn nfprobe_for_a_minute() {
    for (version, first) in [("5", 27_000), ("9", 27_020), ("10", 27_040)] {
        let (traffic, folder) = (Traffic::new(first), Folder::new());
        let nfcapd = Nfcapd::start();
        let forward = nfcapd.address.to_string();
        let collector = Collector::start(&["--udp", "127.0.0.1:0", "--forward", &forward]);
        let lines = format!(
            "plugins: nfprobe[a]\nnfprobe_receiver[a]: {}\nnfprobe_version[a]: {version}\n\
             nfprobe_timeouts[a]: udp=2:general=2:maxlife=5:expint=1",
            collector.addresses[0]
        );
        let mut exporter = pmacctd(&folder, &traffic.filter(), &lines);
        let sent = traffic.run();
        // Until the last flows have expired.
        thread::sleep(Duration::from_secs(10));
        stop(&mut exporter);
        let (ours, theirs) = (stored(collector), nfcapd.stop());
        assert_same_traffic(ours, sent, version);
        assert_eq!(ours, theirs, "version {version}");
    }
}

#[test]
#[ignore = "needs pmacctd, root and a minute; cargo xtask test --full runs it"]
fn sfprobe_for_a_minute() {
    let (traffic, folder) = (Traffic::new(27_060), Folder::new());
    let collector = Collector::start(&["--udp", "127.0.0.1:0"]);
    let lines = format!(
        "plugins: sfprobe[a]\nsfprobe_receiver: {}\nsfprobe_agentip: 127.0.0.1\n\
         sampling_rate: 1",
        collector.addresses[0]
    );
    let mut exporter = pmacctd(&folder, &traffic.filter(), &lines);
    let mut sent = traffic.run();
    thread::sleep(Duration::from_secs(3));
    stop(&mut exporter);
    // Each packet is a sample.
    sent.octets += sent.packets * CHECKSUM;
    let found = stored(collector);
    assert_same_traffic(found, sent, "sFlow");
    assert_eq!(found.flows, sent.packets);
}
