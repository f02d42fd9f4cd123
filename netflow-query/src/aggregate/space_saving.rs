//! Groups in bounded memory: exact while they fit, then space-saving.

use alloc::boxed::Box;
use alloc::collections::BinaryHeap;
use alloc::collections::binary_heap::PeekMut;
use alloc::vec::Vec;
use core::cmp::Reverse;

use hashbrown::HashTable;
use netflow_core::KeyedHash;

use super::encoded::{GroupKey, KeyBuilder};
use super::series::{self, INTERVALS};
use super::{Group, Sum, Sums};

/// Octets that a group takes besides those of a long key: in the list and the table, which have up to twice as much
/// room as is used, and in the order by size.
const OVERHEAD: usize = 2 * (size_of::<KnownGroup>() + 2 * size_of::<usize>()) + size_of::<Sized>();
/// Octets that a series takes, likewise.
const SERIES: usize = 2 * size_of::<[u64; INTERVALS]>();

/// The size of a group when it was last looked at, and its index.
type Sized = (u64, usize);

/// The groups that there are.
#[derive(Debug)]
pub(super) struct BoundedGroups {
    order: Sum,
    memory_limit: usize,
    memory: usize,
    hash: KeyedHash,
    /// The index of each group, by the hash of its key.
    by_key: HashTable<usize>,
    groups: Vec<KnownGroup>,
    /// That of each group, if they are wanted.
    series: Option<Vec<[u64; INTERVALS]>>,
    /// The smallest groups first, once they no longer fit in memory. Groups only grow, and are put in their new
    /// place when they are the first: so adding to one costs nothing here.
    by_size: Option<BinaryHeap<Reverse<Sized>>>,
    /// Number of groups that were known at one time, those that made room among them.
    most: usize,
}

#[derive(Debug, Clone)]
struct KnownGroup {
    key: GroupKey,
    /// That of the key.
    hash: u64,
    sums: Sums,
    error: u64,
}

impl BoundedGroups {
    pub(super) const fn new(order: Sum, memory_limit: usize, hash: KeyedHash) -> Self {
        Self {
            order,
            memory_limit,
            memory: 0,
            hash,
            by_key: HashTable::new(),
            groups: Vec::new(),
            series: None,
            by_size: None,
            most: 0,
        }
    }

    /// The same, which also have series if these are wanted.
    pub(super) fn with_series(mut self, is_wanted: bool) -> Self {
        self.series = is_wanted.then(Vec::new);
        self
    }

    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    /// Number of groups that there are at least.
    pub(super) fn least_count(&self) -> usize {
        self.most.max(self.groups.len())
    }

    /// Adds to a group, and to an interval of its series, if it has one.
    #[inline]
    pub(super) fn add(&mut self, key: &KeyBuilder, sums: Sums, interval: Option<usize>) {
        let hash = key.hash(self.hash);
        let groups = &self.groups;
        let is_same = |index: &usize| groups.get(*index).is_some_and(|group| key.is(&group.key));
        let known = self.by_key.find(hash, is_same).copied();
        let index = match known {
            Some(index) => {
                if let Some(group) = self.groups.get_mut(index) {
                    group.sums.add(sums);
                }
                index
            }
            None => self.add_new(key, hash, sums),
        };
        if let (Some(all), Some(place)) = (&mut self.series, interval) {
            if let Some(series) = all.get_mut(index) {
                series::add(series, place, sums.get(self.order));
            }
        }
    }

    /// Adds a group, which may have to replace another. Returns its index.
    fn add_new(&mut self, key: &KeyBuilder, hash: u64, sums: Sums) -> usize {
        let needed = self.memory_of(key.heap());
        let is_room = self.memory.saturating_add(needed) <= self.memory_limit;
        let group = KnownGroup {
            key: key.key(),
            hash,
            sums,
            error: 0,
        };
        if is_room || self.groups.is_empty() {
            self.memory = self.memory.saturating_add(needed);
            self.insert(group)
        } else {
            self.replace(group, needed)
        }
    }

    fn insert(&mut self, mut group: KnownGroup) -> usize {
        let (hash, index) = (group.hash, self.groups.len());
        // It may have been here before, and have made room for another: keys differ in length.
        if let Some((smallest, _)) = self.smallest() {
            group.raise(self.order, smallest);
        }
        if let Some(by_size) = &mut self.by_size {
            by_size.push(Reverse((group.sums.get(self.order), index)));
        }
        self.groups.push(group);
        if let Some(series) = &mut self.series {
            series.push([0; INTERVALS]);
        }
        self.place(hash, index);
        index
    }

    /// Replaces the smallest group: the new one may already have been as large.
    fn replace(&mut self, mut group: KnownGroup, needed: usize) -> usize {
        if self.by_size.is_none() {
            self.by_size = Some(sizes(&self.groups, self.order));
        }
        let Some((smallest, index)) = self.smallest() else {
            return usize::MAX;
        };
        let hash = group.hash;
        group.raise(self.order, smallest);
        self.most = self.most.max(self.groups.len().saturating_add(1));
        let Some(place) = self.groups.get_mut(index) else {
            return usize::MAX;
        };
        let replaced = core::mem::replace(place, group);
        let freed = self.memory_of(replaced.key.heap());
        self.memory = self.memory.saturating_sub(freed).saturating_add(needed);
        if let Ok(entry) = self
            .by_key
            .find_entry(replaced.hash, |known| *known == index)
        {
            entry.remove();
        }
        if let Some(series) = self.series.as_mut().and_then(|all| all.get_mut(index)) {
            *series = [0; INTERVALS];
        }
        self.place(hash, index);
        index
    }

    /// Makes a group found by its key.
    fn place(&mut self, hash: u64, index: usize) {
        let groups = &self.groups;
        let hash_of = |index: &usize| groups.get(*index).map_or(0, |group| group.hash);
        self.by_key.insert_unique(hash, index, hash_of);
    }

    /// The smallest group, if they no longer fit in memory.
    fn smallest(&mut self) -> Option<Sized> {
        let by_size = self.by_size.as_mut()?;
        loop {
            let mut first = by_size.peek_mut()?;
            let Reverse((size, index)) = *first;
            let now = self.groups.get(index)?.sums.get(self.order);
            if now == size {
                return Some((size, index));
            }
            *first = Reverse((now, index));
            drop::<PeekMut<'_, _>>(first);
        }
    }

    /// The most that a group which is not here can have; 0 while all are.
    fn least(&self) -> u64 {
        let sizes = self.groups.iter().map(|group| group.sums.get(self.order));
        let is_bounded = self.by_size.is_some();
        sizes.min().filter(|_| is_bounded).unwrap_or(0)
    }

    /// The group with the same key as one of another, whose hashes may have another seed.
    fn same(&self, of: &KnownGroup) -> Option<&KnownGroup> {
        let is_same = |index: &usize| {
            self.groups
                .get(*index)
                .is_some_and(|group| group.key == of.key)
        };
        let index = self.by_key.find(of.key.hash(self.hash), is_same)?;
        self.groups.get(*index)
    }

    /// Adds the groups of another. A group that only one of them has may have been in the other too, at
    /// most as large as the smallest that it kept. Series are dropped.
    pub(super) fn merge(&mut self, other: &Self) {
        let order = self.order;
        let (left, right) = (self.least(), other.least());
        let is_bounded = self.by_size.is_some() || other.by_size.is_some();
        let mut groups = self.groups.clone();
        for group in &mut groups {
            match other.same(group) {
                Some(same) => {
                    group.sums.add(same.sums);
                    group.error = group.error.saturating_add(same.error);
                }
                None => group.raise(order, right),
            }
        }
        for group in &other.groups {
            if self.same(group).is_none() {
                let mut group = group.clone();
                group.hash = group.key.hash(self.hash);
                group.raise(order, left);
                groups.push(group);
            }
        }
        self.series = None;
        self.most = self.most.max(other.most).max(groups.len());
        self.keep_largest(groups, is_bounded);
    }

    /// Makes these the groups: all of them, or the largest that fit in memory.
    fn keep_largest(&mut self, mut groups: Vec<KnownGroup>, is_bounded: bool) {
        let order = self.order;
        let octets = groups.iter().map(|group| self.memory_of(group.key.heap()));
        self.memory = octets.fold(0, usize::saturating_add);
        let is_bounded = is_bounded || self.memory > self.memory_limit;
        if self.memory > self.memory_limit {
            groups.sort_unstable_by_key(|group| Reverse(group.sums.get(order)));
            while self.memory > self.memory_limit && groups.len() > 1 {
                let dropped = groups.pop();
                let octets = dropped.map_or(0, |group| self.memory_of(group.key.heap()));
                self.memory = self.memory.saturating_sub(octets);
            }
        }
        self.by_size = is_bounded.then(|| sizes(&groups, order));
        self.groups = groups;
        self.by_key.clear();
        for index in 0..self.groups.len() {
            let group = self.groups.get(index);
            let hash = group.map_or(0, |group| group.hash);
            self.place(hash, index);
        }
    }

    /// Makes one interval of each two in all series.
    pub(super) fn halve(&mut self) {
        self.series.iter_mut().flatten().for_each(series::halve);
    }

    /// The largest groups, the largest first; groups of equal size are ordered by their values.
    pub(super) fn top(&self, count: usize) -> Vec<Group> {
        let mut groups: Vec<(usize, &KnownGroup)> = self.groups.iter().enumerate().collect();
        let order = |(_, group): &(usize, &KnownGroup)| Reverse(group.sums.get(self.order));
        let compare = |one: &(usize, &KnownGroup), other: &(usize, &KnownGroup)| {
            let keys = || one.1.key.octets().cmp(other.1.key.octets());
            order(one).cmp(&order(other)).then_with(keys)
        };
        if count < groups.len() {
            groups.select_nth_unstable_by(count, compare);
            groups.truncate(count);
        }
        groups.sort_unstable_by(compare);
        let series = |index: usize| self.series.as_ref()?.get(index).copied();
        let shown = groups.into_iter().map(|(index, group)| Group {
            values: group.key.values(),
            sums: group.sums,
            error: group.error,
            series: series(index).map(Box::new),
        });
        shown.collect()
    }

    /// Octets that a group with so many on the heap takes.
    const fn memory_of(&self, heap: usize) -> usize {
        let series = if self.series.is_some() { SERIES } else { 0 };
        heap.saturating_add(OVERHEAD).saturating_add(series)
    }
}

/// The groups in order of their sizes.
fn sizes(groups: &[KnownGroup], order: Sum) -> BinaryHeap<Reverse<Sized>> {
    let sizes = groups.iter().map(|group| group.sums.get(order));
    sizes.zip(0..).map(Reverse).collect()
}

impl KnownGroup {
    /// Makes the ordering sum larger by what it may have missed.
    fn raise(&mut self, order: Sum, missed: u64) {
        let sum = match order {
            Sum::Octets => &mut self.sums.octets,
            Sum::Packets => &mut self.sums.packets,
            Sum::Flows => &mut self.sums.flows,
        };
        *sum = sum.saturating_add(missed);
        self.error = self.error.saturating_add(missed);
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;
    use std::collections::HashMap;

    use netflow_core::KeyedHash;

    use super::{BoundedGroups, OVERHEAD};
    use crate::aggregate::encoded::KeyBuilder;
    use crate::aggregate::{Group, GroupValue, Sum, Sums};

    fn groups(order: Sum, limit: usize) -> BoundedGroups {
        BoundedGroups::new(order, limit, KeyedHash::new(0x5eed))
    }

    fn key(value: &GroupValue) -> KeyBuilder {
        let mut key = KeyBuilder::new();
        key.push(value);
        key
    }

    fn number(number: u64) -> KeyBuilder {
        key(&GroupValue::Unsigned(number))
    }

    fn sums(octets: u64) -> Sums {
        Sums {
            octets,
            packets: 1,
            flows: 1,
        }
    }

    /// Keys of a Zipf distribution: key k comes about 1/k as often as key 1.
    fn zipf(count: usize) -> impl Iterator<Item = u64> {
        let mut state = 0x5eed_u64;
        core::iter::repeat_with(move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let uniform = f64::from(u32::try_from(state >> 32).unwrap()) / f64::from(u32::MAX);
            // The inverse of the distribution function over 1 to 100,000.
            let key = (uniform * 100_000_f64.ln()).exp();
            format_key(key)
        })
        .take(count)
    }

    fn format_key(key: f64) -> u64 {
        std::format!("{key:.0}").parse().unwrap()
    }

    /// The first value of each group, its octets and their bound.
    fn found(top: &[Group]) -> Vec<(&GroupValue, u64, u64)> {
        top.iter()
            .map(|group| (&group.values[0], group.sums.octets, group.error))
            .collect()
    }

    #[test]
    fn sums_are_exact_while_groups_fit() {
        let mut groups = groups(Sum::Octets, 1 << 30);
        for (key, octets) in [(1, 5), (2, 7), (1, 3), (3, 7)] {
            groups.add(&number(key), sums(octets), None);
        }
        assert_eq!(
            found(&groups.top(2)),
            [
                (&GroupValue::Unsigned(1), 8, 0),
                (&GroupValue::Unsigned(2), 7, 0)
            ]
        );
    }

    #[test]
    fn the_largest_groups_of_a_zipf_distribution_are_right_within_the_bound() {
        let limit = 1 << 20;
        let mut groups = groups(Sum::Octets, limit);
        let mut exact: HashMap<u64, u64> = HashMap::new();
        for key in zipf(400_000) {
            groups.add(&number(key), sums(100), None);
            *exact.entry(key).or_default() += 100;
        }
        assert!(exact.len() > 20_000, "{} keys", exact.len());
        assert!(groups.len() <= limit / OVERHEAD);
        let mut largest: Vec<_> = exact.iter().map(|(key, octets)| (*octets, *key)).collect();
        largest.sort_unstable_by(|one, other| other.cmp(one));
        let top = groups.top(10);
        for (group, (octets, key)) in top.iter().zip(&largest) {
            assert_eq!(*group.values, [GroupValue::Unsigned(*key)]);
            assert!(group.sums.octets >= *octets);
            assert!(group.sums.octets - group.error <= *octets);
        }
    }

    #[test]
    fn merged_groups_are_right_within_the_sum_of_their_bounds() {
        let limit = 1 << 16;
        let mut exact: HashMap<u64, u64> = HashMap::new();
        let mut parts: Vec<_> = (0..4).map(|_| groups(Sum::Octets, limit)).collect();
        for (count, key) in zipf(100_000).enumerate() {
            parts[count % 4].add(&number(key), sums(100), None);
            *exact.entry(key).or_default() += 100;
        }
        let mut merged = groups(Sum::Octets, limit);
        parts.iter().for_each(|part| merged.merge(part));
        assert!(merged.len() <= limit / OVERHEAD);
        assert!(merged.least_count() > merged.len());
        let least = merged.least();
        assert!(least > 0);
        for group in merged.top(usize::MAX) {
            let GroupValue::Unsigned(key) = group.values[0] else {
                panic!("{group:?}");
            };
            let octets = exact.remove(&key).unwrap_or_default();
            assert!(group.sums.octets >= octets, "{group:?} {octets}");
            assert!(
                group.sums.octets - group.error <= octets,
                "{group:?} {octets}"
            );
        }
        // No group that is missing is larger than the smallest that was kept.
        assert!(exact.values().all(|octets| *octets <= least));
    }

    #[test]
    fn merged_groups_that_fit_are_exact() {
        let mut merged = groups(Sum::Octets, 1 << 20);
        for part in [[(1, 5), (2, 7)], [(2, 1), (3, 4)]] {
            let mut groups = groups(Sum::Octets, 1 << 20);
            for (key, octets) in part {
                groups.add(&number(key), sums(octets), None);
            }
            merged.merge(&groups);
        }
        assert_eq!(
            found(&merged.top(3)),
            [
                (&GroupValue::Unsigned(2), 8, 0),
                (&GroupValue::Unsigned(1), 5, 0),
                (&GroupValue::Unsigned(3), 4, 0)
            ]
        );
    }

    #[test]
    fn a_group_that_made_room_for_a_shorter_key_returns_with_a_bound() {
        let text = |text: &str| key(&GroupValue::Text(text.into()));
        let (long, other) = ("x".repeat(400), "y".repeat(400));
        let limit = 2 * OVERHEAD + text(&long).heap() + text(&other).heap();
        let mut groups = groups(Sum::Octets, limit);
        for (key, octets) in [(&*long, 10), (&*other, 50), ("a", 1), ("b", 1), (&*long, 1)] {
            groups.add(&text(key), sums(octets), None);
        }
        for (key, octets) in [(&*long, 11), (&*other, 50), ("a", 1), ("b", 1)] {
            let (key, octets) = (text(key), octets);
            let group = groups.groups.iter().find(|group| key.is(&group.key));
            assert!(
                group.is_none_or(|group| group.sums.octets >= octets
                    && group.sums.octets - group.error <= octets),
                "{group:?} {octets}"
            );
        }
    }

    #[test]
    fn a_limit_that_fits_nothing_keeps_one_group() {
        let mut groups = groups(Sum::Flows, 0);
        for key in 0..5 {
            groups.add(&number(key), sums(1), None);
        }
        assert_eq!(groups.len(), 1);
        assert_eq!(groups.top(1)[0].sums.flows, 5);
        assert_eq!(groups.top(1)[0].error, 4);
    }
}
