//! Receives from the sockets of one worker.

use alloc::sync::Arc;
use core::time::Duration;
use std::io;
use std::net::UdpSocket;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::thread;
use std::time::Instant;

use netflow_core::Prefix;
use netflow_core::wire::message;
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use socket2::{SockFilter, SockRef};

use super::batch::{ReceiveBatch, SLOTS, Slot};
use super::counters::Counters;
use super::error::LiveError;
use super::notice::{Notice, Notices};
use super::options::{LiveOptions, Protocols};
use super::stop::Stopper;
use super::streams::{ConnectionCounts, StreamEvent, StreamListener, Streams, is_allowed};
use crate::arrivals::Arrival;

/// Maximum ready sockets that the kernel reports with one call.
const EVENTS: usize = 64;
/// How often connections are checked for overdue messages.
const SWEEP: Duration = Duration::from_millis(250);
/// How long a source lets datagrams gather once it has read all there were: waking up for each of them costs more
/// than decoding it.
const GATHERING: Duration = Duration::from_micros(500);
/// Octets of a receive buffer that hold what arrives meanwhile, at any rate that one thread can decode; as the
/// kernel reports them, which is twice what it granted (socket(7)).
const GATHERING_BUFFER: usize = 256 * 1024;
/// How long the source may take after a stop to return what it had already received.
const DRAIN: Duration = Duration::from_secs(10);

/// Receives from sockets.
#[derive(Debug)]
pub(super) struct Receiver {
    epoll: Epoll,
    events: Vec<EpollEvent>,
    /// Events that were reported, and the first of them that was not handled.
    ready: core::ops::Range<usize>,
    udp: Vec<Udp>,
    /// The socket that the batch was received from.
    batch_of: usize,
    batch: ReceiveBatch,
    streams: Streams,
    stopper: Stopper,
    /// When the source has to end, once it was asked to stop.
    stopping: Option<Instant>,
    last_sweep: Instant,
    idle: EpollTimeout,
    /// Whether datagrams were read since the last wait, and the last call found fewer than it could take.
    is_drained: bool,
    /// Whether all receive buffers are large enough to let datagrams gather.
    may_gather: bool,
    allowed: Vec<Prefix>,
    counters: Arc<Counters>,
    notices: Arc<Notices>,
}

#[derive(Debug)]
struct Udp {
    socket: UdpSocket,
    protocols: Protocols,
    /// The kernel's count of datagrams that it dropped.
    dropped: u32,
}

/// What a reported event is about, as a number that the kernel keeps.
#[derive(Debug, Clone, Copy)]
enum Token {
    Stop,
    Udp(usize),
    Listener(usize),
    Connection(usize),
}

impl Token {
    const KIND: u32 = 48;
    const NUMBER: u64 = 0xffff_ffff_ffff;

    fn number(self) -> u64 {
        let (kind, number) = match self {
            Self::Stop => (0_u64, 0),
            Self::Udp(number) => (1, number),
            Self::Listener(number) => (2, number),
            Self::Connection(number) => (3, number),
        };
        let number = u64::try_from(number).unwrap_or(Self::NUMBER) & Self::NUMBER;
        (kind << Self::KIND) | number
    }

    fn of(token: u64) -> Self {
        let number = usize::try_from(token & Self::NUMBER).unwrap_or(usize::MAX);
        match token >> Self::KIND {
            1 => Self::Udp(number),
            2 => Self::Listener(number),
            3 => Self::Connection(number),
            _ => Self::Stop,
        }
    }
}

impl Receiver {
    pub(super) fn new(
        options: &LiveOptions,
        stopper: Stopper,
        notices: &Arc<Notices>,
        counts: &Arc<ConnectionCounts>,
    ) -> io::Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        epoll.add(stopper.wake(), event(Token::Stop))?;
        let counters = Arc::new(Counters::default());
        Ok(Self {
            epoll,
            events: vec![EpollEvent::empty(); EVENTS],
            ready: 0..0,
            udp: Vec::new(),
            batch_of: 0,
            batch: ReceiveBatch::new(options.max_message.min(65_535)),
            streams: Streams::new(options, counts, &counters, notices),
            stopper,
            stopping: None,
            last_sweep: Instant::now(),
            idle: timeout(options.idle),
            is_drained: false,
            may_gather: true,
            allowed: options.allowed.clone(),
            counters,
            notices: Arc::clone(notices),
        })
    }

    /// Sets how long to wait before [`Arrival::Idle`].
    pub(super) fn set_idle(&mut self, idle: Duration) {
        self.idle = timeout(idle);
    }

    /// The descriptor that is readable while the sockets hold something or a stop was requested.
    pub(super) fn readiness(&self) -> BorrowedFd<'_> {
        self.epoll.0.as_fd()
    }

    pub(super) fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    pub(super) fn add_udp(&mut self, socket: UdpSocket, protocols: Protocols) -> io::Result<()> {
        self.epoll.add(&socket, event(Token::Udp(self.udp.len())))?;
        let buffer = SockRef::from(&socket).recv_buffer_size()?;
        self.may_gather &= buffer >= GATHERING_BUFFER;
        self.udp.push(Udp {
            socket,
            protocols,
            dropped: 0,
        });
        Ok(())
    }

    pub(super) fn add_listener(&mut self, listener: StreamListener) -> io::Result<()> {
        let token = Token::Listener(self.streams.listeners.len());
        self.epoll.add(&listener.socket, event(token))?;
        self.streams.listeners.push(listener);
        Ok(())
    }

    pub(super) fn next_arrival(&mut self) -> Option<Result<Arrival<'_>, LiveError>> {
        loop {
            if let Some((index, slot)) = self.batch.take() {
                if self.accepts(index, &slot) {
                    let datagram = self.batch.datagram(index, &slot);
                    return Some(Ok(Arrival::Datagram(datagram)));
                }
                continue;
            }
            match self.streams.next() {
                Some(StreamEvent::Message(connection, message)) => {
                    let datagram = self.streams.datagram(connection, message)?;
                    return Some(Ok(Arrival::Datagram(datagram)));
                }
                Some(StreamEvent::Ended(peer)) => return Some(Ok(Arrival::SessionEnded(peer))),
                None => {}
            }
            if let Some(token) = self.next_event() {
                self.handle(token);
                continue;
            }
            match self.wait() {
                Ok(Waited::Ready) => {}
                Ok(Waited::Idle) => return Some(Ok(Arrival::Idle)),
                Ok(Waited::Stopped) => return None,
                Err(error) => return Some(Err(error.into())),
            }
        }
    }

    /// Whether a datagram is returned; counts it.
    fn accepts(&mut self, index: usize, slot: &Slot) -> bool {
        let counters = &self.counters;
        if slot.is_cut {
            counters.too_long.add(1);
            return false;
        }
        if !is_allowed(&self.allowed, slot.exporter.ip()) {
            counters.not_allowed.add(1);
            return false;
        }
        let protocols = self.udp.get(self.batch_of).map(|udp| udp.protocols);
        if !protocols.is_some_and(|protocols| takes(protocols, self.batch.payload(index))) {
            counters.other_protocols.add(1);
            return false;
        }
        counters.datagrams.add(1);
        counters.datagram_octets.add_len(slot.len);
        true
    }

    fn next_event(&mut self) -> Option<Token> {
        let event = self.events.get(self.ready.next()?)?;
        Some(Token::of(event.data()))
    }

    fn handle(&mut self, token: Token) {
        match token {
            Token::Stop => {}
            Token::Udp(index) => self.receive(index),
            Token::Listener(index) => self.accept(index),
            Token::Connection(index) => self.streams.read(index),
        }
    }

    fn receive(&mut self, index: usize) {
        let Some(udp) = self.udp.get_mut(index) else {
            return;
        };
        self.batch_of = index;
        match self.batch.receive(&udp.socket) {
            Ok(received) => {
                self.is_drained = received.datagrams < SLOTS;
                if let Some(dropped) = received.dropped {
                    // The kernel counts in 32 bits, from the opening of the socket on.
                    let more = dropped.wrapping_sub(udp.dropped);
                    udp.dropped = dropped;
                    self.counters.kernel_drops.add(more.into());
                }
            }
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            // Such as an ICMP message about something that was sent from this port.
            Err(_) => self.counters.receive_errors.add(1),
        }
    }

    fn accept(&mut self, index: usize) {
        match self.streams.accept(index) {
            Ok(Some(connection)) => {
                let token = event(Token::Connection(connection));
                if let Some(stream) = self.streams.stream(connection) {
                    if let Err(error) = self.epoll.add(stream, token) {
                        self.fail(&format!("a connection cannot be waited for: {error}"));
                    }
                }
            }
            Ok(None) => {}
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock
                | io::ErrorKind::Interrupted
                | io::ErrorKind::ConnectionAborted => {}
                _ => {
                    // Too many open files: the listener stays ready, and would keep the loop busy.
                    self.fail(&format!("no connection can be accepted: {error}"));
                    self.listen(index, EpollFlags::empty());
                }
            },
        }
    }

    fn fail(&self, reason: &str) {
        self.counters.receive_errors.add(1);
        self.notices.add(Notice::Failed(reason.to_owned()));
    }

    /// Starts or pauses waiting for connections of a listener, as `events` says.
    fn listen(&self, index: usize, events: EpollFlags) {
        if let Some(listener) = self.streams.listeners.get(index) {
            let mut event = EpollEvent::new(events, Token::Listener(index).number());
            let _ = self.epoll.modify(&listener.socket, &mut event);
        }
    }

    /// Lets datagrams gather, if some were just read; never for callers that do not wait.
    fn gather(&mut self) {
        let is_drained = core::mem::take(&mut self.is_drained);
        if is_drained && self.may_gather && self.idle != EpollTimeout::ZERO {
            thread::sleep(GATHERING);
        }
    }

    /// Waits until a socket is ready.
    fn wait(&mut self) -> io::Result<Waited> {
        let now = Instant::now();
        if now.saturating_duration_since(self.last_sweep) >= SWEEP {
            self.last_sweep = now;
            self.streams.close_overdue(now);
            for index in 0..self.streams.listeners.len() {
                self.listen(index, EpollFlags::EPOLLIN);
            }
        }
        if self.stopping.is_none() && self.stopper.is_stopped() {
            self.stopping = Some(now.checked_add(DRAIN).unwrap_or(now));
            self.udp.iter().for_each(|udp| refuse_all(&udp.socket));
        }
        let timeout = match self.stopping {
            Some(until) if now >= until => return Ok(Waited::Stopped),
            Some(_) => EpollTimeout::ZERO,
            None => {
                self.gather();
                self.idle
            }
        };
        let count = match self.epoll.wait(&mut self.events, timeout) {
            Ok(count) => count,
            Err(Errno::EINTR) => 0,
            Err(error) => return Err(error.into()),
        };
        self.ready = 0..count;
        let events = self.events.get(..count).unwrap_or_default();
        let is_idle = events
            .iter()
            .all(|event| matches!(Token::of(event.data()), Token::Stop));
        Ok(match (is_idle, self.stopping) {
            (false, _) => Waited::Ready,
            // The stop is noticed at the next turn.
            (true, None) if count > 0 => Waited::Ready,
            (true, None) => Waited::Idle,
            (true, Some(_)) => Waited::Stopped,
        })
    }
}

/// The kernel puts nothing more into the buffer of this socket; what is in it stays there to be read.
///
/// Their times do not say which datagrams came before a stop: until the kernel has begun to mark
/// datagrams with their times of arrival, some milliseconds after a socket asked for it, it returns the
/// time at which they are read.
fn refuse_all(socket: &UdpSocket) {
    /// `ret #0` of the classic BPF: pass on no octet.
    const NOTHING: SockFilter = SockFilter::new(0x06, 0, 0, 0);
    // Where filters are forbidden, a busy exporter delays the end up to the limit.
    let _ = SockRef::from(socket).attach_filter(&[NOTHING]);
}

/// How waiting ended.
#[derive(Debug, Clone, Copy)]
enum Waited {
    Ready,
    Idle,
    Stopped,
}

fn event(token: Token) -> EpollEvent {
    EpollEvent::new(EpollFlags::EPOLLIN, token.number())
}

/// Whether a listener accepts these octets, by the protocol that they begin with. A listener for all
/// protocols accepts anything: the decoder reports octets that are not flow export.
fn takes(protocols: Protocols, payload: &[u8]) -> bool {
    if protocols.is_all() {
        return true;
    }
    message::protocol(payload, 0).is_ok_and(|protocol| protocols.contains(protocol))
}

/// A time to wait as the kernel takes it, in milliseconds. Other than zero it is never rounded to zero.
fn timeout(idle: Duration) -> EpollTimeout {
    if idle.is_zero() {
        return EpollTimeout::ZERO;
    }
    let idle = idle.max(Duration::from_millis(1));
    EpollTimeout::try_from(idle).unwrap_or(EpollTimeout::from(250_u8))
}
