//! Where the times of flows come from, and whether they can be right.

use netflow_core::{ClockRule, DatagramId, Flow, MessageHeader, NoTime};

/// The longest time between the end of a flow and its export for the two to agree: exporters
/// send a flow at the latest when its active timeout ends, an hour at most in practice.
const AGREES: i64 = 3_600_000_000_000;

/// The clocks of one observation domain.
///
/// ```
/// use netflow_core::{ClockRule, Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let clock = &report.domains[0].clock;
/// assert_eq!(clock.rules, [(Some(ClockRule::Milliseconds), 1)]);
/// assert_eq!(clock.suspect, 0);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Clock {
    /// Flows by the rule that their times were found by, in the order they were seen; `None` counts
    /// flows without times.
    pub rules: Vec<(Option<ClockRule>, u64)>,
    /// Flows without a time, by what is missing and why, in the order they were seen.
    pub missing: Vec<MissingTimes>,
    /// Export times beside receive times; absent in sFlow, which has no export time, and in
    /// IPFIX files, which have no receive time.
    pub skew: Option<Skew>,
    /// Flows with impossible times.
    pub suspect: u64,
    /// Those among them whose times agree with the export time of their message: only the
    /// exporter's clock and the receive time differ.
    pub suspect_by_skew: u64,
    /// The first of the suspect flows.
    pub first_suspect: Option<DatagramId>,
}

/// Flows that lack the same times for the same reason.
///
/// ```
/// use netflow_core::{Decoder, NoTime, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // Template 256 has octets alone.
/// let mut payload = example::ipfix().payload[..16].to_vec();
/// payload.extend([0, 2, 0, 12, 1, 0, 0, 1, 0, 1, 0, 4, 1, 0, 0, 8, 0, 0, 5, 220]);
/// payload[3] = 36; // the length of the message
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let missing = &report.domains[0].clock.missing[0];
/// assert_eq!((missing.time.name(), missing.reason, missing.flows), ("both", NoTime::NotSent, 1));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingTimes {
    /// What they lack.
    pub time: MissingTime,
    /// Why.
    pub reason: NoTime,
    /// How many flows.
    pub flows: u64,
    /// The first.
    pub first: DatagramId,
}

/// The times that a flow lacks.
///
/// ```
/// use netflow_health::MissingTime;
///
/// assert_eq!(MissingTime::End.name(), "end");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingTime {
    /// Start and end.
    Both,
    /// The start, though an element carries it.
    Start,
    /// The end, though an element carries it.
    End,
}

impl MissingTime {
    /// The name in JSON and in every binding.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Start => "start",
            Self::End => "end",
        }
    }

    /// What a flow lacks, and why.
    fn of(flow: &Flow<'_>) -> Option<(Self, NoTime)> {
        let is_sent = |reason: &NoTime| *reason != NoTime::NotSent;
        let (start, end) = (flow.start_by_rule().err(), flow.end_by_rule().err());
        match (start, end) {
            (None, None) => None,
            // Of a record with one of them, the reason of that one.
            (Some(start), Some(end)) => {
                let reason = if is_sent(&start) { start } else { end };
                Some((Self::Both, reason))
            }
            (Some(reason), None) => Some((Self::Start, reason)),
            (None, Some(reason)) => Some((Self::End, reason)),
        }
        .filter(|(time, reason)| *time == Self::Both || is_sent(reason))
    }
}

/// How far export times are ahead of receive times, in nanoseconds; negative is behind.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let skew = report.domains[0].clock.skew.unwrap();
/// assert_eq!((skew.min, skew.max), (0, 0)); // sent and received in the same second
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skew {
    /// The value in the last message.
    pub last: i64,
    /// The least.
    pub min: i64,
    /// The greatest.
    pub max: i64,
}

impl Clock {
    pub(super) fn message(&mut self, header: &MessageHeader) {
        let Some(sent) = header.export_time else {
            return;
        };
        let last = sent.nanos_since(header.received);
        let before = self.skew;
        self.skew = Some(Skew {
            last,
            min: before.map_or(last, |skew| skew.min.min(last)),
            max: before.map_or(last, |skew| skew.max.max(last)),
        });
    }

    /// Takes a flow; `true` if its times are impossible by the exporter's own clock.
    pub(super) fn flow(&mut self, flow: &Flow<'_>) -> bool {
        let rule = flow.clock_rule();
        match self.rules.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, flows)) => *flows = flows.saturating_add(1),
            None => self.rules.push((rule, 1)),
        }
        if let Some((time, reason)) = MissingTime::of(flow) {
            let mut known = self.missing.iter_mut();
            match known.find(|known| known.time == time && known.reason == reason) {
                Some(known) => known.flows = known.flows.saturating_add(1),
                None => self.missing.push(MissingTimes {
                    time,
                    reason,
                    flows: 1,
                    first: flow.header().datagram_id(),
                }),
            }
        }
        if flow.clock_suspect() != Some(true) {
            return false;
        }
        self.suspect = self.suspect.saturating_add(1);
        self.first_suspect
            .get_or_insert_with(|| flow.header().datagram_id());
        let is_by_skew = agrees_with_export(flow);
        if is_by_skew {
            self.suspect_by_skew = self.suspect_by_skew.saturating_add(1);
        }
        !is_by_skew
    }
}

/// Whether the flow ended shortly before its message was sent, as flows do.
fn agrees_with_export(flow: &Flow<'_>) -> bool {
    let Some(sent) = flow.header().export_time else {
        return false;
    };
    let (start, end) = (flow.start(), flow.end());
    let is_forward = start.zip(end).is_none_or(|(start, end)| start <= end);
    let last = end.or(start);
    is_forward
        && last.is_some_and(|time| sent.nanos_since(time).unsigned_abs() <= AGREES.unsigned_abs())
}
