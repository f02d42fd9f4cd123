//! A line of the table.

use super::cells::Shown;
use super::column::Align;
use crate::format::room::BLOCK;

/// A line, and how wide it is.
///
/// BE ADVISED: texts and blanks are copied in blocks of a fixed size, and what is copied too much is
/// overwritten by what follows. So the memory is longer than the line by a block.
#[derive(Debug, Default)]
pub(super) struct TableLine {
    memory: Vec<u8>,
    len: usize,
    width: usize,
}

/// More than most columns have between their texts.
const BLANKS: [u8; BLOCK] = [b' '; BLOCK];
/// Octets by which the memory grows.
const GROWTH: usize = 256;

impl TableLine {
    pub(super) const fn clear(&mut self) {
        self.len = 0;
        self.width = 0;
    }

    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// Adds a cell right after the line.
    #[inline]
    pub(super) fn add(&mut self, cell: Shown<'_>) {
        match cell.block() {
            Some(block) => self.block(block, cell.text.len()),
            None => self.text(cell.text),
        }
        self.width += cell.width;
    }

    /// Adds the first `len` octets of a block.
    #[inline]
    fn block(&mut self, block: &[u8; BLOCK], len: usize) {
        let rest = self.memory.get_mut(self.len..);
        match rest.and_then(<[u8]>::first_chunk_mut) {
            Some(room) => {
                *room = *block;
                self.len += len;
            }
            None => self.text(block.get(..len).unwrap_or_default()),
        }
    }

    #[inline(never)]
    fn text(&mut self, text: &[u8]) {
        let end = self.len + text.len();
        if self.memory.len() < end + BLOCK {
            self.memory.resize(end + BLOCK + GROWTH, b' ');
        }
        if let Some(room) = self.memory.get_mut(self.len..end) {
            room.copy_from_slice(text);
        }
        self.len = end;
    }

    /// Adds a cell at a place of the line, or after what is there already.
    #[inline]
    pub(super) fn put(&mut self, cell: Shown<'_>, at: usize, room: usize, align: Align) {
        let mut start = at;
        if align == Align::Right {
            start += room.saturating_sub(cell.width);
        }
        // A cell too wide for its column is followed by a blank nevertheless.
        let blanks = start
            .saturating_sub(self.width)
            .max(usize::from(self.width > 0));
        let mut rest = blanks;
        while rest > 0 {
            let len = rest.min(BLOCK);
            self.block(&BLANKS, len);
            rest -= len;
        }
        self.width += blanks;
        self.add(cell);
    }

    /// Writes the line without the blanks at its end.
    pub(super) fn end(&self, out: &mut Vec<u8>) {
        let text = self.memory.get(..self.len).unwrap_or_default();
        let last = text.iter().rposition(|octet| *octet != b' ');
        let len = last.map_or(0, |last| last + 1);
        out.extend_from_slice(text.get(..len).unwrap_or_default());
        out.push(b'\n');
    }
}
