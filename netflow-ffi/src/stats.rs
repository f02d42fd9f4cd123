//! What a decoder has read and lost, and what was loaded of a snapshot.

use netflow_core::Stats;
use netflow_core::snapshot::LoadReport;

/// Counters of a decoder since it was made. All but the last two only grow.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_stats {
    /// Datagrams passed to the decoder.
    pub datagrams: u64,
    /// Octets of their payloads.
    pub octets: u64,
    /// Datagrams whose first header could not be read.
    pub unreadable: u64,
    /// Messages read; a datagram may hold several.
    pub messages: u64,
    /// Sets of v9 and IPFIX.
    pub sets: u64,
    /// Template and options template records, each time one is sent.
    pub templates: u64,
    /// Withdrawals.
    pub withdrawals: u64,
    /// Data records that describe flows.
    pub records: u64,
    /// Data records that describe the exporter.
    pub options_records: u64,
    /// sFlow flow samples.
    pub flow_samples: u64,
    /// sFlow counters samples.
    pub counters_samples: u64,
    /// sFlow discarded packets.
    pub discarded_packets: u64,
    /// Data sets that waited and were decoded when their template arrived.
    pub late_sets: u64,
    /// Data sets that waited and were discarded.
    pub given_up_sets: u64,
    /// Octets of these.
    pub given_up_octets: u64,
    /// Observation domains forgotten because the memory limit was reached.
    pub evicted: u64,
    /// Octets of memory that the state of all exporters takes now.
    pub state_octets: u64,
    /// Observation domains that are known now.
    pub domains: u64,
}

/// What was taken from a snapshot.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_load_report {
    /// Observation domains, new or known before.
    pub domains: u64,
    /// Templates that came into force or were refreshed.
    pub templates: u64,
    /// Domains, templates and other entries that were not kept: they exceeded the limits or have no
    /// meaning in this version.
    pub refused: u64,
}

impl netflow_stats {
    pub(crate) fn new(stats: &Stats, state_octets: usize, domains: usize) -> Self {
        Self {
            datagrams: stats.datagrams,
            octets: stats.octets,
            unreadable: stats.unreadable,
            messages: stats.messages,
            sets: stats.sets,
            templates: stats.templates,
            withdrawals: stats.withdrawals,
            records: stats.records,
            options_records: stats.options_records,
            flow_samples: stats.flow_samples,
            counters_samples: stats.counters_samples,
            discarded_packets: stats.discarded_packets,
            late_sets: stats.late_sets,
            given_up_sets: stats.given_up_sets,
            given_up_octets: stats.given_up_octets,
            evicted: stats.evicted,
            state_octets: wide(state_octets),
            domains: wide(domains),
        }
    }
}

impl netflow_load_report {
    pub(crate) fn new(report: LoadReport) -> Self {
        Self {
            domains: wide(report.domains),
            templates: wide(report.templates),
            refused: wide(report.refused),
        }
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
