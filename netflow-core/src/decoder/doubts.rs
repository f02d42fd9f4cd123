//! What is doubtful about sampling rates and names.

use alloc::vec::Vec;

use super::Decoder;
use super::neighbours::MAX_NEIGHBOURS;
use super::session::Session;
use crate::domain::DomainKey;
use crate::exporter::{DomainData, DoubtKind, LACKS, NamedKind};
use crate::template::Template;

/// One thing that is doubtful about the sampling or the names of an observation domain.
///
/// ```
/// use netflow_core::{Decoder, DoubtKind, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(example::ipfix())?;
/// // Domain 8 of the exporter sends the same flow without any options.
/// let ipfix = example::ipfix();
/// let mut payload = [&ipfix.payload[..64], &ipfix.payload[128..]].concat();
/// payload[3] = payload.len() as u8;
/// payload[15] = 8;
/// let domain_8 = ipfix.with_payload(&payload);
/// decoder.decode(domain_8)?;
/// let doubts = decoder.doubts();
/// assert_eq!(doubts[0].domain.observation_domain, 8);
/// assert_eq!(doubts[0].kind, DoubtKind::RateInOtherDomain { other_domain: 7 });
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Doubt {
    /// Which domain it is about.
    pub domain: DomainKey,
    /// What is doubtful.
    pub kind: DoubtKind,
}

impl Decoder {
    /// What is doubtful about the sampling rates and names of all observation domains with
    /// data, in the order of exporters and domains. It is found from what options announced and
    /// from the templates in force, so it costs nothing until it is called, and does not cover
    /// domains that were forgotten. What the caller's rates or
    /// [`OptionsScope`](crate::OptionsScope) settle is not in doubt.
    ///
    /// ```
    /// use netflow_core::{Decoder, Limits};
    ///
    /// let decoder = Decoder::new(Limits::default());
    /// assert!(decoder.doubts().is_empty());
    /// ```
    #[must_use]
    pub fn doubts(&self) -> Vec<Doubt> {
        let mut sessions: Vec<_> = self.sessions.iter().collect();
        sessions.sort_unstable_by_key(|session| *session.key());
        let mut doubts = Vec::new();
        let same = |one: &&Session, other: &&Session| {
            let (one, other) = (one.key(), other.key());
            (one.exporter, one.protocol) == (other.exporter, other.protocol)
        };
        let applies_others = self.sessions.has_neighbours();
        for exporter in sessions.chunk_by(same) {
            let differing = applies_others.then(|| differing_names(exporter));
            for session in exporter {
                let of_session = session_doubts(session, exporter, differing.as_deref());
                doubts.extend(of_session.into_iter().filter(|doubt| !self.settles(doubt)));
            }
        }
        doubts
    }

    /// The caller configured what applies.
    fn settles(&self, doubt: &Doubt) -> bool {
        let exporter = doubt.domain.exporter.ip();
        let is_overridden = self.override_rates.get(exporter).is_some();
        let is_configured = self.configured_rates.get(exporter).is_some();
        let applies_others = self.sessions.has_neighbours();
        match doubt.kind {
            DoubtKind::AmbiguousRate { .. }
            | DoubtKind::DifferentScopes { .. }
            | DoubtKind::Unrated { .. } => is_overridden,
            DoubtKind::UnnamedSampler { .. } => is_overridden || is_configured,
            DoubtKind::UnknownSampler { .. } | DoubtKind::RateInOtherDomain { .. } => {
                is_overridden || is_configured || applies_others
            }
            DoubtKind::NamesInOtherDomain { .. } => applies_others,
            DoubtKind::OtherDomainsDiffer { of, .. } => of.is_none() && is_overridden,
        }
    }
}

/// A kind of thing and two domains that announce different names of one.
type DifferingNames = (NamedKind, [u32; 2]);

/// For each kind of thing, the first two domains of an exporter that announce different names. A domain
/// without names differs from none, so these are the same for each of its other domains.
fn differing_names(exporter: &[&Session]) -> Vec<DifferingNames> {
    let domains = exporter.get(..MAX_NEIGHBOURS).unwrap_or(exporter);
    let found = NamedKind::ALL.into_iter().filter_map(|of| {
        let mut pairs = domains.iter().enumerate().flat_map(|(index, one)| {
            let after = domains.iter().skip(index.saturating_add(1));
            after.map(move |other| (one, other))
        });
        let (one, other) =
            pairs.find(|(one, other)| one.exporter.names_differ(&other.exporter, of))?;
        Some((
            of,
            [one, other].map(|session| session.key().observation_domain),
        ))
    });
    found.collect()
}

/// What is doubtful about one domain, by its own options and those of the exporter's others; if these
/// apply to it, also by `differing` names.
fn session_doubts(
    session: &Session,
    exporter: &[&Session],
    differing: Option<&[DifferingNames]>,
) -> Vec<Doubt> {
    let mut templates: Vec<&Template> = session
        .templates
        .iter()
        .map(|known| &*known.template)
        .filter(|template| !template.is_options())
        .collect();
    if templates.is_empty() {
        return Vec::new();
    }
    // The first that lacks something is named: the same in each run.
    templates.sort_unstable_by_key(|template| template.id());
    let key = session.key();
    let mut kinds = session.exporter.doubts(&templates);
    kinds.extend(session.named_samplers.doubt(&session.exporter));
    let data = DomainData {
        observation_domain: key.observation_domain,
        templates: &templates,
    };
    let mut missing = [None; LACKS];
    let others = || {
        let others = exporter.iter().filter(|other| other.key() != key);
        let others = others.map(|other| (other.key().observation_domain, &*other.exporter));
        others.take(MAX_NEIGHBOURS)
    };
    // What it lacks is there in one of them, or in none: the first is named.
    for (domain, other) in others() {
        let lacks = session.exporter.lacks(&data, other, domain);
        for (missing, lack) in missing.iter_mut().zip(lacks) {
            *missing = missing.or(lack);
        }
    }
    kinds.extend(missing.into_iter().flatten());
    if let Some(differing) = differing {
        // If any two rates differ, one differs from the first.
        let mut first = None;
        let domains = others().find_map(|(domain, other)| {
            let rate = session.exporter.applied_rate(&data, other)?;
            let (one, agreed) = *first.get_or_insert((domain, rate));
            (agreed != rate).then_some([one, domain])
        });
        kinds.extend(domains.map(|domains| DoubtKind::OtherDomainsDiffer { of: None, domains }));
        let names = differing.iter();
        let names = names.filter(|(of, _)| session.exporter.lacks_names(&data, *of));
        kinds.extend(names.map(|(of, domains)| DoubtKind::OtherDomainsDiffer {
            of: Some(*of),
            domains: *domains,
        }));
    }
    let doubt = |kind| Doubt { domain: *key, kind };
    kinds.into_iter().map(doubt).collect()
}
