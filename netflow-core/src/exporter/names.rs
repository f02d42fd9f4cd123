//! Names that options give to interfaces, VRFs and applications.

use alloc::boxed::Box;
use core::borrow::Borrow;
use core::hash::Hash;

use hashbrown::HashMap;

use crate::hash::KeyedHash;
use crate::value::Text;

/// The names that one observation domain taught.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    pub(crate) interfaces: NameTable<u32>,
    pub(crate) vrfs: NameTable<u32>,
    /// By the applicationId as it is sent (RFC 6759).
    pub(crate) applications: NameTable<Box<[u8]>>,
}

impl Names {
    pub(super) fn new(hash: KeyedHash) -> Self {
        Self {
            interfaces: NameTable::new(hash),
            vrfs: NameTable::new(hash),
            applications: NameTable::new(hash),
        }
    }

    pub(super) const fn memory(&self) -> usize {
        self.interfaces
            .octets
            .saturating_add(self.vrfs.octets)
            .saturating_add(self.applications.octets)
    }
}

/// Names by number.
#[derive(Debug, Clone)]
pub(crate) struct NameTable<K> {
    names: HashMap<K, Box<[u8]>, KeyedHash>,
    octets: usize,
}

impl<K: Eq + Hash> NameTable<K> {
    /// Octets that an entry takes besides its name: tables are at most 7/8
    /// full and double.
    const ENTRY: usize = size_of::<(K, Box<[u8]>)>().saturating_mul(3);

    fn new(hash: KeyedHash) -> Self {
        Self {
            names: HashMap::with_hasher(hash),
            octets: 0,
        }
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

    /// Gives a number a name; the last one stands.
    pub(super) fn insert(&mut self, number: K, name: &[u8]) {
        self.octets = self.octets.saturating_add(name.len());
        match self.names.insert(number, name.into()) {
            Some(old) => self.octets = self.octets.saturating_sub(old.len()),
            None => self.octets = self.octets.saturating_add(Self::ENTRY),
        }
    }
}
