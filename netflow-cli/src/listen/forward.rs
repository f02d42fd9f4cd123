//! Forwards datagrams unchanged to other collectors.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::collections::HashMap;
use std::io;
use std::net::UdpSocket;

use netflow_core::{Datagram, Transport};

/// Exporters that have a port of their own; further ones share one.
const PORTS: usize = 1_024;

/// Sends datagrams to other collectors, from a separate port for each exporter: collectors keep
/// templates by address and port, and templates of several exporters would replace each other.
#[derive(Debug)]
pub(super) struct Forward {
    targets: Vec<Target>,
    failures: u64,
}

#[derive(Debug)]
struct Target {
    to: SocketAddr,
    /// A socket for each exporter, by its address.
    sockets: HashMap<IpAddr, UdpSocket>,
    /// The socket for all other exporters.
    shared: UdpSocket,
}

impl Forward {
    /// Forwards to these addresses; to none if there are none.
    pub(super) fn new(targets: &[SocketAddr]) -> io::Result<Self> {
        let target = |to: &SocketAddr| {
            Ok(Target {
                to: *to,
                sockets: HashMap::new(),
                shared: open(*to)?,
            })
        };
        Ok(Self {
            targets: targets.iter().map(target).collect::<io::Result<_>>()?,
            failures: 0,
        })
    }

    /// Sends a datagram. A failure is only counted: UDP does not guarantee delivery.
    pub(super) fn pass_on(&mut self, datagram: &Datagram<'_>) {
        if datagram.transport != Transport::Udp {
            return;
        }
        for target in &mut self.targets {
            let to = target.to;
            let socket = target.socket(datagram.exporter.ip());
            if socket.send_to(datagram.payload, to).is_err() {
                self.failures += 1;
            }
        }
    }

    pub(super) const fn failures(&self) -> u64 {
        self.failures
    }
}

impl Target {
    fn socket(&mut self, exporter: IpAddr) -> &UdpSocket {
        if !self.sockets.contains_key(&exporter) && self.sockets.len() < PORTS {
            if let Ok(socket) = open(self.to) {
                self.sockets.insert(exporter, socket);
            }
        }
        self.sockets.get(&exporter).unwrap_or(&self.shared)
    }
}

/// A socket of any port, of the version of an address.
fn open(to: SocketAddr) -> io::Result<UdpSocket> {
    let from: IpAddr = match to {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((from, 0))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}
