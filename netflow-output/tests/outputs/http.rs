//! Servers of HTTP: each refuses what its real one would, and fails as the test asks.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::sync::Arc;
use core::net::SocketAddr;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io::{BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread::{self, JoinHandle};

use netflow_output::sink::{
    Credentials, HttpCompression, LossReason, OutputConfig, OutputStatistics, Outputs, Policy,
};
use netflow_testdata::{http, own_port};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use super::peers::{TestPeer, check_restart, kill_and_restart, restartable};
use super::support::{Folder, LONG, ROWS, Worker, check, json, output, wait_until};

/// What a server does with its next request, other than to take it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    /// A status, with a wait of this number of seconds.
    Status(u16, Option<u32>),
    /// The connection ends in the middle of the body.
    Cut,
    /// It takes the request, and the connection ends before the answer.
    TakenButCut,
    /// It answers nothing for this time, then ends the connection.
    Slow(Duration),
    /// Every third document is refused, every fifth has to come again.
    Items,
}

#[derive(Debug)]
struct Request {
    target: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// What was received, each row by its number, and the ids of documents.
#[derive(Debug, Default)]
struct Received {
    rows: Vec<u64>,
    ids: BTreeSet<String>,
    refused: u64,
    faults: VecDeque<Fault>,
    requests: u64,
    acks: u64,
}

/// A server that runs until it is killed, or until the end of the tests.
struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Received>>,
    is_killed: Arc<AtomicBool>,
    connections: Arc<Mutex<Vec<TcpStream>>>,
    thread: JoinHandle<()>,
}

type Take = fn(&Request, &mut Received, bool) -> String;

impl Server {
    fn start(take: Take, faults: &[Fault]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::on(listener, take, faults)
    }

    fn on(listener: TcpListener, take: Take, faults: &[Fault]) -> Self {
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Received {
            faults: faults.iter().copied().collect(),
            ..Received::default()
        }));
        let is_killed = Arc::new(AtomicBool::new(false));
        let connections = Arc::<Mutex<Vec<TcpStream>>>::default();
        let (shared, killed) = (Arc::clone(&received), Arc::clone(&is_killed));
        let open = Arc::clone(&connections);
        let thread = thread::spawn(move || {
            for stream in listener.incoming().map(Result::unwrap) {
                if killed.load(Ordering::Acquire) {
                    return;
                }
                let connection = stream.try_clone().unwrap();
                open.lock().unwrap().push(stream.try_clone().unwrap());
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    serve(stream, take, &shared);
                    let _ = connection.shutdown(Shutdown::Both);
                });
            }
        });
        Self {
            address,
            received,
            is_killed,
            connections,
            thread,
        }
    }
}

impl TestPeer for Server {
    fn has_rows(&self) -> bool {
        !self.received.lock().unwrap().rows.is_empty()
    }

    /// Stops the server and closes its connections, also in the middle of a request. Returns the numbers of
    /// the rows received.
    fn kill(self) -> BTreeSet<u64> {
        self.is_killed.store(true, Ordering::Release);
        // accept() returns only for a connection.
        let _ = TcpStream::connect(self.address);
        self.thread.join().unwrap();
        for connection in self.connections.lock().unwrap().iter() {
            // The client may have closed it already.
            let _ = connection.shutdown(Shutdown::Both);
        }
        let received = self.received.lock().unwrap();
        received.rows.iter().copied().collect()
    }
}

/// Requests of one connection, until it ends.
fn serve(stream: TcpStream, take: Take, received: &Mutex<Received>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let head = http::head(&mut reader)?;
        let target = head[0]
            .strip_prefix("POST ")
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .to_owned();
        let header = |line: &String| {
            let (name, value) = line.trim().split_once(": ").unwrap();
            (name.to_lowercase(), value.to_owned())
        };
        let headers: BTreeMap<String, String> = head[1..].iter().map(header).collect();
        let is_question = target.contains("/ack");
        let fault = if is_question {
            None
        } else {
            let mut received = received.lock().unwrap();
            received.requests += 1;
            received.faults.pop_front()
        };
        if let Some(Fault::Slow(time)) = fault {
            thread::sleep(time);
            return None;
        }
        if fault == Some(Fault::Cut) {
            let mut some = [0; 10];
            reader.read_exact(&mut some).ok()?;
            return None;
        }
        let body = http::body(&head, &mut reader)?;
        let body = match headers.get("content-encoding").map(String::as_str) {
            None => body,
            Some("gzip") => {
                let mut plain = Vec::new();
                flate2::read::GzDecoder::new(&body[..])
                    .read_to_end(&mut plain)
                    .unwrap();
                plain
            }
            Some("zstd") => zstd::stream::decode_all(&body[..]).unwrap(),
            Some(other) => panic!("{other}"),
        };
        let request = Request {
            target,
            headers,
            body: String::from_utf8(body).unwrap(),
        };
        let (status, wait, answer) = match fault {
            Some(Fault::Status(status, wait)) => {
                (status, wait, "{\"error\":\"as asked\"}".to_owned())
            }
            _ => {
                let mut received = received.lock().unwrap();
                let answer = take(&request, &mut received, fault == Some(Fault::Items));
                (200, None, answer)
            }
        };
        if fault == Some(Fault::TakenButCut) {
            return None;
        }
        let wait = wait.map_or(String::new(), |wait| format!("Retry-After: {wait}\r\n"));
        let len = answer.len();
        write!(
            stream,
            "HTTP/1.1 {status} X\r\n{wait}Content-Length: {len}\r\n\r\n{answer}"
        )
        .ok()?;
    }
}

fn number(row: &Value) -> u64 {
    assert_eq!(row["source_address"], "192.0.2.1", "{row}");
    row["octets"].as_u64().unwrap()
}

fn line(text: &str) -> u64 {
    number(&serde_json::from_str(text).expect(text))
}

fn object(text: &str) -> Value {
    serde_json::from_str(text).expect(text)
}

fn plain(request: &Request, received: &mut Received, _: bool) -> String {
    assert_eq!(request.target, "/flows?a=b");
    assert_eq!(request.headers["content-type"], "application/x-ndjson");
    assert_eq!(request.headers["authorization"], "Bearer secret");
    received.rows.extend(request.body.lines().map(line));
    String::new()
}

/// The bulk API: a line of `create` with an id and nothing that data streams refuse, then the document.
fn elasticsearch(request: &Request, received: &mut Received, faulty: bool) -> String {
    assert_eq!(request.target, "/flows/_bulk");
    assert_eq!(request.headers["content-type"], "application/x-ndjson");
    assert_eq!(request.headers["authorization"], "Basic dXNlcjpwYXNz");
    assert!(request.body.ends_with('\n'));
    let lines: Vec<&str> = request.body.lines().collect();
    let mut items = Vec::new();
    for (index, pair) in lines.chunks(2).enumerate() {
        let action = object(pair[0]);
        assert_eq!(action.as_object().unwrap().len(), 1);
        let id = action["create"]["_id"].as_str().unwrap().to_owned();
        assert!(id.len() <= 512);
        let row = line(pair[1]);
        let status = if received.ids.contains(&id) {
            409
        } else if faulty && index % 3 == 0 {
            received.refused += 1;
            400
        } else if faulty && index % 5 == 0 {
            429
        } else {
            received.ids.insert(id);
            received.rows.push(row);
            201
        };
        items.push(format!("{{\"create\":{{\"status\":{status}}}}}"));
    }
    format!("{{\"errors\":{faulty},\"items\":[{}]}}", items.join(","))
}

fn datadog(request: &Request, received: &mut Received, _: bool) -> String {
    assert_eq!(request.target, "/api/v2/logs");
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(request.headers["dd-api-key"], "user:pass");
    assert!(request.body.len() <= 5_000_000);
    let entries = object(&request.body);
    let entries = entries.as_array().unwrap();
    assert!((1..=1_000).contains(&entries.len()));
    for entry in entries {
        assert_eq!(
            (entry["ddsource"].as_str(), entry["service"].as_str()),
            (Some("netflow"), Some("flows"))
        );
        received.rows.push(line(entry["message"].as_str().unwrap()));
    }
    "{}".to_owned()
}

/// The event collector, with acknowledgement: the second question about it is answered with yes.
fn splunk(request: &Request, received: &mut Received, _: bool) -> String {
    assert_eq!(request.headers["authorization"], "Splunk user:pass");
    let channel = &request.headers["x-splunk-request-channel"];
    assert_eq!(channel.len(), 36);
    if let Some(asked) = request
        .target
        .strip_prefix("/services/collector/ack?channel=")
    {
        assert_eq!(asked, channel);
        let asked = object(&request.body)["acks"][0].as_u64().unwrap();
        received.acks += 1;
        return format!("{{\"acks\":{{\"{asked}\":{}}}}}", received.acks % 2 == 0);
    }
    assert_eq!(request.target, "/services/collector/event");
    for event in serde_json::Deserializer::from_str(&request.body).into_iter::<Value>() {
        let event = event.unwrap();
        assert_eq!(event["sourcetype"], "netflow");
        assert_eq!(event["time"].as_f64(), Some(1_700_000_000.0));
        received.rows.push(number(&event["event"]));
    }
    format!(
        "{{\"text\":\"Success\",\"code\":0,\"ackId\":{}}}",
        received.requests
    )
}

fn loki(request: &Request, received: &mut Received, _: bool) -> String {
    assert_eq!(request.target, "/loki/api/v1/push");
    assert_eq!(request.headers["content-type"], "application/json");
    let body = object(&request.body);
    let stream = &body["streams"][0];
    assert_eq!(
        (
            stream["stream"]["job"].as_str(),
            stream["stream"]["service"].as_str()
        ),
        (Some("netflow"), Some("flows"))
    );
    for value in stream["values"].as_array().unwrap() {
        assert_eq!(value[0], "1700000000000000000");
        received.rows.push(line(value[1].as_str().unwrap()));
    }
    String::new()
}

fn clickhouse(request: &Request, received: &mut Received, _: bool) -> String {
    let query = "/?query=INSERT%20INTO%20flows%20FORMAT%20JSONEachRow&insert_deduplication_token=";
    let token = request.target.strip_prefix(query).unwrap();
    assert_eq!(
        (
            request.headers["x-clickhouse-user"].as_str(),
            request.headers["x-clickhouse-key"].as_str()
        ),
        ("user", "pass")
    );
    if received.ids.insert(token.to_owned()) {
        received.rows.extend(request.body.lines().map(line));
    }
    String::new()
}

fn otlp(request: &Request, received: &mut Received, faulty: bool) -> String {
    assert_eq!(request.target, "/v1/logs");
    let body = object(&request.body);
    let logs = &body["resourceLogs"][0];
    let attribute = &logs["resource"]["attributes"][0];
    assert_eq!(
        (
            attribute["key"].as_str(),
            attribute["value"]["stringValue"].as_str()
        ),
        (Some("service.name"), Some("netflow"))
    );
    let records = logs["scopeLogs"][0]["logRecords"].as_array().unwrap();
    let refused = if faulty { 7 } else { 0 };
    for record in &records[refused..] {
        assert_eq!(record["timeUnixNano"], "1700000000000000000");
        received
            .rows
            .push(line(record["body"]["stringValue"].as_str().unwrap()));
    }
    received.refused += refused as u64;
    format!("{{\"partialSuccess\":{{\"rejectedLogRecords\":\"{refused}\"}}}}")
}

const SERVERS: [(&str, &str, Take); 7] = [
    ("http", "/flows?a=b", plain),
    ("elasticsearch+http", "/flows", elasticsearch),
    ("datadog+http", "", datadog),
    ("splunk+http", "", splunk),
    ("loki+http", "", loki),
    ("clickhouse+http", "/flows", clickhouse),
    ("otlp+http", "", otlp),
];

fn configured(
    scheme: &str,
    path: &str,
    address: impl core::fmt::Display,
    folder: &Folder,
) -> OutputConfig {
    let mut config = output(&format!("{scheme}://{address}{path}"), json());
    let secret = if scheme == "http" {
        "secret\n"
    } else {
        "user:pass\n"
    };
    std::fs::write(folder.file("secret"), secret).unwrap();
    config.http.credentials = Some(Credentials::File(folder.file("secret").into()));
    config.http.attributes = vec![("service".to_owned(), "flows".to_owned())];
    config.http.interval = Duration::from_millis(10);
    config
}

/// Sends rows to a server with these faults.
fn run(server: &Server, config: OutputConfig) -> OutputStatistics {
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send_repeatedly(20, 6);
    worker.finish();
    let output = outputs.finish(LONG).remove(0);
    check(&output);
    assert_eq!(output.accepted, 120 * ROWS);
    let received = server.received.lock().unwrap();
    assert!(received.faults.is_empty(), "{:?}", received.faults);
    let distinct: BTreeSet<u64> = received.rows.iter().copied().collect();
    assert_eq!(
        distinct.len() as u64 + output.lost.total(),
        output.accepted,
        "{output:?}"
    );
    assert_eq!(output.lost.get(LossReason::Rejected), output.lost.total());
    output
}

#[test]
fn each_server_receives_every_row_in_the_form_that_it_wants() {
    for (scheme, path, take) in SERVERS {
        for compression in [
            HttpCompression::Plain,
            HttpCompression::Gzip,
            HttpCompression::Zstd,
        ] {
            let folder = Folder::new("http");
            let server = Server::start(take, &[]);
            let mut config = configured(scheme, path, server.address, &folder);
            config.http.compression = compression;
            let output = run(&server, config);
            assert_eq!(
                (output.written, output.errors),
                (120 * ROWS, 0),
                "{scheme} {output:?}"
            );
            // Each once.
            assert_eq!(
                server.received.lock().unwrap().rows.len() as u64,
                120 * ROWS,
                "{scheme}"
            );
        }
    }
}

#[test]
fn rows_arrive_though_servers_are_busy_fail_and_cut_connections() {
    let faults = [
        Fault::Status(429, Some(0)),
        Fault::Status(500, None),
        Fault::Cut,
        Fault::Status(503, Some(1)),
        Fault::TakenButCut,
        Fault::Status(413, None),
        Fault::Status(401, None),
        Fault::Slow(Duration::from_millis(1_200)),
    ];
    for (scheme, path, take) in SERVERS {
        let folder = Folder::new("http-faults");
        let server = Server::start(take, &faults);
        let mut config = configured(scheme, path, server.address, &folder);
        config.peer.timeout = Duration::from_secs(1);
        let output = run(&server, config);
        assert_eq!(output.lost.total(), 0, "{scheme} {output:?}");
        assert!(output.errors >= 6, "{scheme} {output:?}");
        let secret = format!("{output:?}");
        assert!(
            !secret.contains("pass") && !secret.contains("secret"),
            "{secret}"
        );
    }
    // A document that arrives again is recognised.
    let folder = Folder::new("http-again");
    let server = Server::start(elasticsearch, &[Fault::TakenButCut]);
    run(
        &server,
        configured("elasticsearch+http", "/flows", server.address, &folder),
    );
    assert_eq!(
        server.received.lock().unwrap().rows.len() as u64,
        120 * ROWS
    );
}

#[test]
fn refused_documents_are_counted_and_cost_no_other() {
    for (scheme, path, take) in [SERVERS[1], SERVERS[6]] {
        let folder = Folder::new("http-items");
        let server = Server::start(take, &[Fault::Items, Fault::Items]);
        let output = run(&server, configured(scheme, path, server.address, &folder));
        let received = server.received.lock().unwrap();
        assert!(received.refused > 0);
        assert_eq!(output.lost.total(), received.refused, "{output:?}");
    }
}

#[test]
fn one_row_that_a_server_refuses_is_found_and_counted() {
    fn picky(request: &Request, received: &mut Received, _: bool) -> String {
        received.rows.extend(request.body.lines().map(line));
        String::new()
    }
    // Seven halves of 120 rows and their neighbours.
    let folder = Folder::new("http-refused");
    let faults = [Fault::Status(400, None); 7];
    let server = Server::start(picky, &faults);
    let mut config = configured("http", "/", server.address, &folder);
    config.http.rows = 64;
    let output = run(&server, config);
    assert_eq!(output.lost.get(LossReason::Rejected), 1, "{output:?}");
}

#[test]
fn rows_received_and_lost_are_those_accepted_when_a_server_is_absent_at_first() {
    for policy in [Policy::Block, Policy::DropNewest, Policy::Spool] {
        let folder = Folder::new("http-absent");
        let listener = own_port();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let mut config = configured("elasticsearch+http", "/flows", address, &folder);
        config.policy = policy;
        config.queue.chunks = 4;
        config.http.rows = 100;
        let spool = netflow_output::sink::SpoolConfig::new(folder.path().join("spool"));
        config.spool = Some(spool);
        let outputs = Outputs::start(vec![config]).unwrap();
        let mut worker = Worker::new(outputs.worker(), 0);
        let thread = thread::spawn(move || {
            worker.send_repeatedly(40, 6);
            worker.finish();
        });
        wait_until("a failure", || outputs.statistics()[0].errors > 1);
        if policy != Policy::Block {
            thread.join().unwrap();
            let server = Server::on(TcpListener::bind(address).unwrap(), elasticsearch, &[]);
            finish(outputs, &server, policy);
        } else {
            let server = Server::on(TcpListener::bind(address).unwrap(), elasticsearch, &[]);
            thread.join().unwrap();
            finish(outputs, &server, policy);
        }
    }
}

#[test]
fn rows_received_and_lost_are_those_accepted_when_a_server_is_killed_and_restarted() {
    // Each server with one policy, and the first with all.
    let policies = [Policy::Spool, Policy::Block, Policy::DropNewest];
    let first = policies.map(|policy| (SERVERS[0], policy));
    let others = SERVERS[1..]
        .iter()
        .copied()
        .zip(policies.into_iter().cycle());
    for ((scheme, path, take), policy) in first.into_iter().chain(others) {
        let folder = Folder::new("http-restart");
        let address = own_port().local_addr().unwrap();
        let config = restartable(configured(scheme, path, address, &folder), policy, &folder);
        check_restart(&kill_and_restart(config, || {
            Server::on(TcpListener::bind(address).unwrap(), take, &[])
        }));
    }
}

#[test]
fn a_server_with_a_wrong_certificate_gets_nothing_and_every_row_is_counted() {
    let made = || rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (own, other) = (made(), made());
    let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let has_read = Arc::new(AtomicBool::new(false));
    let reads = Arc::clone(&has_read);
    thread::spawn(move || {
        for stream in listener.incoming().map(Result::unwrap) {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            if stream.read(&mut [0]).is_ok_and(|len| len > 0) {
                reads.store(true, Ordering::Release);
            }
        }
    });
    for (scheme, path, _) in SERVERS {
        let scheme = match scheme {
            "http" => "https",
            scheme => scheme.trim_end_matches("+http"),
        };
        let folder = Folder::new("http-certificate");
        let address = format!("localhost:{port}");
        let mut config = configured(scheme, path, address, &folder);
        std::fs::write(folder.file("ca"), other.cert.pem()).unwrap();
        config.peer.tls.ca = Some(folder.file("ca").into());
        let outputs = Outputs::start(vec![config]).unwrap();
        let mut worker = Worker::new(outputs.worker(), 0);
        worker.send_repeatedly(2, 6);
        worker.finish();
        wait_until("a failure", || outputs.statistics()[0].errors > 1);
        let output = outputs.finish(Duration::ZERO).remove(0);
        check(&output);
        assert_eq!(output.accepted, 12 * ROWS);
        assert_eq!(output.lost.get(LossReason::Shutdown), output.accepted);
        let error = output.last_error.unwrap();
        assert!(error.contains("certificate"), "{scheme}: {error}");
    }
    assert!(!has_read.load(Ordering::Acquire));
}

fn finish(outputs: Outputs, server: &Server, policy: Policy) {
    let output = outputs.finish(LONG).remove(0);
    check(&output);
    let received = server.received.lock().unwrap().rows.len() as u64;
    assert_eq!(
        received + output.lost.total(),
        output.accepted,
        "{output:?}"
    );
    assert_eq!(
        output.lost.total() > 0,
        policy == Policy::DropNewest,
        "{output:?}"
    );
}

#[test]
fn an_address_with_credentials_is_refused_and_not_printed() {
    let error = "https://user:pass@host/".parse::<netflow_output::sink::Destination>();
    let error = error.unwrap_err().to_string();
    assert!(!error.contains("pass"), "{error}");
    let token: netflow_output::sink::Destination = "https://host/x?token=pass".parse().unwrap();
    assert_eq!(token.to_string(), "https://host/x");
}
