//! Flows that were chosen among consecutive ones.

use core::ops::Range;

/// Which flows of a set match, of [`FLOWS`](Self::FLOWS) that follow each other.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
/// use netflow_query::{Filter, SetFilter};
///
/// let mut filter = SetFilter::new(Filter::parse("dst port 443")?);
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let set = decoded.joined_sets().find(|set| set.id() == 256).unwrap();
/// filter.prepare(&set);
/// let chosen = filter.choose(&set, 0);
/// assert_eq!(chosen.rows().collect::<Vec<_>>(), [0]);
/// assert_eq!(chosen.runs().collect::<Vec<_>>(), [0..1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen(u64);

impl Chosen {
    /// Flows that are tested at once: as many as a number has bits.
    pub const FLOWS: usize = 64;

    /// A bit for each flow, the first in the lowest.
    pub(super) const fn new(bits: u64) -> Self {
        Self(bits)
    }

    /// The first `count` flows, at most all.
    #[must_use]
    pub fn first(count: usize) -> Self {
        let unused = u32::try_from(Self::FLOWS.saturating_sub(count)).unwrap_or(0);
        Self(u64::MAX.checked_shr(unused).unwrap_or(0))
    }

    /// A bit for each flow, the first in the lowest.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The chosen flows, counted from the first of those that were tested.
    pub fn rows(self) -> impl Iterator<Item = usize> {
        self.runs().flatten()
    }

    /// The same as ranges of flows that follow each other.
    pub fn runs(self) -> impl Iterator<Item = Range<usize>> {
        let (mut left, mut end) = (self.0, 0_usize);
        core::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let skipped = left.trailing_zeros();
            left = left.checked_shr(skipped)?;
            let chosen = left.trailing_ones();
            left = left.checked_shr(chosen).unwrap_or(0);
            let start = end.saturating_add(usize::try_from(skipped).ok()?);
            end = start.saturating_add(usize::try_from(chosen).ok()?);
            Some(start..end)
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Chosen;

    #[test]
    fn runs_are_those_of_the_bits() {
        let runs = |bits| Chosen::new(bits).runs().collect::<Vec<_>>();
        assert_eq!(runs(0), []);
        assert_eq!(runs(0b1_0110), [1..3, 4..5]);
        assert_eq!(runs(u64::MAX), Vec::from_iter(core::iter::once(0..64)));
        assert_eq!(runs(1 << 63 | 1), [0..1, 63..64]);
        assert_eq!(Chosen::new(0b1101).rows().collect::<Vec<_>>(), [0, 2, 3]);
        assert_eq!(
            [0, 1, 64, 99].map(|count| Chosen::first(count).bits()),
            [0, 1, u64::MAX, u64::MAX]
        );
    }
}
