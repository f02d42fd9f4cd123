//! Problems in the report, with the octets around them.

use netflow_core::InputNames;
use netflow_health::{Around, ProblemExample, ProblemKind, Report};

use crate::explain::page::{Page, Tone};
use crate::explain::words::{counted, frame, grouped};

/// From this width on 32 octets are on a line, else 16.
const WIDE: usize = 112;

/// Writes the problems of one kind: the first, then how many more there are.
pub(super) fn write(kind: &ProblemKind, report: &Report, inputs: &InputNames, page: &mut Page) {
    let mut title = format!("{}  {}", kind.reason, counted(kind.count, "time"));
    if kind.octets > 0 {
        title += &format!(", {} passed over", counted(kind.octets, "octet"));
    }
    let late = report.late_octets();
    if kind.reason == "no_template" && late > 0 {
        title += &format!(", {} of them decoded later", grouped(late));
    }
    if let Some(section) = kind.section {
        title += &format!("  ({section})");
    }
    page.paragraph(2, 2, &title, Tone::Bad);
    for example in &kind.examples {
        page.paragraph(4, 2, &example_text(example, inputs), Tone::Plain);
        if let Some(around) = &example.around {
            write_around(around, page);
        }
    }
    let more = kind.count - count(kind.examples.len());
    if more > 0 {
        let text = format!("… and {} more like it", grouped(more));
        page.paragraph(4, 2, &text, Tone::Plain);
    }
}

fn example_text(example: &ProblemExample, inputs: &InputNames) -> String {
    let mut text = frame(example.place, inputs);
    if !example.exporter.ip().is_unspecified() {
        text += &format!(", {}", example.exporter.ip());
    }
    if let Some(domain) = example.domain {
        let number = domain.observation_domain;
        text += &match domain.agent_address {
            Some(agent) => format!(", agent {agent}, sub-agent {number}"),
            None => format!(", domain {number}"),
        };
    }
    text += &format!(", octet {}: {}", example.error.offset, example.error.kind);
    if example.octets > 0 {
        text += &format!("; {} passed over", counted(count(example.octets), "octet"));
    }
    text
}

/// Octets in groups of two with the faulty place between brackets, so that it can be seen
/// without colour and stays when copied.
fn write_around(around: &Around, page: &mut Page) {
    const INDENT: usize = 6;
    let per_line = if page.width() >= WIDE { 32 } else { 16 };
    let mut at = 0;
    while at < around.octets.len() {
        let end = around.octets.len().min(at + per_line);
        let mut line = String::new();
        for index in at..end {
            let marked = around.marked.contains(&index);
            let opens = marked && index == around.marked.start;
            let after = index > at && index == around.marked.end;
            line.push(match (opens, after) {
                (true, _) => '[',
                (_, true) => ']',
                _ => ' ',
            });
            line += &format!("{:02x}", around.octets[index]);
        }
        if around.marked.contains(&(end - 1)) && around.marked.end == end {
            line.push(']');
        }
        let label = format!("{:>5} ", around.offset + at);
        page.line(INDENT, &label, &line, Tone::Plain);
        at = end;
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
