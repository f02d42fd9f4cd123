//! Where sampling rates come from, and what options announced.

use netflow_core::{
    Announcement, DatagramId, Fact, Flow, NamedKind, NoSamplingRate, RateScope, SamplerKey,
    Sampling, Timestamp, Unrated,
};

use crate::examples::Examples;

/// The sampling rates that flows had.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let rates = &report.domains[0].rates;
/// assert_eq!((rates.rates.len(), rates.unknown()), (1, 0));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Rates {
    /// Flows by rate and rule, in the order they were seen.
    pub rates: Vec<RateCount>,
    /// Flows of rates beyond [`HealthLimits::rates`](crate::HealthLimits::rates).
    pub other_flows: u64,
    last: usize,
}

/// Flows that had the same rate by the same rule.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let counted = &report.domains[0].rates.rates[0];
/// assert_eq!((counted.sampling.unwrap().rate, counted.flows), (100, 1));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateCount {
    /// The rate and what it comes from; `None` for flows without one.
    pub sampling: Option<Sampling>,
    /// Why there is none, where options announced sampling that concerns these flows.
    pub reason: Option<NoSamplingRate>,
    /// How many flows.
    pub flows: u64,
}

impl RateCount {
    /// The datagram whose options announced the rate, if options did.
    #[must_use]
    pub fn place(&self) -> Option<DatagramId> {
        self.sampling?.announced.map(|(_, datagram)| datagram)
    }
}

impl Rates {
    pub(super) fn flow(&mut self, flow: &Flow<'_>, limit: usize) {
        let sampling = flow.sampling_source();
        let reason = match sampling {
            None => flow.no_sampling_rate(),
            Some(_) => None,
        };
        // Flows of one sampler come together.
        let is_last = |known: &RateCount| known.sampling == sampling && known.reason == reason;
        if !self.rates.get(self.last).is_some_and(is_last) {
            match self.rates.iter().position(is_last) {
                Some(index) => self.last = index,
                None if self.rates.len() >= limit => {
                    self.other_flows = self.other_flows.saturating_add(1);
                    return;
                }
                None => {
                    self.last = self.rates.len();
                    self.rates.push(RateCount {
                        sampling,
                        reason,
                        flows: 0,
                    });
                }
            }
        }
        if let Some(known) = self.rates.get_mut(self.last) {
            known.flows = known.flows.saturating_add(1);
        }
    }

    /// Flows without a rate.
    #[must_use]
    pub fn unknown(&self) -> u64 {
        let unknown = self.rates.iter().filter(|known| known.sampling.is_none());
        unknown.map(|known| known.flows).sum()
    }

    /// Flows that have no rate for this reason.
    #[must_use]
    pub fn without(&self, reason: Option<NoSamplingRate>) -> u64 {
        let is_of = |known: &&RateCount| known.sampling.is_none() && known.reason == reason;
        self.rates
            .iter()
            .filter(is_of)
            .map(|known| known.flows)
            .sum()
    }
}

/// What options announced and the decoder knows, in order of their keys.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let announced = &report.domains[0].announced;
/// assert_eq!(announced.interfaces.first, [(3, "eth0".to_owned())]);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Announced {
    /// Sampling rates.
    pub rates: Examples<AnnouncedRate>,
    /// Sampling from which no rate follows.
    pub unrated: Examples<AnnouncedSelection>,
    /// Names of interfaces by index.
    pub interfaces: Examples<(u32, String)>,
    /// Names of VRFs by number.
    pub vrfs: Examples<(u32, String)>,
    /// Names of applications by id, in hex (RFC 6759).
    pub applications: Examples<(String, String)>,
    /// Names of samplers and selectors.
    pub samplers: Examples<(SamplerKey, String)>,
    /// When the exporter started.
    pub system_init: Option<Timestamp>,
}

/// A sampling rate that options announced.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let announced = &report.domains[0].announced.rates.first[0];
/// assert_eq!((announced.rate, announced.of.to_string()), (100, "the whole domain".to_owned()));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct AnnouncedRate {
    /// What it applies to.
    pub of: RateScope,
    /// One packet of this many is counted.
    pub rate: u64,
    /// The datagram that announced it first.
    pub place: DatagramId,
}

/// Sampling without a rate that options announced.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // The options say that packets are taken for 1 (307) of 100 (308) microseconds.
/// let mut payload = example::ipfix().payload.to_vec();
/// payload[79] = 51;
/// payload[83] = 52;
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let announced = &report.domains[0].announced.unrated.first[0];
/// assert_eq!(announced.selection.method.name(), "time");
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct AnnouncedSelection {
    /// What it applies to.
    pub of: RateScope,
    /// How it selects.
    pub selection: Unrated,
    /// The datagram that announced it first.
    pub place: DatagramId,
}

impl Announced {
    /// How many names of things of this kind are announced.
    pub(crate) fn names_of(&self, of: NamedKind) -> Option<u64> {
        Some(match of {
            NamedKind::Interfaces => self.interfaces.count,
            NamedKind::Vrfs => self.vrfs.count,
            NamedKind::Applications => self.applications.count,
            _ => return None,
        })
    }

    /// Adds one thing. All are taken, since they come in no order; the decoder bounds them,
    /// and [`keep`](Self::keep) follows.
    pub(crate) fn add(&mut self, announcement: &Announcement<'_>) {
        const ALL: usize = usize::MAX;
        match announcement.fact {
            Fact::Rate {
                of,
                rate,
                datagram: place,
                ..
            } => {
                self.rates.push(AnnouncedRate { of, rate, place }, ALL);
            }
            Fact::Unrated {
                of,
                selection,
                datagram: place,
                ..
            } => {
                let announced = AnnouncedSelection {
                    of,
                    selection,
                    place,
                };
                self.unrated.push(announced, ALL);
            }
            Fact::InterfaceName(index, name) => {
                self.interfaces.push((index, name.to_string()), ALL);
            }
            Fact::VrfName(number, name) => self.vrfs.push((number, name.to_string()), ALL),
            Fact::ApplicationName(id, name) | Fact::ApplicationDescription(id, name) => {
                let id = id.iter().map(|octet| format!("{octet:02x}")).collect();
                self.applications.push((id, name.to_string()), ALL);
            }
            Fact::SamplerName(of, name) => self.samplers.push((of, name.to_string()), ALL),
            Fact::SystemInit(time) => self.system_init = Some(time),
            _ => {}
        }
    }

    /// Sorts everything and keeps the first `limit` of each kind. What several sessions
    /// announced alike counts once.
    pub(crate) fn keep(&mut self, limit: usize) {
        keep(&mut self.rates, limit);
        keep(&mut self.unrated, limit);
        keep(&mut self.interfaces, limit);
        keep(&mut self.vrfs, limit);
        keep(&mut self.applications, limit);
        keep(&mut self.samplers, limit);
    }
}

fn keep<T: Ord>(examples: &mut Examples<T>, limit: usize) {
    let all = examples.first.len();
    examples.first.sort_unstable();
    examples.first.dedup();
    let repeated = all.saturating_sub(examples.first.len());
    examples.count = examples.count.saturating_sub(crate::count(repeated));
    examples.first.truncate(limit);
}

/// A sampler in short: `sampler 1`, `selector 3`.
#[must_use]
pub fn sampler_name(of: SamplerKey) -> String {
    match of {
        SamplerKey::Sampler(id) => format!("sampler {id}"),
        SamplerKey::Selector(id) => format!("selector {id}"),
    }
}
