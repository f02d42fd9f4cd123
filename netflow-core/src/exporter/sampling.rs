//! Sampling as options announce it (RFC 3954, section 8; RFC 5477, section 8).

use crate::hash::KeyedHash;
use crate::table::Table;

/// The sampling rates that one observation domain announced: one packet of so
/// many was counted.
#[derive(Debug, Clone)]
pub(crate) struct Samplers {
    rates: Table<SamplerKey, Announced>,
}

/// A rate as options announced it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Announced {
    /// One packet of so many.
    pub(crate) rate: u64,
    /// The caller's number of the datagram that first told it.
    pub(crate) frame: u64,
}

/// What an announced sampling rate belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SamplerKey {
    /// samplerId (element 48).
    Sampler(u64),
    /// selectorId (element 302).
    Selector(u64),
    /// An interface.
    Interface(u32),
    /// The whole observation domain.
    Exporter,
}

impl Samplers {
    pub(super) fn new(hash: KeyedHash) -> Self {
        Self {
            rates: Table::new(hash),
        }
    }

    pub(super) fn memory(&self) -> usize {
        self.rates.memory()
    }

    /// Octets that must be free to take one more rate.
    pub(super) fn growth(&self) -> usize {
        self.rates.growth()
    }

    /// No option announced a rate.
    pub(crate) fn is_empty(&self) -> bool {
        self.rates.is_empty()
    }

    /// The rate announced for this; 0 is none.
    pub(crate) fn get(&self, key: SamplerKey) -> Option<Announced> {
        if self.is_empty() {
            return None;
        }
        self.rates.get(&key).copied()
    }

    /// The last announcement stands.
    pub(super) fn insert(&mut self, key: SamplerKey, announced: Announced) {
        self.rates.insert(key, announced);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (SamplerKey, Announced)> {
        self.rates.iter().map(|(key, announced)| (*key, *announced))
    }
}
