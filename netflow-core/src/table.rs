//! A hash table that reports the memory it takes, and would take with one more
//! entry.

use core::hash::Hash;

use hashbrown::{Equivalent, HashMap};

use crate::hash::KeyedHash;

/// A keyed hash table whose memory is charged by capacity.
#[derive(Debug, Clone)]
pub(crate) struct Table<K, V> {
    map: HashMap<K, V, KeyedHash>,
}

impl<K: Eq + Hash, V> Table<K, V> {
    pub(crate) fn new(hash: KeyedHash) -> Self {
        Self {
            map: HashMap::with_hasher(hash),
        }
    }

    /// Octets that the table takes, used or not; not what its entries point to.
    pub(crate) fn memory(&self) -> usize {
        self.map.allocation_size()
    }

    /// Octets that must be free to insert one more: none, or those of the
    /// larger table into which all entries move.
    pub(crate) fn growth(&self) -> usize {
        self.growth_by(1)
    }

    /// Octets that must be free to insert this many more.
    pub(crate) fn growth_by(&self, more: usize) -> usize {
        let len = self.map.len().saturating_add(more);
        if len <= self.map.capacity() {
            return 0;
        }
        // Tables are filled to 7/8 of a power of two, which has 4 at least, and
        // have a control octet for each slot.
        let places = len.saturating_mul(8).div_ceil(7).max(4).next_power_of_two();
        let entry = size_of::<(K, V)>().saturating_add(1);
        // A table that entries were removed from may double before it is full.
        let doubled = self.memory().saturating_mul(2);
        places
            .saturating_mul(entry)
            .saturating_add(CONTROL)
            .max(doubled)
    }

    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    #[inline]
    pub(crate) fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.get(key)
    }

    #[inline]
    pub(crate) fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.get_mut(key)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.map.insert(key, value)
    }

    /// The value of this key, by one look-up; inserted if there is none.
    pub(crate) fn get_or_insert_with(&mut self, key: K, value: impl FnOnce() -> V) -> &mut V {
        self.map.entry(key).or_insert_with(value)
    }

    pub(crate) fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.remove(key)
    }

    /// Removes all entries and keeps their memory.
    pub(crate) fn clear(&mut self) {
        self.map.clear();
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&K, &mut V) -> bool) {
        self.map.retain(keep);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.map.iter()
    }
}

/// Octets at the end of a table that are read but never filled, and those by
/// which its parts are aligned.
const CONTROL: usize = 32;

#[cfg(test)]
mod tests {
    use super::Table;
    use crate::hash::KeyedHash;

    #[test]
    fn growth_is_reported_before_it_happens() {
        let mut table = Table::new(KeyedHash::new(1));
        for key in 0..10_000_u64 {
            let (before, growth) = (table.memory(), table.growth());
            table.insert(key, [0_u8; 24]);
            if growth == 0 {
                assert_eq!(table.memory(), before);
            } else {
                assert!(table.memory() > before);
                assert!(table.memory() <= growth, "{} {growth}", table.memory());
                assert!(growth <= table.memory() + 64);
            }
        }
    }
}
