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
use netflow_core::{Decoded, FlowColumn, Projection, ProjectionKey, Set, SetKind, Stats};

use self::cells::Cells;
use self::column::{RowStyle, Style, TableColumn};
use self::layout::{ColumnSide, TableLayout};
use self::sums::TableSums;
use self::values::{FieldPlaces, Places, RowValues, SetValues};
use crate::format::row::RowText;
use crate::format::sorted::{Order, Ranking};
use crate::format::{Biflows, Format, FormatError, Selection, Suspects, Zone};
use crate::format::{flow_value, text};

/// Rows that are seen before the widths are chosen.
const KEPT_BACK: usize = 256;
/// The width of the table from which numbers are written in full.
const WIDE: usize = 120;

/// Colours of terminals (ECMA-48, section 8.3.117).
const BOLD: &[u8] = b"\x1b[1m";
const YELLOW: &[u8] = b"\x1b[33m";

/// The note below sums that include running totals of flows that began earlier.
const INEXACT: &[u8] = b"the sums hold running totals whole, of flows that began before\n";

/// Flows as a table.
#[derive(Debug)]
pub struct Table {
    selection: Selection,
    /// The fields of [`RowValues`], and those of the columns.
    projection: Projection,
    of_set: SetValues,
    /// For each template and each shape of sFlow samples, by its slot in the projection.
    shapes: Vec<TableShape>,
    rows: TableRows,
}

/// What the flows of one template or the samples of one shape have.
#[derive(Debug, Clone)]
struct TableShape {
    /// The version of its columns; 0 if there are none yet.
    version: u64,
    fields: FieldPlaces,
    /// Whether they can have each column of the table.
    present: Vec<bool>,
}

/// A column, and its state for the set being written.
#[derive(Debug)]
struct PlannedColumn {
    column: TableColumn,
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
        let columns: Vec<TableColumn> = fields.map_or_else(
            || TableColumn::USUAL.to_vec(),
            |fields| fields.iter().copied().map(TableColumn::Field).collect(),
        );
        let mut projected = values::FIELDS.to_vec();
        let plan = |column: &TableColumn| {
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
            projection: Projection::new(projected),
            of_set: SetValues::default(),
            shapes: Vec::new(),
            rows: TableRows {
                columns,
                style: Style {
                    exact: width >= WIDE,
                },
                width,
                with_reverse,
                is_scaled: false,
                how_to_scale: "",
                is_coloured: false,
                kept: Vec::new(),
                ranking: None,
                layout: None,
                cells: Cells::default(),
                sums: TableSums::new(),
                suspects: 0,
            },
        }
    }

    /// With rows in this order, all written at the end; with a limit, only the first of them.
    #[must_use]
    pub fn sorted(mut self, order: Order, limit: Option<u64>) -> Self {
        let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
        self.rows.ranking = Some(Ranking::new(order, limit));
        self
    }

    /// With octets and packets of sampled flows multiplied by their sampling rate, where that is known, in rows
    /// and sums.
    #[must_use]
    pub fn scaled(mut self) -> Self {
        self.rows.is_scaled = true;
        self
    }

    /// With this after the number of sampled flows, if counters are not scaled: how to see them scaled.
    #[must_use]
    pub fn with_how_to_scale(mut self, text: &'static str) -> Self {
        self.rows.how_to_scale = text;
        self
    }

    /// In colours of terminals: the head and the sums are bold, and rows with impossible times are yellow.
    #[must_use]
    pub fn coloured(mut self) -> Self {
        self.rows.is_coloured = true;
        self
    }

    /// With times in this zone, not in UTC.
    #[must_use]
    pub fn in_zone(mut self, zone: Zone) -> Self {
        self.rows.cells.set_zone(zone);
        self
    }

    fn set(&mut self, set: &Set<'_>, out: &mut Vec<u8>) {
        if !matches!(set.kind(), SetKind::Data | SetKind::Samples) {
            return;
        }
        if !self.selection.prepare(set) {
            return;
        }
        let Some(first) = set.flows().next() else {
            return;
        };
        let is_split = self.selection.biflows() == Biflows::Split;
        // The two directions of a record are two flows then, each with its own counters.
        self.rows.sums.begin_set((!is_split).then_some(&first));
        self.of_set.prepare(&first);
        if set.kind() == SetKind::Samples {
            self.samples(set, out);
            return;
        }
        let rows = &mut self.rows;
        let projected = self.projection.of(set);
        // The reverse direction has its fields elsewhere in the record.
        let key = projected.key().filter(|_| !is_split);
        let columns = projected.columns();
        let fields = match prepared(&mut self.shapes, key, &mut rows.columns, columns) {
            Some(fields) => {
                fields.set_times(columns);
                fields
            }
            None => &FieldPlaces::EACH,
        };
        let places = Places {
            projected,
            fields,
            of_set: &self.of_set,
            is_scaled: rows.is_scaled,
        };
        self.selection.for_each(set, |flow| {
            rows.row(&RowValues::new(&places, flow), out);
        });
    }

    /// The same of sFlow samples, which have places by their shape.
    fn samples(&mut self, set: &Set<'_>, out: &mut Vec<u8>) {
        let (projection, shapes, of_set) = (&mut self.projection, &mut self.shapes, &self.of_set);
        let rows = &mut self.rows;
        self.selection.for_each(set, |flow| {
            let Some(projected) = projection.of_sample(flow) else {
                return;
            };
            let (key, columns) = (projected.key(), projected.columns());
            let fields: &FieldPlaces = match prepared(shapes, key, &mut rows.columns, columns) {
                Some(fields) => fields,
                None => &FieldPlaces::EACH,
            };
            let places = Places {
                projected,
                fields,
                of_set,
                is_scaled: rows.is_scaled,
            };
            rows.row(&RowValues::new(&places, flow), out);
        });
    }
}

/// The places of fields in flows with these columns; `None` if each flow is asked.
fn prepared<'s>(
    shapes: &'s mut Vec<TableShape>,
    key: Option<ProjectionKey>,
    table: &mut [PlannedColumn],
    columns: &[FlowColumn],
) -> Option<&'s mut FieldPlaces> {
    if shapes.is_empty() {
        shapes.resize(Projection::SLOTS, TableShape::NONE);
    }
    let shape = key.and_then(|key| Some((shapes.get_mut(key.slot)?, key.version)));
    let Some((shape, version)) = shape else {
        for planned in table {
            planned.is_present = true;
        }
        return None;
    };
    shape.prepare(version, table, columns);
    Some(&mut shape.fields)
}

impl Format for Table {
    fn message(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        for set in message.joined_sets() {
            self.set(&set, out);
        }
        self.rows.ranking.as_ref().map_or(Ok(()), Ranking::check)
    }

    /// Writes the rows that were held back.
    fn flush(&mut self, out: &mut Vec<u8>) {
        self.rows.flush(out);
    }

    fn is_live(&self) -> bool {
        self.rows.ranking.is_none()
    }

    fn is_done(&self) -> bool {
        self.selection.is_exhausted()
    }

    fn suspects(&self) -> Suspects {
        Suspects {
            flows: self.rows.suspects,
            mark: "?",
        }
    }

    fn finish(&mut self, stats: &Stats, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let shown = self.rows.rank();
        self.rows.flush(out);
        match self.rows.layout.take() {
            Some(mut layout) => self.rows.totals(&mut layout, shown, out),
            // Where there was no flow export at all, an error says so.
            None if stats.messages == 0 => {}
            None => no_flows(stats, out),
        }
        Ok(())
    }
}

/// The table of no rows, and what there is instead of flows.
fn no_flows(stats: &Stats, out: &mut Vec<u8>) {
    out.extend_from_slice(b"0 flows");
    let others = [
        (stats.options_records, "options record"),
        (stats.counters_samples, "counters sample"),
        (stats.discarded_packets, "discarded packet"),
    ];
    let others: Vec<_> = others.iter().filter(|(count, _)| *count > 0).collect();
    // Of flows none was chosen.
    if stats.flows() == 0 && !others.is_empty() {
        for (place, (count, name)) in others.iter().enumerate() {
            let before = match place {
                0 => "; ",
                _ if place + 1 == others.len() => " and ",
                _ => ", ",
            };
            let plural = if *count == 1 { "" } else { "s" };
            text::display(out, format_args!("{before}{count} {name}{plural}"));
        }
        out.extend_from_slice(b": --schema record shows them");
    }
    out.push(b'\n');
}

impl TableShape {
    const NONE: Self = Self {
        version: 0,
        fields: FieldPlaces::EACH,
        present: Vec::new(),
    };

    /// Notes in the columns of the table which of them there can be. What depends on the template or shape alone
    /// is looked for once in each version.
    fn prepare(&mut self, version: u64, table: &mut [PlannedColumn], columns: &[FlowColumn]) {
        if self.version != version {
            self.version = version;
            self.fields = FieldPlaces::new(columns);
            self.present.clear();
            let present = table.iter().map(|planned| planned.can_be_of(columns));
            self.present.extend(present);
        }
        for (planned, is_present) in table.iter_mut().zip(&self.present) {
            planned.is_present = *is_present;
        }
    }
}

impl PlannedColumn {
    /// Whether flows with these columns can have it.
    fn can_be_of(&self, columns: &[FlowColumn]) -> bool {
        let can_have = |column: &FlowColumn| !matches!(column, FlowColumn::Absent);
        let read = columns.get(self.positions.clone());
        self.positions.is_empty() || read.is_none_or(|read| read.iter().any(can_have))
    }
}

/// The rows, and what is known of all of them.
#[derive(Debug)]
struct TableRows {
    columns: Vec<PlannedColumn>,
    style: Style,
    width: usize,
    /// Whether the counters of the reverse direction are summed too: rows have no columns for them.
    with_reverse: bool,
    /// Counters are multiplied by the sampling rate of their flow.
    is_scaled: bool,
    /// What follows the number of sampled flows.
    how_to_scale: &'static str,
    /// Heads and sums are bold, and rows with impossible times yellow.
    is_coloured: bool,
    /// Rows held back until there is a layout.
    kept: Vec<Cells>,
    /// Rows to be sorted, if they are written in another order than they arrive in.
    ranking: Option<Ranking<Cells>>,
    layout: Option<TableLayout>,
    /// The row being written.
    cells: Cells,
    sums: TableSums,
    /// Flows with impossible times.
    suspects: u64,
}

impl TableRows {
    fn row(&mut self, values: &RowValues<'_, '_>, out: &mut Vec<u8>) {
        self.sums.add(values, self.with_reverse);
        let has_start =
            |planned: &PlannedColumn| planned.column == TableColumn::Start && planned.is_present;
        let is_suspect = self.columns.iter().any(has_start) && values.is_suspect();
        self.suspects += u64::from(is_suspect);
        if let Some(layout) = self.layout.as_mut().filter(|_| self.ranking.is_none()) {
            let style = RowStyle {
                cells: self.style,
                is_suspect,
            };
            let start = out.len();
            if layout.single_line_row(&self.columns, values, style, out) {
                if is_suspect && self.is_coloured {
                    paint(YELLOW, start, out);
                }
                return;
            }
        }
        self.cells.clear();
        self.cells.is_without_ip = self.layout.is_none() && values.is_without_ip();
        for planned in &self.columns {
            match planned.column {
                _ if !planned.is_present => self.cells.push_empty(),
                _ if !planned.is_shown => self.cells.push_empty(),
                TableColumn::Start => {
                    let time = values.start.or(values.end);
                    self.cells.push_start(time, is_suspect);
                }
                TableColumn::Field(field) => {
                    self.cells.push_value(flow_value::value(values.flow, field));
                }
                usual => self.cells.push(|pen| usual.write(values, self.style, pen)),
            }
        }
        if let Some(ranking) = &mut self.ranking {
            ranking.add(values.flow, self.cells.clone(), self.cells.memory());
            return;
        }
        if let Some(layout) = &mut self.layout {
            row(layout, &self.cells, self.is_coloured, out);
            return;
        }
        self.kept.push(self.cells.clone());
        if self.kept.len() >= KEPT_BACK {
            self.flush(out);
        }
    }

    /// Writes the rows that were held back.
    fn flush(&mut self, out: &mut Vec<u8>) {
        if self.layout.is_none() && !self.kept.is_empty() {
            let kept = core::mem::take(&mut self.kept);
            self.layout = Some(lay_out(
                &mut self.columns,
                &kept,
                (self.width, self.cells.zone()),
                self.is_coloured,
                out,
            ));
        }
    }

    /// Holds the sorted rows back to be written. Returns their number if they are not all.
    fn rank(&mut self) -> Option<usize> {
        let ranking = self.ranking.take()?;
        let added = ranking.added();
        self.kept = ranking.into_rows().collect();
        let is_part = u64::try_from(self.kept.len()).is_ok_and(|kept| kept < added);
        is_part.then_some(self.kept.len())
    }

    /// The line below all: how many flows, and the sums of the columns that have one.
    fn totals(&self, layout: &mut TableLayout, shown: Option<usize>, out: &mut Vec<u8>) {
        layout.rule(out);
        let mut cells = Cells::default();
        for planned in &self.columns {
            cells.push(|pen| match planned.column {
                TableColumn::Packets | TableColumn::Field(FlowField::Packets) => {
                    number::count(pen, self.sums.packets, self.style.exact);
                }
                TableColumn::Octets | TableColumn::Field(FlowField::Octets) => {
                    number::count(pen, self.sums.octets, self.style.exact);
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
        let start = out.len();
        layout.foot(&count, &cells, out);
        if self.is_coloured {
            paint(BOLD, start, out);
        }
        if sums.reverse_packets > 0 || sums.reverse_octets > 0 {
            let mut row = RowText::default();
            row.write(|pen| {
                pen.word("and ");
                number::count(pen, sums.reverse_packets, self.style.exact);
                pen.word(" pkts, ");
                number::count(pen, sums.reverse_octets, self.style.exact);
            });
            out.extend_from_slice(row.text(0, row.len()));
            out.extend_from_slice(b" octets in the reverse direction\n");
        }
        if !sums.is_exact {
            out.extend_from_slice(INEXACT);
        }
        self.sampled(out);
    }

    /// Says that counters, and so their sums, are of sampled packets.
    fn sampled(&self, out: &mut Vec<u8>) {
        let unknown = if self.is_scaled {
            " at a rate that is not known, and not scaled"
        } else {
            " at a rate that is not known"
        };
        for (count, note) in [
            (self.sums.sampled, self.how_to_scale),
            (self.sums.sampled_at_unknown_rate, unknown),
        ] {
            if count > 0 {
                let flows = if count == 1 { "flow is" } else { "flows are" };
                text::display(out, format_args!("{count} {flows} sampled{note}\n"));
            }
        }
    }
}

/// A row, in its colour.
fn row(layout: &mut TableLayout, cells: &Cells, is_coloured: bool, out: &mut Vec<u8>) {
    let start = out.len();
    layout.row(cells, out);
    if cells.is_suspect && is_coloured {
        paint(YELLOW, start, out);
    }
}

/// Gives what was written since `start` a colour, which ends with its last line.
fn paint(colour: &[u8], start: usize, out: &mut Vec<u8>) {
    out.splice(start..start, colour.iter().copied());
    if out.last() == Some(&b'\n') {
        out.pop();
    }
    out.extend_from_slice(b"\x1b[0m\n");
}

/// Chooses the layout by these rows, for a width and a zone, and writes them.
fn lay_out(
    columns: &mut [PlannedColumn],
    rows: &[Cells],
    (width, zone): (usize, Option<&Zone>),
    is_coloured: bool,
    out: &mut Vec<u8>,
) -> TableLayout {
    let all: Vec<TableColumn> = columns.iter().map(|planned| planned.column).collect();
    let mut layout = TableLayout::choose(&all, rows, width, zone);
    for (index, planned) in columns.iter_mut().enumerate() {
        planned.is_shown = layout.shows(index);
    }
    let start = out.len();
    layout.head(out);
    if is_coloured {
        paint(BOLD, start, out);
    }
    for cells in rows {
        row(&mut layout, cells, is_coloured, out);
    }
    layout
}

impl TableColumn {
    const fn side(self) -> ColumnSide {
        match self {
            Self::Source => ColumnSide::Source,
            Self::Destination => ColumnSide::Destination,
            _ => ColumnSide::Other,
        }
    }
}

#[cfg(test)]
mod tests;
