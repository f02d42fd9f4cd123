//! Rows over a connection: TCP, TLS, Unix sockets, and syslog over these.

mod connection;
#[cfg(feature = "tls")]
mod tls;

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::time::Duration;
use std::io;
use std::time::Instant;

use netflow_core::Timestamp;

use self::connection::Connection;
pub(crate) use self::connection::Endpoint;
use super::{Delivery, Failure};
use crate::format::Framing;
use crate::sink::outputs::chunk::Chunk;
use crate::sink::outputs::config::PeerConfig;
use crate::sink::outputs::ledger::Ledger;
use crate::sink::outputs::syslog::Syslog;
use crate::sink::outputs::templates::SentTemplates;

/// How long the peer has to close a connection after its last row.
const CLOSING: Duration = Duration::from_secs(10);

/// A peer that reads rows.
///
/// No peer of such a stream acknowledges rows, and what the kernel has taken may be lost with the
/// connection. So the last rows are kept, and sent again over the next connection.
pub(crate) struct StreamPeer {
    endpoint: Endpoint,
    config: PeerConfig,
    connection: Option<Connection>,
    /// Octets sent first on each connection.
    header: Vec<u8>,
    framing: Framing,
    syslog: Option<Syslog>,
    templates: Option<SentTemplates>,
    /// Chunks to send, of which the first may be half sent.
    unsent: VecDeque<Chunk>,
    /// The octets of the first of them, and how many are sent.
    wire: Vec<u8>,
    done: usize,
    /// Chunks sent, which the peer may not have read.
    sent: VecDeque<SentChunk>,
    sent_octets: usize,
    /// When the peer last accepted octets.
    progress: Instant,
    is_finishing: bool,
    /// When the end of the connection was sent.
    closing: Option<Instant>,
    ledger: Arc<Ledger>,
}

struct SentChunk {
    chunk: Chunk,
    at: Instant,
}

impl StreamPeer {
    pub(crate) fn new(endpoint: Endpoint, config: PeerConfig, ledger: Arc<Ledger>) -> Self {
        Self {
            endpoint,
            config,
            connection: None,
            header: Vec::new(),
            framing: Framing::Lines,
            syslog: None,
            templates: None,
            unsent: VecDeque::new(),
            wire: Vec::new(),
            done: 0,
            sent: VecDeque::new(),
            sent_octets: 0,
            progress: Instant::now(),
            is_finishing: false,
            closing: None,
            ledger,
        }
    }

    /// Rows of this framing, after a header.
    pub(crate) fn with_rows(mut self, framing: Framing, header: Vec<u8>) -> Self {
        self.framing = framing;
        self.header = header;
        self
    }

    /// Messages of IPFIX, after their templates.
    pub(crate) fn with_ipfix(mut self) -> Self {
        self.framing = Framing::IpfixMessages;
        self.templates = Some(SentTemplates::default());
        self
    }

    /// Each row is a message of syslog.
    pub(crate) fn with_syslog(mut self) -> Self {
        self.syslog = Some(Syslog::new());
        self.header.clear();
        self
    }

    fn advance(&mut self) -> Result<(), Failure> {
        self.confirm(Instant::now());
        if self.unsent.is_empty() && (self.sent.is_empty() || self.connection.is_some()) {
            return Ok(());
        }
        self.connect()?;
        while !self.unsent.is_empty() {
            self.fill();
            self.send()?;
            if let Some(chunk) = self.unsent.pop_front() {
                self.sent_octets += chunk.len();
                self.sent.push_back(SentChunk {
                    chunk,
                    at: Instant::now(),
                });
            }
            self.confirm(Instant::now());
        }
        Ok(())
    }

    /// Connects, if there is no connection. What was sent last is sent again.
    fn connect(&mut self) -> io::Result<()> {
        if self.connection.is_some() {
            return Ok(());
        }
        self.connection = Some(self.endpoint.connect(&self.config)?);
        self.ledger.update(|statistics| statistics.connections += 1);
        self.progress = Instant::now();
        while let Some(sent) = self.sent.pop_back() {
            self.unsent.push_front(sent.chunk);
        }
        self.sent_octets = 0;
        self.wire.clear();
        self.wire.extend_from_slice(&self.header);
        self.done = 0;
        if let Some(templates) = &mut self.templates {
            templates.start_connection();
        }
        Ok(())
    }

    fn disconnect(&mut self) {
        self.connection = None;
        self.closing = None;
        self.wire.clear();
        self.done = 0;
    }

    /// Prepares the octets of the first chunk, unless it is partly sent.
    fn fill(&mut self) {
        let Some(chunk) = self.unsent.front() else {
            return;
        };
        let Some(rows) = chunk.rows() else {
            return;
        };
        if self.wire.len() > self.header.len() || self.done > 0 {
            return;
        }
        let wire = &mut self.wire;
        if let Some(templates) = &mut self.templates {
            for message in self.framing.rows(rows) {
                templates.before(message, |message| wire.extend_from_slice(message));
                wire.extend_from_slice(message);
            }
            return;
        }
        match &self.syslog {
            None => wire.extend_from_slice(rows),
            Some(syslog) => {
                for row in self.framing.rows(rows) {
                    syslog.counted(row, chunk.received, wire);
                }
            }
        }
    }

    /// Sends the octets of the first chunk.
    fn send(&mut self) -> Result<(), Failure> {
        let Some(connection) = &mut self.connection else {
            return Err(io::Error::from(io::ErrorKind::NotConnected).into());
        };
        while let Some(rest) = self.wire.get(self.done..).filter(|rest| !rest.is_empty()) {
            match connection.write(rest) {
                Ok(0) => return self.failed(io::ErrorKind::WriteZero.into()),
                Ok(len) => {
                    self.done += len;
                    self.progress = Instant::now();
                    self.ledger.octets(len);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_slow(&error) => {
                    if self.progress.elapsed() >= self.config.timeout {
                        return self.failed(error);
                    }
                    return Err(Failure::slow());
                }
                Err(error) => return self.failed(error),
            }
        }
        self.wire.clear();
        self.done = 0;
        Ok(())
    }

    fn failed(&mut self, error: io::Error) -> Result<(), Failure> {
        self.disconnect();
        Err(error.into())
    }

    /// Counts chunks as written that were sent long enough ago, or followed by enough octets, that the
    /// peer must have read them.
    fn confirm(&mut self, now: Instant) {
        while let Some(first) = self.sent.front() {
            let is_old = now.duration_since(first.at) >= self.config.resend_time;
            if !is_old && self.sent_octets <= self.config.resend_octets {
                break;
            }
            self.sent_octets = self.sent_octets.saturating_sub(first.chunk.len());
            self.ledger.written(first.chunk.rows);
            self.sent.pop_front();
        }
    }

    /// Closes the connection cleanly: a peer that closes its side too has read everything; a silent
    /// one is assumed to read what its kernel has buffered.
    fn close(&mut self) -> Result<(), Failure> {
        self.advance()?;
        if let Some(connection) = &mut self.connection {
            let closed = match self.closing {
                None => connection.end().map(|()| false),
                Some(since) => connection
                    .wait_for_end()
                    .map(|ended| ended || since.elapsed() >= CLOSING),
            };
            match closed {
                Ok(true) => {}
                Ok(false) => {
                    self.closing.get_or_insert_with(Instant::now);
                    return Err(Failure::slow());
                }
                Err(error) => return self.failed(error),
            }
        }
        self.connection = None;
        self.confirm_all();
        Ok(())
    }

    fn confirm_all(&mut self) {
        let rows = self.sent.drain(..).map(|sent| sent.chunk.rows).sum();
        self.ledger.written(rows);
    }
}

impl Delivery for StreamPeer {
    fn write(&mut self, chunk: Chunk) -> Result<(), Failure> {
        self.unsent.push_back(chunk);
        self.advance()
    }

    fn resume(&mut self) -> Result<(), Failure> {
        if self.is_finishing {
            return self.close();
        }
        self.advance()
    }

    /// If the peer closed the connection, it may not have read everything.
    fn tick(&mut self, _: Timestamp) -> Result<(), Failure> {
        if let Some(connection) = &mut self.connection {
            if connection.is_closed() {
                self.disconnect();
            }
        }
        self.advance()
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.is_finishing = true;
        self.close()
    }

    /// Returns the chunks that were not delivered. Those sent over a connection that has not failed were.
    fn take_pending(&mut self) -> Vec<Chunk> {
        if self.connection.take().is_some() {
            self.confirm_all();
        }
        let sent = self.sent.drain(..).map(|sent| sent.chunk);
        sent.chain(self.unsent.drain(..)).collect()
    }
}

fn is_slow(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}
