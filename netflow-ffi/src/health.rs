//! The health of exporters: what is wrong, and where.

use ::netflow_health::{Detail, Finding, Health, Report, Severity};

use crate::c_types::{netflow_address, netflow_numbers, netflow_text};
use crate::header::protocol;
use crate::static_text;
use crate::text_buffer::TextBuffer;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_severity {
    /// Worth knowing; no number is wrong because of it.
    NETFLOW_SEVERITY_INFO = 0,
    /// Numbers may be wrong.
    NETFLOW_SEVERITY_WARNING = 1,
    /// Data is lost, or numbers are wrong.
    NETFLOW_SEVERITY_ERROR = 2,
}

/// One thing that a person should know.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_finding {
    /// The stable number of its kind; `netflow explain --format json` has it too.
    pub number: u32,
    /// A `netflow_severity`.
    pub severity: u32,
    /// The stable code of its kind, such as `template_absent`; the text is always valid and ends in NUL.
    pub code: netflow_text,
    /// The exporter that it concerns; of family 0 if it concerns none.
    pub exporter: netflow_address,
    /// The address that the sFlow agent reports as its own; of family 0 in other protocols.
    pub agent_address: netflow_address,
    /// A `netflow_protocol`; 0 if it concerns no exporter.
    pub protocol: u32,
    /// The observation domain, or the sub-agent in sFlow.
    pub observation_domain: u32,
    /// The `frame` of the datagram where it was seen first.
    pub frame: u64,
    /// The `input` of that datagram.
    pub input: u32,
    /// 1 if `frame` and `input` are known, else 0.
    pub has_frame: u32,
    /// How many details it has; `netflow_finding_detail` reads them.
    pub detail_count: usize,
}

/// What a detail holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_detail_type {
    /// A count, an id or a rate: `number`.
    NETFLOW_DETAIL_NUMBER = 0,
    /// A span of time in nanoseconds, which may be negative: `nanoseconds`.
    NETFLOW_DETAIL_NANOSECONDS = 1,
    /// A stable word: `text`.
    NETFLOW_DETAIL_TEXT = 2,
    /// Ids: `numbers`.
    NETFLOW_DETAIL_NUMBERS = 3,
    /// Stable words, with `, ` between them: `text`.
    NETFLOW_DETAIL_TEXTS = 4,
}

/// One number or word of a finding.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_detail {
    /// Its stable name, such as `octets`; the text is always valid and ends in NUL.
    pub name: netflow_text,
    /// A `netflow_detail_type`: which of the members below it is in.
    pub detail_type: u32,
    /// 0.
    pub reserved: u32,
    /// A count, an id or a rate.
    pub number: u64,
    /// A span of time.
    pub nanoseconds: i64,
    /// Words, with a NUL after them.
    pub text: netflow_text,
    /// Ids.
    pub numbers: netflow_numbers,
}

/// What is known of the exporters of one decoder or more, and the walk over the findings of the last
/// report.
#[derive(Debug, Default)]
pub struct netflow_health {
    pub(crate) health: Health,
    findings: Vec<OwnedFinding>,
    /// The number of findings that the caller has taken.
    taken: usize,
}

/// A finding and what its details point to.
#[derive(Debug)]
struct OwnedFinding {
    finding: netflow_finding,
    details: Vec<OwnedDetail>,
}

#[derive(Debug)]
struct OwnedDetail {
    name: &'static str,
    kind: netflow_detail_type,
    number: u64,
    nanoseconds: i64,
    text: Option<TextBuffer>,
    numbers: Vec<u32>,
}

impl netflow_health {
    /// Starts the walk over the findings of a report.
    pub(crate) fn walk(&mut self, report: &Report) {
        let findings = report.findings.iter();
        self.findings = findings
            .map(|finding| OwnedFinding::new(finding, report))
            .collect();
        self.taken = 0;
    }

    /// The next finding.
    pub(crate) fn next(&mut self) -> Option<netflow_finding> {
        let next = self.findings.get(self.taken)?;
        self.taken += 1;
        Some(next.finding)
    }

    /// A detail of the finding that was taken last.
    pub(crate) fn detail(&self, index: usize) -> Option<netflow_detail> {
        let finding = self.findings.get(self.taken.checked_sub(1)?)?;
        finding.details.get(index).map(OwnedDetail::view)
    }
}

impl OwnedFinding {
    fn new(finding: &Finding, report: &Report) -> Self {
        let domain = report.domain_of(finding).map(|domain| domain.key);
        let details: Vec<OwnedDetail> = finding
            .kind
            .details()
            .into_iter()
            .map(|(name, detail)| OwnedDetail::new(name, detail))
            .collect();
        let severity = match finding.severity() {
            Severity::Info => netflow_severity::NETFLOW_SEVERITY_INFO,
            Severity::Warning => netflow_severity::NETFLOW_SEVERITY_WARNING,
            Severity::Error => netflow_severity::NETFLOW_SEVERITY_ERROR,
        };
        let place = finding.place.unwrap_or_default();
        let agent = domain.and_then(|domain| domain.agent_address);
        Self {
            finding: netflow_finding {
                number: finding.number().into(),
                severity: severity as u32,
                code: static_text::text(finding.code()),
                exporter: domain
                    .map_or_else(Default::default, |domain| domain.exporter.ip().into()),
                agent_address: agent.map(Into::into).unwrap_or_default(),
                protocol: domain.map_or(0, |domain| protocol(domain.protocol)),
                observation_domain: domain.map_or(0, |domain| domain.observation_domain),
                frame: place.frame,
                input: place.input,
                has_frame: finding.place.is_some().into(),
                detail_count: details.len(),
            },
            details,
        }
    }
}

impl OwnedDetail {
    fn new(name: &'static str, detail: Detail) -> Self {
        let mut owned = Self {
            name,
            kind: netflow_detail_type::NETFLOW_DETAIL_NUMBER,
            number: 0,
            nanoseconds: 0,
            text: None,
            numbers: Vec::new(),
        };
        match detail {
            Detail::Unsigned(number) => owned.number = number,
            Detail::Signed(nanos) => {
                owned.kind = netflow_detail_type::NETFLOW_DETAIL_NANOSECONDS;
                owned.nanoseconds = nanos;
            }
            Detail::Word(word) => {
                owned.kind = netflow_detail_type::NETFLOW_DETAIL_TEXT;
                owned.text = Some(TextBuffer::of(&word));
            }
            Detail::Words(words) => {
                owned.kind = netflow_detail_type::NETFLOW_DETAIL_TEXTS;
                owned.text = Some(TextBuffer::of(&words.join(", ")));
            }
            Detail::Numbers(numbers) => {
                owned.kind = netflow_detail_type::NETFLOW_DETAIL_NUMBERS;
                let numbers = numbers.into_iter();
                owned.numbers = numbers
                    .map(|number| u32::try_from(number).unwrap_or(u32::MAX))
                    .collect();
            }
        }
        owned
    }

    fn view(&self) -> netflow_detail {
        netflow_detail {
            name: static_text::text(self.name),
            detail_type: self.kind as u32,
            reserved: 0,
            number: self.number,
            nanoseconds: self.nanoseconds,
            text: self
                .text
                .as_ref()
                .map_or(netflow_text::NONE, TextBuffer::text),
            numbers: if self.numbers.is_empty() {
                netflow_numbers::default()
            } else {
                netflow_numbers::new(&self.numbers)
            },
        }
    }
}
