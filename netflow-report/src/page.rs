//! The HTML page: its parts, and the notes on what its numbers rest on.

mod exporters;
mod flows;
mod live;
mod map;
mod overview;
mod pictures;
mod tables;

use maud::{DOCTYPE, Markup, PreEscaped, html};

pub use self::live::LivePage;
use crate::ReportOptions;
use crate::gather::Gathered;
use crate::quantity::{grouped, harmless};

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");
/// No request is allowed, not even one that a name would cause if it were not escaped.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      img-src data:; base-uri 'none'; form-action 'none'";

/// What the page shows.
#[derive(Clone, Copy)]
pub(crate) struct Content<'c> {
    pub(crate) options: &'c ReportOptions,
    pub(crate) gathered: &'c Gathered,
    pub(crate) health: &'c netflow_health::Report,
    pub(crate) sentences: &'c [String],
    /// Set if it is the page of a collector.
    pub(crate) live: Option<&'c LivePage>,
}

/// Writes the page.
pub(crate) fn write(content: &Content<'_>) -> String {
    let Content {
        options,
        gathered,
        health,
        sentences,
        live,
    } = *content;
    let title = match live {
        Some(_) => harmless(&options.title),
        None => format!("Traffic report: {}", harmless(&options.title)),
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" data-refresh=[live.map(|_| live::REFRESH)] {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (title) }
                    @if let Some(live) = live { (live::header(live)) }
                    @if let Some(filter) = &options.filter {
                        p.note { "Only flows that match " code { (harmless(filter.as_str())) } }
                    }
                }
                main {
                    (overview::write(gathered, health))
                    (exporters::verdict(health, sentences))
                    (pictures::timelines(gathered))
                    (map::write(gathered))
                    (tables::write(options, gathered))
                    (pictures::distributions(gathered))
                    (pictures::heat(gathered))
                    (pictures::sankeys(gathered))
                    (exporters::domains(health))
                    (flows::write(gathered, live.is_some()))
                }
                footer { p.note { "Made by netflow " (env!("CARGO_PKG_VERSION")) ". It loads nothing from other servers." } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// A part of the page with a heading.
fn section(id: &str, title: &str, content: &Markup) -> Markup {
    html! {
        section id=(id) {
            h2 { (title) }
            (content)
        }
    }
}

/// Notes on the assumptions that the counters rest on.
fn assumptions(gathered: &Gathered) -> Markup {
    let totals = &gathered.totals;
    notes(
        totals.sums.flows,
        &[
            (
                totals.unscaled,
                "have no known sampling rate: their octets and packets are as sent.",
            ),
            (
                totals.inexact,
                "carry totals of flows that began before: these are counted whole.",
            ),
        ],
    )
}

/// Notes on flows without usable times.
fn doubtful_times(gathered: &Gathered) -> Markup {
    let totals = &gathered.totals;
    notes(
        totals.sums.flows,
        &[
            (
                totals.suspect,
                "have impossible times: they are shown at the time they were received.",
            ),
            (
                totals.distant,
                "have times more than an hour from when they were received: they are shown at that time.",
            ),
            (
                totals.timeless,
                "carry no times: they are shown at the time they were received.",
            ),
        ],
    )
}

/// A sentence for each number of flows that is not 0, with its part of all flows.
fn notes(all: u64, counts: &[(u64, &str)]) -> Markup {
    html! {
        @for (count, text) in counts.iter().filter(|(count, _)| *count > 0) {
            p.note { (grouped(*count)) " of " (grouped(all)) " flows " (text) }
        }
    }
}
