//! Fields that exporters use in several ways, and by which rule they were read.

use netflow_core::template::SecondCounters;
use netflow_core::{DatagramId, Flow, IcmpRule};

/// The rules by which ambiguous fields of one domain were read: those that exporters use in several
/// ways.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// let mut payload = example::netflow_v5().payload.to_vec();
/// payload[58..60].copy_from_slice(&[8, 0]); // the port of an echo request
/// payload[62] = 1; // ICMP
/// health.decoded(&decoder.decode(example::netflow_v5().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let meanings = &report.domains[0].meanings;
/// assert_eq!((meanings.icmp.len(), meanings.second_counters.len()), (1, 0));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Meanings {
    /// What elements 23 and 24 beside 1 and 2 count, in the order they were seen.
    pub second_counters: Vec<SecondCounterUse>,
    /// Flows by where the type of ICMP was found, in the order they were seen.
    pub icmp: Vec<IcmpUse>,
}

/// Flows whose second counters were read by one rule.
///
/// ```
/// use netflow_core::template::SecondCounters;
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // Template 256 has octets (1) and a second counter of octets (23).
/// let mut payload = example::ipfix().payload[..16].to_vec();
/// payload.extend([0, 2, 0, 16, 1, 0, 0, 2, 0, 1, 0, 4, 0, 23, 0, 4]);
/// payload.extend([1, 0, 0, 12, 0, 0, 5, 220, 0, 0, 0, 60]);
/// payload[3] = 44; // the length of the message
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let counters = &report.domains[0].meanings.second_counters[0];
/// assert_eq!((counters.rule, counters.template), (SecondCounters::Unknown, 256));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecondCounterUse {
    /// The rule.
    pub rule: SecondCounters,
    /// The template of the first of them.
    pub template: u16,
    /// How many.
    pub flows: u64,
    /// The first.
    pub first: DatagramId,
}

/// Flows whose type and code of ICMP were found by one rule.
///
/// ```
/// use netflow_core::{Decoder, IcmpRule, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// let mut payload = example::netflow_v5().payload.to_vec();
/// payload[58..60].copy_from_slice(&[8, 0]); // the port of an echo request
/// payload[62] = 1; // ICMP
/// health.decoded(&decoder.decode(example::netflow_v5().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let icmp = &report.domains[0].meanings.icmp[0];
/// assert_eq!((icmp.rule, icmp.flows), (IcmpRule::Port, 1));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct IcmpUse {
    /// The rule.
    pub rule: IcmpRule,
    /// How many.
    pub flows: u64,
    /// The first.
    pub first: DatagramId,
}

impl Meanings {
    pub(super) fn flow(&mut self, flow: &Flow<'_>) {
        let first = || flow.header().datagram_id();
        let template = flow.record().map(|record| record.template());
        let counters = template.and_then(|template| Some((template, template.second_counters()?)));
        if let Some((template, rule)) = counters {
            let known = self.second_counters.iter_mut();
            match known.into_iter().find(|known| known.rule == rule) {
                Some(known) => known.flows = known.flows.saturating_add(1),
                None => self.second_counters.push(SecondCounterUse {
                    rule,
                    template: template.id(),
                    flows: 1,
                    first: first(),
                }),
            }
        }
        if let Some(rule) = flow.icmp_rule() {
            let known = self.icmp.iter_mut();
            match known.into_iter().find(|known| known.rule == rule) {
                Some(known) => known.flows = known.flows.saturating_add(1),
                None => self.icmp.push(IcmpUse {
                    rule,
                    flows: 1,
                    first: first(),
                }),
            }
        }
    }
}
