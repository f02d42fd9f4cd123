//! How sums are spread over time.

use alloc::boxed::Box;

use netflow_core::Timestamp;

/// Intervals of a series.
pub(super) const INTERVALS: usize = 16;
/// Nanoseconds of an interval at first.
const FIRST: i64 = 1_000_000_000;

/// A sum in each interval.
pub(super) type Series = Box<[u64; INTERVALS]>;

/// The intervals: they begin with the first flow and double in length until the last fits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Intervals {
    start: Option<i64>,
    length: i64,
}

impl Default for Intervals {
    fn default() -> Self {
        Self {
            start: None,
            length: FIRST,
        }
    }
}

impl Intervals {
    /// The interval of a time, and how often all intervals have to be halved in number before.
    pub(super) fn place(&mut self, time: Timestamp) -> (usize, u32) {
        let start = *self.start.get_or_insert(time.as_nanos());
        let since = time.as_nanos().saturating_sub(start).max(0);
        let mut halvings = 0_u32;
        loop {
            let place = since.checked_div(self.length).unwrap_or(0);
            match usize::try_from(place) {
                Ok(place) if place < INTERVALS => return (place, halvings),
                _ => {
                    self.length = self.length.saturating_mul(2);
                    halvings = halvings.saturating_add(1);
                }
            }
        }
    }
}

/// Adds to one interval.
pub(super) fn add(series: &mut [u64; INTERVALS], place: usize, sum: u64) {
    if let Some(interval) = series.get_mut(place) {
        *interval = interval.saturating_add(sum);
    }
}

/// Makes one interval of each two.
pub(super) fn halve(series: &mut [u64; INTERVALS]) {
    let mut halved = [0; INTERVALS];
    for (sum, pair) in halved.iter_mut().zip(series.chunks(2)) {
        *sum = pair
            .iter()
            .fold(0, |sum: u64, one| sum.saturating_add(*one));
    }
    *series = halved;
}

#[cfg(test)]
mod tests {
    use netflow_core::Timestamp;

    use super::{INTERVALS, Intervals, add, halve};

    #[test]
    fn intervals_double_until_a_time_fits() {
        let mut intervals = Intervals::default();
        let at = |seconds: u32| Timestamp::from_secs(1_000 + seconds);
        assert_eq!(intervals.place(at(0)), (0, 0));
        assert_eq!(intervals.place(at(15)), (15, 0));
        assert_eq!(intervals.place(at(16)), (8, 1));
        assert_eq!(intervals.place(at(100)), (12, 2));
        // A datagram from before the first counts as that.
        assert_eq!(intervals.place(Timestamp::from_secs(1)), (0, 0));
        assert!(intervals.place(Timestamp::from_nanos(i64::MAX)).0 < INTERVALS);
    }

    #[test]
    fn halving_keeps_the_sum() {
        let mut series = [0; INTERVALS];
        for (place, sum) in [(0, 1), (1, 2), (15, 4)] {
            add(&mut series, place, sum);
        }
        halve(&mut series);
        assert_eq!(
            (series[0], series[7], series.iter().sum::<u64>()),
            (3, 4, 7)
        );
    }
}
