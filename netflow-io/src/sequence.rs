//! Sequence numbers of 32 bits, which wrap, as positions, which do not.

/// The next sequence number of a stream, and its position.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NextSequence {
    number: u32,
    position: u64,
}

impl NextSequence {
    /// The position of the first number, so that others may come before it.
    pub(crate) const START: u64 = 1 << 32;

    /// The first number.
    pub(crate) const fn first(number: u32) -> Self {
        Self {
            number,
            position: Self::START,
        }
    }

    pub(crate) const fn number(self) -> u32 {
        self.number
    }

    pub(crate) const fn position(self) -> u64 {
        self.position
    }

    /// The position of a number: it is at most half of all numbers away.
    pub(crate) fn position_of(self, number: u32) -> u64 {
        let ahead = i32::from_ne_bytes(self.ahead(number).to_ne_bytes());
        self.position.saturating_add_signed(ahead.into())
    }

    /// How far ahead a number is; one that is behind is nearly as far as there are numbers.
    pub(crate) const fn ahead(self, number: u32) -> u32 {
        number.wrapping_sub(self.number)
    }

    /// Whether a number is further than this from the next one, ahead or behind.
    pub(crate) const fn is_far(self, number: u32, far: u32) -> bool {
        let ahead = self.ahead(number);
        ahead > far && ahead < far.wrapping_neg()
    }

    /// Passes over the numbers before this position, if there are any.
    pub(crate) const fn skip_to(&mut self, position: u64) {
        self.advance(position.saturating_sub(self.position));
    }

    /// Passes over this many numbers.
    pub(crate) const fn advance(&mut self, count: u64) {
        self.position = self.position.saturating_add(count);
        let [_, _, _, _, low @ ..] = count.to_be_bytes();
        self.number = self.number.wrapping_add(u32::from_be_bytes(low));
    }
}
