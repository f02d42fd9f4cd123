//! Histograms of flows by size and by duration.

/// Flows by the number of bits of a value: 0, 1, 2 to 3, 4 to 7, and so on.
#[derive(Debug)]
pub(crate) struct Histogram {
    counts: [u64; 65],
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: [0; 65] }
    }
}

impl Histogram {
    pub(crate) fn add(&mut self, value: u64) {
        let bits = usize::try_from(u64::BITS - value.leading_zeros()).unwrap_or_default();
        if let Some(count) = self.counts.get_mut(bits) {
            *count = count.saturating_add(1);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count = count.saturating_add(more);
        }
    }

    /// The least value and the count of each class from the first to the last that has any.
    pub(crate) fn classes(&self) -> Vec<(u64, u64)> {
        let is_used = |count: &u64| *count > 0;
        let first = self.counts.iter().position(is_used);
        let last = self.counts.iter().rposition(is_used);
        let (Some(first), Some(last)) = (first, last) else {
            return Vec::new();
        };
        (first..=last)
            .map(|bits| {
                let least = bits.checked_sub(1).map_or(0, |shift| 1_u64 << shift);
                (least, self.counts.get(bits).copied().unwrap_or(0))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    #[test]
    fn classes_are_powers_of_two() {
        let mut histogram = Histogram::default();
        assert!(histogram.classes().is_empty());
        for value in [1, 2, 3, 8] {
            histogram.add(value);
        }
        assert_eq!(histogram.classes(), [(1, 1), (2, 2), (4, 0), (8, 1)]);
        histogram.add(0);
        histogram.add(u64::MAX);
        assert_eq!(histogram.classes().len(), 65);
    }
}
