//! The flows that are listed in the page.

use alloc::collections::VecDeque;

use netflow_core::field::FlowField;
use netflow_core::text::UnixTime;
use netflow_core::{Flow, Timestamp};

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

/// Flows of each second and thread that are listed, if the latest are: writing a flow takes longer than counting it.
pub(crate) const OF_EACH_SECOND: usize = 50;

/// Some of the flows.
#[derive(Debug, Clone)]
pub(crate) struct FlowSample {
    limit: usize,
    which: Which,
    pub(crate) rows: VecDeque<Row>,
}

/// Which flows are listed.
#[derive(Debug, Clone, Copy)]
enum Which {
    First,
    /// The second, since 1970, of the latest flow, and the number of flows that were taken in it.
    Latest(i64, usize),
}

/// A flow as texts.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) received: Timestamp,
    pub(crate) cells: [Option<String>; COLUMNS.len()],
}

impl FlowSample {
    /// The first flows.
    pub(crate) const fn first(limit: usize) -> Self {
        Self {
            limit,
            which: Which::First,
            rows: VecDeque::new(),
        }
    }

    /// The latest flows, [`OF_EACH_SECOND`] at most of each second.
    pub(crate) const fn latest(limit: usize) -> Self {
        Self {
            which: Which::Latest(0, 0),
            limit,
            rows: VecDeque::new(),
        }
    }

    pub(crate) fn add(&mut self, flow: &Flow<'_>) {
        let received = flow.header().received;
        match &mut self.which {
            Which::First if self.rows.len() >= self.limit => return,
            Which::First => {}
            Which::Latest(second, count) => {
                let now = received.as_nanos().div_euclid(1_000_000_000);
                if now != *second {
                    (*second, *count) = (now, 0);
                }
                if *count >= OF_EACH_SECOND {
                    return;
                }
                *count += 1;
            }
        }
        self.rows.push_back(Row {
            received,
            cells: COLUMNS.map(|field| match field {
                FlowField::Start => flow.start().map(|time| UnixTime::from(time).to_string()),
                field => flow.get(field).map(|value| value.to_string()),
            }),
        });
        while self.rows.len() > self.limit {
            self.rows.pop_front();
        }
    }

    /// Forgets flows that were received before this time.
    pub(crate) fn forget_before(&mut self, time: Timestamp) {
        self.rows.retain(|row| row.received >= time);
    }

    /// Adds the flows of another thread; those that were received last stay.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.rows.extend(other.rows.iter().cloned());
        self.rows.make_contiguous().sort_by_key(|row| row.received);
        let more = self.rows.len().saturating_sub(self.limit);
        self.rows.drain(..more);
    }
}
