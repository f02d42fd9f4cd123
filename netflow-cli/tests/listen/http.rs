//! The state of a collector over HTTP.

use alloc::collections::BTreeSet;
use core::net::SocketAddr;
use std::io::{Read, Write};
use std::net::TcpStream;

use crate::harness::{Collector, record, send, template, v5};

const OPTIONS: [&str; 8] = [
    "--udp",
    "127.0.0.1:0",
    "--http",
    "127.0.0.1:0",
    "--metrics",
    "127.0.0.1:0",
    "--output",
    "null",
];

/// What a server answers: the line of status, and the text.
pub(crate) fn ask(to: SocketAddr, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, text) = response.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), text.to_owned())
}

/// What a server answers for a path.
pub(crate) fn get(to: SocketAddr, path: &str) -> (String, String) {
    ask(
        to,
        &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    )
}

#[test]
fn metrics_count_what_was_received_and_written() {
    let mut collector = Collector::start(&OPTIONS);
    let (to, metrics) = (collector.addresses[0], collector.addresses[2]);
    send("127.0.0.1", to, &v5(0, 7));
    send("127.0.0.1", to, &v5(5, 7));
    send("127.0.0.2", to, &template(9));
    send("127.0.0.2", to, &record(9, 7));
    send("127.0.0.3", to, b"other");
    let expected = [
        "netflow_source_datagrams_total 5",
        "netflow_flows_total 3",
        "netflow_templates 1",
        "netflow_unreadable_datagrams_total 1",
        "netflow_messages_total{protocol=\"netflow5\"} 2",
        "netflow_problems_total{reason=\"not_flow_export\"} 1",
        "netflow_exporter_lost_total{exporter=\"127.0.0.1\",protocol=\"netflow5\",domain=\"0\",agent=\"\"} 4",
        "netflow_output_lost_rows_total{output=\"1\",to=\"null\",reason=\"queue_full\"} 0",
        "netflow_output_up{output=\"1\",to=\"null\"} 1",
    ];
    let has_all = |text: &str| {
        expected
            .iter()
            .all(|line| text.lines().any(|one| one == *line))
    };
    collector.wait(|_| has_all(&get(metrics, "/metrics").1));
    // Each family is described once, and each name follows the conventions.
    let (_, text) = get(metrics, "/metrics");
    let mut families = std::collections::HashSet::new();
    for line in text.lines().filter(|line| line.starts_with("# TYPE ")) {
        let mut words = line.split(' ').skip(2);
        let (name, kind) = (words.next().unwrap(), words.next().unwrap());
        assert!(families.insert(name), "{name} twice");
        assert_eq!(name.ends_with("_total"), kind == "counter", "{line}");
    }
    let served: BTreeSet<String> = families.into_iter().map(str::to_owned).collect();
    assert_eq!(described_metrics(&page("metrics.md")), served);
}

#[test]
#[ignore = "needs promtool; cargo xtask test runs it"]
fn promtool_finds_nothing_wrong_with_the_metrics() {
    let mut collector = Collector::start(&OPTIONS);
    let (to, metrics) = (collector.addresses[0], collector.addresses[2]);
    send("127.0.0.1", to, &v5(0, 7));
    let has_flow = |text: &str| text.contains("netflow_flows_total 1\n");
    collector.wait(|_| has_flow(&get(metrics, "/metrics").1));
    let mut promtool = std::process::Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("promtool (Debian: prometheus) is installed");
    let text = get(metrics, "/metrics").1;
    let mut input = promtool.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    let output = promtool.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");

    let output = std::process::Command::new("promtool")
        .args(["check", "rules"])
        .arg(alerts())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
}

/// The alerts that come with the collector.
fn alerts() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/prometheus/alerts.yml")
}

#[test]
fn alerts_and_the_page_of_metrics_name_the_same_metrics() {
    let rules = std::fs::read_to_string(alerts()).unwrap();
    let page = page("metrics.md");
    let described = described_metrics(&page);
    let words = rules.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let metrics: Vec<_> = words.filter(|word| word.starts_with("netflow_")).collect();
    assert!(metrics.len() > 8, "{metrics:?}");
    for metric in metrics {
        assert!(described.contains(metric), "{metric}");
    }
}

/// A page of the book.
pub(crate) fn page(name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The metrics in the first column of the page. Those of one line may share a beginning, which only
/// the first of them has.
pub(crate) fn described_metrics(page: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in page.lines().filter(|line| line.starts_with("| `netflow_")) {
        let column = line.split('|').nth(1).unwrap();
        let words: Vec<_> = column.split('`').skip(1).step_by(2).collect();
        let words = words.iter().map(|word| word.split('{').next().unwrap());
        let first = words.clone().next().unwrap();
        let shared = SHARED.iter().find(|shared| first.starts_with(**shared));
        names.extend(words.map(|word| match word.strip_prefix('_') {
            Some(end) => format!("{}{end}", shared.unwrap()),
            None => word.to_owned(),
        }));
    }
    names
}

/// The beginnings that metrics share.
const SHARED: [&str; 4] = [
    "netflow_dns_",
    "netflow_source_",
    "netflow_output_",
    "netflow_exporter_",
];

#[test]
#[cfg(all(feature = "http", feature = "tls"))]
fn the_page_of_settings_has_each_option_of_the_collector_and_no_other() {
    let options = |text: &str| -> BTreeSet<String> {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        let options = words.filter(|word| word.starts_with("--") && !word.ends_with('-'));
        options.map(str::to_owned).collect()
    };
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_netflow"))
        .args(["listen", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let mut on_page = options(&page("settings.md"));
    if !cfg!(feature = "kafka") {
        for option in [
            "--kafka-setting",
            "--kafka",
            "--group",
            "--group-ca",
            "--group-certificate",
            "--group-credentials",
            "--group-key",
            "--group-setting",
        ] {
            assert!(on_page.remove(option), "{option}");
        }
    }
    assert_eq!(on_page, options(&help));
}

#[test]
fn health_and_readiness_are_pages_and_the_page_for_people_only_where_asked_for() {
    let collector = Collector::start(&OPTIONS);
    let (http, metrics) = (collector.addresses[1], collector.addresses[2]);
    for to in [http, metrics] {
        assert_eq!(
            get(to, "/health"),
            ("HTTP/1.1 200 OK".to_owned(), "healthy\n".to_owned())
        );
        assert_eq!(
            get(to, "/ready?x=1"),
            ("HTTP/1.1 200 OK".to_owned(), "ready\n".to_owned())
        );
        assert_eq!(get(to, "/nowhere").0, "HTTP/1.1 404 Not Found");
    }
    assert!(
        get(http, "/")
            .1
            .contains("<h1>Traffic of the last hour</h1>")
    );
    assert!(get(http, "/state").1.contains("<h1>netflow listen</h1>"));
    for path in ["/", "/state"] {
        assert_eq!(get(metrics, path).0, "HTTP/1.1 404 Not Found");
    }
    let head = ask(http, "HEAD /health HTTP/1.1\r\n\r\n");
    assert_eq!(head, ("HTTP/1.1 200 OK".to_owned(), String::new()));
    assert_eq!(
        ask(http, "POST / HTTP/1.1\r\n\r\n").0,
        "HTTP/1.1 405 Method Not Allowed"
    );
}

#[test]
fn datagrams_that_the_kernel_dropped_are_in_the_page_of_health() {
    let mut collector = Collector::start(&[&OPTIONS[..], &["--read-buffer", "4KiB"]].concat());
    let (to, http) = (collector.addresses[0], collector.addresses[1]);
    collector.signal("STOP");
    for sequence in 0..200 {
        send("127.0.0.1", to, &v5(sequence, 7));
    }
    collector.signal("CONT");
    // The kernel reports its count with the next datagram that has room.
    collector.wait(|_| {
        send("127.0.0.1", to, &v5(200, 7));
        get(http, "/health").1.contains("The kernel dropped ")
    });
    let (status, text) = get(http, "/health");
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(text.starts_with("healthy\n"), "{text}");
    assert!(
        text.contains("Make the receive buffer of the socket larger"),
        "{text}"
    );
}

#[test]
fn a_port_alone_is_that_of_the_loopback_interface() {
    let collector = Collector::start(&["--udp", "127.0.0.1:0", "--http", "0", "--output", "null"]);
    assert_eq!(collector.addresses[1].ip().to_string(), "127.0.0.1");
}

#[test]
fn clients_that_say_nothing_keep_no_other_waiting() {
    let collector = Collector::start(&OPTIONS);
    let http = collector.addresses[1];
    let _silent: Vec<TcpStream> = (0..10).map(|_| TcpStream::connect(http).unwrap()).collect();
    assert_eq!(get(http, "/health").0, "HTTP/1.1 200 OK");
}

#[test]
fn numbers_that_fall_are_a_restart_unless_that_is_switched_off() {
    let number = |second: u32, uptime: u32, sequence| {
        let mut packet = v5(sequence, 7);
        packet[4..8].copy_from_slice(&uptime.to_be_bytes());
        packet[8..12].copy_from_slice(&(1_700_000_000 + second).to_be_bytes());
        packet
    };
    let counts = |option: &[&str]| {
        let mut collector = Collector::start(&[&OPTIONS[..], option].concat());
        let (to, metrics) = (collector.addresses[0], collector.addresses[2]);
        send("127.0.0.1", to, &number(0, 3_600_000, 1_000));
        send("127.0.0.1", to, &number(1, 3_601_000, 1_001));
        send("127.0.0.1", to, &number(60, 1_000, 0));
        let has_flows = |text: &str| text.contains("netflow_flows_total 3\n");
        collector.wait(|_| has_flows(&get(metrics, "/metrics").1));
        let text = get(metrics, "/metrics").1;
        ["restarts", "late"].map(|name| {
            let family = format!("netflow_exporter_{name}_total{{");
            let line = text.lines().find(|line| line.starts_with(&family)).unwrap();
            line.split(' ').next_back().unwrap().to_owned()
        })
    };
    assert_eq!(counts(&[]), ["1", "0"]);
    assert_eq!(counts(&["--no-sequence-reset"]), ["0", "1"]);
}
