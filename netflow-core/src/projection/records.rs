//! Records of one length, one after the other, as they are in the set.

use crate::decoder::Set;
use crate::template::FieldPlan;

/// The octets of whole records of the same length.
#[derive(Debug, Clone, Copy)]
pub(super) struct FixedRecords<'m> {
    octets: &'m [u8],
    record_len: usize,
    count: usize,
}

impl<'m> FixedRecords<'m> {
    /// Up to `count` records of the set, after those that are skipped; `None` if they are not of
    /// one length, or no flows.
    pub(super) fn of(set: &Set<'m>, skipped: usize, count: usize) -> Option<Self> {
        let template = set.template().filter(|template| !template.is_options())?;
        let record_len = template.record_len().filter(|len| *len > 0)?;
        let count = count.min(set.records().len().saturating_sub(skipped));
        let start = skipped.checked_mul(record_len)?;
        let octets = set.body().get(start..)?;
        Some(Self {
            octets: octets.get(..count.checked_mul(record_len)?)?,
            record_len,
            count,
        })
    }

    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// The `N` octets at this place of each record; `None` if the place is not in the records.
    ///
    /// The place is compared with the length of the records here, with the very values that are
    /// used for each record, so that the compiler leaves out the comparison there.
    #[inline]
    pub(super) fn arrays<const N: usize>(
        &self,
        place: FieldPlan,
    ) -> Option<impl ExactSizeIterator<Item = [u8; N]> + use<'m, N>> {
        let start = place.offset;
        let end = start.checked_add(N).filter(|end| *end <= self.record_len)?;
        let records = self.octets.chunks_exact(self.record_len);
        Some(records.map(move |record| {
            let field = record.get(start..end).and_then(<[u8]>::first_chunk);
            field.copied().unwrap_or([0; N])
        }))
    }

    /// The numbers of `N` octets at this place of each record; `None` if the place is not in the
    /// records.
    #[inline]
    pub(super) fn numbers<const N: usize>(
        &self,
        place: FieldPlan,
    ) -> Option<impl ExactSizeIterator<Item = u64> + use<'m, N>> {
        Some(self.arrays::<N>(place)?.map(number))
    }
}

/// A big-endian number of up to eight octets.
#[inline]
fn number<const N: usize>(octets: [u8; N]) -> u64 {
    let mut wide = [0; 8];
    if let Some(low) = wide.last_chunk_mut::<N>() {
        *low = octets;
    }
    u64::from_be_bytes(wide)
}
