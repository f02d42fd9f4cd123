//! Numbers, octets, addresses and times as text, appended to a buffer.
//!
//! These are written millions of times: none of them allocates.

use core::cell::RefCell;
use core::fmt;
use core::net::IpAddr;
use std::io::Write as _;

use netflow_core::text::{self, UnixTime};
use netflow_core::value::{MacAddress, Text};

pub(super) use super::room::Fraction;
use super::room::{LONGEST_VALUE, Room, ipv4_text, six_digits};

thread_local! {
    /// Where values are written before they are appended; it keeps the minute of the last time.
    static ROOM: RefCell<Room> = RefCell::default();
}

/// Appends what is written to the start of a room, up to the place that `write` returns.
#[inline]
fn value(out: &mut Vec<u8>, write: impl FnOnce(&mut Room) -> Option<usize>) -> bool {
    ROOM.with_borrow_mut(|room| match write(room) {
        Some(len) => {
            block(out, room.first_value(), len);
            true
        }
        None => false,
    })
}

/// Appends the first `len` octets of a block: its size is fixed, so that the copy is a few stores.
#[inline(always)]
pub(crate) fn block<const N: usize>(out: &mut Vec<u8>, block: &[u8; N], len: usize) {
    const { assert!(N <= LONGEST_VALUE) };
    let start = out.len();
    out.extend_from_slice(block);
    out.truncate(start + len);
}

/// A number in decimal, by tables.
#[inline]
pub(crate) fn unsigned(out: &mut Vec<u8>, number: u64) {
    match u32::try_from(number) {
        Ok(number) if number < 1_000_000 => {
            let (text, len) = six_digits(number);
            block(out, &text, len);
        }
        _ => {
            value(out, |room| Some(room.number(0, number)));
        }
    }
}

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
#[inline]
pub(crate) fn address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(address) => {
            let (text, len) = ipv4_text(address.octets());
            block(out, &text, len);
        }
        IpAddr::V6(address) => {
            value(out, |room| Some(room.ipv6(0, address.octets())));
        }
    }
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
    if !time_with(out, time, Fraction::Digits(time.fewest_digits())) {
        display(out, time);
    }
}

/// A time as RFC 3339 has it, in UTC; `false`, and nothing is written, if RFC 3339 has none.
#[inline]
pub(super) fn time_with(out: &mut Vec<u8>, time: UnixTime, fraction: Fraction) -> bool {
    value(out, |room| room.unix_time(0, time, fraction)) || time_before_1970(out, time, fraction)
}

#[cold]
#[inline(never)]
fn time_before_1970(out: &mut Vec<u8>, time: UnixTime, fraction: Fraction) -> bool {
    let digits = match fraction {
        Fraction::Digits(digits) => digits,
        Fraction::Shortest => 9,
    };
    let Some(text) = time.text_of_digits(digits) else {
        return false;
    };
    let mut text = text.as_str();
    if fraction == Fraction::Shortest {
        let whole = text.trim_end_matches('Z').trim_end_matches('0');
        text = whole.trim_end_matches('.');
    }
    out.extend_from_slice(text.trim_end_matches('Z').as_bytes());
    out.push(b'Z');
    true
}
