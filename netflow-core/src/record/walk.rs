//! Records of variable length: how long they are and where their fields stand.

use crate::template::Template;
use crate::wire::reader::Reader;
use crate::wire::record::field;
use crate::wire::template::FieldLength;

/// How many starts are kept; fields behind more variable-length fields are
/// found by walking on from the last.
const KEPT: usize = 4;

/// Where the octets behind each variable-length field of a record begin: seen
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
        let mut reader = Reader::new(octets, 0);
        reader.take(usize::from(last))?;
        for gap in gaps.get(KEPT..wanted)? {
            skip(&mut reader, *gap)?;
        }
        Some(reader.offset())
    }
}

/// Octets of the record at the start of `octets`, and its segments. `None` if
/// the record is cut, or has no octets at all.
pub(crate) fn measure(octets: &[u8], template: &Template) -> Option<(usize, Segments)> {
    let mut segments = Segments::default();
    let mut reader = Reader::new(octets, 0);
    let mut starts = segments.starts.iter_mut();
    let mut fixed = template.min_record_len();
    for gap in template.plan().gaps() {
        skip(&mut reader, *gap)?;
        if let Some(start) = starts.next() {
            // A record stands in a set, whose length has 16 bits.
            *start = u16::try_from(reader.offset()).ok()?;
        }
        let counted = usize::try_from(*gap).ok()?.saturating_add(1);
        fixed = fixed.saturating_sub(counted);
    }
    reader.take(fixed)?;
    let len = Some(reader.offset()).filter(|len| *len > 0)?;
    Some((len, segments))
}

/// Passes over the fixed octets and the variable-length field behind them.
fn skip(reader: &mut Reader<'_>, gap: u32) -> Option<()> {
    reader.take(usize::try_from(gap).ok()?)?;
    field(reader, FieldLength::Variable).map(|_| ())
}
