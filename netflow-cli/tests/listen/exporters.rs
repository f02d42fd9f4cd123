//! Real exporters: what they send arrives as other collectors count it.

use std::process::{Command, Stdio};

use crate::harness::Collector;

/// What softflowd makes flows of: packets of TCP, UDP and ICMP in IPv4 and IPv6, under tags and labels.
const PACKETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/genuine/in.pcap");

/// Flows, packets and octets of them as nfcapd 1.7.1 stores them: v5 has no IPv6.
const OF_V5: (u64, u64, u64) = (91, 309, 93_531);
const OF_ALL: (u64, u64, u64) = (131, 349, 97_851);

/// Runs softflowd over the packets with these options.
fn softflowd(options: &[&str]) {
    let ran = Command::new("softflowd")
        .args(["-r", PACKETS, "-a", "-d"])
        .args(options)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(
        ran.expect("softflowd (Debian: softflowd) is installed")
            .success()
    );
}

/// What a collector has when it is stopped: flows, packets and octets.
fn sums(collector: Collector) -> (u64, u64, u64) {
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    let (mut flows, mut packets, mut octets) = (0, 0, 0);
    for line in ended.stdout.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        if let (Some(of_packets), Some(of_octets)) =
            (row["packets"].as_u64(), row["octets"].as_u64())
        {
            flows += 1;
            packets += of_packets;
            octets += of_octets;
        }
    }
    (flows, packets, octets)
}

#[test]
#[ignore = "needs softflowd; cargo xtask test runs it"]
fn every_flow_of_softflowd_arrives_once_over_udp() {
    for (version, expected) in [("5", OF_V5), ("9", OF_ALL), ("10", OF_ALL)] {
        for workers in ["1", "3"] {
            let collector = Collector::start(&["--udp", "127.0.0.1:0", "--workers", workers]);
            let to = collector.addresses[0].to_string();
            softflowd(&["-v", version, "-n", &to]);
            assert_eq!(
                sums(collector),
                expected,
                "version {version}, {workers} workers"
            );
        }
    }
}

#[test]
#[ignore = "needs softflowd; cargo xtask test runs it"]
fn every_flow_of_softflowd_arrives_once_over_tcp() {
    let collector = Collector::start(&["--tcp", "127.0.0.1:0"]);
    let to = collector.addresses[0].to_string();
    softflowd(&["-v", "10", "-P", "tcp", "-n", &to]);
    assert_eq!(sums(collector), OF_ALL);
}
