//! Sets of values as ranges.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// Inclusive ranges, in order and apart from each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ranges<T>(Box<[(T, T)]>);

impl<T: Copy + Ord> Ranges<T> {
    /// The values of these ranges, which may overlap; one whose low end is above its high end is
    /// empty.
    pub(super) fn new(mut ranges: Vec<(T, T)>) -> Self {
        ranges.retain(|(low, high)| low <= high);
        ranges.sort_unstable();
        ranges.dedup_by(|next, last| {
            let overlap = next.0 <= last.1;
            if overlap {
                last.1 = last.1.max(next.1);
            }
            overlap
        });
        Self(ranges.into())
    }

    #[inline]
    pub(super) fn contains(&self, value: T) -> bool {
        let at = self.0.partition_point(|(_, high)| *high < value);
        self.0.get(at).is_some_and(|(low, _)| *low <= value)
    }

    pub(super) const fn as_slice(&self) -> &[(T, T)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::Ranges;

    #[test]
    fn overlapping_ranges_become_one() {
        let ranges = Ranges::new(vec![(5, 9), (1, 3), (7, 12), (20, 19), (3, 4)]);
        assert_eq!(ranges.as_slice(), [(1, 4), (5, 12)]);
        let within = [0, 1, 4, 5, 12, 13, 20].map(|value| ranges.contains(value));
        assert_eq!(within, [false, true, true, true, true, false, false]);
    }
}
