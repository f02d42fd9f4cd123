//! What is known of each observation domain of each exporter.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::ops::Range;

use super::limits::Limits;
use super::neighbours::Neighbours;
use super::payloads::RecentPayloads;
use super::waiting::Waiting;
use crate::domain::DomainKey;
use crate::element::Taught;
use crate::exporter::{CountingScheme, Exporter, Sequence, Sources};
use crate::hash::KeyedHash;
use crate::table::Table;
use crate::template::Templates;
use crate::time::Timestamp;

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
    pub(super) payloads: RecentPayloads,
    pub(super) sources: Sources,
    pub(super) messages: u64,
    pub(super) first_received: Timestamp,
    pub(super) last_received: Timestamp,
    pub(super) clock_skew: Option<i64>,
    /// Fields of templates that may be compiled anew for types taught since.
    pub(super) refinable: usize,
    /// Data sets that were looked at, or passed over, for what they show of the exporter.
    pub(super) sets: u32,
    key: DomainKey,
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

    /// Whose state it is.
    pub(super) const fn key(&self) -> &DomainKey {
        &self.key
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
            .saturating_add(self.payloads.memory())
    }
}

/// The place of an observation domain, until another message is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SessionId(usize);

/// Uses set apart for the domains of a snapshot.
#[derive(Debug)]
pub(super) struct Uses {
    all: Range<u64>,
    left: Range<u64>,
}

/// All observation domains, within the budget.
#[derive(Debug)]
pub(super) struct Sessions {
    /// Where each domain has its place: one look-up a message.
    places: Table<DomainKey, usize>,
    sessions: Vec<Option<Box<Session>>>,
    /// Places that nobody has.
    free: Vec<usize>,
    /// The domains of each exporter, where their options apply to each other.
    neighbours: Option<Neighbours>,
    hash: KeyedHash,
    /// The domain of the last message: often that of the next one too.
    last: SessionId,
    /// Counts uses, so that the oldest can be told.
    clock: u64,
    /// Octets that the domains take as charged, without the tables of them.
    domains: usize,
    budget: usize,
    domain_budget: usize,
}

impl Sessions {
    pub(super) fn new(limits: &Limits) -> Self {
        let hash = KeyedHash::new(limits.hash_seed);
        Self {
            places: Table::new(hash),
            sessions: Vec::new(),
            free: Vec::new(),
            neighbours: None,
            hash,
            last: SessionId(usize::MAX),
            clock: 0,
            domains: 0,
            budget: limits.state_octets,
            domain_budget: limits.domain_octets,
        }
    }

    /// Keeps the domains of each exporter together from now on: those that are known already
    /// too.
    pub(super) fn keep_neighbours(&mut self, keep: bool) {
        self.neighbours = keep.then(|| {
            let mut neighbours = Neighbours::new(self.hash);
            for (place, session) in self.sessions.iter().enumerate() {
                if let Some(session) = session {
                    neighbours.insert(&session.key, place);
                }
            }
            neighbours
        });
    }

    /// The domains of each exporter are kept together.
    pub(super) const fn has_neighbours(&self) -> bool {
        self.neighbours.is_some()
    }

    /// The other domains of the exporter that announced something, where that applies to it.
    pub(super) fn neighbours(&self, key: &DomainKey) -> impl Iterator<Item = &Arc<Exporter>> {
        let neighbours = self.neighbours.as_ref();
        let places = neighbours.map_or(&[][..], |neighbours| neighbours.get(key));
        let sessions = places
            .iter()
            .filter_map(|place| self.get(SessionId(*place)));
        let others = sessions.filter(move |session| session.key != *key);
        let exporters = others.map(|session| &session.exporter);
        exporters.filter(|exporter| !exporter.is_empty())
    }

    /// The observation domain, made if it is new, and how many others had to
    /// be forgotten for it.
    pub(super) fn enter(&mut self, key: DomainKey) -> (SessionId, usize) {
        self.clock = self.clock.wrapping_add(1);
        let clock = self.clock;
        let last = self.last;
        let again = self.touch(last, |session| {
            let is_same = session.key == key;
            if is_same {
                session.used = clock;
            }
            is_same
        });
        if again == Some(true) {
            return (last, 0);
        }
        if let Some(place) = self.places.get(&key) {
            let id = SessionId(*place);
            self.touch(id, |session| session.used = clock);
            self.last = id;
            return (id, 0);
        }
        let session = self.made(key, clock);
        let room = session.octets.saturating_add(self.growth());
        let evicted = self.make_room(room, None);
        let id = self.keep(session);
        self.last = id;
        (id, evicted)
    }

    /// The observation domain that a snapshot holds, made if it is new and no
    /// other has to be forgotten for it. `uses` are set apart for the domains
    /// of the snapshot, of which none may come twice.
    pub(super) fn admit(&mut self, key: DomainKey, uses: &mut Uses) -> Option<SessionId> {
        if let Some(place) = self.places.get(&key) {
            let id = SessionId(*place);
            let used = self.get(id)?.used;
            if uses.all.contains(&used) {
                return None;
            }
            let used = uses.left.next_back()?;
            self.touch(id, |session| session.used = used);
            return Some(id);
        }
        let session = self.made(key, uses.left.next_back()?);
        let room = session.octets.saturating_add(self.growth());
        let left = self.budget.checked_sub(self.octets())?;
        (room <= left).then(|| self.keep(session))
    }

    /// Sets so many uses apart, later than all before. They are taken from the
    /// last on.
    pub(super) fn set_apart(&mut self, count: u64) -> Uses {
        let first = self.clock.saturating_add(1);
        self.clock = self.clock.saturating_add(count);
        let all = first..self.clock.saturating_add(1);
        Uses {
            left: all.clone(),
            all,
        }
    }

    /// Whether a domain may keep so many octets more, and no other has to be
    /// forgotten for them.
    pub(super) fn has_room(&self, id: SessionId, octets: usize) -> bool {
        let fits = |taken: usize, budget| taken.saturating_add(octets) <= budget;
        fits(self.octets(), self.budget)
            && self
                .get(id)
                .is_some_and(|session| fits(session.octets, self.domain_budget))
    }

    fn made(&self, key: DomainKey, used: u64) -> Box<Session> {
        let mut session = Box::new(Session {
            templates: Templates::new(self.hash),
            taught: Taught::new(self.hash),
            exporter: Arc::new(Exporter::new(self.hash)),
            waiting: Waiting::default(),
            payloads: RecentPayloads::new(self.hash),
            sequence: Sequence::new(CountingScheme::of_protocol(key.protocol)),
            sources: Sources::new(self.hash),
            messages: 0,
            first_received: Timestamp::default(),
            last_received: Timestamp::default(),
            clock_skew: None,
            refinable: 0,
            sets: 0,
            key,
            used,
            octets: 0,
        });
        session.octets = session.memory();
        session
    }

    /// Gives a domain its place.
    fn keep(&mut self, session: Box<Session>) -> SessionId {
        let key = session.key;
        self.domains = self.domains.saturating_add(session.octets);
        let place = self.free.pop().unwrap_or(self.sessions.len());
        match self.sessions.get_mut(place) {
            Some(free) => *free = Some(session),
            None => self.sessions.push(Some(session)),
        }
        self.places.insert(key, place);
        if let Some(neighbours) = &mut self.neighbours {
            neighbours.insert(&key, place);
        }
        SessionId(place)
    }

    #[inline]
    pub(super) fn get(&self, id: SessionId) -> Option<&Session> {
        self.sessions.get(id.0)?.as_deref()
    }

    /// Whether a domain may keep so many octets more. Others are forgotten for
    /// them if need be: how many is told.
    pub(super) fn reserve(&mut self, id: SessionId, octets: usize) -> Option<usize> {
        let session = self.get(id)?;
        if session.octets.saturating_add(octets) > self.domain_budget {
            return None;
        }
        let evicted = self.make_room(octets, Some(id));
        (self.octets().saturating_add(octets) <= self.budget).then_some(evicted)
    }

    /// Changes of a domain what takes no memory.
    #[inline]
    pub(super) fn touch<T>(
        &mut self,
        id: SessionId,
        change: impl FnOnce(&mut Session) -> T,
    ) -> Option<T> {
        self.sessions.get_mut(id.0)?.as_deref_mut().map(change)
    }

    /// Changes a domain, and charges what it takes then.
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

    /// Forgets what came from this address and port.
    pub(super) fn end(&mut self, exporter: SocketAddr) {
        self.retain(|_, session| session.key.exporter != exporter);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Session> {
        self.sessions.iter().flatten().map(AsRef::as_ref)
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Octets of memory as charged.
    pub(super) fn octets(&self) -> usize {
        self.domains
            .saturating_add(self.places.memory())
            .saturating_add(self.sessions.capacity().saturating_mul(SLOT))
            .saturating_add(self.free.capacity().saturating_mul(SLOT))
            .saturating_add(self.neighbours.as_ref().map_or(0, Neighbours::memory))
    }

    /// Octets that must be free for one domain more. There are never more
    /// free places than places.
    fn growth(&self) -> usize {
        let doubled = |len: usize, capacity: usize| {
            let full = len >= capacity;
            let places = if full {
                capacity.saturating_mul(2).max(4)
            } else {
                0
            };
            places.saturating_mul(SLOT)
        };
        let slots = if self.free.is_empty() {
            doubled(self.sessions.len(), self.sessions.capacity())
        } else {
            0
        };
        let neighbours = self.neighbours.as_ref().map_or(0, Neighbours::growth);
        self.places
            .growth()
            .saturating_add(slots)
            .saturating_add(neighbours)
    }

    /// Forgets the domains that are not to be kept.
    fn retain(&mut self, mut keep: impl FnMut(SessionId, &Session) -> bool) {
        for (place, slot) in self.sessions.iter_mut().enumerate() {
            let forgotten = slot.take_if(|session| !keep(SessionId(place), session));
            if let Some(session) = forgotten {
                self.places.remove(&session.key);
                if let Some(neighbours) = &mut self.neighbours {
                    neighbours.remove(&session.key, place);
                }
                self.free.push(place);
                self.domains = self.domains.saturating_sub(session.octets);
            }
        }
    }

    /// Forgets the domains not used for longest until so many octets are free,
    /// at least an eighth of all domains, so that a flood of new ones costs
    /// each of them little. `kept` stays.
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

/// Octets of a place and of the note that it is free.
const SLOT: usize = size_of::<Option<Box<Session>>>();
