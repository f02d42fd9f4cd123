//! Workloads for the benches, and the floors that the decoder is measured against.
//!
//! A [`Workload`] is datagrams in memory and the sums of the 11 fields of their
//! flows, so that each measured path can be shown to have read them all. A
//! floor is a loop written by hand for one layout ([`floor::compiled`]) or for
//! any fixed one ([`floor::planned`]): what reading costs without a decoder.
//!
//! `worst` is the other end: datagrams that cost as much as can be.

#[cfg(feature = "arrow")]
pub mod arrow;
#[cfg(feature = "worst")]
pub mod capture;
pub mod decoder;
pub mod floor;
pub mod pcap;
pub mod projection;
pub mod query;
pub mod row;
pub mod text;
pub mod values;
pub mod workload;
#[cfg(feature = "worst")]
pub mod worst;

pub use row::{Row, Sums};
pub use workload::{Kind, Workload};
