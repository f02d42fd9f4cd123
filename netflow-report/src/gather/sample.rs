//! The flows that are listed in the page.

use netflow_core::Flow;
use netflow_core::field::FlowField;
use netflow_core::text::UnixTime;

/// The columns of the list.
pub(crate) const COLUMNS: [FlowField; 12] = [
    FlowField::Start,
    FlowField::Duration,
    FlowField::Protocol,
    FlowField::SourceAddress,
    FlowField::SourcePort,
    FlowField::DestinationAddress,
    FlowField::DestinationPort,
    FlowField::Packets,
    FlowField::Octets,
    FlowField::SamplingRate,
    FlowField::TcpFlags,
    FlowField::ExporterAddress,
];

/// The first flows.
#[derive(Debug)]
pub(crate) struct FlowSample {
    limit: usize,
    pub(crate) rows: Vec<[Option<String>; COLUMNS.len()]>,
}

impl FlowSample {
    pub(crate) const fn new(limit: usize) -> Self {
        Self {
            limit,
            rows: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, flow: &Flow<'_>) {
        if self.rows.len() >= self.limit {
            return;
        }
        self.rows.push(COLUMNS.map(|field| match field {
            FlowField::Start => flow.start().map(|time| UnixTime::from(time).to_string()),
            field => flow.get(field).map(|value| value.to_string()),
        }));
    }
}
