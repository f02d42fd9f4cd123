//! What TCP streams and SCTP associations have in common: their ends, the messages they have
//! just completed, and a bounded table of their states.

use alloc::collections::{BTreeMap, VecDeque};
use core::net::SocketAddr;
use core::ops::Range;
use std::collections::HashMap;

use netflow_core::Timestamp;
use netflow_core::packet::Tunnel;

/// One direction of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Endpoints {
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
}

/// Which packet, when it was captured, and inside what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Captured {
    pub(crate) frame: u64,
    pub(crate) time: Timestamp,
    pub(crate) tunnel: Option<Tunnel>,
    /// Its frame has Juniper's link type.
    pub(crate) is_juniper: bool,
}

/// A whole message.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) ends: Endpoints,
    pub(crate) captured: Captured,
    /// It is the first of a connection that was seen to begin.
    pub(crate) begins_session: bool,
    /// Its octets in [`Messages::octets`].
    pub(crate) octets: Range<usize>,
}

/// The messages that are whole and have not been returned.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    ready: VecDeque<Ready>,
    octets: Vec<u8>,
}

impl Messages {
    /// Adds a message of a connection.
    pub(crate) fn push(
        &mut self,
        ends: Endpoints,
        captured: Captured,
        begins_session: bool,
        message: &[u8],
    ) {
        let start = self.octets.len();
        self.octets.extend_from_slice(message);
        self.ready.push_back(Ready {
            ends,
            captured,
            begins_session,
            octets: start..self.octets.len(),
        });
    }

    /// The oldest message.
    pub(crate) fn pop(&mut self) -> Option<Ready> {
        self.ready.pop_front()
    }

    /// Drops the octets of messages that were returned, if no others wait.
    pub(crate) fn clear_if_empty(&mut self) {
        if self.ready.is_empty() {
            self.octets.clear();
        }
    }

    /// The octets of a message.
    pub(crate) fn octets(&self, octets: Range<usize>) -> &[u8] {
        self.octets.get(octets).unwrap_or_default()
    }
}

/// What a connection holds.
pub(crate) trait Cost {
    /// Octets, with what its structures take.
    fn cost(&self) -> usize;
}

/// The states of connections, bounded in number and octets.
#[derive(Debug)]
pub(crate) struct Connections<T> {
    states: HashMap<Endpoints, (u64, T)>,
    /// The connections in the order of their last use.
    order: BTreeMap<u64, Endpoints>,
    uses: u64,
    octets: usize,
    count_limit: usize,
    octet_limit: usize,
}

impl<T: Cost> Connections<T> {
    /// None yet, and no more than these.
    pub(crate) fn new(count_limit: usize, octet_limit: usize) -> Self {
        Self {
            states: HashMap::new(),
            order: BTreeMap::new(),
            uses: 0,
            octets: 0,
            count_limit: count_limit.max(1),
            octet_limit,
        }
    }

    /// Whether there was none so far.
    pub(crate) const fn is_unused(&self) -> bool {
        self.uses == 0
    }

    /// Removes the state of a connection, for the time it is used.
    pub(crate) fn remove(&mut self, ends: &Endpoints) -> Option<T> {
        let (used, state) = self.states.remove(ends)?;
        self.order.remove(&used);
        self.octets = self.octets.saturating_sub(state.cost());
        Some(state)
    }

    /// Keeps the state of a connection that was just used.
    pub(crate) fn insert(&mut self, ends: Endpoints, state: T) {
        self.uses = self.uses.saturating_add(1);
        self.octets = self.octets.saturating_add(state.cost());
        self.order.insert(self.uses, ends);
        self.states.insert(ends, (self.uses, state));
    }

    /// Removes the connection that was idle for longest, if there are too many or they hold too
    /// much.
    pub(crate) fn evict(&mut self) -> Option<(Endpoints, T)> {
        let is_full = self.states.len() > self.count_limit || self.octets > self.octet_limit;
        is_full.then(|| self.remove_idle())?
    }

    /// Removes the connection that was idle for longest.
    pub(crate) fn remove_idle(&mut self) -> Option<(Endpoints, T)> {
        let (_, ends) = self.order.first_key_value()?;
        let ends = *ends;
        Some((ends, self.remove(&ends)?))
    }
}
