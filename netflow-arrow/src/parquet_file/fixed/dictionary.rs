//! The distinct values of a column in a row group.

use super::word::Word;

/// Values of a dictionary at most, whose indices then have 16 bits.
const VALUES: usize = 1 << 16;
/// Slots looked at for a value. Values that were chosen to share slots end the dictionary, instead of costing time.
const PROBES: usize = 32;
/// Slots in the beginning.
const SLOTS: usize = 1 << 10;

/// Values, each once, in the order in which they came first.
#[derive(Debug)]
pub(super) struct Dictionary<W> {
    values: Vec<W>,
    /// The position of a value in `values`, plus 1; 0 is free. A power of two of them.
    slots: Vec<u32>,
}

impl<W: Word> Dictionary<W> {
    pub(super) const fn new() -> Self {
        Self {
            values: Vec::new(),
            slots: Vec::new(),
        }
    }

    pub(super) fn values(&self) -> &[W] {
        &self.values
    }

    /// Octets of memory that it takes.
    pub(super) fn memory(&self) -> usize {
        let values = self.values.capacity().saturating_mul(size_of::<W>());
        let slots = self.slots.capacity().saturating_mul(size_of::<u32>());
        values.saturating_add(slots)
    }

    /// Removes all values from this position on. No value can be looked up after that.
    pub(super) fn end_at(&mut self, len: usize) {
        self.values.truncate(len);
        self.slots = Vec::new();
    }

    /// The position of a value, which is added if it is new. `None` if there is no room for it.
    #[inline]
    pub(super) fn index(&mut self, value: W) -> Option<u32> {
        if self.values.len().saturating_mul(2) >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = self.slot(value);
        for _ in 0..PROBES {
            let found = self.slots.get_mut(slot & mask)?;
            let Some(index) = found.checked_sub(1) else {
                if self.values.len() >= VALUES {
                    return None;
                }
                let index = u32::try_from(self.values.len()).ok()?;
                *found = index.saturating_add(1);
                self.values.push(value);
                return Some(index);
            };
            let position = usize::try_from(index).ok()?;
            if self.values.get(position) == Some(&value) {
                return Some(index);
            }
            slot = slot.wrapping_add(1);
        }
        None
    }

    /// The first slot of a value: the high bits of its hash.
    #[inline]
    fn slot(&self, value: W) -> usize {
        let shift = u64::BITS.saturating_sub(self.slots.len().trailing_zeros());
        let slot = value.hash().checked_shr(shift);
        slot.and_then(|slot| usize::try_from(slot).ok())
            .unwrap_or(0)
    }

    #[cold]
    fn grow(&mut self) {
        let len = self.slots.len().saturating_mul(2).max(SLOTS);
        self.slots = vec![0; len];
        let mask = len.wrapping_sub(1);
        for (value, index) in self.values.iter().zip(1_u32..) {
            let mut slot = self.slot(*value);
            // There is a free one: half of them are.
            while self.slots.get(slot & mask).is_some_and(|slot| *slot != 0) {
                slot = slot.wrapping_add(1);
            }
            if let Some(free) = self.slots.get_mut(slot & mask) {
                *free = index;
            }
        }
    }
}
