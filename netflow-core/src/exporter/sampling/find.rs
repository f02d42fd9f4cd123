//! Which of the announced rates applies to a record.
//!
//! Options describe what their scope names (RFC 3954, section 6.1; RFC 7011, section 3.4.2.1): a rate
//! applies to the records that name it too. Those that name no part of it are of the scope as well
//! if there is nothing else, so all announcements of its kind have to agree. Selectors of a sequence
//! are applied one after the other (RFC 5476, section 6.5.1), flows are selected after packets
//! (RFC 7014, section 2).

use alloc::vec::Vec;

use super::shape::{RateKey, ScopeShape};
use super::{Announced, Samplers, Sequence};
use crate::datagram::DatagramId;
use crate::exporter::SamplerKey;
use crate::exporter::scope::{RateScope, ScopeKind};
use crate::exporter::selection::{Selection, SelectionMethod, Selects, Unrated};

/// What announcements say of a record.
#[derive(Debug, Clone, Copy)]
pub(crate) enum AnnouncedSampling<'s> {
    Rate(FoundRate<'s>),
    /// Announcements differ, and the record does not say which one is meant.
    Ambiguous,
    /// It was selected in a way that yields no rate.
    Unrated(Unrated),
}

/// A rate, and what it was announced for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoundRate<'s> {
    pub(crate) rate: u64,
    pub(crate) datagram: DatagramId,
    by: By<'s>,
}

#[derive(Debug, Clone, Copy)]
enum By<'s> {
    /// A scope, and the part of it that the record names.
    Scope(&'s ScopeShape, u8),
    Sequence(u64),
}

impl Samplers {
    /// What was announced for a record that names these things. What the record names comes
    /// first: its selection sequence, its sampler or selector, then interfaces and other
    /// places; then what applies to the whole domain.
    #[inline]
    pub(crate) fn find(
        &self,
        selects: Selects,
        named: &impl Fn(ScopeKind) -> Option<u128>,
    ) -> Option<AnnouncedSampling<'_>> {
        match (self.shapes.as_slice(), self.sequences.is_empty()) {
            ([], true) => None,
            ([shape], true) if shape.kinds().len() <= 1 => self.of_only(shape, selects, named),
            _ => self.of_several(selects, named),
        }
    }

    /// Nearly all exporters announce for one kind of thing: by one look-up.
    #[inline]
    fn of_only<'s>(
        &'s self,
        shape: &'s ScopeShape,
        selects: Selects,
        named: &impl Fn(ScopeKind) -> Option<u128>,
    ) -> Option<AnnouncedSampling<'s>> {
        if shape.selects != selects {
            return None;
        }
        let value = match shape.kinds() {
            [kind, ..] => shape.named(*kind, &|kind| named_or_counterpart(kind, named)),
            [] => None,
        };
        if value.is_none() && shape.sampler() != 0 {
            return None;
        }
        let key = shape.key_of_first(value);
        self.at(shape, &key).filter(AnnouncedSampling::is_final)
    }

    #[inline(never)]
    fn of_several(
        &self,
        selects: Selects,
        named: &impl Fn(ScopeKind) -> Option<u128>,
    ) -> Option<AnnouncedSampling<'_>> {
        if !self.sequences.is_empty() {
            let id = named(ScopeKind::SelectionSequence).and_then(|id| u64::try_from(id).ok());
            if let Some((id, sequence)) = id.and_then(|id| Some((id, self.sequences.get(&id)?))) {
                return self.of_sequence(selects, id, sequence, named);
            }
        }
        self.of_sampler(selects, named)
            .filter(AnnouncedSampling::is_final)
            .or_else(|| self.of_place(selects, named))
            .or_else(|| self.of_domain(selects, named))
    }

    fn of(&self, selects: Selects) -> impl Iterator<Item = &ScopeShape> {
        let of = move |shape: &&ScopeShape| shape.selects == selects;
        self.shapes.iter().filter(of)
    }

    /// Finds a rate by the sampler that the record names; else by the number in the element that
    /// replaces it in the registry.
    #[inline]
    fn of_sampler(
        &self,
        selects: Selects,
        named: &impl Fn(ScopeKind) -> Option<u128>,
    ) -> Option<AnnouncedSampling<'_>> {
        let counterpart = |kind| named_or_counterpart(kind, named);
        // Shapes with a sampler come first.
        let with_sampler = || self.of(selects).take_while(|shape| shape.sampler() != 0);
        with_sampler()
            .find_map(|shape| self.of_named_sampler(shape, shape.key(named)))
            .or_else(|| {
                let mut keys = with_sampler().map(|shape| (shape, shape.key(&counterpart)));
                keys.find_map(|(shape, key)| self.of_named_sampler(shape, key))
            })
    }

    /// Finds a rate by all parts of the scope that the record names, else only by the sampler: a
    /// sampler has its rate at other interfaces too, as long as its announcements agree.
    fn of_named_sampler<'s>(
        &'s self,
        shape: &'s ScopeShape,
        key: RateKey,
    ) -> Option<AnnouncedSampling<'s>> {
        let sampler = shape.sampler() & key.named;
        if sampler == 0 {
            return None;
        }
        self.at(shape, &key).or_else(|| {
            let is_more = sampler != key.named;
            is_more.then(|| self.at(shape, &key.only(sampler)))?
        })
    }

    /// Finds a rate by another thing that the record names. If the options of an interface also
    /// name a sampler, their rate applies to records that name no sampler.
    fn of_place(
        &self,
        selects: Selects,
        named: &impl Fn(ScopeKind) -> Option<u128>,
    ) -> Option<AnnouncedSampling<'_>> {
        let names_sampler = || {
            named(ScopeKind::Sampler)
                .or_else(|| named(ScopeKind::Selector))
                .is_some()
        };
        let alone = self.of(selects).filter(|shape| shape.sampler() == 0);
        let with_sampler = self.of(selects).take_while(|shape| shape.sampler() != 0);
        let with_sampler = with_sampler.filter(|shape| shape.kinds().len() > 1 && !names_sampler());
        alone.chain(with_sampler).find_map(|shape| {
            let key = shape.key(named);
            (key.named != 0)
                .then(|| self.at(shape, &key))?
                .filter(AnnouncedSampling::is_final)
        })
    }

    /// Finds a rate for records that name no part of a scope: the rate of the scope counts for the
    /// whole domain as long as all announcements of such scopes agree.
    fn of_domain(
        &self,
        selects: Selects,
        named: &impl Fn(ScopeKind) -> Option<u128>,
    ) -> Option<AnnouncedSampling<'_>> {
        let mut agreed: Option<AnnouncedSampling<'_>> = None;
        for shape in self.of(selects).filter(|shape| shape.sampler() == 0) {
            let key = shape.key(named);
            let found = (key.named == 0).then(|| self.at(shape, &key)).flatten();
            let Some(found) = found.filter(AnnouncedSampling::is_final) else {
                continue;
            };
            agreed = Some(match (agreed, found) {
                (None, found) => found,
                (Some(AnnouncedSampling::Rate(one)), AnnouncedSampling::Rate(other))
                    if one.rate == other.rate =>
                {
                    AnnouncedSampling::Rate(other)
                }
                (Some(AnnouncedSampling::Unrated(one)), AnnouncedSampling::Unrated(_)) => {
                    AnnouncedSampling::Unrated(one)
                }
                _ => AnnouncedSampling::Ambiguous,
            });
        }
        agreed
    }

    #[inline]
    fn at<'s>(&'s self, shape: &'s ScopeShape, key: &RateKey) -> Option<AnnouncedSampling<'s>> {
        let entry = self.rates.get(key)?;
        if entry.is_ambiguous() {
            return Some(AnnouncedSampling::Ambiguous);
        }
        let Announced {
            selection,
            datagram,
        } = entry.announced;
        Some(match selection {
            Selection::Rate(rate) => AnnouncedSampling::Rate(FoundRate {
                rate,
                datagram,
                by: By::Scope(shape, key.named),
            }),
            Selection::WithoutRate(unrated) => AnnouncedSampling::Unrated(unrated),
        })
    }

    /// Whether something was announced for a sampler or selector of this number, by either of the two
    /// elements.
    pub(in crate::exporter) fn announce(&self, key: SamplerKey) -> bool {
        let named = |kind| match (key, kind) {
            (SamplerKey::Sampler(id), ScopeKind::Sampler)
            | (SamplerKey::Selector(id), ScopeKind::Selector) => Some(u128::from(id)),
            _ => None,
        };
        let mut ways = [Selects::Packets, Selects::Flows].into_iter();
        ways.any(|selects| self.of_sampler(selects, &named).is_some())
    }

    /// The sequences of which a selector was never announced: no rate follows from them.
    pub(in crate::exporter) fn incomplete_sequences(&self) -> impl Iterator<Item = u64> {
        let is_known = |selector: &u64| self.announce(SamplerKey::Selector(*selector));
        let mut incomplete: Vec<_> = self
            .sequences()
            .filter(|(_, sequence)| !sequence.selectors.iter().all(is_known))
            .map(|(id, _)| id)
            .collect();
        incomplete.sort_unstable();
        incomplete.into_iter()
    }

    /// The rates of selectors that are applied one after the other multiply; filters among them
    /// change nothing, since what they leave out is not of the flows that are exported.
    #[cold]
    fn of_sequence(
        &self,
        selects: Selects,
        id: u64,
        sequence: &Sequence,
        named: &impl Fn(ScopeKind) -> Option<u128>,
    ) -> Option<AnnouncedSampling<'_>> {
        let other = match selects {
            Selects::Packets => Selects::Flows,
            Selects::Flows => Selects::Packets,
        };
        let mut product: Option<u64> = None;
        for selector in &sequence.selectors {
            let of_selector = |kind| match kind {
                ScopeKind::Selector => Some(u128::from(*selector)),
                ScopeKind::Sampler | ScopeKind::SelectionSequence => None,
                kind => named(kind),
            };
            match self.of_sampler(selects, &of_selector) {
                Some(AnnouncedSampling::Rate(found)) => {
                    let rate = product.unwrap_or(1).checked_mul(found.rate);
                    match rate {
                        Some(rate) => product = Some(rate),
                        None => return Some(AnnouncedSampling::Unrated(Unrated::UNKNOWN)),
                    }
                }
                Some(AnnouncedSampling::Unrated(unrated))
                    if unrated.method == SelectionMethod::PropertyMatch => {}
                Some(found) => return Some(found),
                None if self.of_sampler(other, &of_selector).is_some() => {}
                None if selects == Selects::Packets => {
                    return Some(AnnouncedSampling::Unrated(Unrated::UNKNOWN));
                }
                None => {}
            }
        }
        product.map(|rate| {
            AnnouncedSampling::Rate(FoundRate {
                rate,
                datagram: sequence.datagram,
                by: By::Sequence(id),
            })
        })
    }
}

impl AnnouncedSampling<'_> {
    /// It decides; filters take no sample, and what is incomplete says nothing.
    const fn is_final(&self) -> bool {
        match self {
            Self::Unrated(unrated) => !matches!(
                unrated.method,
                SelectionMethod::PropertyMatch | SelectionMethod::Incomplete(_)
            ),
            Self::Rate(_) | Self::Ambiguous => true,
        }
    }
}

impl FoundRate<'_> {
    /// What the rate was announced for, as far as the record names it.
    pub(crate) fn scope(&self, named: &impl Fn(ScopeKind) -> Option<u128>) -> RateScope {
        let mut scope = RateScope::DOMAIN;
        match self.by {
            By::Scope(shape, part) => {
                for kind in shape.kinds_of(part) {
                    let value = shape.named(kind, &|kind| named_or_counterpart(kind, named));
                    scope.insert(kind, value.unwrap_or_default());
                }
            }
            By::Sequence(id) => {
                scope.insert(ScopeKind::SelectionSequence, id.into());
            }
        }
        scope
    }

    /// The kind of thing that decided; `None` is the whole domain.
    pub(crate) fn kind(&self) -> Option<ScopeKind> {
        match self.by {
            By::Scope(_, 0) => None,
            By::Scope(shape, part) => shape.kinds_of(part).next(),
            By::Sequence(_) => Some(ScopeKind::SelectionSequence),
        }
    }
}

/// A sampler is named by the element of the other kind where that of its own is missing.
#[inline]
fn named_or_counterpart(
    kind: ScopeKind,
    named: &impl Fn(ScopeKind) -> Option<u128>,
) -> Option<u128> {
    named(kind).or_else(|| kind.counterpart().and_then(named))
}
