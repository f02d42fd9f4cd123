use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::{Announced, AnnouncedSampling, Samplers};
use crate::datagram::DatagramId;
use crate::element::ElementId;
use crate::exporter::scope::{RateScope, ScopeKind};
use crate::exporter::selection::{Selection, Selects};
use crate::hash::KeyedHash;

/// An observation point, a line card and a metering process.
const KINDS: [ScopeKind; 3] = [
    ScopeKind::Element(ElementId::iana(138)),
    ScopeKind::Element(ElementId::iana(141)),
    ScopeKind::Element(ElementId::iana(143)),
];

/// Numbers of three things.
type Numbers = [u8; 3];

/// Few of each, so that announcements replace others and agree again.
fn announcements() -> impl Strategy<Value = Vec<(Numbers, u64)>> {
    let numbers = prop::array::uniform3(0_u8..3);
    prop::collection::vec((numbers, 1_u64..4), 1..30)
}

/// The rate that all announcements of a part have; `None` if they differ.
fn agreed(rates: &[u64]) -> Option<u64> {
    let first = *rates.first()?;
    rates.iter().all(|rate| *rate == first).then_some(first)
}

/// The rates of the scopes that agree with what this part of the kinds names.
fn rates_of(known: &BTreeMap<Numbers, u64>, part: u8, named: Numbers) -> Vec<u64> {
    let is_in = |numbers: &Numbers| {
        let mut kinds = 0..KINDS.len();
        kinds.all(|kind| part >> kind & 1 == 0 || numbers[kind] == named[kind])
    };
    let scopes = known.iter().filter(|(numbers, _)| is_in(numbers));
    scopes.map(|(_, rate)| *rate).collect()
}

proptest! {
    /// Records that name a part of a scope have its rate while all announcements of it agree,
    /// however they differed before.
    #[test]
    fn a_part_has_the_rate_on_which_the_last_announcements_agree(all in announcements()) {
        let mut samplers = Samplers::new(KeyedHash::new(1));
        let mut known = BTreeMap::new();
        for (numbers, rate) in &all {
            // The last announcement of a scope applies.
            known.insert(*numbers, *rate);
            let parts = [0, 1, 2].map(|kind| (KINDS[kind], numbers[kind].into()));
            let announced = Announced {
                selection: Selection::Rate(*rate),
                datagram: DatagramId::default(),
            };
            let scope = RateScope::new(&parts).unwrap();
            prop_assert!(samplers.insert(Selects::Packets, &scope, announced));
            let mut is_ambiguous = false;
            for (part, number) in (0..8).flat_map(|part| (0..27).map(move |number| (part, number))) {
                let named = [number % 3, number / 3 % 3, number / 9];
                let rates = rates_of(&known, part, named);
                let found = samplers.find(Selects::Packets, &|kind| {
                    let index = KINDS.iter().position(|one| *one == kind)?;
                    (part >> index & 1 != 0).then(|| named[index].into())
                });
                match found {
                    None => prop_assert!(rates.is_empty()),
                    Some(AnnouncedSampling::Rate(found)) => prop_assert_eq!(Some(found.rate), agreed(&rates)),
                    Some(AnnouncedSampling::Ambiguous) => {
                        is_ambiguous = true;
                        prop_assert!(rates.len() > 1 && agreed(&rates).is_none());
                    }
                    Some(AnnouncedSampling::Unrated(_)) => prop_assert!(false, "only rates were announced"),
                }
            }
            prop_assert_eq!(is_ambiguous, !samplers.ambiguous().is_empty());
            prop_assert_eq!(is_ambiguous, !samplers.counts.is_empty());
        }
    }
}
