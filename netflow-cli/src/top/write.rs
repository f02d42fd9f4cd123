//! The largest groups as a table with bars, as JSON lines and as CSV.

use netflow_core::Timestamp;
use netflow_output::format::Zone;
use netflow_query::{Aggregate, Group, GroupValue, Sum, Sums};
use serde_json::{Map, Value};

/// What is shown of each group, and how.
#[derive(Debug)]
pub(super) struct TopLayout {
    /// The names of what groups have in common.
    pub(super) names: Vec<&'static str>,
    /// The sums, of which the first orders the groups.
    pub(super) sums: Vec<Sum>,
    /// Maximum number of groups.
    pub(super) count: usize,
    /// Columns of the terminal.
    pub(super) width: usize,
    /// The zone of times, if it is not UTC.
    pub(super) zone: Option<Zone>,
}

/// The name of the column that has the start of an interval.
pub(super) const INTERVAL: &str = "interval_start";
/// Sums over time, from a little to the largest.
const SPARKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Columns that sums over time need besides those of a shortest bar.
const SPARK: usize = 16 + 2;
/// The title of these.
const OVER_TIME: &str = "over time";
/// Columns of the shortest bar.
const SHORT_BAR: usize = 8;

/// Eighths of a block.
const BLOCKS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// Longest bar, in columns.
const BAR: usize = 24;
/// The text for a field that the flows lack.
const ABSENT: &str = "-";

impl TopLayout {
    /// A row for each group, with a bar, and the sums of all flows below.
    pub(super) fn table(&self, aggregate: &Aggregate, out: &mut Vec<u8>) {
        let groups = aggregate.top(self.count);
        let by = &self.names;
        let has_error = groups.iter().any(|group| group.error > 0);
        let mut rows = vec![by.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()];
        rows[0].extend(self.sums.iter().map(|sum| sum.name().to_owned()));
        rows[0].push("share".to_owned());
        if has_error {
            rows[0].push("error".to_owned());
        }
        let totals = aggregate.totals();
        for group in &groups {
            let mut row: Vec<String> = group.values.iter().map(text).collect();
            row.extend(self.numbers(group.sums, totals));
            if has_error {
                row.push(group.error.to_string());
            }
            rows.push(row);
        }
        let mut all: Vec<String> = by.iter().map(|_| String::new()).collect();
        if let Some(first) = all.first_mut() {
            "all".clone_into(first);
        }
        all.extend(self.numbers(totals, totals));
        if has_error {
            all.push(String::new());
        }
        rows.push(all);
        let widths = widths(&rows);
        let mut used: usize = widths.iter().map(|width| width + 2).sum();
        let is_spread = aggregate.series().is_some_and(is_spread);
        let has_sparks = is_spread && used + SPARK + SHORT_BAR <= self.width;
        if has_sparks {
            used += SPARK;
        }
        let bar = BAR.min(self.width.saturating_sub(used));
        let order = self.order();
        let largest = groups.first().map_or(0, |group| group.sums.get(order));
        let last = rows.len() - 1;
        for (index, row) in rows.iter().enumerate() {
            let group = index.checked_sub(1).and_then(|index| groups.get(index));
            let size = group.map_or(0, |group| group.sums.get(order));
            if index == 1 || index == last && index > 1 {
                line(used.saturating_sub(2), out);
            }
            let series = match (group, index) {
                (Some(group), _) => group.series.as_deref(),
                (None, 0) => None,
                (None, _) => aggregate.series(),
            };
            let mut graphs = String::new();
            if has_sparks && index == 0 {
                graphs = OVER_TIME.to_owned();
            } else if has_sparks {
                graphs = series.map_or_else(|| " ".repeat(SPARK), |series| sparks(series) + "  ");
            }
            graphs += &graph(size, largest, bar);
            write_row(row, &widths, by.len(), &graphs, out);
        }
        self.notes(aggregate, out);
    }

    /// The line above the table of an interval.
    pub(super) fn heading(&self, start: Timestamp, has_header: &mut bool, out: &mut Vec<u8>) {
        if core::mem::replace(has_header, true) {
            out.push(b'\n');
        }
        out.extend_from_slice(b"from ");
        out.extend_from_slice(self.time(start).as_bytes());
        out.push(b'\n');
    }

    fn time(&self, time: Timestamp) -> String {
        match &self.zone {
            Some(zone) => zone.time(time).as_str().to_owned(),
            None => time.to_string(),
        }
    }

    /// One JSON object per line.
    pub(super) fn json(
        &self,
        aggregate: &Aggregate,
        interval: Option<Timestamp>,
        out: &mut Vec<u8>,
    ) {
        for group in aggregate.top(self.count) {
            let mut row = Map::new();
            if let Some(start) = interval {
                row.insert(INTERVAL.to_owned(), self.time(start).into());
            }
            for (name, value) in self.names.iter().zip(&*group.values) {
                let value = match value {
                    GroupValue::Absent => Value::Null,
                    GroupValue::Unsigned(number) => (*number).into(),
                    GroupValue::Signed(number) => (*number).into(),
                    other => other.to_string().into(),
                };
                row.insert((*name).to_owned(), value);
            }
            for sum in &self.sums {
                row.insert(sum.name().to_owned(), group.sums.get(*sum).into());
            }
            if group.error > 0 {
                row.insert("error".to_owned(), group.error.into());
            }
            out.extend_from_slice(Value::from(row).to_string().as_bytes());
            out.push(b'\n');
        }
    }

    /// A header, and a line for each group (RFC 4180).
    pub(super) fn csv(
        &self,
        aggregate: &Aggregate,
        interval: Option<Timestamp>,
        has_header: &mut bool,
        out: &mut Vec<u8>,
    ) {
        if !core::mem::replace(has_header, true) {
            let names = interval.map(|_| INTERVAL).into_iter();
            let names = names.chain(self.names.iter().copied());
            let names = names.chain(self.sums.iter().map(|sum| sum.name()));
            csv_line(names.chain(["error"]).map(str::to_owned), out);
        }
        let start = interval.map(|start| self.time(start));
        for group in aggregate.top(self.count) {
            let Group {
                values,
                sums,
                error,
                ..
            } = &group;
            let values = values.iter().map(ToString::to_string);
            let numbers = self.sums.iter().map(|sum| sums.get(*sum).to_string());
            let cells = start.iter().cloned().chain(values).chain(numbers);
            csv_line(cells.chain([error.to_string()]), out);
        }
    }

    /// The sum that orders the groups.
    fn order(&self) -> Sum {
        self.sums.first().copied().unwrap_or(Sum::Octets)
    }

    fn numbers(&self, sums: Sums, totals: Sums) -> Vec<String> {
        let order = self.order();
        let (part, whole) = (sums.get(order), totals.get(order));
        // In tenths of a per cent, rounded.
        let thousandths = (u128::from(part) * 1_000 + u128::from(whole) / 2)
            .checked_div(whole.into())
            .unwrap_or(0);
        let mut numbers: Vec<String> = self
            .sums
            .iter()
            .map(|sum| sums.get(*sum).to_string())
            .collect();
        numbers.push(format!("{}.{} %", thousandths / 10, thousandths % 10));
        numbers
    }

    /// Writes notes on the accuracy of the numbers.
    fn notes(&self, aggregate: &Aggregate, out: &mut Vec<u8>) {
        let totals = aggregate.totals();
        let unscaled = aggregate.unscaled_flows();
        if unscaled > 0 {
            let of = if unscaled == totals.flows {
                "all"
            } else {
                "some"
            };
            out.extend_from_slice(
                format!(
                    "{unscaled} flows ({of}) have no known sampling rate: their octets and packets are \
                     as the exporter counted them\n"
                )
                .as_bytes(),
            );
        }
        if !aggregate.is_exact() {
            out.extend_from_slice(
                b"the sums hold running totals whole, of flows that began before\n",
            );
        }
        if let Some(note) = self.memory_note(aggregate) {
            out.extend_from_slice(note.as_bytes());
            out.push(b'\n');
        }
    }

    /// What to know if the groups did not fit in memory. It is below a table, and on standard error beside the other
    /// formats, whose rows have the error.
    pub(super) fn memory_note(&self, aggregate: &Aggregate) -> Option<String> {
        let (most, left) = (aggregate.least_group_count(), aggregate.group_count());
        let dropped = most.checked_sub(left).filter(|dropped| *dropped > 0)?;
        Some(format!(
            "the groups did not fit in memory: there are {left} and at least {dropped} more; {} may be too high by \
             the error, and other sums too low",
            self.order().name()
        ))
    }
}

/// A value for a terminal: control characters, and those that change the direction of text, are
/// replaced.
fn text(value: &GroupValue) -> String {
    if *value == GroupValue::Absent {
        return ABSENT.to_owned();
    }
    let is_harmless = |character: char| {
        !character.is_control()
            && !matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let text = value.to_string();
    text.chars()
        .take(64)
        .map(|character| {
            if is_harmless(character) {
                character
            } else {
                char::REPLACEMENT_CHARACTER
            }
        })
        .collect()
}

fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let mut widths = Vec::new();
    for row in rows {
        widths.resize(row.len().max(widths.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    widths
}

/// Writes a row: texts are aligned left, numbers right.
fn write_row(row: &[String], widths: &[usize], texts: usize, bar: &str, out: &mut Vec<u8>) {
    let mut line = String::new();
    for (index, (cell, width)) in row.iter().zip(widths).enumerate() {
        let blank = " ".repeat(width.saturating_sub(cell.chars().count()));
        if index > 0 {
            line.push_str("  ");
        }
        if index < texts {
            line.push_str(cell);
            line.push_str(&blank);
        } else {
            line.push_str(&blank);
            line.push_str(cell);
        }
    }
    if !bar.is_empty() {
        line.push_str("  ");
        line.push_str(bar);
    }
    out.extend_from_slice(line.trim_end().as_bytes());
    out.push(b'\n');
}

/// Whether flows were received in more than one interval.
fn is_spread(series: &[u64; 16]) -> bool {
    series.iter().filter(|sum| **sum > 0).count() > 1
}

/// Sums over time, each by its part of the largest.
fn sparks(series: &[u64; 16]) -> String {
    let largest = series.iter().copied().max().unwrap_or(0);
    let spark = |sum: &u64| {
        let eighths = (u128::from(*sum) * 8).div_ceil(u128::from(largest.max(1)));
        let spark = usize::try_from(eighths)
            .ok()
            .and_then(|eighths| eighths.checked_sub(1));
        spark
            .and_then(|spark| SPARKS.get(spark))
            .copied()
            .unwrap_or(' ')
    };
    series.iter().map(spark).collect()
}

fn line(width: usize, out: &mut Vec<u8>) {
    out.extend(core::iter::repeat_n(b'-', width));
    out.push(b'\n');
}

/// A bar of up to `width` columns, in eighths of one.
fn graph(size: u64, largest: u64, width: usize) -> String {
    let width = u128::try_from(width).unwrap_or(0);
    let eighths = (u128::from(size) * width * 8)
        .checked_div(largest.into())
        .unwrap_or(0);
    let eighths = usize::try_from(eighths).unwrap_or(0);
    let mut bar = "█".repeat(eighths / 8);
    if let Some(block) = (eighths % 8)
        .checked_sub(1)
        .and_then(|index| BLOCKS.get(index))
    {
        bar.push(*block);
    }
    bar
}

fn csv_line(values: impl Iterator<Item = String>, out: &mut Vec<u8>) {
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        if value.contains(['"', ',', '\r', '\n']) {
            out.push(b'"');
            out.extend_from_slice(value.replace('"', "\"\"").as_bytes());
            out.push(b'"');
        } else {
            out.extend_from_slice(value.as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::{graph, sparks};

    #[test]
    fn sums_over_time_are_parts_of_the_largest() {
        let mut series = [0; 16];
        (series[0], series[1], series[2], series[15]) = (1, 800, 400, 100);
        assert_eq!(sparks(&series), "▁█▄            ▁");
        assert_eq!(sparks(&[0; 16]), " ".repeat(16));
    }

    #[test]
    fn bars_have_eighths() {
        assert_eq!(graph(10, 10, 2), "██");
        assert_eq!(graph(5, 10, 2), "█");
        assert_eq!(graph(1, 16, 2), "▏");
        assert_eq!(graph(0, 0, 2), "");
    }
}
