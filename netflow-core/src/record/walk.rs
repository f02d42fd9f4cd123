//! Records of variable length: how long they are and where their fields are.

use alloc::vec::Vec;

use super::DataRecord;
use crate::template::{Template, TemplatePlan};
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
    /// A record between two places of a set, whose length has 16 bits.
    #[inline]
    const fn new(start: usize, end: usize, segments: Segments) -> Self {
        Self {
            start: low(start),
            len: low(end.wrapping_sub(start)),
            segments,
        }
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

/// The most octets of the sets that records are in: their length has 16 bits.
const LONGEST_SET: usize = 0xffff;

/// Octets of the record at the start of `octets`, and its segments. `None` if
/// the record is cut, or has no octets at all.
pub(crate) fn measure(octets: &[u8], template: &Template) -> Option<(usize, Segments)> {
    let octets = octets.get(..LONGEST_SET).unwrap_or(octets);
    record_end(octets, 0, template.plan())
}

/// Measures the records of a body one after the other and adds them to `kept`, or none of them if the
/// body is longer than that of a set. Returns their number and the octets after them.
pub(crate) fn measure_all(
    body: &[u8],
    template: &Template,
    kept: &mut Vec<MeasuredRecord>,
) -> (usize, usize) {
    let (before, plan) = (kept.len(), template.plan());
    let mut start = 0;
    while let Some((end, segments)) = record_end(body, start, plan) {
        kept.push(MeasuredRecord::new(start, end, segments));
        start = end;
    }
    let count = kept.len().saturating_sub(before);
    if body.len() > LONGEST_SET {
        kept.truncate(before);
    }
    (count, body.len().saturating_sub(start))
}

/// Where the record ends that begins at `start`, and its segments; `None` if it is cut or has no octets.
#[inline(always)]
fn record_end(octets: &[u8], start: usize, plan: &TemplatePlan) -> Option<(usize, Segments)> {
    let mut segments = Segments::default();
    let mut end = start;
    for (index, gap) in plan.gaps().iter().enumerate() {
        end = field_end(octets, end, *gap)?;
        if let Some(kept) = segments.starts.get_mut(index) {
            // One that runs past the octets may have more bits; then the record is cut.
            *kept = low(end.wrapping_sub(start));
        }
    }
    end = end.checked_add(usize::try_from(plan.tail()).ok()?)?;
    // Only the last field can run past the octets without a later one that shows it.
    (end > start && end <= octets.len()).then_some((end, segments))
}

/// The records of a body whose number of records is known.
pub(crate) fn records_in<'b, 't>(
    body: &'b [u8],
    template: &'t Template,
    count: usize,
) -> impl Iterator<Item = DataRecord<'b, 't>> {
    let mut rest = body;
    let fixed = template.record_len().filter(|len| *len > 0);
    (0..count).map_while(move |_| {
        let (len, segments) = match fixed {
            Some(len) => (len, Segments::default()),
            None => measure(rest, template)?,
        };
        let (octets, remaining) = rest.split_at_checked(len)?;
        rest = remaining;
        Some(DataRecord::new(octets, template, &[], segments))
    })
}

/// The low 16 bits of a number that has no others.
#[inline]
const fn low(number: usize) -> u16 {
    let [.., high, low] = number.to_be_bytes();
    u16::from_be_bytes([high, low])
}

/// Where the variable-length field ends that begins `gap` octets after `at`.
#[inline]
fn field_end(octets: &[u8], at: usize, gap: u32) -> Option<usize> {
    variable_end(octets, at.checked_add(usize::try_from(gap).ok()?)?)
}
