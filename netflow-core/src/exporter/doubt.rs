//! What is doubtful about the sampling rates and names of an exporter, by what it announced and
//! by the templates of its records.

use alloc::vec::Vec;

use super::selection::Selection;
use super::{Exporter, RateScope, ScopeKind, Selects, Unrated};
use crate::element::ElementId;
use crate::template::Template;
use crate::wire::template::FieldKey;

/// What can be doubtful.
///
/// ```
/// use netflow_core::{Decoder, DoubtKind, Limits, NamedKind, example};
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
/// let kinds: Vec<DoubtKind> = decoder.doubts().iter().map(|doubt| doubt.kind).collect();
/// let of = NamedKind::Interfaces;
/// assert_eq!(
///     kinds,
///     [
///         DoubtKind::RateInOtherDomain { other_domain: 7 },
///         DoubtKind::NamesInOtherDomain { of, other_domain: 7 },
///     ]
/// );
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DoubtKind {
    /// Rates that are announced for several things of a kind differ, and records of this
    /// template do not say which of them they come from (RFC 3954, section 6.1).
    AmbiguousRate {
        /// The kind of thing, such as a line card.
        of: ScopeKind,
        /// The template.
        template: u16,
    },
    /// Rates that are announced for things of different kinds differ, and records of this template
    /// name neither (RFC 3954, section 6.1).
    DifferentScopes {
        /// One kind of thing and another; `None` is the whole domain.
        of: [Option<ScopeKind>; 2],
        /// The template.
        template: u16,
    },
    /// All rates are announced for samplers, and no field of the templates names a sampler or
    /// anything else that they are announced for.
    UnnamedSampler {
        /// The first of them.
        of: RateScope,
        /// One of this many is selected.
        rate: u64,
        /// How many more are announced.
        others: usize,
    },
    /// Rates are announced for samplers only, and records name a sampler that was never announced.
    UnknownSampler {
        /// The sampler or selector.
        named: RateScope,
    },
    /// Packets or flows are selected in a way that yields no rate.
    Unrated {
        /// What it was announced for.
        of: RateScope,
        /// Whether packets or flows are selected.
        selects: Selects,
        /// How they are selected.
        selection: Unrated,
    },
    /// Another domain of the exporter announces sampling that may apply to the records of this one,
    /// which announces none.
    RateInOtherDomain {
        /// The other domain.
        other_domain: u32,
    },
    /// Another domain of the exporter announces names of things of this kind, and this one, whose
    /// records have their numbers, none.
    NamesInOtherDomain {
        /// What is named.
        of: NamedKind,
        /// The other domain.
        other_domain: u32,
    },
    /// Two other domains of the exporter, whose options apply to this one
    /// ([`OptionsScope::Exporter`](crate::OptionsScope::Exporter)), announce different rates, or
    /// different names of one thing.
    OtherDomainsDiffer {
        /// The kind of name; `None` if the rates differ.
        of: Option<NamedKind>,
        /// The other domains.
        domains: [u32; 2],
    },
}

/// What a domain may lack that another announces: rates, and the names of each kind.
pub(crate) const LACKS: usize = 1 + NamedKind::ALL.len();

/// What options announce names of, by numbers that records have.
///
/// ```
/// use netflow_core::NamedKind;
///
/// let names = NamedKind::ALL.map(NamedKind::name);
/// assert_eq!(names, ["interfaces", "VRFs", "applications"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NamedKind {
    /// Interfaces, by index (10, 14).
    Interfaces,
    /// Virtual networks, by VRF id (234, 235).
    Vrfs,
    /// Applications, by application id (95).
    Applications,
}

impl NamedKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Interfaces, Self::Vrfs, Self::Applications];

    /// Things of this kind, in English.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Interfaces => "interfaces",
            Self::Vrfs => "VRFs",
            Self::Applications => "applications",
        }
    }

    const fn elements(self) -> &'static [u16] {
        match self {
            Self::Interfaces => &[10, 14],
            Self::Vrfs => &[234, 235],
            Self::Applications => &[95],
        }
    }
}

impl Exporter {
    /// Whether names of things of this kind were announced.
    fn has_names(&self, of: NamedKind) -> bool {
        !match of {
            NamedKind::Interfaces => self.names.interfaces.is_empty(),
            NamedKind::Vrfs => self.names.vrfs.is_empty(),
            NamedKind::Applications => self.names.applications.is_empty(),
        }
    }

    /// What is doubtful within one domain with these templates of data.
    pub(crate) fn doubts(&self, templates: &[&Template]) -> Vec<DoubtKind> {
        let mut doubts = Vec::new();
        let stated = |template: &&&Template| !template.plan().has_rate();
        let unstated: Vec<&Template> = templates.iter().filter(stated).copied().collect();
        let scopes = self.samplers.ambiguous();
        let ambiguous = unstated.iter().find_map(|template| {
            let names = |kind| names(template, kind);
            let mut scopes = scopes.iter();
            let open = scopes.find_map(|scope| scope.left_open(names));
            let template = template.id();
            open.map(|of| DoubtKind::AmbiguousRate { of, template })
                .or_else(|| {
                    let of = self.samplers.different_scopes(names)?;
                    Some(DoubtKind::DifferentScopes { of, template })
                })
        });
        doubts.extend(ambiguous);
        if !unstated.is_empty() && !unstated.iter().any(|template| names_sampler(template)) {
            let names = |kind| unstated.iter().any(|template| names(template, kind));
            doubts.extend(self.samplers.only_samplers(names));
        }
        let mut unrated: Vec<_> = self.samplers.iter().collect();
        unrated.sort_unstable_by_key(|(selects, of, _)| (*selects, *of));
        for (selects, of, announced) in unrated {
            if let Selection::WithoutRate(selection) = announced.selection {
                doubts.push(DoubtKind::Unrated {
                    of,
                    selects,
                    selection,
                });
            }
        }
        for id in self.samplers.incomplete_sequences() {
            let of = RateScope::new(&[(ScopeKind::SelectionSequence, id.into())]);
            doubts.push(DoubtKind::Unrated {
                of: of.unwrap_or_default(),
                selects: Selects::Packets,
                selection: Unrated::UNKNOWN,
            });
        }
        doubts
    }

    /// What another domain announces that this one, with this data, may lack.
    pub(crate) fn lacks(
        &self,
        data: &DomainData<'_>,
        other: &Self,
        other_domain: u32,
    ) -> [Option<DoubtKind>; LACKS] {
        let rates = self.lacks_rates(data) && data.may_have(other);
        let rates = rates.then_some(DoubtKind::RateInOtherDomain { other_domain });
        let [interfaces, vrfs, applications] = NamedKind::ALL.map(|of| {
            let lacks = other.has_names(of) && self.lacks_names(data, of);
            lacks.then_some(DoubtKind::NamesInOtherDomain { of, other_domain })
        });
        [rates, interfaces, vrfs, applications]
    }

    /// It announces no rates, and its records state none.
    fn lacks_rates(&self, data: &DomainData<'_>) -> bool {
        let mut templates = data.templates.iter();
        self.samplers.is_empty() && templates.any(|template| !template.plan().has_rate())
    }

    /// The rate of another domain that applies to these records, if this domain announces none.
    pub(crate) fn applied_rate(&self, data: &DomainData<'_>, other: &Self) -> Option<u64> {
        let rate = || other.samplers.only_rate(|scope| data.may_match(scope));
        self.lacks_rates(data).then(rate)?
    }

    /// Whether the two announce different names of one thing.
    pub(crate) fn names_differ(&self, other: &Self, of: NamedKind) -> bool {
        self.names.differ(&other.names, of)
    }

    /// Its records have numbers of such things, and it announces no names of them.
    pub(crate) fn lacks_names(&self, data: &DomainData<'_>, of: NamedKind) -> bool {
        let mut templates = data.templates.iter();
        let has_number = |template: &&Template| of.elements().iter().any(|id| has(template, *id));
        !self.has_names(of) && templates.any(has_number)
    }
}

/// The data of an observation domain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DomainData<'t> {
    pub(crate) observation_domain: u32,
    pub(crate) templates: &'t [&'t Template],
}

impl DomainData<'_> {
    /// Whether sampling that this exporter announces may apply to these records.
    fn may_have(&self, exporter: &Exporter) -> bool {
        let mut scopes = exporter.samplers.iter();
        let mut sequences = exporter.samplers.sequences();
        scopes.any(|(_, scope, _)| self.may_match(&scope))
            || sequences.next().is_some() && self.name(ScopeKind::SelectionSequence)
    }

    fn name(&self, kind: ScopeKind) -> bool {
        let mut templates = self.templates.iter();
        templates.any(|template| names(template, kind))
    }

    /// Records may match a scope: it is not that of another domain or template, and they name a
    /// sampler if they have to.
    fn may_match(&self, scope: &RateScope) -> bool {
        let name = |kind| self.name(kind);
        let has_place = scope
            .parts()
            .any(|(kind, _)| !kind.must_be_named() && !kind.is_always_named() && name(kind));
        scope.parts().all(|(kind, value)| match kind {
            ScopeKind::OBSERVATION_DOMAIN => value == self.observation_domain.into(),
            ScopeKind::Template => {
                let mut templates = self.templates.iter();
                templates.any(|template| u128::from(template.id()) == value)
            }
            kind => !kind.must_be_named() || has_place || name(kind),
        })
    }
}

fn names_sampler(template: &Template) -> bool {
    [48, 301, 302].into_iter().any(|id| has(template, id))
}

/// Whether records of this template name a thing of this kind.
fn names(template: &Template, kind: ScopeKind) -> bool {
    match kind {
        ScopeKind::Sampler | ScopeKind::Selector => template.plan().names_sampler(),
        ScopeKind::SelectionSequence => has(template, 301),
        ScopeKind::Interface => [10, 14].into_iter().any(|id| has(template, id)),
        ScopeKind::EGRESS_INTERFACE | ScopeKind::EGRESS_PHYSICAL => {
            [14, 253].into_iter().any(|id| has(template, id))
        }
        ScopeKind::INGRESS_INTERFACE | ScopeKind::INGRESS_PHYSICAL => {
            [10, 252].into_iter().any(|id| has(template, id))
        }
        ScopeKind::Template | ScopeKind::OBSERVATION_DOMAIN => true,
        ScopeKind::Element(id) => has_element(template, id),
        ScopeKind::ScopeType(_) => false,
    }
}

fn has(template: &Template, id: u16) -> bool {
    has_element(template, ElementId::iana(id))
}

fn has_element(template: &Template, id: ElementId) -> bool {
    let mut fields = template.fields().iter();
    fields.any(|field| field.key() == FieldKey::Element(id))
}
