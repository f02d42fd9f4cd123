//! Records of one length, one after the other, as they are in the packet.

use netflow_core::template::FieldPlan;

/// The octets of whole records of the same length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FixedRecords<'a> {
    octets: &'a [u8],
    record_len: usize,
    count: usize,
}

impl<'a> FixedRecords<'a> {
    /// The first `count` records of these octets; `None` if there are fewer.
    pub(crate) fn new(octets: &'a [u8], record_len: usize, count: usize) -> Option<Self> {
        let octets = octets.get(..record_len.checked_mul(count)?)?;
        (record_len > 0 && count > 0).then_some(Self {
            octets,
            record_len,
            count,
        })
    }

    /// The first `count` of them, and the others.
    pub(crate) fn split(self, count: usize) -> (Option<Self>, Option<Self>) {
        let count = count.min(self.count);
        let (first, rest) = (count.checked_mul(self.record_len))
            .and_then(|len| self.octets.split_at_checked(len))
            .unwrap_or((self.octets, &[]));
        let left = self.count.saturating_sub(count);
        (
            Self::new(first, self.record_len, count),
            Self::new(rest, self.record_len, left),
        )
    }

    /// `count` of them after the first `start`.
    pub(crate) fn part(self, start: usize, count: usize) -> Option<Self> {
        let rest = match start {
            0 => self,
            start => self.split(start).1?,
        };
        rest.split(count).0
    }

    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// The `N` octets of a field in each record.
    #[inline]
    pub(crate) fn arrays<const N: usize>(
        &self,
        place: FieldPlan,
    ) -> impl ExactSizeIterator<Item = [u8; N]> + use<'a, N> {
        // All records are of one length, so that the place is looked at once for all.
        self.octets
            .chunks_exact(self.record_len)
            .map(move |record| {
                let field = record.get(place.offset..).and_then(<[u8]>::first_chunk);
                field.copied().unwrap_or([0; N])
            })
    }

    /// The number in a field of each record; the field has up to eight octets.
    #[inline]
    pub(crate) fn for_each_number(&self, place: FieldPlan, mut each: impl FnMut(u64)) {
        match place.width {
            1 => self
                .arrays::<1>(place)
                .for_each(|octets| each(number(octets))),
            2 => self
                .arrays::<2>(place)
                .for_each(|octets| each(number(octets))),
            3 => self
                .arrays::<3>(place)
                .for_each(|octets| each(number(octets))),
            4 => self
                .arrays::<4>(place)
                .for_each(|octets| each(number(octets))),
            5 => self
                .arrays::<5>(place)
                .for_each(|octets| each(number(octets))),
            6 => self
                .arrays::<6>(place)
                .for_each(|octets| each(number(octets))),
            7 => self
                .arrays::<7>(place)
                .for_each(|octets| each(number(octets))),
            _ => self
                .arrays::<8>(place)
                .for_each(|octets| each(number(octets))),
        }
    }
}

/// A big-endian number of up to eight octets.
#[inline]
pub(crate) fn number<const N: usize>(octets: [u8; N]) -> u64 {
    let mut wide = [0; 8];
    if let Some(low) = wide.last_chunk_mut::<N>() {
        *low = octets;
    }
    u64::from_be_bytes(wide)
}
