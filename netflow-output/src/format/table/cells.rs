//! The cells of a row, in one piece of memory.

/// The texts of a row. Controls in them are replaced: what an exporter sends does not
/// command the terminal.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells {
    text: String,
    ends: Vec<usize>,
    octets: Vec<u8>,
}

impl Cells {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds a cell.
    pub(super) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.octets.clear();
        write(&mut self.octets);
        let text = String::from_utf8_lossy(&self.octets);
        let visible = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        self.text.extend(text.chars().map(visible));
        self.ends.push(self.text.len());
    }

    /// The cell of a column; empty if there is nothing to say.
    pub(super) fn get(&self, column: usize) -> &str {
        let start = column
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |end| *end);
        let end = self.ends.get(column).map_or(start, |end| *end);
        self.text.get(start..end).unwrap_or_default()
    }

    /// How wide the cell is.
    pub(super) fn width(&self, column: usize) -> usize {
        width(self.get(column))
    }
}

/// Columns of the terminal that a text takes, were every character one wide.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().count()
    }
}
