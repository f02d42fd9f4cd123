//! libnetflow: the decoder for programs in C and C++.
//!
//! C programs include `include/netflow.h`, which is generated from this crate; Rust programs use
//! `netflow-core`. Nothing is decoded here: a function checks its pointers, calls the decoder, and
//! converts the result to plain structs.
//!
//! # How it is built
//!
//! ```text
//! entry      the functions of C: pointers become references, panics and errors become numbers
//! pointer    the caller's structs, read and written             \
//! flow/rows  the caller's array of flows                         } with entry, most of the unsafe code
//! decoding   a decoder and what borrows it, in one handle       /
//! handle     the type of `netflow_decoder`
//! flow       the struct of a flow, filled row by row
//! arrow      flows gathered for Arrow, with the feature of that name
//! walk       sets, records and fields, one after the other
//! filter     filters over flows, of netflow-query
//! health     findings on exporters, of netflow-health
//! source     captures and IPFIX files, of netflow-io
//! stream     IPFIX over TCP, of netflow-io
//! json       messages as rows of JSON, of netflow-output
//! relay      messages sent on as IPFIX
//! listener   the sockets of a collector, of netflow-io, with the feature `live`
//! ```
#![expect(
    non_camel_case_types,
    reason = "types and constants have the names that C knows them by"
)]

extern crate alloc;

mod c_types;
#[expect(unsafe_code, reason = "a promise about a layout is made")]
mod datagram;
#[expect(unsafe_code, reason = "a decoder is kept beside what borrows it")]
mod decoding;
mod domain;
mod element;
#[expect(
    unsafe_code,
    reason = "C calls these functions and passes pointers to them"
)]
mod entry;
mod field_info;
mod flow;
mod handle;
mod header;
mod layout;
#[expect(
    unsafe_code,
    reason = "a promise about a layout is made, and arrays of C are read"
)]
mod options;
#[expect(unsafe_code, reason = "structs of C are read and written")]
mod pointer;
mod problem;
mod property;
mod reading;
mod reason;
mod result;
mod static_text;
mod stats;
mod text_buffer;
mod value;
mod walk;

// Last in the header: most programs go without.
#[expect(unsafe_code, reason = "a promise about a layout is made")]
mod arrow;
mod definitions;
mod filter;
mod health;
mod json;
#[expect(unsafe_code, reason = "a promise about a layout is made")]
mod listener;
#[expect(unsafe_code, reason = "a promise about a layout is made")]
mod relay;
#[expect(
    unsafe_code,
    reason = "a promise about a layout is made, and a function of C reads"
)]
mod source;
mod stream;

pub use self::arrow::{
    ArrowArray, ArrowSchema, netflow_arrow, netflow_arrow_addresses, netflow_arrow_options,
    netflow_arrow_types,
};
pub use self::c_types::{
    netflow_address, netflow_application, netflow_mac, netflow_numbers, netflow_octets,
    netflow_text,
};
pub use self::datagram::{netflow_datagram, netflow_transport};
pub use self::definitions::netflow_definitions;
pub use self::domain::{netflow_domain, netflow_domain_callback, netflow_sequence_unit};
pub use self::element::netflow_element;
pub use self::entry::{
    NETFLOW_ABI_VERSION, NETFLOW_VERSION_MAJOR, NETFLOW_VERSION_MINOR, NETFLOW_VERSION_PATCH,
    netflow_abi_version, netflow_address_text, netflow_arrow_append, netflow_arrow_finish,
    netflow_arrow_free, netflow_arrow_new, netflow_arrow_options_init, netflow_arrow_schema,
    netflow_datagram_init, netflow_decode, netflow_decoder_free, netflow_decoder_new,
    netflow_decoder_options, netflow_decoder_read_interfaces, netflow_definitions_free,
    netflow_definitions_list, netflow_definitions_new, netflow_definitions_read,
    netflow_each_domain, netflow_each_flow, netflow_element_by_name, netflow_element_by_number,
    netflow_element_of_v9, netflow_end_session, netflow_enter, netflow_field_add,
    netflow_field_by_name, netflow_field_by_number, netflow_field_count, netflow_field_name,
    netflow_filter_free, netflow_filter_new, netflow_filter_set, netflow_filter_test,
    netflow_find_record, netflow_finding_detail, netflow_flow_has, netflow_flow_i64,
    netflow_flow_text, netflow_flow_u64, netflow_flows, netflow_health_add, netflow_health_free,
    netflow_health_new, netflow_health_report, netflow_health_session_ended,
    netflow_health_unreadable, netflow_json_documents, netflow_json_free, netflow_json_new,
    netflow_last_error, netflow_leave, netflow_listener_address, netflow_listener_fd,
    netflow_listener_free, netflow_listener_new, netflow_listener_options_init,
    netflow_listener_stats_read, netflow_listener_stop, netflow_load, netflow_next_field,
    netflow_next_finding, netflow_next_json, netflow_next_problem, netflow_next_record,
    netflow_next_set, netflow_options_init, netflow_problem_count, netflow_reason_name,
    netflow_receive, netflow_relay_forward, netflow_relay_free, netflow_relay_new,
    netflow_relay_options_init, netflow_relay_resend_templates, netflow_relay_stats_read,
    netflow_rewind, netflow_save, netflow_source_free, netflow_source_message, netflow_source_new,
    netflow_source_next, netflow_source_options_init, netflow_source_stats_read,
    netflow_stats_read, netflow_stream_free, netflow_stream_new, netflow_stream_next,
    netflow_stream_pending, netflow_stream_push, netflow_strerror, netflow_value_address,
    netflow_value_bool, netflow_value_f64, netflow_value_i64, netflow_value_mac,
    netflow_value_octets, netflow_value_text, netflow_value_time, netflow_value_u64,
    netflow_version,
};
pub use self::field_info::{netflow_field_info, netflow_field_type};
pub use self::filter::{netflow_filter, netflow_filter_error};
pub use self::flow::{netflow_flow, netflow_flow_callback, netflow_flow_field};
pub use self::handle::netflow_decoder;
pub use self::header::{
    netflow_header, netflow_header_field, netflow_protocol, netflow_sequence_event,
};
pub use self::health::{
    netflow_detail, netflow_detail_type, netflow_finding, netflow_health, netflow_severity,
};
pub use self::json::{netflow_json, netflow_json_schema, netflow_setting};
pub use self::listener::{
    netflow_listen_address, netflow_listen_transport, netflow_listener, netflow_listener_options,
    netflow_listener_stats,
};
pub use self::options::{
    netflow_counters, netflow_definition, netflow_flag, netflow_options, netflow_options_scope,
    netflow_rate, netflow_scope, netflow_second_counters,
};
pub use self::problem::{netflow_error, netflow_problem};
pub use self::property::{netflow_data_type, netflow_semantics, netflow_units};
pub use self::reason::netflow_reason;
pub use self::relay::{
    netflow_relay, netflow_relay_flag, netflow_relay_options, netflow_relay_stats,
    netflow_send_callback,
};
pub use self::result::netflow_result;
pub use self::source::{
    netflow_read_callback, netflow_source, netflow_source_options, netflow_source_stats,
};
pub use self::stats::{netflow_load_report, netflow_stats};
pub use self::stream::netflow_stream;
pub use self::value::netflow_value;
pub use self::walk::{
    netflow_field, netflow_record, netflow_record_kind, netflow_set, netflow_set_kind,
};
