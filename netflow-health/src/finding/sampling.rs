//! Sampling rates that are missing or cannot be meant.

use super::{Finding, FindingKind};
use crate::domain::{AnnouncedRate, DomainHealth};
use crate::report::Report;

pub(super) fn findings(index: usize, domain: &DomainHealth, report: &Report) -> Vec<Finding> {
    let contradictions = &domain.contradictions;
    let algorithm = contradictions.algorithm.map(|odd| {
        let kind = FindingKind::UnknownAlgorithm {
            rate: odd.rate,
            algorithm: odd.algorithm,
        };
        Finding::of(index, kind).at(Some(odd.place))
    });
    let short_frames = (contradictions.short_frames > 0).then(|| {
        let kind = FindingKind::ShortFrames {
            samples: contradictions.short_frames,
        };
        Finding::of(index, kind).at(contradictions.first_short_frame)
    });
    let unknown = unknown(domain, report).map(|finding| Finding {
        domain: Some(index),
        ..finding
    });
    let findings = [unknown, algorithm, short_frames];
    findings.into_iter().flatten().collect()
}

/// Flows without a rate, if others have one or options announce one.
fn unknown(domain: &DomainHealth, report: &Report) -> Option<Finding> {
    let flows = domain.rates.unknown();
    if flows == 0 {
        return None;
    }
    if flows < domain.flows {
        let all = domain.flows;
        return Some(Finding::of_all(FindingKind::RateMissing { flows, all }));
    }
    if let Some(first) = domain.announced.rates.first.first() {
        let kind = FindingKind::RateUnused {
            rates: domain.announced.rates.count,
            rate: first.rate,
            sampler: first.of.to_string(),
        };
        return Some(Finding::of_all(kind).at(Some(first.place)));
    }
    let (other_domain, announced) = in_other_domain(domain, report)?;
    let kind = FindingKind::RateInOtherDomain {
        rate: announced.rate,
        other_domain,
    };
    Some(Finding::of_all(kind).at(Some(announced.place)))
}

/// A domain of the same exporter that announces rates and has no flows they could be of, and
/// the first of them.
fn in_other_domain<'r>(
    domain: &DomainHealth,
    report: &'r Report,
) -> Option<(u32, &'r AnnouncedRate)> {
    let siblings = report.domains.iter();
    let mut silent =
        siblings.filter(|other| other.name.is_sibling(&domain.name) && other.flows == 0);
    silent.find_map(|other| Some((other.name.domain, other.announced.rates.first.first()?)))
}
