//! Errors, problems, counters.

use core::ffi::{c_char, c_int, c_void};

use netflow_core::ErrorKind;

use super::{call, call_with, ok_or_end};
use crate::c_types::netflow_text;
use crate::domain::{netflow_domain, netflow_domain_callback};
use crate::handle::{HandleState, netflow_decoder};
use crate::pointer::{self, OutputStruct};
use crate::problem::{self, netflow_error, netflow_problem};
use crate::result::{Failure, netflow_result};
use crate::stats::netflow_stats;

/// What a result means, in English; the text is always valid.
#[unsafe(no_mangle)]
pub extern "C" fn netflow_strerror(result: i32) -> *const c_char {
    netflow_result::text_of(result).as_ptr()
}

/// The name of a `netflow_reason` in snake case, such as `no_template`; of length 0 if there is no
/// such reason. The text is always valid and ends in NUL.
#[unsafe(no_mangle)]
pub extern "C" fn netflow_reason_name(reason: u32) -> netflow_text {
    problem::code(reason)
}

/// The error of the last call with this handle that failed; calls that succeed do not change it.
/// `size` is `sizeof(netflow_error)`. NETFLOW_END means that none has failed.
///
/// If `decoder` is NULL, that of the last call of this thread that failed and had no decoder, such as
/// `netflow_decoder_new`; the error then names the option that is wrong. Its text stays until this thread
/// calls the function with NULL again.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `error` is NULL, or `size` octets may be written
/// there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_last_error(
    decoder: *mut netflow_decoder,
    error: *mut netflow_error,
    size: usize,
) -> netflow_result {
    if decoder.is_null() {
        return call(|| {
            // SAFETY: as the caller promises.
            let output = unsafe { OutputStruct::new(error, size, "error") }?;
            let last = super::thread::last();
            Ok(ok_or_end(last.map(|last| output.write(last)).is_some()))
        });
    }
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(error, size, "error") }?;
        let Some(failure) = decoder.failure() else {
            return Ok(netflow_result::NETFLOW_END);
        };
        decoder.state(|state| {
            output.write(netflow_error::new(&failure, &mut state.error));
            Ok(netflow_result::NETFLOW_OK)
        })
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// The next problem of the message: what was passed over, and why. `size` is
/// `sizeof(netflow_problem)`.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `problem` is NULL, or `size` octets may be
/// written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_next_problem(
    decoder: *mut netflow_decoder,
    problem: *mut netflow_problem,
    size: usize,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(problem, size, "problem") }?;
        decoder.state(|state| {
            let mut detail = core::mem::take(&mut state.problem);
            let next = state.with(|reading, _| {
                let problem = reading.problems().next()?;
                Some(netflow_problem::new(&problem, &mut detail))
            });
            state.problem = detail;
            Ok(ok_or_end(next?.map(|next| output.write(next)).is_some()))
        })
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Reads the counters. `size` is `sizeof(netflow_stats)`.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `stats` is NULL, or `size` octets may be written
/// there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_stats_read(
    decoder: *mut netflow_decoder,
    stats: *mut netflow_stats,
    size: usize,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(stats, size, "stats") }?;
        decoder.state(|state| {
            let decoder = state.decoded.decoder();
            let (octets, domains) = (decoder.state_octets(), decoder.domain_count());
            output.write(netflow_stats::new(decoder.stats(), octets, domains));
            Ok(netflow_result::NETFLOW_OK)
        })
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// The number of problems of a `netflow_reason` since the decoder was made.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `count` is NULL, or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_problem_count(
    decoder: *mut netflow_decoder,
    reason: u32,
    count: *mut u64,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        pointer::check(count, "count of problems")?;
        let unknown = netflow_result::NETFLOW_ERROR_UNKNOWN;
        let mut codes = ErrorKind::CODES.iter();
        let code = codes.find(|(number, _)| u32::from(*number) == reason);
        let (_, code) = code.ok_or(Failure::Argument(unknown, "reason"))?;
        let counted = |state: &mut HandleState| {
            let mut problems = state.decoded.decoder().stats().problems();
            let counted = problems.find(|(counted, _)| counted == code);
            Ok(counted.map_or(0, |(_, count)| count))
        };
        let counted = decoder.state(counted)?;
        // SAFETY: as the caller promises.
        unsafe { pointer::set(count, counted, "count of problems") }?;
        Ok(netflow_result::NETFLOW_OK)
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Calls `callback` for every known observation domain, with `user`: what it sent, and what of it was
/// lost. The callback cannot use the handle. If it returns anything but 0, the result is
/// NETFLOW_STOPPED.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed, and `callback` does not free it. `callback` may be
/// called with `user`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_each_domain(
    decoder: *mut netflow_decoder,
    callback: netflow_domain_callback,
    user: *mut c_void,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        let callback = callback.ok_or(Failure::null("callback"))?;
        // SAFETY: as the caller promises; the domain is there until it returns.
        let call = |domain: &netflow_domain| -> c_int { unsafe { callback(domain, user) } };
        decoder.state(|state| {
            let mut domains = state.decoded.decoder().domains();
            let stopped = domains.any(|report| call(&netflow_domain::new(&report)) != 0);
            Ok(if stopped {
                netflow_result::NETFLOW_STOPPED
            } else {
                netflow_result::NETFLOW_OK
            })
        })
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}
