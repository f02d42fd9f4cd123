//! The flows of a message: into the caller's array, or to a callback.

use core::ffi::{c_int, c_void};
use core::mem;

use super::{call_with, ok_or_end};
use crate::flow::{self, FlowRows, netflow_flow, netflow_flow_callback};
use crate::handle::{HandleState, netflow_decoder};
use crate::pointer;
use crate::result::{Failure, netflow_result};

/// Octets that every row of flows has: the members before the fields.
const FIRST_SIZE: usize = 32;

/// Flows that are filled at a time before the callback is called for each.
const ROWS: usize = 16;

/// Writes the next flows of the message into the caller's array, at most `capacity` (1 or more), and
/// their number to `count`. The next call continues after them; NETFLOW_END means that there are no
/// more. `flow_size` is `sizeof(netflow_flow)`, which shows the library the fields that the program
/// knows.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `flows` is NULL, or `capacity` times `flow_size`
/// octets may be written there. `count` is NULL, or a `size_t` may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_flows(
    decoder: *mut netflow_decoder,
    flows: *mut netflow_flow,
    flow_size: usize,
    capacity: usize,
    count: *mut usize,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        unsafe { pointer::set(count, 0, "count of the flows") }?;
        pointer::check(flows, "flows")?;
        check_size(flow_size, capacity)?;
        // SAFETY: as the caller promises; nobody else uses them until the call returns.
        let mut rows = unsafe { FlowRows::new(flows.cast(), flow_size, capacity) };
        let filled = decoder.state(|state| {
            let fields = state.options.fields;
            state.with(|reading, lists| flow::fill(&mut reading.flows, &mut rows, fields, lists))
        })?;
        // SAFETY: as the caller promises; it was checked above.
        unsafe { pointer::set(count, filled, "count of the flows") }?;
        Ok(ok_or_end(filled > 0))
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

fn check_size(flow_size: usize, capacity: usize) -> Result<(), Failure> {
    let size = Failure::Argument(netflow_result::NETFLOW_ERROR_SIZE, "size of a flow");
    if !(FIRST_SIZE..pointer::TOO_LARGE).contains(&flow_size) {
        return Err(size);
    }
    if capacity == 0 {
        let space = netflow_result::NETFLOW_ERROR_SPACE;
        return Err(Failure::Argument(space, "room for flows"));
    }
    if flow_size % align_of::<netflow_flow>() != 0 {
        let misaligned = netflow_result::NETFLOW_ERROR_MISALIGNED;
        return Err(Failure::Argument(misaligned, "size of a flow"));
    }
    let octets = capacity.checked_mul(flow_size).map(isize::try_from);
    match octets {
        Some(Ok(_)) => Ok(()),
        _ => Err(size),
    }
}

/// Calls `callback` for every flow of the message, with `user`. The callback may read the message with
/// other functions. If it ends the message (by `netflow_decode`, for example) or starts it again
/// (`netflow_rewind`), the result is NETFLOW_ERROR_BUSY; if it returns anything but 0, NETFLOW_STOPPED.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed, and `callback` does not free it. `callback` may be
/// called with `user`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_each_flow(
    decoder: *mut netflow_decoder,
    callback: netflow_flow_callback,
    user: *mut c_void,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        let callback = callback.ok_or(Failure::null("callback"))?;
        // SAFETY: as the caller promises; the flow is valid until it returns.
        let mut call = |flow: &netflow_flow| unsafe { callback(flow, user) };
        each(decoder, &mut call)
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

fn each(
    decoder: &netflow_decoder,
    call: &mut dyn FnMut(&netflow_flow) -> c_int,
) -> Result<netflow_result, Failure> {
    // The state is borrowed only while flows are filled: the callback may need it.
    let (mut each, generation) = decoder.state(|state| {
        if state.in_callback {
            return Err(Failure::busy(
                "flows are being passed to a callback already",
            ));
        }
        let selection = state.selection();
        state.with(|reading, _| {
            let cursor = flow::FlowCursor::new(&reading.message, selection);
            reading.each = Some(Box::new(cursor));
        })?;
        state.in_callback = true;
        Ok((mem::take(&mut state.each), state.generation))
    })?;
    each.rows.resize(ROWS, netflow_flow::default());
    let mut next = || {
        let filled = decoder.state(|state| {
            if state.generation != generation {
                return Err(Failure::busy("the callback ended the message"));
            }
            each.lists.clear();
            fill(state, &mut each.rows, &mut each.lists)
        })?;
        for flow in each.rows.iter().take(filled) {
            if call(flow) != 0 {
                return Ok(Some(netflow_result::NETFLOW_STOPPED));
            }
            if decoder.state(|state| Ok(state.generation))? != generation {
                return Err(Failure::busy("the callback ended the message"));
            }
        }
        Ok((filled == 0).then_some(netflow_result::NETFLOW_OK))
    };
    let ended = loop {
        match next() {
            Ok(None) => {}
            Ok(Some(result)) => break Ok(result),
            Err(failure) => break Err(failure),
        }
    };
    decoder.state(|state| {
        state.in_callback = false;
        state.each = each;
        Ok(())
    })?;
    ended
}

fn fill(
    state: &mut HandleState,
    rows: &mut [netflow_flow],
    lists: &mut flow::NumberLists,
) -> Result<usize, Failure> {
    let fields = state.options.fields;
    let size = size_of::<netflow_flow>();
    // SAFETY: the rows are ours, and nobody else uses them until `rows` is.
    let mut rows = unsafe { FlowRows::new(rows.as_mut_ptr().cast(), size, rows.len()) };
    state.with(|reading, _| match &mut reading.each {
        Some(each) => flow::fill(each, &mut rows, fields, lists),
        None => 0,
    })
}

/// Starts every way of reading the message again. Pointers in flows are no longer valid.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_rewind(decoder: *mut netflow_decoder) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        decoder.state(HandleState::rewind)?;
        Ok(netflow_result::NETFLOW_OK)
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

// Old programs know no more of a flow than this.
const _: () = assert!(
    core::mem::offset_of!(netflow_flow, exporter_address) == FIRST_SIZE
        || cfg!(not(target_pointer_width = "64"))
);
