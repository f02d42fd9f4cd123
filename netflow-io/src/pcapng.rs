//! pcapng captures (draft-ietf-opsawg-pcapng): sections of blocks.

use netflow_core::Timestamp;

use crate::error::CaptureErrorKind;
use crate::frame::{FormatFault, Frame, Next};
use crate::input::Input;
use crate::octets::{ByteOrder, length, u8_at};

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
/// Obsolete, but old captures have it.
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

/// Type and length before a block's body, and the length again after it.
const BLOCK_HEADER: usize = 8;
const BLOCK_TRAILER: usize = 4;

const OPTION_END: u16 = 0;
const OPTION_TSRESOL: u16 = 9;
const OPTION_TSOFFSET: u16 = 14;

/// Reads the packets of a pcapng file.
#[derive(Debug)]
pub(crate) struct PcapngReader {
    order: ByteOrder,
    interfaces: Vec<Interface>,
    block_octets: u32,
    interface_limit: usize,
    /// The time of the last packet that had one; simple packets have none.
    time: Timestamp,
}

/// What an interface description says of its packets.
#[derive(Debug)]
struct Interface {
    link_type: u32,
    snap_length: u32,
    clock: InterfaceClock,
}

/// The type and length of a block.
#[derive(Debug, Clone, Copy)]
struct BlockHeader {
    kind: u32,
    length: usize,
}

/// Whether a file that begins so is a pcapng capture.
pub(crate) fn recognise(first: &[u8]) -> bool {
    ByteOrder::Big.u32(first, 0) == Some(SECTION_HEADER)
        && (first.len() < 12 || section_order(first).is_some())
}

impl PcapngReader {
    pub(crate) const fn new(block_octets: u32, interface_limit: usize) -> Self {
        Self {
            order: ByteOrder::Big,
            interfaces: Vec::new(),
            block_octets,
            interface_limit,
            time: Timestamp::UNIX_EPOCH,
        }
    }

    /// The time of the last packet.
    pub(crate) const fn time(&self) -> Timestamp {
        self.time
    }

    /// The same after a packet of this time.
    pub(crate) const fn after(mut self, time: Timestamp) -> Self {
        self.time = time;
        self
    }

    /// A section header and interface descriptions, after which the section continues.
    pub(crate) fn header(&self) -> Vec<u8> {
        let order = self.order;
        let mut section = order.of_u32(BYTE_ORDER_MAGIC).to_vec();
        section.extend(order.of_u16(1));
        section.extend(order.of_u16(0));
        // Its length is not known.
        section.extend(order.of_i64(-1));
        let mut header = self.block_of(SECTION_HEADER, &section);
        for interface in &self.interfaces {
            let body = interface.body(order);
            header.extend(self.block_of(INTERFACE_DESCRIPTION, &body));
        }
        header
    }

    fn block_of(&self, kind: u32, body: &[u8]) -> Vec<u8> {
        let length = BLOCK_HEADER
            .saturating_add(body.len())
            .saturating_add(BLOCK_TRAILER);
        let length = self.order.of_u32(u32::try_from(length).unwrap_or(u32::MAX));
        [&self.order.of_u32(kind)[..], &length, body, &length].concat()
    }

    /// The next packet; other blocks are read or passed over on the way.
    pub(crate) fn next(&mut self, input: &mut Input<'_>) -> Next {
        loop {
            input.release();
            let offset = input.offset();
            let Some(block) = self
                .block(input)
                .map_err(|kind| FormatFault::new(kind, offset))?
            else {
                return Ok(None);
            };
            let frame = self
                .read(block, input)
                .map_err(|kind| FormatFault::new(kind, offset))?;
            if frame.is_some() {
                return Ok(frame);
            }
        }
    }

    /// The header of the block at the window.
    fn block(&mut self, input: &mut Input<'_>) -> Result<Option<BlockHeader>, CaptureErrorKind> {
        let header = input.fill(BLOCK_HEADER)?;
        if header.is_empty() {
            return Ok(None);
        }
        let left = header.len();
        if ByteOrder::Big.u32(header, 0) == Some(SECTION_HEADER) {
            // The type reads the same in either order; what follows the length says which.
            let needed = BLOCK_HEADER.saturating_add(4);
            let header = input.fill(needed)?;
            let magic = ByteOrder::Big.u32(header, 8);
            self.order = match (section_order(header), magic) {
                (Some(order), _) => order,
                (None, None) => {
                    return Err(CaptureErrorKind::cut(
                        "a section header",
                        needed,
                        header.len(),
                    ));
                }
                (None, Some(magic)) => {
                    return Err(CaptureErrorKind::Malformed {
                        structure: "a section",
                        field: "the byte-order magic",
                        value: magic.into(),
                    });
                }
            };
        }
        let header = input.fill(BLOCK_HEADER)?;
        let (Some(kind), Some(octets)) = (self.order.u32(header, 0), self.order.u32(header, 4))
        else {
            return Err(CaptureErrorKind::cut("a block header", BLOCK_HEADER, left));
        };
        if octets < 12 || octets % 4 != 0 {
            return Err(CaptureErrorKind::Malformed {
                structure: "a block",
                field: "the length",
                value: octets.into(),
            });
        }
        Ok(Some(BlockHeader {
            kind,
            length: length(octets),
        }))
    }

    /// Reads the block at the window: it returns a frame, changes the section, or is passed
    /// over.
    fn read(
        &mut self,
        block: BlockHeader,
        input: &mut Input<'_>,
    ) -> Result<Option<Frame>, CaptureErrorKind> {
        let known = [
            SECTION_HEADER,
            INTERFACE_DESCRIPTION,
            PACKET,
            SIMPLE_PACKET,
            ENHANCED_PACKET,
        ];
        if !known.contains(&block.kind) {
            let missing = input.skip(block.length)?;
            return if missing == 0 {
                Ok(None)
            } else {
                let left = block.length.saturating_sub(missing);
                Err(CaptureErrorKind::cut("a block", block.length, left))
            };
        }
        if block.length > length(self.block_octets) {
            return Err(CaptureErrorKind::TooLong {
                structure: "a block",
                length: u64::try_from(block.length).unwrap_or(u64::MAX),
                limit: self.block_octets.into(),
            });
        }
        let octets = input.fill(block.length)?;
        let Some(octets) = octets.get(..block.length) else {
            return Err(CaptureErrorKind::cut("a block", block.length, octets.len()));
        };
        let frame = self.interpret(block, octets)?;
        input.hold(block.length);
        Ok(frame)
    }

    fn interpret(
        &mut self,
        block: BlockHeader,
        octets: &[u8],
    ) -> Result<Option<Frame>, CaptureErrorKind> {
        let end = block.length.saturating_sub(BLOCK_TRAILER);
        let trailer = self.order.u32(octets, end).unwrap_or_default();
        if length(trailer) != block.length {
            return Err(CaptureErrorKind::Malformed {
                structure: "a block",
                field: "a second length of",
                value: trailer.into(),
            });
        }
        // Without the second length: nothing reads into it.
        let octets = octets.get(..end).unwrap_or_default();
        let order = self.order;
        let too_short = || CaptureErrorKind::Malformed {
            structure: "a block of its type",
            field: "the length",
            value: u64::try_from(block.length).unwrap_or(u64::MAX),
        };
        match block.kind {
            SECTION_HEADER => self.interfaces.clear(),
            INTERFACE_DESCRIPTION => {
                let interface = Interface::parse(order, octets).ok_or_else(too_short)?;
                if self.interfaces.len() >= self.interface_limit {
                    return Err(CaptureErrorKind::Malformed {
                        structure: "a section",
                        field: "more interfaces than",
                        value: u64::try_from(self.interface_limit).unwrap_or(u64::MAX),
                    });
                }
                self.interfaces.push(interface);
            }
            SIMPLE_PACKET => {
                let original = order.u32(octets, 8).ok_or_else(too_short)?;
                return Ok(Some(self.simple_packet(octets, original)));
            }
            _ => {
                let fields = PacketFields::parse(block.kind, order, octets);
                return self
                    .packet(octets, &fields.ok_or_else(too_short)?)
                    .map(Some);
            }
        }
        Ok(None)
    }

    fn packet(&mut self, octets: &[u8], fields: &PacketFields) -> Result<Frame, CaptureErrorKind> {
        let end = PacketFields::LENGTH.saturating_add(length(fields.captured));
        if end > octets.len() {
            return Err(CaptureErrorKind::Malformed {
                structure: "the block of a packet",
                field: "a captured length of",
                value: fields.captured.into(),
            });
        }
        let interface = self.interfaces.get(length(fields.interface));
        if let Some(interface) = interface {
            self.time = interface.clock.time(fields.ticks);
        }
        Ok(Frame {
            time: self.time,
            interface: fields.interface,
            link_type: interface.map(|interface| interface.link_type),
            octets: PacketFields::LENGTH..end,
            cut: fields.captured < fields.original,
        })
    }

    /// A packet of the first interface, with the time of the packet before it.
    fn simple_packet(&self, octets: &[u8], original: u32) -> Frame {
        const DATA: usize = 12;
        let interface = self.interfaces.first();
        let captured = match interface.map_or(0, |interface| interface.snap_length) {
            0 => original,
            snap_length => original.min(snap_length),
        };
        let end = DATA.saturating_add(length(captured)).min(octets.len());
        Frame {
            time: self.time,
            interface: 0,
            link_type: interface.map(|interface| interface.link_type),
            octets: DATA..end,
            cut: end.saturating_sub(DATA) < length(original),
        }
    }
}

/// The fixed part of an enhanced packet block or of a packet block.
struct PacketFields {
    interface: u32,
    ticks: u64,
    captured: u32,
    original: u32,
}

impl PacketFields {
    /// Octets before the packet, those of the block header among them.
    const LENGTH: usize = 28;

    fn parse(kind: u32, order: ByteOrder, octets: &[u8]) -> Option<Self> {
        let high = u64::from(order.u32(octets, 12)?);
        let low = u64::from(order.u32(octets, 16)?);
        Some(Self {
            interface: if kind == PACKET {
                order.u16(octets, 8)?.into()
            } else {
                order.u32(octets, 8)?
            },
            ticks: high << 32 | low,
            captured: order.u32(octets, 20)?,
            original: order.u32(octets, 24)?,
        })
    }
}

impl Interface {
    fn parse(order: ByteOrder, octets: &[u8]) -> Option<Self> {
        let mut interface = Self {
            link_type: order.u16(octets, 8)?.into(),
            snap_length: order.u32(octets, 12)?,
            clock: InterfaceClock::default(),
        };
        let mut rest = octets.get(16..)?;
        // Options that do not fit end the list; the interface is kept without them.
        while let (Some(code), Some(count)) = (order.u16(rest, 0), order.u16(rest, 2)) {
            let padded = usize::from(count).next_multiple_of(4);
            match code {
                OPTION_END => break,
                OPTION_TSRESOL => {
                    if let Some(resolution) = u8_at(rest, 4) {
                        interface.clock.resolution = resolution;
                    }
                }
                OPTION_TSOFFSET => {
                    if let Some(seconds) = order.i64(rest, 4).filter(|_| count == 8) {
                        interface.clock.offset = seconds;
                    }
                }
                _ => {}
            }
            let Some(next) = rest.get(padded.saturating_add(4)..) else {
                break;
            };
            rest = next;
        }
        Some(interface)
    }
}

impl Interface {
    /// The body of its description, as far as it is read here.
    fn body(&self, order: ByteOrder) -> Vec<u8> {
        let InterfaceClock { resolution, offset } = self.clock;
        // Link types have 16 bits.
        let link_type = u16::try_from(self.link_type).unwrap_or(u16::MAX);
        let mut body = order.of_u16(link_type).to_vec();
        body.extend([0, 0]);
        body.extend(order.of_u32(self.snap_length));
        if resolution != InterfaceClock::default().resolution {
            body.extend(order.of_u16(OPTION_TSRESOL));
            body.extend(order.of_u16(1));
            body.extend([resolution, 0, 0, 0]);
        }
        if offset != InterfaceClock::default().offset {
            body.extend(order.of_u16(OPTION_TSOFFSET));
            body.extend(order.of_u16(8));
            body.extend(order.of_i64(offset));
        }
        body
    }
}

/// How an interface counts time.
#[derive(Debug)]
struct InterfaceClock {
    /// if_tsresol: a negative power of 10, or of 2 if the highest bit is set.
    resolution: u8,
    /// if_tsoffset: seconds to add.
    offset: i64,
}

impl Default for InterfaceClock {
    /// Microseconds since 1970.
    fn default() -> Self {
        Self {
            resolution: 6,
            offset: 0,
        }
    }
}

impl InterfaceClock {
    fn time(&self, ticks: u64) -> Timestamp {
        const NANOS: i64 = 1_000_000_000;
        // Below 2^94.
        let scaled = u128::from(ticks).saturating_mul(1_000_000_000);
        let exponent = u32::from(self.resolution & 0x7f);
        let nanos = if self.resolution & 0x80 == 0 {
            // A unit of more digits than a u128 holds makes every time zero.
            10_u128
                .checked_pow(exponent)
                .and_then(|units| scaled.checked_div(units))
                .unwrap_or(0)
        } else {
            scaled.checked_shr(exponent).unwrap_or(0)
        };
        // The whole and the offset may each be out of range where their sum is not.
        let offset = i128::from(self.offset).saturating_mul(NANOS.into());
        let sum = i128::try_from(nanos)
            .unwrap_or(i128::MAX)
            .saturating_add(offset);
        let limit = if sum < 0 { i64::MIN } else { i64::MAX };
        Timestamp::from_nanos(i64::try_from(sum).unwrap_or(limit))
    }
}

/// The order that the byte-order magic of a section header says.
fn section_order(header: &[u8]) -> Option<ByteOrder> {
    [ByteOrder::Big, ByteOrder::Little]
        .into_iter()
        .find(|order| order.u32(header, 8) == Some(BYTE_ORDER_MAGIC))
}
