//! Opening the sockets of a collector, and sharing them among workers.

use alloc::sync::Arc;
use core::net::{IpAddr, SocketAddr};
use core::ops::AddAssign as _;
use std::io;
use std::net::{TcpListener, UdpSocket};

use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, Protocol, Socket, Type};

use super::counters::{Counters, LiveSummary};
use super::error::LiveError;
use super::notice::{Notice, Notices};
use super::options::{Listener, ListenerTransport, LiveOptions};
use super::queue::{self, QueueDrops};
use super::receiver::Receiver;
use super::source::LiveSource;
use super::steer;
use super::stop::Stopper;
use super::streams::{ConnectionCounts, StreamListener};

/// Connections that wait to be accepted.
const BACKLOG: i32 = 128;

/// An open collector: its sockets, shared among the sources of its workers.
///
/// ```
/// use netflow_core::Decoder;
/// use netflow_io::live::{Live, LiveOptions};
/// use netflow_io::{Event, Feed};
///
/// let mut live = Live::bind(&LiveOptions::new().udp("127.0.0.1:0".parse()?))?;
/// println!("listening on {}", live.listeners()[0].address);
/// let stopper = live.stopper(); // for a handler of signals
/// let workers: Vec<_> = live
///     .take_sources()
///     .into_iter()
///     .map(|mut source| {
///         std::thread::spawn(move || {
///             let mut feed = Feed::new(Decoder::default());
///             while let Some(event) = feed.next(&mut source) {
///                 if let Ok(Event::Decoded(_, decoded)) = event {
///                     decoded.flows().for_each(|flow| println!("{flow}"));
///                 }
///             }
///             feed.decoder().stats().datagrams
///         })
///     })
///     .collect();
/// stopper.stop();
/// for worker in workers {
///     assert_eq!(worker.join().unwrap(), 0); // nothing was sent
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Live {
    sources: Vec<LiveSource>,
    listeners: Vec<OpenListener>,
    stopper: Stopper,
    counters: Vec<Arc<Counters>>,
    /// Of the thread that receives for all workers, if there is one.
    queue_drops: Arc<QueueDrops>,
    notices: Arc<Notices>,
    is_steered: bool,
}

/// An address that is listened on.
///
/// ```
/// use netflow_io::live::{Live, LiveOptions};
///
/// let live = Live::bind(&LiveOptions::new().udp("127.0.0.1:0".parse()?))?;
/// let listener = live.listeners()[0];
/// assert_eq!(listener.transport, "udp");
/// assert_ne!(listener.address.port(), 0); // the kernel has chosen one
/// assert!(listener.buffer.unwrap().granted > 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenListener {
    /// `udp`, `tcp` or `tls`.
    pub transport: &'static str,
    /// The address, with the port that the kernel chose.
    pub address: SocketAddr,
    /// The receive buffer of each of its sockets; UDP only.
    pub buffer: Option<ReadBuffer>,
}

/// The receive buffer of a socket, in octets.
///
/// ```
/// use netflow_io::live::{Live, LiveOptions};
///
/// let live = Live::bind(&LiveOptions::new().udp("127.0.0.1:0".parse()?))?;
/// let buffer = live.listeners()[0].buffer.unwrap();
/// println!("{} octets of {}", buffer.granted, buffer.asked);
/// assert_eq!(buffer.remedy().is_some(), buffer.granted < buffer.asked);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadBuffer {
    /// The size that was asked for.
    pub asked: usize,
    /// The size that the kernel grants.
    pub granted: usize,
}

impl ReadBuffer {
    /// The command that lets the kernel grant the size that was asked for; none if it is granted.
    ///
    /// ```
    /// # let mut options = netflow_io::live::LiveOptions::new().udp("127.0.0.1:0".parse().unwrap());
    /// options.read_buffer = 1 << 40;
    /// let live = netflow_io::live::Live::bind(&options)?;
    /// let buffer = live.listeners()[0].buffer.unwrap();
    /// assert!(buffer.remedy().unwrap().starts_with("sysctl -w net.core.rmem_max="));
    /// # Ok::<(), netflow_io::live::LiveError>(())
    /// ```
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        (self.granted < self.asked).then(|| format!("sysctl -w net.core.rmem_max={}", self.asked))
    }
}

/// The sockets of one listener, one for each worker or one for all.
struct Group {
    listener: OpenListener,
    sockets: BoundSockets,
    is_steered: bool,
}

enum BoundSockets {
    Udp(Vec<UdpSocket>),
    Stream(Vec<TcpListener>),
}

impl Live {
    /// Opens the sockets. Datagrams are received from now on, as far as the kernel's buffers hold
    /// them until the [sources](Self::take_sources) are read.
    ///
    /// # Errors
    ///
    /// There is no listener, or one of them cannot be opened; then none is.
    pub fn bind(options: &LiveOptions) -> Result<Self, LiveError> {
        if options.listeners.is_empty() {
            return Err(LiveError::NoListener);
        }
        let workers = options.workers.max(1);
        let ask = if options.without_steering { 1 } else { workers };
        let mut groups = open_all(options, ask)?;
        let is_steered = workers == 1 || ask > 1 && groups.iter().all(|group| group.is_steered);
        if !is_steered && ask > 1 {
            // Without a group of sockets there is nothing that the kernel would distribute.
            drop(groups);
            groups = open_all(options, 1)?;
        }
        let stopper = Stopper::new()?;
        let notices = Arc::new(Notices::default());
        let listeners = groups.iter().map(|group| group.listener).collect();
        let counts = Arc::new(ConnectionCounts::default());
        let receivers = if is_steered { workers } else { 1 };
        let mut receivers: Vec<Receiver> = (0..receivers)
            .map(|_| Receiver::new(options, stopper.clone(), &notices, &counts))
            .collect::<Result<_, _>>()?;
        for (group, listener) in groups.into_iter().zip(&options.listeners) {
            share(group, listener, &mut receivers)?;
        }
        let mut counters: Vec<_> = receivers.iter().map(Receiver::counters).collect();
        let queue_drops = Arc::<QueueDrops>::default();
        let sources = if is_steered {
            receivers.into_iter().map(LiveSource::of_sockets).collect()
        } else {
            let mut sources = Vec::new();
            if let Some(receiver) = receivers.pop() {
                let distributed = queue::distribute(receiver, workers, options, &queue_drops)?;
                let (queues, counted) = distributed;
                counters.push(counted);
                sources.extend(queues.into_iter().map(LiveSource::of_queue));
            }
            sources
        };
        Ok(Self {
            sources,
            listeners,
            stopper,
            counters,
            queue_drops,
            notices,
            is_steered,
        })
    }

    /// Listens nowhere: for a collector that has its datagrams from elsewhere.
    ///
    /// ```
    /// let mut live = netflow_io::live::Live::without_listeners()?;
    /// assert!(live.take_sources().is_empty());
    /// # Ok::<(), netflow_io::live::LiveError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// There is no descriptor for what ends the other sources.
    pub fn without_listeners() -> Result<Self, LiveError> {
        Ok(Self {
            sources: Vec::new(),
            listeners: Vec::new(),
            stopper: Stopper::new()?,
            counters: Vec::new(),
            queue_drops: Arc::default(),
            notices: Arc::default(),
            is_steered: true,
        })
    }

    /// The sources, one for each worker; empty after the first call.
    pub fn take_sources(&mut self) -> Vec<LiveSource> {
        core::mem::take(&mut self.sources)
    }

    /// The addresses that are listened on, in the order of the options.
    #[must_use]
    pub fn listeners(&self) -> &[OpenListener] {
        &self.listeners
    }

    /// Whether the kernel distributes datagrams among the workers; otherwise one thread does.
    #[must_use]
    pub const fn is_steered(&self) -> bool {
        self.is_steered
    }

    /// What ends the sources.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// What was received, refused and lost so far, by all sources.
    #[must_use]
    pub fn summary(&self) -> LiveSummary {
        let mut all = LiveSummary::default();
        for counters in &self.counters {
            all.add_assign(counters.summary());
        }
        all
    }

    /// Datagrams dropped so far because the queue of their worker was full, by exporter, in the order of their
    /// addresses.
    ///
    /// At most 1,024 exporters are counted separately; [`LiveSummary::queue_drops`] is the sum of all. Empty where
    /// the kernel distributes datagrams.
    #[must_use]
    pub fn queue_drops(&self) -> Vec<(IpAddr, u64)> {
        self.queue_drops.counts()
    }

    /// What happened to connections since the last call; at most 256 notices are kept.
    #[must_use]
    pub fn take_notices(&self) -> Vec<Notice> {
        self.notices.take()
    }
}

/// Adds to each receiver its socket of a listener.
fn share(group: Group, listener: &Listener, receivers: &mut [Receiver]) -> io::Result<()> {
    match group.sockets {
        BoundSockets::Udp(sockets) => {
            for (socket, receiver) in sockets.into_iter().zip(receivers) {
                receiver.add_udp(socket, listener.protocols)?;
            }
        }
        BoundSockets::Stream(sockets) => {
            for (socket, receiver) in sockets.into_iter().zip(receivers) {
                let transport = listener.transport.clone();
                let listener = StreamListener::new(socket, transport, listener.protocols);
                receiver.add_listener(listener)?;
            }
        }
    }
    Ok(())
}

fn open_all(options: &LiveOptions, sockets: usize) -> Result<Vec<Group>, LiveError> {
    let open = |listener: &Listener| {
        open(listener, options, sockets).map_err(|error| LiveError::Bind {
            transport: listener.transport.name(),
            address: listener.address,
            error,
        })
    };
    options.listeners.iter().map(open).collect()
}

/// Opens this number of sockets for a listener, or one if the kernel cannot distribute.
fn open(listener: &Listener, options: &LiveOptions, count: usize) -> io::Result<Group> {
    let is_udp = matches!(listener.transport, ListenerTransport::Udp);
    let only_ipv6 = has_ipv4_twin(listener, options);
    if count > 1 {
        // With SO_REUSEPORT another collector could share the port by accident: only without it
        // does the kernel say that the port is taken.
        drop(socket(listener, listener.address, only_ipv6, false)?);
    }
    let first = socket(listener, listener.address, only_ipv6, count > 1)?;
    let address = local_address(&first)?;
    let mut sockets = vec![first];
    let mut is_steered = false;
    if count > 1 {
        for _ in 1..count {
            sockets.push(socket(listener, address, only_ipv6, true)?);
        }
        is_steered = sockets
            .first()
            .is_some_and(|socket| steer::attach(socket, count).is_ok());
    }
    let mut buffer = None;
    let sockets = if is_udp {
        for socket in &sockets {
            buffer = Some(prepare(socket, options)?);
        }
        BoundSockets::Udp(sockets.into_iter().map(UdpSocket::from).collect())
    } else {
        for socket in &sockets {
            socket.listen(BACKLOG)?;
        }
        BoundSockets::Stream(sockets.into_iter().map(TcpListener::from).collect())
    };
    Ok(Group {
        listener: OpenListener {
            transport: listener.transport.name(),
            address,
            buffer,
        },
        sockets,
        is_steered,
    })
}

/// Whether another listener takes IPv4 on the port of this one for IPv6.
fn has_ipv4_twin(listener: &Listener, options: &LiveOptions) -> bool {
    let is_udp = |listener: &Listener| matches!(listener.transport, ListenerTransport::Udp);
    let is_twin = |other: &&Listener| {
        other.address.is_ipv4()
            && other.address.port() == listener.address.port()
            && is_udp(other) == is_udp(listener)
    };
    listener.address.port() != 0 && options.listeners.iter().any(|other| is_twin(&other))
}

/// A bound socket.
fn socket(
    listener: &Listener,
    address: SocketAddr,
    only_ipv6: bool,
    shares_port: bool,
) -> io::Result<Socket> {
    let is_udp = matches!(listener.transport, ListenerTransport::Udp);
    let (kind, protocol) = if is_udp {
        (Type::DGRAM, Protocol::UDP)
    } else {
        (Type::STREAM, Protocol::TCP)
    };
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    socket.set_nonblocking(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(only_ipv6)?;
    }
    if !is_udp {
        // A port whose last connections are still closing can be listened on again.
        socket.set_reuse_address(true)?;
    }
    if shares_port {
        socket.set_reuse_port(true)?;
    }
    socket.bind(&address.into())?;
    Ok(socket)
}

fn local_address(socket: &Socket) -> io::Result<SocketAddr> {
    let address = socket.local_addr()?.as_socket();
    address.ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
}

/// Asks the kernel for a receive buffer, for times of arrival and for its count of drops.
fn prepare(socket: &Socket, options: &LiveOptions) -> io::Result<ReadBuffer> {
    let asked = options.read_buffer;
    // The kernel's number is an int of 32 bits, of which it doubles what it is asked for.
    let number = asked.min(MAX_BUFFER);
    // With CAP_NET_ADMIN the limit of the system does not count.
    if setsockopt(socket, sockopt::RcvBufForce, &number).is_err() {
        socket.set_recv_buffer_size(number)?;
    }
    // It reports twice what it granted, for its own bookkeeping (socket(7)).
    let granted = socket.recv_buffer_size()?.checked_div(2).unwrap_or(0);
    setsockopt(socket, sockopt::ReceiveTimestampns, &true)?;
    setsockopt(socket, sockopt::RxqOvfl, &1)?;
    Ok(ReadBuffer { asked, granted })
}

/// The largest size that the kernel can double in a signed number of 32 bits.
const MAX_BUFFER: usize = 0x3fff_ffff;
