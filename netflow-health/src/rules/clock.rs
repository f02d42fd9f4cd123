//! Times that cannot be right, and times that are none.

use netflow_core::{DatagramId, NoTime};

use crate::domain::DomainHealth;
use crate::finding::{Finding, FindingKind};

/// Nanoseconds from which on two clocks are far from each other.
const DAY: u64 = 86_400_000_000_000;

pub(super) fn findings(index: usize, domain: &DomainHealth) -> Vec<Finding> {
    let clock = &domain.clock;
    let skew = clock.skew.map(|skew| skew.last);
    let skew = skew.filter(|skew| skew.unsigned_abs() > DAY);
    let by_skew = if skew.is_some() {
        clock.suspect_by_skew
    } else {
        0
    };
    let (read_wrong, first_other) = read_wrong(domain);
    let others = clock
        .suspect
        .saturating_sub(by_skew)
        .saturating_sub(read_wrong);
    let kinds = [
        skew.filter(|_| by_skew > 0)
            .map(|skew| FindingKind::ClockSkew {
                flows: by_skew,
                skew,
            }),
        (others > 0).then_some(FindingKind::ImpossibleTimes { flows: others }),
    ];
    let kinds = kinds.into_iter().flatten();
    let first = first_other.or(clock.first_suspect);
    let suspect = kinds.map(|kind| Finding::of(index, kind).at(first));
    let missing = clock.missing.iter();
    let missing = missing.filter(|missing| missing.reason != NoTime::NotSent);
    let missing = missing.map(|missing| {
        let kind = FindingKind::TimesMissing {
            flows: missing.flows,
            time: missing.time.name(),
            reason: missing.reason.name(),
        };
        Finding::of(index, kind).at(Some(missing.first))
    });
    suspect.chain(missing).collect()
}

/// Flows with impossible times that were read by a template that changes back and forth, which is
/// why they are impossible, and the first such flow of another template. Where no template does,
/// there is nothing to distinguish.
fn read_wrong(domain: &DomainHealth) -> (u64, Option<DatagramId>) {
    let templates = domain.templates.by_id.values();
    let (flapping, others): (Vec<_>, Vec<_>) = templates.partition(|known| known.returns > 0);
    if flapping.is_empty() {
        return (0, None);
    }
    let flows = flapping.iter().map(|known| known.impossible_times);
    let first = others.iter().filter_map(|known| known.first_impossible);
    (flows.fold(0, u64::saturating_add), first.min())
}
