//! How large structs were in their first version, and how they lie in memory.
//!
//! A member that is appended changes a `size` here and nothing else. Any other change of a figure
//! breaks programs that are compiled: `NETFLOW_ABI_VERSION` and the name of the library change then.

use core::mem::offset_of;

use crate::datagram::netflow_datagram;
use crate::domain::netflow_domain;
use crate::element::netflow_element;
use crate::flow::netflow_flow;
use crate::header::netflow_header;
use crate::options::{netflow_definition, netflow_options, netflow_rate};
use crate::plain::{netflow_address, netflow_application, netflow_mac};
use crate::pointer::Grows;
use crate::problem::{netflow_error, netflow_problem};
use crate::stats::{netflow_load_report, netflow_stats};
use crate::value::netflow_value;
use crate::walk::{netflow_field, netflow_record, netflow_set};

/// One line a struct: the last member of its first version, and that one's type.
macro_rules! grows {
    ($($name:ident to $last:ident: $type:ty;)+) => {
        $(impl Grows for $name {
            const FIRST_SIZE: usize = offset_of!($name, $last) + size_of::<$type>();
        })+
    };
}
grows! {
    netflow_options to rate_count: usize;
    netflow_datagram to transport: u32;
    netflow_set to header: netflow_header;
    netflow_record to name: crate::plain::netflow_text;
    netflow_field to list: bool;
    netflow_element to units: u32;
    netflow_problem to header: netflow_header;
    netflow_error to detail: crate::plain::netflow_text;
    netflow_stats to domains: u64;
    netflow_load_report to refused: u64;
    netflow_domain to state_octets: u64;
}

/// One line a struct: its size on systems of 64 bits.
macro_rules! sizes {
    ($($name:ident $size:literal;)+) => {
        #[cfg(target_pointer_width = "64")]
        const _: () = {
            $(assert!(size_of::<$name>() == $size, stringify!($name));)+
        };
    };
}
