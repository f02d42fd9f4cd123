//! Definitions of elements, read from files.

use core::ffi::c_char;
use std::path::Path;

use super::{call, free, write_text};
use crate::definitions::netflow_definitions;
use crate::options::netflow_definition;
use crate::pointer;
use crate::result::netflow_result;

/// Makes an empty list of definitions.
///
/// # Safety
///
/// `definitions` is NULL, or a pointer may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_definitions_new(
    definitions: *mut *mut netflow_definitions,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        unsafe { pointer::set_no_handle(definitions, "place for the definitions") }?;
        let made = netflow_definitions::default();
        // SAFETY: as the caller promises.
        unsafe { pointer::set_handle(definitions, made, "place for the definitions") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Adds the definitions of a file: YAML of Logstash, Elastic, Fluentd and goflow2, XML or CSV of IANA,
/// or a CSV with the columns `pen,id,name,type,semantics,units,same_as`. Of an element with several
/// definitions the last counts. If the file cannot be read, it adds nothing, the result is
/// NETFLOW_ERROR_ARGUMENT, and a sentence for people with the file and the line is written to `message`,
/// NUL-terminated and cut to `capacity`, unless that is 0. It is empty if there is no sentence. Pointers from `netflow_definitions_list` are
/// not valid afterwards.
///
/// # Safety
///
/// `definitions` is NULL or a handle that is not freed, and nobody else is using it. `path` is NULL or a
/// string that a NUL ends. `message` is NULL, or `capacity` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_definitions_read(
    definitions: *mut netflow_definitions,
    path: *const c_char,
    message: *mut c_char,
    capacity: usize,
) -> netflow_result {
    // Where there is no sentence, none of the caller's memory is to be read as one.
    // SAFETY: as the caller promises.
    unsafe { write_text("", message, capacity) };
    call(|| {
        pointer::check(definitions, "definitions")?;
        // SAFETY: as the caller promises.
        let path = unsafe { pointer::string(path, "path of the definitions") }?;
        // SAFETY: as the caller promises.
        let definitions = unsafe { &mut *definitions };
        definitions
            .read(Path::new(path))
            .map_err(|(failure, reason)| {
                // SAFETY: as the caller promises.
                unsafe { write_text(&reason, message, capacity) };
                failure
            })?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// The definitions, for `definitions` and `definition_count` of the options: valid until the next
/// `netflow_definitions_read` and until the handle is freed. A decoder copies them.
///
/// # Safety
///
/// `definitions` is NULL or a handle that is not freed. `list` is NULL, or a pointer may be written there.
/// `count` is NULL, or a `size_t` may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_definitions_list(
    definitions: *const netflow_definitions,
    list: *mut *const netflow_definition,
    count: *mut usize,
) -> netflow_result {
    call(|| {
        pointer::check(definitions, "definitions")?;
        // SAFETY: as the caller promises.
        let found = unsafe { &*definitions }.list();
        // SAFETY: as the caller promises.
        unsafe { pointer::set(list, found.as_ptr(), "place for the list") }?;
        // SAFETY: as the caller promises.
        unsafe { pointer::set(count, found.len(), "count of the definitions") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Frees the definitions; decoders that were made with them keep them. NULL is ignored.
///
/// # Safety
///
/// `definitions` is NULL or a handle that is not freed and not in use by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_definitions_free(definitions: *mut netflow_definitions) {
    // SAFETY: as the caller promises.
    unsafe { free(definitions) };
}
