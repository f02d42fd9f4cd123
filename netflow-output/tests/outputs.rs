//! Outputs of a collector: each row arrives or is counted as lost, in good times and bad.
#![cfg(unix)]

#[path = "outputs/support.rs"]
mod support;

#[path = "outputs/plain.rs"]
mod plain;

#[path = "outputs/rotation.rs"]
mod rotation;
