//! Captures and IPFIX files.

use core::ffi::c_char;

use netflow_io::{Arrival, CaptureError, CaptureOptions, Datagrams as _, Source};

use super::{call, datagram_output, free, write_datagram, write_text};
use crate::c_types::netflow_text;
use crate::datagram::netflow_datagram;
use crate::pointer::{self, OutputStruct};
use crate::result::{Failure, netflow_result};
use crate::source::{
    self, CallbackReader, netflow_source, netflow_source_options, netflow_source_stats,
};
use crate::text_buffer::TextBuffer;

/// Writes the default options. `size` is `sizeof(netflow_source_options)`.
///
/// # Safety
///
/// `options` is NULL, or `size` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_source_options_init(
    options: *mut netflow_source_options,
    size: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(options, size, "source options") }?;
        output.write(netflow_source_options {
            size,
            ..netflow_source_options::default()
        });
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Opens a capture (pcap, pcapng) or an IPFIX file (RFC 5655), plain or compressed by gzip or zstd; it is
/// recognised by its content. `options` may be NULL, for all defaults. If the file cannot be opened, a sentence
/// for people says why: it is written to `message`, NUL-terminated and cut to `capacity`, unless that is 0.
/// If an argument is invalid, nothing is written there.
/// NETFLOW_ERROR_SYSTEM means that the system refuses, NETFLOW_ERROR_INPUT that the file is none of these.
///
/// # Safety
///
/// `path` is a string that a NUL ends, or NULL. `options` is NULL or points to options whose `size` is
/// right and whose `ports` is NULL or has as many items as they say; `read` may be called with `user`
/// until the source is freed. `source` is NULL, or a pointer may be written there. `message` is NULL, or
/// `capacity` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_source_new(
    path: *const c_char,
    options: *const netflow_source_options,
    source: *mut *mut netflow_source,
    message: *mut c_char,
    capacity: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        unsafe { pointer::set_no_handle(source, "place for the source") }?;
        // SAFETY: as the caller promises.
        let path = unsafe { pointer::string(path, "path") }?;
        // SAFETY: as the caller promises.
        let options = unsafe { pointer::read_or_default(options, "source options") }?;
        // SAFETY: as the caller promises.
        let opened = unsafe { open(path, &options) }?;
        let opened = opened.map_err(|error| {
            // SAFETY: as the caller promises.
            unsafe { write_text(&error.to_string(), message, capacity) };
            source::failure(error.kind(), "the file cannot be opened")
        })?;
        let made = netflow_source {
            source: opened.into(),
            input: options.input,
            message: TextBuffer::of("").into(),
        };
        // SAFETY: as the caller promises.
        unsafe { pointer::set_handle(source, made, "place for the source") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Closes the file and frees the handle. The datagram returned last may not be used any more. NULL is
/// ignored.
///
/// # Safety
///
/// `source` is NULL or a handle that is not freed and not in use by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_source_free(source: *mut netflow_source) {
    // SAFETY: as the caller promises.
    unsafe { free(source) };
}

/// Reads the next datagram, or message of a stream or of an IPFIX file, for `netflow_decode`. IP
/// fragments, TCP streams and SCTP associations are reassembled, and tunnels entered, on the way.
///
/// NETFLOW_OK: `datagram` is written, but for its size, which `netflow_datagram_init` sets. Its octets belong
/// to the source until the next call with it. NETFLOW_SESSION_ENDED: another TCP connection begins
/// between the same ports; `datagram` has the exporter and port for `netflow_end_session`. NETFLOW_END:
/// there is nothing more. NETFLOW_ERROR_INPUT and NETFLOW_ERROR_SYSTEM: the file is damaged or cannot be
/// read from here on, see `netflow_source_message`; everything before was returned, and NETFLOW_END
/// follows.
///
/// A capture has a time of its own: a decoder that reads it needs `template_lifetime` NETFLOW_NEVER.
///
/// # Safety
///
/// `source` is NULL or a handle that is not freed. `datagram` is NULL or points to a datagram whose `size`
/// is right.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_source_next(
    source: *mut netflow_source,
    datagram: *mut netflow_datagram,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let handle = unsafe { handle(source) }?;
        // SAFETY: as the caller promises.
        let output = unsafe { datagram_output(datagram) }?.ok_or(Failure::null("datagram"))?;
        let mut source = handle.source.try_borrow_mut().map_err(|_| source::BUSY)?;
        match source.next_arrival() {
            None => Ok(netflow_result::NETFLOW_END),
            Some(Ok(Arrival::Datagram(found))) => {
                let found = found.with_frame(handle.input, found.frame);
                write_datagram(output, netflow_datagram::received(&found));
                Ok(netflow_result::NETFLOW_OK)
            }
            Some(Ok(Arrival::SessionEnded(exporter))) => {
                write_datagram(output, netflow_datagram::session_ended(exporter));
                Ok(netflow_result::NETFLOW_SESSION_ENDED)
            }
            // A file is never idle.
            Some(Ok(_)) => Ok(netflow_result::NETFLOW_IDLE),
            Some(Err(error)) => {
                handle.message.borrow_mut().store(&error.to_string());
                let what = "the file cannot be read; see netflow_source_message";
                Err(source::failure(error.kind(), what))
            }
        }
    })
}

/// Why `netflow_source_next` failed: the file, what is wrong, and where. UTF-8 that a NUL ends; of length 0
/// if it did not fail. It stays until the source is freed.
///
/// # Safety
///
/// `source` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_source_message(source: *const netflow_source) -> netflow_text {
    let mut text = netflow_text::NONE;
    call(|| {
        // SAFETY: as the caller promises.
        let message = unsafe { handle(source) }?.message.borrow();
        text = message.text();
        Ok(netflow_result::NETFLOW_OK)
    });
    text
}

/// What a source has read so far. `size` is `sizeof(netflow_source_stats)`.
///
/// # Safety
///
/// `source` is NULL or a handle that is not freed. `stats` is NULL, or `size` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_source_stats_read(
    source: *const netflow_source,
    stats: *mut netflow_source_stats,
    size: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let source = unsafe { handle(source) }?;
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(stats, size, "source statistics") }?;
        output.write(source.stats()?);
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Opens a file, or reads by the caller's function.
///
/// # Safety
///
/// As for [`netflow_source_new`].
unsafe fn open(
    path: &str,
    options: &netflow_source_options,
) -> Result<Result<Source<'static>, CaptureError>, Failure> {
    if options.reserved != 0 {
        return Err(Failure::argument("reserved member of the source options"));
    }
    let (start, count) = (options.ports, options.port_count);
    // SAFETY: as the caller promises.
    let ports = unsafe { pointer::items(start, count, "ports") }?;
    let chosen = CaptureOptions::default().with_ports(ports.iter().copied());
    Ok(match options.read {
        None => netflow_io::open_with(path, chosen),
        Some(read) => {
            // SAFETY: as the caller promises.
            let reader = unsafe { CallbackReader::new(read, options.user) };
            Source::from_reader_with(reader, path, chosen)
        }
    })
}

/// The source of a handle.
///
/// # Safety
///
/// `source` is NULL or a handle that stays for `'a`.
unsafe fn handle<'a>(source: *const netflow_source) -> Result<&'a netflow_source, Failure> {
    pointer::check(source, "source")?;
    // SAFETY: it is a handle. What changes in it is in cells.
    Ok(unsafe { &*source })
}
