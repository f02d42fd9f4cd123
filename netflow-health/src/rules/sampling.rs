//! Sampling rates that are missing or cannot be meant.

use netflow_core::element::ElementId;
use netflow_core::{NamedKind, NoSamplingRate, OptionsScope, RateScope, ScopeKind};

use crate::domain::{AnnouncedRate, DomainHealth};
use crate::finding::{Finding, FindingKind};
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
    let ambiguous = ambiguous(index, domain, report);
    let findings = [unknown, ambiguous, algorithm, short_frames];
    let findings = findings.into_iter().flatten();
    let names = names_in_other_domain(index, domain, report);
    let findings = findings.chain(names);
    findings.chain(without_rate(index, domain)).collect()
}

/// Rates that differ and that flows do not distinguish.
fn ambiguous(index: usize, domain: &DomainHealth, report: &Report) -> Option<Finding> {
    let flows = domain.rates.without(Some(NoSamplingRate::Ambiguous));
    if flows == 0 {
        return None;
    }
    let rates = differing(domain);
    let (place, rates) = match rates.first() {
        Some(first) => {
            let place = first.place;
            let rates = rates.into_iter();
            let rates = rates.map(|rate| format!("1:{} for {}", rate.rate, rate.of));
            (Some(place), rates.collect())
        }
        None => {
            let rates = differing_domains(domain, report);
            let place = rates.first().map(|(_, rate)| rate.place);
            let rates = rates.into_iter().map(|(number, rate)| {
                format!("1:{} for {} in domain {number}", rate.rate, rate.of)
            });
            (place, rates.collect())
        }
    };
    let kind = FindingKind::RateAmbiguous { flows, rates };
    Some(Finding::of(index, kind).at(place))
}

/// The first rates of a domain that differ: those of one kind of thing, such as line cards, or else
/// those of different kinds.
fn differing(domain: &DomainHealth) -> Vec<&AnnouncedRate> {
    let kinds = |of: &RateScope| of.parts().map(|(kind, _)| kind).collect::<Vec<ScopeKind>>();
    // Records have to name a sampler, so those of others are not in question.
    let is_sampler = |kind: &ScopeKind| {
        matches!(
            kind,
            ScopeKind::Sampler | ScopeKind::Selector | ScopeKind::SelectionSequence
        )
    };
    let announced = domain.announced.rates.first.iter();
    let announced: Vec<&AnnouncedRate> = announced
        .filter(|rate| rate.of.is_domain() || !kinds(&rate.of).iter().all(is_sampler))
        .collect();
    let of_one_kind = |one: &&&AnnouncedRate| {
        let kinds_of_one = kinds(&one.of);
        let mut others = announced.iter();
        others.any(|other| other.rate != one.rate && kinds(&other.of) == kinds_of_one)
    };
    let alike: Vec<_> = announced.iter().filter(of_one_kind).copied().collect();
    let found = if alike.is_empty() { announced } else { alike };
    unless_equal(found, |one| one.rate)
}

/// The first of these, or none if all have the same rate.
fn unless_equal<T>(mut found: Vec<T>, rate: impl Fn(&T) -> u64) -> Vec<T> {
    let first = found.first().map(&rate);
    if found.iter().all(|one| Some(rate(one)) == first) {
        found.clear();
    }
    found.truncate(RATES);
    found
}

/// The first rate of each other domain of the exporter, if options of a domain apply to others and
/// these differ.
fn differing_domains<'r>(
    domain: &'r DomainHealth,
    report: &'r Report,
) -> Vec<(u32, &'r AnnouncedRate)> {
    if report.options_scope == OptionsScope::Domain {
        return Vec::new();
    }
    let rates = in_other_domains(domain, report).map(|(_, number, rate)| (number, rate));
    unless_equal(rates.collect(), |(_, one)| one.rate)
}

/// Sampling from which no rate follows; filters take no sample.
fn without_rate(index: usize, domain: &DomainHealth) -> impl Iterator<Item = Finding> {
    let announced = domain.announced.unrated.first.iter();
    announced.map(move |announced| {
        let selection = announced.selection;
        let reason = NoSamplingRate::Unrated(selection);
        let kind = FindingKind::SelectionWithoutRate {
            flows: domain.rates.without(Some(reason)),
            sampler: announced.of.to_string(),
            method: selection.method.name(),
            selected: selection.selected,
            total: selection.total,
        };
        Finding::of(index, kind).at(Some(announced.place))
    })
}

/// Names of things that flows have by number only, though another domain announces some.
fn names_in_other_domain<'r>(
    index: usize,
    domain: &'r DomainHealth,
    report: &'r Report,
) -> impl Iterator<Item = Finding> + use<'r> {
    let kinds = NamedKind::ALL.into_iter();
    let lacking = kinds.filter(|of| {
        domain.unnamed.contains(of) && domain.announced.names_of(*of).unwrap_or(0) == 0
    });
    lacking.filter_map(move |of| {
        let siblings = report.domains.iter();
        let mut siblings = siblings.filter(|other| other.is_sibling(domain));
        let (names, other) = siblings.find_map(|other| {
            let names = other.announced.names_of(of).filter(|names| *names > 0)?;
            Some((names, other))
        })?;
        let kind = FindingKind::NamesInOtherDomain {
            names,
            of: of.name(),
            other_domain: other.key.observation_domain,
        };
        Some(Finding::of(index, kind))
    })
}

/// Rates that are named in one finding.
const RATES: usize = 4;

/// Flows without a rate, if others have one or options announce one.
fn unknown(domain: &DomainHealth, report: &Report) -> Option<Finding> {
    let flows = domain.rates.without(None);
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

/// A domain of the same exporter that announces rates, and the first of them; before others
/// one that has no flows they could be of.
fn in_other_domain<'r>(
    domain: &'r DomainHealth,
    report: &'r Report,
) -> Option<(u32, &'r AnnouncedRate)> {
    let announced = in_other_domains(domain, report);
    let (_, number, rate) = announced.min_by_key(|(has_flows, ..)| *has_flows)?;
    Some((number, rate))
}

/// Domains of the same exporter with flows or without, and the first rate of each that is not
/// announced for a third domain.
fn in_other_domains<'r>(
    domain: &'r DomainHealth,
    report: &'r Report,
) -> impl Iterator<Item = (bool, u32, &'r AnnouncedRate)> + use<'r> {
    let own = u128::from(domain.key.observation_domain);
    let siblings = report.domains.iter();
    let siblings = siblings.filter(|other| other.is_sibling(domain));
    siblings.filter_map(move |other| {
        let mut rates = other.announced.rates.first.iter();
        let rate = rates.find(|rate| {
            let of = rate.of.get(OBSERVATION_DOMAIN);
            of.is_none_or(|number| number == own)
        })?;
        Some((other.flows > 0, other.key.observation_domain, rate))
    })
}

/// observationDomainId (149).
const OBSERVATION_DOMAIN: ScopeKind = ScopeKind::Element(ElementId::iana(149));
