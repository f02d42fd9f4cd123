//! Times that cannot be right, and times that are none.

use netflow_core::NoTime;

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
    let others = clock.suspect.saturating_sub(by_skew);
    let kinds = [
        skew.filter(|_| by_skew > 0)
            .map(|skew| FindingKind::ClockSkew {
                flows: by_skew,
                skew,
            }),
        (others > 0).then_some(FindingKind::ImpossibleTimes { flows: others }),
    ];
    let kinds = kinds.into_iter().flatten();
    let suspect = kinds.map(|kind| Finding::of(index, kind).at(clock.first_suspect));
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
