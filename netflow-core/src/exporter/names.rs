//! Names that options give to interfaces, VRFs, applications and samplers.

use alloc::boxed::Box;
use core::borrow::Borrow;
use core::hash::Hash;

use super::SamplerKey;
use crate::hash::KeyedHash;
use crate::table::Table;
use crate::value::Text;

/// The names that one observation domain taught.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    pub(crate) interfaces: NameTable<u32>,
    pub(crate) vrfs: NameTable<u32>,
    /// By the applicationId as it is sent (RFC 6759).
    pub(crate) applications: NameTable<Box<[u8]>>,
    /// Of samplers and selectors only.
    pub(crate) samplers: NameTable<SamplerKey>,
}

impl Names {
    pub(super) fn new(hash: KeyedHash) -> Self {
        Self {
            interfaces: NameTable::new(hash),
            vrfs: NameTable::new(hash),
            applications: NameTable::new(hash),
            samplers: NameTable::new(hash),
        }
    }

    pub(super) fn memory(&self) -> usize {
        self.interfaces
            .memory()
            .saturating_add(self.vrfs.memory())
            .saturating_add(self.applications.memory())
            .saturating_add(self.samplers.memory())
    }

    /// Octets that must be free for the tables to take one more name each.
    pub(super) fn growth(&self) -> usize {
        self.interfaces
            .names
            .growth()
            .saturating_add(self.vrfs.names.growth())
            .saturating_add(self.applications.names.growth())
            .saturating_add(self.samplers.names.growth())
    }
}

/// Names by number.
#[derive(Debug, Clone)]
pub(crate) struct NameTable<K> {
    names: Table<K, Box<[u8]>>,
    octets: usize,
}

impl<K: Eq + Hash> NameTable<K> {
    fn new(hash: KeyedHash) -> Self {
        Self {
            names: Table::new(hash),
            octets: 0,
        }
    }

    fn memory(&self) -> usize {
        self.octets.saturating_add(self.names.memory())
    }

    /// The name of a number.
    pub(crate) fn get<Q>(&self, number: &Q) -> Option<Text<'_>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.names.get(number).map(|name| Text::new(name))
    }

    /// Whether this name is known already, as it is when options come again.
    pub(super) fn has<Q>(&self, number: &Q, name: &[u8]) -> bool
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.names.get(number).is_some_and(|known| **known == *name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, Text<'_>)> {
        self.names
            .iter()
            .map(|(number, name)| (number, Text::new(name)))
    }

    /// All numbers and their names as they were sent, in no order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&K, &[u8])> {
        self.names
            .iter()
            .map(|(number, name)| (number, name.as_ref()))
    }

    /// Gives a number a name, and tells whether it had none; the last one
    /// stands.
    pub(super) fn insert(&mut self, number: K, name: &[u8]) -> bool {
        self.octets = self.octets.saturating_add(name.len());
        let old = self.names.insert(number, name.into());
        let freed = old.as_ref().map_or(0, |old| old.len());
        self.octets = self.octets.saturating_sub(freed);
        old.is_none()
    }

    /// Charges what the numbers themselves point to.
    pub(super) fn charge(&mut self, octets: usize) {
        self.octets = self.octets.saturating_add(octets);
    }
}
