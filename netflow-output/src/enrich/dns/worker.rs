//! The threads that ask.

use alloc::sync::Arc;
use core::hash::BuildHasher as _;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::sync::atomic::Ordering;
use core::time::Duration;
use std::hash::RandomState;
use std::io;
use std::net::UdpSocket;
use std::sync::PoisonError;
use std::thread;
use std::time::Instant;

use super::query::{self, Answer};
use super::{Counters, DnsError, Shared};

/// The shortest and the longest time that a name is kept; between them the time to live of its record decides.
const NAME_LIFETIME: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(86_400));
/// How long the answer that an address has no name is kept.
const NAMELESS_LIFETIME: Duration = Duration::from_secs(600);
/// How long an address without an answer is not asked for again.
const FAILURE_LIFETIME: Duration = Duration::from_secs(60);
/// Octets of the longest answer that is read: queries allow no longer one (RFC 1035, section 4.2.1).
const LONGEST: usize = 512;
/// Datagrams that are not an answer, or answer another query, before a query counts as failed.
const STRAYS: u32 = 16;

pub(super) fn start(shared: &Arc<Shared>) -> Result<(), DnsError> {
    for number in 0..shared.options.threads.max(1) {
        let shared = Arc::clone(shared);
        thread::Builder::new()
            .name(format!("dns-{number}"))
            .spawn(move || work(&shared))
            .map_err(|error| DnsError(format!("a thread cannot be started: {error}")))?;
    }
    Ok(())
}

fn work(shared: &Shared) {
    let random = RandomState::new();
    let mut asked = 0_u64;
    let mut first = 0_usize;
    while let Some(address) = next(shared) {
        let mut answer = Answer::Unusable;
        let servers = &shared.options.servers;
        let servers = servers.iter().cycle().skip(first);
        let attempts = usize::try_from(shared.options.attempts.max(1)).unwrap_or(1);
        for server in servers.take(attempts) {
            asked += 1;
            // A secret key makes the number hard to guess for a sender of forged answers, as does a new port.
            let id = random.hash_one(asked).to_be_bytes();
            let id = u16::from_be_bytes([id[0], id[1]]);
            match ask(shared, *server, id, address) {
                // The next address begins with the next server.
                Ok(Answer::Unusable) | Err(_) => {
                    first = (first + 1) % shared.options.servers.len().max(1);
                }
                Ok(found) => {
                    answer = found;
                    break;
                }
            }
            if shared.is_over.load(Ordering::Relaxed) {
                break;
            }
        }
        keep(shared, address, answer);
    }
}

/// The next address to ask for; none at the end.
fn next(shared: &Shared) -> Option<IpAddr> {
    let mut state = shared.lock();
    loop {
        if shared.is_over.load(Ordering::Relaxed) {
            return None;
        }
        if let Some(address) = state.queue.pop_front() {
            return Some(address);
        }
        state = shared
            .wanted
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner);
    }
}

/// Sends a query and waits for its answer.
fn ask(shared: &Shared, server: SocketAddr, id: u16, address: IpAddr) -> io::Result<Answer> {
    let own: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((own, 0))?;
    // Only datagrams of the server arrive then.
    socket.connect(server)?;
    let Some(octets) = query::query(id, address) else {
        return Ok(Answer::Unusable);
    };
    Counters::add(&shared.counters.queries);
    socket.send(&octets)?;
    let deadline = Instant::now() + shared.options.timeout;
    let mut room = [0; LONGEST];
    for _ in 0..STRAYS {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        socket.set_read_timeout(Some(left))?;
        let len = socket.recv(&mut room)?;
        let octets = room.get(..len).unwrap_or_default();
        if let Some(answer) = query::answer(id, address, octets) {
            return Ok(answer);
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

fn keep(shared: &Shared, address: IpAddr, answer: Answer) {
    let (shortest, longest) = NAME_LIFETIME;
    let (counter, name, lifetime) = match answer {
        Answer::Name(name, ttl) => {
            let lifetime = Duration::from_secs(ttl.into()).clamp(shortest, longest);
            (&shared.counters.names, Some(name.into()), lifetime)
        }
        Answer::NoName => (&shared.counters.nameless, None, NAMELESS_LIFETIME),
        Answer::Unusable => (&shared.counters.failures, None, FAILURE_LIFETIME),
    };
    Counters::add(counter);
    let mut state = shared.lock();
    let until = Instant::now() + lifetime;
    state.cache.answer(address, name, until);
    drop(state);
    shared.answered.notify_all();
}
