//! The report on the last hour that a collector serves.

use core::net::SocketAddr;

use crate::harness::{Collector, Folder, run, send, v5};
use crate::http::{ask, get};

const OPTIONS: [&str; 6] = [
    "--udp",
    "127.0.0.1:0",
    "--http",
    "127.0.0.1:0",
    "--output",
    "null",
];

fn page(collector: &Collector) -> String {
    let (status, page) = get(collector.addresses[1], "/");
    assert_eq!(status, "HTTP/1.1 200 OK");
    page
}

/// A packet of a flow of 1,000 octets from another address than all others.
fn from(host: u8) -> Vec<u8> {
    let mut packet = v5(host.into(), 1_000);
    packet[27] = host;
    packet
}

#[test]
fn the_page_shows_what_all_workers_received() {
    let places = format!("{}/../testdata/geo/places.mmdb", env!("CARGO_MANIFEST_DIR"));
    let options = ["--workers", "2", "--geo", &places];
    let mut collector = Collector::start(&[&OPTIONS[..], &options].concat());
    let to = collector.addresses[0];
    assert!(page(&collector).contains("No flows."));
    for number in 1..=8 {
        send(&format!("127.0.0.{number}"), to, &from(1));
    }
    // Made at most once in 5 seconds.
    let has_all = |page: &str| page.contains("title=\"8,000\"");
    collector.wait(|collector| has_all(&page(collector)));
    let page = page(&collector);
    for part in [
        "<h1>Traffic of the last hour</h1>",
        "data-refresh=\"30\"",
        "Flows received from ",
        "<td>192.0.2.1</td>",
        "<td>127.0.0.8</td>",
        "Switzerland (CH)",
        "id=\"map\"",
        "Internal networks: private.",
        "8 of 8 flows have impossible times: they are shown at the time they were received",
        "The page holds the latest 8 of 8 flows, at most 50 of each second",
        "<a href=\"/state\">",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("threads are missing"));
}

#[test]
fn pages_for_people_need_the_token_and_those_for_programs_do_not() {
    let folder = Folder::new();
    let from = format!("file:{}", folder.write("token", "s3cret\n"));
    let collector = Collector::start(&[&OPTIONS[..], &["--ui-token", &from]].concat());
    let http = collector.addresses[1];
    for path in ["/", "/state"] {
        let head = "HTTP/1.1\r\nHost: collector.example\r\n";
        let (status, text) = ask(http, &format!("GET {path} {head}\r\n"));
        assert_eq!(status, "HTTP/1.1 401 Unauthorized");
        assert!(!text.contains("<html"));
        let wrong = "Authorization: Bearer s3cre\r\n\r\n";
        let (status, _) = ask(http, &format!("GET {path} {head}{wrong}"));
        assert_eq!(status, "HTTP/1.1 401 Unauthorized");
        let right = "Authorization: Bearer s3cret\r\n\r\n";
        let (status, _) = ask(http, &format!("GET {path} {head}{right}"));
        assert_eq!(status, "HTTP/1.1 200 OK");
    }
    for path in ["/metrics", "/health", "/ready"] {
        assert_eq!(get(http, path).0, "HTTP/1.1 200 OK");
    }
}

#[test]
fn a_token_that_cannot_be_read_is_reported_and_nobody_sees_the_page() {
    let folder = Folder::new();
    let from = format!("file:{}", folder.file("none"));
    let collector = Collector::start(&[&OPTIONS[..], &["--ui-token", &from]].concat());
    let (status, _) = ask(collector.addresses[1], "GET / HTTP/1.1\r\n\r\n");
    assert_eq!(status, "HTTP/1.1 503 Service Unavailable");
    let log = collector.stop().log;
    assert!(log.contains("--ui-token cannot be read"), "{log}");
}

#[test]
fn without_a_token_only_this_host_sees_the_page() {
    let collector = Collector::start(&OPTIONS);
    let request = "GET / HTTP/1.1\r\nHost: rebound.example\r\n\r\n";
    let (status, _) = ask(collector.addresses[1], request);
    assert_eq!(status, "HTTP/1.1 403 Forbidden");

    let ended = run(&["--check", "--http", "0.0.0.0:8080"]);
    assert_eq!(ended.status, Some(2));
    assert!(ended.log.contains("add --ui-token"), "{}", ended.log);
    let ended = run(&["--check", "--http", "0.0.0.0:8080", "--ui-token", "s3cret"]);
    assert_eq!(ended.status, Some(2));
    assert!(!ended.log.contains("s3cret"), "{}", ended.log);
    let public = ["--http", "0.0.0.0:8080", "--ui-token", "env:TOKEN"];
    let ended = run(&[&["--check"], &public[..]].concat());
    assert_eq!(ended.status, Some(0), "{}", ended.log);
}

#[test]
fn groups_beyond_the_memory_are_counted_with_their_error() {
    let mut collector = Collector::start(&[&OPTIONS[..], &["--ui-memory", "1KiB"]].concat());
    let to: SocketAddr = collector.addresses[0];
    for host in 1..=9 {
        send("127.0.0.1", to, &from(host));
    }
    let has_all = |page: &str| page.contains("the latest 9 of 9 ");
    collector.wait(|collector| has_all(&page(collector)));
    let page = page(&collector);
    for part in ["The groups did not fit in memory", "≤ 8.00 k"] {
        assert!(page.contains(part), "{part}");
    }
}
