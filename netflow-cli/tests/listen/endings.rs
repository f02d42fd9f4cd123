//! How a collector ends, and what it does with what it has.

use std::fs;
use std::net::UdpSocket;
use std::process::Stdio;

use crate::harness::{Collector, Folder, logged, netflow, run, send, v5};

const UDP: [&str; 2] = ["--udp", "127.0.0.1:0"];

#[test]
fn what_was_received_before_the_signal_is_written() {
    for signal in ["TERM", "INT"] {
        // Little work for each, since the end waits for 10 s only.
        let collector = Collector::start(&[&UDP[..], &["--fields", "octets"]].concat());
        let exporter = UdpSocket::bind("127.0.0.1:0").unwrap();
        for sequence in 0..500 {
            exporter
                .send_to(&v5(sequence, 1), collector.addresses[0])
                .unwrap();
        }
        collector.signal(signal);
        let ended = collector.end();
        assert_eq!(ended.status, Some(0), "{}", ended.log);
        assert_eq!(ended.stdout.lines().count(), 500);
        assert_eq!(
            logged(&ended.log, "stopping", "because_of"),
            format!("SIG{signal}")
        );
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    // A pipe that nobody reads keeps the output waiting for the drain timeout.
    let folder = Folder::new();
    let (pipe, _reader) = folder.pipe();
    let options = ["--output", &pipe, "--drain-timeout", "1h"];
    let mut collector = Collector::start(&[&UDP[..], &options].concat());
    let exporter = UdpSocket::bind("127.0.0.1:0").unwrap();
    for sequence in 0..1_000 {
        exporter
            .send_to(&v5(sequence, 1), collector.addresses[0])
            .unwrap();
    }
    collector.signal("TERM");
    collector.wait(|collector| collector.log().contains("msg=stopping"));
    collector.signal("TERM");
    assert_eq!(collector.end().status, Some(128 + 15));
}

#[test]
fn what_an_output_does_not_take_in_time_is_counted_as_lost() {
    let folders = [Folder::new(), Folder::new()];
    let pipes = folders.each_ref().map(Folder::pipe);
    let start = |pipe: &str, timeout| {
        let options = ["--output", pipe, "--drain-timeout", timeout];
        let collector = Collector::start(&[&UDP[..], &options].concat());
        let exporter = UdpSocket::bind("127.0.0.1:0").unwrap();
        // More than the pipe holds, and few enough for a busy machine.
        for sequence in 0..300 {
            exporter
                .send_to(&v5(sequence, 1), collector.addresses[0])
                .unwrap();
        }
        collector
    };
    let mut patient = start(&pipes[0].0, "1h");
    patient.signal("TERM");
    let ended = start(&pipes[1].0, "300ms").stop();
    // The other got its signal earlier, and still waits.
    patient.wait(|_| true);
    assert_eq!(ended.status, Some(3), "{}", ended.log);
    let count = |name| -> u64 {
        logged(&ended.log, "an output has lost rows", name)
            .parse()
            .unwrap()
    };
    assert_eq!(count("accepted"), 300);
    assert_eq!(count("written") + count("lost"), 300);
}

#[test]
fn a_reader_that_has_gone_ends_it() {
    let mut child = netflow(&UDP)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut lines = std::io::BufRead::lines(stderr);
    let listening = lines.next().unwrap().unwrap();
    let to = crate::harness::field(&listening, "address")
        .parse()
        .unwrap();
    drop(child.stdout.take());
    send("127.0.0.1", to, &v5(0, 1));
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert!(
        rest.join("\n").contains("no output takes rows any more"),
        "{rest:?}"
    );
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn an_address_that_is_taken_is_an_error() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    // It is not an error of the options.
    let checked = run(&["--udp", &address, "--check"]);
    assert_eq!(checked.status, Some(0), "{}", checked.log);
    let ended = run(&["--udp", &address]);
    assert_eq!(ended.status, Some(1));
    assert!(
        ended.log.contains("another program listens there"),
        "{}",
        ended.log
    );
}

#[test]
fn an_output_that_fails_is_reported_and_tried_again() {
    let folder = Folder::new();
    let path = folder.file("folder/flows.json");
    let mut collector = Collector::start(&[&UDP[..], &["--output", &path]].concat());
    send("127.0.0.1", collector.addresses[0], &v5(0, 7));
    collector.wait(|collector| collector.log().contains("an output fails"));
    fs::create_dir(folder.file("folder")).unwrap();
    collector.wait(|collector| collector.log().contains("an output works again"));
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    assert_eq!(fs::read_to_string(path).unwrap().lines().count(), 1);
}

#[test]
fn a_service_manager_learns_that_it_is_ready_alive_and_stopping() {
    let folder = Folder::new();
    let path = folder.file("notify");
    let manager = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    manager
        .set_read_timeout(Some(crate::harness::patience()))
        .unwrap();
    let mut child = netflow(&[&UDP[..], &["--quiet", "--output", "null"]].concat())
        .env("NOTIFY_SOCKET", &path)
        .spawn()
        .unwrap();
    let receive = || {
        let mut octets = [0; 100];
        let count = manager.recv(&mut octets).unwrap();
        String::from_utf8_lossy(&octets[..count]).into_owned()
    };
    assert_eq!(receive(), "READY=1");
    assert_eq!(receive(), "WATCHDOG=1");
    let stopped = std::process::Command::new("kill")
        .arg(child.id().to_string())
        .status();
    assert!(stopped.unwrap().success());
    while receive() != "STOPPING=1" {}
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_packaged_configuration_is_valid() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../packaging/listen.toml");
    let checked = run(&["--check", "--config", path]);
    assert_eq!(checked.status, Some(0), "{}", checked.log);
    assert!(
        checked.stdout.contains("listen on tcp [::]:4739"),
        "{}",
        checked.stdout
    );
}
