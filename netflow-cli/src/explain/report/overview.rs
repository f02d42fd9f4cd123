//! The table of exporters that the report of many begins with.

use netflow_health::{DomainHealth, Report, Severity};

use crate::explain::page::{Page, Tone};
use crate::explain::sentence;
use crate::explain::words::grouped;

/// The least number of observation domains for a table; fewer are easy to see in the report itself.
const MANY: usize = 3;
/// The titles of the columns; those after the first two are numbers.
const TITLES: [&str; 6] = [
    "exporter", "protocol", "flows", "lost", "errors", "warnings",
];
/// Columns of text.
const TEXTS: usize = 2;
/// Spaces before a line, and between columns.
const GAP: usize = 2;
/// The least width of the first column.
const LEAST: usize = 15;

/// The cells of a line.
type Cells = [String; TITLES.len()];

/// Writes a line for each observation domain, in the order of the report.
pub(super) fn write(report: &Report, page: &mut Page) {
    if report.domains.len() < MANY {
        return;
    }
    let counts = findings(report);
    let domains = report.domains.iter().zip(&counts);
    let rows: Vec<Cells> = domains
        .map(|(domain, counts)| row(domain, *counts))
        .collect();
    let titles = TITLES.map(str::to_owned);
    let mut widths = [0; TITLES.len()];
    for row in rows.iter().chain([&titles]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let others: usize = widths.iter().skip(1).map(|width| width + GAP).sum();
    let room = page.width().saturating_sub(others + GAP).max(LEAST);
    widths[0] = widths[0].min(room);
    page.gap();
    line(&titles, &widths, Tone::Dim, page);
    for (row, [errors, _]) in rows.iter().zip(&counts) {
        let tone = if *errors > 0 { Tone::Bad } else { Tone::Plain };
        line(row, &widths, tone, page);
    }
}

fn row(domain: &DomainHealth, [errors, warnings]: [u64; 2]) -> Cells {
    let number = |count: u64| match count {
        0 => "-".to_owned(),
        count => grouped(count),
    };
    [
        sentence::name(&domain.key),
        domain.key.protocol.name().to_owned(),
        number(domain.flows),
        number(domain.sequence.lost),
        number(errors),
        number(warnings),
    ]
}

/// The number of errors and of warnings of each domain.
fn findings(report: &Report) -> Vec<[u64; 2]> {
    let mut counts = vec![[0; 2]; report.domains.len()];
    for finding in &report.findings {
        let counts = finding.domain.and_then(|domain| counts.get_mut(domain));
        let Some([errors, warnings]) = counts else {
            continue;
        };
        match finding.severity() {
            Severity::Error => *errors += 1,
            Severity::Warning => *warnings += 1,
            Severity::Info => {}
        }
    }
    counts
}

/// One line. An exporter whose name is too long for the terminal is cut.
fn line(cells: &Cells, widths: &[usize; TITLES.len()], tone: Tone, page: &mut Page) {
    let mut text = String::new();
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let mut cell = cell.clone();
        if cell.chars().count() > *width {
            cell = cell.chars().take(width - 1).collect();
            cell.push('…');
        }
        if index < TEXTS {
            text += &format!("{cell:<width$}");
        } else {
            text += &format!("{cell:>width$}");
        }
        text.extend([' '; GAP]);
    }
    page.line(GAP, "", text.trim_end(), tone);
}
