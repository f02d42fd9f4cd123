//! What can be known of a history from the messages received, and whether the Decoder
//! reports exactly that.

use alloc::collections::{BTreeMap, BTreeSet};
use core::net::IpAddr;

use netflow_core::{
    Datagram, Decoder, DomainReport, Protocol, SampleCounts, SequenceCounts, SequenceEvent,
    SequenceUnit, Timestamp, Transport,
};

use crate::history::{Exporter, Kind, Message, TrueFlow};
use crate::network::Arrival;

/// How often the simulated events occurred.
#[derive(Debug, Default)]
pub(crate) struct Occurrences {
    pub(crate) lost: u64,
    pub(crate) late: u64,
    pub(crate) duplicated: u64,
    pub(crate) late_over_restart: u64,
    pub(crate) waited: u64,
    pub(crate) without_start: u64,
    pub(crate) samples_lost: u64,
    pub(crate) samples_late: u64,
}

/// One exporter as a receiver can know it.
pub(crate) struct Receiver {
    exporter: Exporter,
    seed: u64,
    /// The messages that were received.
    received: BTreeSet<usize>,
    copies: u64,
    duplicated: u64,
    /// Units of messages that were overtaken.
    late: u64,
    /// The templates that were received.
    templates: BTreeSet<u16>,
    /// Messages whose template was not received, and what their number says.
    waiting: Vec<(usize, SequenceEvent)>,
    /// What the options announced last.
    rate: Option<u16>,
    boot: Option<u64>,
    sources: BTreeMap<u8, Source>,
    samples_late: u64,
    late_over_restart: u64,
    waited: u64,
    without_start: u64,
}

/// What was received of an sFlow source, before the restart and after it.
#[derive(Default)]
struct Source {
    runs: [BTreeSet<u32>; 2],
    /// What it had dropped at the first sample received of a run, and at the newest.
    drops: [Option<[u32; 2]>; 2],
    restarted: bool,
}

/// A flow as it was or should be decoded: address, start and end in nanoseconds since
/// 1970, rate and rule, whether it waited, and whether it is a duplicate.
type DecodedFlow = (
    u32,
    [Option<i64>; 2],
    Option<(u64, &'static str)>,
    bool,
    SequenceEvent,
);

impl Receiver {
    pub(crate) const fn new(exporter: Exporter, seed: u64) -> Self {
        Self {
            exporter,
            seed,
            received: BTreeSet::new(),
            copies: 0,
            duplicated: 0,
            late: 0,
            templates: BTreeSet::new(),
            waiting: Vec::new(),
            rate: None,
            boot: None,
            sources: BTreeMap::new(),
            samples_late: 0,
            late_over_restart: 0,
            waited: 0,
            without_start: 0,
        }
    }

    /// Passes a copy of a message to the Decoder, which must report what is known then.
    pub(crate) fn receive(&mut self, decoder: &mut Decoder, arrival: &Arrival) {
        let event = self.account(arrival.message);
        let expected = self.flows(arrival, event);
        let message = &self.exporter.messages[arrival.message];
        let decoded = decoder
            .decode(Datagram::new(
                ADDRESS.parse().unwrap(),
                Transport::Udp,
                Timestamp::from_millis(arrival.received).unwrap(),
                &message.octets,
            ))
            .unwrap();
        let found: Vec<DecodedFlow> = decoded
            .flows()
            .map(|flow| {
                let Some(IpAddr::V4(address)) = flow.source_address() else {
                    panic!("no address");
                };
                let times = [flow.start(), flow.end()];
                let rate = flow.sampling_rate().zip(flow.sampling());
                let event = flow.header().sequence_event;
                (
                    address.to_bits(),
                    times.map(|time| time.map(Timestamp::as_nanos)),
                    rate,
                    flow.late() == Some(true),
                    self.comparable(event),
                )
            })
            .collect();
        let (kind, seed, index) = (self.exporter.kind, self.seed, arrival.message);
        assert_eq!(found, expected, "{kind:?}, seed {seed}, message {index}");
    }

    /// Notes that a copy of a message was received, and returns what its number says.
    fn account(&mut self, index: usize) -> SequenceEvent {
        let messages = &self.exporter.messages;
        let message = &messages[index];
        let in_series = |index: &&usize| messages[**index].series == message.series;
        let newest_index = self.received.iter().rfind(in_series);
        let newest = newest_index.map(|newest| &messages[*newest]);
        let event = if self.received.contains(&index) {
            SequenceEvent::Duplicate
        } else if newest.is_some_and(|newest| newest.run < message.run) {
            SequenceEvent::Restart
        } else if newest_index.is_some_and(|newest| *newest > index) {
            SequenceEvent::Late
        } else {
            SequenceEvent::InOrder
        };
        self.copies += 1;
        match event {
            SequenceEvent::Duplicate => self.duplicated += 1,
            SequenceEvent::Late => {
                self.late += u64::from(message.units);
                let overtaken = newest.is_some_and(|newest| newest.run > message.run);
                self.late_over_restart += u64::from(overtaken);
            }
            _ => {}
        }
        if self.exporter.kind == Kind::Sflow && event != SequenceEvent::Duplicate {
            let message = message.clone();
            for sample in &message.flows {
                self.sample(message.run, sample);
            }
        }
        self.received.insert(index);
        event
    }

    fn sample(&mut self, run: usize, sample: &TrueFlow) {
        let source = self.sources.entry(sample.interface).or_default();
        let known = source.runs[0].len() + source.runs[1].len() > 0;
        let begins = run == 1 && source.runs[1].is_empty();
        source.restarted |= known && begins;
        // Numbers before the restart wrap, and do so at 0.
        let order = |number: u32| number.wrapping_add(1 << 31);
        let newest = source.runs[run].last().copied();
        let overtaken = newest.is_some_and(|newest| newest > order(sample.number));
        let of_old = run == 0 && !source.runs[1].is_empty();
        self.samples_late += u64::from(overtaken || of_old);
        source.runs[run].insert(order(sample.number));
        // What a source dropped before its first sample cannot be known, and a sample that
        // is received after the restart does not say what was dropped at the end.
        if !overtaken && !of_old {
            let [first, _] = source.drops[run].unwrap_or([sample.drops; 2]);
            source.drops[run] = Some([first, sample.drops]);
        }
    }

    /// The flows that the Decoder should return, live ones first.
    fn flows(&mut self, arrival: &Arrival, event: SequenceEvent) -> Vec<DecodedFlow> {
        let index = arrival.message;
        let message = self.exporter.messages[index].clone();
        let over = self
            .received
            .last()
            .map(|newest| &self.exporter.messages[*newest]);
        let over_restart = over.is_some_and(|newest| newest.run > message.run);
        let mut freed = Vec::new();
        if message.announces {
            self.rate = Some(message.rate);
            self.boot = Some(message.boot);
            if self.templates.insert(message.template) {
                let waits = |(index, _): &(usize, _)| {
                    self.exporter.messages[*index].template == message.template
                };
                (freed, self.waiting) = self.waiting.drain(..).partition(waits);
            }
        }
        // A start from before the restart is not that of what is sent since.
        let boot = self.exporter.messages.last().map(|last| last.boot);
        if (event == SequenceEvent::Restart || over_restart) && self.boot != boot {
            self.boot = None;
        }
        let mut decoded = Vec::new();
        if !self.exporter.kind.has_templates() || self.templates.contains(&message.template) {
            let flows = message.flows.iter();
            decoded.extend(flows.map(|flow| self.decoded(&message, flow, arrival, false, event)));
        } else {
            self.waiting.push((index, event));
        }
        for (index, event) in freed {
            let message = self.exporter.messages[index].clone();
            let flows = message.flows.iter();
            decoded.extend(flows.map(|flow| self.decoded(&message, flow, arrival, true, event)));
            self.waited += 1;
        }
        let absent = decoded.iter().filter(|flow| flow.1 == [None, None]).count();
        self.without_start += u64::try_from(absent).unwrap();
        decoded
    }

    fn decoded(
        &self,
        message: &Message,
        flow: &TrueFlow,
        arrival: &Arrival,
        late: bool,
        event: SequenceEvent,
    ) -> DecodedFlow {
        let kind = self.exporter.kind;
        let cut = match kind {
            kind if kind.is_v9() => message.sent % 1_000,
            _ => 0,
        };
        let nanos = |millis: u64| i64::try_from(millis).unwrap() * 1_000_000;
        let times = match kind {
            Kind::Sflow => [Some(nanos(arrival.received)); 2],
            Kind::IpfixUptime if self.boot != Some(message.boot) => [None; 2],
            _ => [flow.start, flow.end].map(|time| Some(nanos(time - cut))),
        };
        let of_message = Some(u64::from(message.rate));
        let of_options = self.rate.map(u64::from);
        let (rate, rule) = match kind {
            Kind::V1 | Kind::V7 | Kind::V8 => (None, ""),
            Kind::V5 | Kind::V6 => (of_message, "header"),
            Kind::Sflow => (of_message, "sample"),
            Kind::V9 => (of_options, "sampler"),
            kind if kind.is_v9() => (of_options, "exporter"),
            Kind::IpfixUptime => (of_options, "selector"),
            // Only the first interface is sampled.
            _ => (of_options.filter(|_| flow.interface == 1), "interface"),
        };
        let rate = rate.map(|rate| (rate, rule));
        (flow.id, times, rate, late, self.comparable(event))
    }

    /// What both sides can know: whether it is the first copy, whether it is late, and
    /// whether the exporter restarted before it.
    fn comparable(&self, event: SequenceEvent) -> SequenceEvent {
        // v1 has no numbers. It takes some messages to recognise an exporter that does not
        // count as its protocol asks: its events until then cannot be known.
        if matches!(
            self.exporter.kind,
            Kind::V1 | Kind::V9Flows | Kind::IpfixFlowsIncluded | Kind::IpfixConstant
        ) {
            return SequenceEvent::None;
        }
        match event {
            SequenceEvent::None | SequenceEvent::Gap(_) => SequenceEvent::InOrder,
            event => event,
        }
    }

    /// All that is received was received: the counters must agree with the history.
    pub(crate) fn finish(&self, decoder: &Decoder, occurred: &mut Occurrences) {
        let kind = self.exporter.kind;
        let (protocol, domain) = (protocol(kind), kind.domain());
        let report = decoder
            .domains()
            .find(|report| {
                (report.key.protocol, report.key.observation_domain) == (protocol, domain)
            })
            .unwrap();
        let context = format!("{kind:?}, seed {}", self.seed);
        assert!(
            self.waiting.is_empty(),
            "{context}: the last templates were received"
        );
        assert_eq!(report.messages, self.copies, "{context}");
        assert_eq!(report.sequence_unit, unit(kind), "{context}");
        let sequence = self.sequence(&report);
        assert_eq!(report.sequence, sequence, "{context}");
        let samples = self.samples(&report);
        assert_eq!(report.samples, samples, "{context}");
        occurred.lost += sequence.lost;
        occurred.late += sequence.late;
        occurred.duplicated += sequence.duplicated;
        occurred.late_over_restart += self.late_over_restart;
        occurred.waited += self.waited;
        occurred.without_start += self.without_start;
        occurred.samples_lost += samples.lost;
        occurred.samples_late += samples.late;
    }

    /// What the numbers must say.
    fn sequence(&self, report: &DomainReport) -> SequenceCounts {
        let mut counts = report.sequence;
        let messages = &self.exporter.messages;
        let units = |message: &Message| u64::from(message.units);
        if matches!(self.exporter.kind, Kind::V1 | Kind::IpfixConstant) {
            counts = SequenceCounts::default();
            counts.duplicated = self.duplicated;
            return counts;
        }
        counts.received = self
            .received
            .iter()
            .map(|index| units(&messages[*index]))
            .sum();
        counts.lost = 0;
        for (run, series) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            // All between the first and the last received, in any order.
            let is_of =
                |index: &usize| messages[*index].run == run && messages[*index].series == series;
            let first = self.received.iter().find(|index| is_of(index));
            let last = self.received.iter().rfind(|index| is_of(index));
            let Some((first, last)) = first.zip(last) else {
                continue;
            };
            counts.lost += (*first..*last)
                .filter(|index| is_of(index) && !self.received.contains(index))
                .map(|index| units(&messages[index]))
                .sum::<u64>();
        }
        counts.late = self.late;
        counts.duplicated = self.duplicated;
        counts.restarted = 1;
        counts.unread = 0;
        counts
    }

    /// What the numbers of the samples must say.
    fn samples(&self, report: &DomainReport) -> SampleCounts {
        let mut counts = report.samples;
        counts.received = 0;
        counts.lost = 0;
        counts.late = self.samples_late;
        counts.restarted = 0;
        counts.drops = 0;
        for source in self.sources.values() {
            counts.restarted += u64::from(source.restarted);
            for run in &source.runs {
                let count = u64::try_from(run.len()).unwrap();
                counts.received += count;
                if let (Some(first), Some(last)) = (run.first(), run.last()) {
                    counts.lost += u64::from(last - first) + 1 - count;
                }
            }
            let drops = source.drops.iter().flatten();
            counts.drops += drops
                .map(|[first, last]| u64::from(last - first))
                .sum::<u64>();
        }
        counts
    }
}

/// Where all exporters send from.
const ADDRESS: &str = "192.0.2.1:50000";

/// What the exporter counts.
const fn unit(kind: Kind) -> Option<SequenceUnit> {
    Some(match kind {
        Kind::V1 | Kind::IpfixConstant => return None,
        Kind::V9 | Kind::V9TwoClocks | Kind::V9UnusualFirst | Kind::Sflow => SequenceUnit::Message,
        Kind::Ipfix | Kind::IpfixUptime | Kind::IpfixOptionsSeparate => SequenceUnit::DataRecord,
        Kind::IpfixFlowsIncluded => SequenceUnit::FlowCountedIn,
        Kind::V5 | Kind::V6 | Kind::V7 | Kind::V8 | Kind::V9Flows => SequenceUnit::Flow,
    })
}

fn protocol(kind: Kind) -> Protocol {
    match kind {
        Kind::V1 => Protocol::NetflowV1,
        Kind::V5 => Protocol::NetflowV5,
        Kind::V6 => Protocol::NetflowV6,
        Kind::V7 => Protocol::NetflowV7,
        Kind::V8 => Protocol::NetflowV8,
        Kind::Sflow => Protocol::SflowV5,
        kind if kind.is_v9() => Protocol::NetflowV9,
        _ => Protocol::Ipfix,
    }
}
