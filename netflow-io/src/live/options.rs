//! What to listen on, and the bounds of what peers may cost.

use core::net::SocketAddr;
use core::time::Duration;

use netflow_core::{Prefix, Protocol};

#[cfg(feature = "tls")]
use super::tls::TlsOptions;

/// The sockets of a collector, and its limits.
///
/// ```
/// use netflow_io::live::LiveOptions;
///
/// let options = LiveOptions::new()
///     .udp("0.0.0.0:2055".parse()?)
///     .tcp("0.0.0.0:4739".parse()?)
///     .with_workers(4);
/// assert_eq!(options.listeners.len(), 2);
/// # Ok::<(), core::net::AddrParseError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LiveOptions {
    /// What to listen on.
    pub listeners: Vec<Listener>,
    /// Workers, each with a source of its own: 1.
    pub workers: usize,
    /// Octets of each UDP socket's receive buffer to ask the kernel for: 16 MiB. It grants
    /// `net.core.rmem_max` at most.
    pub read_buffer: usize,
    /// Exporters outside these subnets are refused and counted; if empty, all are allowed.
    pub allowed: Vec<Prefix>,
    /// Maximum octets of a datagram or message: 65,535. Longer datagrams are counted and not
    /// returned, longer messages of a stream end their connection.
    pub max_message: usize,
    /// Maximum connections at a time: 1,024. Further ones are closed.
    pub connections: usize,
    /// Maximum connections at a time from one address: 64.
    pub connections_by_address: usize,
    /// How long a message on a connection may take to arrive completely: 30 s. For the first message
    /// the time starts with the connection. Between messages a connection may be silent for as long
    /// as its peer answers keep-alive probes.
    pub read_timeout: Duration,
    /// How long a source waits before it returns [`Arrival::Idle`](crate::Arrival::Idle): 250 ms.
    pub idle: Duration,
    /// Maximum datagrams that wait for one worker where the kernel cannot distribute them: 4,096.
    /// Further ones are dropped and counted.
    pub queue: usize,
    /// Whether one thread distributes datagrams among workers even if the kernel could.
    pub without_steering: bool,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl LiveOptions {
    /// No listener, one worker, and the defaults named at each member.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            listeners: Vec::new(),
            workers: 1,
            read_buffer: 16 << 20,
            allowed: Vec::new(),
            max_message: 65_535,
            connections: 1_024,
            connections_by_address: 64,
            read_timeout: Duration::from_secs(30),
            idle: Duration::from_millis(250),
            queue: 4_096,
            without_steering: false,
        }
    }

    /// Also listens on a UDP address, for all protocols.
    #[must_use]
    pub fn udp(self, address: SocketAddr) -> Self {
        self.listen(Listener::new(ListenerTransport::Udp, address))
    }

    /// Also listens for IPFIX on a TCP address.
    #[must_use]
    pub fn tcp(self, address: SocketAddr) -> Self {
        self.listen(Listener::new(ListenerTransport::Tcp, address))
    }

    /// Adds this listener.
    #[must_use]
    pub fn listen(mut self, listener: Listener) -> Self {
        self.listeners.push(listener);
        self
    }

    /// Sets the number of [`workers`](Self::workers).
    #[must_use]
    pub const fn with_workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }
}

/// An address to listen on.
///
/// ```
/// use netflow_core::Protocol;
/// use netflow_io::live::{Listener, ListenerTransport, LiveOptions, Protocols};
///
/// // sFlow on its port, everything on another.
/// let sflow: Protocols = [Protocol::SflowV5].into_iter().collect();
/// let listener = Listener::new(ListenerTransport::Udp, "0.0.0.0:6343".parse()?).with_protocols(sflow);
/// let options = LiveOptions::new().udp("0.0.0.0:2055".parse()?).listen(listener);
/// assert_eq!(options.listeners.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Listener {
    /// The transport.
    pub transport: ListenerTransport,
    /// The address; with port 0 the kernel chooses a port. `[::]` accepts IPv4 too, unless another
    /// listener has `0.0.0.0` and the same port.
    pub address: SocketAddr,
    /// The protocols that are accepted; others are counted and skipped.
    pub protocols: Protocols,
}

impl Listener {
    /// Listens for every protocol.
    #[must_use]
    pub const fn new(transport: ListenerTransport, address: SocketAddr) -> Self {
        Self {
            transport,
            address,
            protocols: Protocols::ALL,
        }
    }

    /// Accepts only these protocols.
    #[must_use]
    pub const fn with_protocols(mut self, protocols: Protocols) -> Self {
        self.protocols = protocols;
        self
    }
}

/// The transport of a listener.
///
/// ```
/// use netflow_io::live::ListenerTransport;
///
/// assert_eq!(ListenerTransport::Tcp.name(), "tcp");
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ListenerTransport {
    /// UDP: every protocol.
    Udp,
    /// TCP: IPFIX (RFC 7011, section 10.4).
    Tcp,
    /// TLS over TCP: IPFIX (RFC 7011, section 11.1).
    #[cfg(feature = "tls")]
    Tls(TlsOptions),
}

impl ListenerTransport {
    /// `udp`, `tcp` or `tls`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            #[cfg(feature = "tls")]
            Self::Tls(_) => "tls",
        }
    }
}

/// A set of protocols.
///
/// ```
/// use netflow_core::Protocol;
/// use netflow_io::live::Protocols;
///
/// let protocols: Protocols = [Protocol::NetflowV5, Protocol::NetflowV9].into_iter().collect();
/// assert!(protocols.contains(Protocol::NetflowV9));
/// assert!(!protocols.contains(Protocol::Ipfix));
/// assert!(Protocols::ALL.contains(Protocol::Ipfix));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protocols(u16);

impl Protocols {
    /// Every protocol, also one that is not known here.
    pub const ALL: Self = Self(u16::MAX);
    /// None.
    pub const NONE: Self = Self(0);

    /// Whether it is one of them.
    #[must_use]
    pub const fn contains(self, protocol: Protocol) -> bool {
        self.0 & bit(protocol) != 0
    }

    /// Whether nothing is refused.
    #[must_use]
    pub const fn is_all(self) -> bool {
        self.0 == u16::MAX
    }
}

const fn bit(protocol: Protocol) -> u16 {
    match protocol {
        Protocol::NetflowV1 => 1,
        Protocol::NetflowV5 => 1 << 1,
        Protocol::NetflowV6 => 1 << 2,
        Protocol::NetflowV7 => 1 << 3,
        Protocol::NetflowV8 => 1 << 4,
        Protocol::NetflowV9 => 1 << 5,
        Protocol::Ipfix => 1 << 6,
        Protocol::SflowV5 => 1 << 7,
        _ => 1 << 15,
    }
}

impl FromIterator<Protocol> for Protocols {
    fn from_iter<I: IntoIterator<Item = Protocol>>(protocols: I) -> Self {
        let bits = protocols.into_iter().map(bit);
        Self(bits.fold(0, |all, one| all | one))
    }
}
