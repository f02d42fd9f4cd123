//! Clocks that are off: one sentence for all domains with the same skew.

use netflow_health::{Finding, FindingKind};

use super::sentence::{Context, name};
use super::words::{NAMED, counted, list, shorten, skew_in_words};

/// Domains with the same skew between export and receive times.
struct SkewGroup {
    /// How far, in words.
    skew: String,
    domains: Vec<String>,
    flows: u64,
}

/// A sentence for each skew, and what it may come from.
pub(super) fn sentences(findings: &[Finding], context: Context<'_>) -> Vec<String> {
    let mut groups: Vec<SkewGroup> = Vec::new();
    let mut exporters = Vec::new();
    for finding in findings {
        let (FindingKind::ClockSkew { flows, skew }, Some(domain)) =
            (&finding.kind, context.report.domain_of(finding))
        else {
            continue;
        };
        let skew = skew_in_words(*skew);
        let whose = name(&domain.key);
        exporters.push(domain.key.exporter.ip());
        match groups.iter_mut().find(|group| group.skew == skew) {
            Some(group) => {
                group.domains.push(whose);
                group.flows += flows;
            }
            None => groups.push(SkewGroup {
                skew,
                domains: vec![whose],
                flows: *flows,
            }),
        }
    }
    exporters.sort_unstable();
    exporters.dedup();
    let are_alike = groups.len() == 1 && exporters.len() > 1;
    let mut sentences: Vec<String> = groups.into_iter().map(sentence).collect();
    shorten_sentences(&mut sentences);
    sentences.push(
        if are_alike {
            "All are off alike: the capture was replayed or rewritten, or the receiver's clock is \
             wrong."
        } else {
            "Either the exporter's clock is wrong (set it by NTP), or the capture was replayed or \
             rewritten."
        }
        .to_owned(),
    );
    sentences
}

fn sentence(mut group: SkewGroup) -> String {
    let (time, is) = if group.domains.len() == 1 {
        ("time", "is")
    } else {
        ("times", "are")
    };
    shorten(&mut group.domains);
    format!(
        "The export {time} of {} {is} {} the receive time, so that {} {} impossible times.",
        list(&group.domains),
        group.skew,
        counted(group.flows, "flow"),
        if group.flows == 1 { "has" } else { "have" },
    )
}

/// The first of them, and how many more there are.
fn shorten_sentences(sentences: &mut Vec<String>) {
    let more = sentences.len().saturating_sub(NAMED);
    sentences.truncate(NAMED);
    match more {
        0 => {}
        1 => sentences.push("1 more clock is off.".to_owned()),
        more => sentences.push(format!("{more} more clocks are off.")),
    }
}
