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

use netflow_core::field::FlowField;
use netflow_core::{Decoded, Flow, FlowColumn, Set, SetKind, Stats};

use self::cells::Cells;
use self::column::{Column, Style};
use self::layout::{Layout, Side};
use self::sums::Sums;
use crate::format::flow;
use crate::format::row::Row;
use crate::format::{Biflows, Format, FormatError, Selection, Suspects};

/// Rows that are seen before the widths are chosen.
const KEPT_BACK: usize = 256;
/// From this width on numbers are written in full.
const WIDE: usize = 120;

/// Below sums of running totals whose flows began earlier.
const INEXACT: &[u8] = b"the sums hold running totals whole, of flows that began before\n";

/// Flows as a table.
#[derive(Debug)]
pub struct Table {
    selection: Selection,
    width: usize,
    columns: Vec<Column>,
    style: Style,
    /// Rows held back until there is a layout.
    kept: Vec<Cells>,
    layout: Option<Layout>,
    /// The row being written.
    cells: Cells,
    /// Which columns the flows of the set being written can have.
    present: Vec<bool>,
    sums: Sums,
    /// Flows whose times cannot be right.
    suspects: u64,
}

impl Table {
    /// A table of this width, with these fields or the columns that suit most.
    #[must_use]
    pub fn new(
        width: usize,
        selection: impl Into<Selection>,
        fields: Option<&[FlowField]>,
    ) -> Self {
        Self {
            selection: selection.into(),
            width,
            columns: fields.map_or_else(
                || Column::USUAL.to_vec(),
                |fields| fields.iter().copied().map(Column::Field).collect(),
            ),
            style: Style {
                exact: width >= WIDE,
            },
            kept: Vec::new(),
            layout: None,
            cells: Cells::default(),
            present: Vec::new(),
            sums: Sums::new(),
            suspects: 0,
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
        self.present.clear();
        self.present.extend(self.columns.iter().map(|column| {
            let fields = column.fields();
            // The reverse direction has its fields elsewhere in the record.
            let can_have = |field: &FlowField| !matches!(set.column(*field), FlowColumn::Absent);
            is_split || fields.is_empty() || fields.iter().any(can_have)
        }));
        // The two directions of a record are two flows then, each with its own counters.
        let first = set.flows().next().filter(|_| !is_split);
        self.sums.begin_set(first.as_ref());
        let with_reverse = !is_split && self.columns.as_slice() == Column::USUAL;
        // Not borrowed from the table, which each row changes.
        let selection = core::mem::replace(&mut self.selection, Biflows::Whole.into());
        selection.for_each(set, |flow| self.flow(flow, with_reverse, out));
        self.selection = selection;
    }

    fn flow(&mut self, flow: &Flow<'_>, with_reverse: bool, out: &mut Vec<u8>) {
        self.sums.add(flow, with_reverse);
        self.cells.clear();
        let columns = self.columns.iter().zip(&self.present);
        for (index, (column, is_present)) in columns.enumerate() {
            let is_shown = match &self.layout {
                Some(layout) => layout.shows(index),
                None => true,
            };
            match column {
                _ if !is_present => self.cells.push_empty(),
                // It is counted, too.
                Column::Start => {
                    let is_suspect = flow.clock_suspect() == Some(true);
                    self.suspects += u64::from(is_suspect);
                    self.cells.push_start(flow, is_suspect);
                }
                _ if !is_shown => self.cells.push_empty(),
                Column::Field(field) => self.cells.push_value(flow::value(flow, *field)),
                usual => self.cells.push(|row| usual.write(flow, self.style, row)),
            }
        }
        if let Some(layout) = &mut self.layout {
            layout.row(&self.cells, out);
        } else {
            self.kept.push(self.cells.clone());
            if self.kept.len() >= KEPT_BACK {
                self.flush(out);
            }
        }
    }

    /// The line below all: how many flows, and the sums of the columns that have one.
    fn totals(&self, layout: &mut Layout, out: &mut Vec<u8>) {
        layout.rule(out);
        let mut cells = Cells::default();
        for column in &self.columns {
            cells.push(|row| match column {
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
        layout.foot(&format!("{} flow{plural}", sums.flows), &cells, out);
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
        Ok(())
    }

    /// Writes the rows that were held back.
    fn flush(&mut self, out: &mut Vec<u8>) {
        if self.layout.is_some() || self.kept.is_empty() {
            return;
        }
        let kept = core::mem::take(&mut self.kept);
        let mut layout = Layout::choose(&self.columns, &kept, self.width);
        layout.head(out);
        for cells in &kept {
            layout.row(cells, out);
        }
        self.layout = Some(layout);
    }

    fn suspects(&self) -> Suspects {
        Suspects {
            flows: self.suspects,
            mark: "?",
        }
    }

    fn finish(&mut self, stats: &Stats, out: &mut Vec<u8>) -> Result<(), FormatError> {
        self.flush(out);
        match self.layout.take() {
            Some(mut layout) => self.totals(&mut layout, out),
            // Where there was no flow export at all, an error says so.
            None if stats.messages == 0 => {}
            None => out.extend_from_slice(b"0 flows\n"),
        }
        Ok(())
    }
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
