//! Flows as a table for people, as wide as the terminal.
//!
//! The first rows are held back until the widths of the columns can be chosen from them;
//! from then on each row is written as it comes.

mod cells;
mod column;
mod endpoint;
mod event;
mod layout;
mod line;
mod number;
mod protocol;
mod sums;
mod values;

use core::ops::Range;

use netflow_core::field::FlowField;
use netflow_core::{Decoded, FlowColumn, Projection, Set, SetKind, Stats};

use self::cells::Cells;
use self::column::{Column, Style};
use self::layout::{Layout, Side};
use self::sums::Sums;
use self::values::{Places, Values};
use crate::format::flow;
use crate::format::row::Row;
use crate::format::sorted::{Order, Ranking};
use crate::format::{Biflows, Format, FormatError, Selection, Suspects};

/// Rows that are seen before the widths are chosen.
const KEPT_BACK: usize = 256;
/// The width of the table from which numbers are written in full.
const WIDE: usize = 120;

/// The note below sums that include running totals of flows that began earlier.
const INEXACT: &[u8] = b"the sums hold running totals whole, of flows that began before\n";

/// Flows as a table.
#[derive(Debug)]
pub struct Table {
    selection: Selection,
    width: usize,
    /// The fields of [`Values`], and those of the columns.
    projection: Projection,
    columns: Vec<PlannedColumn>,
    style: Style,
    /// Whether the counters of the reverse direction are summed too: rows have no columns for them.
    with_reverse: bool,
    /// Rows held back until there is a layout.
    kept: Vec<Cells>,
    /// Rows to be sorted, if they are written in another order than they arrive in.
    ranking: Option<Ranking<Cells>>,
    layout: Option<Layout>,
    /// The row being written.
    cells: Cells,
    sums: Sums,
    /// Flows with impossible times.
    suspects: u64,
}

/// A column, and its state for the set being written.
#[derive(Debug)]
struct PlannedColumn {
    column: Column,
    /// The positions of its fields in the projection.
    positions: Range<usize>,
    /// Whether flows of the set being written can have it.
    is_present: bool,
    /// Whether it is in the layout; true for every column until there is a layout.
    is_shown: bool,
}

impl Table {
    /// A table of this width, with these fields or the columns that suit most.
    #[must_use]
    pub fn new(
        width: usize,
        selection: impl Into<Selection>,
        fields: Option<&[FlowField]>,
    ) -> Self {
        let selection = selection.into();
        let with_reverse = selection.biflows() == Biflows::Whole && fields.is_none();
        let columns: Vec<Column> = fields.map_or_else(
            || Column::USUAL.to_vec(),
            |fields| fields.iter().copied().map(Column::Field).collect(),
        );
        let mut projected = values::FIELDS.to_vec();
        let plan = |column: &Column| {
            let start = projected.len();
            projected.extend_from_slice(column.fields());
            PlannedColumn {
                column: *column,
                positions: start..projected.len(),
                is_present: true,
                is_shown: true,
            }
        };
        let columns = columns.iter().map(plan).collect();
        Self {
            selection,
            width,
            projection: Projection::new(projected),
            columns,
            style: Style {
                exact: width >= WIDE,
            },
            with_reverse,
            kept: Vec::new(),
            ranking: None,
            layout: None,
            cells: Cells::default(),
            sums: Sums::new(),
            suspects: 0,
        }
    }

    /// With rows in this order, all written at the end; with a limit, only the first of them.
    #[must_use]
    pub fn sorted(self, order: Order, limit: Option<u64>) -> Self {
        let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
        Self {
            ranking: Some(Ranking::new(order, limit)),
            ..self
        }
    }

    fn set(&mut self, set: &Set<'_>, out: &mut Vec<u8>) {
        if !matches!(set.kind(), SetKind::Data | SetKind::Samples) {
            return;
        }
        if !self.selection.prepare(set) {
            return;
        }
        let is_split = self.selection.biflows() == Biflows::Split;
        let projected = self.projection.of(set);
        for planned in &mut self.columns {
            let read = projected.columns().get(planned.positions.clone());
            let can_have = |column: &FlowColumn| !matches!(column, FlowColumn::Absent);
            // The reverse direction has its fields elsewhere in the record.
            planned.is_present = is_split
                || planned.positions.is_empty()
                || read.is_none_or(|read| read.iter().any(can_have));
        }
        // The two directions of a record are two flows then, each with its own counters.
        let first = set.flows().next().filter(|_| !is_split);
        self.sums.begin_set(first.as_ref());
        let places = Places::new(&projected, set.header(), is_split);
        let mut rows = Rows {
            columns: &mut self.columns,
            style: self.style,
            width: self.width,
            with_reverse: self.with_reverse,
            kept: &mut self.kept,
            ranking: self.ranking.as_mut(),
            layout: &mut self.layout,
            cells: &mut self.cells,
            sums: &mut self.sums,
            suspects: 0,
            out,
        };
        self.selection.for_each(set, |flow| {
            rows.row(&Values::new(&places, flow));
        });
        self.suspects += rows.suspects;
    }

    /// The line below all: how many flows, and the sums of the columns that have one.
    fn totals(&self, layout: &mut Layout, shown: Option<usize>, out: &mut Vec<u8>) {
        layout.rule(out);
        let mut cells = Cells::default();
        for planned in &self.columns {
            cells.push(|row| match planned.column {
                Column::Packets | Column::Field(FlowField::Packets) => {
                    number::count(row, self.sums.packets, self.style.exact);
                }
                Column::Octets | Column::Field(FlowField::Octets) => {
                    number::count(row, self.sums.octets, self.style.exact);
                }
                _ => {}
            });
        }
        let sums = &self.sums;
        let plural = if sums.flows == 1 { "" } else { "s" };
        let mut count = format!("{} flow{plural}", sums.flows);
        if let Some(shown) = shown {
            count.insert_str(0, &format!("{shown} of "));
        }
        layout.foot(&count, &cells, out);
        if sums.reverse_packets > 0 || sums.reverse_octets > 0 {
            let mut row = Row::default();
            row.word("and ");
            number::count(&mut row, sums.reverse_packets, self.style.exact);
            row.word(" pkts, ");
            number::count(&mut row, sums.reverse_octets, self.style.exact);
            out.extend_from_slice(row.text(0, row.len()));
            out.extend_from_slice(b" octets in the reverse direction\n");
        }
        if !sums.is_exact {
            out.extend_from_slice(INEXACT);
        }
    }
}

impl Format for Table {
    fn message(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        for set in message.joined_sets() {
            self.set(&set, out);
        }
        self.ranking.as_ref().map_or(Ok(()), Ranking::check)
    }

    /// Writes the rows that were held back.
    fn flush(&mut self, out: &mut Vec<u8>) {
        if self.layout.is_none() && !self.kept.is_empty() {
            let kept = core::mem::take(&mut self.kept);
            self.layout = Some(lay_out(&mut self.columns, &kept, self.width, out));
        }
    }

    fn is_live(&self) -> bool {
        self.ranking.is_none()
    }

    fn is_done(&self) -> bool {
        self.selection.is_exhausted()
    }

    fn suspects(&self) -> Suspects {
        Suspects {
            flows: self.suspects,
            mark: "?",
        }
    }

    fn finish(&mut self, stats: &Stats, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let mut shown = None;
        if let Some(ranking) = self.ranking.take() {
            let added = ranking.added();
            self.kept = ranking.into_rows().collect();
            let is_part = u64::try_from(self.kept.len()).is_ok_and(|kept| kept < added);
            shown = is_part.then_some(self.kept.len());
        }
        self.flush(out);
        match self.layout.take() {
            Some(mut layout) => self.totals(&mut layout, shown, out),
            // Where there was no flow export at all, an error says so.
            None if stats.messages == 0 => {}
            None => out.extend_from_slice(b"0 flows\n"),
        }
        Ok(())
    }
}

/// The rows of a set, being written.
struct Rows<'t> {
    columns: &'t mut [PlannedColumn],
    style: Style,
    width: usize,
    with_reverse: bool,
    kept: &'t mut Vec<Cells>,
    ranking: Option<&'t mut Ranking<Cells>>,
    layout: &'t mut Option<Layout>,
    cells: &'t mut Cells,
    sums: &'t mut Sums,
    suspects: u64,
    out: &'t mut Vec<u8>,
}

impl Rows<'_> {
    fn row(&mut self, values: &Values<'_, '_>) {
        self.sums.add(values, self.with_reverse);
        self.cells.clear();
        for planned in &*self.columns {
            match planned.column {
                _ if !planned.is_present => self.cells.push_empty(),
                // It is counted, too.
                Column::Start => {
                    let is_suspect = values.is_suspect();
                    self.suspects += u64::from(is_suspect);
                    let time = values.start.or(values.end);
                    self.cells.push_start(time, is_suspect);
                }
                _ if !planned.is_shown => self.cells.push_empty(),
                Column::Field(field) => self.cells.push_value(flow::value(values.flow, field)),
                usual => self.cells.push(|row| usual.write(values, self.style, row)),
            }
        }
        if let Some(ranking) = &mut self.ranking {
            ranking.add(values.flow, self.cells.clone(), self.cells.memory());
            return;
        }
        if let Some(layout) = self.layout {
            layout.row(self.cells, self.out);
            return;
        }
        self.kept.push(self.cells.clone());
        if self.kept.len() >= KEPT_BACK {
            let kept = core::mem::take(self.kept);
            *self.layout = Some(lay_out(self.columns, &kept, self.width, self.out));
        }
    }
}

/// Chooses the layout by these rows and writes them.
fn lay_out(
    columns: &mut [PlannedColumn],
    rows: &[Cells],
    width: usize,
    out: &mut Vec<u8>,
) -> Layout {
    let all: Vec<Column> = columns.iter().map(|planned| planned.column).collect();
    let mut layout = Layout::choose(&all, rows, width);
    for (index, planned) in columns.iter_mut().enumerate() {
        planned.is_shown = layout.shows(index);
    }
    layout.head(out);
    for cells in rows {
        layout.row(cells, out);
    }
    layout
}

impl Column {
    const fn side(self) -> Side {
        match self {
            Self::Source => Side::Source,
            Self::Destination => Side::Destination,
            _ => Side::Other,
        }
    }
}

#[cfg(test)]
mod tests;
