//! Whether a key may be among the last ones, found without a look at each of them.

/// One for each value of a key's first 12 bits. With 256 keys, the default, one new key in 16 is found to be possible
/// and looked for.
const SLOTS: usize = 1 << 12;

/// How many of the keys begin with the same bits.
#[derive(Debug)]
pub(super) struct KeyCounts {
    /// Empty until the first key is added.
    slots: Vec<u32>,
}

impl KeyCounts {
    pub(super) const fn new() -> Self {
        Self { slots: Vec::new() }
    }

    /// Whether a key that was added, and not removed, may be this one.
    pub(super) fn may_have(&self, key: u64) -> bool {
        self.slots.get(slot_of(key)).is_some_and(|count| *count > 0)
    }

    pub(super) fn add(&mut self, key: u64) {
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, 0);
        }
        if let Some(count) = self.slots.get_mut(slot_of(key)) {
            *count = count.saturating_add(1);
        }
    }

    /// Removes a key that was added.
    pub(super) fn remove(&mut self, key: u64) {
        if let Some(count) = self.slots.get_mut(slot_of(key)) {
            *count = count.saturating_sub(1);
        }
    }
}

/// The first bits, which a multiplication mixes best.
fn slot_of(key: u64) -> usize {
    let [high, low, ..] = key.to_be_bytes();
    usize::from(u16::from_be_bytes([high, low]) >> 4)
}

#[cfg(test)]
mod tests {
    use super::KeyCounts;

    #[test]
    fn a_key_is_possible_until_all_that_begin_with_its_bits_are_removed() {
        let (one, same_bits) = (7 << 52, 7 << 52 | 1);
        let mut counts = KeyCounts::new();
        assert!(!counts.may_have(one));
        counts.add(one);
        counts.add(same_bits);
        counts.remove(one);
        assert!(counts.may_have(one));
        counts.remove(same_bits);
        assert!(!counts.may_have(one));
    }
}
