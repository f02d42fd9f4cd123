//! `netflow listen` as a process, with exporters on the loopback interface.
#![cfg(target_os = "linux")]

extern crate alloc;

mod configuration;
mod endings;
mod exporters;
mod faults;
mod filters;
mod forward;
mod harness;
mod help;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "http")]
mod http_outputs;
#[cfg(feature = "kafka")]
mod kafka;
mod live_exporters;
mod open_vswitch;
mod options;
mod outputs;
mod replay;
#[cfg(all(feature = "http", feature = "geo"))]
mod report;
#[cfg(feature = "s3")]
mod s3;
mod schemas;
mod state;
#[cfg(feature = "tls")]
mod tls;
