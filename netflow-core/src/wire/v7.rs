//! NetFlow version 7, of Catalyst switches: a header and records of one fixed layout.

use crate::wire::counted;
pub use crate::wire::layout::table::v7::{Header, Record};

/// One message: the header and the records that are whole.
pub type Message<'a> = counted::Message<'a, Header, Record>;
