//! The groups and counters of flows, read column by column.

use alloc::vec::Vec;
use core::iter::repeat_n;
use core::ops::Range;

use netflow_core::field::FlowField;
use netflow_core::value::MacAddress;
use netflow_core::{ColumnSink, FlowValue, Projection, Set, Timestamp};

use super::counter::CountedFlow;
use super::encoded::KeyBuilder;
use super::key::{GroupValue, PrefixLengths};
use crate::Chosen;

/// What is read of flows besides their groups, after it.
const COUNTED: [FlowField; 3] = [
    FlowField::Octets,
    FlowField::Packets,
    FlowField::SamplingRate,
];

/// Reads flows whose counters are what they add.
#[derive(Debug)]
pub(super) struct CountedColumns {
    projection: Projection,
    rows: Rows,
}

/// One flow.
#[derive(Debug, Clone)]
pub(super) struct CountedRow {
    pub(super) key: KeyBuilder,
    counters: [Option<u64>; COUNTED.len()],
}

/// Takes the columns of up to [`Chosen::FLOWS`] flows.
#[derive(Debug)]
struct Rows {
    rows: Vec<CountedRow>,
    prefixes: PrefixLengths,
    /// Number of the fields that flows are grouped by.
    by: usize,
    /// The position whose values are passed, and how many were.
    position: usize,
    passed: usize,
}

impl CountedColumns {
    pub(super) fn new(by: &[FlowField], prefixes: PrefixLengths) -> Self {
        let row = CountedRow {
            key: KeyBuilder::new(),
            counters: [None; COUNTED.len()],
        };
        Self {
            projection: Projection::new(by.iter().copied().chain(COUNTED)),
            rows: Rows {
                rows: repeat_n(row, Chosen::FLOWS).collect(),
                prefixes,
                by: by.len(),
                position: 0,
                passed: 0,
            },
        }
    }

    /// The flows of a set in a range of at most [`Chosen::FLOWS`]; `None` if they cannot be read column by
    /// column.
    pub(super) fn read(&mut self, set: &Set<'_>, range: Range<usize>) -> Option<&[CountedRow]> {
        let Self { projection, rows } = self;
        for row in rows.rows.iter_mut().take(range.len()) {
            row.key.clear();
            row.counters = [None; COUNTED.len()];
        }
        (rows.position, rows.passed) = (0, 0);
        let count = projection.read_columns(set, range, rows)?;
        self.rows.rows.get(..count)
    }
}

impl CountedRow {
    /// What the flow adds.
    #[inline]
    pub(super) fn counted(&self) -> CountedFlow {
        let [octets, packets, rate] = self.counters;
        CountedFlow::scaled(octets, packets, rate, true)
    }
}

impl Rows {
    /// The rows that the next values of a column go to.
    #[inline]
    fn next(&mut self, position: usize, count: usize) -> core::slice::IterMut<'_, CountedRow> {
        if self.position != position {
            (self.position, self.passed) = (position, 0);
        }
        let start = self.passed;
        self.passed = start.saturating_add(count);
        let rows = self.rows.get_mut(start..self.passed).unwrap_or_default();
        rows.iter_mut()
    }

    /// The counter at a position; `None` if flows are grouped by the field there.
    const fn counter(&self, position: usize) -> Option<usize> {
        position.checked_sub(self.by)
    }

    /// Adds values of any type.
    fn group<T>(
        &mut self,
        position: usize,
        values: impl ExactSizeIterator<Item = T>,
        value: impl Fn(T) -> FlowValue<'static>,
    ) {
        if self.counter(position).is_none() {
            let prefixes = self.prefixes;
            for (row, one) in self.next(position, values.len()).zip(values) {
                row.key
                    .push(&GroupValue::of_value(Some(value(one)), prefixes));
            }
        }
    }
}

impl ColumnSink for Rows {
    #[inline]
    fn numbers(&mut self, position: usize, values: impl ExactSizeIterator<Item = u64>) {
        let counter = self.counter(position);
        let rows = self.next(position, values.len()).zip(values);
        // One loop for each, so that the counter is not looked for in each flow.
        match counter {
            None => rows.for_each(|(row, number)| row.key.unsigned(number)),
            Some(0) => rows.for_each(|(row, number)| row.counters[0] = Some(number)),
            Some(1) => rows.for_each(|(row, number)| row.counters[1] = Some(number)),
            Some(_) => rows.for_each(|(row, number)| row.counters[2] = Some(number)),
        }
    }

    #[inline]
    fn ipv4(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 4]>) {
        let length = self.prefixes.v4;
        let network = self.prefixes.network_v4();
        for (row, address) in self.next(position, values.len()).zip(values) {
            let address = u32::from_be_bytes(address) & network;
            row.key.ipv4(address.to_be_bytes(), length);
        }
    }

    #[inline]
    fn ipv6(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 16]>) {
        let length = self.prefixes.v6;
        let network = self.prefixes.network_v6();
        for (row, address) in self.next(position, values.len()).zip(values) {
            let address = u128::from_be_bytes(address) & network;
            row.key.ipv6(address.to_be_bytes(), length);
        }
    }

    fn macs(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 6]>) {
        self.group(position, values, |octets| {
            FlowValue::Mac(MacAddress(octets))
        });
    }

    fn times(&mut self, position: usize, values: impl ExactSizeIterator<Item = Timestamp>) {
        self.group(position, values, FlowValue::Time);
    }

    fn same(&mut self, position: usize, value: Option<FlowValue<'_>>, count: usize) {
        match self.counter(position) {
            None => {
                let value = GroupValue::of_value(value, self.prefixes);
                self.next(position, count)
                    .for_each(|row| row.key.push(&value));
            }
            Some(counter) => {
                let number = match value {
                    Some(FlowValue::Unsigned(number)) => Some(number),
                    _ => None,
                };
                for row in self.next(position, count) {
                    if let Some(place) = row.counters.get_mut(counter) {
                        *place = number;
                    }
                }
            }
        }
    }

    fn value(&mut self, position: usize, value: Option<FlowValue<'_>>) {
        self.same(position, value, 1);
    }
}
