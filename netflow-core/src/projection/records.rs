//! The records of a set, one after the other, as they are in its octets.

use crate::decoder::Set;
use crate::record::{KEPT, MeasuredRecord};
use crate::template::Slot;

/// Where a field of the same number of octets is in each record.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldOffset {
    /// Variable-length fields before it.
    segment: usize,
    /// Octets from the start of the record, or from the end of the last of these.
    offset: usize,
    /// Octets of the field.
    pub(super) width: usize,
}

impl FieldOffset {
    /// Octets at this offset of the record; the reader chooses how many.
    pub(super) fn of_octets(offset: u16) -> Self {
        Self {
            segment: 0,
            offset: offset.into(),
            width: 0,
        }
    }

    /// A number from there on: eight octets without the last `shift` bits.
    pub(super) fn of_number(offset: u16, shift: u8) -> Self {
        Self {
            width: usize::from(8_u8.saturating_sub(shift / 8)),
            ..Self::of_octets(offset)
        }
    }
}

impl From<Slot> for FieldOffset {
    fn from(slot: Slot) -> Self {
        Self {
            segment: slot.segment.into(),
            offset: slot.offset.into(),
            width: slot.width.into(),
        }
    }
}

/// Records whose fields are read column by column.
pub(super) trait SetRecords: Copy {
    fn count(self) -> usize;

    /// The `N` octets at this place of each record; `None` if the place is not in the records.
    fn arrays<const N: usize>(
        self,
        place: FieldOffset,
    ) -> Option<impl ExactSizeIterator<Item = [u8; N]>>;

    /// The numbers of `N` octets at this place of each record; `None` if the place is not in the
    /// records.
    #[inline]
    fn numbers<const N: usize>(
        self,
        place: FieldOffset,
    ) -> Option<impl ExactSizeIterator<Item = u64>> {
        Some(self.arrays::<N>(place)?.map(number))
    }
}

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
        let count = count.min(set.record_count().saturating_sub(skipped));
        let start = skipped.checked_mul(record_len)?;
        let octets = set.body().get(start..)?;
        Some(Self {
            octets: octets.get(..count.checked_mul(record_len)?)?,
            record_len,
            count,
        })
    }
}

impl SetRecords for FixedRecords<'_> {
    fn count(self) -> usize {
        self.count
    }

    /// The place is compared with the length of the records here, with the very values that are
    /// used for each record, so that the compiler leaves out the comparison there.
    #[inline]
    fn arrays<const N: usize>(
        self,
        place: FieldOffset,
    ) -> Option<impl ExactSizeIterator<Item = [u8; N]>> {
        let start = place.offset;
        let end = start.checked_add(N).filter(|end| *end <= self.record_len)?;
        // Counted by an index, so that the loop has one counter: chunks alone count their octets too.
        let records = self.octets.chunks_exact(self.record_len);
        Some(records.zip(0..self.count).map(move |(record, _)| {
            let field = record.get(start..end).and_then(<[u8]>::first_chunk);
            field.copied().unwrap_or([0; N])
        }))
    }
}

/// Records of variable length that were measured when their set was validated.
#[derive(Debug, Clone, Copy)]
pub(super) struct MeasuredRecords<'m> {
    body: &'m [u8],
    records: &'m [MeasuredRecord],
}

impl<'m> MeasuredRecords<'m> {
    /// Up to `count` records of the set, after those that are skipped; `None` if they were not
    /// measured, or are not flows.
    pub(super) fn of(set: &Set<'m>, skipped: usize, count: usize) -> Option<Self> {
        set.template().filter(|template| !template.is_options())?;
        let records = set.measured();
        let records = records.get(skipped..).filter(|_| !records.is_empty())?;
        Some(Self {
            body: set.body(),
            records: records.get(..count).unwrap_or(records),
        })
    }
}

impl SetRecords for MeasuredRecords<'_> {
    fn count(self) -> usize {
        self.records.len()
    }

    /// Every record has all fields of fixed length: that was proved when it was measured.
    #[inline]
    fn arrays<const N: usize>(
        self,
        place: FieldOffset,
    ) -> Option<impl ExactSizeIterator<Item = [u8; N]>> {
        let (segment, offset, body) = (place.segment, place.offset, self.body);
        let records = (segment <= KEPT).then_some(self.records.iter())?;
        Some(records.map(move |record| {
            let start = record.start(segment).saturating_add(offset);
            let field = body.get(start..start.saturating_add(N));
            let field = field.and_then(<[u8]>::first_chunk);
            field.copied().unwrap_or([0; N])
        }))
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
