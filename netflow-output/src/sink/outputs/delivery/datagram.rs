//! Datagrams: rows as messages of syslog (RFC 5426), and messages of IPFIX.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::io;
use std::net::{ToSocketAddrs as _, UdpSocket};

use netflow_core::Timestamp;

use super::{Delivery, Failure};
use crate::format::Framing;
use crate::sink::outputs::chunk::{Chunk, Payload};
use crate::sink::outputs::ledger::{Ledger, LossReason};
use crate::sink::outputs::syslog::Syslog;
use crate::sink::outputs::templates::SentTemplates;

/// A peer that takes one row per datagram, or messages of IPFIX.
///
/// UDP has no acknowledgement. If nobody is listening, the kernel reports it on the next send, so the
/// last datagram is then sent again.
#[derive(Debug)]
pub(crate) struct DatagramPeer {
    address: String,
    socket: Option<UdpSocket>,
    framing: Framing,
    message: DatagramContent,
    /// Chunks to send, and the rows sent of the first.
    chunks: VecDeque<Chunk>,
    sent: usize,
    /// The last datagram, which may have been refused.
    last: Option<Vec<u8>>,
    is_finishing: bool,
    ledger: Arc<Ledger>,
}

impl DatagramPeer {
    pub(crate) fn syslog(address: String, framing: Framing, ledger: Arc<Ledger>) -> Self {
        Self::new(
            address,
            framing,
            DatagramContent::Syslog(Syslog::new()),
            ledger,
        )
    }

    pub(crate) fn ipfix(address: String, ledger: Arc<Ledger>) -> Self {
        let message = DatagramContent::Ipfix(SentTemplates::default());
        Self::new(address, Framing::IpfixMessages, message, ledger)
    }

    fn new(
        address: String,
        framing: Framing,
        message: DatagramContent,
        ledger: Arc<Ledger>,
    ) -> Self {
        Self {
            address,
            socket: None,
            framing,
            message,
            chunks: VecDeque::new(),
            sent: 0,
            last: None,
            is_finishing: false,
            ledger,
        }
    }

    fn advance(&mut self) -> io::Result<()> {
        while let Some(chunk) = self.chunks.front() {
            let Some(rows) = chunk.rows() else {
                break;
            };
            let (rows, received) = (rows.clone(), chunk.received);
            for row in self.framing.rows(&rows).skip(self.sent) {
                self.send_row(row, received)?;
                self.sent += 1;
            }
            self.sent = 0;
            if let Some(chunk) = self.chunks.pop_front().filter(|_| !self.is_row_a_message()) {
                self.ledger.written(chunk.rows);
            }
        }
        Ok(())
    }

    /// Whether a datagram is one row; a message of IPFIX has several, which are counted by chunk.
    const fn is_row_a_message(&self) -> bool {
        matches!(self.message, DatagramContent::Syslog(_))
    }

    fn send_row(&mut self, row: &[u8], received: Timestamp) -> io::Result<()> {
        self.connected()?;
        let mut messages = Vec::new();
        match &mut self.message {
            DatagramContent::Syslog(syslog) => {
                let mut message = Vec::with_capacity(row.len() + 128);
                syslog.message(row, received, &mut message);
                messages.push(message);
            }
            DatagramContent::Ipfix(templates) => {
                templates.before(row, |message| messages.push(message.to_vec()));
                messages.push(row.to_vec());
            }
        }
        messages
            .into_iter()
            .try_for_each(|message| self.send(message))
    }

    /// Sends one message.
    fn send(&mut self, message: Vec<u8>) -> io::Result<()> {
        match self.connected()?.send(&message) {
            Ok(_) => {
                self.ledger.octets(message.len());
                let is_confirmed = self.last.replace(message).is_some();
                let rows = u64::from(is_confirmed && self.is_row_a_message());
                self.ledger.written(rows);
                Ok(())
            }
            Err(error) if is_too_large(&error) => {
                self.ledger.failed(&error);
                self.ledger.lost(LossReason::TooLarge, 1);
                Ok(())
            }
            Err(error) => {
                self.socket = None;
                Err(error)
            }
        }
    }

    /// The socket. After a failure a new one is opened, and the last datagram is sent again on it.
    fn connected(&mut self) -> io::Result<&UdpSocket> {
        if self.socket.is_none() {
            let socket = connect(&self.address)?;
            let mut before = Vec::new();
            if let DatagramContent::Ipfix(templates) = &mut self.message {
                templates.start_connection();
                if let Some(last) = &self.last {
                    // A collector that was restarted cannot read it without its templates.
                    templates.before(last, |message| before.push(message.to_vec()));
                }
            }
            for message in before.iter().chain(&self.last) {
                socket.send(message)?;
            }

            self.ledger.update(|statistics| statistics.connections += 1);
            self.socket = Some(socket);
        }
        self.socket
            .as_ref()
            .ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Sends what is left, and counts the last row unless the kernel says that it was refused.
    fn end(&mut self) -> io::Result<()> {
        self.advance()?;
        if self.last.is_none() {
            return Ok(());
        }
        if let Some(error) = self.connected()?.take_error()? {
            self.socket = None;
            return Err(error);
        }
        self.last = None;
        self.ledger.written(u64::from(self.is_row_a_message()));
        Ok(())
    }
}

impl Delivery for DatagramPeer {
    fn write(&mut self, chunk: Chunk) -> Result<(), Failure> {
        self.chunks.push_back(chunk);
        Ok(self.advance()?)
    }

    fn resume(&mut self) -> Result<(), Failure> {
        if self.is_finishing {
            return Ok(self.end()?);
        }
        Ok(self.advance()?)
    }

    fn tick(&mut self, _: Timestamp) -> Result<(), Failure> {
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.is_finishing = true;
        Ok(self.end()?)
    }

    /// The last row that was sent is not among them: it may have arrived.
    fn take_pending(&mut self) -> Vec<Chunk> {
        let mut chunks: Vec<Chunk> = self.chunks.drain(..).collect();
        if let Some(Chunk {
            payload: Payload::Rows(rows),
            rows: count,
            ..
        }) = chunks.first_mut()
        {
            let sent: usize = self
                .framing
                .rows(rows)
                .take(self.sent)
                .map(<[u8]>::len)
                .sum();
            rows.drain(..sent);
            *count = self.framing.count(rows);
        }
        chunks
    }
}

/// What a datagram holds.
#[derive(Debug)]
enum DatagramContent {
    Syslog(Syslog),
    Ipfix(SentTemplates),
}

fn connect(address: &str) -> io::Result<UdpSocket> {
    let addresses: Vec<SocketAddr> = address.to_socket_addrs()?.collect();
    let first = addresses.first().ok_or(io::ErrorKind::NotFound)?;
    let any: SocketAddr = if first.is_ipv4() {
        (Ipv4Addr::UNSPECIFIED, 0).into()
    } else {
        (Ipv6Addr::UNSPECIFIED, 0).into()
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(first)?;
    Ok(socket)
}

/// `EMSGSIZE`, for which the standard library has no name.
#[cfg(unix)]
fn is_too_large(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::MSGSIZE.raw_os_error())
}

#[cfg(not(unix))]
fn is_too_large(_: &io::Error) -> bool {
    false
}
