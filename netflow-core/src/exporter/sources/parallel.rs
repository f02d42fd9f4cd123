//! Samples of one source that are numbered by several counters at once.
//!
//! A source has one counter by the specification (sFlow version 5, section 5, `flow_sample`). An
//! agent that samples in several threads may have one in each: 100, 2000, 101, 2001, … Taken for
//! one series they are thousands of lost samples, or a restart at each.

/// The series of numbers that the samples of one source may belong to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Series {
    /// What the source was expected to send next, before its numbers jumped; newest first.
    left: [Option<Left>; OTHERS],
    /// The last sample had the number expected of the source.
    is_in_order: bool,
    is_parallel: bool,
}

/// A series that was left.
#[derive(Debug, Clone, Copy)]
struct Left {
    next: u32,
    /// How often the source came back to it from another.
    returns: u8,
}

/// Series that are remembered besides the present one.
const OTHERS: usize = 3;
/// Returns to one series that are no chance. A datagram that is late returns to its series
/// once: after it the numbers are those that were received already.
const RETURNS: u8 = 3;

impl Series {
    pub(super) const NONE: Self = Self {
        left: [None; OTHERS],
        is_in_order: true,
        is_parallel: false,
    };

    /// One known to be numbered by several counters.
    pub(super) const PARALLEL: Self = Self {
        is_parallel: true,
        ..Self::NONE
    };

    pub(super) const fn is_parallel(&self) -> bool {
        self.is_parallel
    }

    /// A sample of this number was received, where `next` was expected. Whether it returned to a
    /// series that was left.
    pub(super) fn observe(&mut self, number: u32, next: u32) -> bool {
        if number == next {
            self.is_in_order = true;
            return false;
        }
        let mut left = self.left.iter_mut().flatten();
        if let Some(left) = left.find(|left| left.next == number) {
            if self.is_in_order {
                left.returns = left.returns.saturating_add(1);
            }
            self.is_parallel = left.returns >= RETURNS;
            left.next = number.wrapping_add(1);
            self.is_in_order = false;
            return true;
        }
        self.left.rotate_right(1);
        if let Some(newest) = self.left.first_mut() {
            *newest = Some(Left { next, returns: 0 });
        }
        self.is_in_order = true;
        false
    }

    /// The source is now expected to go on with the series that it returned to, and left another.
    pub(super) fn exchange(&mut self, next: u32, other: u32) {
        let mut left = self.left.iter_mut().flatten();
        if let Some(left) = left.find(|left| left.next == next) {
            left.next = other;
        }
        self.is_in_order = true;
    }
}
