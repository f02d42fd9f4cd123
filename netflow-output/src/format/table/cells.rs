//! The cells of a row, in one piece of memory.

use netflow_core::{FlowValue, Timestamp};

use super::column::SUSPECT;
use crate::format::Zone;
use crate::format::flow_value;
use crate::format::room::BLOCK;
use crate::format::row::{LongValue, Pen, RowText};

/// The cells of a row. Controls in them are replaced: what an exporter sends does not
/// command the terminal.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells {
    row: RowText,
    /// Cells that may be of any length, and those for which there is no room in the row.
    long: String,
    cells: Vec<Cell>,
    /// Whether the times of the flow are impossible.
    pub(super) is_suspect: bool,
    /// Whether the flow is one of frames that carry no IP; known of rows by which a layout is chosen.
    pub(super) is_without_ip: bool,
}

/// One cell.
#[derive(Debug, Clone, Copy)]
struct Cell {
    start: usize,
    end: usize,
    width: usize,
    is_long: bool,
}

impl Cell {
    const EMPTY: Self = Self {
        start: 0,
        end: 0,
        width: 0,
        is_long: true,
    };
}

/// What a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shown<'c> {
    pub(super) text: &'c [u8],
    /// The text and what follows it, if it is no longer than a block: it is copied by one store.
    block: Option<&'c [u8; BLOCK]>,
    /// Columns of the terminal that it takes, were every character one wide.
    pub(super) width: usize,
}

impl<'c> Shown<'c> {
    pub(super) const fn ascii(text: &'c [u8]) -> Self {
        Self {
            text,
            block: None,
            width: text.len(),
        }
    }

    /// The first `len` octets of a block.
    pub(super) const fn of_block(block: &'c [u8; BLOCK], len: usize) -> Self {
        Self {
            text: block.split_at(len).0,
            block: Some(block),
            width: len,
        }
    }

    /// The text in a block, if it fits.
    #[inline]
    pub(super) const fn block(&self) -> Option<&'c [u8; BLOCK]> {
        self.block
    }
}

impl Cells {
    /// Writes times in this zone, not in UTC.
    pub(super) fn set_zone(&mut self, zone: Zone) {
        self.row.set_zone(zone);
    }

    /// The zone of times, if it is not UTC.
    pub(super) const fn zone(&self) -> Option<&Zone> {
        self.row.zone()
    }

    /// Octets that it takes on the heap, about.
    pub(super) fn memory(&self) -> usize {
        let cells = self.cells.len() * size_of::<Cell>();
        self.row.len() + self.long.len() + cells
    }

    pub(super) fn clear(&mut self) {
        self.row.clear();
        self.long.clear();
        self.cells.clear();
        self.is_suspect = false;
        self.is_without_ip = false;
    }

    /// Adds a cell of ASCII.
    pub(super) fn push(&mut self, write: impl FnOnce(&mut Pen<'_>)) {
        if self.row.is_full() {
            self.spill();
        }
        let start = self.row.len();
        self.row.write(write);
        let end = self.row.len();
        self.cells.push(Cell {
            start,
            end,
            width: end - start,
            is_long: false,
        });
    }

    /// Moves the cells of the row to where there is no limit.
    #[cold]
    fn spill(&mut self) {
        let before = self.long.len();
        let text = self.row.text(0, self.row.len());
        self.long.push_str(&String::from_utf8_lossy(text));
        for cell in self.cells.iter_mut().filter(|cell| !cell.is_long) {
            cell.start += before;
            cell.end += before;
            cell.is_long = true;
        }
        self.row.clear();
    }

    /// Adds a cell of any text.
    pub(super) fn push_text(&mut self, text: &str) {
        let start = self.long.len();
        let visible = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        self.long.extend(text.chars().map(visible));
        self.cells.push(Cell {
            start,
            end: self.long.len(),
            width: text.chars().count(),
            is_long: true,
        });
    }

    /// Adds the cell of the time when a flow started, or ended where that is all there is.
    pub(super) fn push_start(&mut self, time: Option<Timestamp>, is_suspect: bool) {
        self.is_suspect = is_suspect;
        self.push(|pen| {
            if let Some(time) = time {
                pen.plain_time(time);
            }
            if is_suspect {
                pen.octet(SUSPECT);
            }
        });
    }

    /// Adds a cell with nothing in it.
    #[inline]
    pub(super) fn push_empty(&mut self) {
        self.cells.push(Cell::EMPTY);
    }

    /// Adds the cell of a field.
    pub(super) fn push_value(&mut self, value: Option<FlowValue<'_>>) {
        let Some(value) = value else {
            self.push_empty();
            return;
        };
        let mut written = Ok(());
        self.push(|pen| written = pen.value(&value));
        if let Err(LongValue) = written {
            self.cells.pop();
            let mut text = Vec::new();
            flow_value::plain(&mut text, value);
            self.push_text(&String::from_utf8_lossy(&text));
        }
    }

    /// The cell of a column; empty if there is nothing to say.
    pub(super) fn get(&self, column: usize) -> Shown<'_> {
        let Some(cell) = self.cells.get(column) else {
            return Shown::default();
        };
        if cell.is_long {
            let text = self.long.as_bytes().get(cell.start..cell.end);
            return Shown {
                text: text.unwrap_or_default(),
                block: None,
                width: cell.width,
            };
        }
        let block = self.row.block_at(cell.start);
        Shown {
            text: self.row.text(cell.start, cell.end),
            block: block.filter(|_| cell.width <= BLOCK),
            width: cell.width,
        }
    }
}
