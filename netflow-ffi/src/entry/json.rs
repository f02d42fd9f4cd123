//! Messages as JSON.

use super::{call_with, free, ok_or_end};
use crate::c_types::netflow_text;
use crate::handle::netflow_decoder;
use crate::json::netflow_json;
use crate::pointer;
use crate::result::{Failure, netflow_result};

/// Makes a handle that writes messages as JSON, in the rows of `netflow decode --format json`. `schema` is a
/// `netflow_json_schema`. With NETFLOW_JSON_FLOW, the fields and the flag that splits biflows, both from the
/// options of `decoder`, and the filter that `netflow_filter_set` set apply. Packets that sFlow reports as
/// discarded do not become rows.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `json` is NULL, or a pointer may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_json_new(
    decoder: *const netflow_decoder,
    schema: u32,
    json: *mut *mut netflow_json,
) -> netflow_result {
    // SAFETY: as the caller promises. What is freed without a look at the result is NULL then; that
    // there is no place for it is reported below.
    let output = unsafe { pointer::set_no_handle(json, "place for the JSON handle") };
    let work = |decoder: &netflow_decoder| {
        output?;
        let made = decoder.state(|state| netflow_json::new(schema, state))?;
        // SAFETY: as the caller promises.
        unsafe { pointer::set_handle(json, made, "place for the JSON handle") }?;
        Ok(netflow_result::NETFLOW_OK)
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Frees the handle and its last row. NULL is ignored.
///
/// # Safety
///
/// `json` is NULL or a handle that is not freed and not in use by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_json_free(json: *mut netflow_json) {
    // SAFETY: as the caller promises.
    unsafe { free(json) };
}

/// The next row of the message that `decoder` decoded last: one JSON object, as UTF-8 without a line feed,
/// which a NUL ends. It stays until the next call with `json`. NETFLOW_END means that there are no more; after
/// `netflow_rewind` they begin again. Messages of any decoder can be written.
///
/// # Safety
///
/// `json` and `decoder` are NULL or handles that are not freed. `row` is NULL, or a text may be written
/// there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_next_json(
    json: *mut netflow_json,
    decoder: *mut netflow_decoder,
    row: *mut netflow_text,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        unsafe { pointer::set(row, netflow_text::NONE, "row") }?;
        // SAFETY: as the caller promises.
        let json = unsafe { handle(json) }?;
        let next = decoder.state(|state| {
            let generation = state.generation;
            state.with(|reading, _| json.next_row(&reading.message, generation))?
        })?;
        // SAFETY: as the caller promises; it was checked above.
        unsafe { pointer::set(row, next.unwrap_or_default(), "row") }?;
        Ok(ok_or_end(next.is_some()))
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// What a handle points to.
///
/// # Safety
///
/// `json` is NULL or a handle that nobody else uses for `'a`.
unsafe fn handle<'a>(json: *mut netflow_json) -> Result<&'a mut netflow_json, Failure> {
    pointer::check(json, "JSON handle")?;
    // SAFETY: it is a handle, and its functions call nothing that could use it.
    Ok(unsafe { &mut *json })
}
