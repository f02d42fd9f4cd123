//! What each option changes.

use std::fs;
use std::io::Write;
use std::net::{TcpStream, UdpSocket};

use crate::harness::{Collector, Folder, field, logged, record, run, send, template, v5};

const UDP: [&str; 2] = ["--udp", "127.0.0.1:0"];

/// A collector on one UDP address, with more options.
fn on_udp(options: &[&str]) -> Collector {
    Collector::start(&[&UDP, options].concat())
}

/// The octets of the flows in JSON lines.
fn octets(lines: &str) -> Vec<u64> {
    let values = lines.lines().map(|line| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["octets"].as_u64().unwrap()
    });
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values
}

#[test]
fn flows_are_lines_of_json_on_standard_output_within_a_second_or_so() {
    let mut collector = on_udp(&["--format", "json", "--output", "-"]);
    let to = collector.addresses[0];
    send("127.0.0.1", to, &v5(0, 7));
    collector.wait_for_lines(1);
    send("127.0.0.2", to, &v5(0, 8));
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    assert_eq!(octets(&ended.stdout), [7, 8]);
    let row: serde_json::Value =
        serde_json::from_str(ended.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(row["exporter_address"], "127.0.0.1");
    assert_eq!(logged(&ended.log, "received", "datagrams"), "2");
    assert_eq!(logged(&ended.log, "received", "flows"), "2");
    assert_eq!(logged(&ended.log, "an output is complete", "written"), "2");
}

#[test]
fn without_sources_it_listens_on_the_usual_ports() {
    let checked = run(&["--check"]);
    assert_eq!(checked.status, Some(0));
    for line in [
        "udp [::]:2055",
        "udp [::]:4739",
        "udp [::]:6343",
        "tcp [::]:4739",
    ] {
        let ipv4 = line.replace("[::]", "0.0.0.0");
        let listens = |line: &str| checked.stdout.contains(&format!("listen on {line}\n"));
        assert!(listens(line) || listens(&ipv4), "{}", checked.stdout);
    }
    assert!(checked.stdout.ends_with("write to - (flow, json)\n"));
}

#[test]
fn a_port_alone_is_that_of_all_addresses() {
    let checked = run(&["--check", "--udp", "9995", "--tcp", ":9996"]);
    assert!(checked.stdout.contains("]:9995\n") || checked.stdout.contains("0.0.0.0:9995\n"));
    assert!(checked.stdout.contains("]:9996\n") || checked.stdout.contains("0.0.0.0:9996\n"));
    let wrong = run(&["--check", "--udp", "example.org:2055"]);
    assert_eq!(wrong.status, Some(2));
    assert!(
        wrong.log.contains("it is not an address and port"),
        "{}",
        wrong.log
    );
}

#[test]
fn ipfix_over_tcp_is_decoded() {
    let collector = Collector::start(&["--tcp", "127.0.0.1:0"]);
    let mut stream = TcpStream::connect(collector.addresses[0]).unwrap();
    stream
        .write_all(&[template(1), record(1, 5), record(1, 6)].concat())
        .unwrap();
    drop(stream);
    let ended = collector.stop();
    assert_eq!(octets(&ended.stdout), [5, 6], "{}", ended.log);
    assert_eq!(logged(&ended.log, "received", "stream_messages"), "3");
    assert_eq!(ended.status, Some(0));
}

#[test]
fn workers_share_exporters_and_write_to_one_output() {
    for steering in [&[][..], &["--no-steering"]] {
        let collector = on_udp(&[&["--workers", "3"], steering].concat());
        let to = collector.addresses[0];
        for exporter in 1..=30_u32 {
            send(&format!("127.0.0.{exporter}"), to, &v5(0, exporter));
        }
        let ended = collector.stop();
        assert_eq!(octets(&ended.stdout), (1..=30).collect::<Vec<u64>>());
        assert_eq!(
            ended.log.contains("one thread receives for all workers"),
            !steering.is_empty()
        );
        assert_eq!(ended.status, Some(0));
    }
}

#[test]
fn protocols_belong_to_the_address_before_them_or_to_all() {
    let protocols = [
        "--protocol",
        "v5",
        "--udp",
        "127.0.0.1:0",
        "--protocol",
        "ipfix,sflow",
    ];
    let collector = on_udp(&protocols);
    let (first, second) = (collector.addresses[0], collector.addresses[1]);
    for to in [first, second] {
        send("127.0.0.1", to, &v5(0, 1));
        send("127.0.0.1", to, &template(1));
        send("127.0.0.1", to, &record(1, 2));
    }
    let ended = collector.stop();
    assert_eq!(octets(&ended.stdout), [1, 2]);
    assert_eq!(logged(&ended.log, "received", "refused"), "3");

    let collector = Collector::start(&[
        "--protocol",
        "v9",
        "--udp",
        "127.0.0.1:0",
        "--udp",
        "127.0.0.1:0",
    ]);
    for to in &collector.addresses {
        send("127.0.0.1", *to, &v5(0, 1));
    }
    assert_eq!(logged(&collector.stop().log, "received", "refused"), "2");
}

#[test]
fn exporters_outside_the_allowed_subnets_are_refused() {
    let collector = on_udp(&[
        "--allow",
        "127.0.0.8/30,127.0.1.0/24",
        "--allow",
        "127.0.2.1",
    ]);
    let to = collector.addresses[0];
    for (number, from) in (0..).zip([
        "127.0.0.1",
        "127.0.0.9",
        "127.0.1.7",
        "127.0.2.1",
        "127.0.2.2",
    ]) {
        send(from, to, &v5(0, number));
    }
    let ended = collector.stop();
    assert_eq!(octets(&ended.stdout), [1, 2, 3]);
    assert_eq!(logged(&ended.log, "received", "refused"), "2");
}

#[test]
fn a_longer_datagram_than_the_maximum_is_refused() {
    let collector = on_udp(&["--max-message", "72"]);
    let to = collector.addresses[0];
    send("127.0.0.1", to, &v5(0, 1));
    send("127.0.0.1", to, &[v5(1, 2), vec![0]].concat());
    let ended = collector.stop();
    assert_eq!(octets(&ended.stdout), [1]);
    assert_eq!(logged(&ended.log, "received", "refused"), "1");
    let wrong = run(&["--max-message", "64KiB"]);
    assert!(wrong.log.contains("between 16 and 65535"), "{}", wrong.log);
}

#[test]
fn a_smaller_read_buffer_than_asked_for_is_reported_with_the_remedy() {
    let collector = on_udp(&["--read-buffer", "64KiB"]);
    assert_eq!(
        logged(&collector.log(), "listening", "read_buffer"),
        "65536"
    );
    drop(collector);
    let mut collector = on_udp(&["--read-buffer", "1000GiB"]);
    let smaller = "the kernel grants a smaller read buffer than was asked for";
    collector.wait(|collector| collector.log().contains(smaller));
    let remedy = logged(&collector.log(), smaller, "remedy");
    assert!(
        remedy.starts_with("sysctl -w net.core.rmem_max="),
        "{remedy}"
    );
}

#[test]
fn a_connection_without_a_message_is_closed_after_the_read_timeout() {
    let options = ["--tcp", "127.0.0.1:0", "--read-timeout"];
    let start = |timeout| Collector::start(&[&options[..], &[timeout]].concat());
    let connect = |collector: &Collector| TcpStream::connect(collector.addresses[0]).unwrap();
    let is_closed = |collector: &Collector| collector.log().contains("within the read timeout");
    let patient = start("1h");
    let _first = connect(&patient);
    // This one begins to wait later, and ends it before.
    let mut collector = start("200ms");
    let _second = connect(&collector);
    collector.wait(is_closed);
    assert!(!is_closed(&patient));
}

#[test]
fn connections_are_limited() {
    for (limit, reason) in [
        ("--max-connections", "too many connections"),
        (
            "--max-connections-by-address",
            "too many connections from this address",
        ),
    ] {
        let mut collector = Collector::start(&["--tcp", "127.0.0.1:0", limit, "1"]);
        let to = collector.addresses[0];
        let _streams = [
            TcpStream::connect(to).unwrap(),
            TcpStream::connect(to).unwrap(),
        ];
        collector.wait(|collector| {
            collector
                .log()
                .lines()
                .any(|line| field(line, "msg").ends_with(reason))
        });
    }
}

#[test]
#[cfg(feature = "http")]
fn a_short_queue_between_threads_drops_datagrams_and_reports_it() {
    // The output is a pipe that is not read, so the worker blocks.
    let folder = Folder::new();
    let (pipe, reader) = folder.pipe();
    let mut collector = on_udp(&[
        "--no-steering",
        "--workers",
        "2",
        "--queue",
        "2",
        "--output",
        &pipe,
        "--output-queue",
        "1",
        "--drain-timeout",
        "100ms",
        "--http",
        "127.0.0.1:0",
    ]);
    let (to, http) = (collector.addresses[0], collector.addresses[1]);
    let exporter = UdpSocket::bind("127.0.0.1:0").unwrap();
    // More than the default queue takes.
    for sequence in 0..10_000 {
        exporter.send_to(&v5(sequence, 1), to).unwrap();
        if sequence % 100 == 0 {
            std::thread::sleep(core::time::Duration::from_millis(10));
        }
    }
    let dropped = "datagrams were dropped before a worker";
    collector.wait(|collector| collector.log().contains(dropped));
    let full = " were dropped because a queue was full.\n";
    collector.wait(|_| crate::http::get(http, "/health").1.contains(full));
    let of_exporter = "\nnetflow_exporter_queue_drops_total{exporter=\"127.0.0.1\"} ";
    collector.wait(|_| crate::http::get(http, "/metrics").1.contains(of_exporter));
    let ended = collector.stop();
    let count = |name| -> u64 { logged(&ended.log, "received", name).parse().unwrap() };
    assert!(count("dropped") > 0, "{}", ended.log);
    assert_eq!(count("flows") + count("dropped"), count("datagrams"));
    // What the pipe and the queue of the output hold, and two datagrams.
    assert!(count("flows") < 2_000, "{}", ended.log);
    drop(reader);
}

#[test]
fn each_output_has_its_format_schema_and_fields() {
    let folder = Folder::new();
    let (csv, wire, json) = (
        folder.file("a.csv"),
        folder.file("wire.json"),
        folder.file("b.json"),
    );
    let collector = on_udp(&[
        "--fields", "octets", "--output", &csv, "--output", &wire, "--schema", "wire", "--fields",
        "", "--output", &json, "--format", "json",
    ]);
    send("127.0.0.1", collector.addresses[0], &v5(0, 7));
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    assert_eq!(fs::read_to_string(csv).unwrap(), "octets\r\n7\r\n");
    assert!(
        fs::read_to_string(wire)
            .unwrap()
            .contains("\"kind\":\"data\"")
    );
    assert_eq!(fs::read_to_string(json).unwrap(), "{\"octets\":7}\n");
    assert_eq!(ended.stdout, "");
}

#[cfg(feature = "columns")]
#[test]
fn columns_are_complete_after_the_end() {
    let folder = Folder::new();
    let parquet = folder.file("flows.parquet");
    let collector = on_udp(&[
        "--output", &parquet, "--format", "parquet", "--output", "null",
    ]);
    for exporter in 1..=9 {
        send(
            &format!("127.0.0.{exporter}"),
            collector.addresses[0],
            &v5(0, 7),
        );
    }
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    let octets = fs::read(parquet).unwrap();
    assert!(octets.starts_with(b"PAR1") && octets.ends_with(b"PAR1"));
}

#[test]
fn a_record_of_two_directions_can_be_two_flows() {
    // Source address, octets, and octets of the reverse direction (RFC 5103).
    let mut message = vec![0, 10, 0, 60, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    message.extend([
        0, 2, 0, 24, 1, 0, 0, 3, 0, 8, 0, 4, 0, 1, 0, 4, 0x80, 1, 0, 4, 0, 0, 0x72, 0x79,
    ]);
    message.extend([
        1, 0, 0, 16, 192, 0, 2, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0,
    ]);
    message[3] = u8::try_from(message.len() - 4).unwrap();
    message.truncate(message.len() - 4);
    for (option, flows) in [
        ("--split-biflows", vec![1, 2]),
        ("--split-biflows=no", vec![1]),
    ] {
        let collector = on_udp(&[option]);
        send("127.0.0.1", collector.addresses[0], &message);
        let ended = collector.stop();
        assert_eq!(
            octets(&ended.stdout),
            flows,
            "{} {}",
            ended.log,
            ended.stdout
        );
    }
}

#[test]
fn a_sampling_rate_can_be_configured() {
    let collector = on_udp(&["--sampling", "127.0.0.0/8=100", "--fields", "octets_scaled"]);
    send("127.0.0.1", collector.addresses[0], &v5(0, 7));
    assert_eq!(collector.stop().stdout, "{\"octets_scaled\":700}\n");
}

#[test]
fn ports_of_one_address_are_exporters_of_their_own_if_asked() {
    for (by_port, flows) in [(false, 1), (true, 0)] {
        let options: &[&str] = if by_port { &["--by-port"] } else { &[] };
        let collector = on_udp(options);
        let to = collector.addresses[0];
        // The template from one port, the record from another.
        send("127.0.0.1", to, &template(1));
        send("127.0.0.1", to, &record(1, 7));
        let ended = collector.stop();
        let found = ended.stdout.matches("\"octets\":7").count();
        assert_eq!(found, flows, "{} {}", ended.log, ended.stdout);
    }
}

#[test]
fn datagrams_are_forwarded_as_they_came_from_a_port_for_each_exporter() {
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    other
        .set_read_timeout(Some(crate::harness::patience()))
        .unwrap();
    let forward = other.local_addr().unwrap().to_string();
    let collector = on_udp(&["--forward", &forward]);
    let to = collector.addresses[0];
    let mut ports = std::collections::HashMap::new();
    for (exporter, number) in [
        ("127.0.0.1", 1),
        ("127.0.0.2", 2),
        ("127.0.0.1", 3),
        ("127.0.0.2", 4),
    ] {
        send(exporter, to, &v5(0, number));
        let mut octets = [0; 2_000];
        let (count, from) = other.recv_from(&mut octets).unwrap();
        assert_eq!(octets[..count], v5(0, number));
        assert_eq!(*ports.entry(exporter).or_insert(from.port()), from.port());
    }
    assert_ne!(ports["127.0.0.1"], ports["127.0.0.2"]);
    // Flow export or not.
    send("127.0.0.1", to, b"other");
    let mut octets = [0; 2_000];
    let (count, _) = other.recv_from(&mut octets).unwrap();
    assert_eq!(&octets[..count], b"other");
    assert_eq!(logged(&collector.stop().log, "received", "unreadable"), "1");
}

#[test]
fn quiet_leaves_warnings_and_errors() {
    let mut child = crate::harness::netflow(&[&UDP[..], &["--quiet"]].concat())
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(core::time::Duration::from_millis(300));
    let stopped = std::process::Command::new("kill")
        .arg(child.id().to_string())
        .status();
    assert!(stopped.unwrap().success());
    let mut log = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut log).unwrap();
    assert!(!log.contains("level=info"), "{log}");
    let _ = child.wait();
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    for (options, reason) in [
        (
            &["--output", "-", "--output", "-"][..],
            "only one --output can be standard output",
        ),
        (
            &["--schema", "wire", "--format", "csv"],
            "do not fit in the columns of csv",
        ),
        (
            &["--schema", "record", "--fields", "octets"],
            "--fields chooses among the fields",
        ),
        (&["--schema", "raw", "--format", "csv"], "csv"),
        (&["--fields", "octet"], "did you mean \"octets\"?"),
        (&["--output", "gopher://x"], "gopher://x"),
        (&["--state-interval", "5s"], "--state"),
        (&["--read-timeout", "5"], "it is not a time"),
        (&["--workers", "0"], "1..=1024"),
        (&["--protocol", "v4"], "v4"),
    ] {
        let ended = run(options);
        assert_eq!(ended.status, Some(2), "{options:?}: {}", ended.log);
        assert!(ended.log.contains(reason), "{options:?}: {}", ended.log);
    }
}
