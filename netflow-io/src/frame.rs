//! One packet of a capture, or one message of a file, as its reader finds it.

use core::ops::Range;

use netflow_core::Timestamp;

use crate::error::CaptureErrorKind;

/// Where a packet is in the window of the input, and what the file says about it.
#[derive(Debug)]
pub(crate) struct Frame {
    /// When it was captured.
    pub(crate) time: Timestamp,
    /// The number of its interface in the file, where several can be in one.
    pub(crate) interface: u32,
    /// The link type of its interface; `None` if its interface is not described.
    pub(crate) link_type: Option<u32>,
    /// Its octets in the window.
    pub(crate) octets: Range<usize>,
    /// Fewer octets were captured than there were.
    pub(crate) cut: bool,
}

/// Why a reader stops.
#[derive(Debug)]
pub(crate) struct FormatFault {
    pub(crate) kind: CaptureErrorKind,
    /// Octets from the start of the content to the structure at fault.
    pub(crate) offset: u64,
}

impl FormatFault {
    pub(crate) const fn new(kind: CaptureErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }
}

/// What a reader returns: a frame, or `None` at the end.
pub(crate) type Next = Result<Option<Frame>, FormatFault>;

/// The time of `seconds` and a fraction counted in units of `unit` nanoseconds.
pub(crate) fn time(seconds: u32, fraction: u32, unit: i64) -> Timestamp {
    Timestamp::from_secs(seconds).saturating_add(i64::from(fraction).saturating_mul(unit))
}
