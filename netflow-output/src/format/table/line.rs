//! A line of the table.

use super::cells::Shown;
use super::column::Align;

/// A line, and how wide it is.
#[derive(Debug, Default)]
pub(super) struct Line {
    text: Vec<u8>,
    width: usize,
}

/// More than most columns have between their texts.
const BLANKS: [u8; 64] = [b' '; 64];

impl Line {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.width = 0;
    }

    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// Adds a cell right after the line.
    pub(super) fn add(&mut self, cell: Shown<'_>) {
        self.text.extend_from_slice(cell.text);
        self.width += cell.width;
    }

    /// Adds a cell at a place of the line, or after what is there already.
    pub(super) fn put(&mut self, cell: Shown<'_>, at: usize, room: usize, align: Align) {
        let mut start = at;
        if align == Align::Right {
            start += room.saturating_sub(cell.width);
        }
        // A cell too wide for its column is followed by a blank nevertheless.
        let blanks = start
            .saturating_sub(self.width)
            .max(usize::from(self.width > 0));
        match BLANKS.get(..blanks) {
            Some(blanks) => self.text.extend_from_slice(blanks),
            None => self.text.resize(self.text.len() + blanks, b' '),
        }
        self.width += blanks;
        self.add(cell);
    }

    /// Writes the line without the blanks at its end.
    pub(super) fn end(&self, out: &mut Vec<u8>) {
        let last = self.text.iter().rposition(|octet| *octet != b' ');
        let len = last.map_or(0, |last| last + 1);
        out.extend_from_slice(self.text.get(..len).unwrap_or_default());
        out.push(b'\n');
    }
}
