//! What is known of each observation domain of each exporter.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::limits::{Limits, SessionScope};
use super::waiting::Waiting;
use crate::datagram::{Datagram, Protocol, Transport};
use crate::element::Taught;
use crate::exporter::{Exporter, Sequence, Sources};
use crate::hash::KeyedHash;
use crate::header::MessageHeader;
use crate::table::Table;
use crate::template::Templates;
use crate::time::Timestamp;

/// Whose state it is: exporter, protocol and observation domain never share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SessionKey {
    pub(super) address: IpAddr,
    /// The source port if it is part of the session, else 0.
    pub(super) port: u16,
    pub(super) protocol: Protocol,
    pub(super) observation_domain: u32,
    /// The address the sFlow agent gives itself.
    pub(super) agent: Option<IpAddr>,
}

impl SessionKey {
    pub(super) fn new(
        datagram: &Datagram<'_>,
        scope: SessionScope,
        header: &MessageHeader,
    ) -> Self {
        let with_port = scope == SessionScope::Transport || datagram.transport == Transport::Stream;
        Self {
            address: datagram.exporter.ip().to_canonical(),
            port: if with_port {
                datagram.exporter.port()
            } else {
                0
            },
            protocol: header.protocol,
            observation_domain: header.observation_domain,
            agent: header.agent_address,
        }
    }
}

/// One observation domain.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) templates: Templates,
    pub(super) taught: Taught,
    /// Shared with the message that is being looked at, and copied if it
    /// changes meanwhile.
    pub(super) exporter: Arc<Exporter>,
    pub(super) waiting: Waiting,
    pub(super) sequence: Sequence,
    pub(super) sources: Sources,
    pub(super) messages: u64,
    pub(super) first_received: Timestamp,
    pub(super) last_received: Timestamp,
    pub(super) clock_skew: Option<i64>,
    used: u64,
    /// Octets of memory as charged.
    octets: usize,
}

impl Session {
    /// Notes that a message came.
    pub(super) fn seen(&mut self, received: Timestamp, clock_skew: Option<i64>) {
        if self.messages == 0 {
            self.first_received = received;
        }
        self.messages = self.messages.saturating_add(1);
        self.last_received = received;
        self.clock_skew = clock_skew;
    }

    /// Octets of memory as charged.
    pub(super) const fn octets(&self) -> usize {
        self.octets
    }

    /// Octets of memory it takes.
    fn memory(&self) -> usize {
        size_of::<Self>()
            .saturating_add(self.templates.memory())
            .saturating_add(self.taught.memory())
            .saturating_add(self.exporter.memory())
            .saturating_add(self.waiting.memory())
            .saturating_add(self.sources.memory())
    }
}

/// All observation domains, within the budget.
#[derive(Debug)]
pub(super) struct Sessions {
    sessions: Table<SessionKey, Box<Session>>,
    hash: KeyedHash,
    /// Counts uses, so that the oldest can be told.
    clock: u64,
    /// Octets that the domains take as charged, without the table of them.
    domains: usize,
    budget: usize,
    domain_budget: usize,
}

impl Sessions {
    pub(super) fn new(limits: &Limits) -> Self {
        let hash = KeyedHash::new(limits.hash_seed);
        Self {
            sessions: Table::new(hash),
            hash,
            clock: 0,
            domains: 0,
            budget: limits.state_octets,
            domain_budget: limits.domain_octets,
        }
    }

    /// Makes the observation domain if it is new, and tells how many others
    /// had to be forgotten for it.
    pub(super) fn enter(&mut self, key: SessionKey) -> usize {
        self.clock = self.clock.wrapping_add(1);
        if let Some(session) = self.sessions.get_mut(&key) {
            session.used = self.clock;
            return 0;
        }
        let mut session = Box::new(Session {
            templates: Templates::new(self.hash),
            taught: Taught::new(self.hash),
            exporter: Arc::new(Exporter::new(self.hash)),
            waiting: Waiting::default(),
            sequence: Sequence::default(),
            sources: Sources::new(self.hash),
            messages: 0,
            first_received: Timestamp::default(),
            last_received: Timestamp::default(),
            clock_skew: None,
            used: self.clock,
            octets: 0,
        });
        session.octets = session.memory();
        let growth = self.sessions.growth();
        let evicted = self.make_room(session.octets.saturating_add(growth), &key);
        self.domains = self.domains.saturating_add(session.octets);
        self.sessions.insert(key, session);
        evicted
    }

    pub(super) fn get(&self, key: &SessionKey) -> Option<&Session> {
        self.sessions.get(key).map(|session| &**session)
    }

    /// Whether a domain may keep so many octets more. Others are forgotten for
    /// them if need be: how many is told.
    pub(super) fn reserve(&mut self, key: &SessionKey, octets: usize) -> Option<usize> {
        let session = self.sessions.get(key)?;
        if session.octets.saturating_add(octets) > self.domain_budget {
            return None;
        }
        let evicted = self.make_room(octets, key);
        (self.octets().saturating_add(octets) <= self.budget).then_some(evicted)
    }

    /// Changes of a domain what takes no memory.
    pub(super) fn touch<T>(
        &mut self,
        key: &SessionKey,
        change: impl FnOnce(&mut Session) -> T,
    ) -> Option<T> {
        self.sessions.get_mut(key).map(|session| change(session))
    }

    /// Changes a domain, and charges what it takes then.
    pub(super) fn change<T>(
        &mut self,
        key: &SessionKey,
        change: impl FnOnce(&mut Session) -> T,
    ) -> Option<T> {
        let session = self.sessions.get_mut(key)?;
        let result = change(session);
        let memory = session.memory();
        self.domains = self
            .domains
            .saturating_sub(session.octets)
            .saturating_add(memory);
        session.octets = memory;
        Some(result)
    }

    /// Forgets what came from this address and port.
    pub(super) fn end(&mut self, address: IpAddr, port: u16) {
        let domains = &mut self.domains;
        self.sessions.retain(|key, session| {
            let keep = key.address != address || key.port != port;
            if !keep {
                *domains = domains.saturating_sub(session.octets);
            }
            keep
        });
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&SessionKey, &Session)> {
        self.sessions.iter().map(|(key, session)| (key, &**session))
    }

    pub(super) fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Octets of memory as charged.
    pub(super) fn octets(&self) -> usize {
        self.domains.saturating_add(self.sessions.memory())
    }

    /// Forgets the domains not used for longest until so many octets are free,
    /// at least an eighth of all domains, so that a flood of new ones costs
    /// each of them little. `keep` stays.
    fn make_room(&mut self, octets: usize, keep: &SessionKey) -> usize {
        if self.octets().saturating_add(octets) <= self.budget {
            return 0;
        }
        let mut uses: Vec<(u64, usize)> = self
            .sessions
            .iter()
            .filter(|(key, _)| *key != keep)
            .map(|(_, session)| (session.used, session.octets))
            .collect();
        uses.sort_unstable();
        let eighth = uses.len().div_ceil(8);
        let mut freed = 0_usize;
        let mut newest = None;
        for (index, (used, session)) in uses.iter().enumerate() {
            let left = self.octets().saturating_sub(freed).saturating_add(octets);
            if index >= eighth && left <= self.budget {
                break;
            }
            freed = freed.saturating_add(*session);
            newest = Some(*used);
        }
        let before = self.sessions.len();
        if let Some(newest) = newest {
            self.sessions
                .retain(|key, session| key == keep || session.used > newest);
        }
        self.domains = self.domains.saturating_sub(freed);
        before.saturating_sub(self.sessions.len())
    }
}
