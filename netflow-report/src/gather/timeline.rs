//! Traffic over time.

use alloc::collections::BTreeMap;

use netflow_core::Flow;
use netflow_core::field::FlowField;
use netflow_query::Sums;

/// Intervals that are kept at most; then they become twice as long.
const INTERVALS: i64 = 240;
/// The shortest interval.
const SECOND: i64 = 1_000_000_000;
/// Groups that are shown on their own; the traffic of others is counted together.
const GROUPS: usize = 64;

/// Octets and packets by interval and group. What a flow sent is spread evenly over the time it was
/// active; the sums stay exact.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    pub(crate) kind: TimelineKind,
    /// Nanoseconds.
    pub(crate) interval: i64,
    groups: Vec<Option<String>>,
    /// By the number of the interval since 1970 and the index of the group; `GROUPS` is all others.
    intervals: BTreeMap<i64, BTreeMap<usize, Sums>>,
}

/// What is stacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimelineKind {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    field: FlowField,
}

/// One group over all intervals, in their order.
#[derive(Debug)]
pub(crate) struct Band {
    /// `None` for flows that lack the field.
    pub(crate) name: Option<String>,
    pub(crate) is_rest: bool,
    pub(crate) octets: Vec<u64>,
    pub(crate) packets: Vec<u64>,
}

impl Timeline {
    /// Every timeline of the page.
    pub(crate) const ALL: [TimelineKind; 3] = [
        TimelineKind {
            id: "protocol",
            title: "by protocol",
            field: FlowField::Protocol,
        },
        TimelineKind {
            id: "application",
            title: "by application",
            field: FlowField::ApplicationName,
        },
        TimelineKind {
            id: "exporter",
            title: "by exporter",
            field: FlowField::ExporterAddress,
        },
    ];

    /// Without flows yet; intervals are at least as long as this number of seconds.
    pub(crate) const fn new(kind: TimelineKind, seconds: i64) -> Self {
        Self {
            kind,
            interval: SECOND * seconds,
            groups: Vec::new(),
            intervals: BTreeMap::new(),
        }
    }

    /// Adds a flow that was active from start to end, in nanoseconds since 1970.
    pub(crate) fn add(&mut self, flow: &Flow<'_>, sums: Sums, (start, end): (i64, i64)) {
        let value = flow.get(self.kind.field);
        self.spread(value.map(|value| value.to_string()), sums, (start, end));
    }

    /// Adds the intervals of another timeline of this kind.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (number, groups) in &other.intervals {
            let start = number.saturating_mul(other.interval);
            for (index, sums) in groups {
                let group = match other.groups.get(*index) {
                    Some(name) => self.group(name.clone()),
                    None => GROUPS,
                };
                self.spread_group(
                    group,
                    *sums,
                    (start, start.saturating_add(other.interval - 1)),
                );
            }
        }
    }

    /// Forgets the intervals that ended before this time, in nanoseconds since 1970, and the groups that
    /// only they had.
    pub(crate) fn forget_before(&mut self, time: i64) {
        let first = time.div_euclid(self.interval);
        if self
            .intervals
            .keys()
            .next()
            .is_none_or(|number| *number >= first)
        {
            return;
        }
        let kept = self.intervals.split_off(&first);
        let mut all = Self {
            groups: Vec::new(),
            intervals: BTreeMap::new(),
            ..*self
        };
        self.intervals = kept;
        all.merge(self);
        *self = all;
    }

    fn spread(&mut self, name: Option<String>, sums: Sums, span: (i64, i64)) {
        let group = self.group(name);
        self.spread_group(group, sums, span);
    }

    fn spread_group(&mut self, group: usize, sums: Sums, (start, end): (i64, i64)) {
        self.widen(start, end);
        let (first, last) = (
            start.div_euclid(self.interval),
            end.div_euclid(self.interval),
        );
        let span = u128::from(end.abs_diff(start));
        let mut spent = Sums::default();
        for number in first..=last {
            let until = number.saturating_add(1).saturating_mul(self.interval);
            let elapsed = u128::from(until.min(end).abs_diff(start));
            // What was sent until the end of the interval, less what was before it.
            let until_now = |count: u64| {
                if number == last || span == 0 {
                    return count;
                }
                let part = u128::from(count) * elapsed / span;
                u64::try_from(part).unwrap_or(u64::MAX)
            };
            let (octets, packets) = (until_now(sums.octets), until_now(sums.packets));
            let place = self.intervals.entry(number).or_default();
            let place = place.entry(group).or_default();
            place.octets = place.octets.saturating_add(octets - spent.octets);
            place.packets = place.packets.saturating_add(packets - spent.packets);
            spent.octets = octets;
            spent.packets = packets;
        }
    }

    fn group(&mut self, name: Option<String>) -> usize {
        if let Some(index) = self.groups.iter().position(|known| *known == name) {
            return index;
        }
        if self.groups.len() < GROUPS {
            self.groups.push(name);
            return self.groups.len() - 1;
        }
        GROUPS
    }

    /// Makes intervals longer until all of them and this flow fit.
    fn widen(&mut self, start: i64, end: i64) {
        let first = self.intervals.keys().next().map_or(start, |first| {
            first.saturating_mul(self.interval).min(start)
        });
        let last = self
            .intervals
            .keys()
            .next_back()
            .map_or(end, |last| last.saturating_mul(self.interval).max(end));
        let fits =
            |interval: i64| last.div_euclid(interval) - first.div_euclid(interval) < INTERVALS;
        while !fits(self.interval) && self.interval < i64::MAX / 2 {
            self.interval *= 2;
            let mut wider: BTreeMap<i64, BTreeMap<usize, Sums>> = BTreeMap::new();
            for (number, groups) in core::mem::take(&mut self.intervals) {
                let into = wider.entry(number.div_euclid(2)).or_default();
                for (group, sums) in groups {
                    into.entry(group).or_default().add(sums);
                }
            }
            self.intervals = wider;
        }
    }

    /// The start of the first interval, in nanoseconds since 1970.
    pub(crate) fn start(&self) -> Option<i64> {
        let first = self.intervals.keys().next()?;
        Some(first.saturating_mul(self.interval))
    }

    /// The largest groups by octets, and the rest together; the largest first.
    pub(crate) fn bands(&self, most: usize) -> Vec<Band> {
        let (Some(first), Some(last)) = (
            self.intervals.keys().next(),
            self.intervals.keys().next_back(),
        ) else {
            return Vec::new();
        };
        let mut sizes: BTreeMap<usize, u64> = BTreeMap::new();
        for (group, sums) in self.intervals.values().flatten() {
            let size = sizes.entry(*group).or_default();
            *size = size.saturating_add(sums.octets);
        }
        let mut order: Vec<(usize, u64)> = sizes.into_iter().collect();
        order.sort_by_key(|(group, size)| (*group == GROUPS, core::cmp::Reverse(*size)));
        let count = usize::try_from(last - first + 1).unwrap_or_default();
        let mut bands: Vec<Band> = Vec::new();
        for (group, _) in order {
            let is_rest = bands.len() >= most || group == GROUPS;
            if !(is_rest && bands.last().is_some_and(|band| band.is_rest)) {
                bands.push(Band {
                    name: self.groups.get(group).cloned().flatten(),
                    is_rest,
                    octets: vec![0; count],
                    packets: vec![0; count],
                });
            }
            let Some(band) = bands.last_mut() else {
                continue;
            };
            for (number, groups) in &self.intervals {
                let index = usize::try_from(number - first).unwrap_or_default();
                if let Some(sums) = groups.get(&group) {
                    add(&mut band.octets, index, sums.octets);
                    add(&mut band.packets, index, sums.packets);
                }
            }
        }
        bands
    }
}

fn add(counts: &mut [u64], index: usize, more: u64) {
    if let Some(count) = counts.get_mut(index) {
        *count = count.saturating_add(more);
    }
}

#[cfg(test)]
mod tests {
    use netflow_query::Sums;

    use super::{INTERVALS, SECOND, Timeline};

    fn sums(octets: u64) -> Sums {
        let mut sums = Sums::default();
        sums.octets = octets;
        sums.packets = octets / 10;
        sums
    }

    #[test]
    fn a_flow_is_spread_over_its_time_and_nothing_is_lost() {
        let mut timeline = Timeline::new(Timeline::ALL[0], 1);
        timeline.spread(
            Some("6".to_owned()),
            sums(1_001),
            (SECOND / 2, 2 * SECOND + SECOND / 2),
        );
        let bands = timeline.bands(8);
        assert_eq!(bands[0].octets, [250, 500, 251]);
        assert_eq!(bands[0].packets.iter().sum::<u64>(), 100);
    }

    #[test]
    fn intervals_are_bounded_however_far_apart_the_times_are() {
        let mut timeline = Timeline::new(Timeline::ALL[0], 1);
        for (start, end) in [
            (0, 0),
            (i64::MAX - 1, i64::MAX),
            (i64::MIN, i64::MIN),
            (i64::MIN, i64::MAX),
            (5, 5 * SECOND),
        ] {
            timeline.spread(None, sums(10), (start, end));
        }
        let bands = timeline.bands(8);
        assert!(bands[0].octets.len() <= INTERVALS as usize + 1);
        assert_eq!(bands[0].octets.iter().sum::<u64>(), 50);
    }

    #[test]
    fn merged_timelines_have_all_sums_and_forget_what_is_old() {
        let mut timeline = Timeline::new(Timeline::ALL[0], 16);
        for (name, start) in [("6", 0), ("17", 100), ("6", 100)] {
            let mut other = Timeline::new(Timeline::ALL[0], 1);
            let span = (start * SECOND, (start + 3) * SECOND);
            other.spread(Some(name.to_owned()), sums(1_000), span);
            timeline.merge(&other);
        }
        assert_eq!(timeline.interval, 16 * SECOND);
        let bands = timeline.bands(8);
        assert_eq!(bands[0].octets, [1_000, 0, 0, 0, 0, 0, 1_000]);
        timeline.forget_before(50 * SECOND);
        timeline.forget_before(50 * SECOND);
        let octets = [
            (Some("17".to_owned()), vec![1_000]),
            (Some("6".to_owned()), vec![1_000]),
        ];
        let bands = timeline.bands(8).into_iter();
        let mut bands: Vec<_> = bands.map(|band| (band.name, band.octets)).collect();
        bands.sort_unstable();
        assert_eq!(bands, octets);
        timeline.forget_before(200 * SECOND);
        assert!(timeline.bands(8).is_empty() && timeline.groups.is_empty());
    }

    #[test]
    fn groups_beyond_the_largest_are_one_band() {
        let mut timeline = Timeline::new(Timeline::ALL[0], 1);
        for number in 1..200_u64 {
            timeline.spread(Some(number.to_string()), sums(number), (0, 0));
        }
        let bands = timeline.bands(3);
        assert_eq!(bands.len(), 4);
        assert!(bands[3].is_rest);
        let all: u64 = bands.iter().flat_map(|band| &band.octets).sum();
        assert_eq!(all, (1..200_u64).sum::<u64>());
    }
}
