//! Classic pcap captures (draft-ietf-opsawg-pcap).

use crate::error::CaptureErrorKind;
use crate::frame::{FormatFault, Frame, Next, time};
use crate::input::Input;
use crate::octets::{ByteOrder, length};

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
/// Kuznetzov's records have interface, protocol and packet type after the lengths.
const MODIFIED_RECORD_HEADER: usize = 24;

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;
const MODIFIED: u32 = 0xa1b2_cd34;

/// Reads the records of a pcap file.
#[derive(Debug)]
pub(crate) struct PcapReader {
    header: [u8; FILE_HEADER],
    order: ByteOrder,
    /// Nanoseconds of one unit of a time's fraction.
    unit: i64,
    record_header: usize,
    link_type: u32,
    block_octets: u32,
}

/// Whether a file that begins so is a pcap capture.
pub(crate) fn recognise(first: &[u8]) -> bool {
    variant(first).is_some()
}

impl PcapReader {
    /// Reads the file header.
    pub(crate) fn new(input: &mut Input<'_>, block_octets: u32) -> Result<Self, CaptureErrorKind> {
        let header = input.fill(FILE_HEADER)?;
        let fields = variant(header).and_then(|(order, magic)| {
            let octets = header.first_chunk::<FILE_HEADER>()?;
            Some((order, magic, order.u32(header, 20)?, *octets))
        });
        let Some((order, magic, link, octets)) = fields else {
            return Err(CaptureErrorKind::cut(
                "the file header",
                FILE_HEADER,
                header.len(),
            ));
        };
        input.hold(FILE_HEADER);
        Ok(Self {
            header: octets,
            order,
            unit: if magic == NANOSECONDS { 1 } else { 1_000 },
            record_header: if magic == MODIFIED {
                MODIFIED_RECORD_HEADER
            } else {
                RECORD_HEADER
            },
            // The upper half describes frame check sequences, which lie after IP's length.
            link_type: link & 0xffff,
            block_octets,
        })
    }

    /// The octets the file begins with.
    pub(crate) const fn header(&self) -> &[u8] {
        &self.header
    }

    /// The link type of all packets.
    pub(crate) const fn link_type(&self) -> u32 {
        self.link_type
    }

    /// The next packet.
    pub(crate) fn next(&mut self, input: &mut Input<'_>) -> Next {
        input.release();
        let offset = input.offset();
        let fault = |kind| FormatFault::new(kind, offset);
        let header = input
            .fill(self.record_header)
            .map_err(|error| fault(error.into()))?;
        if header.is_empty() {
            return Ok(None);
        }
        let (left, needed) = (header.len(), self.record_header);
        let fields = (
            self.order.u32(header, 0),
            self.order.u32(header, 4),
            self.order.u32(header, 8),
            self.order.u32(header, 12),
        );
        let (Some(seconds), Some(fraction), Some(captured), Some(original)) = fields else {
            return Err(fault(CaptureErrorKind::cut(
                "a packet header",
                needed,
                left,
            )));
        };
        if captured > self.block_octets {
            return Err(fault(CaptureErrorKind::TooLong {
                structure: "a packet",
                length: captured.into(),
                limit: self.block_octets.into(),
            }));
        }
        let record = needed.saturating_add(length(captured));
        let left = input
            .fill(record)
            .map_err(|error| fault(error.into()))?
            .len();
        if left < record {
            return Err(fault(CaptureErrorKind::cut("a packet", record, left)));
        }
        input.hold(record);
        Ok(Some(Frame {
            interface: 0,
            time: time(seconds, fraction, self.unit),
            link_type: Some(self.link_type),
            octets: needed..record,
            cut: captured < original,
        }))
    }
}

/// The order of octets and the magic number.
fn variant(first: &[u8]) -> Option<(ByteOrder, u32)> {
    [ByteOrder::Big, ByteOrder::Little]
        .into_iter()
        .filter_map(|order| Some((order, order.u32(first, 0)?)))
        .find(|(_, magic)| matches!(*magic, MICROSECONDS | NANOSECONDS | MODIFIED))
}
