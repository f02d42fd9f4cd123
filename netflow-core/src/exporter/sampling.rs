//! Sampling as options announce it (RFC 3954, section 8; RFC 5477, section 8).

use crate::element::DataType;
use crate::hash::KeyedHash;
use crate::table::Table;
use crate::value::Value;

/// The sampling rates that one observation domain announced: one packet of so
/// many was counted.
#[derive(Debug, Clone)]
pub(crate) struct Samplers {
    rates: Table<SamplerKey, Announced>,
}

/// A rate as options announced it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Announced {
    /// One packet of so many.
    pub(crate) rate: u64,
    /// The caller's number of the datagram that first told it.
    pub(crate) frame: u64,
}

/// What an announced sampling rate belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SamplerKey {
    /// samplerId (element 48).
    Sampler(u64),
    /// selectorId (element 302).
    Selector(u64),
    /// An interface.
    Interface(u32),
    /// The records of a template.
    Template(u16),
    /// The whole observation domain.
    Exporter,
}

impl Samplers {
    pub(super) fn new(hash: KeyedHash) -> Self {
        Self {
            rates: Table::new(hash),
        }
    }

    pub(super) fn memory(&self) -> usize {
        self.rates.memory()
    }

    /// Octets that must be free to take one more rate.
    pub(super) fn growth(&self) -> usize {
        self.rates.growth()
    }

    /// No option announced a rate.
    pub(crate) fn is_empty(&self) -> bool {
        self.rates.is_empty()
    }

    /// The rate announced for this; 0 is none.
    pub(crate) fn get(&self, key: SamplerKey) -> Option<Announced> {
        if self.is_empty() {
            return None;
        }
        self.rates.get(&key).copied()
    }

    /// The last announcement stands.
    pub(super) fn insert(&mut self, key: SamplerKey, announced: Announced) {
        self.rates.insert(key, announced);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (SamplerKey, Announced)> {
        self.rates.iter().map(|(key, announced)| (*key, *announced))
    }
}

/// The elements by which a record tells a rate.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ToldRate<'a> {
    /// samplingInterval (34), or samplerRandomInterval (50) in its place.
    pub(crate) interval: Option<u64>,
    /// samplingPacketInterval (305): packets taken in a row.
    pub(crate) taken: Option<u64>,
    /// samplingPacketSpace (306): packets left out in a row.
    pub(crate) left_out: Option<u64>,
    /// samplingSize (309): packets taken of a population.
    pub(crate) size: Option<u64>,
    /// samplingPopulation (310).
    pub(crate) population: Option<u64>,
    /// samplingProbability (311), a float64 that may be sent as a float32.
    pub(crate) probability: Option<&'a [u8]>,
}

impl ToldRate<'_> {
    /// One packet of so many, by whichever elements say so; 0 says nothing.
    /// Packets taken in a row without those left out come last: Cisco IOS-XR
    /// sends 1 beside the size and population that are meant
    /// (RFC 5477, section 8.2).
    pub(crate) fn rate(&self) -> Option<u64> {
        self.whole().or_else(|| self.taken_alone())
    }

    /// The rate, unless only packets taken in a row are told.
    pub(crate) fn whole(&self) -> Option<u64> {
        let spaced = || {
            let taken = self.taken?;
            taken.checked_add(self.left_out?)?.checked_div(taken)
        };
        let of_population = || self.population?.checked_div(self.size?);
        let likely = || inverse(probability(self.probability?)?);
        let told = |rate: &u64| *rate > 0;
        self.interval
            .filter(told)
            .or_else(|| spaced().filter(told))
            .or_else(|| of_population().filter(told))
            .or_else(likely)
    }

    /// Packets taken in a row, without how many are left out: meant as the rate.
    pub(crate) fn taken_alone(&self) -> Option<u64> {
        self.taken
            .filter(|taken| *taken > 0 && self.left_out.is_none())
    }
}

fn probability(octets: &[u8]) -> Option<f64> {
    match Value::parse(DataType::Float64, octets)? {
        Value::Float(probability) => Some(probability),
        _ => None,
    }
}

/// 1 / probability to the nearest whole number; `None` where that is none.
fn inverse(probability: f64) -> Option<u64> {
    /// Past this a float64 does not hold whole numbers.
    const MOST: f64 = 9_007_199_254_740_992.0;
    let rate = 1.0 / probability + 0.5;
    if !(1.0..MOST).contains(&rate) {
        return None;
    }
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the bounds were checked, and there is no other way from a float"
    )]
    Some(rate as u64)
}
