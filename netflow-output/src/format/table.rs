//! Flows as a table for people, as wide as the terminal.
//!
//! The first rows are kept back until the widths of the columns can be chosen from them;
//! from then on each row is written as it comes.

mod cells;
mod column;
mod layout;
mod number;

use netflow_core::field::FlowField;
use netflow_core::{Flow, Message, Stats};

use self::cells::Cells;
use self::column::{Column, Style};
use self::layout::{Layout, Place, is_suspect};
use crate::format::flow;
use crate::format::{Biflows, Format, Suspects};

/// Rows that are seen before the widths are chosen.
const KEPT_BACK: usize = 256;
/// From this width on numbers are written in full.
const WIDE: usize = 120;

/// Flows as a table.
#[derive(Debug)]
pub struct Table {
    biflows: Biflows,
    width: usize,
    columns: Vec<Column>,
    style: Style,
    /// Rows kept back, until there is a layout.
    kept: Vec<Cells>,
    layout: Option<Layout>,
    /// The row being written.
    cells: Cells,
    flows: u64,
    packets: u64,
    octets: u64,
    /// The same of the other direction, in rows that have no columns for it.
    packets_back: u64,
    octets_back: u64,
    /// Flows whose times cannot be right.
    suspects: u64,
}

impl Table {
    /// A table of this width, with these fields or the columns that suit most.
    #[must_use]
    pub fn new(width: usize, biflows: Biflows, fields: Option<&[FlowField]>) -> Self {
        Self {
            biflows,
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
            flows: 0,
            packets: 0,
            octets: 0,
            packets_back: 0,
            octets_back: 0,
            suspects: 0,
        }
    }

    fn flow(&mut self, flow: &Flow<'_>, out: &mut Vec<u8>) {
        self.flows += 1;
        self.packets = self.packets.saturating_add(flow.packets().unwrap_or(0));
        self.octets = self.octets.saturating_add(flow.octets().unwrap_or(0));
        if self.biflows == Biflows::Whole && self.columns.as_slice() == Column::USUAL {
            let (packets, octets) = (flow.reverse_packets(), flow.reverse_octets());
            self.packets_back = self.packets_back.saturating_add(packets.unwrap_or(0));
            self.octets_back = self.octets_back.saturating_add(octets.unwrap_or(0));
        }
        self.cells.clear();
        for column in &self.columns {
            self.cells.push(|out| column.write(flow, self.style, out));
        }
        if self.columns.first() == Some(&Column::Start) && is_suspect(self.cells.get(0)) {
            self.suspects += 1;
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
    fn totals(&self, layout: &Layout, out: &mut Vec<u8>) {
        layout.rule(out);
        let mut cells = Cells::default();
        for column in &self.columns {
            cells.push(|out| match column {
                Column::Packets | Column::Field(FlowField::Packets) => {
                    number::count(out, self.packets, self.style.exact);
                }
                Column::Octets | Column::Field(FlowField::Octets) => {
                    number::count(out, self.octets, self.style.exact);
                }
                _ => {}
            });
        }
        let plural = if self.flows == 1 { "" } else { "s" };
        layout.foot(&format!("{} flow{plural}", self.flows), &cells, out);
        if self.packets_back > 0 || self.octets_back > 0 {
            out.extend_from_slice(b"and ");
            number::count(out, self.packets_back, self.style.exact);
            out.extend_from_slice(b" pkts, ");
            number::count(out, self.octets_back, self.style.exact);
            out.extend_from_slice(b" octets back, which --split-biflows shows\n");
        }
    }
}

impl Format for Table {
    fn message(&mut self, message: &Message<'_>, out: &mut Vec<u8>) {
        self.biflows.for_each(message, |flow| self.flow(flow, out));
    }

    /// Writes the rows that were kept back.
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

    fn finish(&mut self, stats: &Stats, out: &mut Vec<u8>) -> Result<(), String> {
        self.flush(out);
        match &self.layout {
            Some(layout) => self.totals(layout, out),
            // Where there was no flow export at all, an error says so.
            None if stats.messages == 0 => {}
            None => out.extend_from_slice(b"0 flows\n"),
        }
        Ok(())
    }
}

impl Column {
    fn write(&self, flow: &Flow<'_>, style: Style, out: &mut Vec<u8>) {
        match self {
            Self::Field(field) => {
                if let Some(value) = flow::value(flow, *field) {
                    flow::plain(out, value);
                }
            }
            usual => usual.write_usual(flow, style, out),
        }
    }

    const fn place(self) -> Place {
        match self {
            Self::Source => Place::Source,
            Self::Destination => Place::Destination,
            _ => Place::Other,
        }
    }
}

#[cfg(test)]
mod tests;
