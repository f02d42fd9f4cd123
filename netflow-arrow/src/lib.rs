//! Flows, records and counters as Arrow record batches.
//!
//! # Overview
//!
//! A [`Decoded`](netflow_core::Decoded) of the decoder goes into a builder, batches of
//! bounded size come out:
//!
//! - [`FlowBatchBuilder`]: the normalised fields of flows, the same columns for every
//!   protocol, in the order and with the names of [`FlowField`](netflow_core::field::FlowField).
//!   Only the columns that are asked for are decoded.
//! - [`RecordBatchBuilder`]: a table for each template, with every element it has;
//!   [`Tables`] finds the batches that belong to one table.
//! - [`CounterBatchBuilder`]: the counters of sFlow, a row a counter; [`counter_columns`] makes a column of each.
//!
//! The crate `netflow-scan` reads captures and IPFIX files into such batches; `ParquetWriter`
//! (feature `parquet`) and `IpcWriter` (`ipc`) write them.
//!
//! # Example
//!
//! ```
//! use netflow_arrow::{FlowBatchBuilder, FlowOptions};
//! use netflow_core::field::FlowField;
//! use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
//!
//! // IPFIX: a template of source address and octets, and two records.
//! let payload = [
//!     0, 10, 0, 52, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7, // header, domain 7
//!     0, 2, 0, 16, 1, 0, 0, 2, 0, 8, 0, 4, 0, 1, 0, 4, // template 256
//!     1, 0, 0, 20, 192, 0, 2, 1, 0, 0, 5, 0xdc, 192, 0, 2, 2, 0, 0, 0, 40, // data
//! ];
//! let fields = vec![FlowField::SourceAddress, FlowField::Octets, FlowField::SourcePort];
//! let mut builder = FlowBatchBuilder::new(FlowOptions::new(fields));
//! let mut decoder = Decoder::new(Limits::default());
//! let exporter = "198.51.100.1:2055".parse()?;
//! let received = Timestamp::from_secs(1_700_000_000);
//! let message = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
//! builder.append(&message, |_full| Ok(()))?;
//!
//! let batch = builder.finish()?;
//! assert_eq!((batch.num_rows(), batch.num_columns()), (2, 3));
//! assert_eq!(batch.schema().field(1).name(), "octets");
//! assert_eq!(batch.column(2).null_count(), 2); // not sent: null, never zero
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is promised
//!
//! A field that was not sent is null. A batch has a bounded number of rows and, as far
//! as one record allows, of octets. No octets of an exporter lead to a panic here, and
//! nothing is `unsafe`.
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

mod batch;
mod column;
mod counter;
mod flow;
#[cfg(feature = "ipc")]
mod ipc;
#[cfg(feature = "parquet")]
mod parquet_file;
mod record;
mod schema;
mod tables;

pub use batch::{BatchBuilder, Full, Mark, UniformBatchBuilder};
pub use counter::{CounterBatchBuilder, CounterOptions, counter_columns};
pub use flow::{FlowBatchBuilder, FlowOptions};
#[cfg(feature = "ipc")]
pub use ipc::{IpcFormat, IpcWriter};
#[cfg(feature = "parquet")]
pub use parquet_file::ParquetWriter;
pub use record::{RecordBatchBuilder, TemplateBatch, TemplateKey};
pub use schema::{Addresses, Types};
pub use tables::{TableBatchBuilder, Tables, TemplateTable};

pub use arrow_array::{RecordBatch, RecordBatchReader};
pub use arrow_schema::{ArrowError, Schema, SchemaRef};
