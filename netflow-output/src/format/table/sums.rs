//! The sums below the table.

use netflow_core::{Flow, Increments, Limits};

use super::values::{RowValues, Sampled};

/// Octets of memory for flows whose records repeat what others counted.
const MEMORY: usize = 16 << 20;

/// Sums over flows. Records that repeat what others counted, running totals and the teardowns of
/// firewalls, add what is new in them.
#[derive(Debug)]
pub(super) struct TableSums {
    pub(super) flows: u64,
    pub(super) packets: u64,
    pub(super) octets: u64,
    /// Packets of the other direction, in rows that have no columns for it.
    pub(super) reverse_packets: u64,
    pub(super) reverse_octets: u64,
    /// Flows whose counters are of sampled packets, and are not scaled.
    pub(super) sampled: u64,
    /// The same, but their rate is not known.
    pub(super) sampled_at_unknown_rate: u64,
    /// Nothing is counted twice.
    pub(super) is_exact: bool,
    increments: Increments,
    /// Records of the set being read may repeat what others counted.
    repeats: bool,
}

impl TableSums {
    pub(super) fn new() -> Self {
        Self {
            flows: 0,
            packets: 0,
            octets: 0,
            reverse_packets: 0,
            reverse_octets: 0,
            sampled: 0,
            sampled_at_unknown_rate: 0,
            is_exact: true,
            increments: Increments::new(MEMORY, Limits::default().hash_seed),
            repeats: false,
        }
    }

    /// Prepares for the flows of a set by its first: what counters count is the same in all
    /// records of a template.
    pub(super) fn begin_set(&mut self, first: Option<&Flow<'_>>) {
        self.repeats = first.is_some_and(|flow| Increments::may_repeat(flow));
    }

    /// Adds a flow, and its reverse direction if it is to be counted.
    pub(super) fn add(&mut self, values: &RowValues<'_, '_>, with_reverse: bool) {
        let (packets, octets, reverse) = if self.repeats {
            let added = self.increments.add(values.flow);
            self.is_exact &= added.is_exact;
            let scaled = |count: Option<u64>| Some(count?.saturating_mul(values.scale()));
            let reverse = (scaled(added.reverse_packets), scaled(added.reverse_octets));
            (scaled(added.packets), scaled(added.octets), reverse)
        } else if with_reverse {
            let reverse = (values.reverse_packets(), values.reverse_octets());
            (values.packets, values.octets, reverse)
        } else {
            (values.packets, values.octets, (None, None))
        };
        self.flows += 1;
        if values.packets.is_some() || values.octets.is_some() {
            match values.sampled() {
                Some(Sampled::AtRate) => self.sampled += 1,
                Some(Sampled::AtUnknownRate) => self.sampled_at_unknown_rate += 1,
                None => {}
            }
        }
        add(&mut self.packets, packets);
        add(&mut self.octets, octets);
        if with_reverse {
            add(&mut self.reverse_packets, reverse.0);
            add(&mut self.reverse_octets, reverse.1);
        }
    }
}

fn add(sum: &mut u64, count: Option<u64>) {
    *sum = sum.saturating_add(count.unwrap_or(0));
}
