//! Outputs over HTTP, and their options.

use alloc::sync::Arc;
use core::net::SocketAddr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;

use netflow_testdata::http;

use crate::harness::{Collector, Folder, run, send, v5};

const UDP: [&str; 2] = ["--udp", "127.0.0.1:0"];

/// A request: its first line and headers, in lower case, and its body.
#[derive(Debug, Clone)]
struct Request {
    head: String,
    body: Vec<u8>,
}

impl Request {
    fn text(&self) -> &str {
        core::str::from_utf8(&self.body).unwrap()
    }
}

/// A server that accepts every request, until the end of the tests.
struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let received = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let received = Arc::clone(&received);
                thread::spawn(move || serve(&stream.unwrap(), &received));
            }
        });
        Self { address, requests }
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(stream: &TcpStream, received: &Mutex<Vec<Request>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let head = http::head(&mut reader)?;
        let body = http::body(&head, &mut reader)?;
        let head = head.concat().to_lowercase();
        received.lock().unwrap().push(Request { head, body });
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        (&mut &*stream).write_all(answer).ok()?;
    }
}

/// Sends this number of flows to a collector with an output and more options; returns what the
/// server of the output received.
fn requests(scheme: &str, flows: u32, options: &[&str]) -> Vec<Request> {
    let server = Server::start();
    let output = format!("{scheme}://{}", server.address);
    let common = ["--fields", "octets", "--output", &output];
    let collector = Collector::start(&[&UDP[..], &common, options].concat());
    for number in 1..=flows {
        send("127.0.0.1", collector.addresses[0], &v5(number, number));
    }
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    server.requests()
}

#[test]
fn requests_are_compressed_as_asked() {
    let requests_with = |how| requests("http", 1, &["--output-compression", how]).remove(0);
    let plain = requests_with("none");
    assert_eq!(plain.text(), "{\"octets\":1}\n");
    assert!(!plain.head.contains("content-encoding"), "{}", plain.head);
    let zstd = requests_with("zstd");
    assert!(
        zstd.head.contains("content-encoding: zstd"),
        "{}",
        zstd.head
    );
    assert_eq!(zstd.body[..4], [0x28, 0xb5, 0x2f, 0xfd]);
    let gzip = requests_with("gzip");
    assert!(
        gzip.head.contains("content-encoding: gzip"),
        "{}",
        gzip.head
    );
    assert_eq!(gzip.body[..2], [0x1f, 0x8b]);
    // By default.
    assert_eq!(requests("http", 1, &[])[0].body, gzip.body);
}

#[test]
fn a_request_has_as_many_rows_as_asked_at_most() {
    let plain = ["--output-compression", "none"];
    let of_two = requests("http", 5, &[&plain[..], &["--batch-rows", "2"]].concat());
    let rows: Vec<usize> = of_two
        .iter()
        .map(|request| request.text().lines().count())
        .collect();
    assert_eq!(rows.iter().sum::<usize>(), 5);
    assert!(rows.iter().all(|rows| *rows <= 2), "{rows:?}");
    // A row has 13 octets.
    let of_one = requests("http", 5, &[&plain[..], &["--batch-size", "20"]].concat());
    assert_eq!(of_one.len(), 5);
}

#[test]
fn rows_wait_for_others_as_long_as_asked() {
    let server = Server::start();
    let output = format!("http://{}", server.address);
    let options = ["--output", &output, "--batch-time", "1h"];
    let mut collector = Collector::start(&[&UDP[..], &options].concat());
    send("127.0.0.1", collector.addresses[0], &v5(0, 1));
    // The other output shows that the row was handed over.
    let other = Server::start();
    let second = format!("http://{}", other.address);
    let options = ["--output", &second, "--batch-time", "100ms"];
    let mut hasty = Collector::start(&[&UDP[..], &options].concat());
    send("127.0.0.1", hasty.addresses[0], &v5(0, 1));
    hasty.wait(|_| !other.requests().is_empty());
    collector.wait(|_| true);
    assert!(server.requests().is_empty());
    // The end does not wait.
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn credentials_come_from_a_file_or_the_environment_and_are_not_printed() {
    let folder = Folder::new();
    let path = folder.write("key", "s3cret\n");
    let from = format!("file:{path}");
    let sent = requests("datadog+http", 1, &["--output-credentials", &from]);
    assert!(sent[0].head.contains("dd-api-key: s3cret\r\n"), "{sent:?}");

    let server = Server::start();
    let output = format!("http://{}", server.address);
    let options = [
        "--output",
        &output,
        "--output-credentials",
        "env:TEST_TOKEN",
    ];
    let mut child = crate::harness::netflow(&[&UDP[..], &options].concat())
        .env("TEST_TOKEN", "user:pass")
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    let to = crate::harness::field(&line, "address").parse().unwrap();
    send("127.0.0.1", to, &v5(0, 1));
    let stopped = std::process::Command::new("kill")
        .arg(child.id().to_string())
        .status();
    assert!(stopped.unwrap().success());
    log.read_to_string(&mut line).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{line}");
    assert!(!line.contains("pass"), "{line}");
    let head = server.requests().remove(0).head;
    assert!(
        head.contains("authorization: basic dxnlcjpwyxnz\r\n"),
        "{head}"
    );

    // A secret on the command line is refused, and not repeated.
    let refused = run(&["--output-credentials", "s3cret"]);
    assert_eq!(refused.status, Some(2));
    assert!(
        refused.log.contains("file:PATH or env:NAME") && !refused.log.contains("s3cret"),
        "{}",
        refused.log
    );
}

#[test]
fn headers_and_properties_are_added() {
    let options = [
        "--output-header",
        "X-Team: network",
        "--output-header",
        "X-Site:here",
        "--output-source",
        "edge",
        "--output-attribute",
        "service=flows",
        "--output-attribute",
        "ddtags=a:b",
        "--output-compression",
        "none",
    ];
    let sent = requests("datadog+http", 1, &options);
    for header in ["x-team: network\r\n", "x-site: here\r\n"] {
        assert!(sent[0].head.contains(header), "{}", sent[0].head);
    }
    assert!(
        sent[0]
            .text()
            .starts_with("[{\"ddsource\":\"edge\",\"service\":\"flows\",\"ddtags\":\"a:b\","),
        "{}",
        sent[0].text()
    );
    for (option, reason) in [
        (["--output-header", "none"], "expected NAME: VALUE"),
        (["--output-header", "a b: c"], "letters, digits and hyphens"),
        (["--output-header", "a: b\nc: d"], "no control characters"),
        (["--output-attribute", "none"], "expected NAME=TEXT"),
        (["--batch-rows", "0"], "--batch-rows"),
    ] {
        let refused = run(&option);
        assert_eq!(refused.status, Some(2), "{option:?}");
        assert!(refused.log.contains(reason), "{}", refused.log);
    }
}

#[test]
fn each_output_has_its_own_server_and_options() {
    let folder = Folder::new();
    let (first, second) = (Server::start(), Server::start());
    let content = format!(
        "udp = \"127.0.0.1:0\"\nfields = [\"octets\"]\noutput-compression = \"none\"\n\
         [[output]]\nto = \"http://{}/a\"\noutput-header = [\"X-One: 1\", \"X-Two: 2\"]\n\
         [[output]]\nto = \"loki+http://{}\"\noutput-source = \"edge\"\n",
        first.address, second.address
    );
    let config = folder.write("listen.toml", &content);
    let collector = Collector::start_with(&["--config", &config], 1);
    send("127.0.0.1", collector.addresses[0], &v5(0, 7));
    assert_eq!(collector.stop().status, Some(0));
    let first = first.requests().remove(0);
    assert!(first.head.starts_with("post /a "), "{}", first.head);
    assert!(first.head.contains("x-one: 1\r\n") && first.head.contains("x-two: 2\r\n"));
    assert_eq!(first.text(), "{\"octets\":7}\n");
    let second = second.requests().remove(0);
    assert!(!second.head.contains("x-one"), "{}", second.head);
    assert!(
        second.text().contains("\"job\":\"edge\""),
        "{}",
        second.text()
    );
}
