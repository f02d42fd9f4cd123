//! What each observation domain sent and what of it was lost.

use core::ffi::{c_int, c_void};

use netflow_core::{DomainReport, SequenceUnit};

use crate::c_types::netflow_address;
use crate::header::protocol;

/// What an exporter counts with its sequence numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_sequence_unit {
    /// Nothing: the protocol has no number (v1), or it never changes.
    NETFLOW_SEQUENCE_UNIT_NONE = 0,
    /// Flows; the number is that of the first in the message.
    NETFLOW_SEQUENCE_UNIT_FLOW = 1,
    /// Flows, including those of the message.
    NETFLOW_SEQUENCE_UNIT_FLOW_COUNTED_IN = 2,
    /// Messages; in sFlow datagrams.
    NETFLOW_SEQUENCE_UNIT_MESSAGE = 3,
    /// Data records, options among them.
    NETFLOW_SEQUENCE_UNIT_DATA_RECORD = 4,
}

/// One observation domain of one exporter.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_domain {
    /// Address of the exporter.
    pub exporter: netflow_address,
    /// The address that the sFlow agent reports.
    pub agent_address: netflow_address,
    /// Port of the exporter; 0 if it is not part of the session.
    pub port: u16,
    /// A `netflow_protocol`.
    pub protocol: u32,
    /// The observation domain.
    pub observation_domain: u32,
    /// Messages received.
    pub messages: u64,
    /// When the first was received, nanoseconds since 1970 UTC.
    pub first_received: i64,
    /// When the last was received.
    pub last_received: i64,
    /// A `netflow_sequence_unit`: what the counts below count.
    pub sequence_unit: u32,
    /// Units received.
    pub received: u64,
    /// Units that were sent and not received.
    pub lost: u64,
    /// Units received after later ones; they are not lost.
    pub late: u64,
    /// Duplicated messages.
    pub duplicated: u64,
    /// How often the exporter restarted.
    pub restarted: u64,
    /// Missing units that are either lost or in data that could not be read, or not yet.
    pub unread: u64,
    /// sFlow samples received.
    pub samples_received: u64,
    /// Samples that were sent and not received.
    pub samples_lost: u64,
    /// Samples that the agent dropped because it lacked resources.
    pub samples_dropped: u64,
    /// Templates in force.
    pub templates: u64,
    /// Octets of memory that the domain takes.
    pub state_octets: u64,
    /// sFlow sources whose samples several threads of the agent number: what they lost is not
    /// known.
    pub parallel_sources: u64,
}

/// Receives one observation domain, which is valid until the callback returns. It returns 0 to
/// continue. It must not leave by `longjmp` or an exception.
pub type netflow_domain_callback =
    Option<unsafe extern "C" fn(domain: *const netflow_domain, user: *mut c_void) -> c_int>;

impl netflow_domain {
    pub(crate) fn new(report: &DomainReport) -> Self {
        Self {
            exporter: report.key.exporter.ip().into(),
            agent_address: report.key.agent_address.map(Into::into).unwrap_or_default(),
            port: report.key.exporter.port(),
            protocol: protocol(report.key.protocol),
            observation_domain: report.key.observation_domain,
            messages: report.messages,
            first_received: report.first_received.as_nanos(),
            last_received: report.last_received.as_nanos(),
            sequence_unit: unit(report.sequence_unit) as u32,
            received: report.sequence.received,
            lost: report.sequence.lost,
            late: report.sequence.late,
            duplicated: report.sequence.duplicated,
            restarted: report.sequence.restarted,
            unread: report.sequence.unread,
            samples_received: report.samples.received,
            samples_lost: report.samples.lost,
            samples_dropped: report.samples.drops,
            templates: u64::try_from(report.templates).unwrap_or(u64::MAX),
            state_octets: u64::try_from(report.state_octets).unwrap_or(u64::MAX),
            parallel_sources: report.samples.parallel_sources,
        }
    }
}

const fn unit(unit: Option<SequenceUnit>) -> netflow_sequence_unit {
    match unit {
        Some(SequenceUnit::Flow) => netflow_sequence_unit::NETFLOW_SEQUENCE_UNIT_FLOW,
        Some(SequenceUnit::FlowCountedIn) => {
            netflow_sequence_unit::NETFLOW_SEQUENCE_UNIT_FLOW_COUNTED_IN
        }
        Some(SequenceUnit::Message) => netflow_sequence_unit::NETFLOW_SEQUENCE_UNIT_MESSAGE,
        Some(SequenceUnit::DataRecord) => netflow_sequence_unit::NETFLOW_SEQUENCE_UNIT_DATA_RECORD,
        _ => netflow_sequence_unit::NETFLOW_SEQUENCE_UNIT_NONE,
    }
}
