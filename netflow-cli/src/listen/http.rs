//! The state of a collector over HTTP: a page, metrics for Prometheus, and whether it works.
//!
//! A server of four fixed pages: it takes GET and HEAD, answers, and closes the connection.

mod metrics;
mod page;

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
use netflow_output::sink::{OutputState, OutputStatistics};

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

/// Which pages an address has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pages {
    /// All.
    All,
    /// All except the page for people.
    Metrics,
}

/// Answers requests to this address from now on, and returns where: port 0 lets the kernel choose.
pub(super) fn serve(address: SocketAddr, pages: Pages, state: Published) -> io::Result<SocketAddr> {
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
                let (of_client, state) = (Arc::clone(&clients), Arc::clone(&state));
                let answering =
                    thread::Builder::new()
                        .name("http-client".to_owned())
                        .spawn(move || {
                            // A client that has gone needs no answer.
                            let _ = answer(stream, pages, &state);
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

fn answer(mut stream: TcpStream, pages: Pages, state: &Published) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = read(&mut stream)?;
    let mut words = request.split(' ');
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let Response(status, kind, text) = match method {
        "GET" | "HEAD" => respond(target, pages, state),
        _ => Response(
            "405 Method Not Allowed",
            TEXT,
            "only GET and HEAD\n".to_owned(),
        ),
    };
    let mut octets = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nAllow: GET, HEAD\r\nConnection: close\r\n\r\n",
        text.len()
    );
    if method != "HEAD" {
        octets += &text;
    }
    stream.write_all(octets.as_bytes())
}

/// The first line of a request; the rest is read too, so that the connection is not reset.
fn read(stream: &mut TcpStream) -> io::Result<String> {
    let mut request = Vec::new();
    let mut octets = [0; 1_024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.len() < MAX_REQUEST {
        match stream.read(&mut octets)? {
            0 => break,
            count => request.extend_from_slice(octets.get(..count).unwrap_or_default()),
        }
    }
    let line = request
        .split(|octet| *octet == b'\r')
        .next()
        .unwrap_or_default();
    Ok(String::from_utf8_lossy(line).into_owned())
}

fn respond(target: &str, pages: Pages, state: &Published) -> Response {
    let Ok(state) = state.lock().map(|state| state.clone()) else {
        return Response(
            "503 Service Unavailable",
            TEXT,
            "a thread has failed\n".to_owned(),
        );
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
            Response(status, kind, text)
        }
        "/ready" => check(state.is_ready(), "ready", "no output takes rows"),
        "/" if pages == Pages::All => Response("200 OK", HTML, page::html(&state)),
        _ => Response("404 Not Found", TEXT, "there is no such page\n".to_owned()),
    }
}
