//! IPFIX over TCP, cut into messages.

use netflow_io::IpfixFraming;

use super::{call, datagram_output, free};
use crate::datagram::{netflow_datagram, netflow_transport};
use crate::pointer;
use crate::result::{Failure, netflow_result};
use crate::stream::{self, netflow_stream};

/// Begins to read a stream of IPFIX, as TCP and TLS carry it (RFC 7011, section 10.4): one handle for each
/// connection. Messages may have `max_message` octets, or any length if it is 0.
///
/// # Safety
///
/// `stream` is NULL, or a pointer may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_stream_new(
    max_message: usize,
    stream: *mut *mut netflow_stream,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        unsafe { pointer::set_no_handle(stream, "place for the stream") }?;
        let mut framing = IpfixFraming::new();
        if max_message != 0 {
            framing = framing.with_max_message(max_message);
        }
        // SAFETY: as the caller promises.
        unsafe { pointer::set_handle(stream, netflow_stream { framing }, "place for the stream") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Frees a stream; also call `netflow_end_session` for its exporter. NULL is ignored.
///
/// # Safety
///
/// `stream` is NULL or a handle that is not freed and not in use by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_stream_free(stream: *mut netflow_stream) {
    // SAFETY: as the caller promises.
    unsafe { free(stream) };
}

/// Takes octets as they were read from the connection; they are copied. All complete messages are to be
/// taken by `netflow_stream_next` before the next call, so that no more than one message is held.
///
/// # Safety
///
/// `stream` is NULL or a handle that is not freed. `octets` is NULL or has `len` octets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_stream_push(
    stream: *mut netflow_stream,
    octets: *const u8,
    len: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let stream = unsafe { handle(stream) }?;
        // SAFETY: as the caller promises.
        stream
            .framing
            .push(unsafe { pointer::items(octets, len, "octets") }?);
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// The next complete message, for `netflow_decode`: its octets and transport are written to `datagram`,
/// other members stay as `netflow_datagram_init` and the caller set them. The octets belong to the stream
/// until the next call with it. NETFLOW_END means that octets are missing. NETFLOW_ERROR_INPUT means that the
/// connection does not carry IPFIX, or no longer does: it is to be closed, and `netflow_last_error` with NULL
/// says why.
///
/// # Safety
///
/// `stream` is NULL or a handle that is not freed. `datagram` is NULL or points to a datagram whose `size` is
/// right.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_stream_next(
    stream: *mut netflow_stream,
    datagram: *mut netflow_datagram,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let stream = unsafe { handle(stream) }?;
        // SAFETY: as the caller promises.
        let output = unsafe { datagram_output(datagram) }?.ok_or(Failure::null("datagram"))?;
        let empty = netflow_datagram::default();
        // SAFETY: as the caller promises.
        let known = unsafe { pointer::read(datagram.cast_const(), empty, "datagram") }?;
        let found = stream.framing.next_message();
        let Some(message) = found.map_err(|error| stream::failure(&error))? else {
            return Ok(netflow_result::NETFLOW_END);
        };
        output.write(netflow_datagram {
            payload: message.as_ptr(),
            payload_len: message.len(),
            transport: netflow_transport::NETFLOW_TRANSPORT_STREAM as u32,
            ..known
        });
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Octets of a message that is not complete: not 0 at the end of a connection that was cut. 0 if `stream` is
/// NULL.
///
/// # Safety
///
/// `stream` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_stream_pending(stream: *mut netflow_stream) -> usize {
    let mut pending = 0;
    call(|| {
        // SAFETY: as the caller promises.
        pending = unsafe { handle(stream) }?.framing.pending();
        Ok(netflow_result::NETFLOW_OK)
    });
    pending
}

/// The stream of a handle.
///
/// # Safety
///
/// `stream` is NULL or a handle that nobody else uses for `'a`.
unsafe fn handle<'a>(stream: *mut netflow_stream) -> Result<&'a mut netflow_stream, Failure> {
    pointer::check(stream, "stream")?;
    // SAFETY: it is a handle, and its functions call nothing that could use it.
    Ok(unsafe { &mut *stream })
}
