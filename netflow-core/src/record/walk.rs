//! Records of variable length: how long they are and where their fields are.

use super::DataRecord;
use crate::template::Template;
use crate::wire::record::variable_end;

/// How many starts are kept; fields after more variable-length fields are
/// found by walking on from the last.
pub(crate) const KEPT: usize = 4;

/// Where the octets after each variable-length field of a record begin: seen
/// while its length is measured, kept so that reading a field need not walk.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Segments {
    starts: [u16; KEPT],
}

impl Segments {
    /// Octets from the start of the record to the end of its `segment`-th
    /// variable-length field, counted from 1.
    pub(crate) fn start(&self, segment: u8, octets: &[u8], gaps: &[u32]) -> Option<usize> {
        let wanted = usize::from(segment);
        if let Some(start) = self.starts.get(wanted.checked_sub(1)?) {
            return Some(usize::from(*start));
        }
        let [.., last] = self.starts;
        gaps.get(KEPT..wanted)?
            .iter()
            .try_fold(usize::from(last), |at, gap| field_end(octets, at, *gap))
    }
}

/// A record of variable length that was measured while its set was validated, so that its flow
/// can be read without walking over it again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MeasuredRecord {
    /// Octets of the set's body before it.
    start: u16,
    len: u16,
    segments: Segments,
}

impl MeasuredRecord {
    /// A record of a set, whose length has 16 bits.
    pub(crate) fn new(start: usize, len: usize, segments: Segments) -> Option<Self> {
        Some(Self {
            start: u16::try_from(start).ok()?,
            len: u16::try_from(len).ok()?,
            segments,
        })
    }

    /// Octets of it.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// Where its variable-length fields end.
    #[inline]
    pub(crate) const fn segments(&self) -> Segments {
        self.segments
    }

    /// Octets of the set's body before the fields that follow `segment` variable-length ones, of
    /// which the ends of [`KEPT`] are known.
    #[inline]
    pub(crate) fn start(&self, segment: usize) -> usize {
        let in_record = match segment.checked_sub(1) {
            Some(before) => self.segments.starts.get(before).copied(),
            None => None,
        };
        usize::from(self.start).saturating_add(usize::from(in_record.unwrap_or(0)))
    }
}

/// Octets of the record at the start of `octets`, and its segments. `None` if
/// the record is cut, or has no octets at all.
pub(crate) fn measure(octets: &[u8], template: &Template) -> Option<(usize, Segments)> {
    let mut segments = Segments::default();
    let plan = template.plan();
    let mut starts = segments.starts.iter_mut();
    let mut len = 0;
    for gap in plan.gaps() {
        len = field_end(octets, len, *gap)?;
        if let Some(start) = starts.next() {
            // A record is in a set, whose length has 16 bits.
            *start = u16::try_from(len).ok()?;
        }
    }
    len = len.checked_add(usize::try_from(plan.tail()).ok()?)?;
    // Only the last field can run past the octets without a later one that shows it.
    (len > 0 && len <= octets.len()).then_some((len, segments))
}

/// The records of a body whose number of records is known.
pub(crate) fn records_in<'b, 't>(
    body: &'b [u8],
    template: &'t Template,
    count: usize,
) -> impl Iterator<Item = DataRecord<'b, 't>> {
    let mut rest = body;
    (0..count).map_while(move |_| {
        let (len, segments) = measure(rest, template)?;
        let (octets, remaining) = rest.split_at_checked(len)?;
        rest = remaining;
        Some(DataRecord::new(octets, template, &[], segments))
    })
}

/// Where the variable-length field ends that begins `gap` octets after `at`.
#[inline]
fn field_end(octets: &[u8], at: usize, gap: u32) -> Option<usize> {
    variable_end(octets, at.checked_add(usize::try_from(gap).ok()?)?)
}
