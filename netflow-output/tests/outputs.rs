//! Outputs of a collector: each row arrives or is counted as lost, in good times and bad.
#![cfg(unix)]

extern crate alloc;

#[path = "outputs/support.rs"]
mod support;

#[path = "outputs/plain.rs"]
mod plain;

#[path = "outputs/rsyslog.rs"]
mod rsyslog;

#[path = "outputs/rotation.rs"]
mod rotation;

#[cfg(feature = "ipfix")]
#[path = "outputs/ipfix.rs"]
mod ipfix;

#[path = "outputs/peers.rs"]
mod peers;

#[cfg(feature = "tls")]
#[path = "outputs/tls.rs"]
mod tls;

#[cfg(feature = "http")]
#[path = "outputs/http.rs"]
mod http;

#[cfg(feature = "s3")]
#[path = "outputs/s3.rs"]
mod s3;

#[cfg(feature = "kafka")]
#[path = "outputs/kafka.rs"]
mod kafka;
