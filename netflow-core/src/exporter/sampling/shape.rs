//! Which kinds of scope announcements combine, and what a record names of them.

use core::cmp::Reverse;
use core::hash::{Hash, Hasher};

use crate::exporter::scope::{MAX_SCOPE_FIELDS, RateScope, ScopeKind};
use crate::exporter::selection::Selects;

/// The kinds of scope that announcements combine.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScopeShape {
    pub(super) selects: Selects,
    /// Its number in keys.
    pub(super) id: u8,
    len: u8,
    kinds: [ScopeKind; MAX_SCOPE_FIELDS],
}

/// Where a rate is kept: what a record names of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RateKey {
    pub(super) shape: u8,
    /// A bit for each kind of the shape that is named; the values of others are 0.
    pub(super) named: u8,
    pub(super) values: [u128; MAX_SCOPE_FIELDS],
}

impl ScopeShape {
    /// The shape of a scope, with this number; `None` if that is too large.
    pub(super) fn new(selects: Selects, number: usize, scope: &RateScope) -> Option<Self> {
        let mut kinds = [ScopeKind::Template; MAX_SCOPE_FIELDS];
        for (place, kind) in kinds.iter_mut().zip(scope.kinds()) {
            *place = *kind;
        }
        Some(Self {
            selects,
            id: u8::try_from(number).ok()?,
            len: u8::try_from(scope.kinds().len()).ok()?,
            kinds,
        })
    }

    pub(super) fn kinds(&self) -> &[ScopeKind] {
        self.kinds.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The bits of all its kinds.
    pub(super) fn all(&self) -> u8 {
        bits(self.kinds(), |_| true)
    }

    /// The bits of samplers, which a record has to name.
    pub(super) fn sampler(&self) -> u8 {
        bits(self.kinds(), ScopeKind::must_be_named)
    }

    /// The order in which records are compared: samplers first, then from the nearest place
    /// to the whole domain, and of the same place the most exact scope.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        let is_domain = self.len == 0;
        (
            self.sampler() == 0,
            is_domain,
            self.kinds[0],
            Reverse(self.len),
            self.kinds,
        )
    }

    /// What a record names of one of its kinds.
    #[inline]
    pub(super) fn named(
        &self,
        kind: ScopeKind,
        named: &impl Fn(ScopeKind) -> Option<u128>,
    ) -> Option<u128> {
        named(kind).or_else(|| {
            let other = kind.other_interface()?;
            (!self.kinds().contains(&other)).then(|| named(other))?
        })
    }

    /// What a record names of it.
    #[inline]
    pub(super) fn key(&self, named: &impl Fn(ScopeKind) -> Option<u128>) -> RateKey {
        let mut key = RateKey {
            shape: self.id,
            named: 0,
            values: [0; MAX_SCOPE_FIELDS],
        };
        let mut bit = 1;
        for (kind, value) in self.kinds().iter().zip(&mut key.values) {
            if let Some(number) = self.named(*kind, named) {
                *value = number;
                key.named |= bit;
            }
            bit <<= 1;
        }
        key
    }

    /// The parts of a scope of this shape that a record may name instead of all of it.
    pub(super) fn parts(&self) -> impl Iterator<Item = u8> + use<> {
        parts(self.kinds())
    }

    /// The key of a shape of at most one kind.
    #[inline]
    pub(super) fn key_of_first(&self, value: Option<u128>) -> RateKey {
        let mut values = [0; MAX_SCOPE_FIELDS];
        values[0] = value.unwrap_or(0);
        RateKey {
            shape: self.id,
            named: u8::from(value.is_some()),
            values,
        }
    }

    /// The part that consists of these kinds.
    pub(super) fn part_of(&self, kinds: impl Fn(ScopeKind) -> bool) -> u8 {
        bits(self.kinds(), kinds)
    }

    /// The kinds of a part of it.
    pub(super) fn kinds_of(&self, part: u8) -> impl Iterator<Item = ScopeKind> + use<> {
        let mut rest = part;
        self.kinds.into_iter().filter(move |_| {
            let is_in = rest & 1 != 0;
            rest >>= 1;
            is_in
        })
    }

    /// The scope that a key stands for, as far as it is named.
    pub(super) fn scope(&self, key: &RateKey) -> RateScope {
        let mut scope = RateScope::DOMAIN;
        let mut bit = 1;
        for (kind, value) in self.kinds().iter().zip(key.values) {
            if key.named & bit != 0 {
                scope.insert(*kind, value);
            }
            bit <<= 1;
        }
        scope
    }
}

/// Parts of these kinds that a record may name instead of all: with those that each record
/// names, and not without any where a sampler has to be named.
pub(super) fn parts(kinds: &[ScopeKind]) -> impl Iterator<Item = u8> + use<> {
    let all = bits(kinds, |_| true);
    let always = bits(kinds, ScopeKind::is_always_named);
    let has_sampler = bits(kinds, ScopeKind::must_be_named) != 0;
    (0..all).filter(move |part| part & always == always && (*part != 0 || !has_sampler))
}

fn bits(kinds: &[ScopeKind], of: impl Fn(ScopeKind) -> bool) -> u8 {
    let kinds = kinds.iter().rev();
    kinds.fold(0, |bits, kind| bits << 1 | u8::from(of(*kind)))
}

impl RateKey {
    /// The key of a record that names only this part.
    pub(super) fn only(self, part: u8) -> Self {
        // All bits of the values that are in the part, without a branch for each.
        let mask = |bit: u8| 0_u128.wrapping_sub(u128::from(part >> bit & 1));
        let [first, second, third, fourth] = self.values;
        Self {
            named: self.named & part,
            values: [
                first & mask(0),
                second & mask(1),
                third & mask(2),
                fourth & mask(3),
            ],
            ..self
        }
    }
}

/// Two numbers below 2^64 are mixed in at a time, and zeros cost nothing: most keys are one number,
/// and hostile ones, of four, are hashed for each choice of the four.
impl Hash for RateKey {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u16(u16::from_be_bytes([self.shape, self.named]));
        let all = self.values.iter().fold(0, |all, value| all | value);
        if all >> 64 == 0 {
            let [first, second, third, fourth] = self.values;
            for [one, other] in [[first, second], [third, fourth]] {
                if one | other != 0 {
                    state.write_u128(other << 64 | one);
                }
            }
        } else {
            for value in self.values {
                state.write_u128(value);
            }
        }
    }
}
