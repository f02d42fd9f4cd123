//! What the tests share: reading sources until something has happened.

use core::net::SocketAddr;
use core::time::Duration;
use std::time::Instant;

use netflow_core::Transport;
use netflow_io::live::{Live, LiveOptions, LiveSource};
use netflow_io::{Arrival, Datagrams};

/// How long a test waits for what has to happen. It is long because a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a source returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Datagram {
        exporter: SocketAddr,
        transport: Transport,
        payload: Vec<u8>,
    },
    Ended(SocketAddr),
}

/// Options with a short pause before a source reports that nothing comes.
pub(crate) fn options() -> LiveOptions {
    let mut options = LiveOptions::new();
    options.idle = Duration::from_millis(20);
    options
}

/// A collector of one worker, its source, and the address of its first listener.
pub(crate) fn collector(options: &LiveOptions) -> (Live, LiveSource, SocketAddr) {
    let mut live = Live::bind(options).unwrap();
    let source = live.take_sources().pop().unwrap();
    let address = live.listeners()[0].address;
    (live, source, address)
}

/// Reads a source until `done` says so of what was seen, or panics after a long time.
pub(crate) fn until(source: &mut LiveSource, mut done: impl FnMut(&[Seen]) -> bool) -> Vec<Seen> {
    let mut seen = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    while !done(&seen) {
        assert!(
            Instant::now() < deadline,
            "nothing arrived in time, after {seen:?}"
        );
        match source.next_arrival() {
            Some(arrival) => seen.extend(Seen::of(&arrival.unwrap())),
            None => panic!("the source has ended after {seen:?}"),
        }
    }
    seen
}

/// Reads a source to its end.
pub(crate) fn rest(source: &mut LiveSource) -> Vec<Seen> {
    let mut seen = Vec::new();
    while let Some(arrival) = source.next_arrival() {
        seen.extend(Seen::of(&arrival.unwrap()));
    }
    seen
}

impl Seen {
    pub(crate) fn of(arrival: &Arrival<'_>) -> Option<Self> {
        match arrival {
            Arrival::Datagram(datagram) => Some(Self::Datagram {
                exporter: datagram.exporter,
                transport: datagram.transport,
                payload: datagram.payload.to_vec(),
            }),
            Arrival::SessionEnded(peer) => Some(Self::Ended(*peer)),
            _ => None,
        }
    }

    pub(crate) fn payload(&self) -> &[u8] {
        match self {
            Self::Datagram { payload, .. } => payload,
            Self::Ended(_) => &[],
        }
    }
}

/// An IPFIX message of this length, at least 16.
pub(crate) fn ipfix(length: u16, fill: u8) -> Vec<u8> {
    let mut message = vec![fill; length.into()];
    message[..2].copy_from_slice(&10_u16.to_be_bytes());
    message[2..4].copy_from_slice(&length.to_be_bytes());
    message
}
