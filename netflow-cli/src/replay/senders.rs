//! A socket for each exporter.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::collections::HashMap;
use std::io;
use std::net::UdpSocket;

/// Sockets that are open at a time: a process may usually have 1,024 files.
const OPEN: usize = 512;
/// Addresses of exporters at a collector on this host: 127.16.0.1 and so on.
const FIRST: u32 = 0x7f10_0001;
/// Number of these addresses; further exporters share them.
const ADDRESSES: u32 = 0x000f_0000;

/// Sends datagrams of several exporters.
#[derive(Debug)]
pub(super) struct Senders {
    to: SocketAddr,
    /// The number of each exporter, in the order in which they came.
    numbers: HashMap<IpAddr, u32>,
    sockets: HashMap<IpAddr, UdpSocket>,
    sent: u64,
    failures: u64,
}

impl Senders {
    pub(super) fn new(to: SocketAddr) -> Self {
        Self {
            to,
            numbers: HashMap::new(),
            sockets: HashMap::new(),
            sent: 0,
            failures: 0,
        }
    }

    /// Sends a datagram of an exporter. An error is a sentence.
    pub(super) fn send(&mut self, exporter: SocketAddr, payload: &[u8]) -> Result<(), String> {
        let exporter = exporter.ip();
        if !self.sockets.contains_key(&exporter) {
            let opened = self.open(exporter);
            let socket = opened.map_err(|error| format!("no socket can be opened: {error}"))?;
            if self.sockets.len() >= OPEN {
                self.sockets.clear();
            }
            self.sockets.insert(exporter, socket);
        }
        if let Some(socket) = self.sockets.get(&exporter) {
            match socket.send_to(payload, self.to) {
                Ok(_) => self.sent += 1,
                // Such as the answer of ICMP to an earlier datagram, if no program listens there.
                Err(_) => self.failures += 1,
            }
        }
        Ok(())
    }

    pub(super) const fn sent(&self) -> u64 {
        self.sent
    }

    pub(super) const fn failures(&self) -> u64 {
        self.failures
    }

    pub(super) fn exporters(&self) -> usize {
        self.numbers.len()
    }

    fn open(&mut self, exporter: IpAddr) -> io::Result<UdpSocket> {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(exporter).or_insert(next);
        let from: IpAddr = match self.to.ip() {
            IpAddr::V4(to) if to.is_loopback() => {
                Ipv4Addr::from_bits(FIRST + number % ADDRESSES).into()
            }
            IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        UdpSocket::bind((from, 0))
    }
}
