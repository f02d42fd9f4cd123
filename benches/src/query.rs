//! Filters and sums over groups, as netflow-query has them.

use netflow_core::Flow;
use netflow_core::field::FlowField;
use netflow_query::{Aggregate, AggregateOptions, Filter, SetFilter};

use crate::decoder;
use crate::workload::Workload;

/// The expressions by the names of their paths: no comparison, one of each kind, and two of each. No flow
/// matches one. Of two, the second is of another field, so that they are not joined into one.
const FILTERS: [(&str, &str); 7] = [
    ("none", ""),
    ("integer", "dst port 0"),
    ("integers", "dst port 0 or packets = 0"),
    ("address", "src host 255.255.255.255"),
    (
        "addresses",
        "src host 255.255.255.255 or dst host 255.255.255.255",
    ),
    ("prefix", "src net 240.0.0.0/4"),
    ("prefixes", "src net 240.0.0.0/4 or dst net 240.0.0.0/4"),
];

/// The filter with this name, if there is one; that called `none` is none.
///
/// # Panics
///
/// If the expression is not valid.
#[must_use]
pub fn filter(name: &str) -> Option<Option<SetFilter>> {
    let (_, expression) = FILTERS.iter().find(|(known, _)| *known == name)?;
    let is_filter = !expression.is_empty();
    Some(is_filter.then(|| SetFilter::new(Filter::parse(expression).unwrap())))
}

/// Decodes all datagrams; `each` is called with the flows that match.
#[inline]
pub fn select(
    filter: &mut Option<SetFilter>,
    workload: &Workload,
    mut each: impl FnMut(&Flow<'_>),
) {
    decoder::decode(&mut decoder::new(), workload, |message| {
        for set in message.joined_sets() {
            match &mut *filter {
                Some(filter) => filter.for_each(&set, |flow| each(&flow)),
                None => set.flows().for_each(|flow| each(&flow)),
            }
        }
    });
}

/// Decodes all datagrams and sums by this field, as `netflow top` does. Returns the number of groups.
#[must_use]
pub fn top(by: FlowField, workload: &Workload) -> usize {
    let options = AggregateOptions::new(vec![by], 0x5eed);
    let mut groups = Aggregate::new(options);
    decoder::decode(&mut decoder::new(), workload, |message| {
        groups.add(&message);
    });
    groups.group_count()
}
