//! Messages sent on as IPFIX.

use core::ffi::c_void;

use netflow_core::encode::Relay;

use super::{call, call_with, free};
use crate::handle::netflow_decoder;
use crate::pointer::{self, OutputStruct};
use crate::relay::{
    netflow_relay, netflow_relay_options, netflow_relay_stats, netflow_send_callback,
};
use crate::result::{Failure, netflow_result};

const BUSY: Failure = Failure::busy("the relay is in use");

/// Writes the default options. `size` is `sizeof(netflow_relay_options)`.
///
/// # Safety
///
/// `options` is NULL, or `size` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_relay_options_init(
    options: *mut netflow_relay_options,
    size: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(options, size, "relay options") }?;
        output.write(netflow_relay_options {
            size,
            ..netflow_relay_options::default()
        });
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Makes a relay: it forwards what decoders read, as IPFIX. `options` may be NULL, for all defaults.
///
/// Each observation domain of each exporter becomes an observation domain of the relay, numbered from 1.
/// Records keep their fields and octets; uptimes become times since 1970, and samples of sFlow records
/// of their normalised fields.
///
/// # Safety
///
/// `options` is NULL or points to options whose `size` is right. `relay` is NULL, or a pointer may be
/// written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_relay_new(
    options: *const netflow_relay_options,
    relay: *mut *mut netflow_relay,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        unsafe { pointer::set_no_handle(relay, "place for the relay") }?;
        // SAFETY: as the caller promises.
        let options: netflow_relay_options =
            unsafe { pointer::read_or_default(options, "relay options") }?;
        let made = netflow_relay {
            relay: Relay::new(options.limits()?).into(),
        };
        // SAFETY: as the caller promises.
        unsafe { pointer::set_handle(relay, made, "place for the relay") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Frees a relay. NULL is ignored.
///
/// # Safety
///
/// `relay` is NULL or a handle that is not freed and not in use by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_relay_free(relay: *mut netflow_relay) {
    // SAFETY: as the caller promises.
    unsafe { free(relay) };
}

/// Sends on the flows and options of the message that `decoder` decoded last: calls `send` for each message
/// of IPFIX, with `user`. Flows that `netflow_filter_set` excludes are not sent.
///
/// If `send` returns anything but 0, the result is NETFLOW_STOPPED: the other messages are not sent, the
/// receiver sees their records as lost, and all templates are sent again before they are needed, so
/// that the relay may go on with another connection.
///
/// # Safety
///
/// `relay` and `decoder` are NULL or handles that are not freed, and `send` does not free them. `send` may
/// be called with `user`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_relay_forward(
    relay: *mut netflow_relay,
    decoder: *mut netflow_decoder,
    send: netflow_send_callback,
    user: *mut c_void,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let relay = unsafe { handle(relay) }?;
        let send = send.ok_or(Failure::null("send"))?;
        let mut relay = relay.relay.try_borrow_mut().map_err(|_| BUSY)?;
        let sent = decoder.state(|state| {
            let filter = state.filter.clone();
            state.with(|reading, _| {
                let matches = |flow: &netflow_core::Flow<'_>| {
                    filter.as_ref().is_none_or(|filter| filter.matches(flow))
                };
                relay.try_forward_where(reading.message, matches, |octets| {
                    // SAFETY: as the caller promises; the octets are valid until it returns.
                    match unsafe { send(octets.as_ptr(), octets.len(), user) } {
                        0 => Ok(()),
                        _ => Err(()),
                    }
                })
            })
        })?;
        Ok(match sent {
            Ok(()) => netflow_result::NETFLOW_OK,
            Err(()) => netflow_result::NETFLOW_STOPPED,
        })
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Sends each template again before the next record that uses it. A new receiver needs this: after a new
/// connection, or at the start of a file.
///
/// # Safety
///
/// `relay` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_relay_resend_templates(
    relay: *mut netflow_relay,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let relay = unsafe { handle(relay) }?;
        let mut relay = relay.relay.try_borrow_mut().map_err(|_| BUSY)?;
        relay.resend_templates();
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// What a relay has sent so far. `size` is `sizeof(netflow_relay_stats)`.
///
/// # Safety
///
/// `relay` is NULL or a handle that is not freed. `stats` is NULL, or `size` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_relay_stats_read(
    relay: *const netflow_relay,
    stats: *mut netflow_relay_stats,
    size: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let relay = unsafe { handle(relay) }?;
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(stats, size, "relay statistics") }?;
        let relay = relay.relay.try_borrow().map_err(|_| BUSY)?;
        output.write((*relay.stats()).into());
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// The relay of a handle.
///
/// # Safety
///
/// `relay` is NULL or a handle that stays for `'a`.
unsafe fn handle<'a>(relay: *const netflow_relay) -> Result<&'a netflow_relay, Failure> {
    pointer::check(relay, "relay")?;
    // SAFETY: it is a handle. What changes in it is in cells.
    Ok(unsafe { &*relay })
}
