//! What the input lacks, and what could not be read of it.

use super::{Finding, FindingKind};
use crate::report::Report;

/// The reason of data without a template, which has findings of its own.
const NO_TEMPLATE: &str = "no_template";

pub(super) fn findings(report: &Report) -> Vec<Finding> {
    let source = &report.source;
    let nothing = report.domains.is_empty() && report.problems.kinds.is_empty();
    let kinds = [
        nothing.then_some(FindingKind::NoFlowExport {
            packets: source.packets,
        }),
        (source.cut > 0).then_some(FindingKind::CutDatagrams {
            cut: source.cut,
            datagrams: source.datagrams,
        }),
        (source.kernel_drops > 0).then_some(FindingKind::KernelDrops {
            drops: source.kernel_drops,
        }),
        (source.queue_drops > 0).then_some(FindingKind::QueueDrops {
            drops: source.queue_drops,
        }),
        problems(report),
        (source.fragmented_given_up > 0 || source.stream_gaps > 0).then_some(
            FindingKind::MissingParts {
                datagrams: source.fragmented_given_up,
                gaps: source.stream_gaps,
            },
        ),
    ];
    kinds.into_iter().flatten().map(Finding::of_all).collect()
}

/// Problems that have no finding of their own.
fn problems(report: &Report) -> Option<FindingKind> {
    let kinds = report.problems.kinds.iter();
    let kinds = kinds.filter(|kind| kind.reason != NO_TEMPLATE);
    let count = kinds.clone().fold(report.problems.other, |all, kind| {
        all.saturating_add(kind.count)
    });
    let mut reasons: Vec<String> = Vec::new();
    for kind in kinds {
        if !reasons.iter().any(|known| known == kind.reason) {
            reasons.push(kind.reason.to_owned());
        }
    }
    (count > 0).then_some(FindingKind::Problems { count, reasons })
}
