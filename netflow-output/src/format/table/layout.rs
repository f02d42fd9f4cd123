//! Which columns fit, how wide they are, and rows in them.

use super::cells::{Cells, width};
use super::column::{Align, Column, SUSPECT};

/// Between columns.
const GAP: usize = 1;
/// Between source and destination.
const ARROW: &str = "->";
/// An IPv4 address and a port.
const SHORT_ADDRESS: usize = 21;
/// The date and the blank behind it, in front of a time.
const DATE: usize = 11;
/// Date and time with milliseconds.
const LONG_TIME: usize = 23;
/// Hours, minutes and seconds.
const SHORT_TIME: usize = 8;

/// What is special about a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Source,
    Destination,
    Other,
}

/// A column that was chosen.
#[derive(Debug, Clone, Copy)]
struct Chosen {
    column: Column,
    /// Its place among all columns.
    index: usize,
    width: usize,
}

/// The columns that were chosen.
#[derive(Debug)]
pub(super) struct Layout {
    chosen: Vec<Chosen>,
    /// Times without their date, which gets a line where it changes.
    short_time: bool,
    date: String,
    line: String,
}

/// What is given up for want of room, first of all first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GivenUp {
    Column(Column),
    Date,
}

const GIVEN_UP: [GivenUp; 7] = [
    GivenUp::Column(Column::Exporter),
    GivenUp::Column(Column::Output),
    GivenUp::Column(Column::Input),
    GivenUp::Column(Column::Flags),
    GivenUp::Date,
    GivenUp::Column(Column::Sampling),
    GivenUp::Column(Column::Duration),
];
/// So many of these are worth less than an address on the line of its flow.
const WORTH_LESS: usize = 5;

impl Layout {
    /// Chooses by the rows that were seen.
    pub(super) fn choose(columns: &[Column], rows: &[Cells], room: usize) -> Self {
        let all: Vec<Chosen> = columns
            .iter()
            .enumerate()
            .filter_map(|(index, column)| {
                let widest = rows.iter().map(|cells| cells.width(index)).max();
                let widest = widest.filter(|widest| *widest > 0 || is_needed(*column))?;
                Some(Chosen {
                    column: *column,
                    index,
                    width: widest.max(column.title().len()),
                })
            })
            .collect();
        // Whole addresses first; if that is too much, they may take a second line.
        let whole = (0..=WORTH_LESS).map(|given_up| Self::without(&all, given_up, usize::MAX));
        let short =
            (0..=GIVEN_UP.len()).map(|given_up| Self::without(&all, given_up, SHORT_ADDRESS));
        let mut layouts = whole.chain(short);
        let mut layout = layouts
            .next()
            .unwrap_or_else(|| Self::without(&all, 0, usize::MAX));
        while layout.width() > room {
            let Some(next) = layouts.next() else { break };
            layout = next;
        }
        layout.widen(&all, room);
        layout
    }

    fn without(all: &[Chosen], given_up: usize, address: usize) -> Self {
        let given_up = GIVEN_UP.get(..given_up).unwrap_or(&GIVEN_UP);
        let short_time = given_up.contains(&GivenUp::Date);
        let chosen = all
            .iter()
            .filter(|chosen| !given_up.contains(&GivenUp::Column(chosen.column)))
            .map(|chosen| Chosen {
                width: match chosen.column {
                    // Room for a mark, if any time has one.
                    Column::Start if short_time => {
                        SHORT_TIME + chosen.width.saturating_sub(LONG_TIME)
                    }
                    Column::Source | Column::Destination => chosen.width.min(address),
                    _ => chosen.width,
                },
                ..*chosen
            })
            .collect();
        Self {
            chosen,
            short_time,
            date: String::new(),
            line: String::new(),
        }
    }

    /// Gives the addresses what room is left, as far as they need it.
    fn widen(&mut self, all: &[Chosen], room: usize) {
        let mut left = room.saturating_sub(self.width());
        for chosen in &mut self.chosen {
            if let Some(wanted) = all.iter().find(|wanted| wanted.index == chosen.index) {
                if chosen.column.place() != Place::Other {
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
            .any(|chosen| chosen.column.place() == Place::Destination)
    }

    /// The titles and a rule.
    pub(super) fn head(&mut self, out: &mut Vec<u8>) {
        let mut line = core::mem::take(&mut self.line);
        line.clear();
        for chosen in &self.chosen {
            let title = match chosen.column {
                Column::Start if self.short_time => "start",
                column => column.title(),
            };
            if chosen.column.place() == Place::Destination {
                put(&mut line, "", ARROW.len(), Align::Left);
            }
            put(&mut line, title, chosen.width, chosen.column.align());
        }
        end(&line, out);
        self.line = line;
        self.rule(out);
    }

    /// A line across.
    pub(super) fn rule(&self, out: &mut Vec<u8>) {
        out.resize(out.len() + self.width(), b'-');
        out.push(b'\n');
    }

    /// A row. An address that does not fit puts what follows it on a line of its own.
    pub(super) fn row(&mut self, cells: &Cells, out: &mut Vec<u8>) {
        let mut line = core::mem::take(&mut self.line);
        line.clear();
        // Where the line should be, were all cells as wide as their columns.
        let mut due = 0;
        for chosen in &self.chosen {
            let cell = cells.get(chosen.index);
            if chosen.column == Column::Start && self.short_time {
                date_line(&mut self.date, cell, out);
                let time = cell.get(DATE..DATE + SHORT_TIME).unwrap_or_default();
                put_at(&mut line, time, due, chosen.width, Align::Left);
                if is_suspect(cell) {
                    line.push(SUSPECT.into());
                }
            } else if chosen.column.place() == Place::Destination {
                due += ARROW.len() + GAP;
                destination(&mut line, cell, due, chosen.width, out);
            } else {
                put_at(&mut line, cell, due, chosen.width, chosen.column.align());
            }
            due += chosen.width + GAP;
        }
        end(&line, out);
        self.line = line;
    }

    /// The last line: a text at the left and the sums in their columns.
    pub(super) fn foot(&self, text: &str, cells: &Cells, out: &mut Vec<u8>) {
        let mut line = String::from(text);
        let mut due = 0;
        for chosen in &self.chosen {
            if chosen.column.place() == Place::Destination {
                due += ARROW.len() + GAP;
            }
            let cell = cells.get(chosen.index);
            if !cell.is_empty() {
                put_at(&mut line, cell, due, chosen.width, Align::Right);
            }
            due += chosen.width + GAP;
        }
        end(&line, out);
    }
}

/// Columns that stay though they are empty.
const fn is_needed(column: Column) -> bool {
    matches!(
        column,
        Column::Source | Column::Destination | Column::Field(_)
    )
}

/// Whether a time is marked as one that cannot be right.
pub(super) fn is_suspect(time: &str) -> bool {
    time.as_bytes().last() == Some(&SUSPECT)
}

/// Writes the date if it is another one than in the row before.
fn date_line(date: &mut String, time: &str, out: &mut Vec<u8>) {
    let Some(new) = time.get(..DATE - 1).filter(|new| *new != date.as_str()) else {
        return;
    };
    date.clear();
    date.push_str(new);
    out.extend_from_slice(new.as_bytes());
    out.push(b'\n');
}

/// The arrow and the destination, on a new line if the source has taken its room or it
/// needs more itself. It then ends where its column ends, if it can.
fn destination(line: &mut String, cell: &str, due: usize, room: usize, out: &mut Vec<u8>) {
    let arrow = due - ARROW.len() - GAP;
    let taken = width(line) > arrow.saturating_sub(GAP);
    if taken || width(cell) > room {
        end(line, out);
        line.clear();
        let start = (due + room).saturating_sub(width(cell) + ARROW.len() + GAP);
        put_at(line, ARROW, start.min(arrow), ARROW.len(), Align::Left);
    } else {
        put_at(line, ARROW, arrow, ARROW.len(), Align::Left);
    }
    line.push(' ');
    line.push_str(cell);
}

/// Adds a cell at a place of the line, or behind what stands there.
fn put_at(line: &mut String, cell: &str, at: usize, room: usize, align: Align) {
    let mut start = at;
    if align == Align::Right {
        start += room.saturating_sub(width(cell));
    }
    let have = width(line);
    // A cell too wide for its column is followed by a blank nevertheless.
    let blanks = start.saturating_sub(have).max(usize::from(have > 0));
    line.extend(core::iter::repeat_n(' ', blanks));
    line.push_str(cell);
}

/// Adds a cell behind the line.
fn put(line: &mut String, cell: &str, room: usize, align: Align) {
    let have = width(line);
    let at = if have == 0 { 0 } else { have + GAP };
    let end = at + room;
    put_at(line, cell, at, room, align);
    let have = width(line);
    line.extend(core::iter::repeat_n(' ', end.saturating_sub(have)));
}

fn end(line: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(line.trim_end().as_bytes());
    out.push(b'\n');
}
