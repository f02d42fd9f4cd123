//! `netflow replay`, and what a collector makes of it.

use std::process::Command;

use crate::harness::{Collector, Ended, logged, run_subcommand, subcommand};

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/genuine/");

pub(crate) fn replay(options: &[&str]) -> Ended {
    run_subcommand("replay", options)
}

#[test]
fn what_is_replayed_is_decoded_as_the_capture_is() {
    for (file, flows) in [
        ("sf_v5.pcap", 91),
        ("sf_v9.pcap", 131),
        ("sf_v10.pcap", 131),
    ] {
        let path = format!("{SAMPLES}{file}");
        let decoded = Command::new(env!("CARGO_BIN_EXE_netflow"))
            .args([
                "decode", "--format", "csv", "--fields", "octets", "--quiet", &path,
            ])
            .output()
            .unwrap();
        let collector = Collector::start(&[
            "--udp",
            "127.0.0.1:0",
            "--format",
            "csv",
            "--fields",
            "octets",
        ]);
        let to = collector.addresses[0].to_string();
        let sent = replay(&[&path, "--to", &to, "--speed", "0"]);
        assert_eq!(sent.status, Some(0), "{}", sent.log);
        let ended = collector.stop();
        assert_eq!(
            ended.stdout,
            String::from_utf8(decoded.stdout).unwrap(),
            "{file}"
        );
        assert_eq!(logged(&ended.log, "received", "flows"), flows.to_string());
    }
}

/// Checks that a replay is still running when another, started after it, has ended.
fn assert_overtaken(slow: &[&str], fast: &[&str]) {
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = nobody.local_addr().unwrap().to_string();
    let to = ["--to", &to];
    let slow = subcommand("replay", &[slow, &to].concat()).spawn();
    let mut slow = slow.unwrap();
    let fast = replay(&[fast, &to].concat());
    let is_running = slow.try_wait().unwrap().is_none();
    let _ = slow.kill();
    slow.wait().unwrap();
    assert_eq!(fast.status, Some(0), "{}", fast.log);
    assert!(is_running);
}

#[test]
fn a_capture_can_be_sent_faster_than_it_was_captured() {
    let path = format!("{SAMPLES}ovs.pcap");
    // The first takes ten times as long as the capture: two minutes.
    assert_overtaken(&[&path, "--speed", "0.1"], &[&path, "--speed", "0"]);
}

#[test]
fn datagrams_are_sent_at_the_rate_that_was_asked_for() {
    // The times of this capture are the same, so without a rate it is sent at once.
    let path = format!("{SAMPLES}sf_v5.pcap");
    let again = [&path, "--loop", "--count"];
    // The first takes more than a minute.
    assert_overtaken(
        &[&again[..], &["100", "--rate", "1"]].concat(),
        &[&again[..], &["20000", "--speed", "0"]].concat(),
    );
}

#[test]
fn each_exporter_has_a_loopback_address_of_its_own() {
    for kind in ["v5", "v9", "ipfix", "sflow"] {
        let options = [
            "--udp",
            "127.0.0.1:0",
            "--format",
            "csv",
            "--fields",
            "exporter_address,clock_suspect",
        ];
        let collector = Collector::start(&options);
        let to = collector.addresses[0].to_string();
        let options = [
            "--generate",
            kind,
            "--exporters",
            "20",
            "--count",
            "60",
            "--rate",
            "2000",
        ];
        let sent = replay(&[&options[..], &["--to", &to]].concat());
        assert!(
            sent.log.contains("sent 60 datagrams of 20 exporters"),
            "{}",
            sent.log
        );
        let ended = collector.stop();
        let exporters: std::collections::HashSet<&str> = ended.stdout.lines().skip(1).collect();
        assert_eq!(exporters.len(), 20, "{exporters:?}");
        assert!(
            exporters.contains("127.16.0.1,false") || exporters.contains("127.16.0.1,"),
            "{exporters:?}"
        );
        let flows = match kind {
            "v5" => 60 * 30,
            "sflow" => 60 * 8,
            _ => 60 * 24,
        };
        assert_eq!(logged(&ended.log, "received", "flows"), flows.to_string());
        assert_eq!(logged(&ended.log, "received", "problems"), "0");
    }
}

#[test]
fn generated_samples_of_sflow_have_their_packets_and_rate() {
    let fields = "source_port,destination_port,protocol,octets,sampling_rate,input_interface";
    let collector = Collector::start(&["--udp", "127.0.0.1:0", "--fields", fields]);
    let to = collector.addresses[0].to_string();
    let sent = replay(&["--generate", "sflow", "--count", "1", "--to", &to]);
    assert_eq!(sent.status, Some(0), "{}", sent.log);
    let ended = collector.stop();
    assert_eq!(
        ended.stdout.lines().next().unwrap(),
        "{\"source_port\":1025,\"destination_port\":443,\"protocol\":6,\"octets\":1518,\
         \"sampling_rate\":512,\"input_interface\":1}"
    );
    assert_eq!(ended.stdout.lines().count(), 8);
}

#[test]
fn a_capture_can_be_sent_again_and_again() {
    let collector = Collector::start(&["--udp", "127.0.0.1:0", "--output", "null"]);
    let to = collector.addresses[0].to_string();
    let path = format!("{SAMPLES}sf_v5.pcap");
    let sent = replay(&[
        &path, "--to", &to, "--rate", "5000", "--loop", "--count", "11",
    ]);
    assert!(
        sent.log.contains("sent 11 datagrams of 1 exporter,"),
        "{}",
        sent.log
    );
    assert_eq!(logged(&collector.stop().log, "received", "datagrams"), "11");
}

#[test]
fn there_is_something_to_send() {
    for (options, reason) in [
        (&["--to", "127.0.0.1:1"][..], "<FILE>"),
        (&["x.pcap"], "--to"),
        (
            &["x.pcap", "--generate", "v5", "--to", "127.0.0.1:1"],
            "cannot be used with",
        ),
        (&["--generate", "v4", "--to", "127.0.0.1:1"], "v4"),
        (&["x.pcap", "--rate", "0", "--to", "127.0.0.1:1"], "--rate"),
    ] {
        let ended = replay(options);
        assert_eq!(ended.status, Some(2), "{options:?}");
        assert!(ended.log.contains(reason), "{}", ended.log);
    }
    let missing = replay(&["/nowhere.pcap", "--to", "127.0.0.1:1"]);
    assert_eq!(missing.status, Some(1));
}
