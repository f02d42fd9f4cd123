//! How packets or flows are selected, by the elements that say so (RFC 3954, section 8;
//! RFC 5477, section 8.2; RFC 7014, section 7).

use core::fmt;
use core::hash::{Hash, Hasher};

use crate::element::DataType;
use crate::value::Value;

/// What a sampler or selector chooses from.
///
/// ```
/// use netflow_core::{Decoder, Fact, Limits, Selects, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(example::ipfix())?;
/// let selects = decoder.announced().find_map(|announcement| match announcement.fact {
///     Fact::Rate { selects, .. } => Some(selects),
///     _ => None,
/// });
/// assert_eq!(selects, Some(Selects::Packets));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Selects {
    /// Packets, before flows are made of them (RFC 5475).
    Packets,
    /// Flows, before they are exported (RFC 7014).
    Flows,
}

/// What one announcement says of the part that is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selection {
    /// One of this many: a sampling rate. Never 0.
    Rate(u64),
    /// A way of selection that yields no rate.
    WithoutRate(Unrated),
}

impl Selection {
    /// It says that there is a selector, and not how it selects.
    pub(super) const fn is_incomplete(&self) -> bool {
        matches!(
            self,
            Self::WithoutRate(Unrated {
                method: SelectionMethod::Incomplete(_),
                ..
            })
        )
    }
}

/// A rate is one number.
impl Hash for Selection {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Rate(rate) => state.write_u64(*rate),
            Self::WithoutRate(unrated) => unrated.hash(state),
        }
    }
}

/// A way of selection that yields no sampling rate, with the ratio that it states.
///
/// ```
/// use netflow_core::{Decoder, Fact, Limits, SelectionMethod, example};
///
/// // Options template 257 of a domain (149): selection for 100 (307) of 1000 (308) microseconds.
/// let payload = [
///     0, 10, 0, 54, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 7, // header
///     0, 3, 0, 22, 1, 1, 0, 3, 0, 1, 0, 149, 0, 4, 1, 51, 0, 4, 1, 52, 0, 4, // template
///     1, 1, 0, 16, 0, 0, 0, 7, 0, 0, 0, 100, 0, 0, 3, 132, // 900 are left out
/// ];
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(example::ipfix().with_payload(&payload))?;
/// let fact = decoder.announced().next().unwrap().fact;
/// let Fact::Unrated { selection, .. } = fact else { panic!("{fact:?}") };
/// assert_eq!(selection.method, SelectionMethod::Time);
/// assert_eq!((selection.selected, selection.total), (100, 1000));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Unrated {
    /// How it selects.
    pub method: SelectionMethod,
    /// The part that is selected: microseconds for [`Time`](SelectionMethod::Time), hash values
    /// for [`Hash`](SelectionMethod::Hash). 0 if the exporter states no ratio.
    pub selected: u64,
    /// The whole that it is a part of, in the same unit.
    pub total: u64,
}

impl Unrated {
    /// What a selection sequence of unknown selectors says, a sampler that has only a mode, and a
    /// rate of 0 in place of another.
    pub(crate) const UNKNOWN: Self = Self::of(SelectionMethod::Incomplete(0));

    const fn of(method: SelectionMethod) -> Self {
        Self {
            method,
            selected: 0,
            total: 0,
        }
    }
}

/// Ways of selection from which no number of packets or flows follows.
///
/// ```
/// use netflow_core::SelectionMethod;
///
/// assert_eq!(SelectionMethod::Time.name(), "time");
/// assert_eq!(SelectionMethod::Time.to_string(), "time-based selection");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SelectionMethod {
    /// All of an interval of time, none of the next (307 and 308; for flows 398 and 399).
    Time,
    /// Packets that a hash function maps into a range (326 to 334; for flows 400).
    Hash,
    /// Packets with certain properties: a filter, which takes no sample.
    PropertyMatch,
    /// Selection by the state of flows (RFC 7014, section 5.2).
    FlowState,
    /// An algorithm (304 or 390) of this number, without the elements that state its rate; 0 if
    /// its number is not known.
    Incomplete(u16),
}

impl SelectionMethod {
    /// Every way; of an algorithm that is not known.
    pub const ALL: [Self; 5] = [
        Self::Time,
        Self::Hash,
        Self::PropertyMatch,
        Self::FlowState,
        Self::Incomplete(0),
    ];

    /// A name for reports and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Hash => "hash",
            Self::PropertyMatch => "property_match",
            Self::FlowState => "flow_state",
            Self::Incomplete(_) => "incomplete",
        }
    }
}

/// Writes it as in reports: `time-based selection`.
impl fmt::Display for SelectionMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time => f.write_str("time-based selection"),
            Self::Hash => f.write_str("hash-based selection"),
            Self::PropertyMatch => f.write_str("property match filtering"),
            Self::FlowState => f.write_str("flow-state dependent selection"),
            Self::Incomplete(0) => f.write_str("sampling without parameters"),
            Self::Incomplete(number) => write!(f, "selector algorithm {number} without parameters"),
        }
    }
}

/// The elements by which a record states a rate.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RateElements<'a> {
    /// samplingInterval (34), or samplerRandomInterval (50) in its place.
    pub(crate) interval: Option<u64>,
    /// samplingPacketInterval (305), of flows samplingFlowInterval (396): taken in a row.
    pub(crate) taken: Option<u64>,
    /// samplingPacketSpace (306), of flows samplingFlowSpacing (397): left out in a row.
    pub(crate) left_out: Option<u64>,
    /// samplingSize (309): taken of a population.
    pub(crate) size: Option<u64>,
    /// samplingPopulation (310).
    pub(crate) population: Option<u64>,
    /// samplingProbability (311), a float64 that may be sent as a float32.
    pub(crate) probability: Option<&'a [u8]>,
}

impl RateElements<'_> {
    /// One of this many, by the first elements that state it; 0 states nothing.
    /// Packets taken in a row without those left out come last: Cisco IOS-XR
    /// sends 1 beside the size and population that are meant
    /// (RFC 5477, section 8.2).
    pub(crate) fn rate(&self) -> Option<u64> {
        self.whole().or_else(|| self.taken_alone())
    }

    /// Whether they state a rate, and it is 0.
    pub(super) fn is_zero(&self) -> bool {
        let numbers = [self.interval, self.taken, self.size, self.population];
        let has_zero =
            numbers.contains(&Some(0)) || self.probability.and_then(probability) == Some(0.0);
        has_zero && self.rate().is_none()
    }

    /// The rate, unless only packets taken in a row are stated.
    pub(crate) fn whole(&self) -> Option<u64> {
        self.interval
            .filter(|rate| *rate > 0)
            .or_else(|| self.spaced())
            .or_else(|| self.of_population())
            .or_else(|| self.probable())
    }

    /// The same, by the elements of this algorithm (selectorAlgorithm 304, and
    /// flowSelectorAlgorithm 390, which has the same numbers) before others.
    fn rate_by(&self, algorithm: Option<u16>) -> Option<u64> {
        let interval = self.interval.filter(|rate| *rate > 0);
        let by_algorithm = || match algorithm {
            Some(algorithm::RANDOM_OF_POPULATION) => self.of_population(),
            Some(algorithm::PROBABILISTIC) => self.probable(),
            _ => None,
        };
        interval.or_else(by_algorithm).or_else(|| self.rate())
    }

    fn spaced(&self) -> Option<u64> {
        let taken = self.taken?;
        let rate = taken.checked_add(self.left_out?)?.checked_div(taken)?;
        (rate > 0).then_some(rate)
    }

    fn of_population(&self) -> Option<u64> {
        let rate = self.population?.checked_div(self.size?)?;
        (rate > 0).then_some(rate)
    }

    fn probable(&self) -> Option<u64> {
        inverse(probability(self.probability?)?)
    }

    /// Packets taken in a row, without how many are left out: meant as the rate.
    pub(crate) fn taken_alone(&self) -> Option<u64> {
        self.taken
            .filter(|taken| *taken > 0 && self.left_out.is_none())
    }
}

/// Numbers of selectorAlgorithm (304) and flowSelectorAlgorithm (390) in their registries.
mod algorithm {
    pub(super) const TIME: u16 = 2;
    pub(super) const RANDOM_OF_POPULATION: u16 = 3;
    pub(super) const PROBABILISTIC: u16 = 4;
    pub(super) const PROPERTY_MATCH: u16 = 5;
    pub(super) const HASH_BOB: u16 = 6;
    pub(super) const HASH_CRC: u16 = 8;
    pub(super) const FLOW_STATE: u16 = 9;
}

/// How an options record says that packets, or flows, are selected.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SelectorElements<'a> {
    pub(crate) rate: RateElements<'a>,
    /// selectorAlgorithm (304), or flowSelectorAlgorithm (390).
    pub(crate) algorithm: Option<u16>,
    /// samplingAlgorithm (35) or samplerMode (49), without a field for the interval (RFC 3954,
    /// section 8).
    pub(crate) has_only_mode: bool,
    /// samplingTimeInterval (307), or flowSamplingTimeInterval (398), in microseconds.
    pub(crate) time_taken: Option<u64>,
    /// samplingTimeSpace (308), or flowSamplingTimeSpacing (399), in microseconds.
    pub(crate) time_left_out: Option<u64>,
    /// hashOutputRangeMin and Max (329, 330).
    pub(crate) hash_output: [Option<u64>; 2],
    /// hashSelectedRangeMin and Max (331, 332).
    pub(crate) hash_selected: [Option<u64>; 2],
    /// Another parameter of a hash function.
    pub(crate) has_hash: bool,
}

impl SelectorElements<'_> {
    /// What they say; `None` if it is nothing, as a rate of 0.
    pub(crate) fn selection(&self) -> Option<Selection> {
        if let Some(rate) = self.rate.rate_by(self.algorithm) {
            return Some(Selection::Rate(rate));
        }
        self.unrated().map(Selection::WithoutRate)
    }

    fn unrated(&self) -> Option<Unrated> {
        if self.time_taken.or(self.time_left_out).is_some() {
            let ratio = self.time_taken.zip(self.time_left_out);
            let (selected, left_out) = ratio.unwrap_or_default();
            return Some(Unrated {
                method: SelectionMethod::Time,
                selected,
                total: selected.saturating_add(left_out),
            });
        }
        if self.has_hash || self.hash_selected.iter().any(Option::is_some) {
            return Some(Unrated {
                method: SelectionMethod::Hash,
                selected: width(self.hash_selected),
                total: width(self.hash_output),
            });
        }
        let Some(algorithm) = self.algorithm else {
            return self.has_only_mode.then_some(Unrated::UNKNOWN);
        };
        let method = match algorithm {
            0 => return None,
            algorithm::TIME => SelectionMethod::Time,
            algorithm::PROPERTY_MATCH => SelectionMethod::PropertyMatch,
            algorithm::HASH_BOB..=algorithm::HASH_CRC => SelectionMethod::Hash,
            algorithm::FLOW_STATE => SelectionMethod::FlowState,
            number => SelectionMethod::Incomplete(number),
        };
        Some(Unrated::of(method))
    }
}

/// Values in a range; 0 if its ends are not known.
fn width([first, last]: [Option<u64>; 2]) -> u64 {
    let (Some(first), Some(last)) = (first, last) else {
        return 0;
    };
    last.checked_sub(first)
        .map_or(0, |width| width.saturating_add(1))
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
