//! The first of many.

/// How many of a kind are kept as examples.
pub(crate) const KEPT: usize = 20;

/// The first things of a kind, and how many there were.
#[derive(Debug, Clone)]
pub(crate) struct Few<T> {
    pub(crate) kept: Vec<T>,
    pub(crate) count: u64,
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self {
            kept: Vec::new(),
            count: 0,
        }
    }
}

impl<T> Few<T> {
    /// Keeps one more, or counts it.
    pub(crate) fn push(&mut self, item: T) {
        self.push_within(item, KEPT);
    }

    /// Keeps one more if there are fewer than `limit`, or counts it.
    pub(crate) fn push_within(&mut self, item: T, limit: usize) {
        self.count += 1;
        if self.kept.len() < limit {
            self.kept.push(item);
        }
    }

    /// How many were not kept.
    pub(crate) fn more(&self) -> u64 {
        self.count
            .saturating_sub(u64::try_from(self.kept.len()).unwrap_or(u64::MAX))
    }
}
