//! Typed reads of a field.

use core::net::IpAddr;

use super::call;
use crate::c_types::{ToC as _, netflow_address, netflow_mac, netflow_octets, netflow_text};
use crate::pointer;
use crate::result::{Failure, netflow_result};
use crate::value::{self, netflow_value};

/// No octets, that C may point to all the same.
const NOTHING: &[u8] = b"\0".split_at(0).0;

/// Reads a value and writes the result.
///
/// # Safety
///
/// `value` is NULL or points to a value whose octets are there. `out` is NULL, or a `T` may be
/// written there.
unsafe fn read<T: Copy>(
    value: *const netflow_value,
    out: *mut T,
    parse: impl FnOnce(&[u8], u32) -> Result<T, Failure>,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let value = unsafe { pointer::get(value, "value") }?;
        pointer::check(out, "place for the value")?;
        let (data, len) = (value.octets.data, value.octets.len);
        let octets = if len == 0 {
            NOTHING
        } else {
            // SAFETY: as the caller promises.
            unsafe { pointer::items(data, len, "octets of the value") }?
        };
        let parsed = parse(octets, value.data_type)?;
        // SAFETY: as the caller promises.
        unsafe { pointer::set(out, parsed, "place for the value") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Reads an integer that is not negative, of any width; for a time in seconds or milliseconds, that
/// number.
///
/// # Safety
///
/// `value` is NULL or points to a value whose octets are there. `number` is NULL, or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_value_u64(
    value: *const netflow_value,
    number: *mut u64,
) -> netflow_result {
    // SAFETY: as the caller promises.
    unsafe { read(value, number, value::unsigned) }
}

/// Reads an integer of any width.
///
/// # Safety
///
/// `value` is NULL or points to a value whose octets are there. `number` is NULL, or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_value_i64(
    value: *const netflow_value,
    number: *mut i64,
) -> netflow_result {
    // SAFETY: as the caller promises.
    unsafe { read(value, number, value::signed) }
}

/// Reads a float32 or float64; a float64 may be sent as a float32.
///
/// # Safety
///
/// `value` is NULL or points to a value whose octets are there. `number` is NULL, or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_value_f64(
    value: *const netflow_value,
    number: *mut f64,
) -> netflow_result {
    // SAFETY: as the caller promises.
    unsafe { read(value, number, value::float) }
}

/// Reads a boolean; octets that are neither true nor false are NETFLOW_ERROR_RANGE.
///
/// # Safety
///
/// `value` is NULL or points to a value whose octets are there. `flag` is NULL, or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_value_bool(
    value: *const netflow_value,
    flag: *mut bool,
) -> netflow_result {
    // SAFETY: as the caller promises.
    unsafe { read(value, flag, value::boolean) }
}

/// Reads an IPv4 or IPv6 address.
///
/// # Safety
///
/// `value` is NULL or points to a value whose octets are there. `address` is NULL, or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_value_address(
    value: *const netflow_value,
    address: *mut netflow_address,
) -> netflow_result {
    let parse = |octets: &[u8], kind| value::address(octets, kind).map(IpAddr::into);
    // SAFETY: as the caller promises.
    unsafe { read(value, address, parse) }
}

/// Reads a MAC address.
///
/// # Safety
///
/// `value` is NULL or points to a value whose octets are there. `address` is NULL, or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_value_mac(
    value: *const netflow_value,
    address: *mut netflow_mac,
) -> netflow_result {
    let parse = |octets: &[u8], kind| value::mac(octets, kind).map(|address| address.to_c());
    // SAFETY: as the caller promises.
    unsafe { read(value, address, parse) }
}

/// Reads a time of any precision: nanoseconds since 1970 UTC.
///
/// # Safety
///
/// `value` is NULL or points to a value whose octets are there. `nanos` is NULL, or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_value_time(
    value: *const netflow_value,
    nanos: *mut i64,
) -> netflow_result {
    let parse = |octets: &[u8], kind| value::time(octets, kind).map(|time| time.as_nanos());
    // SAFETY: as the caller promises.
    unsafe { read(value, nanos, parse) }
}

/// Reads a string, without the NULs that pad it. The text points into the value's octets.
///
/// # Safety
///
/// `value` is NULL or points to a value whose octets are there. `text` is NULL, or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_value_text(
    value: *const netflow_value,
    text: *mut netflow_text,
) -> netflow_result {
    // SAFETY: as the caller promises.
    unsafe { read(value, text, value::text) }
}

/// The octets of a value of any type, as they were sent.
///
/// # Safety
///
/// `value` is NULL or points to a value whose octets are there. `octets` is NULL, or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_value_octets(
    value: *const netflow_value,
    octets: *mut netflow_octets,
) -> netflow_result {
    // SAFETY: as the caller promises.
    unsafe { read(value, octets, |sent, _| Ok(netflow_octets::new(sent))) }
}
