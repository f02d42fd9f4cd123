//! Rows in the order of a field.

use core::cmp::Ordering;
use core::net::IpAddr;

use netflow_core::field::FlowField;
use netflow_core::{Decoded, Flow, FlowValue, Stats};

use crate::format::flow_value::value;
use crate::format::{Format, FormatError, Framing, Selection, Suspects};

/// Octets of memory that rows take until they are written.
const MEMORY: usize = 1 << 30;
/// Rows that are kept beyond the limit until the surplus is removed.
const SURPLUS: usize = 4_096;

/// By which field rows are ordered. Rows that lack it come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    field: FlowField,
    is_descending: bool,
}

impl Order {
    /// The smallest value first.
    #[must_use]
    pub const fn ascending(field: FlowField) -> Self {
        Self {
            field,
            is_descending: false,
        }
    }

    /// The largest value first.
    #[must_use]
    pub const fn descending(field: FlowField) -> Self {
        Self {
            field,
            is_descending: true,
        }
    }

    fn compare(self, one: &Option<RowSortKey>, other: &Option<RowSortKey>) -> Ordering {
        match (one, other) {
            (Some(one), Some(other)) if self.is_descending => other.cmp(one),
            (Some(one), Some(other)) => one.cmp(other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        }
    }
}

/// The value by which a row is ordered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum RowSortKey {
    Unsigned(u64),
    Signed(i64),
    Address(IpAddr),
    Octets(Box<[u8]>),
}

impl RowSortKey {
    fn new(value: FlowValue<'_>) -> Self {
        match value {
            FlowValue::Unsigned(number) => Self::Unsigned(number),
            FlowValue::Flag(flag) => Self::Unsigned(flag.into()),
            FlowValue::Address(address) => Self::Address(address),
            FlowValue::Time(time) => Self::Signed(time.as_nanos()),
            FlowValue::Duration(nanos) => Self::Signed(nanos),
            FlowValue::Text(text) => Self::Octets(text.octets().into()),
            FlowValue::Octets(octets) => Self::Octets(octets.into()),
            other => Self::Octets(other.to_string().into_bytes().into()),
        }
    }

    fn memory(&self) -> usize {
        match self {
            Self::Octets(octets) => octets.len(),
            _ => 0,
        }
    }
}

/// Rows with their keys; with a limit, only those that can still be among the first.
#[derive(Debug)]
pub(crate) struct Ranking<R> {
    order: Order,
    limit: Option<usize>,
    rows: Vec<Ranked<R>>,
    added: u64,
    memory: usize,
}

#[derive(Debug)]
struct Ranked<R> {
    key: Option<RowSortKey>,
    /// Rows with equal keys stay in the order in which they were added.
    number: u64,
    row: R,
    memory: usize,
}

impl<R> Ranking<R> {
    pub(crate) const fn new(order: Order, limit: Option<usize>) -> Self {
        Self {
            order,
            limit,
            rows: Vec::new(),
            added: 0,
            memory: 0,
        }
    }

    /// Adds the row of a flow, which takes this number of octets on the heap.
    pub(crate) fn add(&mut self, flow: &Flow<'_>, row: R, memory: usize) {
        let key = value(flow, self.order.field).map(RowSortKey::new);
        self.add_with_key(key, row, memory);
    }

    fn add_with_key(&mut self, key: Option<RowSortKey>, row: R, memory: usize) {
        let memory = memory + size_of::<Ranked<R>>() + key.as_ref().map_or(0, RowSortKey::memory);
        self.memory = self.memory.saturating_add(memory);
        self.rows.push(Ranked {
            key,
            number: self.added,
            row,
            memory,
        });
        self.added += 1;
        if let Some(limit) = self.limit {
            if self.rows.len() > limit.saturating_mul(2).saturating_add(SURPLUS) {
                self.prune(limit);
            }
        }
    }

    /// Whether the rows fit in memory.
    pub(crate) fn check(&self) -> Result<(), FormatError> {
        if self.memory <= MEMORY {
            return Ok(());
        }
        Err(FormatError::new(format!(
            "the rows to sort take more than {} MiB of memory; limit their number, or write Parquet \
             and sort that",
            MEMORY >> 20
        )))
    }

    /// Rows that were added.
    pub(crate) const fn added(&self) -> u64 {
        self.added
    }

    /// The rows in their order.
    pub(crate) fn into_rows(mut self) -> impl Iterator<Item = R> {
        self.prune(self.limit.unwrap_or(usize::MAX));
        self.rows.into_iter().map(|ranked| ranked.row)
    }

    fn prune(&mut self, limit: usize) {
        let order = self.order;
        self.rows.sort_unstable_by(|one, other| {
            let keys = order.compare(&one.key, &other.key);
            keys.then(one.number.cmp(&other.number))
        });
        self.rows.truncate(limit);
        self.memory = self.rows.iter().map(|ranked| ranked.memory).sum();
    }
}

/// The rows of a format of text in the order of a field, all written at the end. Rows that are not flows,
/// such as those of problems, are left out. [`Table`](crate::format::Table) orders its rows itself.
#[derive(Debug)]
pub struct Sorted<F> {
    inner: F,
    /// The selection of `inner`: rows and keys have to be of the same flows.
    selection: Selection,
    ranking: Option<Ranking<Box<[u8]>>>,
    order: Order,
    keys: Vec<Option<RowSortKey>>,
    rows: Vec<u8>,
}

impl<F: Format> Sorted<F> {
    /// Sorts the rows of `inner`, which selects flows by `selection`; with a limit, only the first are
    /// written.
    #[must_use]
    pub fn new(inner: F, selection: Selection, order: Order, limit: Option<u64>) -> Self {
        let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
        Self {
            inner,
            selection,
            ranking: Some(Ranking::new(order, limit)),
            order,
            keys: Vec::new(),
            rows: Vec::new(),
        }
    }
}

impl<F: Format> Format for Sorted<F> {
    fn begin(&mut self, out: &mut Vec<u8>) {
        self.inner.begin(out);
    }

    fn message(&mut self, message: &Decoded<'_>, _: &mut Vec<u8>) -> Result<(), FormatError> {
        self.keys.clear();
        for set in message.joined_sets() {
            if self.selection.prepare(&set) {
                let (keys, field) = (&mut self.keys, self.order.field);
                self.selection.for_each(&set, |flow| {
                    keys.push(value(flow, field).map(RowSortKey::new));
                });
            }
        }
        self.rows.clear();
        self.inner.message(message, &mut self.rows)?;
        let Some(ranking) = &mut self.ranking else {
            return Ok(());
        };
        // The rows of flows come first.
        let rows = self.inner.framing().rows(&self.rows);
        for (key, row) in self.keys.drain(..).zip(rows) {
            ranking.add_with_key(key, row.into(), row.len());
        }
        ranking.check()
    }

    fn framing(&self) -> Framing {
        self.inner.framing()
    }

    fn is_live(&self) -> bool {
        false
    }

    fn suspects(&self) -> Suspects {
        self.inner.suspects()
    }

    fn finish(&mut self, stats: &Stats, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let rows = self.ranking.take().map(Ranking::into_rows);
        for row in rows.into_iter().flatten() {
            out.extend_from_slice(&row);
        }
        self.inner.finish(stats, out)
    }
}

#[cfg(test)]
mod tests {
    use netflow_core::field::FlowField;

    use super::{Order, Ranking, RowSortKey, SURPLUS};

    fn ranked(order: Order, limit: Option<usize>, keys: &[Option<u64>]) -> Vec<usize> {
        let mut ranking = Ranking::new(order, limit);
        for (row, key) in keys.iter().enumerate() {
            ranking.add_with_key(key.map(RowSortKey::Unsigned), row, 0);
        }
        ranking.into_rows().collect()
    }

    #[test]
    fn absent_values_come_last_in_both_directions_and_equal_ones_keep_their_order() {
        let keys = [None, Some(2), Some(9), Some(2), None];
        let field = FlowField::Octets;
        assert_eq!(
            ranked(Order::ascending(field), None, &keys),
            [1, 3, 2, 0, 4]
        );
        assert_eq!(
            ranked(Order::descending(field), None, &keys),
            [2, 1, 3, 0, 4]
        );
        assert_eq!(ranked(Order::descending(field), Some(2), &keys), [2, 1]);
        assert_eq!(ranked(Order::descending(field), Some(0), &keys), [0; 0]);
    }

    #[test]
    fn a_limit_bounds_the_rows_that_are_kept() {
        let mut ranking = Ranking::new(Order::descending(FlowField::Octets), Some(3));
        for number in 0..20_000 {
            ranking.add_with_key(Some(RowSortKey::Unsigned(number)), number, 100);
            assert!(ranking.rows.len() <= 6 + SURPLUS);
        }
        assert!(ranking.memory < 3_000_000);
        assert!(ranking.check().is_ok());
        assert_eq!(
            ranking.into_rows().collect::<Vec<_>>(),
            [19_999, 19_998, 19_997]
        );
    }

    #[test]
    fn rows_that_do_not_fit_in_memory_are_an_error() {
        let mut ranking = Ranking::new(Order::ascending(FlowField::Octets), None);
        ranking.add_with_key(None, 0, super::MEMORY);
        assert!(ranking.check().is_err());
    }
}
