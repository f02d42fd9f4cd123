//! IPFIX files (RFC 5655): IPFIX messages back to back.

use netflow_core::Timestamp;

use crate::error::CaptureErrorKind;
use crate::frame::{FormatFault, Frame, Next};
use crate::input::Input;
use crate::octets::{u16_at, u32_at};

const VERSION: u16 = 10;
const MESSAGE_HEADER: usize = 16;

/// Whether a file that begins so is an IPFIX file.
pub(crate) fn recognise(first: &[u8]) -> bool {
    // The first set, if the message has one, is of templates or of data.
    let set = u16_at(first, MESSAGE_HEADER);
    u16_at(first, 0) == Some(VERSION)
        && u16_at(first, 2).is_none_or(|length| usize::from(length) >= MESSAGE_HEADER)
        && (u16_at(first, 2) == Some(16) || set.is_none_or(|id| id >= 2))
}

/// The next message, its time that of its export.
pub(crate) fn next(input: &mut Input<'_>) -> Next {
    input.release();
    let offset = input.offset();
    let fault = |kind| FormatFault::new(kind, offset);
    let header = input
        .fill(MESSAGE_HEADER)
        .map_err(|error| fault(error.into()))?;
    if header.is_empty() {
        return Ok(None);
    }
    let malformed = |field, value: u16| {
        fault(CaptureErrorKind::Malformed {
            structure: "an IPFIX message",
            field,
            value: value.into(),
        })
    };
    let cut = CaptureErrorKind::cut("a message header", MESSAGE_HEADER, header.len());
    let (version, length) = (u16_at(header, 0), u16_at(header, 2));
    if let Some(version) = version.filter(|version| *version != VERSION) {
        return Err(malformed("the version", version));
    }
    let (Some(length), Some(seconds)) = (length, u32_at(header, 4)) else {
        return Err(fault(cut));
    };
    let octets = usize::from(length);
    if octets < MESSAGE_HEADER {
        return Err(malformed("the length", length));
    }
    let left = input
        .fill(octets)
        .map_err(|error| fault(error.into()))?
        .len();
    if left < octets {
        return Err(fault(CaptureErrorKind::cut(
            "an IPFIX message",
            octets,
            left,
        )));
    }
    input.hold(octets);
    Ok(Some(Frame {
        interface: 0,
        time: Timestamp::from_secs(seconds),
        link_type: None,
        octets: 0..octets,
        cut: false,
    }))
}
