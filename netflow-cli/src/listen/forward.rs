//! Forwards datagrams unchanged to other collectors.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::collections::HashMap;
use std::io;
use std::net::UdpSocket;

use netflow_core::{Datagram, Transport};
use nix::errno::Errno;
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
    counts: ForwardCounts,
}

/// Datagrams for each target, added up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ForwardCounts {
    pub(super) datagrams: u64,
    /// Those that could not be sent, or that the target's host refused.
    pub(super) failures: u64,
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
            counts: ForwardCounts::default(),
        })
    }

    /// Sends a datagram. A failure is only counted: UDP does not guarantee delivery.
    pub(super) fn pass_on(&mut self, datagram: &Datagram<'_>) {
        if datagram.transport != Transport::Udp {
            return;
        }
        for target in &mut self.targets {
            self.counts.datagrams += 1;
            self.counts.failures += target.send(datagram);
        }
    }

    /// Counts the last datagrams, if they were refused.
    pub(super) fn finish(&mut self) {
        for target in &self.targets {
            self.counts.failures += target.refused();
        }
    }

    pub(super) const fn counts(&self) -> ForwardCounts {
        self.counts
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

    /// Sends a datagram. Returns the number lost: this one if it fails, and the previous one if the kernel
    /// reports only now that it was refused.
    fn send(&mut self, datagram: &Datagram<'_>) -> u64 {
        let exporter = datagram.exporter;
        if !self.sockets.contains_key(&exporter.ip()) {
            let is_full = self.sockets.len() >= SOCKETS;
            let opened = match self.others {
                Others::Single => open_as(exporter, self.to).map(Some),
                Others::Shared(_) if is_full => Ok(None),
                Others::Shared(_) => Ok(open(self.to).ok()),
            };
            match opened {
                Err(_) => return 1,
                Ok(Some(socket)) if is_full => {
                    return send_by(&socket, self.to, datagram.payload).lost + refused(&socket);
                }
                Ok(Some(socket)) => drop(self.sockets.insert(exporter.ip(), socket)),
                Ok(None) => {}
            }
        }
        let socket = match (self.sockets.get(&exporter.ip()), &self.others) {
            (Some(socket), _) | (None, Others::Shared(socket)) => socket,
            (None, Others::Single) => return 1,
        };
        let sent = send_by(socket, self.to, datagram.payload);
        if sent.is_broken {
            self.reopen(exporter.ip());
        }
        sent.lost
    }

    /// Replaces the socket of an exporter: the address that it sends from may be gone.
    fn reopen(&mut self, exporter: IpAddr) {
        if self.sockets.remove(&exporter).is_some() {
            // The next datagram opens another.
            return;
        }
        if let (Others::Shared(shared), Ok(socket)) = (&mut self.others, open(self.to)) {
            *shared = socket;
        }
    }

    /// Datagrams that were refused since the last ones were sent.
    fn refused(&self) -> u64 {
        let shared = match &self.others {
            Others::Shared(socket) => Some(socket),
            Others::Single => None,
        };
        self.sockets.values().chain(shared).map(refused).sum()
    }
}

/// What became of a datagram.
#[derive(Debug)]
struct Sent {
    /// Datagrams lost: this one, and the one before it if that was refused.
    lost: u64,
    /// Whether the socket is of no further use.
    is_broken: bool,
}

/// Sends a datagram.
///
/// If nobody listens there, its host answers with ICMP, which the kernel reports in place of sending the next
/// datagram. That one is then sent by a second call.
fn send_by(socket: &UdpSocket, to: SocketAddr, payload: &[u8]) -> Sent {
    let (mut sent, mut lost) = (socket.send(payload), 0);
    match &sent {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            lost = 1;
            sent = socket.send(payload);
        }
        // There was no route when the socket was opened.
        Err(error) if error.raw_os_error() == Some(Errno::EDESTADDRREQ as i32) => {
            sent = socket.connect(to).and_then(|()| socket.send(payload));
        }
        _ => {}
    }
    Sent {
        lost: lost + u64::from(sent.is_err()),
        is_broken: sent.is_err_and(|error| error.kind() != io::ErrorKind::WouldBlock),
    }
}

/// 1 if the last datagram was refused.
fn refused(socket: &UdpSocket) -> u64 {
    u64::from(matches!(socket.take_error(), Ok(Some(_))))
}

/// A socket of any port, of the version of an address.
fn open(to: SocketAddr) -> io::Result<UdpSocket> {
    let from: IpAddr = match to {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((from, 0))?;
    socket.set_nonblocking(true)?;
    // A connected socket reports datagrams that were refused. Without a route, connecting fails; `send_by`
    // then tries again.
    let _ = socket.connect(to);
    Ok(socket)
}

/// A socket that sends from the address of an exporter, and from its port unless that is in use here.
fn open_as(exporter: SocketAddr, to: SocketAddr) -> io::Result<UdpSocket> {
    let socket = transparent(to)?;
    if socket.bind(&exporter.into()).is_err() {
        socket.bind(&SocketAddr::new(exporter.ip(), 0).into())?;
    }
    let socket = UdpSocket::from(socket);
    let _ = socket.connect(to);
    Ok(socket)
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
