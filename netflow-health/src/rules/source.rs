//! What the input lacks, and what could not be read of it.

use crate::finding::{Finding, FindingKind};
use crate::report::Report;

/// The reason of data without a template, which has findings of its own.
const NO_TEMPLATE: &str = "no_template";

/// `others` are the findings on domains.
pub(super) fn findings(report: &Report, others: &[Finding]) -> Vec<Finding> {
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
        problems(report, others),
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
fn problems(report: &Report, others: &[Finding]) -> Option<FindingKind> {
    let kinds = report.problems.kinds.iter();
    let kinds = kinds.filter(|kind| kind.reason != NO_TEMPLATE && !is_by_cut(report, kind.reason));
    let mut count = report.problems.other;
    let mut reasons: Vec<String> = Vec::new();
    for kind in kinds {
        let of_others = of_templates(report, others, kind.reason);
        let left = kind.count.saturating_sub(of_others);
        count = count.saturating_add(left);
        if left > 0 && !reasons.iter().any(|known| known == kind.reason) {
            reasons.push(kind.reason.to_owned());
        }
    }
    (count > 0).then_some(FindingKind::Problems { count, reasons })
}

/// Problems with this reason of templates that findings on their data name.
fn of_templates(report: &Report, others: &[Finding], reason: &str) -> u64 {
    let named = others.iter().filter_map(|finding| {
        let domain = report.domains.get(finding.domain?)?;
        let refused = &domain.refused_templates;
        let refused = match &finding.kind {
            FindingKind::TemplateUnreadable { set, .. } => refused.get(set)?,
            FindingKind::TemplateSetUnreadable { .. } => {
                refused.values().find(|refused| refused.ends_set())?
            }
            _ => return None,
        };
        // A withdrawal over UDP is reported as such too.
        let is_withdrawal =
            refused.is_withdrawal() && reason == "withdrawal_over_udp" && domain.withdraws_over_udp;
        (refused.reason == reason || is_withdrawal).then_some(refused.count)
    });
    named.fold(0, u64::saturating_add)
}

/// Datagrams of which none was captured whole have these problems for that reason.
fn is_by_cut(report: &Report, reason: &str) -> bool {
    let source = &report.source;
    let is_all = source.cut > 0 && source.cut >= source.datagrams;
    is_all
        && matches!(
            reason,
            "cut"
                | "message_too_long"
                | "set_too_long"
                | "template_cut"
                | "record_cut"
                | "record_count"
                | "sample_too_long"
                | "sample_count"
                | "structure_cut"
        )
}
