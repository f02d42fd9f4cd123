//! Decoders, made, used and freed.

use core::ffi::{c_char, c_void};
use core::mem::offset_of;
use core::net::SocketAddr;
use std::path::Path;

use super::{call, call_with, free, write_text};
use crate::c_types::netflow_address;
use crate::datagram::netflow_datagram;
use crate::handle::{HandleState, netflow_decoder};
use crate::options::{self, netflow_options};
use crate::pointer::{self, OutputStruct};
use crate::result::{Failure, netflow_result};

/// The version of the binary interface that this header describes.
pub const NETFLOW_ABI_VERSION: u32 = 0;

/// The version of the library that this header is of.
pub const NETFLOW_VERSION_MAJOR: u32 = 0;
/// The second number of that version.
pub const NETFLOW_VERSION_MINOR: u32 = 1;
/// The third number of that version.
pub const NETFLOW_VERSION_PATCH: u32 = 0;

/// The version of the library, such as `0.1.0`; the text is always valid.
#[unsafe(no_mangle)]
pub extern "C" fn netflow_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// The version of the binary interface. A program works with every library that returns
/// the NETFLOW_ABI_VERSION it was compiled with.
#[unsafe(no_mangle)]
pub extern "C" fn netflow_abi_version() -> u32 {
    NETFLOW_ABI_VERSION
}

/// Writes the default options. `size` is `sizeof(netflow_options)`.
///
/// # Safety
///
/// `options` is NULL, or `size` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_options_init(
    options: *mut netflow_options,
    size: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(options, size, "options") }?;
        let hidden = netflow_options {
            size,
            // All of them, until some are asked for.
            fields: [0; 2],
            // Chosen afresh for each decoder.
            hash_seed: 0,
            ..netflow_options::default()
        };
        output.write(hidden);
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Makes a decoder. `options` may be NULL, for all defaults. If it fails, `*decoder` is NULL, and
/// `netflow_last_error` with NULL for the decoder says which option is wrong.
///
/// # Safety
///
/// `options` is NULL or points to options whose `size` is right and whose pointers are NULL or
/// point to the number of items that their counts say. `decoder` is NULL, or a pointer may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_decoder_new(
    options: *const netflow_options,
    decoder: *mut *mut netflow_decoder,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        unsafe { pointer::set_no_handle(decoder, "place for the decoder") }?;
        // SAFETY: as the caller promises.
        let options = unsafe { pointer::read_or_default(options, "options") }?;
        // SAFETY: as the caller promises.
        let lists = unsafe { options::option_lists(&options) }?;
        let made = netflow_decoder::new(options.settings(lists)?);
        // SAFETY: as the caller promises.
        unsafe { pointer::set_handle(decoder, made, "place for the decoder") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Names interfaces of exporters by a CSV file with a header line: `exporter` (an address), `index`, `name`, and if
/// wanted `speed` and `description`. These names take precedence over those that exporters announce; of several
/// files, the last entry of an interface applies. The current message is gone. If the file cannot be read, nothing changes, the
/// result is NETFLOW_ERROR_ARGUMENT, and a sentence for people with the file and the line is written to `message`,
/// NUL-terminated and cut to `capacity`, unless that is 0. It is empty if there is no sentence.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `path` is NULL or a string that a NUL ends. `message` is NULL, or
/// `capacity` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_decoder_read_interfaces(
    decoder: *mut netflow_decoder,
    path: *const c_char,
    message: *mut c_char,
    capacity: usize,
) -> netflow_result {
    // Where there is no sentence, none of the caller's memory is to be read as one.
    // SAFETY: as the caller promises.
    unsafe { write_text("", message, capacity) };
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let path = unsafe { pointer::string(path, "path of the interfaces") }?;
        let read = netflow_definitions::read_interfaces(Path::new(path));
        let interfaces = read.map_err(|error| {
            // SAFETY: as the caller promises.
            unsafe { write_text(&error.to_string(), message, capacity) };
            Failure::argument("file of interfaces")
        })?;
        decoder.state(|state| {
            state.change().add_configured_interfaces(interfaces);
            Ok(netflow_result::NETFLOW_OK)
        })
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Frees a decoder and everything that its structs point to. NULL is ignored.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed and not in use by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_decoder_free(decoder: *mut netflow_decoder) {
    // SAFETY: as the caller promises.
    unsafe { free(decoder) };
}

/// Reads the options of a decoder, with every default filled in; definitions and rates are not
/// returned. `size` is `sizeof(netflow_options)`.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `options` is NULL, or `size` octets may be
/// written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_decoder_options(
    decoder: *const netflow_decoder,
    options: *mut netflow_options,
    size: usize,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(options, size, "options") }?;
        decoder.state(|state| {
            output.write(netflow_options {
                size,
                ..state.options
            });
            Ok(netflow_result::NETFLOW_OK)
        })
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Initialises a datagram that is received now over UDP, and sets its source: `address` is what
/// `recvfrom` returns, a `struct sockaddr_in` or `sockaddr_in6` of `address_len` octets, or NULL. With
/// an address of another family it fails, and the datagram has no source. `size` is
/// `sizeof(netflow_datagram)`.
///
/// # Safety
///
/// `datagram` is NULL, or `size` octets may be written there. `address` is NULL or points to
/// `address_len` octets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_datagram_init(
    datagram: *mut netflow_datagram,
    size: usize,
    address: *const c_void,
    address_len: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(datagram, size, "datagram") }?;
        let mut empty = netflow_datagram {
            size,
            ..netflow_datagram::default()
        };
        let mut found = Ok(netflow_result::NETFLOW_OK);
        if !address.is_null() {
            // SAFETY: as the caller promises.
            let octets =
                unsafe { pointer::items(address.cast::<u8>(), address_len, "socket address") };
            found = octets
                .and_then(|octets| empty.set_source(octets))
                .map(|()| netflow_result::NETFLOW_OK);
        }
        output.write(empty);
        found
    })
}

/// Decodes one datagram. Its content can be read until the next call: flows by `netflow_flows`
/// or `netflow_each_flow`, everything by `netflow_next_set`, problems by
/// `netflow_next_problem`.
///
/// Malformed octets make it fail only if not even the first header can be read. Anything malformed after that
/// costs only the part concerned and is among the problems. Every failure but NETFLOW_ERROR_BUSY ends
/// the previous message.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `datagram` is NULL or points to a datagram whose
/// `size` is right and whose payload is NULL or has `payload_len` octets, which must not change until
/// the next call that ends the message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_decode(
    decoder: *mut netflow_decoder,
    datagram: *const netflow_datagram,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // First, since the caller reclaims the octets in any case.
        decoder.state(HandleState::end)?;
        let empty = netflow_datagram::default();
        // SAFETY: as the caller promises.
        let datagram = unsafe { pointer::read(datagram, empty, "datagram") }?;
        let (payload, len) = (datagram.payload, datagram.payload_len);
        // SAFETY: as the caller promises; the message is dropped before they change.
        let payload: &'static [u8] = unsafe { pointer::items(payload, len, "payload") }?;
        let datagram = datagram.with(payload)?;
        decoder.state(|state| state.decode(datagram))?;
        Ok(netflow_result::NETFLOW_OK)
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Forgets the templates of a stream that has ended (RFC 7011, section 10.4). It ends the message.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `exporter` is NULL or points to an address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_end_session(
    decoder: *mut netflow_decoder,
    exporter: *const netflow_address,
    port: u16,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        decoder.state(HandleState::end)?;
        // SAFETY: as the caller promises.
        let address = unsafe { pointer::get(exporter, "exporter") }?;
        let address = address.source().ok_or(Failure::argument("exporter"))?;
        decoder.state(|state| {
            state.change().end_session(SocketAddr::new(address, port));
            Ok(netflow_result::NETFLOW_OK)
        })
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

// What the checks of `pointer::read` and `write` count on.
const _: () = assert!(offset_of!(netflow_options, size) == 0);
const _: () = assert!(offset_of!(netflow_datagram, size) == 0);

#[cfg(test)]
mod tests {
    use super::{NETFLOW_VERSION_MAJOR, NETFLOW_VERSION_MINOR, NETFLOW_VERSION_PATCH};

    #[test]
    fn the_header_has_the_version_of_the_crate() {
        let numbers = [
            NETFLOW_VERSION_MAJOR,
            NETFLOW_VERSION_MINOR,
            NETFLOW_VERSION_PATCH,
        ];
        let version = numbers.map(|number| number.to_string()).join(".");
        assert_eq!(version, env!("CARGO_PKG_VERSION"));
    }
}
