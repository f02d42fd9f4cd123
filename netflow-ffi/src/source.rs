//! Captures and IPFIX files as sources of datagrams.

use core::cell::RefCell;
use core::ffi::{c_int, c_void};
use core::ptr;
use std::io::{self, Read};

use netflow_io::{CaptureErrorKind, CaptureSummary, Source};

use crate::pointer::FromOctets;
use crate::result::{Failure, netflow_result};
use crate::text_buffer::TextBuffer;

pub(crate) const BUSY: Failure = Failure::busy("the source is in use");

/// Reads the next octets of a file into `buffer`, which has room for `capacity`, and writes their number
/// to `count`; 0 is the end. Anything but 0 that it returns is an errno, for a file that cannot be read.
/// It must not use the source.
pub type netflow_read_callback = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        buffer: *mut u8,
        capacity: usize,
        count: *mut usize,
    ) -> c_int,
>;

/// How a file is read.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_source_options {
    /// `sizeof(netflow_source_options)`.
    pub size: usize,
    /// UDP ports of collectors, besides those in common use, on which every datagram is returned, and TCP
    /// ports besides 4739 that are read as IPFIX; copied.
    pub ports: *const u16,
    /// The number of ports.
    pub port_count: usize,
    /// If not NULL, the octets come from this function, not from a file; `path` is then only their name.
    pub read: netflow_read_callback,
    /// Passed to `read`.
    pub user: *mut c_void,
    /// The caller's number for the file, which its datagrams get.
    pub input: u32,
    /// 0.
    pub reserved: u32,
}

// SAFETY: its members are numbers, raw pointers and a function pointer that may be NULL.
unsafe impl FromOctets for netflow_source_options {}

impl Default for netflow_source_options {
    fn default() -> Self {
        Self {
            size: size_of::<Self>(),
            ports: ptr::null(),
            port_count: 0,
            read: None,
            user: ptr::null_mut(),
            input: 0,
            reserved: 0,
        }
    }
}

/// What a source has read so far.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct netflow_source_stats {
    /// Packets in the file, or messages of an IPFIX file.
    pub packets: u64,
    /// Datagrams and messages returned.
    pub datagrams: u64,
    /// Datagrams among them of which fewer octets were captured than were sent.
    pub cut: u64,
    /// UDP datagrams that are not flow export.
    pub udp_passed_over: u64,
    /// TCP segments and SCTP packets that do not carry IPFIX.
    pub streams_passed_over: u64,
    /// Packets of other protocols, and of link types that are not read.
    pub other_passed_over: u64,
    /// Packets whose headers contradict themselves or are cut.
    pub malformed: u64,
    /// Fragmented packets that could not be reassembled.
    pub fragmented_given_up: u64,
    /// Octets of IPFIX over TCP and SCTP that belong to no whole message.
    pub stream_octets_lost: u64,
    /// Copies of datagrams that were captured on several paths; each datagram is returned once.
    pub mirrored: u64,
    /// Octets read from the file, compressed ones if it is compressed.
    pub octets_read: u64,
}

impl netflow_source_stats {
    fn new(summary: &CaptureSummary, octets_read: u64) -> Self {
        Self {
            packets: summary.packets,
            datagrams: summary.datagrams,
            cut: summary.cut,
            udp_passed_over: summary.udp_passed_over,
            streams_passed_over: summary
                .tcp_passed_over
                .saturating_add(summary.sctp_passed_over),
            other_passed_over: summary
                .other_passed_over
                .saturating_add(summary.link_type_passed_over),
            malformed: summary.malformed,
            fragmented_given_up: summary.fragmented_given_up,
            stream_octets_lost: summary
                .stream_octets_lost
                .saturating_add(summary.stream_octets_passed_over),
            mirrored: summary.mirrored,
            octets_read,
        }
    }
}

/// An open file.
#[derive(Debug)]
pub struct netflow_source {
    /// In use by one thread at a time, and not by its own `read`.
    pub(crate) source: RefCell<Source<'static>>,
    pub(crate) input: u32,
    /// Why it cannot be read further; empty while it can.
    pub(crate) message: RefCell<TextBuffer>,
}

impl netflow_source {
    pub(crate) fn stats(&self) -> Result<netflow_source_stats, Failure> {
        let source = self.source.try_borrow().map_err(|_| BUSY)?;
        Ok(netflow_source_stats::new(
            source.summary(),
            source.octets_read(),
        ))
    }
}

/// The result for an error of a file, and what failed.
pub(crate) const fn failure(kind: &CaptureErrorKind, what: &'static str) -> Failure {
    let result = match kind {
        CaptureErrorKind::NotFound
        | CaptureErrorKind::PermissionDenied
        | CaptureErrorKind::Directory
        | CaptureErrorKind::Io(_) => netflow_result::NETFLOW_ERROR_SYSTEM,
        _ => netflow_result::NETFLOW_ERROR_INPUT,
    };
    Failure::Argument(result, what)
}

/// A function of the caller as a reader.
pub(crate) struct CallbackReader {
    read: unsafe extern "C" fn(*mut c_void, *mut u8, usize, *mut usize) -> c_int,
    user: *mut c_void,
}

// SAFETY: it is used by the thread that uses the source, one at a time: a caller that passes the handle to
// another thread passes `user` with it, as the header says.
unsafe impl Send for CallbackReader {}

impl CallbackReader {
    /// A reader that calls `read`.
    ///
    /// # Safety
    ///
    /// `read` may be called with `user` and a buffer as long as the reader exists.
    pub(crate) const unsafe fn new(
        read: unsafe extern "C" fn(*mut c_void, *mut u8, usize, *mut usize) -> c_int,
        user: *mut c_void,
    ) -> Self {
        Self { read, user }
    }
}

impl Read for CallbackReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        // SAFETY: as promised to `new`; the buffer has this many octets, all of them initialised.
        let error =
            unsafe { (self.read)(self.user, buffer.as_mut_ptr(), buffer.len(), &raw mut count) };
        if error != 0 {
            return Err(io::Error::from_raw_os_error(error));
        }
        if count > buffer.len() {
            return Err(io::Error::other("read returned more octets than fit"));
        }
        Ok(count)
    }
}
