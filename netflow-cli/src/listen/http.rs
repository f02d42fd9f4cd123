//! A collector over HTTP: a report on the traffic of the last hour, its state, metrics for Prometheus, and
//! whether it works.
//!
//! A server of five fixed pages: it takes GET and HEAD, answers, and closes the connection.

mod access;
#[cfg(feature = "kafka")]
mod kafka;
mod metrics;
mod page;
mod report;

use alloc::sync::Arc;
use core::net::{IpAddr, SocketAddr};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;
use std::time::SystemTime;

use netflow_io::live::{LiveSummary, OpenListener};
use netflow_output::enrich::DnsCounts;
use netflow_output::sink::{Credentials, OutputState, OutputStatistics};

use self::access::Refusal;
pub(super) use self::report::ReportPages;
use super::worker::WorkerReport;
use crate::explain;

/// Octets of a request that are read at most.
const MAX_REQUEST: usize = 8 * 1024;
/// How long a client may take to send its request or to take the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Requests that are answered at a time.
const CLIENTS: usize = 32;

/// The state as it was a moment ago.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub(super) started: SystemTime,
    pub(super) listeners: Vec<OpenListener>,
    pub(super) received: LiveSummary,
    /// Datagrams dropped before a worker, by exporter.
    pub(super) queue_drops: Vec<(IpAddr, u64)>,
    pub(super) workers: Vec<WorkerReport>,
    pub(super) outputs: Vec<OutputStatistics>,
    /// What name servers were asked, if they are.
    pub(super) host_names: Option<DnsCounts>,
    /// Whether all workers run.
    pub(super) is_healthy: bool,
}

impl Snapshot {
    /// Whether flows that arrive now can reach an output.
    fn is_ready(&self) -> bool {
        let takes = |output: &OutputStatistics| output.state != OutputState::Ended;
        self.is_healthy && self.outputs.iter().any(takes)
    }
}

/// The state, which the collector replaces.
pub(super) type Published = Arc<Mutex<Snapshot>>;

/// What the pages are made from.
pub(super) struct Site {
    pub(super) state: Published,
    pub(super) report: ReportPages,
    /// What clients have to know to see the pages for people.
    pub(super) token: Option<Credentials>,
}

/// Which pages an address has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pages {
    /// All.
    All,
    /// All except those for people.
    Metrics,
}

/// Answers requests to this address from now on, and returns where: port 0 lets the kernel choose.
pub(super) fn serve(address: SocketAddr, pages: Pages, site: Arc<Site>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    let clients = Arc::new(AtomicUsize::new(0));
    thread::Builder::new()
        .name("http".to_owned())
        .spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else {
                    // Such as too many open files: others need time to close theirs.
                    thread::sleep(Duration::from_millis(100));
                    continue;
                };
                if clients.load(Ordering::Relaxed) >= CLIENTS {
                    continue;
                }
                clients.fetch_add(1, Ordering::Relaxed);
                let (of_client, site) = (Arc::clone(&clients), Arc::clone(&site));
                let answering =
                    thread::Builder::new()
                        .name("http-client".to_owned())
                        .spawn(move || {
                            // A client that has gone needs no answer.
                            let _ = answer(stream, pages, &site);
                            of_client.fetch_sub(1, Ordering::Relaxed);
                        });
                if answering.is_err() {
                    clients.fetch_sub(1, Ordering::Relaxed);
                }
            }
        })?;
    Ok(address)
}

/// A response: its status, its type, its text.
struct Response(&'static str, &'static str, String);

const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
/// The text format of Prometheus.
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

fn answer(mut stream: TcpStream, pages: Pages, site: &Site) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let head = read(&mut stream)?;
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let Response(status, kind, text) = match method {
        "GET" | "HEAD" => respond(target, &head, pages, site),
        _ => Response(
            "405 Method Not Allowed",
            TEXT,
            "only GET and HEAD\n".to_owned(),
        ),
    };
    let mut octets = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n\
         Allow: GET, HEAD\r\nConnection: close\r\n",
        text.len()
    );
    if status == UNAUTHORIZED {
        octets += "WWW-Authenticate: Basic realm=\"netflow\", charset=\"UTF-8\"\r\n";
    }
    octets += "\r\n";
    if method != "HEAD" {
        octets += &text;
    }
    stream.write_all(octets.as_bytes())
}

/// The head of a request.
fn read(stream: &mut TcpStream) -> io::Result<String> {
    let mut request = Vec::new();
    let mut octets = [0; 1_024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.len() < MAX_REQUEST {
        match stream.read(&mut octets)? {
            0 => break,
            count => request.extend_from_slice(octets.get(..count).unwrap_or_default()),
        }
    }
    Ok(String::from_utf8_lossy(&request).into_owned())
}

const UNAUTHORIZED: &str = "401 Unauthorized";

fn refused(refusal: Refusal) -> Response {
    let (status, text) = match refusal {
        Refusal::Token => (UNAUTHORIZED, "the token of --ui-token is needed"),
        Refusal::NoToken => (
            "503 Service Unavailable",
            "the token of --ui-token cannot be read, or is empty",
        ),
        Refusal::Host => (
            "403 Forbidden",
            "without --ui-token, ask by address or as localhost",
        ),
    };
    Response(status, TEXT, format!("{text}\n"))
}

fn respond(target: &str, head: &str, pages: Pages, site: &Site) -> Response {
    let failed = || {
        let text = "a thread has failed\n".to_owned();
        Response("503 Service Unavailable", TEXT, text)
    };
    let Ok(state) = site.state.lock().map(|state| state.clone()) else {
        return failed();
    };
    let path = target.split('?').next().unwrap_or_default();
    let check = |is_so: bool, yes: &str, no: &str| {
        if is_so {
            Response("200 OK", TEXT, format!("{yes}\n"))
        } else {
            Response("503 Service Unavailable", TEXT, format!("{no}\n"))
        }
    };
    match path {
        "/metrics" => Response("200 OK", METRICS, metrics::text(&state)),
        "/health" => {
            let Response(status, kind, mut text) =
                check(state.is_healthy, "healthy", "a worker has ended");
            for line in explain::losses(&state.received) {
                text += &line;
                text.push('\n');
            }
            #[cfg(feature = "kafka")]
            for line in kafka::sentences(&state) {
                text += &line;
                text.push('\n');
            }
            Response(status, kind, text)
        }
        "/ready" => check(state.is_ready(), "ready", "no output takes rows"),
        "/" | "/state" if pages == Pages::All => {
            if let Err(refusal) = access::check(head, site.token.as_ref()) {
                return refused(refusal);
            }
            if path == "/state" {
                return Response("200 OK", HTML, page::html(&state));
            }
            let page = site.report.page(&state);
            page.map_or_else(failed, |page| Response("200 OK", HTML, page))
        }
        _ => Response("404 Not Found", TEXT, "there is no such page\n".to_owned()),
    }
}
