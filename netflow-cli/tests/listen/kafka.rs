//! Kafka on the command line, and collectors that share a topic. netflow-output tests what brokers receive, netflow-io
//! how partitions move.

use alloc::collections::{BTreeMap, BTreeSet};
use core::net::SocketAddr;
use core::time::Duration;
use std::fs;
use std::net::UdpSocket;
use std::process::{Child, Command, Stdio};
use std::thread;

use netflow_testdata::own_port;

use crate::harness::{Collector, Ended, Folder, netflow, record, run, template};

const OUTPUT: &str = "kafka://127.0.0.1:9/flows";

/// The exit status of `listen --check` and what it reported.
fn check(options: &[&str]) -> (Option<i32>, String) {
    let all = [&["--check", "--output", OUTPUT], options].concat();
    let output = netflow(&all).output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn settings_are_checked_before_anything_starts() {
    for (setting, expected) in [
        ("compression.type=zstd", None),
        ("compresion.type=zstd", Some("compresion.type")),
        ("acks=1", Some("accounting")),
        ("sasl.password=hunter2", Some("may be a secret")),
    ] {
        let (status, log) = check(&["--kafka-setting", setting]);
        assert_eq!(
            status,
            Some(if expected.is_some() { 2 } else { 0 }),
            "{log}"
        );
        assert!(log.contains(expected.unwrap_or_default()), "{log}");
        assert!(!log.contains("hunter2"), "{log}");
    }
}

#[test]
fn columns_and_credentials_on_the_command_line_are_refused() {
    for (options, expected) in [
        (&["--format", "parquet"][..], "columns go to files"),
        (&["--output-credentials", "hunter2"], "file:PATH"),
    ] {
        let (status, log) = check(options);
        assert_eq!(status, Some(2), "{log}");
        assert!(log.contains(expected) && !log.contains("hunter2"), "{log}");
    }
    for format in ["json", "msgpack"] {
        let options = ["--schema", "raw", "--format", format];
        assert_eq!(check(&options).0, Some(0), "{format}");
    }
}

const TOPIC: [&str; 4] = ["--kafka", "kafka://127.0.0.1:9/raw", "--group", "outlets"];

#[test]
fn a_topic_is_read_instead_of_sockets() {
    let ended = run(&[&TOPIC[..], &["--check"]].concat());
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    let expected = "read from kafka://127.0.0.1:9/raw as the group outlets\n";
    assert!(ended.stdout.contains(expected), "{}", ended.stdout);
    assert!(!ended.stdout.contains("listen on"), "{}", ended.stdout);
    let beside = run(&[&TOPIC[..], &["--check", "--udp", "127.0.0.1:0"]].concat());
    assert!(beside.stdout.contains("listen on udp"), "{}", beside.stdout);
}

#[test]
fn what_can_never_be_read_is_refused_before_anything_starts() {
    let missing = "/nowhere/ca.pem";
    let readable = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    for (options, expected) in [
        (
            &["--group-setting", "session.timeout.ms=soon"][..],
            "session.timeout.ms",
        ),
        (
            &["--group-setting", "enable.auto.commit=true"],
            "accounting",
        ),
        (
            &["--group-setting", "sasl.password=hunter2"],
            "may be a secret",
        ),
        (&["--group-credentials", "hunter2"], "file:PATH"),
        (&["--group-ca", missing], missing),
        (
            &["--group-certificate", missing, "--group-key", readable],
            missing,
        ),
        (
            &["--group-certificate", readable, "--group-key", missing],
            missing,
        ),
        (&["--kafka", "tcp://127.0.0.1:9"], "kafka://"),
        (&["--group", "out lets"], "letters"),
        (&["--kafka", "kafka://127.0.0.1:9"], "a topic is missing"),
    ] {
        let ended = run(&[&TOPIC[..], &["--check"], options].concat());
        assert_eq!(ended.status, Some(2), "{options:?} {}", ended.log);
        assert!(ended.log.contains(expected), "{options:?} {}", ended.log);
        assert!(!ended.log.contains("hunter2"), "{}", ended.log);
    }
    let ended = run(&["--check", "--udp", "127.0.0.1:0", "--state-interval", "1s"]);
    assert!(ended.log.contains("--state or --kafka"), "{}", ended.log);
}

#[test]
fn metrics_are_those_of_the_page_also_without_a_broker() {
    let options = ["--output", "null", "--metrics", "127.0.0.1:0"];
    let mut collector = Collector::start(&[&TOPIC[..], &options].concat());
    collector.wait(|collector| collector.log().contains("cannot be read"));
    let (_, text) = crate::http::get(collector.addresses[0], "/metrics");
    let names = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let names = names.map(|line| line.split(' ').next().unwrap().to_owned());
    let kafka: BTreeSet<_> = names
        .filter(|name| name.starts_with("netflow_kafka_"))
        .collect();
    assert_eq!(
        kafka,
        crate::http::described_metrics(&crate::http::page("kafka.md"))
    );
    let (status, health) = crate::http::get(collector.addresses[0], "/health");
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(health.contains("0 partitions are read here"), "{health}");
    assert_eq!(collector.stop().status, Some(0));
}

/// A broker of another project, which holds messages in memory.
struct Broker {
    child: Child,
    topic: String,
}

impl Broker {
    /// Starts a broker with a topic that has this number of partitions.
    fn start(partitions: usize) -> Self {
        let program = std::env::var_os("NETFLOW_KAFKA_BROKER").expect("the path of the broker");
        let address = own_port().local_addr().unwrap();
        let url = format!("tcp://{address}");
        let child = Command::new(&program)
            .args(["--listener-url", &url, "--advertised-listener-url", &url])
            .args(["--storage-engine", "memory://tansu/"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let broker = Self {
            child,
            topic: format!("kafka://{address}/raw"),
        };
        for _ in 0..600 {
            let created = Command::new(&program)
                .args(["topic", "create", "--broker", &url, "raw"])
                .args(["--partitions", &partitions.to_string()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            if created.unwrap().success() {
                return broker;
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("no topic can be made");
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Exporters on addresses of their own, each with a template that is sent once.
struct Exporters {
    sockets: Vec<UdpSocket>,
    /// Flows of each so far, those that were lost on their way too.
    flows: u32,
}

impl Exporters {
    const COUNT: usize = 20;
    /// One datagram of this number is lost.
    const LOST: u32 = 40;

    fn new() -> Self {
        let address = |number: usize| format!("127.0.0.{}:0", 10 + number);
        let sockets = (0..Self::COUNT).map(|number| UdpSocket::bind(address(number)).unwrap());
        Self {
            sockets: sockets.collect(),
            flows: 0,
        }
    }

    fn send_templates(&self, to: SocketAddr) {
        for socket in &self.sockets {
            socket.send_to(&template(1), to).unwrap();
        }
    }

    /// Sends flows of consecutive numbers to these collectors, all of one exporter to the same, as a load balancer
    /// does.
    fn send(&mut self, rounds: u32, to: &[SocketAddr]) {
        for _ in 0..rounds {
            self.flows += 1;
            if self.flows % Self::LOST != 0 {
                let mut message = record(1, self.flows);
                message[8..12].copy_from_slice(&(self.flows - 1).to_be_bytes());
                for (socket, to) in self.sockets.iter().zip(to.iter().cycle()) {
                    socket.send_to(&message, to).unwrap();
                }
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Datagrams that each has lost.
    const fn lost(&self) -> u32 {
        self.flows / Self::LOST
    }

    /// Flows of each that were not lost.
    const fn sent(&self) -> u32 {
        self.flows - self.lost()
    }

    /// Fails unless each exporter has these counts of its sequence numbers.
    fn check_counts(&self, outlets: &[Collector]) {
        for (counter, expected) in [
            ("lost", self.lost()),
            ("late", 0),
            ("duplicated", 0),
            ("restarts", 0),
        ] {
            let found = metric(outlets, &format!("netflow_exporter_{counter}_total"));
            let expected = vec![u64::from(expected); Self::COUNT];
            assert_eq!(
                found.into_values().collect::<Vec<_>>(),
                expected,
                "{counter}"
            );
        }
    }
}

/// A collector that decodes its share of the topic, and the file that it writes.
fn outlet(broker: &Broker, folder: &Folder, number: usize) -> (Collector, String) {
    let file = folder.file(&format!("flows-{number}.json"));
    let options = [
        "--kafka",
        &broker.topic,
        "--group",
        "outlets",
        "--group-setting",
        "session.timeout.ms=6000",
        "--group-setting",
        "heartbeat.interval.ms=500",
        "--state-interval",
        "500ms",
        "--output",
        &file,
        "--metrics",
        "127.0.0.1:0",
    ];
    (Collector::start(&options), file)
}

/// The values of a metric, by the text of its labels.
fn metric(collectors: &[Collector], name: &str) -> BTreeMap<String, u64> {
    let mut values = BTreeMap::new();
    for collector in collectors {
        let (_, text) = crate::http::get(collector.addresses[0], "/metrics");
        for line in text.lines() {
            let Some((labels, value)) = line
                .strip_prefix(name)
                .and_then(|line| line.rsplit_once(' '))
            else {
                continue;
            };
            if labels.is_empty() || labels.starts_with('{') {
                *values.entry(labels.to_owned()).or_default() += value.parse::<u64>().unwrap();
            }
        }
    }
    values
}

/// Waits until these collectors have read this number of messages of each exporter.
fn wait_for_messages(collectors: &[Collector], messages: u32) {
    let name = "netflow_exporter_messages_total";
    let expected = [u64::from(messages); Exporters::COUNT];
    let mut found = BTreeMap::new();
    for _ in 0..600 {
        found = metric(collectors, name);
        if found.values().copied().eq(expected.iter().copied()) {
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("{found:?}\n{}", collectors[0].log());
}

/// Flows in files by exporter and number, and how many rows were there again.
fn flows(files: &[String]) -> (BTreeSet<(String, u64)>, usize) {
    let (mut flows, mut places) = (BTreeSet::new(), BTreeMap::new());
    let mut again = 0;
    for file in files {
        for line in fs::read_to_string(file).unwrap_or_default().lines() {
            // The last line of a collector that was killed may be cut.
            let Ok(row) = serde_json::from_str::<serde_json::Value>(line) else {
                continue;
            };
            assert_eq!(row.get("kind"), None, "{row}");
            let exporter = row["exporter_address"].as_str().unwrap().to_owned();
            let flow = (exporter, row["octets"].as_u64().unwrap());
            // A row that is there again has the same place, by which it is recognised.
            let place = row["frame"].as_u64().unwrap();
            assert_eq!(*places.entry(flow.clone()).or_insert(place), place, "{row}");
            again += usize::from(!flows.insert(flow));
        }
    }
    (flows, again)
}

fn stop_all(collectors: Vec<Collector>) -> Vec<Ended> {
    let ended = collectors.into_iter().map(Collector::stop);
    let ended: Vec<_> = ended.collect();
    for one in &ended {
        assert_eq!(one.status, Some(0), "{}", one.log);
    }
    ended
}

#[test]
#[ignore = "needs a broker; cargo xtask test --full runs it"]
fn a_collector_that_is_killed_is_replaced_without_a_loss_of_flows_templates_or_counts() {
    let (broker, folder) = (Broker::start(6), Folder::new());
    let inlets: Vec<_> = ["json", "msgpack"]
        .iter()
        .map(|format| {
            Collector::start(&[
                "--udp",
                "127.0.0.1:0",
                "--schema",
                "raw",
                "--format",
                format,
                "--output",
                &broker.topic,
            ])
        })
        .collect();
    let to: Vec<_> = inlets.iter().map(|inlet| inlet.addresses[0]).collect();
    let (mut outlets, files): (Vec<_>, Vec<_>) = (0..3)
        .map(|number| outlet(&broker, &folder, number))
        .unzip();
    let mut exporters = Exporters::new();
    // Only one of the collectors behind the load balancer receives the templates.
    exporters.send_templates(to[0]);
    wait_for_messages(&outlets, 1);
    exporters.send(150, &to);
    let killed = outlets.remove(1);
    killed.signal("KILL");
    drop(killed);
    exporters.send(150, &to);
    // The load balancer changes its mind, and what it sent before has arrived.
    thread::sleep(Duration::from_secs(2));
    exporters.send(305, &[to[1], to[0]]);
    wait_for_messages(&outlets, exporters.sent() + 1);
    assert_eq!(metric(&outlets, "netflow_kafka_offset").len(), 6);
    exporters.check_counts(&outlets);
    let refused = metric(&outlets, "netflow_kafka_refused_messages_total");
    assert!(refused.values().all(|count| *count == 0), "{refused:?}");
    assert!(metric(&outlets, "netflow_problems_total").is_empty());
    stop_all(inlets);
    stop_all(outlets);
    let (found, again) = flows(&files);
    assert_eq!(found.len(), Exporters::COUNT * exporters.sent() as usize);
    println!("{} flows, {again} rows again", found.len());
}

#[test]
#[ignore = "needs a broker; cargo xtask test --full runs it"]
fn a_restart_goes_on_where_it_was_stopped() {
    let (broker, folder) = (Broker::start(2), Folder::new());
    let inlet = Collector::start(&[
        "--udp",
        "127.0.0.1:0",
        "--schema",
        "raw",
        "--output",
        &broker.topic,
    ]);
    let to = [inlet.addresses[0]];
    let mut exporters = Exporters::new();
    exporters.send_templates(to[0]);
    let mut files = Vec::new();
    for number in 0..2 {
        let (outlet, file) = outlet(&broker, &folder, number);
        files.push(file);
        exporters.send(25, &to);
        let outlets = vec![outlet];
        wait_for_messages(&outlets, exporters.sent() + 1);
        stop_all(outlets);
        // What arrives meanwhile waits in the topic.
        exporters.send(25, &to);
    }
    let (outlet, file) = outlet(&broker, &folder, 2);
    files.push(file);
    let outlets = vec![outlet];
    wait_for_messages(&outlets, exporters.sent() + 1);
    exporters.check_counts(&outlets);
    stop_all(outlets);
    stop_all(vec![inlet]);
    let (found, again) = flows(&files);
    assert_eq!(found.len(), Exporters::COUNT * exporters.sent() as usize);
    // Each collector was stopped, and not killed.
    assert_eq!(again, 0);
}

#[test]
#[ignore = "needs a broker; cargo xtask test --full runs it"]
fn a_slow_output_stops_the_reading_and_loses_nothing() {
    let (broker, folder) = (Broker::start(1), Folder::new());
    let inlet = Collector::start(&[
        "--udp",
        "127.0.0.1:0",
        "--schema",
        "raw",
        "--output",
        &broker.topic,
    ]);
    let to = [inlet.addresses[0]];
    let (pipe, mut reader) = folder.pipe();
    let outlet = Collector::start(&[
        "--kafka",
        &broker.topic,
        "--group",
        "outlets",
        // A member that does not ask for messages would be removed from the group after this time.
        "--group-setting",
        "max.poll.interval.ms=6000",
        "--group-setting",
        "session.timeout.ms=6000",
        "--output",
        &pipe,
        "--output-queue",
        "1KiB",
        "--metrics",
        "127.0.0.1:0",
    ]);
    let mut exporters = Exporters::new();
    exporters.send_templates(to[0]);
    exporters.send(100, &to);
    thread::sleep(Duration::from_secs(9));
    let outlets = vec![outlet];
    let read = metric(&outlets, "netflow_kafka_messages_total");
    assert!(read[""] < 1_900, "{read:?}");
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let mut octets = vec![0; 1 << 16];
        let mut lines = 0;
        while let Ok(count @ 1..) = std::io::Read::read(&mut reader, &mut octets) {
            lines += octets[..count]
                .iter()
                .filter(|octet| **octet == b'\n')
                .count();
            let _ = sender.send(lines);
        }
    });
    wait_for_messages(&outlets, exporters.sent() + 1);
    assert_eq!(metric(&outlets, "netflow_kafka_rebalances_total")[""], 1);
    let ended = stop_all(outlets).remove(0);
    assert!(!ended.log.contains("level=warning"), "{}", ended.log);
    let expected = Exporters::COUNT * exporters.sent() as usize;
    let lines = receiver.iter().find(|lines| *lines == expected);
    assert_eq!(lines, Some(expected));
    stop_all(vec![inlet]);
}
