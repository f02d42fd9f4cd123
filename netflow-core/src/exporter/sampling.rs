//! The sampling rates that one observation domain announced, and which of them applies to a
//! record.

mod find;
mod shape;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::vec::Vec;

pub(crate) use self::find::{AnnouncedSampling, FoundRate};
use self::shape::{RateKey, ScopeShape};
use super::doubt::DoubtKind;
use super::scope::{RateScope, ScopeKind};
use super::selection::{Selection, Selects};
use crate::datagram::DatagramId;
use crate::hash::KeyedHash;
use crate::table::Table;

/// Combinations of scope kinds in one observation domain. Each is looked for in each record.
const MAX_SHAPES: usize = 8;
/// Selectors of one selection sequence: a record may have its rate by all of them.
pub(super) const MAX_SELECTORS: usize = 16;

/// Announced rates by their scope.
#[derive(Debug, Clone)]
pub(crate) struct Samplers {
    /// The shapes, in the order in which a record is compared with them.
    shapes: Vec<ScopeShape>,
    /// The announced rates, and those derived for records that name only a part of the scope.
    rates: Table<RateKey, Entry>,
    /// For each part with different selections: the number of announcements of each.
    counts: Table<(RateKey, Selection), u32>,
    sequences: Table<u64, Sequence>,
    /// Selectors of all sequences.
    sequence_selectors: usize,
    /// A shape is of flows.
    selects_flows: bool,
}

/// A selection as options announced it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Announced {
    pub(crate) selection: Selection,
    /// The datagram that first announced it.
    pub(crate) datagram: DatagramId,
}

/// Selectors that are applied one after the other (RFC 5476, section 6.5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sequence {
    pub(super) selectors: Box<[u64]>,
    /// The datagram that first announced it.
    pub(super) datagram: DatagramId,
}

/// The rate of all announcements that agree with a key.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The one last announced.
    announced: Announced,
    agreement: Agreement,
}

/// Whether the announcements that agree with a key have one selection.
#[derive(Debug, Clone, Copy)]
enum Agreement {
    /// Announcements, which all have the same selection.
    Same(u32),
    /// Different selections, at least two; how many announcements have each is in
    /// [`Samplers::counts`].
    Different(u32),
}

impl Entry {
    /// Whether different selections were announced.
    const fn is_ambiguous(&self) -> bool {
        matches!(self.agreement, Agreement::Different(_))
    }
}

/// A scope for which different rates were announced.
#[derive(Debug, Clone, Copy)]
pub(super) struct AmbiguousScope {
    shape: ScopeShape,
    /// A bit for each part with different rates, by the number of the part.
    parts: u32,
}

impl AmbiguousScope {
    /// What records that name these kinds leave open, if that decides on the rate.
    pub(super) fn left_open(&self, names: impl Fn(ScopeKind) -> bool) -> Option<ScopeKind> {
        let named = self.shape.part_of(names);
        let differs = self.parts.checked_shr(named.into()).unwrap_or(0) & 1 != 0;
        let mut open = self.shape.kinds_of(self.shape.all() & !named);
        differs.then(|| open.next())?
    }
}

impl Samplers {
    pub(super) fn new(hash: KeyedHash) -> Self {
        Self {
            shapes: Vec::new(),
            rates: Table::new(hash),
            counts: Table::new(hash),
            sequences: Table::new(hash),
            sequence_selectors: 0,
            selects_flows: false,
        }
    }

    pub(super) fn memory(&self) -> usize {
        let shapes = self
            .shapes
            .capacity()
            .saturating_mul(size_of::<ScopeShape>());
        let selectors = self.sequence_selectors.saturating_mul(size_of::<u64>());
        self.rates
            .memory()
            .saturating_add(self.counts.memory())
            .saturating_add(self.sequences.memory())
            .saturating_add(shapes)
            .saturating_add(selectors)
    }

    /// Octets that must be free to take one more rate of this scope.
    pub(super) fn growth(&self, scope: &RateScope) -> usize {
        let parts = match scope.kinds().len() {
            0 | 1 => shape::parts(scope.kinds()).count(),
            // Upper bound, ignoring parts that a record must name.
            kinds => 1_usize.wrapping_shl(u32::try_from(kinds).unwrap_or(0)),
        };
        let is_full = self.shapes.len() >= self.shapes.capacity();
        let larger = self.shapes.len().saturating_mul(2).max(4);
        let shapes = if is_full {
            larger.saturating_mul(size_of::<ScopeShape>())
        } else {
            0
        };
        self.rates
            .growth_by(parts.saturating_add(1))
            .saturating_add(self.counts.growth_by(parts.saturating_mul(2)))
            .saturating_add(shapes)
    }

    /// Octets that must be free to take one more sequence.
    pub(super) fn sequence_growth(&self) -> usize {
        let selectors = MAX_SELECTORS.saturating_mul(size_of::<u64>());
        self.sequences.growth().saturating_add(selectors)
    }

    /// Whether flows may be selected, not only packets.
    #[inline]
    pub(crate) const fn selects_flows(&self) -> bool {
        self.selects_flows
    }

    /// Whether no options announced a selection.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.shapes.is_empty() && self.sequences.is_empty()
    }

    /// What was announced for exactly this scope.
    pub(super) fn get(&self, selects: Selects, scope: &RateScope) -> Option<Announced> {
        let shape = self.shape(selects, scope.kinds())?;
        let entry = self.rates.get(&RateKey {
            shape: shape.id,
            named: shape.all(),
            values: scope.values(),
        })?;
        Some(entry.announced)
    }

    /// Whether one more scope of these kinds can be kept.
    pub(super) fn has_room_for(&self, selects: Selects, scope: &RateScope) -> bool {
        self.shapes.len() < MAX_SHAPES || self.shape(selects, scope.kinds()).is_some()
    }

    fn shape(&self, selects: Selects, kinds: &[ScopeKind]) -> Option<&ScopeShape> {
        let is_same = |shape: &&ScopeShape| shape.selects == selects && shape.kinds() == kinds;
        self.shapes.iter().find(is_same)
    }

    /// The last announcement of a scope applies; `false` if there is no room for its kinds.
    pub(super) fn insert(
        &mut self,
        selects: Selects,
        scope: &RateScope,
        announced: Announced,
    ) -> bool {
        if !self.has_room_for(selects, scope) {
            return false;
        }
        let Some(shape) = self.shape_for(selects, scope) else {
            return false;
        };
        let entry = Entry {
            announced,
            agreement: Agreement::Same(1),
        };
        let all = RateKey {
            shape: shape.id,
            named: shape.all(),
            values: scope.values(),
        };
        let old = self.rates.insert(all, entry);
        for part in shape.parts() {
            let old = old.map(|old| old.announced.selection);
            self.count(all.only(part), old, announced);
        }
        true
    }

    fn shape_for(&mut self, selects: Selects, scope: &RateScope) -> Option<ScopeShape> {
        if let Some(shape) = self.shape(selects, scope.kinds()) {
            return Some(*shape);
        }
        let shape = ScopeShape::new(selects, self.shapes.len(), scope)?;
        let rank = shape.rank();
        let place = self.shapes.partition_point(|one| one.rank() < rank);
        self.shapes.insert(place, shape);
        self.selects_flows |= selects == Selects::Flows;
        Some(shape)
    }

    /// An announcement of this part of a scope replaces an older one, or none. Nearly all
    /// parts have one selection, and cost one look-up: hostile options can name all parts of
    /// four things.
    fn count(&mut self, key: RateKey, old: Option<Selection>, announced: Announced) {
        let entry = self.rates.get_or_insert_with(key, || Entry {
            announced,
            agreement: Agreement::Same(0),
        });
        let known = entry.announced.selection;
        let new = announced.selection;
        entry.agreement = match entry.agreement {
            Agreement::Same(count) => {
                let others = count.saturating_sub(u32::from(old.is_some()));
                if others == 0 || known == new {
                    Agreement::Same(others.saturating_add(1))
                } else {
                    self.counts.insert((key, known), others);
                    self.counts.insert((key, new), 1);
                    Agreement::Different(2)
                }
            }
            Agreement::Different(different) => {
                let gone = old.is_some_and(|old| remove_one(&mut self.counts, &(key, old)));
                let is_first = add_one(&mut self.counts, (key, new));
                let different = different
                    .saturating_sub(gone.into())
                    .saturating_add(is_first.into());
                if different > 1 {
                    Agreement::Different(different)
                } else {
                    // If all are the same now, they are the same as this one.
                    Agreement::Same(self.counts.remove(&(key, new)).unwrap_or(1))
                }
            }
        };
        // A repeated selection keeps the datagram that first announced it.
        if known != new {
            entry.announced = announced;
        }
    }

    /// A template was withdrawn: its id may come to mean other records
    /// (RFC 7011, section 8.1), and the rate of its records goes with it.
    pub(super) fn forget_template(&mut self, id: u16) {
        let mut scope = RateScope::DOMAIN;
        scope.insert(ScopeKind::Template, id.into());
        for selects in [Selects::Packets, Selects::Flows] {
            if let Some(shape) = self.shape(selects, scope.kinds()).copied() {
                self.rates.remove(&RateKey {
                    shape: shape.id,
                    named: shape.all(),
                    values: scope.values(),
                });
            }
        }
    }

    /// Whether `forget_template` has something to do.
    pub(super) fn has_template_rates(&self) -> bool {
        let kinds = [ScopeKind::Template];
        self.shape(Selects::Packets, &kinds).is_some()
            || self.shape(Selects::Flows, &kinds).is_some()
    }

    /// The scopes of packets of which a part is ambiguous.
    pub(super) fn ambiguous(&self) -> Vec<AmbiguousScope> {
        let mut scopes: Vec<_> = self
            .shapes
            .iter()
            .filter(|shape| shape.selects == Selects::Packets)
            .map(|shape| AmbiguousScope {
                shape: *shape,
                parts: 0,
            })
            .collect();
        for (key, _) in self.rates.iter().filter(|(_, entry)| entry.is_ambiguous()) {
            let scope = scopes.iter_mut().find(|scope| scope.shape.id == key.shape);
            if let Some(scope) = scope {
                scope.parts |= 1_u32.checked_shl(key.named.into()).unwrap_or(0);
            }
        }
        scopes.retain(|scope| scope.parts != 0);
        scopes
    }

    /// Two kinds of things with different rates, both of which apply to records that name neither:
    /// a line card and a metering process, or the whole domain (`None`).
    pub(super) fn different_scopes(
        &self,
        names: impl Fn(ScopeKind) -> bool,
    ) -> Option<[Option<ScopeKind>; 2]> {
        let is_open = |shape: &&ScopeShape| {
            let is_named = shape.sampler() != 0 || shape.part_of(&names) != 0;
            shape.selects == Selects::Packets && !is_named
        };
        let mut first: Option<(Option<ScopeKind>, u64)> = None;
        for shape in self.shapes.iter().filter(is_open) {
            let entry = self.rates.get(&shape.key_of_first(None));
            let selection = entry.map(|entry| entry.announced.selection);
            let Some(Selection::Rate(rate)) = selection else {
                continue;
            };
            let kind = shape.kinds().first().copied();
            match first {
                Some((other, agreed)) if agreed != rate => return Some([other, kind]),
                _ => first = first.or(Some((kind, rate))),
            }
        }
        None
    }

    /// The first of several rates that all are of samplers, if records name nothing that they are
    /// announced for.
    pub(super) fn only_samplers(&self, names: impl Fn(ScopeKind) -> bool) -> Option<DoubtKind> {
        let packets = |shape: &&ScopeShape| shape.selects == Selects::Packets;
        let is_unnamed = |shape: &ScopeShape| shape.sampler() != 0 && shape.part_of(&names) == 0;
        if !self.shapes.iter().filter(packets).all(is_unnamed) {
            return None;
        }
        let (of, rate) = self.rates_of_packets().min()?;
        let others = self.rates_of_packets().count().saturating_sub(1);
        Some(DoubtKind::UnnamedSampler { of, rate, others })
    }

    /// The rate of all scopes of packets to which this applies, if it is one.
    pub(super) fn only_rate(&self, applies: impl Fn(&RateScope) -> bool) -> Option<u64> {
        let mut rates = self.rates_of_packets().filter(|(of, _)| applies(of));
        let (_, first) = rates.next()?;
        rates.all(|(_, rate)| rate == first).then_some(first)
    }

    fn rates_of_packets(&self) -> impl Iterator<Item = (RateScope, u64)> {
        self.iter().filter_map(
            |(selects, of, announced)| match (selects, announced.selection) {
                (Selects::Packets, Selection::Rate(rate)) => Some((of, rate)),
                _ => None,
            },
        )
    }

    pub(super) fn sequence(&self, id: u64) -> Option<&Sequence> {
        self.sequences.get(&id)
    }

    /// The last announcement of a sequence applies.
    pub(super) fn insert_sequence(&mut self, id: u64, sequence: Sequence) {
        let new = sequence.selectors.len();
        let old = self.sequences.insert(id, sequence);
        let freed = old.map_or(0, |old| old.selectors.len());
        self.sequence_selectors = self
            .sequence_selectors
            .saturating_add(new)
            .saturating_sub(freed);
    }

    pub(super) fn sequences(&self) -> impl Iterator<Item = (u64, &Sequence)> {
        self.sequences.iter().map(|(id, sequence)| (*id, sequence))
    }

    /// Everything that was announced, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Selects, RateScope, Announced)> {
        self.rates.iter().filter_map(|(key, entry)| {
            let shape = self.shapes.iter().find(|shape| shape.id == key.shape)?;
            let is_announced = key.named == shape.all();
            is_announced.then(|| (shape.selects, shape.scope(key), entry.announced))
        })
    }
}

/// Removes one announcement of this selection; returns whether it was the last.
fn remove_one(counts: &mut Table<(RateKey, Selection), u32>, of: &(RateKey, Selection)) -> bool {
    let Some(count) = counts.get_mut(of) else {
        return false;
    };
    *count = count.saturating_sub(1);
    let is_last = *count == 0;
    if is_last {
        counts.remove(of);
    }
    is_last
}

/// Adds one announcement of this selection; returns whether it is the first.
fn add_one(counts: &mut Table<(RateKey, Selection), u32>, of: (RateKey, Selection)) -> bool {
    let count = counts.get_or_insert_with(of, || 0);
    *count = count.saturating_add(1);
    *count == 1
}
