//! Names of addresses from the DNS (PTR records), looked up by threads of their own.
//!
//! Only these threads wait for a server: a name that is not known yet is absent, and is there for
//! the flows that come after the answer. Memory, threads and the queue are bounded.

#[cfg_attr(
    not(any(feature = "dns", test)),
    expect(dead_code, reason = "without the feature nobody answers")
)]
mod cache;
#[cfg(feature = "dns")]
mod query;
#[cfg(feature = "dns")]
mod worker;

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::str::FromStr;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::fs;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use self::cache::{Known, NameCache};

/// The servers that names are asked of, and the limits of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DnsOptions {
    /// The servers; the next is asked if one does not answer.
    pub servers: Vec<SocketAddr>,
    /// How long an answer may take. Default 2 seconds.
    pub timeout: Duration,
    /// Queries for one name at most. Default 2.
    pub attempts: u32,
    /// Threads, each of which waits for one answer at a time. Default 8.
    pub threads: usize,
    /// Addresses that wait for a thread at most. Default 4096.
    pub queue: usize,
    /// Addresses whose names, or the lack of them, are kept at most. Default 65,536, which take some 10 MB.
    pub cache: usize,
}

/// The port of the DNS (RFC 1035, section 4.2).
const PORT: u16 = 53;
/// Where the servers of the system are listed.
const RESOLV_CONF: &str = "/etc/resolv.conf";

impl DnsOptions {
    /// The default limits, with these servers.
    #[must_use]
    pub const fn new(servers: Vec<SocketAddr>) -> Self {
        Self {
            servers,
            timeout: Duration::from_secs(2),
            attempts: 2,
            threads: 8,
            queue: 4_096,
            cache: 65_536,
        }
    }

    /// With the servers of this system, from `/etc/resolv.conf`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or names no server.
    pub fn of_system() -> Result<Self, DnsError> {
        let text = fs::read_to_string(RESOLV_CONF)
            .map_err(|error| DnsError(format!("{RESOLV_CONF}: {error}")))?;
        let servers = name_servers(&text);
        if servers.is_empty() {
            return Err(DnsError(format!("{RESOLV_CONF} names no server")));
        }
        Ok(Self::new(servers))
    }
}

/// The servers of a `resolv.conf`. Those with a zone (`fe80::1%eth0`) are passed over.
fn name_servers(text: &str) -> Vec<SocketAddr> {
    let words = text.lines().map(str::split_whitespace);
    words
        .filter_map(|mut words| {
            let is_server = words.next() == Some("nameserver");
            let address: IpAddr = words.next().filter(|_| is_server)?.parse().ok()?;
            Some(SocketAddr::new(address, PORT))
        })
        .collect()
}

/// `system` for the servers of this system; else servers with commas between them, as `192.0.2.53`,
/// `192.0.2.53:5353` or `[2001:db8::53]:5353`.
impl FromStr for DnsOptions {
    type Err = DnsError;

    fn from_str(text: &str) -> Result<Self, DnsError> {
        if !cfg!(feature = "dns") {
            return Err(DnsError("this build lacks the feature dns".to_owned()));
        }
        if text == "system" {
            return Self::of_system();
        }
        let server = |text: &str| {
            let address = text.parse::<IpAddr>();
            let whole = address.map(|address| SocketAddr::new(address, PORT));
            whole.or_else(|_| text.parse()).map_err(|_| {
                DnsError(format!(
                    "expected \"system\" or the address of a server, found {text:?}"
                ))
            })
        };
        let servers: Result<_, _> = text.split(',').map(|text| server(text.trim())).collect();
        Ok(Self::new(servers?))
    }
}

/// Names cannot be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsError(String);

impl fmt::Display for DnsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for DnsError {}

/// How many names were asked for, with which results.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DnsCounts {
    /// Queries sent, repeated ones too.
    pub queries: u64,
    /// Addresses whose name was answered.
    pub names: u64,
    /// Addresses that have no name, by the answer.
    pub nameless: u64,
    /// Addresses for which there was no usable answer.
    pub failures: u64,
    /// Times that an address was not asked for because the queue was full.
    pub left_out: u64,
    /// Times that a flow went without a name because the answer was not there yet.
    pub late: u64,
}

/// Names of addresses; a clone shares them.
#[derive(Clone)]
pub struct HostNames(Arc<Asked>);

/// Shared with the threads, which end when nothing else refers to it.
#[derive(Debug)]
struct Asked {
    shared: Arc<Shared>,
    /// Nanoseconds that flows may still wait for names, all together.
    patience: AtomicU64,
}

/// What flows and threads share.
#[derive(Debug)]
struct Shared {
    options: DnsOptions,
    state: Mutex<State>,
    /// Signalled when an address waits for a thread, and at the end.
    wanted: Condvar,
    /// Signalled when a thread has an answer.
    answered: Condvar,
    is_over: AtomicBool,
    counters: Counters,
}

#[derive(Debug)]
struct State {
    queue: VecDeque<IpAddr>,
    cache: NameCache,
}

#[derive(Debug, Default)]
struct Counters {
    queries: AtomicU64,
    names: AtomicU64,
    nameless: AtomicU64,
    failures: AtomicU64,
    left_out: AtomicU64,
    late: AtomicU64,
}

impl HostNames {
    /// Starts the threads that ask.
    ///
    /// # Errors
    ///
    /// There is no server, a thread cannot be started, or this build is without the feature `dns`.
    pub fn start(options: DnsOptions) -> Result<Self, DnsError> {
        if options.servers.is_empty() {
            return Err(DnsError("there is no server to ask".to_owned()));
        }
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                queue: VecDeque::new(),
                cache: NameCache::new(options.cache),
            }),
            wanted: Condvar::new(),
            answered: Condvar::new(),
            is_over: AtomicBool::new(false),
            counters: Counters::default(),
            options,
        });
        #[cfg(feature = "dns")]
        {
            worker::start(&shared)?;
            let patience = AtomicU64::new(0);
            Ok(Self(Arc::new(Asked { shared, patience })))
        }
        #[cfg(not(feature = "dns"))]
        {
            drop(shared);
            Err(DnsError("this build lacks the feature dns".to_owned()))
        }
    }

    /// Lets flows wait for names that are asked for, all of them together no longer than this: for callers that
    /// have no stream to keep up with.
    pub fn set_patience(&self, longest: Duration) {
        let nanos = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
        self.0.patience.store(nanos, Ordering::Relaxed);
    }

    /// The name of an address, if it is known already; else it is asked for, and this returns at once, unless
    /// flows [may wait](Self::set_patience).
    #[must_use]
    pub fn name(&self, address: IpAddr) -> Option<Arc<str>> {
        let address = address.to_canonical();
        if !is_of_a_host(address) {
            return None;
        }
        let shared = &self.0.shared;
        let mut state = shared.lock();
        let mut known = state.cache.get(address, Instant::now());
        if known.is_none() {
            if state.queue.len() >= shared.options.queue {
                Counters::add(&shared.counters.left_out);
                return None;
            }
            state.cache.ask(address);
            state.queue.push_back(address);
            shared.wanted.notify_one();
            known = Some(Known::Asked);
        }
        if matches!(known, Some(Known::Asked)) {
            known = self.await_answer(state, address);
        }
        match known {
            Some(Known::Name(name)) => Some(name),
            Some(Known::Nothing) => None,
            Some(Known::Asked) | None => {
                Counters::add(&shared.counters.late);
                None
            }
        }
    }

    /// What is known of an address that was asked for, after as much waiting as is allowed.
    fn await_answer(&self, state: MutexGuard<'_, State>, address: IpAddr) -> Option<Known> {
        let patience = Duration::from_nanos(self.0.patience.load(Ordering::Relaxed));
        if patience.is_zero() {
            return Some(Known::Asked);
        }
        let started = Instant::now();
        let is_open =
            |state: &mut State| matches!(state.cache.get(address, started), Some(Known::Asked));
        let answered = &self.0.shared.answered;
        let waited = answered.wait_timeout_while(state, patience, is_open);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let left = patience.saturating_sub(started.elapsed());
        self.set_patience(left);
        state.cache.get(address, started)
    }

    /// The servers and limits.
    #[must_use]
    pub fn options(&self) -> &DnsOptions {
        &self.0.shared.options
    }

    /// What was asked so far.
    #[must_use]
    pub fn counts(&self) -> DnsCounts {
        let counters = &self.0.shared.counters;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        DnsCounts {
            queries: read(&counters.queries),
            names: read(&counters.names),
            nameless: read(&counters.nameless),
            failures: read(&counters.failures),
            left_out: read(&counters.left_out),
            late: read(&counters.late),
        }
    }
}

/// Multicast, broadcast and unspecified addresses have no host whose name could be asked for.
const fn is_of_a_host(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            !address.is_unspecified() && !address.is_multicast() && !address.is_broadcast()
        }
        IpAddr::V6(address) => !address.is_unspecified() && !address.is_multicast(),
    }
}

/// Shows the servers and limits alone: a reload compares them to find whether the options have changed.
impl fmt::Debug for HostNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HostNames").field(self.options()).finish()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counters {
    fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // With the lock, so that no thread is between its look at the flag and its wait.
        drop(self.shared.lock());
        self.shared.wanted.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::name_servers;

    #[test]
    fn servers_of_the_system_are_read() {
        let text = "# made by hand\nsearch example.net\nnameserver 192.0.2.53 # first\n\
                    nameserver\t2001:db8::53\nnameserver fe80::1%eth0\noptions ndots:2\nnameserver\n";
        let servers: Vec<_> = name_servers(text).iter().map(ToString::to_string).collect();
        assert_eq!(servers, ["192.0.2.53:53", "[2001:db8::53]:53"]);
        assert_eq!(name_servers(""), []);
    }
}
