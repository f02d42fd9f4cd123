//! Groups in bounded memory: exact while they fit, then space-saving.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::key::GroupValue;
use super::series::{self, INTERVALS, Series};
use super::{Group, Sum, Sums};

/// Octets that a group takes in the tree, the list and the order besides its key, generously.
const OVERHEAD: usize = 160;

/// The groups that there are. A tree, not a hash table: keys are chosen by who sends flows.
#[derive(Debug)]
pub(super) struct BoundedGroups {
    order: Sum,
    memory_limit: usize,
    memory: usize,
    by_key: BTreeMap<Arc<[GroupValue]>, usize>,
    groups: Vec<Group>,
    /// Groups ordered by size, once they no longer fit in memory.
    by_size: Option<BTreeSet<(u64, usize)>>,
}

impl BoundedGroups {
    pub(super) const fn new(order: Sum, memory_limit: usize) -> Self {
        Self {
            order,
            memory_limit,
            memory: 0,
            by_key: BTreeMap::new(),
            groups: Vec::new(),
            by_size: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    /// Adds to a group, and to an interval of its series, if it has one.
    pub(super) fn add(&mut self, key: &[GroupValue], sums: Sums, interval: Option<usize>) {
        let order = self.order;
        if let Some(index) = self.by_key.get(key).copied() {
            self.update(index, |group| {
                group.sums.add(sums);
                if let (Some(series), Some(place)) = (&mut group.series, interval) {
                    series::add(series, place, sums.get(order));
                }
            });
            return;
        }
        let series = interval.map(|place| {
            let mut series = [0; INTERVALS];
            series::add(&mut series, place, sums.get(order));
            Box::new(series)
        });
        let needed = memory_of(key).saturating_add(memory_of_series(&series));
        let is_room = self.memory.saturating_add(needed) <= self.memory_limit;
        if is_room || self.groups.is_empty() {
            self.memory = self.memory.saturating_add(needed);
            self.insert(key, sums, series);
        } else {
            self.replace(key, sums, series);
        }
    }

    /// Adds the groups of another. A group that only one of them has may have been in the other too, at
    /// most as large as the smallest that it kept. Series are dropped.
    pub(super) fn merge(&mut self, other: &Self) {
        let order = self.order;
        let (left, right) = (self.least(), other.least());
        let is_bounded = self.by_size.is_some() || other.by_size.is_some();
        let mut groups = core::mem::take(&mut self.groups);
        for group in &mut groups {
            group.series = None;
            match other.by_key.get(&group.values) {
                Some(index) => {
                    if let Some(same) = other.groups.get(*index) {
                        group.sums.add(same.sums);
                        group.error = group.error.saturating_add(same.error);
                    }
                }
                None => group.raise(order, right),
            }
        }
        for group in &other.groups {
            if !self.by_key.contains_key(&group.values) {
                let mut group = group.clone();
                group.series = None;
                group.raise(order, left);
                groups.push(group);
            }
        }
        self.keep_largest(groups, is_bounded);
    }

    /// Makes these the groups: all of them, or the largest that fit in memory.
    fn keep_largest(&mut self, mut groups: Vec<Group>, is_bounded: bool) {
        let order = self.order;
        let octets = groups.iter().map(|group| memory_of(&group.values));
        self.memory = octets.fold(0, usize::saturating_add);
        let is_bounded = is_bounded || self.memory > self.memory_limit;
        if self.memory > self.memory_limit {
            groups.sort_unstable_by_key(|group| core::cmp::Reverse(group.sums.get(order)));
            while self.memory > self.memory_limit && groups.len() > 1 {
                let dropped = groups.pop();
                let octets = dropped.map_or(0, |group| memory_of(&group.values));
                self.memory = self.memory.saturating_sub(octets);
            }
        }
        let keys = groups.iter().map(|group| Arc::clone(&group.values));
        self.by_key = keys.zip(0..).collect();
        let sizes = groups.iter().map(|group| group.sums.get(order));
        self.by_size = is_bounded.then(|| sizes.zip(0..).collect());
        self.groups = groups;
    }

    /// The most that a group which is not here can have; 0 while all are.
    fn least(&self) -> u64 {
        let smallest = self.by_size.as_ref().and_then(BTreeSet::first);
        smallest.map_or(0, |(size, _)| *size)
    }

    /// Makes one interval of each two in all series.
    pub(super) fn halve(&mut self) {
        let series = self
            .groups
            .iter_mut()
            .filter_map(|group| group.series.as_deref_mut());
        series.for_each(series::halve);
    }

    pub(super) fn top(&self, count: usize) -> Vec<Group> {
        let mut groups: Vec<&Group> = self.groups.iter().collect();
        let order = |group: &Group| core::cmp::Reverse(group.sums.get(self.order));
        groups.sort_unstable_by(|one, other| {
            let sizes = order(one).cmp(&order(other));
            sizes.then_with(|| one.values.cmp(&other.values))
        });
        groups.into_iter().take(count).cloned().collect()
    }

    fn insert(&mut self, key: &[GroupValue], sums: Sums, series: Option<Series>) {
        let values: Arc<[GroupValue]> = key.into();
        let index = self.groups.len();
        self.by_key.insert(Arc::clone(&values), index);
        let mut group = Group {
            values,
            sums,
            error: 0,
            series,
        };
        // It may have been here before, and have made room for another: keys differ in length.
        group.raise(self.order, self.least());
        if let Some(by_size) = &mut self.by_size {
            by_size.insert((group.sums.get(self.order), index));
        }
        self.groups.push(group);
    }

    fn update(&mut self, index: usize, change: impl FnOnce(&mut Group)) {
        let Some(group) = self.groups.get_mut(index) else {
            return;
        };
        let before = group.sums.get(self.order);
        change(group);
        let after = group.sums.get(self.order);
        if let Some(by_size) = self.by_size.as_mut().filter(|_| before != after) {
            by_size.remove(&(before, index));
            by_size.insert((after, index));
        }
    }

    /// Replaces the smallest group: the new one may already have been as large.
    fn replace(&mut self, key: &[GroupValue], sums: Sums, series: Option<Series>) {
        let order = self.order;
        let groups = &self.groups;
        let by_size = self.by_size.get_or_insert_with(|| {
            let sizes = groups.iter().map(|group| group.sums.get(order));
            sizes.zip(0..).collect()
        });
        let Some((smallest, index)) = by_size.first().copied() else {
            return;
        };
        let values: Arc<[GroupValue]> = key.into();
        let Some(group) = self.groups.get(index) else {
            return;
        };
        self.memory = self
            .memory
            .saturating_sub(memory_of(&group.values))
            .saturating_add(memory_of(key));
        self.by_key.remove(&*group.values);
        self.by_key.insert(Arc::clone(&values), index);
        self.update(index, |group| {
            *group = Group {
                values,
                sums,
                error: 0,
                series,
            };
            group.raise(order, smallest);
        });
    }
}

impl Group {
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

/// Octets of the series of a group.
const fn memory_of_series(series: &Option<Series>) -> usize {
    match series {
        Some(_) => size_of::<[u64; INTERVALS]>(),
        None => 0,
    }
}

fn memory_of(key: &[GroupValue]) -> usize {
    let texts = key.iter().map(GroupValue::octets);
    texts
        .fold(size_of_val(key), usize::saturating_add)
        .saturating_add(OVERHEAD)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;
    use std::collections::HashMap;

    use super::{BoundedGroups, memory_of};
    use crate::aggregate::{Group, GroupValue, Sum, Sums};

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
        let mut groups = BoundedGroups::new(Sum::Octets, 1 << 30);
        for (key, octets) in [(1, 5), (2, 7), (1, 3), (3, 7)] {
            groups.add(&[GroupValue::Unsigned(key)], sums(octets), None);
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
        let mut groups = BoundedGroups::new(Sum::Octets, limit);
        let mut exact: HashMap<u64, u64> = HashMap::new();
        for key in zipf(400_000) {
            groups.add(&[GroupValue::Unsigned(key)], sums(100), None);
            *exact.entry(key).or_default() += 100;
        }
        assert!(exact.len() > 20_000, "{} keys", exact.len());
        let key = [GroupValue::Unsigned(1)];
        assert!(groups.len() <= limit / memory_of(&key));
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
        let mut parts: Vec<_> = (0..4)
            .map(|_| BoundedGroups::new(Sum::Octets, limit))
            .collect();
        for (count, key) in zipf(100_000).enumerate() {
            parts[count % 4].add(&[GroupValue::Unsigned(key)], sums(100), None);
            *exact.entry(key).or_default() += 100;
        }
        let mut merged = BoundedGroups::new(Sum::Octets, limit);
        parts.iter().for_each(|part| merged.merge(part));
        let key = [GroupValue::Unsigned(1)];
        assert!(merged.len() <= limit / memory_of(&key));
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
        let mut merged = BoundedGroups::new(Sum::Octets, 1 << 20);
        for part in [[(1, 5), (2, 7)], [(2, 1), (3, 4)]] {
            let mut groups = BoundedGroups::new(Sum::Octets, 1 << 20);
            for (key, octets) in part {
                groups.add(&[GroupValue::Unsigned(key)], sums(octets), None);
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
        let text = |text: &str| [GroupValue::Text(text.into())];
        let (long, other) = ("x".repeat(400), "y".repeat(400));
        let limit = memory_of(&text(&long)) + memory_of(&text(&other));
        let mut groups = BoundedGroups::new(Sum::Octets, limit);
        for (key, octets) in [(&*long, 10), (&*other, 50), ("a", 1), ("b", 1), (&*long, 1)] {
            groups.add(&text(key), sums(octets), None);
        }
        for (key, octets) in [(&*long, 11), (&*other, 50), ("a", 1), ("b", 1)] {
            let found = groups.by_key.get(&text(key)[..]);
            let group = found.map(|index| &groups.groups[*index]);
            assert!(
                group.is_none_or(|group| group.sums.octets >= octets
                    && group.sums.octets - group.error <= octets),
                "{group:?} {octets}"
            );
        }
    }

    #[test]
    fn a_limit_that_fits_nothing_keeps_one_group() {
        let mut groups = BoundedGroups::new(Sum::Flows, 0);
        for key in 0..5 {
            groups.add(&[GroupValue::Unsigned(key)], sums(1), None);
        }
        assert_eq!(groups.len(), 1);
        assert_eq!(groups.top(1)[0].sums.flows, 5);
        assert_eq!(groups.top(1)[0].error, 4);
    }
}
