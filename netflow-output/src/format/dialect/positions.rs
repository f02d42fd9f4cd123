//! The fields of flows that a dialect reads by their positions in a projection.

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
