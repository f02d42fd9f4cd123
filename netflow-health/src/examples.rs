//! The first of many.

use crate::count;

/// The first things of a kind, and how many there were.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let interfaces = &report.domains[0].announced.interfaces;
/// assert_eq!((interfaces.first.len(), interfaces.count, interfaces.more()), (1, 1, 0));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Examples<T> {
    /// The first.
    pub first: Vec<T>,
    /// How many there were, the first among them.
    pub count: u64,
}

impl<T> Default for Examples<T> {
    fn default() -> Self {
        Self {
            first: Vec::new(),
            count: 0,
        }
    }
}

impl<T> Examples<T> {
    /// Counts one more, and keeps it if there are fewer than `limit`.
    pub(crate) fn push(&mut self, item: T, limit: usize) {
        self.count = self.count.saturating_add(1);
        if self.first.len() < limit {
            self.first.push(item);
        }
    }

    /// How many were not kept.
    #[must_use]
    pub fn more(&self) -> u64 {
        self.count.saturating_sub(count(self.first.len()))
    }
}
