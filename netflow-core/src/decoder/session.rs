//! What is known of each observation domain of each exporter.

use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashMap;

use super::limits::{Limits, SessionScope};
use crate::datagram::{Datagram, Protocol, Transport};
use crate::exporter::Exporter;
use crate::hash::KeyedHash;
use crate::template::{Known, Templates};

/// Whose state it is: exporter, protocol and observation domain never share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SessionKey {
    pub(super) address: IpAddr,
    /// The source port if it is part of the session, else 0.
    pub(super) port: u16,
    pub(super) protocol: Protocol,
    pub(super) observation_domain: u32,
}

impl SessionKey {
    pub(super) fn new(
        datagram: &Datagram<'_>,
        scope: SessionScope,
        protocol: Protocol,
        observation_domain: u32,
    ) -> Self {
        let with_port = scope == SessionScope::Transport || datagram.transport == Transport::Stream;
        Self {
            address: datagram.exporter.ip().to_canonical(),
            port: if with_port {
                datagram.exporter.port()
            } else {
                0
            },
            protocol,
            observation_domain,
        }
    }
}

/// One observation domain.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) templates: Templates,
    pub(super) exporter: Exporter,
    used: u64,
    octets: usize,
}

/// All observation domains, within the budget.
#[derive(Debug)]
pub(super) struct Sessions {
    sessions: HashMap<SessionKey, Session, KeyedHash>,
    hash: KeyedHash,
    /// Counts uses, so that the oldest can be told.
    clock: u64,
    octets: usize,
    budget: usize,
}

/// Octets that an entry of a table takes besides its template.
const ENTRY: usize = size_of::<(u16, Known)>().saturating_mul(2);
/// Octets that an observation domain takes besides its templates.
const SESSION: usize = size_of::<(SessionKey, Session)>().saturating_mul(2);

impl Sessions {
    pub(super) fn new(limits: &Limits) -> Self {
        let hash = KeyedHash::new(limits.hash_seed);
        Self {
            sessions: HashMap::with_hasher(hash),
            hash,
            clock: 0,
            octets: 0,
            budget: limits.state_octets,
        }
    }

    /// The observation domain, made if it is new, and how many others had to
    /// be forgotten for it.
    pub(super) fn enter(&mut self, key: SessionKey) -> (&mut Session, usize) {
        self.clock = self.clock.wrapping_add(1);
        let evicted = if self.sessions.contains_key(&key) {
            0
        } else {
            self.make_room(SESSION, &key)
        };
        let (clock, hash) = (self.clock, self.hash);
        let octets = &mut self.octets;
        let session = self.sessions.entry(key).or_insert_with(|| {
            *octets = octets.saturating_add(SESSION);
            Session {
                templates: Templates::new(hash),
                exporter: Exporter::default(),
                used: clock,
                octets: SESSION,
            }
        });
        session.used = clock;
        (session, evicted)
    }

    /// Puts a template in force in a domain that was entered. `None` if there
    /// is no room for it even alone; else how many domains were forgotten.
    pub(super) fn insert(&mut self, key: &SessionKey, known: Known) -> Option<usize> {
        let octets = known.template.memory().saturating_add(ENTRY);
        let evicted = self.make_room(octets, key);
        if self.octets.saturating_add(octets) > self.budget {
            return None;
        }
        let session = self.sessions.get_mut(key)?;
        let replaced = session
            .templates
            .insert(known)
            .map_or(0, |known| known.template.memory().saturating_add(ENTRY));
        session.octets = session
            .octets
            .saturating_add(octets)
            .saturating_sub(replaced);
        self.octets = self.octets.saturating_add(octets).saturating_sub(replaced);
        Some(evicted)
    }
}

impl Sessions {
    pub(super) fn get_mut(&mut self, key: &SessionKey) -> Option<&mut Session> {
        self.sessions.get_mut(key)
    }

    /// Withdraws one template; false if it was not known.
    pub(super) fn withdraw(&mut self, key: &SessionKey, id: u16) -> bool {
        let Some(session) = self.sessions.get_mut(key) else {
            return false;
        };
        let Some(known) = session.templates.withdraw(id) else {
            return false;
        };
        let freed = known.template.memory().saturating_add(ENTRY);
        session.octets = session.octets.saturating_sub(freed);
        self.octets = self.octets.saturating_sub(freed);
        true
    }

    /// Withdraws all data templates or all options templates.
    pub(super) fn withdraw_all(&mut self, key: &SessionKey, options: bool) {
        if let Some(session) = self.sessions.get_mut(key) {
            let before = session.templates.len();
            let freed = session.templates.withdraw_all(options);
            let gone = before.saturating_sub(session.templates.len());
            let freed = freed.saturating_add(gone.saturating_mul(ENTRY));
            session.octets = session.octets.saturating_sub(freed);
            self.octets = self.octets.saturating_sub(freed);
        }
    }

    /// Forgets what came from this address and port.
    pub(super) fn end(&mut self, address: IpAddr, port: u16) {
        let octets = &mut self.octets;
        self.sessions.retain(|key, session| {
            let keep = key.address != address || key.port != port;
            if !keep {
                *octets = octets.saturating_sub(session.octets);
            }
            keep
        });
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&SessionKey, &Session)> {
        self.sessions.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Octets of memory as charged.
    pub(super) const fn octets(&self) -> usize {
        self.octets
    }

    /// Forgets the domains not used for longest until so many octets are free,
    /// at least an eighth of all domains, so that a flood of new ones costs
    /// each of them little. `keep` stays.
    fn make_room(&mut self, octets: usize, keep: &SessionKey) -> usize {
        if self.octets.saturating_add(octets) <= self.budget {
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
            let left = self.octets.saturating_sub(freed).saturating_add(octets);
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
        self.octets = self.octets.saturating_sub(freed);
        before.saturating_sub(self.sessions.len())
    }
}
