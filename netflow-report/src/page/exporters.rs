//! The health of the exporters.

use maud::{Markup, html};
use netflow_health::{DomainHealth, Report, Severity};

use super::section;
use crate::quantity::{grouped, harmless, percent, span};

/// What is wrong, in words.
pub(super) fn verdict(health: &Report, sentences: &[String]) -> Markup {
    let worst = health
        .findings
        .iter()
        .map(netflow_health::Finding::severity)
        .max();
    let class = match worst {
        Some(Severity::Error) => "bad",
        Some(Severity::Warning) => "doubt",
        _ => "good",
    };
    if sentences.is_empty() {
        return html! {};
    }
    section(
        "health",
        "Exporter health",
        &html! {
            ul.verdict.(class) { @for sentence in sentences { li { (harmless_sentence(sentence)) } } }
        },
    )
}

/// Sentences are longer than names.
fn harmless_sentence(sentence: &str) -> String {
    sentence
        .split(' ')
        .map(harmless)
        .collect::<Vec<_>>()
        .join(" ")
}

/// A row for each observation domain.
pub(super) fn domains(health: &Report) -> Markup {
    const SHOWN: usize = 200;
    if health.domains.is_empty() {
        return html! {};
    }
    let more = health.domains.len().saturating_sub(SHOWN);
    section(
        "domains",
        "Observation domains",
        &html! {
            div.scroll {
                table.sortable {
                    thead {
                        tr {
                            @for name in ["exporter", "protocol", "domain"] { th scope="col" { (name) } }
                            @for name in ["messages", "flows", "templates", "lost"] { th.number scope="col" { (name) } }
                            th scope="col" { "sampling" }
                            th scope="col" { "clock" }
                        }
                    }
                    tbody { @for domain in health.domains.iter().take(SHOWN) { (row(domain)) } }
                }
            }
            @if more > 0 { p.note { (more) " more domains." } }
            p.note { "Lost are the units that the sequence numbers count: flows, messages, records or datagrams, by protocol." }
        },
    )
}

fn row(domain: &DomainHealth) -> Markup {
    let key = &domain.key;
    let address = key.exporter_address();
    let exporter = address.map_or_else(|| "the file".to_owned(), |address| address.to_string());
    let exporter = match key.agent_address {
        Some(agent) if agent != key.exporter.ip() => format!("{exporter}, agent {agent}"),
        _ => exporter,
    };
    let lost = domain.sequence.lost;
    let expected = lost.saturating_add(domain.sequence.received);
    let lost_text = if domain.sequence_is_constant {
        "not known: numbers never change".to_owned()
    } else if lost == 0 {
        "0".to_owned()
    } else {
        format!("{} ({})", grouped(lost), percent(lost, expected))
    };
    html! {
        tr {
            td { (exporter) }
            td { (key.protocol.name()) }
            td.number data-n=(key.observation_domain) { (key.observation_domain) }
            td.number data-n=(domain.messages) { (grouped(domain.messages)) }
            td.number data-n=(domain.flows) { (grouped(domain.flows)) }
            td.number data-n=(domain.templates.by_id.len()) { (domain.templates.by_id.len()) }
            td.number data-n=(lost) { (lost_text) }
            td { (rates(domain)) }
            td { (clock(domain)) }
        }
    }
}

fn rates(domain: &DomainHealth) -> String {
    const SHOWN: usize = 3;
    let counts = &domain.rates.rates;
    let mut shown: Vec<String> = counts
        .iter()
        .take(SHOWN)
        .map(|count| match count.sampling {
            Some(known) => format!("1 of {} ({})", grouped(known.rate), known.rule.name()),
            None => "not known".to_owned(),
        })
        .collect();
    if counts.len() > SHOWN {
        shown.push(format!("{} more", counts.len() - SHOWN));
    }
    shown.join("; ")
}

fn clock(domain: &DomainHealth) -> String {
    let Some(skew) = &domain.clock.skew else {
        return String::new();
    };
    let way = if skew.last < 0 { "behind" } else { "ahead" };
    let mut text = format!("{} {way}", span(skew.last.unsigned_abs()));
    if domain.clock.suspect > 0 {
        text += &format!("; {} impossible times", grouped(domain.clock.suspect));
    }
    text
}
