//! Samples of one source that are numbered by several counters at once.
//!
//! A source has one counter by the specification (sFlow version 5, section 5, `flow_sample`). An
//! agent that samples in several threads may have one in each: 100, 2000, 101, 2001, … Taken for
//! one series they are thousands of lost samples, or a restart at each.

use crate::snapshot::{SnapshotWriter, optional};
use crate::wire::reader::OctetReader;

/// The series of numbers that the samples of one source may belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Series {
    /// The numbers expected next in the other series; newest first.
    left: [Option<Left>; OTHERS],
    /// The last sample had the number expected of the source.
    is_in_order: bool,
    /// Samples with numbers that others have.
    repeats: u8,
    is_parallel: bool,
}

/// Another series: the source jumped away from it, or its numbers are lower than the present ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Left {
    next: u32,
    /// How often the source came back to it from another.
    returns: u8,
}

/// Series that are remembered besides the present one.
const OTHERS: usize = 3;
/// Returns to one series, or repeated numbers, that are not a coincidence.
const CONFIRMATIONS: u8 = 3;
/// Samples that datagrams overtake on their way; what is nearer to the present series may be late.
const REORDERED: u32 = 256;

impl Series {
    pub(super) const NONE: Self = Self {
        left: [None; OTHERS],
        is_in_order: true,
        repeats: 0,
        is_parallel: false,
    };

    pub(super) fn save(&self, out: &mut SnapshotWriter<'_>) {
        for left in self.left {
            out.optional(left.map(|left| left.next));
            out.u8(left.map_or(0, |left| left.returns));
        }
        out.u8(self.is_in_order.into());
        out.u8(self.repeats);
        out.u8(self.is_parallel.into());
    }

    /// Reads it; `None` if it is cut.
    pub(super) fn read(reader: &mut OctetReader<'_>) -> Option<Self> {
        let mut series = Self::NONE;
        for left in &mut series.left {
            let next = optional(reader, OctetReader::u32)?;
            let returns = reader.u8()?;
            *left = next.map(|next| Left { next, returns });
        }
        series.is_in_order = reader.u8()? != 0;
        series.repeats = reader.u8()?;
        series.is_parallel = reader.u8()? != 0;
        Some(series)
    }

    pub(super) const fn is_parallel(&self) -> bool {
        self.is_parallel
    }

    /// The sample expected next was received.
    pub(super) const fn continues(&mut self) {
        self.is_in_order = true;
    }

    /// A sample of this number was received, where another, `next`, was expected. `goes_on` is whether
    /// the source is now expected to continue from `number`; otherwise `next` is still expected.
    /// Returns whether it returned to another series.
    pub(super) fn observe(&mut self, number: u32, next: u32, goes_on: bool) -> bool {
        let mut left = self.left.iter_mut().filter_map(Option::as_mut);
        if let Some(left) = left.find(|left| left.next == number) {
            let apart = next.wrapping_sub(number).min(number.wrapping_sub(next));
            if self.is_in_order && apart > REORDERED {
                left.returns = left.returns.saturating_add(1);
            }
            self.is_parallel = left.returns >= CONFIRMATIONS;
            left.next = number.wrapping_add(1);
            self.is_in_order = false;
            return true;
        }
        let [newest, second, _] = self.left;
        let next = if goes_on {
            next
        } else {
            number.wrapping_add(1)
        };
        self.left = [Some(Left { next, returns: 0 }), newest, second];
        self.is_in_order = goes_on;
        false
    }

    /// A sample was received whose number another had, of a datagram that was not.
    pub(super) fn repeat(&mut self) {
        self.repeats = self.repeats.saturating_add(1);
        self.is_parallel |= self.repeats >= CONFIRMATIONS;
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
