//! The header of a message of NetFlow version 9 (RFC 3954, section 5.1).

pub use crate::wire::layout::table::v9::Header;
