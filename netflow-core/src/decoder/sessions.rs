//! The observation domains of all exporters, within the budget of memory.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::ops::Range;

use super::limits::Limits;
use super::neighbours::Neighbours;
use super::session::{Session, SessionId};
use crate::domain::DomainKey;
use crate::exporter::Exporter;
use crate::hash::KeyedHash;
use crate::table::Table;

/// Ticks of the usage clock reserved for the domains of a snapshot.
#[derive(Debug)]
pub(super) struct ReservedTicks {
    all: Range<u64>,
    left: Range<u64>,
}

/// All observation domains, within the budget.
#[derive(Debug)]
pub(super) struct Sessions {
    /// The index of each domain: one look-up per message.
    indices: Table<DomainKey, usize>,
    sessions: Vec<Option<Box<Session>>>,
    /// Unused indices.
    free: Vec<usize>,
    /// The domains of each exporter, where their options apply to each other.
    neighbours: Option<Neighbours>,
    hash: KeyedHash,
    /// Whether numbers that decrease are a restart of their exporter.
    detects_restarts: bool,
    /// The domain of the last message: often that of the next one too.
    last: SessionId,
    /// A tick for each use, so that the domain unused for longest can be found.
    clock: u64,
    /// Octets charged to the domains, without the tables that list them.
    domains: usize,
    budget: usize,
    domain_budget: usize,
}

impl Sessions {
    pub(super) fn new(limits: &Limits) -> Self {
        let hash = KeyedHash::new(limits.hash_seed);
        Self {
            indices: Table::new(hash),
            sessions: Vec::new(),
            free: Vec::new(),
            neighbours: None,
            hash,
            detects_restarts: true,
            last: SessionId(usize::MAX),
            clock: 0,
            domains: 0,
            budget: limits.state_octets,
            domain_budget: limits.domain_octets,
        }
    }

    /// Groups the domains by exporter from now on, those already known included.
    pub(super) fn keep_neighbours(&mut self, keep: bool) {
        self.neighbours = keep.then(|| {
            let mut neighbours = Neighbours::new(self.hash);
            for (index, session) in self.sessions.iter().enumerate() {
                if let Some(session) = session {
                    neighbours.insert(&session.key, index);
                }
            }
            neighbours
        });
    }

    /// Sets whether numbers that decrease are a restart, also for the domains already known.
    pub(super) fn detect_restarts(&mut self, detects: bool) {
        self.detects_restarts = detects;
        for session in self.sessions.iter_mut().flatten() {
            session.detect_restarts(detects);
        }
    }

    /// Whether the domains are grouped by exporter.
    pub(super) const fn has_neighbours(&self) -> bool {
        self.neighbours.is_some()
    }

    /// The exporter's other domains that announced something, if domains are grouped.
    pub(super) fn neighbours(&self, key: &DomainKey) -> impl Iterator<Item = &Arc<Exporter>> {
        let neighbours = self.neighbours.as_ref();
        let indices = neighbours.map_or(&[][..], |neighbours| neighbours.get(key));
        let sessions = indices
            .iter()
            .filter_map(|index| self.get(SessionId(*index)));
        let others = sessions.filter(move |session| session.key != *key);
        let exporters = others.map(|session| &session.exporter);
        exporters.filter(|exporter| !exporter.is_empty())
    }

    /// The observation domain of the last message, if the next one is of it too.
    #[inline]
    pub(super) fn enter_again(
        &mut self,
        is_same: impl FnOnce(&DomainKey) -> bool,
    ) -> Option<SessionId> {
        let (last, clock) = (self.last, self.clock.wrapping_add(1));
        let again = self.touch(last, |session| {
            let is_same = is_same(&session.key);
            if is_same {
                session.used = clock;
            }
            is_same
        });
        again.filter(|again| *again)?;
        self.clock = clock;
        Some(last)
    }

    /// The observation domain, created if it is new, and how many others had to
    /// be forgotten for it.
    pub(super) fn enter(&mut self, key: DomainKey) -> (SessionId, usize) {
        self.clock = self.clock.wrapping_add(1);
        let clock = self.clock;
        if let Some(index) = self.indices.get(&key) {
            let id = SessionId(*index);
            self.touch(id, |session| session.used = clock);
            self.last = id;
            return (id, 0);
        }
        let session = self.session(key, clock);
        let room = session.octets.saturating_add(self.growth());
        let evicted = self.make_room(room, None);
        let id = self.insert(session);
        self.last = id;
        (id, evicted)
    }

    /// A domain without state.
    fn session(&self, key: DomainKey, used: u64) -> Box<Session> {
        let mut session = Session::new(key, used, self.hash);
        session.detect_restarts(self.detects_restarts);
        session
    }

    /// The observation domain of a snapshot, created if it is new and no other
    /// has to be forgotten for it. `ticks` are reserved for the domains of the
    /// snapshot, none of which may be duplicated.
    pub(super) fn admit(&mut self, key: DomainKey, ticks: &mut ReservedTicks) -> Option<SessionId> {
        if let Some(index) = self.indices.get(&key) {
            let id = SessionId(*index);
            let used = self.get(id)?.used;
            if ticks.all.contains(&used) {
                return None;
            }
            let used = ticks.left.next_back()?;
            self.touch(id, |session| session.used = used);
            return Some(id);
        }
        let session = self.session(key, ticks.left.next_back()?);
        let room = session.octets.saturating_add(self.growth());
        let left = self.budget.checked_sub(self.octets())?;
        (room <= left).then(|| self.insert(session))
    }

    /// Reserves `count` ticks, later than all before. The latest is used first.
    pub(super) fn reserve_ticks(&mut self, count: u64) -> ReservedTicks {
        let first = self.clock.saturating_add(1);
        self.clock = self.clock.saturating_add(count);
        let all = first..self.clock.saturating_add(1);
        ReservedTicks {
            left: all.clone(),
            all,
        }
    }

    /// Whether a domain may keep this many more octets without another being
    /// forgotten for them.
    pub(super) fn has_room(&self, id: SessionId, octets: usize) -> bool {
        let fits = |taken: usize, budget| taken.saturating_add(octets) <= budget;
        fits(self.octets(), self.budget)
            && self
                .get(id)
                .is_some_and(|session| fits(session.octets, self.domain_budget))
    }

    /// Stores a domain and returns its index.
    fn insert(&mut self, session: Box<Session>) -> SessionId {
        let key = session.key;
        self.domains = self.domains.saturating_add(session.octets);
        let index = self.free.pop().unwrap_or(self.sessions.len());
        match self.sessions.get_mut(index) {
            Some(free) => *free = Some(session),
            None => self.sessions.push(Some(session)),
        }
        self.indices.insert(key, index);
        if let Some(neighbours) = &mut self.neighbours {
            neighbours.insert(&key, index);
        }
        SessionId(index)
    }

    #[inline]
    pub(super) fn get(&self, id: SessionId) -> Option<&Session> {
        self.sessions.get(id.0)?.as_deref()
    }

    /// The observation domain of this key, if it is known.
    pub(super) fn of(&self, key: &DomainKey) -> Option<&Session> {
        self.get(SessionId(*self.indices.get(key)?))
    }

    /// Makes room for this many more octets of a domain, and returns how many
    /// others were forgotten for them; `None` if the domain may not keep them.
    pub(super) fn reserve(&mut self, id: SessionId, octets: usize) -> Option<usize> {
        let session = self.get(id)?;
        if session.octets.saturating_add(octets) > self.domain_budget {
            return None;
        }
        let evicted = self.make_room(octets, Some(id));
        (self.octets().saturating_add(octets) <= self.budget).then_some(evicted)
    }

    /// Changes a part of a domain that takes no memory.
    #[inline]
    pub(super) fn touch<T>(
        &mut self,
        id: SessionId,
        change: impl FnOnce(&mut Session) -> T,
    ) -> Option<T> {
        self.sessions.get_mut(id.0)?.as_deref_mut().map(change)
    }

    /// Changes a domain, and charges the memory it takes afterwards.
    pub(super) fn change<T>(
        &mut self,
        id: SessionId,
        change: impl FnOnce(&mut Session) -> T,
    ) -> Option<T> {
        let session = self.sessions.get_mut(id.0)?.as_deref_mut()?;
        let result = change(session);
        let memory = session.memory();
        self.domains = self
            .domains
            .saturating_sub(session.octets)
            .saturating_add(memory);
        session.octets = memory;
        Some(result)
    }

    /// Forgets the domains of this address and port.
    pub(super) fn end(&mut self, exporter: SocketAddr) {
        self.retain(|_, session| session.key.exporter != exporter);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Session> {
        self.sessions.iter().flatten().map(AsRef::as_ref)
    }

    pub(super) fn len(&self) -> usize {
        self.indices.len()
    }

    /// Octets of memory as charged.
    pub(super) fn octets(&self) -> usize {
        self.domains
            .saturating_add(self.indices.memory())
            .saturating_add(self.sessions.capacity().saturating_mul(SLOT))
            .saturating_add(self.free.capacity().saturating_mul(SLOT))
            .saturating_add(self.neighbours.as_ref().map_or(0, Neighbours::memory))
    }

    /// Octets that must be free for one more domain. The list of unused indices
    /// is never longer than that of domains.
    fn growth(&self) -> usize {
        let doubled = |len: usize, capacity: usize| {
            let full = len >= capacity;
            let indices = if full {
                capacity.saturating_mul(2).max(4)
            } else {
                0
            };
            indices.saturating_mul(SLOT)
        };
        let slots = if self.free.is_empty() {
            doubled(self.sessions.len(), self.sessions.capacity())
        } else {
            0
        };
        let neighbours = self.neighbours.as_ref().map_or(0, Neighbours::growth);
        self.indices
            .growth()
            .saturating_add(slots)
            .saturating_add(neighbours)
    }

    /// Forgets the domains that are not to be kept.
    fn retain(&mut self, mut keep: impl FnMut(SessionId, &Session) -> bool) {
        for (index, slot) in self.sessions.iter_mut().enumerate() {
            let forgotten = slot.take_if(|session| !keep(SessionId(index), session));
            if let Some(session) = forgotten {
                self.indices.remove(&session.key);
                if let Some(neighbours) = &mut self.neighbours {
                    neighbours.remove(&session.key, index);
                }
                self.free.push(index);
                self.domains = self.domains.saturating_sub(session.octets);
            }
        }
    }

    /// Forgets the domains unused for longest until this many octets are free,
    /// at least an eighth of all domains: in a flood of new domains the cost of
    /// this search is shared by many of them. `kept` stays.
    fn make_room(&mut self, octets: usize, kept: Option<SessionId>) -> usize {
        if self.octets().saturating_add(octets) <= self.budget {
            return 0;
        }
        let mut uses: Vec<(u64, usize)> = self
            .iter()
            .map(|session| (session.used, session.octets))
            .collect();
        uses.sort_unstable();
        let eighth = uses.len().div_ceil(8);
        let mut left = self.octets().saturating_add(octets);
        let mut newest = None;
        for (index, (used, session)) in uses.iter().enumerate() {
            if index >= eighth && left <= self.budget {
                break;
            }
            left = left.saturating_sub(*session);
            newest = Some(*used);
        }
        let before = self.len();
        if let Some(newest) = newest {
            self.retain(|id, session| Some(id) == kept || session.used > newest);
        }
        before.saturating_sub(self.len())
    }
}

/// Octets of an entry of the list of domains, and of that of unused indices.
const SLOT: usize = size_of::<Option<Box<Session>>>();
