//! Messages as JSON.

use core::ffi::c_char;

use super::{call_with, free, ok_or_end, write_text};
use crate::c_types::netflow_text;
use crate::handle::netflow_decoder;
use crate::json::{netflow_json, netflow_setting};
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

/// Makes a handle that writes messages as the documents of another tool, in the rows of `netflow decode --schema SCHEMA
/// --format json`. `schema` is `ecs`, `ecs-integration`, `logstash`, `fluentd`, `goflow2`, `nfdump`, `elastiflow`,
/// `datadog`, `akvorado`, `pmacct`, `ipfixcol2`, `vflow` or `telegraf`. The settings are options of the
/// command by their names: `add-field`, `asn`, `community-id-seed`, `compat`, `geo`, `include-flowset-id`,
/// `internal-networks`, `services`, `tag`, `target` and `time-key`; of one that is there twice the last counts, but `tag`
/// and `add-field` add. `asn` and `geo` need the feature `geo` of the library. There are no names of hosts (`dns`): they would
/// need threads. The flag that splits biflows and the filter apply as to `netflow_json_new`; with a filter there are documents
/// of flows only.
///
/// If a setting or the schema is invalid, the result is NETFLOW_ERROR_ARGUMENT, and a sentence for people is written to
/// `message`, NUL-terminated and cut to `capacity`, unless that is 0. It is empty if there is no sentence.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `schema` is NULL or a string that a NUL ends. `settings` is NULL or
/// points to `setting_count` settings, whose members are such strings. `json` is NULL, or a pointer may be written there.
/// `message` is NULL, or `capacity` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_json_documents(
    decoder: *const netflow_decoder,
    schema: *const c_char,
    settings: *const netflow_setting,
    setting_count: usize,
    json: *mut *mut netflow_json,
    message: *mut c_char,
    capacity: usize,
) -> netflow_result {
    // SAFETY: as the caller promises; see `netflow_json_new`.
    let output = unsafe { pointer::set_no_handle(json, "place for the JSON handle") };
    // Where there is no sentence, none of the caller's memory is to be read as one.
    // SAFETY: as the caller promises.
    unsafe { write_text("", message, capacity) };
    let work = |decoder: &netflow_decoder| {
        output?;
        // SAFETY: as the caller promises.
        let schema = unsafe { pointer::string(schema, "schema") }?;
        // SAFETY: as the caller promises.
        let given =
            unsafe { pointer::items(settings, setting_count, "settings of the documents") }?;
        let mut texts = Vec::with_capacity(given.len());
        for setting in given {
            // SAFETY: as the caller promises.
            let name = unsafe { pointer::string(setting.name, "name of a setting") }?;
            // SAFETY: as the caller promises.
            let value = unsafe { pointer::string(setting.value, "value of a setting") }?;
            texts.push((name, value));
        }
        let made = decoder.state(|state| Ok(netflow_json::documents(schema, texts, state)))?;
        let made = made.map_err(|(failure, reason)| {
            // SAFETY: as the caller promises.
            unsafe { write_text(&reason, message, capacity) };
            failure
        })?;
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
