//! Forwards datagrams unchanged to other collectors.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::collections::HashMap;
use std::io;
use std::net::UdpSocket;

use netflow_core::{Datagram, Transport};
use socket2::{Domain, Protocol, Socket, Type};

/// Exporters that have a socket of their own; further ones share one.
const SOCKETS: usize = 1_024;

/// Where datagrams are forwarded to, and which source they have there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ForwardOptions {
    pub(super) to: Vec<SocketAddr>,
    /// Whether they keep the address of their exporter.
    pub(super) keeps_source: bool,
}

/// Sends datagrams to other collectors, from a separate port for each exporter: collectors keep
/// templates by address and port, and templates of several exporters would replace each other.
#[derive(Debug)]
pub(super) struct Forward {
    targets: Vec<ForwardTarget>,
    failures: u64,
}

#[derive(Debug)]
struct ForwardTarget {
    to: SocketAddr,
    /// A socket for each exporter, by its address.
    sockets: HashMap<IpAddr, UdpSocket>,
    others: Others,
}

/// How datagrams of exporters are sent for which there is no socket.
#[derive(Debug)]
enum Others {
    /// All by this socket.
    Shared(UdpSocket),
    /// Each by a socket of its own for this datagram, as the source address is kept.
    Single,
}

impl Forward {
    /// Forwards to these addresses; to none if there are none. An error is a sentence.
    pub(super) fn new(options: &ForwardOptions) -> Result<Self, String> {
        let target = |to: &SocketAddr| ForwardTarget::new(*to, options.keeps_source);
        Ok(Self {
            targets: options.to.iter().map(target).collect::<Result<_, _>>()?,
            failures: 0,
        })
    }

    /// Sends a datagram. A failure is only counted: UDP does not guarantee delivery.
    pub(super) fn pass_on(&mut self, datagram: &Datagram<'_>) {
        if datagram.transport != Transport::Udp {
            return;
        }
        for target in &mut self.targets {
            if target.send(datagram).is_err() {
                self.failures += 1;
            }
        }
    }

    pub(super) const fn failures(&self) -> u64 {
        self.failures
    }
}

impl ForwardTarget {
    fn new(to: SocketAddr, keeps_source: bool) -> Result<Self, String> {
        let others = if keeps_source {
            // Whether it is allowed is known now, not with the first datagram.
            transparent(to).map(|_| Others::Single).map_err(|error| {
                format!(
                    "--forward-spoof needs the capability CAP_NET_RAW ({error}); systemd: \
                     AmbientCapabilities=CAP_NET_RAW"
                )
            })?
        } else {
            let shared = open(to).map(Others::Shared);
            shared.map_err(|error| format!("nothing can be forwarded: {error}"))?
        };
        Ok(Self {
            to,
            sockets: HashMap::new(),
            others,
        })
    }

    fn send(&mut self, datagram: &Datagram<'_>) -> io::Result<()> {
        let exporter = datagram.exporter;
        if !self.sockets.contains_key(&exporter.ip()) {
            let opened = match self.others {
                Others::Single => open_as(exporter, self.to).map(Some)?,
                Others::Shared(_) if self.sockets.len() >= SOCKETS => None,
                Others::Shared(_) => open(self.to).ok(),
            };
            if let Some(socket) = opened {
                if self.sockets.len() >= SOCKETS {
                    socket.send_to(datagram.payload, self.to)?;
                    return Ok(());
                }
                self.sockets.insert(exporter.ip(), socket);
            }
        }
        let socket = match (self.sockets.get(&exporter.ip()), &self.others) {
            (Some(socket), _) | (None, Others::Shared(socket)) => socket,
            (None, Others::Single) => return Err(io::ErrorKind::NotConnected.into()),
        };
        socket.send_to(datagram.payload, self.to).map(drop)
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

/// A socket that sends from the address of an exporter, and from its port unless that is in use here.
fn open_as(exporter: SocketAddr, to: SocketAddr) -> io::Result<UdpSocket> {
    let socket = transparent(to)?;
    if socket.bind(&exporter.into()).is_err() {
        socket.bind(&SocketAddr::new(exporter.ip(), 0).into())?;
    }
    Ok(socket.into())
}

/// A socket that may have an address that is none of this host (`IP_TRANSPARENT` of ip(7), which
/// CAP_NET_RAW allows).
fn transparent(to: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(to), Type::DGRAM, Some(Protocol::UDP))?;
    match to {
        SocketAddr::V4(_) => socket.set_ip_transparent_v4(true)?,
        SocketAddr::V6(_) => socket.set_ip_transparent_v6(true)?,
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}
