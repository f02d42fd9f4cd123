//! How many packets one counted packet stands for, and where that is stated.

use super::{Flow, FlowSource, SampleFlow, ingredient};
use crate::datagram::DatagramId;
use crate::exporter::{
    AnnouncedSampling, Exporter, FoundRate, RateElements, RateScope, ScopeKind, SelectionMethod,
    Selects, Unrated, selection_of_flows,
};
use crate::field::Ingredient;
use crate::named::named;
use crate::record::DataRecord;
use crate::wire::template::FieldKey;

/// Where the sampling rate comes from.
///
/// ```
/// use netflow_core::{Decoder, Limits, SamplingRule, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let mut rule = |datagram| decoder.decode(datagram).unwrap().flows().next()?.sampling_rule();
/// assert_eq!(rule(example::ipfix()), Some(SamplingRule::Exporter));
/// assert_eq!(rule(example::netflow_v5()), Some(SamplingRule::Header));
/// assert_eq!(rule(example::sflow()), Some(SamplingRule::Sample));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SamplingRule {
    /// A field of the record: 34 or 50, 305 and 306 together, 309 and 310
    /// together, or 311.
    Record,
    /// 305 without 306, the packets left out after them: taken as
    /// the rate, as exporters mean it.
    Vendor305,
    /// The sampler of the record (48, or 302), which options announced as a sampler (48).
    Sampler,
    /// The selector of the record (302, or 48), which they announced as a selector (302).
    Selector,
    /// The selection sequence of the record (301): the product of its selectors.
    SelectionSequence,
    /// The options of the interface the flow was counted on.
    Interface,
    /// The options of another thing that the record names, such as its line card.
    Scope,
    /// The options of the record's template.
    Template,
    /// The options of the whole observation domain; or all options of line cards or the like,
    /// as long as they agree.
    Exporter,
    /// Flows are sampled (RFC 7014); if packets are too, the product of both rates.
    FlowSelection,
    /// The options of another observation domain of the exporter
    /// ([`OptionsScope::Exporter`](crate::OptionsScope::Exporter)).
    OtherDomain,
    /// The header of v5 or v6.
    Header,
    /// The sFlow sample.
    Sample,
    /// The rate that the caller configured for exporters that announce nothing.
    Configured,
    /// The rate that the caller configured to replace all that exporters announce.
    Override,
}

named!(SamplingRule {
    Record = "record",
    Vendor305 = "vendor_305",
    Sampler = "sampler",
    Selector = "selector",
    SelectionSequence = "selection_sequence",
    Interface = "interface",
    Scope = "scope",
    Template = "template",
    Exporter = "exporter",
    FlowSelection = "flow_selection",
    OtherDomain = "other_domain",
    Header = "header",
    Sample = "sample",
    Configured = "configured",
    Override = "override",
});

/// A sampling rate and where it comes from.
///
/// ```
/// use netflow_core::{Decoder, Limits, SamplingRule, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let flow = decoded.flows().next().unwrap();
/// let sampling = flow.sampling_source().unwrap();
/// assert_eq!((sampling.rate, sampling.rule), (100, SamplingRule::Exporter));
/// let (scope, _) = sampling.announced.unwrap();
/// assert!(scope.is_domain());
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sampling {
    /// One packet of this many was counted; where flows are sampled, one flow of this many.
    pub rate: u64,
    /// Where it comes from.
    pub rule: SamplingRule,
    /// The scope that options announced it for, if they did, and in which datagram.
    pub announced: Option<(RateScope, DatagramId)>,
}

/// Why a flow has no sampling rate, though options announced sampling.
///
/// ```
/// use netflow_core::{Decoder, Limits, NoSamplingRate, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// // Options say that packets are taken for 1 (307) of 100 (308) microseconds, which yields no rate.
/// let ipfix = example::ipfix();
/// let mut payload = ipfix.payload.to_vec();
/// payload[79] = 51;
/// payload[83] = 52;
/// let decoded = decoder.decode(ipfix.with_payload(&payload))?;
/// let flow = decoded.flows().next().unwrap();
/// let Some(NoSamplingRate::Unrated(selection)) = flow.no_sampling_rate() else { panic!() };
/// assert_eq!((selection.method.name(), selection.total), ("time", 100));
/// assert_eq!(flow.sampling_rate(), None);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum NoSamplingRate {
    /// Options announced different rates for line cards, metering processes or the like, and
    /// the record does not say which of them it comes from (RFC 3954, section 6.1).
    Ambiguous,
    /// Packets or flows are selected in a way that yields no rate.
    Unrated(Unrated),
}

impl NoSamplingRate {
    /// A name for reports and JSON: `ambiguous`, or the way of selection.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ambiguous => "ambiguous",
            Self::Unrated(selection) => selection.method.name(),
        }
    }
}

/// What is known of the sampling of a flow.
enum Known<'m> {
    Rate(u64, Rule<'m>),
    No(NoSamplingRate),
    Nothing,
}

/// Where a rate comes from; the scope that it was announced for is determined only on request.
#[derive(Clone, Copy)]
enum Rule<'m> {
    Own(SamplingRule),
    Announced(SamplingRule, FoundRate<'m>),
}

impl<'m> Flow<'m> {
    /// One packet of this many was counted; where flows are sampled, one flow of this many.
    #[must_use]
    #[inline]
    pub fn sampling_rate(&self) -> Option<u64> {
        // Of nearly every sample, without a call.
        if let (FlowSource::Sample(flow), None) = (&self.source, self.origin.override_rate) {
            if let Some(rate) = flow.sampling_rate() {
                return Some(rate);
            }
        }
        match self.known_sampling() {
            Known::Rate(rate, _) => Some(rate),
            Known::No(_) | Known::Nothing => None,
        }
    }

    /// Where the sampling rate comes from; where options announced sampling and there is no rate,
    /// why not ([`NoSamplingRate::name`]).
    #[must_use]
    pub fn sampling(&self) -> Option<&'static str> {
        match self.known_sampling() {
            Known::Rate(_, Rule::Own(rule) | Rule::Announced(rule, _)) => Some(rule.name()),
            Known::No(reason) => Some(reason.name()),
            Known::Nothing => None,
        }
    }

    /// Where the sampling rate comes from.
    #[must_use]
    pub fn sampling_rule(&self) -> Option<SamplingRule> {
        match self.known_sampling() {
            Known::Rate(_, Rule::Own(rule) | Rule::Announced(rule, _)) => Some(rule),
            Known::No(_) | Known::Nothing => None,
        }
    }

    /// Octets times the sampling rate; absent when that is not known.
    #[must_use]
    pub fn octets_scaled(&self) -> Option<u64> {
        self.octets()?.checked_mul(self.sampling_rate()?)
    }

    /// Packets times the sampling rate; absent when that is not known.
    #[must_use]
    pub fn packets_scaled(&self) -> Option<u64> {
        self.packets()?.checked_mul(self.sampling_rate()?)
    }

    /// The sampling rate, and where it comes from in detail.
    #[must_use]
    pub fn sampling_source(&self) -> Option<Sampling> {
        let Known::Rate(rate, rule) = self.known_sampling() else {
            return None;
        };
        Some(match rule {
            Rule::Own(rule) => Sampling {
                rate,
                rule,
                announced: None,
            },
            Rule::Announced(rule, found) => {
                let record = self.record()?;
                let scope = found.scope(&|kind| self.named(record, kind));
                Sampling {
                    rate,
                    rule,
                    announced: Some((scope, found.datagram)),
                }
            }
        })
    }

    /// Why there is no sampling rate, although options announced sampling that concerns this flow.
    #[must_use]
    pub fn no_sampling_rate(&self) -> Option<NoSamplingRate> {
        match self.known_sampling() {
            Known::No(reason) => Some(reason),
            Known::Rate(..) | Known::Nothing => None,
        }
    }

    /// By the first that states it: the caller's override, the record, options, the header;
    /// options of other domains, if the caller wants that; the caller's configuration.
    fn known_sampling(&self) -> Known<'m> {
        let is_discarded = || {
            let sample = self.sample_flow();
            sample.is_some_and(SampleFlow::is_discarded_packet)
        };
        if let Some(rate) = self.origin.override_rate.filter(|_| !is_discarded()) {
            return Known::Rate(rate, Rule::Own(SamplingRule::Override));
        }
        let stated = match &self.source {
            FlowSource::Record(record) => self.of_record(record),
            FlowSource::Sample(flow) => match flow.sampling_rate() {
                Some(rate) => Known::Rate(rate, Rule::Own(SamplingRule::Sample)),
                None => Known::Nothing,
            },
        };
        match (stated, self.origin.configured_rate) {
            (Known::Nothing, Some(rate)) if !is_discarded() => {
                Known::Rate(rate, Rule::Own(SamplingRule::Configured))
            }
            (stated, _) => stated,
        }
    }

    fn of_record(&self, record: &DataRecord<'_, '_>) -> Known<'m> {
        let exporter: Option<&'m Exporter> = self.origin.exporter.as_deref();
        let announced = exporter.filter(|exporter| !exporter.samplers.is_empty());
        let in_record = record.template().plan().has_rate();
        let mut packets = if in_record {
            rate_in(record)
        } else {
            Known::Nothing
        };
        let mut selection = None;
        if matches!(packets, Known::Nothing) && record.template().plan().has_selection() {
            selection = selection_of_flows(record);
            // Without parameters, the options of the sampler may have them.
            let is_complete =
                |unrated: &Unrated| !matches!(unrated.method, SelectionMethod::Incomplete(_));
            if let Some(unrated) = selection.filter(is_complete) {
                packets = Known::No(NoSamplingRate::Unrated(unrated));
            }
        }
        if let (Known::Nothing, Some(exporter)) = (&packets, announced) {
            packets = known(self.find(record, exporter, Selects::Packets));
        }
        if let (Known::Nothing, Some(sampling)) = (&packets, self.origin.header.sampling) {
            // 0 says nothing, in any mode.
            let rate = u64::from(sampling & 0x3fff);
            if rate > 0 {
                packets = Known::Rate(rate, Rule::Own(SamplingRule::Header));
            }
        }
        let select_flows = announced.filter(|exporter| exporter.samplers.selects_flows());
        if in_record || select_flows.is_some() {
            packets = both(packets, self.flows_of(record, select_flows));
        }
        let stated = match packets {
            Known::Nothing if !self.origin.other_domains.is_empty() => {
                self.of_other_domains(record)
            }
            stated => stated,
        };
        match (stated, selection) {
            // What is incomplete says nothing where something else has a rate.
            (Known::Nothing, Some(unrated)) if self.origin.configured_rate.is_none() => {
                Known::No(NoSamplingRate::Unrated(unrated))
            }
            (stated, _) => stated,
        }
    }

    /// How flows are sampled, by the record or by options.
    #[cold]
    fn flows_of(&self, record: &DataRecord<'_, '_>, announced: Option<&'m Exporter>) -> Known<'m> {
        match (flow_rate_in(record), announced) {
            (Known::Nothing, Some(exporter)) => known(self.find(record, exporter, Selects::Flows)),
            (in_record, _) => in_record,
        }
    }

    /// What one observation domain announced for this record.
    fn find<'e>(
        &self,
        record: &DataRecord<'_, '_>,
        exporter: &'e Exporter,
        selects: Selects,
    ) -> Option<AnnouncedSampling<'e>> {
        exporter
            .samplers
            .find(selects, &|kind| self.named(record, kind))
    }

    /// What other domains of the exporter announced, if they agree.
    fn of_other_domains(&self, record: &DataRecord<'_, '_>) -> Known<'m> {
        let mut agreed = Known::Nothing;
        for exporter in &self.origin.other_domains {
            let of = |selects| known(self.find(record, exporter, selects));
            let found = both(of(Selects::Packets), of(Selects::Flows));
            agreed = match (agreed, found) {
                (agreed, Known::Nothing) => agreed,
                (Known::Nothing, Known::Rate(rate, Rule::Announced(_, found))) => {
                    Known::Rate(rate, Rule::Announced(SamplingRule::OtherDomain, found))
                }
                (Known::Nothing, found) => found,
                (Known::Rate(one, rule), Known::Rate(other, _)) if one == other => {
                    Known::Rate(one, rule)
                }
                _ => return Known::No(NoSamplingRate::Ambiguous),
            };
        }
        agreed
    }

    /// What the record names of this kind.
    fn named(&self, record: &DataRecord<'_, '_>, kind: ScopeKind) -> Option<u128> {
        let plan = record.template().plan();
        let number = |what| ingredient(record, plan.ingredient(what)).map(u128::from);
        match kind {
            ScopeKind::Sampler => number(Ingredient::SamplerId),
            ScopeKind::Selector => number(Ingredient::SelectorId),
            ScopeKind::Interface => self.counted_on().map(u128::from),
            ScopeKind::Template => Some(record.template().id().into()),
            ScopeKind::SelectionSequence => field(record, SELECTION_SEQUENCE),
            ScopeKind::Element(id) => field(record, FieldKey::Element(id)).or_else(|| {
                let domain = self.origin.header.observation_domain;
                (kind == ScopeKind::OBSERVATION_DOMAIN).then_some(domain.into())
            }),
            ScopeKind::ScopeType(_) => None,
        }
    }

    /// The interface the flow was counted on.
    fn counted_on(&self) -> Option<u32> {
        if self.direction() == Some(EGRESS) {
            self.output_interface()
        } else {
            self.input_interface()
        }
    }
}

/// selectionSequenceId.
const SELECTION_SEQUENCE: FieldKey = FieldKey::Element(crate::element::ElementId::iana(301));

/// A field that few records have, found by its name.
#[cold]
fn field(record: &DataRecord<'_, '_>, key: FieldKey) -> Option<u128> {
    let mut fields = record.fields();
    let field = fields.find(|field| field.template().key() == key)?;
    ScopeKind::number(field.octets(), field.template().data_type())
}

fn known(found: Option<AnnouncedSampling<'_>>) -> Known<'_> {
    match found {
        None => Known::Nothing,
        Some(AnnouncedSampling::Ambiguous) => Known::No(NoSamplingRate::Ambiguous),
        Some(AnnouncedSampling::Unrated(unrated)) => Known::No(NoSamplingRate::Unrated(unrated)),
        Some(AnnouncedSampling::Rate(found)) => {
            let rule = match found.kind() {
                Some(ScopeKind::Sampler) => SamplingRule::Sampler,
                Some(ScopeKind::Selector) => SamplingRule::Selector,
                Some(ScopeKind::SelectionSequence) => SamplingRule::SelectionSequence,
                Some(kind) if kind.is_interface() => SamplingRule::Interface,
                Some(ScopeKind::Template) => SamplingRule::Template,
                Some(_) => SamplingRule::Scope,
                None => SamplingRule::Exporter,
            };
            Known::Rate(found.rate, Rule::Announced(rule, found))
        }
    }
}

/// Sampling of packets, and of the flows made of them.
fn both<'m>(packets: Known<'m>, flows: Known<'m>) -> Known<'m> {
    let (packets, flows, rule) = match (packets, flows) {
        (packets, Known::Nothing) => return packets,
        (Known::No(reason), _) | (_, Known::No(reason)) => return Known::No(reason),
        (Known::Rate(packets, _), Known::Rate(flows, rule)) => (packets, flows, rule),
        (Known::Nothing, Known::Rate(flows, rule)) => (1, flows, rule),
    };
    let rule = match rule {
        Rule::Own(_) => Rule::Own(SamplingRule::FlowSelection),
        Rule::Announced(_, found) => Rule::Announced(SamplingRule::FlowSelection, found),
    };
    match packets.checked_mul(flows) {
        Some(rate) => Known::Rate(rate, rule),
        None => Known::Nothing,
    }
}

/// flowDirection of a flow that was counted as it went out.
pub(super) const EGRESS: u8 = 1;

/// A rate that the record itself states; 0 states none.
fn rate_in<'m>(record: &DataRecord<'_, '_>) -> Known<'m> {
    let plan = record.template().plan();
    let load = |what| ingredient(record, plan.ingredient(what));
    let elements = RateElements {
        interval: load(Ingredient::SamplingInterval)
            .filter(|interval| *interval > 0)
            .or_else(|| load(Ingredient::SamplingRandomInterval)),
        taken: load(Ingredient::SamplingPacketInterval),
        left_out: load(Ingredient::SamplingPacketSpace),
        size: load(Ingredient::SamplingSize),
        population: load(Ingredient::SamplingPopulation),
        probability: record.slot(plan.ingredient(Ingredient::SamplingProbability)),
    };
    match (elements.whole(), elements.taken_alone()) {
        (Some(rate), _) => Known::Rate(rate, Rule::Own(SamplingRule::Record)),
        (None, Some(rate)) => Known::Rate(rate, Rule::Own(SamplingRule::Vendor305)),
        (None, None) => Known::Nothing,
    }
}

/// A rate of flow sampling that the record itself states (RFC 7014, section 7).
fn flow_rate_in<'m>(record: &DataRecord<'_, '_>) -> Known<'m> {
    let plan = record.template().plan();
    let load = |what| ingredient(record, plan.ingredient(what));
    let elements = RateElements {
        taken: load(Ingredient::SamplingFlowInterval),
        left_out: load(Ingredient::SamplingFlowSpacing),
        ..RateElements::default()
    };
    match elements.whole() {
        Some(rate) => Known::Rate(rate, Rule::Own(SamplingRule::FlowSelection)),
        None => Known::Nothing,
    }
}
