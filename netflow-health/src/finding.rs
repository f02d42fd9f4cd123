//! What follows from the numbers: what is wrong, with which exporter, and where.

mod detail;

use netflow_core::DatagramId;

pub use self::detail::Detail;

/// One result of the diagnosis: a fault, a doubtful value or a note.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::{Health, Severity};
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // The flow alone, without the sets of templates before it.
/// let mut payload = [&example::ipfix().payload[..16], &example::ipfix().payload[128..]].concat();
/// payload[3] = 61; // the length of the message
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let finding = &report.findings[0];
/// assert_eq!((finding.code(), finding.severity()), ("template_absent", Severity::Error));
/// assert_eq!(finding.domain, Some(0));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is, with its numbers.
    pub kind: FindingKind,
    /// The domain that it is about, as an index into [`Report::domains`](crate::Report::domains).
    pub domain: Option<usize>,
    /// Where it was seen first, if that is known.
    pub place: Option<DatagramId>,
}

/// How much a finding matters.
///
/// ```
/// use netflow_health::Severity;
///
/// assert!(Severity::Error > Severity::Warning);
/// assert_eq!(Severity::Info.name(), "info");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; no number is wrong for it.
    Info,
    /// Numbers may be wrong.
    Warning,
    /// Data is lost, or numbers are wrong.
    Error,
}

impl Severity {
    /// The name in JSON and in every binding.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Makes the kinds of findings from a table: each line is documentation, the stable number, the
/// stable code, the severity, and the variant with its members. The first member is its size:
/// of one kind the largest come first. So
///
/// ```text
/// /// Messages came more than once.
/// 11 duplicated Warning Duplicated { /** Messages. */ messages: u64 }
/// ```
///
/// becomes the variant `Duplicated { messages }` with the code `duplicated`, the number 11 and the
/// detail `("messages", Unsigned)`. Findings are reported in the order of the table, the gravest
/// first. A new one is a line here, a rule in a file of `rules/` that `findings()` calls, and
/// a sentence in the command.
macro_rules! findings {
    ($($(#[$doc:meta])* $number:literal $code:ident $severity:ident $name:ident {
        $($(#[$member_doc:meta])* $member:ident: $type:ty),+ $(,)?
    })+) => {
        /// What a finding is about, with its numbers.
        ///
        /// ```
        /// use netflow_core::{Decoder, example};
        /// use netflow_health::{Detail, FindingKind, Health};
        ///
        /// let mut decoder = Decoder::default();
        /// let mut health = Health::default();
        /// // The flow alone, without the sets of templates before it.
        /// let mut payload = [&example::ipfix().payload[..16], &example::ipfix().payload[128..]].concat();
        /// payload[3] = 61; // the length of the message
        /// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
        /// let report = health.report(&decoder);
        /// let kind = &report.findings[0].kind;
        /// assert!(matches!(kind, FindingKind::TemplateAbsent { octets: 41, .. }));
        /// assert_eq!(kind.details()[0], ("octets", Detail::Unsigned(41)));
        /// # Ok::<(), netflow_core::Error>(())
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum FindingKind {
            $($(#[$doc])* $name { $($(#[$member_doc])* $member: $type),+ },)+
        }

        impl FindingKind {
            /// Number, code and severity of every kind, in the order of reports.
            pub const ALL: &'static [(u16, &'static str, Severity)] =
                &[$(($number, stringify!($code), Severity::$severity)),+];

            /// The stable number.
            #[must_use]
            pub const fn number(&self) -> u16 {
                match self { $(Self::$name { .. } => $number,)+ }
            }

            /// The numbers, with stable names.
            #[must_use]
            pub fn details(&self) -> Vec<(&'static str, Detail)> {
                match self {
                    $(Self::$name { $($member),+ } => {
                        vec![$((stringify!($member), Detail::from($member.clone()))),+]
                    })+
                }
            }
        }
    };
}

findings! {
    /// Nothing in the input is flow export.
    1 no_flow_export Warning NoFlowExport {
        /// Packets in the input.
        packets: u64,
    }
    /// Datagrams whose end was not captured: what is missing is not the exporter's fault.
    2 cut_datagrams Error CutDatagrams {
        /// Datagrams that are cut.
        cut: u64,
        /// All datagrams.
        datagrams: u64,
    }
    /// Data whose templates were never sent while datagrams were received.
    3 template_absent Error TemplateAbsent {
        /// Octets of data.
        octets: u64,
        /// The ids of the sets, which are those of the templates.
        sets: Vec<u16>,
    }
    /// Data without a template that one of another domain of the exporter fits.
    4 template_in_other_domain Error TemplateInOtherDomain {
        /// Octets of data.
        octets: u64,
        /// The id of the sets and of the template.
        set: u16,
        /// The domain that has the template.
        other_domain: u32,
    }
    /// Data whose template came at `place` and cannot be used.
    5 template_unreadable Error TemplateUnreadable {
        /// Octets of data.
        octets: u64,
        /// The id of the sets.
        set: u16,
        /// The code of the problem of the template, such as `empty_template`.
        reason: &'static str,
    }
    /// Data whose templates may be among those at `place`, which cannot be read to their end.
    35 template_set_unreadable Error TemplateSetUnreadable {
        /// Octets of data.
        octets: u64,
        /// The ids of the sets, which are those of the templates.
        sets: Vec<u16>,
        /// The code of the problem, such as `template_cut`.
        reason: &'static str,
    }
    /// Data whose template came at `place`, when the data was no longer kept or did not fit.
    6 template_late Error TemplateLate {
        /// Octets of data.
        octets: u64,
        /// The id of the sets.
        set: u16,
    }
    /// Data whose template had been withdrawn.
    7 template_withdrawn Error TemplateWithdrawn {
        /// Octets of data.
        octets: u64,
        /// The id of the sets.
        set: u16,
    }
    /// Exporters that share an address: their templates and sequence numbers are mixed.
    8 several_exporters Error SeveralExporters {
        /// The source ports.
        ports: Vec<u16>,
    }
    /// Sequence numbers say that something is missing.
    9 lost Error Lost {
        /// What is missing, in `unit`.
        lost: u64,
        /// What was received and lost, in `unit`.
        expected: u64,
        /// `flow`, `message`, `data record` or `datagram`.
        unit: &'static str,
    }
    /// Sequence numbers jump so often that the exporter may count wrongly.
    10 miscounted Warning Miscounted {
        /// What is missing by the numbers, in `unit`.
        lost: u64,
        /// What was received and lost by the numbers, in `unit`.
        expected: u64,
        /// `flow`, `message`, `data record` or `datagram`.
        unit: &'static str,
        /// Messages whose number does not follow the one before.
        jumps: u64,
        /// All messages.
        messages: u64,
    }
    /// The numbers of sFlow samples have gaps, although no datagram is missing.
    36 lost_samples Error LostSamples {
        /// Samples that are missing.
        lost: u64,
        /// Samples that were received and lost.
        expected: u64,
    }
    /// The sequence number never changes: loss cannot be seen.
    11 constant_sequence Info ConstantSequence {
        /// Messages.
        messages: u64,
    }
    /// Messages came more than once.
    12 duplicated Warning Duplicated {
        /// Messages that repeat one.
        messages: u64,
    }
    /// The exporter restarted.
    13 restarted Info Restarted {
        /// How often.
        times: u64,
    }
    /// Records after a restart were read by the template from before it, and are wrong.
    14 outdated_template Error OutdatedTemplate {
        /// Records.
        records: u64,
    }
    /// The template changes back and forth between definitions.
    15 template_flaps Warning TemplateFlaps {
        /// How often a former definition returned.
        returns: u64,
        /// How often the definition changed.
        changes: u64,
        /// The id of the template.
        template: u16,
    }
    /// Times agree with the exporter's clock, which is far from the receiver's.
    16 clock_skew Warning ClockSkew {
        /// Flows.
        flows: u64,
        /// How far the export time of the last message is ahead of its receive time, in
        /// nanoseconds.
        skew: i64,
    }
    /// Times that cannot be right by the exporter's own clock.
    17 impossible_times Warning ImpossibleTimes {
        /// Flows.
        flows: u64,
    }
    /// Some flows of a domain have a sampling rate, others have none.
    18 rate_missing Warning RateMissing {
        /// Flows without a rate.
        flows: u64,
        /// All flows.
        all: u64,
    }
    /// Options announce rates, and no flow says that one applies to it.
    19 rate_unused Warning RateUnused {
        /// Rates that are announced.
        rates: u64,
        /// The first of them.
        rate: u64,
        /// What it is announced for, such as `sampler 9`.
        sampler: String,
    }
    /// A rate is announced in another domain of the exporter, and none in this one.
    20 rate_in_other_domain Warning RateInOtherDomain {
        /// One packet of this many.
        rate: u64,
        /// The domain that announces it.
        other_domain: u32,
    }
    /// Options announce different rates for things of one kind, such as line cards, of several
    /// kinds, or in several domains that apply, and flows do not say which of them they come from.
    28 rate_ambiguous Warning RateAmbiguous {
        /// Flows that have no rate for this reason.
        flows: u64,
        /// The first rates that differ, such as `1:1000 for line card 1`; empty if they are not
        /// among the rates that are kept.
        rates: Vec<String>,
    }
    /// Options announce sampling from which no rate follows.
    29 selection_without_rate Warning SelectionWithoutRate {
        /// Flows that have no rate for this reason.
        flows: u64,
        /// What it is announced for, such as `selector 9`.
        sampler: String,
        /// How it selects: `time`, `hash`, `property_match`, `flow_state` or `incomplete`.
        method: &'static str,
        /// The part that is selected, in microseconds or hash values; 0 if it is not stated.
        selected: u64,
        /// All of which that is a part.
        total: u64,
    }
    /// Names of things whose numbers flows have are announced in another domain of the exporter, and
    /// none in this one.
    30 names_in_other_domain Info NamesInOtherDomain {
        /// Names that are announced.
        names: u64,
        /// What they name: `interfaces`, `VRFs` or `applications`.
        of: &'static str,
        /// The domain that announces them.
        other_domain: u32,
    }
    /// Options announce a rate by an algorithm that does not exist.
    21 unknown_algorithm Warning UnknownAlgorithm {
        /// One packet of this many.
        rate: u64,
        /// samplingAlgorithm (35).
        algorithm: u64,
    }
    /// Sampled packets are longer than the frame they were taken from.
    22 short_frames Warning ShortFrames {
        /// Sampled packets.
        samples: u64,
    }
    /// The agent could not sample everything it should have.
    23 dropped_samples Warning DroppedSamples {
        /// Samples that the agent dropped.
        drops: u64,
        /// Samples received.
        received: u64,
    }
    /// Counters are totals since the flow began (octetTotalCount and the like): adding up
    /// the records of a flow counts it several times.
    31 running_totals Info RunningTotals {
        /// Flows with such counters.
        flows: u64,
        /// All flows.
        all: u64,
    }
    /// Elements carry times that are none.
    32 times_missing Info TimesMissing {
        /// Flows.
        flows: u64,
        /// What they lack: `both`, `start` or `end`.
        time: &'static str,
        /// Why: `zero`, `unknown_origin` or `unreadable`.
        reason: &'static str,
    }
    /// The exporter writes the code of ICMP before its type into the destination port.
    33 icmp_port_reversed Info IcmpPortReversed {
        /// Flows that were read so.
        flows: u64,
    }
    /// A template has second counters (23, 24) beside octets and packets (1, 2).
    34 second_counters Info SecondCounters {
        /// Flows.
        flows: u64,
        /// How they were read: `unknown`, `nprobe`, `exceeded`, `biflow` or `post`.
        rule: &'static str,
        /// The template.
        template: u16,
    }
    /// Datagrams were dropped by the kernel.
    24 kernel_drops Error KernelDrops {
        /// Datagrams.
        drops: u64,
    }
    /// Data was dropped by a queue of the collector.
    25 queue_drops Error QueueDrops {
        /// Datagrams or rows.
        drops: u64,
    }
    /// Something else could not be read.
    26 problems Warning Problems {
        /// How often.
        count: u64,
        /// The codes of the reasons.
        reasons: Vec<String>,
    }
    /// Fragments or segments are missing in the capture.
    27 missing_parts Warning MissingParts {
        /// Datagrams of which fragments are missing.
        datagrams: u64,
        /// Gaps in TCP streams and SCTP associations.
        gaps: u64,
    }
}

impl FindingKind {
    /// The stable code, such as `template_absent`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.row().1
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.row().2
    }

    fn row(&self) -> (u16, &'static str, Severity) {
        let mut rows = Self::ALL.iter();
        let row = rows.find(|(number, ..)| *number == self.number());
        *row.unwrap_or(&(0, "", Severity::Info))
    }

    /// The place among findings: the gravest first, of one kind the largest.
    pub(crate) fn rank(&self) -> (usize, core::cmp::Reverse<u64>) {
        let kind = Self::ALL
            .iter()
            .position(|(number, ..)| *number == self.number());
        let size = match self.details().first() {
            Some((_, Detail::Unsigned(size))) => *size,
            _ => 0,
        };
        (kind.unwrap_or(usize::MAX), core::cmp::Reverse(size))
    }
}

impl Finding {
    /// The stable code of its kind.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// The stable number of its kind.
    #[must_use]
    pub const fn number(&self) -> u16 {
        self.kind.number()
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.kind.severity()
    }

    /// One that is about no domain.
    pub(crate) const fn of_all(kind: FindingKind) -> Self {
        Self {
            kind,
            domain: None,
            place: None,
        }
    }

    /// One about the domain of this index.
    pub(crate) const fn of(domain: usize, kind: FindingKind) -> Self {
        Self {
            kind,
            domain: Some(domain),
            place: None,
        }
    }

    pub(crate) const fn at(mut self, place: Option<DatagramId>) -> Self {
        self.place = place;
        self
    }
}
