//! Selects and groups flows, with filters in a language that network engineers know.
//!
//! # Overview
//!
//! [`Filter::parse`] reads an expression such as `proto tcp and dst port 443`, in the words of
//! tcpdump and nfdump or with the name of any [normalised field](netflow_core::field).
//! [`Filter::matches`] tests whether a flow matches. Over many flows, a [`SetFilter`] is
//! faster: it is compiled for each template, so that a comparison costs a load and a range check,
//! and one with a field that the template lacks costs nothing.
//!
//! # Example
//!
//! ```
//! use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
//! use netflow_query::{Filter, SetFilter};
//!
//! // IPFIX: a template of source address and octets, and two records.
//! let payload = [
//!     0, 10, 0, 52, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7, // header, domain 7
//!     0, 2, 0, 16, 1, 0, 0, 2, 0, 8, 0, 4, 0, 1, 0, 4, // template 256
//!     1, 0, 0, 20, 192, 0, 2, 1, 0, 0, 5, 0xdc, 192, 0, 2, 2, 0, 0, 0, 60, // data
//! ];
//! let mut decoder = Decoder::new(Limits::default());
//! let exporter = "198.51.100.1:2055".parse()?;
//! let received = Timestamp::from_secs(1_700_000_000);
//! let decoded = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
//!
//! let filter = Filter::parse("src net 192.0.2.0/24 and bytes > 1k")?;
//! assert_eq!(decoded.flows().filter(|flow| filter.matches(flow)).count(), 1);
//!
//! let mut filter = SetFilter::new(filter);
//! for set in decoded.joined_sets() {
//!     filter.prepare(&set);
//!     let flows = set.flows().filter(|flow| filter.matches(flow));
//!     println!("{} flows", flows.count());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limits
//!
//! An expression has at most [`Filter::MAX_LEN`] octets. Neither parsing nor matching recurses,
//! however deep it is nested, and both take time and memory in proportion to its length.
#![doc = include_str!("../LANGUAGE.md")]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::as_conversions,
        clippy::arithmetic_side_effects,
        clippy::string_slice
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod aggregate;
mod filter;
pub mod suggest;

pub use self::aggregate::{
    AddressColumn, Aggregate, AggregateOptions, CountedFlow, FlowCounter, Group, GroupValue,
    PrefixLengths, Sum, Sums,
};
pub use self::filter::{Chosen, Filter, FilterError, SetFilter, SetMatch, field};
