//! The header of a message of IPFIX (RFC 7011, section 3.1).

pub use crate::wire::layout::table::ipfix::Header;
