//! Captures and IPFIX files as Arrow record batches.
//!
//! # Overview
//!
//! - [`Scan`] reads files one after the other with one decoder into the batches of a builder of
//!   `netflow-arrow`.
//! - [`IndexBatchBuilder`] makes the index of a file: the datagrams that announce exporter state,
//!   and the positions where a large file can be divided.
//! - [`Replay`] of the indexes of files yields the state that a decoder would have between them,
//!   so that files, and parts of one, can be decoded independently of each other.
//!
//! # Example
//!
//! ```
//! use netflow_arrow::{FlowBatchBuilder, FlowOptions};
//! use netflow_core::Decoder;
//! use netflow_scan::{Faults, Scan};
//!
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/genuine/sf_v9.pcap");
//! let mut paths = vec![path].into_iter();
//! let scan = Scan::new(
//!     Decoder::default(),
//!     FlowBatchBuilder::new(FlowOptions::default()),
//!     Box::new(move || paths.next().map(netflow_io::open)),
//!     Faults::Stop,
//! );
//! for batch in scan {
//!     println!("{} flows", batch?.num_rows());
//! }
//! # Ok::<(), netflow_scan::ScanError>(())
//! ```
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

mod index;
mod replay;
mod scan;

pub use index::IndexBatchBuilder;
pub use replay::Replay;
pub use scan::{Faults, Opener, Progress, Scan, ScanError, ScanReader};
