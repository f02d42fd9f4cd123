//! How large structs were in their first version, and how they lie in memory.
//!
//! A member that is appended changes a `size` here and nothing else. Any other change of a figure
//! breaks programs that are compiled: `NETFLOW_ABI_VERSION` and the name of the library change then.

use core::mem::offset_of;

use crate::arrow::netflow_arrow_options;
use crate::c_types::{
    netflow_address, netflow_application, netflow_mac, netflow_numbers, netflow_octets,
    netflow_text,
};
use crate::datagram::netflow_datagram;
use crate::domain::netflow_domain;
use crate::element::netflow_element;
use crate::field_info::netflow_field_info;
use crate::filter::netflow_filter_error;
use crate::header::netflow_header;
use crate::health::{netflow_detail, netflow_finding};
use crate::json::netflow_setting;
use crate::listener::{netflow_listen_address, netflow_listener_options, netflow_listener_stats};
use crate::options::{netflow_counters, netflow_definition, netflow_options, netflow_rate};
use crate::pointer::Extensible;
use crate::problem::{netflow_error, netflow_problem};
use crate::relay::{netflow_relay_options, netflow_relay_stats};
use crate::source::{netflow_source_options, netflow_source_stats};
use crate::stats::{netflow_load_report, netflow_stats};
use crate::value::netflow_value;
use crate::walk::{netflow_field, netflow_record, netflow_set};

/// One line a struct: the last member of its first version, and that one's type.
macro_rules! grows {
    ($($name:ident to $($last:ident).+: $type:ty;)+) => {
        $(impl Extensible for $name {
            const FIRST_SIZE: usize = offset_of!($name, $($last).+) + size_of::<$type>();
        }
        // Padding at the end would hide that a member was appended there.
        #[cfg(target_pointer_width = "64")]
        const _: () = assert!(<$name>::FIRST_SIZE % 8 == 0, stringify!($name));)+
    };
}
grows! {
    netflow_options to rate_count: usize;
    netflow_datagram to input: u32;
    netflow_set to header.agent_address: netflow_address;
    netflow_record to name: netflow_text;
    netflow_field to reserved: [u8; 5];
    netflow_element to reserved_too: u32;
    netflow_problem to header.agent_address: netflow_address;
    netflow_error to detail: netflow_text;
    netflow_stats to domains: u64;
    netflow_load_report to refused: u64;
    netflow_domain to state_octets: u64;
    netflow_arrow_options to types: u32;
    netflow_finding to detail_count: usize;
    netflow_detail to numbers: netflow_numbers;
    netflow_listener_options to reserved: u32;
    netflow_listener_stats to tls_failed: u64;
    netflow_field_info to field_type: u32;
    netflow_source_options to reserved: u32;
    netflow_source_stats to octets_read: u64;
    netflow_relay_options to reserved: u32;
    netflow_relay_stats to failed: u64;
    netflow_filter_error to message: [core::ffi::c_char; 240];
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
sizes! {
    netflow_address 20;
    netflow_mac 6;
    netflow_text 16;
    netflow_octets 16;
    netflow_numbers 16;
    netflow_application 32;
    netflow_value 24;
    netflow_definition 32;
    netflow_rate 32;
    netflow_options 192;
    netflow_counters 28;
    netflow_datagram 72;
    netflow_header 120;
    netflow_set 168;
    netflow_record 56;
    netflow_field 56;
    netflow_element 56;
    netflow_problem 192;
    netflow_error 32;
    netflow_stats 144;
    netflow_load_report 24;
    netflow_domain 184;
    netflow_arrow_options 32;
    netflow_finding 96;
    netflow_detail 72;
    netflow_listen_address 16;
    netflow_listener_options 104;
    netflow_listener_stats 112;
    netflow_filter_error 248;
    netflow_source_options 48;
    netflow_source_stats 88;
    netflow_relay_options 48;
    netflow_relay_stats 48;
    netflow_field_info 48;
    netflow_setting 16;
}
