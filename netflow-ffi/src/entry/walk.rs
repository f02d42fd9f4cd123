//! The walk over sets, records and fields.

use core::ffi::c_void;
use core::mem;

use super::{call_with, ok_or_end};
use crate::handle::{HandleState, netflow_decoder};
use crate::pointer::{Extensible, OutputStruct};
use crate::result::{Failure, netflow_result};
use crate::walk::{netflow_field, netflow_record, netflow_set};

/// The next set of the message, in the order of the wire; late ones come last. The records of a
/// fixed version and the samples of sFlow are one set. `size` is `sizeof(netflow_set)`.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `set` is NULL, or `size` octets may be written
/// there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_next_set(
    decoder: *mut netflow_decoder,
    set: *mut netflow_set,
    size: usize,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(set, size, "set") }?;
        let next = decoder.state(|state| state.with(|reading, _| reading.walk().next_set()))?;
        Ok(write_next(output, next))
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// The next record of the set, or of what was entered; a basicList has no records but values, which
/// `netflow_next_field` returns, also after this call. `size` is `sizeof(netflow_record)`.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `record` is NULL, or `size` octets may be
/// written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_next_record(
    decoder: *mut netflow_decoder,
    record: *mut netflow_record,
    size: usize,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(record, size, "record") }?;
        let next = decoder.state(|state| state.with(|reading, _| reading.walk().next_record()))?;
        Ok(write_next(output, next))
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// The next field of the record, or value of the basicList that was entered; padding is a field
/// too. `size` is `sizeof(netflow_field)`. Names end in NUL. Those of elements that you or the exporter
/// defined, and of members of sFlow that are in lists, stay until the next call of this function; others are
/// always valid.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `field` is NULL, or `size` octets may be written
/// there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_next_field(
    decoder: *mut netflow_decoder,
    field: *mut netflow_field,
    size: usize,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(field, size, "field") }?;
        let next = decoder.state(|state| {
            let mut name = mem::take(&mut state.name);
            let next = state.with(|reading, _| reading.walk().next_field(&mut name));
            let next =
                next.map(|next| next.map(|field| field.or_defined(&state.definitions, &mut name)));
            state.name = name;
            next
        })?;
        Ok(write_next(output, next))
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Enters the item returned last: from a sample of sFlow to its records, from a field that is a
/// list (RFC 6313) to its records, or of a basicList to its values, which are fields. NETFLOW_END
/// means that there is nothing to enter. Lists may be nested some 300 deep, also beyond the
/// `list_depth` of the options: a recursive program should limit its own depth.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_enter(decoder: *mut netflow_decoder) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        let enter = |state: &mut HandleState| state.with(|reading, _| reading.walk().enter());
        Ok(ok_or_end(decoder.state(enter)?))
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Goes back to where `netflow_enter` was called. NETFLOW_END means that nothing was entered.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_leave(decoder: *mut netflow_decoder) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        let leave = |state: &mut HandleState| state.with(|reading, _| reading.walk().leave());
        Ok(ok_or_end(decoder.state(leave)?))
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Goes to the record or sample of a flow, so that `netflow_next_field` returns its fields:
/// `octets` is `netflow_flow.record.data`. Flows that are looked up in their order take the time of one
/// walk; going back starts again from the first. `size` is `sizeof(netflow_record)`.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `record` is NULL, or `size` octets may be
/// written there. What `octets` points to is not read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_find_record(
    decoder: *mut netflow_decoder,
    octets: *const c_void,
    record: *mut netflow_record,
    size: usize,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(record, size, "record") }?;
        let find = |state: &mut HandleState| state.with(|reading, _| reading.find(octets.cast()));
        let found = decoder.state(find)?.ok_or(Failure::Argument(
            netflow_result::NETFLOW_ERROR_UNKNOWN,
            "no record of the message begins there",
        ))?;
        output.write(found);
        Ok(netflow_result::NETFLOW_OK)
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Writes the next item, if there is one.
fn write_next<T: Extensible>(output: OutputStruct<T>, value: Option<T>) -> netflow_result {
    ok_or_end(value.map(|value| output.write(value)).is_some())
}
