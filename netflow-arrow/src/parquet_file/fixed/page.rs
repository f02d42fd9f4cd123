//! The values of a page on their way to its octets.

use arrow_buffer::NullBuffer;
use parquet::basic::Encoding;

use super::dictionary::Dictionary;
use super::word::{Layout, Word};

/// The values of the page being gathered, and the dictionary of the row group.
#[derive(Debug)]
pub(super) struct Gathered<W> {
    layout: Layout,
    /// The values that are not null.
    values: Vec<W>,
    dictionary: Dictionary<W>,
    /// Whether pages may still use the dictionary.
    uses_dictionary: bool,
    indices: Vec<u32>,
}

/// The least and the greatest value, if there are any.
pub(super) type Bounds<W> = Option<(W, W)>;

impl<W: Word> Gathered<W> {
    pub(super) const fn new(layout: Layout) -> Self {
        Self {
            layout,
            values: Vec::new(),
            dictionary: Dictionary::new(),
            uses_dictionary: true,
            indices: Vec::new(),
        }
    }

    pub(super) const fn values_mut(&mut self) -> &mut Vec<W> {
        &mut self.values
    }

    /// Octets of memory that the values and the dictionary take.
    pub(super) fn memory(&self) -> usize {
        let values = self.values.capacity().saturating_mul(size_of::<W>());
        let indices = self.indices.capacity().saturating_mul(size_of::<u32>());
        values
            .saturating_add(indices)
            .saturating_add(self.dictionary.memory())
    }

    /// The number of values in the dictionary, and their octets as stored.
    pub(super) fn dictionary(&self) -> (usize, Vec<u8>) {
        let mut plain = Vec::new();
        let values = self.dictionary.values();
        W::append_plain(values, self.layout, &mut plain);
        (values.len(), plain)
    }

    /// Appends the octets of the page's values to `page`, and begins the next.
    pub(super) fn end_page(&mut self, page: &mut Vec<u8>) -> (Encoding, Bounds<u128>) {
        let bounds = bounds(&self.values);
        let encoding = if self.uses_dictionary && self.append_indices(bounds, page) {
            Encoding::RLE_DICTIONARY
        } else {
            W::append_plain(&self.values, self.layout, page);
            Encoding::PLAIN
        };
        self.values.clear();
        let bounds = bounds.map(|(least, greatest)| (least.widened(), greatest.widened()));
        (encoding, bounds)
    }

    /// Appends the positions of the values in the dictionary; returns false and appends nothing if that takes
    /// more octets than the values, which ends the dictionary.
    fn append_indices(&mut self, bounds: Bounds<W>, page: &mut Vec<u8>) -> bool {
        let known = self.dictionary.values().len();
        let equal = bounds.filter(|(least, greatest)| least == greatest);
        if let Some(index) = equal.and_then(|(value, _)| self.dictionary.index(value)) {
            let width = self.index_width();
            page.push(u8::try_from(width).unwrap_or(u8::MAX));
            append_run(index, width, self.values.len(), page);
            return true;
        }
        self.indices.clear();
        if !look_up(&self.values, &mut self.dictionary, &mut self.indices) || self.is_long(known) {
            self.dictionary.end_at(known);
            self.uses_dictionary = false;
            return false;
        }
        let width = self.index_width();
        page.push(u8::try_from(width).unwrap_or(u8::MAX));
        append_packed(&self.indices, width, page);
        true
    }

    /// Whether the values take fewer octets than their indices and what was added to the dictionary.
    fn is_long(&self, known: usize) -> bool {
        let octets = self.layout.octets();
        let added = self.dictionary.values().len().saturating_sub(known);
        let width = usize::try_from(self.index_width()).unwrap_or(usize::MAX);
        let packed = self.indices.len().saturating_mul(width) / 8;
        let long = added.saturating_mul(octets).saturating_add(packed);
        long > self.values.len().saturating_mul(octets)
    }

    /// Bits of an index; 1 at least, as not every reader has to know indices without bits.
    fn index_width(&self) -> u32 {
        let last = self.dictionary.values().len().saturating_sub(1);
        last.checked_ilog2()
            .map_or(1, |bits| bits.saturating_add(1))
    }
}

fn bounds<W: Word>(values: &[W]) -> Bounds<W> {
    let first = *values.first()?;
    Some(
        values
            .iter()
            .fold((first, first), |(least, greatest), value| {
                (least.min(*value), greatest.max(*value))
            }),
    )
}

/// Looks all values up; false if the dictionary has no room for one.
fn look_up<W: Word>(values: &[W], dictionary: &mut Dictionary<W>, indices: &mut Vec<u32>) -> bool {
    let mut last: Option<(W, u32)> = None;
    indices.reserve(values.len());
    for value in values {
        let index = match last {
            // Values often repeat, as all flows of a message have its time.
            Some((value_before, index)) if value_before == *value => index,
            _ => match dictionary.index(*value) {
                Some(index) => index,
                None => return false,
            },
        };
        last = Some((*value, index));
        indices.push(index);
    }
    true
}

/// Appends which rows have a value (definition levels of a data page of version 1): their length, and one run.
pub(super) fn append_validity(validity: Option<&NullBuffer>, rows: usize, page: &mut Vec<u8>) {
    let begin = page.len();
    page.extend_from_slice(&[0; 4]);
    match validity {
        Some(validity) if validity.null_count() < rows => {
            append_bits(&validity.inner().sliced(), rows, page);
        }
        validity => append_run(u32::from(validity.is_none()), 1, rows, page),
    }
    let len = page.len().saturating_sub(begin).saturating_sub(4);
    let len = u32::try_from(len).unwrap_or(u32::MAX);
    if let Some(octets) = page.get_mut(begin..begin.saturating_add(4)) {
        octets.copy_from_slice(&len.to_le_bytes());
    }
}

/// Appends bits, of which an octet has 8 and the first is its lowest: bit-packed numbers of one bit.
fn append_bits(bits: &[u8], count: usize, page: &mut Vec<u8>) {
    let groups = count.div_ceil(8);
    append_varint(groups << 1 | 1, page);
    page.extend_from_slice(bits.get(..groups).unwrap_or(bits));
}

/// Appends a number `count` times, in the hybrid of runs and bit-packed numbers.
fn append_run(number: u32, width: u32, count: usize, page: &mut Vec<u8>) {
    append_varint(count << 1, page);
    let octets = usize::try_from(width.div_ceil(8)).unwrap_or(0);
    page.extend_from_slice(number.to_le_bytes().get(..octets).unwrap_or_default());
}

/// Appends numbers of this number of bits, 32 at most, in the hybrid of runs and bit-packed numbers.
fn append_packed(numbers: &[u32], width: u32, page: &mut Vec<u8>) {
    let groups = numbers.len().div_ceil(8);
    append_varint(groups << 1 | 1, page);
    let octets = groups.saturating_mul(usize::try_from(width).unwrap_or(0));
    let end = page.len().saturating_add(octets);
    page.reserve(octets.saturating_add(8));
    let (mut bits, mut count) = (0_u64, 0_u32);
    for number in numbers {
        // Fewer than 32 bits wait, so there is room for 32 more.
        bits |= u64::from(*number) << count;
        count = count.wrapping_add(width);
        if count >= 32 {
            let [a, b, c, d, ..] = bits.to_le_bytes();
            page.extend_from_slice(&[a, b, c, d]);
            bits >>= 32;
            count = count.wrapping_sub(32);
        }
    }
    page.extend_from_slice(&bits.to_le_bytes());
    page.resize(end, 0);
}

/// Appends a number of any size, 7 bits an octet, the lowest first.
fn append_varint(number: usize, page: &mut Vec<u8>) {
    let mut rest = number;
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap_or(0);
        rest >>= 7;
        if rest == 0 {
            return page.push(low);
        }
        page.push(low | 0x80);
    }
}
