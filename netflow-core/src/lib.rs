//! Zero-copy reading of NetFlow, IPFIX and sFlow.
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

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod datagram;
pub mod error;
pub mod packet;
mod time;

pub use datagram::{Datagram, Protocol, Transport};
pub use error::{Error, ErrorKind};
pub use time::Timestamp;
