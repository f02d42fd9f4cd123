//! The sockets of a collector.

use core::ffi::c_char;

use super::{call, call_with, datagram_output, free, write_datagram, write_text};
use crate::c_types::netflow_address;
use crate::datagram::netflow_datagram;
use crate::handle::{HandleState, netflow_decoder};
use crate::listener::{
    ListenerSettings, Received, Sockets, netflow_listen_address, netflow_listener,
    netflow_listener_options, netflow_listener_stats,
};
use crate::pointer::{self, OutputStruct};
use crate::result::{Failure, netflow_result};

const BUSY: Failure = Failure::busy("the listener is in use");

/// Writes the default options. `size` is `sizeof(netflow_listener_options)`.
///
/// # Safety
///
/// `options` is NULL, or `size` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_listener_options_init(
    options: *mut netflow_listener_options,
    size: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(options, size, "listener options") }?;
        output.write(netflow_listener_options {
            size,
            ..netflow_listener_options::default()
        });
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Opens the sockets of a collector: UDP, and IPFIX over TCP and TLS. If they cannot be opened, a
/// sentence for people says why: it is written to `message`, NUL-terminated and cut to `capacity`, unless
/// that is 0. NETFLOW_ERROR_UNSUPPORTED means that the library was built without sockets, or without
/// TLS; NETFLOW_ERROR_SYSTEM, that the system refuses.
///
/// # Safety
///
/// `options` is NULL or points to options whose `size` is right and whose pointers are NULL or point to
/// as many items as they have, and to NUL-terminated text. `listener` is NULL, or a pointer may be
/// written there. `message` is NULL, or `capacity` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_listener_new(
    options: *const netflow_listener_options,
    listener: *mut *mut netflow_listener,
    message: *mut c_char,
    capacity: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        unsafe { pointer::set_no_handle(listener, "place for the listener") }?;
        // SAFETY: as the caller promises.
        let settings = unsafe { settings(options) }?;
        let (sockets, stop) = Sockets::open(&settings).map_err(|(failure, reason)| {
            // SAFETY: as the caller promises.
            unsafe { write_text(&reason, message, capacity) };
            failure
        })?;
        let made = netflow_listener {
            sockets: sockets.into(),
            stop,
        };
        // SAFETY: as the caller promises.
        unsafe { pointer::set_handle(listener, made, "place for the listener") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Closes the sockets and frees the handle. What was received last may not be used any more. NULL is
/// ignored.
///
/// # Safety
///
/// `listener` is NULL or a handle that is not freed and not in use by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_listener_free(listener: *mut netflow_listener) {
    // SAFETY: as the caller promises.
    unsafe { free(listener) };
}

/// Receives the next datagram, or message of a connection, and decodes it as `netflow_decode` does. It
/// waits for one as long as `netflow_listener_options.idle` says.
///
/// NETFLOW_OK: it is decoded. NETFLOW_ERROR_UNREADABLE: it cannot be read. NETFLOW_IDLE: nothing came.
/// NETFLOW_SESSION_ENDED: the connection of an exporter has ended; its templates are forgotten by the
/// next call, so that `netflow_health_session_ended` can be called before. NETFLOW_END: it was stopped,
/// and everything received before has been returned.
///
/// `datagram` may be NULL; else its `size` is set by `netflow_datagram_init`, and what was received is
/// written there: all of it after NETFLOW_OK and NETFLOW_ERROR_UNREADABLE, the exporter after
/// NETFLOW_SESSION_ENDED. Its octets belong to the listener until the next call with `listener`.
///
/// # Safety
///
/// `listener` and `decoder` are NULL or handles that are not freed, and no other thread uses them but
/// for `netflow_listener_stop`. Nothing is used any more that another decoder returned of the last
/// datagram of this listener. `datagram` is NULL or points to a datagram whose `size` is right.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_receive(
    listener: *mut netflow_listener,
    decoder: *mut netflow_decoder,
    datagram: *mut netflow_datagram,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // First, since the octets of the last one are overwritten.
        decoder.state(HandleState::end)?;
        // SAFETY: as the caller promises.
        let listener = unsafe { handle(listener) }?;
        // SAFETY: as the caller promises.
        let output = unsafe { datagram_output(datagram) }?;
        let mut sockets = listener.sockets.try_borrow_mut().map_err(|_| BUSY)?;
        let sockets = &mut *sockets;
        match decoder.state(move |state| sockets.receive(state.change()))? {
            Received::Idle => Ok(netflow_result::NETFLOW_IDLE),
            Received::Ended => Ok(netflow_result::NETFLOW_END),
            Received::SessionEnded(exporter) => {
                if let Some(output) = output {
                    write_datagram(output, netflow_datagram::session_ended(exporter));
                }
                Ok(netflow_result::NETFLOW_SESSION_ENDED)
            }
            Received::Datagram(received) => {
                let (start, len) = (received.payload.as_ptr(), received.payload.len());
                if let Some(output) = output {
                    write_datagram(output, netflow_datagram::received(&received));
                }
                // SAFETY: the octets stay as they are until the next call, which ends the message
                // first; that no other decoder has one of them is what the caller promises.
                let payload: &'static [u8] = unsafe { pointer::items(start, len, "payload") }?;
                let datagram = netflow_core::Datagram::new(
                    received.exporter,
                    received.transport,
                    received.received,
                    payload,
                );
                let datagram = datagram.with_frame(received.input, received.frame);
                decoder.state(|state| state.decode(datagram))?;
                Ok(netflow_result::NETFLOW_OK)
            }
        }
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Stops a listener: `netflow_receive` returns what was received before, then NETFLOW_END. It may be
/// called by any thread and in signal handlers, any number of times.
///
/// # Safety
///
/// `listener` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_listener_stop(
    listener: *const netflow_listener,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        unsafe { handle(listener) }?.stop.stop();
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// The descriptor that is readable while there is something to receive, for programs with an event loop
/// of their own: set `idle` of the options to NETFLOW_AT_ONCE, and call `netflow_receive` until it
/// returns NETFLOW_IDLE, when the descriptor is readable and a few times a second besides. -1 if there is
/// none.
///
/// # Safety
///
/// `listener` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_listener_fd(listener: *const netflow_listener) -> i32 {
    let mut descriptor = -1;
    let result = call(|| {
        // SAFETY: as the caller promises.
        let listener = unsafe { handle(listener) }?;
        let sockets = listener.sockets.try_borrow().map_err(|_| BUSY)?;
        descriptor = sockets.descriptor();
        Ok(netflow_result::NETFLOW_OK)
    });
    if result == netflow_result::NETFLOW_OK {
        descriptor
    } else {
        -1
    }
}

/// The address and port of a listener, counted from 0 in the order of the options, with the port that the
/// system chose; NETFLOW_END after the last.
///
/// # Safety
///
/// `listener` is NULL or a handle that is not freed. `address` is NULL, or an address may be written
/// there, and `port` is NULL, or a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_listener_address(
    listener: *const netflow_listener,
    index: usize,
    address: *mut netflow_address,
    port: *mut u16,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let listener = unsafe { handle(listener) }?;
        let sockets = listener.sockets.try_borrow().map_err(|_| BUSY)?;
        let Some(open) = sockets.address(index) else {
            return Ok(netflow_result::NETFLOW_END);
        };
        // SAFETY: as the caller promises.
        unsafe { pointer::set(address, open.address, "address") }?;
        // SAFETY: as the caller promises.
        unsafe { pointer::set(port, open.port, "port") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// What a listener received, refused and lost so far. `size` is `sizeof(netflow_listener_stats)`.
///
/// # Safety
///
/// `listener` is NULL or a handle that is not freed. `stats` is NULL, or `size` octets may be written
/// there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_listener_stats_read(
    listener: *const netflow_listener,
    stats: *mut netflow_listener_stats,
    size: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let listener = unsafe { handle(listener) }?;
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(stats, size, "listener statistics") }?;
        let sockets = listener.sockets.try_borrow().map_err(|_| BUSY)?;
        output.write(sockets.stats());
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// The listener of a handle.
///
/// # Safety
///
/// `listener` is NULL or a handle that stays for `'a`.
unsafe fn handle<'a>(listener: *const netflow_listener) -> Result<&'a netflow_listener, Failure> {
    pointer::check(listener, "listener")?;
    // SAFETY: it is a handle. What changes in it is in cells.
    Ok(unsafe { &*listener })
}

/// The options and what they point to.
///
/// # Safety
///
/// As for [`netflow_listener_new`]; it stays for `'a`.
unsafe fn settings<'a>(
    options: *const netflow_listener_options,
) -> Result<ListenerSettings<'a>, Failure> {
    let defaults = netflow_listener_options::default();
    // SAFETY: as the caller promises.
    let options = unsafe { pointer::read(options, defaults, "listener options") }?;
    let (start, count) = (options.addresses, options.address_count);
    // SAFETY: as the caller promises.
    let items: &[netflow_listen_address] = unsafe { pointer::items(start, count, "addresses") }?;
    let mut addresses = Vec::with_capacity(items.len());
    for item in items {
        if item.reserved != 0 {
            return Err(Failure::argument("reserved member of an address"));
        }
        // SAFETY: as the caller promises.
        let address = unsafe { pointer::string(item.address, "address") }?;
        addresses.push((address, item.transport));
    }
    let path = |pointer: *const c_char, what| {
        if pointer.is_null() {
            return Ok(None);
        }
        // SAFETY: as the caller promises.
        unsafe { pointer::string(pointer, what) }.map(Some)
    };
    Ok(ListenerSettings {
        addresses,
        certificate: path(options.certificate, "certificate")?,
        key: path(options.key, "key")?,
        client_ca: path(options.client_ca, "client_ca")?,
        options,
    })
}
