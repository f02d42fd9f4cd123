//! One connection of an exporter: its octets, and how long it may take.

use core::net::SocketAddr;
use core::ops::Range;
use core::time::Duration;
use std::net::TcpStream;
use std::time::Instant;

use netflow_core::{Datagram, Timestamp, Transport};
#[cfg(feature = "tls")]
use rustls::ServerConnection;

use super::notice::CloseReason;
use super::options::Protocols;
use super::read::{Read, of_error};
use crate::framing::IpfixFraming;

/// A connection of an exporter.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) protocols: Protocols,
    /// Messages returned.
    pub(super) messages: u64,
    #[cfg(feature = "tls")]
    tls: Option<Box<ServerConnection>>,
    framing: IpfixFraming,
    received: Timestamp,
    /// When the incomplete message began to arrive; for the first message, when the connection
    /// opened.
    waiting_since: Option<Instant>,
    /// The reason to close it once the messages that have arrived are returned.
    closing: Option<CloseReason>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, peer: SocketAddr, protocols: Protocols) -> Self {
        Self {
            stream,
            peer,
            protocols,
            messages: 0,
            #[cfg(feature = "tls")]
            tls: None,
            framing: IpfixFraming::new(),
            received: Timestamp::UNIX_EPOCH,
            waiting_since: Some(Instant::now()),
            closing: None,
        }
    }

    pub(super) fn with_max_message(mut self, octets: usize) -> Self {
        self.framing = self.framing.with_max_message(octets);
        self
    }

    #[cfg(feature = "tls")]
    pub(super) fn with_tls(mut self, tls: ServerConnection) -> Self {
        self.tls = Some(Box::new(tls));
        self
    }

    /// Reads what is there, at most as much as is read at a time, so that no peer keeps others
    /// waiting. Returns whether there is something for [`next_message`](Self::next_message).
    pub(super) fn read(&mut self) -> bool {
        self.received = Timestamp::from_system_time(std::time::SystemTime::now());
        match self.read_stream() {
            Read::Some => true,
            Read::None => false,
            Read::End(reason) => {
                self.closing = Some(reason);
                true
            }
        }
    }

    fn read_stream(&mut self) -> Read {
        #[cfg(feature = "tls")]
        if let Some(tls) = &mut self.tls {
            return super::tls::read(tls, &mut self.stream, &mut self.framing);
        }
        match self.framing.read_from(&mut self.stream) {
            Ok(0) => Read::End(CloseReason::Ended),
            Ok(_) => Read::Some,
            Err(error) => of_error(&error),
        }
    }

    /// The position of the next complete message; an error if the connection is to be closed.
    pub(super) fn next_message(&mut self) -> Result<Option<Range<usize>>, CloseReason> {
        let found = self.framing.next_range().map_err(CloseReason::Framing)?;
        if found.is_some() {
            self.messages = self.messages.saturating_add(1);
            self.waiting_since = None;
        } else if let Some(reason) = self.closing.take() {
            return Err(match (reason, self.framing.pending()) {
                (CloseReason::Ended, octets @ 1..) => CloseReason::Cut { octets },
                (reason, _) => reason,
            });
        } else if self.framing.pending() > 0 && self.waiting_since.is_none() {
            self.waiting_since = Some(Instant::now());
        }
        Ok(found)
    }

    /// A message that was found.
    pub(super) fn datagram(&self, message: Range<usize>) -> Datagram<'_> {
        let payload = self.framing.octets(message);
        Datagram::new(self.peer, Transport::Stream, self.received, payload)
    }

    /// Whether a message has been incomplete for longer than this.
    pub(super) fn is_overdue(&self, now: Instant, timeout: Duration) -> bool {
        self.waiting_since
            .is_some_and(|since| now.saturating_duration_since(since) >= timeout)
    }
}
