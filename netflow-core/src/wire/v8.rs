//! NetFlow version 8: flows aggregated by the router in one of 14 schemes.
//!
//! The records of each scheme are described in [`fixed`](super::fixed).

pub use crate::wire::layout::table::v8::Header;
