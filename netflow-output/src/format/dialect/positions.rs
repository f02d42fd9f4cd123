//! The fields of flows that a dialect reads by their positions in a projection.

use netflow_core::{FlowColumn, Projected};

/// One line a field, in the order of their positions: `START = Start;`.
macro_rules! positions {
    ($($name:ident = $field:ident;)+) => {
        /// The fields, in the order of their positions.
        pub(super) const ALL: &[netflow_core::field::FlowField] = &[$(netflow_core::field::FlowField::$field),+];

        positions!(@ 0; $($name)+);
    };
    (@ $at:expr; $name:ident $($rest:ident)*) => {
        pub(super) const $name: usize = $at;
        positions!(@ $at + 1; $($rest)*);
    };
    (@ $at:expr;) => {};
}

/// The number of a field, if all flows of a set have the same or none has one; `number` is that of one of them. None
/// if each flow has to be asked.
pub(super) fn number_of_set(
    projected: &Projected<'_, '_>,
    position: usize,
    number: impl FnOnce() -> Option<u64>,
) -> Option<Option<u64>> {
    match projected.columns().get(position)? {
        FlowColumn::Absent => Some(None),
        FlowColumn::Same => Some(number()),
        _ => None,
    }
}
