//! The health of exporters.

use core::net::SocketAddr;

use super::{call, call_with, free, ok_or_end};
use crate::c_types::netflow_address;
use crate::datagram::netflow_datagram;
use crate::handle::netflow_decoder;
use crate::health::{netflow_detail, netflow_finding, netflow_health};
use crate::pointer::{self, OutputStruct};
use crate::result::{Failure, netflow_result};

/// Makes a handle that gathers the health of exporters. One may follow several decoders. Its memory is
/// bounded for any number of exporters.
///
/// # Safety
///
/// `health` is NULL, or a pointer may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_health_new(health: *mut *mut netflow_health) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        unsafe { pointer::set_no_handle(health, "place for the health handle") }?;
        let made = netflow_health::default();
        // SAFETY: as the caller promises.
        unsafe { pointer::set_handle(health, made, "place for the health handle") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Frees the handle and the findings that it returned. NULL is ignored.
///
/// # Safety
///
/// `health` is NULL or a handle that is not freed and not in use by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_health_free(health: *mut netflow_health) {
    // SAFETY: as the caller promises.
    unsafe { free(health) };
}

/// Adds what `decoder` decoded from the last datagram: call it after each successful
/// `netflow_decode`, whether the flows were read or not.
///
/// # Safety
///
/// `health` and `decoder` are NULL or handles that are not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_health_add(
    health: *mut netflow_health,
    decoder: *mut netflow_decoder,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let health = unsafe { handle(health) }?;
        decoder.state(|state| state.with(|reading, _| health.health.decoded(&reading.message)))?;
        Ok(netflow_result::NETFLOW_OK)
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Adds a datagram for which the last call with `decoder`, `netflow_decode`, returned
/// NETFLOW_ERROR_UNREADABLE. Without such a failure it is NETFLOW_ERROR_NO_MESSAGE.
///
/// # Safety
///
/// `health` and `decoder` are NULL or handles that are not freed. `datagram` is NULL or points to a
/// datagram whose `size` is right and whose payload is NULL or has `payload_len` octets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_health_unreadable(
    health: *mut netflow_health,
    decoder: *mut netflow_decoder,
    datagram: *const netflow_datagram,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let health = unsafe { handle(health) }?;
        let empty = netflow_datagram::default();
        // SAFETY: as the caller promises.
        let datagram = unsafe { pointer::read(datagram, empty, "datagram") }?;
        let (payload, len) = (datagram.payload, datagram.payload_len);
        // SAFETY: as the caller promises; what is kept of them is a copy.
        let payload = unsafe { pointer::items(payload, len, "payload") }?;
        let datagram = datagram.with(payload)?;
        let Some(Failure::Datagram(error)) = decoder.failure() else {
            let none = netflow_result::NETFLOW_ERROR_NO_MESSAGE;
            return Err(Failure::Argument(none, "no datagram was unreadable"));
        };
        health.health.unreadable(&datagram, &error);
        Ok(netflow_result::NETFLOW_OK)
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Takes what `decoder` knows of a stream that has ended: call it before `netflow_end_session`.
///
/// # Safety
///
/// `health` and `decoder` are NULL or handles that are not freed. `exporter` is NULL or points to an
/// address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_health_session_ended(
    health: *mut netflow_health,
    decoder: *mut netflow_decoder,
    exporter: *const netflow_address,
    port: u16,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let health = unsafe { handle(health) }?;
        // SAFETY: as the caller promises.
        let address = unsafe { pointer::get(exporter, "exporter") }?;
        let address = address.source().ok_or(Failure::argument("exporter"))?;
        decoder.state(|state| {
            let exporter = SocketAddr::new(address, port);
            health
                .health
                .session_ended(state.decoded.decoder(), exporter);
            Ok(netflow_result::NETFLOW_OK)
        })
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Derives the findings so far, with what `decoder` counted and what options announced, and starts the
/// walk over them. Findings returned before are no longer valid.
///
/// # Safety
///
/// `health` and `decoder` are NULL or handles that are not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_health_report(
    health: *mut netflow_health,
    decoder: *mut netflow_decoder,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let health = unsafe { handle(health) }?;
        decoder.state(|state| {
            let report = health.health.report(state.decoded.decoder());
            health.walk(&report);
            Ok(netflow_result::NETFLOW_OK)
        })
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// The next finding of the last report, the most severe first. `size` is `sizeof(netflow_finding)`.
///
/// # Safety
///
/// `health` is NULL or a handle that is not freed. `finding` is NULL, or `size` octets may be
/// written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_next_finding(
    health: *mut netflow_health,
    finding: *mut netflow_finding,
    size: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let health = unsafe { handle(health) }?;
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(finding, size, "finding") }?;
        let next = health.next().map(|next| output.write(next));
        Ok(ok_or_end(next.is_some()))
    })
}

/// A detail of the finding that was taken last, counted from 0; NETFLOW_END after the last. What it
/// points to is valid until the next `netflow_health_report` or `netflow_health_free`. `size` is
/// `sizeof(netflow_detail)`.
///
/// # Safety
///
/// `health` is NULL or a handle that is not freed. `detail` is NULL, or `size` octets may be written
/// there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_finding_detail(
    health: *mut netflow_health,
    index: usize,
    detail: *mut netflow_detail,
    size: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let health = unsafe { handle(health) }?;
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(detail, size, "detail") }?;
        let found = health.detail(index).map(|found| output.write(found));
        Ok(ok_or_end(found.is_some()))
    })
}

/// The handle that a pointer points to.
///
/// # Safety
///
/// `health` is NULL or a handle that is not freed, and nobody else uses it for `'a`.
unsafe fn handle<'a>(health: *mut netflow_health) -> Result<&'a mut netflow_health, Failure> {
    pointer::check(health, "health handle")?;
    // SAFETY: it is a handle that is not freed, and one thread uses it; nothing calls back.
    Ok(unsafe { &mut *health })
}
