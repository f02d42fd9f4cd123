//! What each observation domain sent and what of it was lost.

use core::ffi::{c_int, c_void};

use netflow_core::DomainReport;

use crate::header::protocol;
use crate::plain::netflow_address;

/// One observation domain of one exporter. Units are those of the protocol: flows in v5 to v8,
/// messages in v9, data records in IPFIX, datagrams in sFlow.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_domain {
    /// Address of the exporter.
    pub exporter: netflow_address,
    /// The address the sFlow agent gives itself.
    pub agent_address: netflow_address,
    /// Port of the exporter; 0 if it is not part of the session.
    pub port: u16,
    /// A `netflow_protocol`.
    pub protocol: u32,
    /// The observation domain.
    pub observation_domain: u32,
    /// Messages that came.
    pub messages: u64,
    /// When the first came, nanoseconds since 1970 UTC.
    pub first_received: i64,
    /// When the last came.
    pub last_received: i64,
    /// Units that came.
    pub received: u64,
    /// Units that were sent and have not come.
    pub lost: u64,
    /// Units that came after later ones; they are not lost.
    pub late: u64,
    /// Messages that came twice.
    pub duplicated: u64,
    /// How often the exporter started anew.
    pub restarted: u64,
    /// Templates in force.
    pub templates: u64,
    /// Octets of memory that all of it takes.
    pub state_octets: u64,
}

/// Takes one observation domain, which is gone when it returns. To go on it returns 0. It must not
/// leave by `longjmp` or an exception.
pub type netflow_domain_callback =
    Option<unsafe extern "C" fn(domain: *const netflow_domain, user: *mut c_void) -> c_int>;

impl netflow_domain {
    pub(crate) fn new(report: &DomainReport) -> Self {
        Self {
            exporter: report.exporter.ip().into(),
            agent_address: report.agent_address.map(Into::into).unwrap_or_default(),
            port: report.exporter.port(),
            protocol: protocol(report.protocol),
            observation_domain: report.observation_domain,
            messages: report.messages,
            first_received: report.first_received.as_nanos(),
            last_received: report.last_received.as_nanos(),
            received: report.sequence.received,
            lost: report.sequence.lost,
            late: report.sequence.late,
            duplicated: report.sequence.duplicated,
            restarted: report.sequence.restarted,
            templates: u64::try_from(report.templates).unwrap_or(u64::MAX),
            state_octets: u64::try_from(report.state_octets).unwrap_or(u64::MAX),
        }
    }
}
