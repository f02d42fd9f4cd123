//! Rows in datagrams: syslog over UDP (RFC 5426).

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

/// A peer that takes a row a datagram.
///
/// Nothing says that a datagram arrived. That nobody listens is reported by the kernel with the next
/// one, so the last is sent again then.
#[derive(Debug)]
pub(crate) struct DatagramPeer {
    address: String,
    socket: Option<UdpSocket>,
    framing: Framing,
    syslog: Syslog,
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
        Self {
            address,
            socket: None,
            framing,
            syslog: Syslog::new(),
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
                let mut message = Vec::with_capacity(row.len() + 128);
                self.syslog.message(row, received, &mut message);
                self.send(message)?;
                self.sent += 1;
            }
            self.sent = 0;
            self.chunks.pop_front();
        }
        Ok(())
    }

    /// Sends one row.
    fn send(&mut self, message: Vec<u8>) -> io::Result<()> {
        match self.connected()?.send(&message) {
            Ok(_) => {
                self.ledger.octets(message.len());
                let confirmed = self.last.replace(message).is_some();
                self.ledger.written(u64::from(confirmed));
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

    /// The socket. After a failure it is a new one, by which the last row is sent again.
    fn connected(&mut self) -> io::Result<&UdpSocket> {
        if self.socket.is_none() {
            let socket = connect(&self.address)?;
            if let Some(last) = &self.last {
                socket.send(last)?;
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
        self.ledger.written(1);
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
