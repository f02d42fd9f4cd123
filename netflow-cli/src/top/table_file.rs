//! The largest groups as Parquet.

use netflow_core::Timestamp;
use netflow_core::field::FieldType;
use netflow_output::format::{Container, FormatError, ValueColumn, ValueTable};
use netflow_query::{Aggregate, Group, GroupValue};

use super::column::GroupColumn;
use super::write::{INTERVAL, TopLayout};

/// A file of tables with the same columns.
#[derive(Debug)]
pub(super) struct TableFile {
    table: ValueTable,
    has_interval: bool,
    kinds: Vec<ColumnKind>,
}

/// How the values of a column are written.
#[derive(Debug, Clone, Copy)]
enum ColumnKind {
    Number,
    Duration,
    Text,
}

impl ColumnKind {
    const fn of(column: GroupColumn) -> Self {
        let GroupColumn::Field(field) = column else {
            return Self::Text;
        };
        match field.field_type() {
            FieldType::U8 | FieldType::U16 | FieldType::U32 | FieldType::U64 => Self::Number,
            FieldType::Duration => Self::Duration,
            _ => Self::Text,
        }
    }

    /// The values of this index of groups.
    fn column(self, groups: &[Group], index: usize) -> ValueColumn {
        let values = groups.iter().map(|group| group.values.get(index));
        match self {
            Self::Number => {
                let number = |value: Option<&GroupValue>| match value {
                    Some(GroupValue::Unsigned(number)) => Some(*number),
                    _ => None,
                };
                ValueColumn::Numbers(values.map(number).collect())
            }
            Self::Duration => {
                let duration = |value: Option<&GroupValue>| match value {
                    Some(GroupValue::Signed(nanos)) => Some(*nanos),
                    _ => None,
                };
                ValueColumn::Signed(values.map(duration).collect())
            }
            Self::Text => {
                let text = |value: Option<&GroupValue>| match value {
                    None | Some(GroupValue::Absent) => None,
                    Some(value) => Some(value.to_string()),
                };
                ValueColumn::Texts(values.map(text).collect())
            }
        }
    }
}

impl TableFile {
    pub(super) fn new(columns: &[GroupColumn], has_interval: bool) -> Self {
        Self {
            table: ValueTable::new(Container::Parquet),
            has_interval,
            kinds: columns.iter().copied().map(ColumnKind::of).collect(),
        }
    }

    /// Appends the table of an interval.
    pub(super) fn add(
        &mut self,
        layout: &TopLayout,
        aggregate: &Aggregate,
        interval: Option<Timestamp>,
        out: &mut Vec<u8>,
    ) -> Result<(), FormatError> {
        let groups = aggregate.top(layout.count);
        let mut columns = Vec::new();
        if self.has_interval {
            let starts = groups.iter().map(|_| interval.map(Timestamp::as_nanos));
            columns.push((INTERVAL, ValueColumn::Times(starts.collect())));
        }
        for (index, (name, kind)) in layout.names.iter().zip(&self.kinds).enumerate() {
            columns.push((*name, kind.column(&groups, index)));
        }
        for sum in &layout.sums {
            let sums = groups.iter().map(|group| Some(group.sums.get(*sum)));
            columns.push((sum.name(), ValueColumn::Numbers(sums.collect())));
        }
        let errors = groups.iter().map(|group| Some(group.error));
        columns.push(("error", ValueColumn::Numbers(errors.collect())));
        self.table.add(columns, out)
    }

    pub(super) fn finish(self, out: &mut Vec<u8>) -> Result<(), FormatError> {
        self.table.finish(out)
    }
}
