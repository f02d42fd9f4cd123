//! What sequence numbers say.

use crate::domain::DomainHealth;
use crate::finding::{Finding, FindingKind};

pub(super) fn findings(index: usize, domain: &DomainHealth) -> Vec<Finding> {
    let of_samples = dropped(domain).map(|kind| Finding::of(index, kind));
    if domain.has_several_exporters() {
        // Where numbers of several exporters are mixed, that they jump says nothing of one.
        let ports: Vec<u16> = domain.followed_ports().collect();
        let several = Finding::of(index, FindingKind::SeveralExporters { ports });
        return Some(several).into_iter().chain(of_samples).collect();
    }
    let first_gap = domain.gaps.first.first().map(|gap| gap.place);
    let kinds = [
        lost(domain).map(|kind| Finding::of(index, kind).at(first_gap)),
        lost_samples(domain).map(|kind| Finding::of(index, kind)),
        constant(domain).map(|kind| Finding::of(index, kind)),
        duplicated(domain).map(|kind| Finding::of(index, kind)),
        restarted(domain).map(|kind| Finding::of(index, kind)),
        of_samples,
    ];
    kinds.into_iter().flatten().collect()
}

/// Messages that do not follow the one before.
const fn jumps(domain: &DomainHealth) -> u64 {
    domain.gaps.count.saturating_add(domain.sequence.duplicated)
}

/// Whether what looks like loss is in the numbers: real losses are rare, and real duplicates
/// do not come with them.
const fn counts_wrongly(domain: &DomainHealth) -> bool {
    let counts = &domain.sequence;
    let is_odd = counts.lost > 0 && counts.duplicated > 0;
    is_odd && jumps(domain).saturating_mul(2) >= domain.messages
}

fn lost(domain: &DomainHealth) -> Option<FindingKind> {
    let counts = &domain.sequence;
    let (lost, unit) = (counts.lost, domain.unit());
    let expected = counts.received.saturating_add(lost);
    if lost == 0 {
        return None;
    }
    Some(if counts_wrongly(domain) {
        FindingKind::Miscounted {
            lost,
            expected,
            unit,
            jumps: jumps(domain),
            messages: domain.messages,
        }
    } else {
        FindingKind::Lost {
            lost,
            expected,
            unit,
        }
    })
}

/// sFlow samples that are missing although no datagram was lost.
fn lost_samples(domain: &DomainHealth) -> Option<FindingKind> {
    let samples = &domain.samples;
    let is_alone = samples.lost > 0 && domain.sequence.lost == 0;
    is_alone.then_some(FindingKind::LostSamples {
        lost: samples.lost,
        expected: samples.received.saturating_add(samples.lost),
    })
}

fn constant(domain: &DomainHealth) -> Option<FindingKind> {
    let messages = domain.messages;
    domain
        .sequence_is_constant
        .then_some(FindingKind::ConstantSequence { messages })
}

fn duplicated(domain: &DomainHealth) -> Option<FindingKind> {
    let messages = domain.sequence.duplicated;
    (messages > 0 && !counts_wrongly(domain)).then_some(FindingKind::Duplicated { messages })
}

fn restarted(domain: &DomainHealth) -> Option<FindingKind> {
    let times = domain.sequence.restarted;
    (times > 0).then_some(FindingKind::Restarted { times })
}

/// What the sFlow agent says that it could not sample.
fn dropped(domain: &DomainHealth) -> Option<FindingKind> {
    let samples = &domain.samples;
    (samples.drops > 0).then_some(FindingKind::DroppedSamples {
        drops: samples.drops,
        received: samples.received,
    })
}
