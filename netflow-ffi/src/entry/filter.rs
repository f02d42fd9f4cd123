//! Filters over flows.

use core::ffi::c_char;

use netflow_query::Filter;

use super::{call, call_with, free, ok_or_end};
use crate::filter::{netflow_filter, netflow_filter_error};
use crate::flow::{FlowCursor, Selection};
use crate::handle::netflow_decoder;
use crate::pointer::{self, OutputStruct};
use crate::result::{Failure, netflow_result};

/// Reads an expression such as `proto tcp and dst port 443`, in the words of tcpdump and nfdump or with
/// the names of fields. If it is not valid, the result is NETFLOW_ERROR_ARGUMENT, `*filter` is NULL, and
/// `error`, which may be NULL, has the column and a message; otherwise its column is 0. `size` is
/// `sizeof(netflow_filter_error)`.
///
/// # Safety
///
/// `expression` is NULL or a string that a NUL ends. `filter` is NULL, or a pointer may be written
/// there. `error` is NULL, or `size` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_filter_new(
    expression: *const c_char,
    filter: *mut *mut netflow_filter,
    error: *mut netflow_filter_error,
    size: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        unsafe { pointer::set_no_handle(filter, "place for the filter") }?;
        let output = if error.is_null() {
            None
        } else {
            // SAFETY: as the caller promises.
            Some(unsafe { OutputStruct::new(error, size, "filter error") }?)
        };
        pointer::check(expression, "expression")?;
        // SAFETY: as the caller promises.
        let parsed = match unsafe { pointer::string(expression, "expression") } {
            Ok(expression) => Filter::parse(expression).map_err(|error| (&error).into()),
            Err(_) => Err(netflow_filter_error::not_utf8()),
        };
        if let Some(output) = output {
            output.write(
                *parsed
                    .as_ref()
                    .err()
                    .unwrap_or(&netflow_filter_error::default()),
            );
        }
        let parsed = parsed.map_err(|_| Failure::argument("expression"))?;
        let made = netflow_filter { filter: parsed };
        // SAFETY: as the caller promises.
        unsafe { pointer::set_handle(filter, made, "place for the filter") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Frees a filter; decoders that it was set for keep it. NULL is ignored.
///
/// # Safety
///
/// `filter` is NULL or a handle that is not freed and not in use by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_filter_free(filter: *mut netflow_filter) {
    // SAFETY: as the caller promises.
    unsafe { free(filter) };
}

/// From the next datagram on, `netflow_flows` and `netflow_each_flow` pass over the flows that do not
/// match, as do Arrow handles that are made from then on. The walk over sets and records is not filtered.
/// A `filter` of NULL ends this. The message ends.
///
/// # Safety
///
/// `decoder` and `filter` are NULL or handles that are not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_filter_set(
    decoder: *mut netflow_decoder,
    filter: *const netflow_filter,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        let chosen = if filter.is_null() {
            None
        } else {
            // SAFETY: as the caller promises.
            Some(unsafe { handle(filter) }?.filter.clone())
        };
        decoder.state(|state| {
            state.end()?;
            state.filter = chosen;
            Ok(netflow_result::NETFLOW_OK)
        })
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Tests every flow of the message, in the order of `netflow_flows`: writes 1 to `matches` for a flow that
/// matches, 0 for any other, and the number of flows to `count`. With more flows than `capacity` it
/// is NETFLOW_ERROR_SPACE, and `count` is the capacity needed; NETFLOW_END means that there are none.
/// Flows that `netflow_filter_set` excludes are not among them.
///
/// # Safety
///
/// `filter` and `decoder` are NULL or handles that are not freed. `matches` is NULL, or `capacity` octets
/// may be written there. `count` is NULL, or a `size_t` may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_filter_test(
    filter: *const netflow_filter,
    decoder: *mut netflow_decoder,
    matches: *mut u8,
    capacity: usize,
    count: *mut usize,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        unsafe { pointer::set(count, 0, "count of the flows") }?;
        // SAFETY: as the caller promises.
        let filter = unsafe { handle(filter) }?;
        pointer::check(matches, "matches")?;
        let flows = decoder.state(|state| {
            let selection: Selection = state.selection();
            state.with(|reading, _| {
                let mut cursor = FlowCursor::new(&reading.message, selection);
                let mut flows = 0_usize;
                while let Some(flow) = cursor.next() {
                    if flows < capacity {
                        let is_match = u8::from(filter.filter.matches(&flow));
                        // SAFETY: as the caller promises, and it is not NULL; fewer than `capacity` are
                        // before it.
                        let place = unsafe { matches.add(flows) };
                        // SAFETY: the octet may be written.
                        unsafe { place.write(is_match) };
                    }
                    flows += 1;
                }
                flows
            })
        })?;
        // SAFETY: as the caller promises; it was checked above.
        unsafe { pointer::set(count, flows, "count of the flows") }?;
        if flows > capacity {
            let space = netflow_result::NETFLOW_ERROR_SPACE;
            return Err(Failure::Argument(space, "room for the flows"));
        }
        Ok(ok_or_end(flows > 0))
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// The handle that a pointer points to.
///
/// # Safety
///
/// `filter` is NULL or a handle that is not freed for `'a`.
unsafe fn handle<'a>(filter: *const netflow_filter) -> Result<&'a netflow_filter, Failure> {
    pointer::check(filter, "filter")?;
    // SAFETY: it is a handle that is not freed; nothing changes it.
    Ok(unsafe { &*filter })
}
