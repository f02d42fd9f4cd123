//! Numbers, octets, addresses and times as text, appended to a buffer.
//!
//! These are written millions of times: none of them allocates.

use core::fmt;
use core::net::IpAddr;
use std::io::Write as _;

use netflow_core::text::{self, UnixTime};
use netflow_core::value::{MacAddress, Text};

/// An integer in decimal.
pub(crate) fn decimal(out: &mut Vec<u8>, number: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// A value by its `Display`.
pub(crate) fn display(out: &mut Vec<u8>, value: impl fmt::Display) {
    // Writing into memory does not fail.
    let _ = write!(out, "{value}");
}

/// Octets in lower-case hex.
pub(crate) fn hex(out: &mut Vec<u8>, octets: &[u8]) {
    for octet in octets {
        out.extend_from_slice(&text::hex(*octet));
    }
}

/// Six octets with colons.
pub(crate) fn mac(out: &mut Vec<u8>, address: MacAddress) {
    out.extend_from_slice(text::mac(address.0).as_bytes());
}

/// An address; IPv6 as RFC 5952 writes it, without dotted digits.
pub(crate) fn address(out: &mut Vec<u8>, address: IpAddr) {
    out.extend_from_slice(text::address(address).as_bytes());
}

/// Text; what is not UTF-8 becomes U+FFFD.
pub(crate) fn lossy(out: &mut Vec<u8>, text: Text<'_>) {
    match text.as_str() {
        Some(text) => out.extend_from_slice(text.as_bytes()),
        None => display(out, text),
    }
}

/// A time as RFC 3339 has it, in UTC, with the fewest of 0, 3, 6 or 9 digits of fraction.
pub(crate) fn time(out: &mut Vec<u8>, time: UnixTime) {
    match time.text() {
        Some(text) => out.extend_from_slice(text.as_bytes()),
        None => display(out, time),
    }
}
