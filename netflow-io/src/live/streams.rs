//! Listening for connections, and the connections of one source.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::net::{IpAddr, SocketAddr};
use core::ops::Range;
use core::time::Duration;
use std::collections::HashMap;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::time::Instant;

use netflow_core::{Datagram, Prefix};
use socket2::{SockRef, TcpKeepalive};

use super::batch::canonical;
use super::connection::Connection;
use super::counters::Counters;
use super::notice::{CloseReason, Notice, Notices};
use super::options::{ListenerTransport, LiveOptions, Protocols};

/// Accepts the connections of one address.
#[derive(Debug)]
pub(super) struct StreamListener {
    pub(super) socket: TcpListener,
    transport: ListenerTransport,
    protocols: Protocols,
}

impl StreamListener {
    pub(super) const fn new(
        socket: TcpListener,
        transport: ListenerTransport,
        protocols: Protocols,
    ) -> Self {
        Self {
            socket,
            transport,
            protocols,
        }
    }
}

/// Number of open connections of all sources, in total and by address.
#[derive(Debug, Default)]
pub(super) struct ConnectionCounts(Mutex<ByAddress>);

#[derive(Debug, Default)]
struct ByAddress {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl ConnectionCounts {
    /// Counts one more, unless there are too many.
    fn admit(&self, address: IpAddr, bounds: &Bounds) -> Result<(), &'static str> {
        let Ok(mut counts) = self.0.lock() else {
            return Err("another thread has failed");
        };
        if counts.all >= bounds.connections {
            return Err("too many connections");
        }
        let of_address = counts.by_address.entry(address).or_default();
        if *of_address >= bounds.by_address {
            return Err("too many connections from this address");
        }
        *of_address = of_address.saturating_add(1);
        counts.all = counts.all.saturating_add(1);
        Ok(())
    }

    fn release(&self, address: IpAddr) {
        let Ok(mut counts) = self.0.lock() else {
            return;
        };
        counts.all = counts.all.saturating_sub(1);
        if let Some(count) = counts.by_address.get_mut(&address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.by_address.remove(&address);
            }
        }
    }
}

/// What connections may cost.
#[derive(Debug)]
struct Bounds {
    connections: usize,
    by_address: usize,
    max_message: usize,
    read_timeout: Duration,
    allowed: Vec<Prefix>,
}

/// The listeners and connections of one source.
#[derive(Debug)]
pub(super) struct Streams {
    pub(super) listeners: Vec<StreamListener>,
    connections: Vec<Option<Connection>>,
    /// The connection that was read last, of which messages may be complete.
    current: Option<usize>,
    /// Peers whose sessions have ended.
    ended: VecDeque<SocketAddr>,
    counts: Arc<ConnectionCounts>,
    counters: Arc<Counters>,
    notices: Arc<Notices>,
    bounds: Bounds,
}

/// What was found on a connection.
#[derive(Debug)]
pub(super) enum StreamEvent {
    /// A message of the connection with this number.
    Message(usize, Range<usize>),
    /// The session of this peer has ended.
    Ended(SocketAddr),
}

impl Streams {
    pub(super) fn new(
        options: &LiveOptions,
        counts: &Arc<ConnectionCounts>,
        counters: &Arc<Counters>,
        notices: &Arc<Notices>,
    ) -> Self {
        Self {
            listeners: Vec::new(),
            connections: Vec::new(),
            current: None,
            ended: VecDeque::new(),
            counts: Arc::clone(counts),
            counters: Arc::clone(counters),
            notices: Arc::clone(notices),
            bounds: Bounds {
                connections: options.connections,
                by_address: options.connections_by_address,
                max_message: options.max_message,
                read_timeout: options.read_timeout,
                allowed: options.allowed.clone(),
            },
        }
    }

    /// Accepts a connection that waits, and returns its number for the caller to wait for, if it
    /// stays.
    ///
    /// # Errors
    ///
    /// No connection waits, or the process has too many files open.
    pub(super) fn accept(&mut self, listener: usize) -> io::Result<Option<usize>> {
        let Some(listener) = self.listeners.get(listener) else {
            return Ok(None);
        };
        let (stream, address) = listener.socket.accept()?;
        let address = canonical(address);
        let allowed = &self.bounds.allowed;
        if !is_allowed(allowed, address.ip()) {
            self.counters.not_allowed.add(1);
            self.notices.add(Notice::Refused(address, "not allowed"));
            return Ok(None);
        }
        if let Err(reason) = self.counts.admit(address.ip(), &self.bounds) {
            self.counters.connections_refused.add(1);
            self.notices.add(Notice::Refused(address, reason));
            return Ok(None);
        }
        match self.open(listener, stream, address) {
            Ok(connection) => Ok(Some(self.insert(connection))),
            Err(error) => {
                self.counts.release(address.ip());
                let reason = CloseReason::Failed(error.to_string());
                self.notices.add(Notice::Closed(address, reason));
                Ok(None)
            }
        }
    }

    fn open(
        &self,
        listener: &StreamListener,
        stream: TcpStream,
        address: SocketAddr,
    ) -> io::Result<Connection> {
        stream.set_nonblocking(true)?;
        keep_alive(&stream)?;
        let connection = Connection::new(stream, address, listener.protocols)
            .with_max_message(self.bounds.max_message);
        match &listener.transport {
            #[cfg(feature = "tls")]
            ListenerTransport::Tls(options) => Ok(connection.with_tls(options.accept()?)),
            ListenerTransport::Udp | ListenerTransport::Tcp => Ok(connection),
        }
    }

    fn insert(&mut self, connection: Connection) -> usize {
        self.counters.connections.add(1);
        self.notices.add(Notice::Connected(connection.peer));
        let free = self.connections.iter().position(Option::is_none);
        let index = free.unwrap_or(self.connections.len());
        match self.connections.get_mut(index) {
            Some(slot) => *slot = Some(connection),
            None => self.connections.push(Some(connection)),
        }
        index
    }

    /// The socket of a connection.
    pub(super) fn stream(&self, connection: usize) -> Option<&TcpStream> {
        let connection = self.connections.get(connection)?.as_ref()?;
        Some(&connection.stream)
    }

    /// Reads a connection that has octets; [`next`](Self::next) returns what they complete.
    pub(super) fn read(&mut self, index: usize) {
        let Some(Some(connection)) = self.connections.get_mut(index) else {
            return;
        };
        if connection.read() {
            self.current = Some(index);
        }
    }

    /// What the last read completed.
    pub(super) fn next(&mut self) -> Option<StreamEvent> {
        while let Some(index) = self.current {
            let Some(Some(connection)) = self.connections.get_mut(index) else {
                self.current = None;
                break;
            };
            match connection.next_message() {
                Ok(Some(message)) => {
                    if connection.protocols.contains(netflow_core::Protocol::Ipfix) {
                        self.counters.messages.add(1);
                        self.counters.message_octets.add_len(message.len());
                        return Some(StreamEvent::Message(index, message));
                    }
                    self.counters.other_protocols.add(1);
                }
                Ok(None) => self.current = None,
                Err(reason) => {
                    self.current = None;
                    self.close(index, reason);
                }
            }
        }
        self.ended.pop_front().map(StreamEvent::Ended)
    }

    /// A message that was found, until its connection is read again.
    pub(super) fn datagram(
        &self,
        connection: usize,
        message: Range<usize>,
    ) -> Option<Datagram<'_>> {
        let connection = self.connections.get(connection)?.as_ref()?;
        Some(connection.datagram(message))
    }

    /// Closes connections whose messages take too long.
    pub(super) fn close_overdue(&mut self, now: Instant) {
        for index in 0..self.connections.len() {
            let timeout = self.bounds.read_timeout;
            let connection = self.connections.get(index).and_then(Option::as_ref);
            if connection.is_some_and(|connection| connection.is_overdue(now, timeout)) {
                self.close(index, CloseReason::TimedOut);
            }
        }
    }

    fn close(&mut self, index: usize, reason: CloseReason) {
        let Some(connection) = self.connections.get_mut(index).and_then(Option::take) else {
            return;
        };
        self.counts.release(connection.peer.ip());
        let counters = &self.counters;
        counters.connections_closed.add(1);
        match reason {
            CloseReason::Ended => {}
            CloseReason::Framing(_) => counters.connections_malformed.add(1),
            CloseReason::TimedOut => counters.connections_timed_out.add(1),
            CloseReason::Cut { .. } | CloseReason::Failed(_) => counters.connections_cut.add(1),
            CloseReason::Tls(_) => counters.tls_failed.add(1),
        }
        self.notices.add(Notice::Closed(connection.peer, reason));
        if connection.messages > 0 {
            self.ended.push_back(connection.peer);
        }
    }
}

/// Closes all connections of the source, and subtracts them from the counts.
impl Drop for Streams {
    fn drop(&mut self) {
        for connection in self.connections.iter().flatten() {
            self.counts.release(connection.peer.ip());
        }
    }
}

/// Whether an exporter may send.
pub(super) fn is_allowed(allowed: &[Prefix], address: IpAddr) -> bool {
    allowed.is_empty() || allowed.iter().any(|subnet| subnet.contains(address))
}

/// Lets the kernel detect a peer that has gone without closing the connection.
fn keep_alive(stream: &TcpStream) -> io::Result<()> {
    const AFTER: Duration = Duration::from_secs(60);
    const EVERY: Duration = Duration::from_secs(15);
    const PROBES: u32 = 4;
    let keepalive = TcpKeepalive::new()
        .with_time(AFTER)
        .with_interval(EVERY)
        .with_retries(PROBES);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}
