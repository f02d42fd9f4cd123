//! Which columns fit, how wide they are, and rows in them.

mod single_line;

use super::cells::{Cells, Shown};
use super::column::{Align, SUSPECT, TableColumn};
use super::line::TableLine;
use crate::format::Zone;
use crate::format::row::RowText;

/// Blanks between columns.
const GAP: usize = 1;
/// The arrow between source and destination.
const ARROW: &str = "->";
/// The arrow with the blank after it.
const ARROW_CELL: Shown<'_> =
    Shown::of_block(b"->                              ", ARROW.len() + GAP);
/// An IPv4 address and a port.
const SHORT_ADDRESS: usize = 21;
/// The date and the blank after it, before a time.
const DATE: usize = 11;
/// Date and time with milliseconds.
const LONG_TIME: usize = 23;
/// The offset from UTC after a local time, such as +02:00.
const OFFSET: usize = 6;
/// Hours, minutes and seconds.
const SHORT_TIME: usize = 8;

/// What is special about a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnSide {
    Source,
    Destination,
    Other,
}

/// A column that was chosen.
#[derive(Debug, Clone, Copy)]
struct Chosen {
    column: TableColumn,
    /// Its place among all columns.
    index: usize,
    width: usize,
    align: Align,
    side: ColumnSide,
}

/// The columns that were chosen.
#[derive(Debug)]
pub(super) struct TableLayout {
    chosen: Vec<Chosen>,
    /// Whether each column was chosen.
    shown: Vec<bool>,
    /// Times without their date, which gets a line where it changes.
    short_time: bool,
    /// Columns for which there is no room, and which have lines of their own.
    sampling: Option<usize>,
    translated: Option<usize>,
    event: Option<usize>,
    /// The last such lines.
    date: Vec<u8>,
    rate: Vec<u8>,
    line: TableLine,
    /// Whether a row may be written as a single line, and that line.
    has_single_lines: bool,
    single_line: RowText,
}

/// What is left out where there is no room, the least important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GivenUp {
    Column(TableColumn),
    Date,
}

const GIVEN_UP: [GivenUp; 10] = [
    GivenUp::Column(TableColumn::Exporter),
    GivenUp::Column(TableColumn::Output),
    GivenUp::Column(TableColumn::Input),
    GivenUp::Column(TableColumn::Flags),
    GivenUp::Date,
    GivenUp::Column(TableColumn::Vlan),
    // It has a line of its own then.
    GivenUp::Column(TableColumn::Translated),
    GivenUp::Column(TableColumn::Duration),
    // So has this, where it changes: without it, the counters are wrong by a factor.
    GivenUp::Column(TableColumn::Sampling),
    // And this, below its row: rows of a connection differ in nothing else.
    GivenUp::Column(TableColumn::Event),
];
/// The same where flows are of frames without IP: little but the VLAN says which frames they are.
const GIVEN_UP_OF_FRAMES: [GivenUp; GIVEN_UP.len()] = [
    GivenUp::Column(TableColumn::Exporter),
    GivenUp::Column(TableColumn::Output),
    GivenUp::Column(TableColumn::Input),
    GivenUp::Column(TableColumn::Flags),
    GivenUp::Date,
    GivenUp::Column(TableColumn::Translated),
    GivenUp::Column(TableColumn::Duration),
    GivenUp::Column(TableColumn::Sampling),
    GivenUp::Column(TableColumn::Event),
    GivenUp::Column(TableColumn::Vlan),
];
/// The number of these that are worth less than an address on the line of its flow.
const WORTH_LESS: usize = 7;
/// The marks before a translation and an event on a line of its own.
const TRANSLATED: &str = "=>";
const EVENT: &str = "event";

impl TableLayout {
    /// Chooses the columns that suit these rows.
    pub(super) fn choose(
        columns: &[TableColumn],
        rows: &[Cells],
        room: usize,
        zone: Option<&Zone>,
    ) -> Self {
        let all: Vec<Chosen> = columns
            .iter()
            .enumerate()
            .filter_map(|(index, column)| {
                let widest = rows.iter().map(|cells| cells.get(index).width).max();
                let widest = widest.filter(|widest| *widest > 0 || is_needed(*column))?;
                Some(Chosen {
                    column: *column,
                    index,
                    width: widest.max(column.title().len()),
                    align: column.align(),
                    side: column.side(),
                })
            })
            .collect();
        // Whole addresses first; if that is too much, they may take a second line.
        let order = if rows.iter().any(|cells| cells.is_without_ip) {
            &GIVEN_UP_OF_FRAMES
        } else {
            &GIVEN_UP
        };
        let without = |count: usize, address| {
            let given_up = order.get(..count).unwrap_or(order);
            Self::without(&all, given_up, address)
        };
        let whole = (0..=WORTH_LESS).map(|count| without(count, usize::MAX));
        let short = (0..=order.len()).map(|count| without(count, SHORT_ADDRESS));
        let mut layouts = whole.chain(short);
        let mut layout = layouts.next().unwrap_or_else(|| without(0, usize::MAX));
        while layout.width() > room {
            let Some(next) = layouts.next() else { break };
            layout = next;
        }
        layout.widen(&all, room);
        let mut shown = vec![false; columns.len()];
        let chosen = layout.chosen.iter().map(|chosen| chosen.index);
        let own_lines = [layout.sampling, layout.translated, layout.event];
        for index in chosen.chain(own_lines.into_iter().flatten()) {
            if let Some(is_shown) = shown.get_mut(index) {
                *is_shown = true;
            }
        }
        layout.shown = shown;
        layout.has_single_lines = layout.has_single_lines();
        if let Some(zone) = zone {
            layout.single_line.set_zone(zone.clone());
        }
        layout
    }

    fn without(all: &[Chosen], given_up: &[GivenUp], address: usize) -> Self {
        let short_time = given_up.contains(&GivenUp::Date);
        let chosen = all
            .iter()
            .filter(|chosen| !given_up.contains(&GivenUp::Column(chosen.column)))
            .map(|chosen| Chosen {
                width: match chosen.column {
                    // Room for a mark, if any time has one.
                    TableColumn::Start if short_time => SHORT_TIME + marks(chosen.width),
                    TableColumn::Source | TableColumn::Destination => chosen.width.min(address),
                    _ => chosen.width,
                },
                ..*chosen
            })
            .collect();
        let without_room = |column: TableColumn| {
            let column = all.iter().find(|chosen| chosen.column == column)?;
            let is_given_up = given_up.contains(&GivenUp::Column(column.column));
            is_given_up.then_some(column.index)
        };
        Self {
            chosen,
            shown: Vec::new(),
            short_time,
            sampling: without_room(TableColumn::Sampling),
            translated: without_room(TableColumn::Translated),
            event: without_room(TableColumn::Event),
            date: Vec::new(),
            rate: Vec::new(),
            line: TableLine::default(),
            has_single_lines: false,
            single_line: RowText::default(),
        }
    }

    /// Assigns the remaining width to the addresses, as far as they need it.
    fn widen(&mut self, all: &[Chosen], room: usize) {
        let mut left = room.saturating_sub(self.width());
        for chosen in &mut self.chosen {
            if let Some(wanted) = all.iter().find(|wanted| wanted.index == chosen.index) {
                if chosen.side != ColumnSide::Other {
                    let more = wanted.width.saturating_sub(chosen.width).min(left);
                    chosen.width += more;
                    left -= more;
                }
            }
        }
    }

    fn width(&self) -> usize {
        let columns: usize = self.chosen.iter().map(|chosen| chosen.width + GAP).sum();
        let arrow = if self.has_arrow() {
            ARROW.len() + GAP
        } else {
            0
        };
        (columns + arrow).saturating_sub(GAP)
    }

    fn has_arrow(&self) -> bool {
        self.chosen
            .iter()
            .any(|chosen| chosen.side == ColumnSide::Destination)
    }

    /// Whether a column was chosen.
    pub(super) fn shows(&self, column: usize) -> bool {
        self.shown.get(column) == Some(&true)
    }

    /// The titles and a rule.
    pub(super) fn head(&mut self, out: &mut Vec<u8>) {
        let line = &mut self.line;
        line.clear();
        let is_utc = self.single_line.zone().is_none();
        let mut due = 0;
        for chosen in &self.chosen {
            let title = match chosen.column {
                TableColumn::Start if self.short_time || !is_utc => "start",
                column => column.title(),
            };
            if chosen.side == ColumnSide::Destination {
                due += ARROW.len() + GAP;
            }
            let title = Shown::ascii(title.as_bytes());
            line.put(title, due, chosen.width, chosen.align);
            due += chosen.width + GAP;
        }
        line.end(out);
        self.rule(out);
    }

    /// A line across.
    pub(super) fn rule(&self, out: &mut Vec<u8>) {
        out.resize(out.len() + self.width(), b'-');
        out.push(b'\n');
    }

    /// A row. An address that does not fit puts what follows it on a line of its own.
    pub(super) fn row(&mut self, cells: &Cells, out: &mut Vec<u8>) {
        if let Some(index) = self.sampling {
            rate_line(&mut self.rate, cells.get(index).text, out);
        }
        let line = &mut self.line;
        line.clear();
        // Where the line should be, were all cells as wide as their columns.
        let mut due = 0;
        for chosen in &self.chosen {
            let cell = cells.get(chosen.index);
            if chosen.column == TableColumn::Start && self.short_time {
                date_line(&mut self.date, cell.text, out);
                let time = cell.text.get(DATE..DATE + SHORT_TIME).unwrap_or_default();
                line.put(Shown::ascii(time), due, chosen.width, Align::Left);
                if cells.is_suspect {
                    line.add(Shown::ascii(&[SUSPECT]));
                }
            } else if chosen.side == ColumnSide::Destination {
                due += ARROW.len() + GAP;
                destination(line, cell, due, chosen.width, out);
            } else {
                line.put(cell, due, chosen.width, chosen.align);
            }
            due += chosen.width + GAP;
        }
        line.end(out);
        for (index, mark) in [(self.translated, TRANSLATED), (self.event, EVENT)] {
            let cell = index.map(|index| cells.get(index));
            if let Some(cell) = cell.filter(|cell| cell.width > 0) {
                self.line_below(mark, cell, out);
            }
        }
    }

    /// What belongs to the row above, below its addresses and after a mark.
    fn line_below(&mut self, mark: &str, cell: Shown<'_>, out: &mut Vec<u8>) {
        let before = self.chosen.iter();
        let before = before.take_while(|chosen| chosen.side != ColumnSide::Source);
        let source: usize = before.map(|chosen| chosen.width + GAP).sum();
        let start = source.saturating_sub(mark.len() + GAP);
        let line = &mut self.line;
        line.clear();
        line.put(
            Shown::ascii(mark.as_bytes()),
            start,
            mark.len(),
            Align::Left,
        );
        line.put(cell, source, cell.width, Align::Left);
        line.end(out);
    }

    /// The last line: a text at the left and the sums in their columns.
    pub(super) fn foot(&mut self, text: &str, cells: &Cells, out: &mut Vec<u8>) {
        let line = &mut self.line;
        line.clear();
        line.add(Shown::ascii(text.as_bytes()));
        let mut due = 0;
        for chosen in &self.chosen {
            if chosen.side == ColumnSide::Destination {
                due += ARROW.len() + GAP;
            }
            let cell = cells.get(chosen.index);
            if cell.width > 0 {
                line.put(cell, due, chosen.width, Align::Right);
            }
            due += chosen.width + GAP;
        }
        line.end(out);
    }
}

/// Columns that stay though they are empty.
const fn is_needed(column: TableColumn) -> bool {
    matches!(
        column,
        TableColumn::Source | TableColumn::Destination | TableColumn::Field(_)
    )
}

/// Columns for the mark of an impossible time in a column of this width.
fn marks(width: usize) -> usize {
    let marks = width.saturating_sub(LONG_TIME);
    marks.checked_sub(OFFSET).unwrap_or(marks)
}

/// Writes the date, and the offset of a local time, if they are not those of the row before.
fn date_line(last: &mut Vec<u8>, time: &[u8], out: &mut Vec<u8>) {
    let Some(date) = time.get(..DATE - 1) else {
        return;
    };
    let offset = time.get(LONG_TIME..LONG_TIME + OFFSET).unwrap_or_default();
    let (last_date, last_offset) = last.split_at(last.len().min(date.len()));
    if date == last_date && offset == last_offset {
        return;
    }
    last.clear();
    last.extend_from_slice(date);
    last.extend_from_slice(offset);
    out.extend_from_slice(date);
    if !offset.is_empty() {
        out.push(b' ');
        out.extend_from_slice(offset);
    }
    out.push(b'\n');
}

/// Writes the sampling rate if it is another one than in the row before.
fn rate_line(last: &mut Vec<u8>, rate: &[u8], out: &mut Vec<u8>) {
    if rate == last.as_slice() {
        return;
    }
    last.clear();
    last.extend_from_slice(rate);
    out.extend_from_slice(b"sampling ");
    out.extend_from_slice(if rate.is_empty() { b"unknown" } else { rate });
    out.push(b'\n');
}

/// The arrow and the destination, on a new line if the source has taken its room or it
/// needs more itself. It then ends where its column ends, if it can.
fn destination(line: &mut TableLine, cell: Shown<'_>, due: usize, room: usize, out: &mut Vec<u8>) {
    let arrow = due - ARROW.len() - GAP;
    let is_taken = line.width() > arrow.saturating_sub(GAP);
    let mut start = arrow;
    if is_taken || cell.width > room {
        line.end(out);
        line.clear();
        start = (due + room)
            .saturating_sub(cell.width + ARROW.len() + GAP)
            .min(arrow);
    }
    line.put(ARROW_CELL, start, ARROW.len(), Align::Left);
    line.add(cell);
}
