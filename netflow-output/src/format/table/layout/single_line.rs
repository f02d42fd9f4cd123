//! Rows of a single line, which are written into it column by column: without cells, which cost as much as what
//! they hold. Rows that need more than one line are written by [`TableLayout::row`].

use super::{ARROW, ColumnSide, GAP, TableLayout};
use crate::format::row::RowText;
use crate::format::table::PlannedColumn;
use crate::format::table::column::{Align, RowStyle, SUSPECT, TableColumn};
use crate::format::table::values::RowValues;

/// Columns that a line may be wide: the buffer of a row has room for more, as its last cell may be wider than its column.
const WIDEST: usize = 1_024;
/// The arrow with the blank after it.
const ARROW_AND_BLANK: [u8; 4] = *b"->  ";

impl TableLayout {
    /// Whether each row is one line of columns that are written by [`TableColumn::write`].
    pub(super) fn has_single_lines(&self) -> bool {
        let is_usual = |column: TableColumn| !matches!(column, TableColumn::Field(_));
        !self.short_time
            && self.sampling.is_none()
            && self.translated.is_none()
            && self.width() < WIDEST
            && self.chosen.iter().all(|chosen| is_usual(chosen.column))
    }

    /// Writes the row of a flow, the same as [`TableLayout::row`] does; `false` if it needs more than a line, and
    /// nothing is written then.
    pub(in crate::format::table) fn single_line_row(
        &mut self,
        columns: &[PlannedColumn],
        values: &RowValues<'_, '_>,
        style: RowStyle,
        out: &mut Vec<u8>,
    ) -> bool {
        if !self.has_single_lines {
            return false;
        }
        let line = &mut self.single_line;
        line.clear();
        // Where the line should be, were all cells as wide as their columns.
        let mut due = 0;
        for chosen in &self.chosen {
            if line.is_full() {
                return false;
            }
            let before = line.len();
            if chosen.side == ColumnSide::Destination {
                let arrow = due;
                due += ARROW.len() + GAP;
                if before > arrow.saturating_sub(GAP) {
                    return false;
                }
                line.blanks(arrow - before);
                line.block(&ARROW_AND_BLANK, ARROW.len() + GAP);
            } else {
                line.blanks(gap(before, due));
            }
            let start = line.len();
            let is_present = columns.get(chosen.index);
            if is_present.is_some_and(|planned| planned.is_present) {
                if chosen.column == TableColumn::Start {
                    write_start(line, values, style.is_suspect);
                } else {
                    chosen.column.write(values, style.cells, line);
                }
            }
            let width = line.len() - start;
            if chosen.side == ColumnSide::Destination && width > chosen.width {
                return false;
            }
            if chosen.align == Align::Right {
                let right = due + chosen.width.saturating_sub(width);
                line.shift(start, before + gap(before, right) - start);
            }
            due += chosen.width + GAP;
        }
        line.end(out);
        true
    }
}

/// Blanks up to this place; a cell too wide for its column is followed by a blank nevertheless.
#[inline]
fn gap(len: usize, place: usize) -> usize {
    place.saturating_sub(len).max(usize::from(len > 0))
}

fn write_start(line: &mut RowText, values: &RowValues<'_, '_>, is_suspect: bool) {
    if let Some(time) = values.start.or(values.end) {
        line.plain_time(time);
    }
    if is_suspect {
        line.octet(SUSPECT);
    }
}
