//! Rows of a single line, which are written into it column by column: without cells, which cost as much as what
//! they hold. Rows that need more than one line are written by [`TableLayout::row`].

use super::{ARROW, Chosen, ColumnSide, GAP, TableLayout};
use crate::format::row::Pen;
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
            && self.event.is_none()
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
        let chosen = self.chosen.as_slice();
        let is_written = line.write(|pen| write_line(pen, chosen, columns, values, style));
        if is_written {
            line.end(out);
        }
        is_written
    }
}

/// Writes the line of a flow without the blanks at its end; `false` if one line is not enough.
#[inline(always)]
fn write_line(
    pen: &mut Pen<'_>,
    chosen: &[Chosen],
    columns: &[PlannedColumn],
    values: &RowValues<'_, '_>,
    style: RowStyle,
) -> bool {
    // Where the line should be, were all cells as wide as their columns.
    let mut due = 0;
    // Where it is with the blanks that are not written yet: they are where a column is empty.
    let mut end = 0;
    for chosen in chosen {
        let before = end;
        if pen.is_full() {
            return false;
        }
        if chosen.side == ColumnSide::Destination {
            let arrow = due;
            due += ARROW.len() + GAP;
            if before > arrow.saturating_sub(GAP) {
                return false;
            }
            pen.blanks_to(arrow);
            pen.block(&ARROW_AND_BLANK, ARROW.len() + GAP);
        }
        let is_present = columns.get(chosen.index);
        let is_present = is_present.is_some_and(|planned| planned.is_present);
        let start = |width: usize| match chosen.align {
            _ if chosen.side == ColumnSide::Destination => due,
            Align::Left => before + gap(before, due),
            Align::Right => before + gap(before, due + chosen.width.saturating_sub(width)),
        };
        if !is_present {
            end = start(0);
        } else if chosen.align == Align::Right {
            let left = before + gap(before, due);
            pen.right(
                left,
                |pen| chosen.column.write(values, style.cells, pen),
                start,
            );
            end = pen.at();
        } else {
            let start = start(0);
            pen.blanks_to(start);
            if chosen.column == TableColumn::Start {
                write_start(pen, values, style.is_suspect);
            } else {
                chosen.column.write(values, style.cells, pen);
            }
            end = pen.at();
            if chosen.side == ColumnSide::Destination && end - start > chosen.width {
                return false;
            }
        }
        due += chosen.width + GAP;
    }
    true
}

/// Blanks up to this place; a cell too wide for its column is followed by a blank nevertheless.
#[inline]
fn gap(len: usize, place: usize) -> usize {
    place.saturating_sub(len).max(usize::from(len > 0))
}

#[inline(always)]
fn write_start(pen: &mut Pen<'_>, values: &RowValues<'_, '_>, is_suspect: bool) {
    if let Some(time) = values.start.or(values.end) {
        pen.plain_time(time);
    }
    if is_suspect {
        pen.octet(SUSPECT);
    }
}
