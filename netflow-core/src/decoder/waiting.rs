//! Data that arrived before its template, kept until that arrives (bounded in
//! octets and in time).

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use crate::header::MessageHeader;
use crate::time::{Timestamp, nanos};

/// One waiting data set.
#[derive(Debug, Clone)]
pub(super) struct WaitingSet {
    pub(super) id: u16,
    pub(super) header: MessageHeader,
    pub(super) offset: usize,
    pub(super) body: Box<[u8]>,
}

impl GivenUp {
    /// One set that could not even be kept.
    pub(super) fn of(set: &WaitingSet) -> Self {
        Self {
            sets: 1,
            octets: set.body.len(),
        }
    }

    /// Both together.
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            sets: self.sets.saturating_add(other.sets),
            octets: self.octets.saturating_add(other.octets),
        }
    }
}

/// The data sets of one observation domain that wait, oldest first.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    sets: VecDeque<WaitingEntry>,
    octets: usize,
    gave_up: bool,
}

/// A set with its id beside it: a search for an id passes all of them, and one
/// message may contain thousands of templates.
type WaitingEntry = (u16, Box<WaitingSet>);

/// What was discarded to make room or because of its age.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct GivenUp {
    pub(super) sets: usize,
    pub(super) octets: usize,
}

impl Waiting {
    /// Octets of memory that all of it takes.
    pub(super) fn memory(&self) -> usize {
        let queue = self
            .sets
            .capacity()
            .saturating_mul(size_of::<WaitingEntry>());
        self.held().saturating_add(queue)
    }

    /// Octets of that memory that are in use.
    fn used(&self) -> usize {
        let queue = self.sets.len().saturating_mul(size_of::<WaitingEntry>());
        self.held().saturating_add(queue)
    }

    /// Octets of the sets themselves.
    fn held(&self) -> usize {
        let sets = self.sets.len().saturating_mul(size_of::<WaitingSet>());
        self.octets.saturating_add(sets)
    }

    /// Octets that must be free to keep this set.
    pub(super) fn room_for(&self, set: &WaitingSet) -> usize {
        let capacity = self.sets.capacity();
        let growth = if self.sets.len() < capacity {
            0
        } else {
            // Queues double.
            let places = capacity.saturating_mul(2).max(4);
            places.saturating_mul(size_of::<WaitingEntry>())
        };
        set.body
            .len()
            .saturating_add(size_of::<WaitingSet>())
            .saturating_add(growth)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// All sets, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &WaitingSet> {
        self.sets.iter().map(|(_, set)| &**set)
    }

    /// Whether this set waits already, and not only one like it.
    pub(super) fn holds(&self, set: &WaitingSet) -> bool {
        let place = |set: &WaitingSet| {
            let header = &set.header;
            (
                header.received,
                header.datagram_id(),
                header.offset,
                set.offset,
            )
        };
        // Most likely one of the newest.
        let mut alike = self.sets.iter().rev().filter(|(id, _)| *id == set.id);
        alike.any(|(_, known)| place(known) == place(set) && known.body == set.body)
    }

    /// The sets of the messages with this sequence number, newest first.
    pub(super) fn of(&mut self, number: u32) -> impl Iterator<Item = &mut WaitingSet> {
        let sets = self.sets.iter_mut().rev().map(|(_, set)| &mut **set);
        sets.filter(move |set| set.header.sequence == Some(number))
    }

    /// Records that a set could not be kept.
    pub(super) const fn refuse(&mut self) {
        self.gave_up = true;
    }

    /// Whether any set was discarded since the last call.
    pub(super) const fn gave_up(&mut self) -> bool {
        core::mem::replace(&mut self.gave_up, false)
    }

    /// Keeps a set, and discards the oldest ones beyond the limit.
    pub(super) fn push(&mut self, set: WaitingSet, limit: usize) -> GivenUp {
        self.octets = self.octets.saturating_add(set.body.len());
        self.sets.push_back((set.id, Box::new(set)));
        let mut given_up = GivenUp::default();
        while self.used() > limit {
            if !self.drop_oldest(&mut given_up) {
                break;
            }
        }
        given_up
    }

    /// Discards what has waited for longer than this.
    pub(super) fn expire(&mut self, now: Timestamp, lifetime: Option<Duration>) -> GivenUp {
        let mut given_up = GivenUp::default();
        let Some(lifetime) = lifetime.map(nanos) else {
            return given_up;
        };
        while let Some((_, oldest)) = self.sets.front() {
            let old = now.nanos_since(oldest.header.received) > lifetime;
            if !old || !self.drop_oldest(&mut given_up) {
                break;
            }
        }
        given_up
    }

    fn drop_oldest(&mut self, given_up: &mut GivenUp) -> bool {
        let Some((_, oldest)) = self.sets.pop_front() else {
            return false;
        };
        self.gave_up = true;
        self.octets = self.octets.saturating_sub(oldest.body.len());
        given_up.sets = given_up.sets.saturating_add(1);
        given_up.octets = given_up.octets.saturating_add(oldest.body.len());
        true
    }

    /// The sets that wait for this template, oldest first.
    pub(super) fn take(&mut self, id: u16) -> Vec<WaitingSet> {
        let mut taken = Vec::new();
        if !self.sets.iter().any(|(known, _)| *known == id) {
            return taken;
        }
        for _ in 0..self.sets.len() {
            match self.sets.pop_front() {
                Some((known, set)) if known == id => {
                    self.octets = self.octets.saturating_sub(set.body.len());
                    taken.push(*set);
                }
                Some(place) => self.sets.push_back(place),
                None => break,
            }
        }
        if self.sets.is_empty() {
            self.sets = VecDeque::new();
        }
        taken
    }
}
