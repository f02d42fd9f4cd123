//! Lines for people beside those of the nfdump that Debian has, 1.7.1: nfcapd receives the datagrams of a
//! capture, nfdump prints the flows, and so does the command.

use core::time::Duration;
use std::fs;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::run::{Directory, netflow, testdata};

/// Captures of NetFlow v5, v9 and IPFIX of which nfdump 1.7.1 reads every field that lines have.
const CAPTURES: [&str; 6] = [
    "genuine/sf_v5.pcap",
    "genuine/pm_v5.pcap",
    "genuine/sf_v9.pcap",
    "genuine/sf_v9_ether.pcap",
    "genuine/fp_all.pcap",
    "genuine/sf_v10_milli_vlan.pcap",
];

/// Debian's collector, in a folder of its own.
struct Nfcapd {
    child: Child,
    port: u16,
    folder: Directory,
}

impl Nfcapd {
    fn start() -> Self {
        let port = {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.local_addr().unwrap().port()
        };
        let folder = Directory::new(&format!("nfcapd-{port}"));
        let child = Command::new("nfcapd")
            .args(["-b", "127.0.0.1", "-t", "3600", "-p", &port.to_string()])
            .arg("-w")
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nfcapd (Debian: nfdump) is installed");
        let nfcapd = Self {
            child,
            port,
            folder,
        };
        nfcapd.wait_until_read();
        nfcapd
    }

    /// Waits until the socket is there and nothing waits in it.
    fn wait_until_read(&self) {
        for _ in 0..600 {
            if waiting(self.port) == Some(0) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("nfcapd does not read what it receives");
    }

    /// The file of all that was received.
    fn stop(&mut self) -> PathBuf {
        self.wait_until_read();
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
        self.child.wait().unwrap();
        let mut files = fs::read_dir(self.folder.path()).unwrap();
        files.next().expect("nfcapd wrote a file").unwrap().path()
    }
}

impl Drop for Nfcapd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Octets that wait in the UDP socket of this port; none if there is no such socket.
fn waiting(port: u16) -> Option<u64> {
    let table = fs::read_to_string("/proc/net/udp").unwrap();
    let line = table.lines().find(|line| {
        let local = line.split_whitespace().nth(1);
        local.is_some_and(|local| local.ends_with(&format!(":{port:04X}")))
    })?;
    let queues = line.split_whitespace().nth(4)?;
    u64::from_str_radix(queues.split_once(':')?.1, 16).ok()
}

/// The lines that nfdump and the command print of a capture, in order of their text.
fn lines(capture: &Path, format: &str) -> [Vec<String>; 2] {
    let capture = capture.to_str().unwrap();
    let mut nfcapd = Nfcapd::start();
    let to = format!("127.0.0.1:{}", nfcapd.port);
    let replay = netflow(["replay", capture, "--to", &to, "--rate", "200"]);
    assert_eq!(replay.status, 0, "{}", replay.stderr);
    let file = nfcapd.stop();
    let theirs = Command::new("nfdump")
        .args(["-o", format, "-r"])
        .arg(file)
        .env("TZ", "UTC")
        .output()
        .unwrap();
    let ours = netflow([
        "decode", "--quiet", "--schema", "nfdump", "-f", format, capture,
    ]);
    let theirs = String::from_utf8(theirs.stdout).unwrap();
    // A summary follows the flows.
    let theirs = theirs
        .lines()
        .take_while(|line| !line.starts_with("Summary"));
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    [
        sorted(theirs.map(str::to_owned).collect()),
        sorted(ours.stdout.lines().map(str::to_owned).collect()),
    ]
}

#[test]
#[ignore = "needs nfdump 1.7.1; cargo xtask test runs it"]
fn lines_are_those_that_nfdump_prints() {
    for capture in CAPTURES {
        for format in ["line", "long", "extended"] {
            let [theirs, ours] = lines(&testdata(capture), format);
            assert!(theirs.len() > 80, "{capture}: {theirs:?}");
            assert_eq!(ours, theirs, "{capture}, {format}");
        }
    }
}

/// A packet of NetFlow v5 with a flow of each of these protocols, as large as fits.
fn flows_of_protocols(protocols: core::ops::Range<u16>) -> Vec<u8> {
    let mut packet = vec![0, 5];
    packet.extend(u16::try_from(protocols.len()).unwrap().to_be_bytes());
    packet.extend(10_000_u32.to_be_bytes());
    packet.extend(1_700_000_000_u32.to_be_bytes());
    packet.extend([0; 4]);
    packet.extend(u32::from(protocols.start).to_be_bytes());
    packet.extend([0; 4]);
    for protocol in protocols {
        let number = u8::try_from(protocol).unwrap();
        packet.extend([192, 0, 2, number, 203, 0, 113, 1, 0, 0, 0, 0, 0, 1, 0, 2]);
        // From a count that needs no unit to some that need one.
        packet.extend((1_u32 << (protocol % 32)).to_be_bytes());
        packet.extend((999_u32.wrapping_shl(u32::from(protocol % 23))).to_be_bytes());
        packet.extend([0, 0, 0, 100, 0, 0, 0x20, 0]);
        // Type and code of ICMP are the destination port; nfdump takes the source port.
        packet.extend(match number {
            1 | 58 => [0; 4],
            _ => [3, 0xe8, 7, 0xd0],
        });
        packet.extend([0, 0x1b]);
        packet.extend([number, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
    packet
}

/// A capture of raw IPv4 packets that carry these payloads over UDP.
fn capture_of(payloads: &[Vec<u8>]) -> Vec<u8> {
    let mut capture = Vec::new();
    // Microseconds, version 2.4, packets of up to 65,535 octets, link type RAW.
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 101] {
        capture.extend(word.to_le_bytes());
    }
    for payload in payloads {
        let len = u16::try_from(payload.len() + 28).unwrap();
        for word in [1_700_000_000, 0, u32::from(len), u32::from(len)] {
            capture.extend(word.to_le_bytes());
        }
        capture.extend([0x45, 0]);
        capture.extend(len.to_be_bytes());
        capture.extend([0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
        capture.extend([0x27, 0x0f, 0x08, 0x07]);
        capture.extend((len - 20).to_be_bytes());
        capture.extend([0, 0]);
        capture.extend(payload);
    }
    capture
}

#[test]
#[ignore = "needs nfdump 1.7.1; cargo xtask test runs it"]
fn every_protocol_has_the_name_that_nfdump_prints() {
    let folder = Directory::new("protocols");
    let path = folder.file("protocols.pcap");
    let packets: Vec<_> = (0..16)
        .map(|part| flows_of_protocols(part * 16..part * 16 + 16))
        .collect();
    fs::write(&path, capture_of(&packets)).unwrap();
    let [theirs, ours] = lines(&path, "extended");
    assert_eq!(ours.len(), 257);
    assert_eq!(ours, theirs);
}
