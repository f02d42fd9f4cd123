//! The whole report in a few plain sentences, the gravest first.

use netflow_core::InputNames;
use netflow_health::{Finding, FindingKind, Report};

use super::sentence::{self, Context};
use super::skew;
use super::words::{NAMED, grouped};

/// What was decoded, then the findings.
pub(super) fn verdict(report: &Report, inputs: &InputNames) -> Vec<String> {
    let mut sentences = Vec::new();
    let context = Context { report, inputs };
    let mut kinds = kinds(report).peekable();
    let is_nothing = |kind: &&[Finding]| matches!(kind[0].kind, FindingKind::NoFlowExport { .. });
    if kinds.peek().is_none_or(|kind| !is_nothing(kind)) {
        sentences.push(decoded(report));
    }
    for kind in kinds {
        of_kind(kind, context, &mut sentences);
    }
    sentences
}

/// What the sockets of a collector lost, with what to do about it; nothing if they lost nothing.
#[cfg(feature = "http")]
pub(super) fn losses(report: &Report) -> Vec<String> {
    let inputs = &InputNames::default();
    let mut sentences = Vec::new();
    for kind in kinds(report) {
        let is_loss = |kind: &FindingKind| {
            matches!(
                kind,
                FindingKind::KernelDrops { .. } | FindingKind::QueueDrops { .. }
            )
        };
        if is_loss(&kind[0].kind) {
            of_kind(kind, Context { report, inputs }, &mut sentences);
        }
    }
    sentences
}

/// The findings of each kind, the gravest first.
fn kinds(report: &Report) -> impl Iterator<Item = &[Finding]> {
    let findings = &report.findings;
    findings.chunk_by(|one, other| one.number() == other.number())
}

/// A sentence for each of the first findings of a kind, how many more there are, and what to do.
fn of_kind(kind: &[Finding], context: Context<'_>, sentences: &mut Vec<String>) {
    if matches!(kind[0].kind, FindingKind::ClockSkew { .. }) {
        sentences.extend(skew::sentences(kind, context));
        return;
    }
    let first = kind.iter().take(NAMED);
    sentences.extend(first.map(|finding| sentence::of(finding, context)));
    match kind.len().saturating_sub(NAMED) {
        0 => {}
        1 => sentences.push("1 more finding is of this kind.".to_owned()),
        more => sentences.push(format!("{more} more findings are of this kind.")),
    }
    let advice = sentence::advice(&kind[0].kind, context.report.options_scope);
    sentences.extend(advice.map(str::to_owned));
}

fn decoded(report: &Report) -> String {
    let lost = report.lost_octets();
    let flows = match (report.flows(), lost) {
        (0, 0) => return "All was decoded, but it describes no flow.".to_owned(),
        (1, 0) => "The one flow was".to_owned(),
        (2, 0) => "Both flows were".to_owned(),
        (flows, 0) => format!("All {} flows were", grouped(flows)),
        (0, _) => "No flow was".to_owned(),
        (1, _) => "1 flow was".to_owned(),
        (flows, _) => format!("{} flows were", grouped(flows)),
    };
    if lost == 0 {
        format!("{flows} decoded.")
    } else {
        let could = if lost == 1 { "octet" } else { "octets" };
        format!("{flows} decoded; {} {could} could not be.", grouped(lost))
    }
}
