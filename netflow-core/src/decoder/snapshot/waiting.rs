//! Data that waits for its template, written to a snapshot and read from one.

use alloc::boxed::Box;
use core::net::SocketAddr;

use crate::datagram::DatagramId;
use crate::decoder::waiting::WaitingSet;
use crate::domain::DomainKey;
use crate::exporter::{SequenceEvent, SequenceUnit};
use crate::header::MessageHeader;
use crate::snapshot::{SnapshotWriter, optional, text, time};
use crate::time::Timestamp;
use crate::wire::reader::OctetReader;

/// One waiting set.
#[derive(Debug, Clone, Copy)]
pub(super) struct SavedWaiting<'a> {
    id: u16,
    offset: u32,
    port: u16,
    message_offset: u32,
    pub(super) received: Timestamp,
    datagram: DatagramId,
    export_time: Option<Timestamp>,
    sys_uptime: Option<u32>,
    sequence: Option<u32>,
    event: SequenceEvent,
    unit: Option<SequenceUnit>,
    system_init: Option<Timestamp>,
    body: &'a [u8],
}

pub(super) fn save(set: &WaitingSet, out: &mut SnapshotWriter<'_>) {
    let header = &set.header;
    out.u16(set.id);
    out.u32(number(set.offset));
    out.u16(header.exporter.port());
    out.u32(number(header.offset));
    out.time(header.received);
    out.u64(header.frame);
    out.optional_time(header.export_time);
    out.optional(header.sys_uptime);
    out.optional(header.sequence);
    let (event, gap) = header.sequence_event.numbers();
    out.u8(event);
    out.u32(gap);
    out.u8(header.sequence_unit.map_or(0, SequenceUnit::number));
    out.optional_time(header.system_init);
    out.text(&set.body);
}

impl<'a> SavedWaiting<'a> {
    /// Reads it; `None` if it is cut.
    pub(super) fn read(reader: &mut OctetReader<'a>) -> Option<Self> {
        Some(Self {
            id: reader.u16()?,
            offset: reader.u32()?,
            port: reader.u16()?,
            message_offset: reader.u32()?,
            received: time(reader)?,
            datagram: DatagramId {
                input: 0,
                frame: reader.u64()?,
            },
            export_time: optional(reader, time)?,
            sys_uptime: optional(reader, OctetReader::u32)?,
            sequence: optional(reader, OctetReader::u32)?,
            event: SequenceEvent::from_numbers(reader.u8()?, reader.u32()?),
            unit: SequenceUnit::from_number(reader.u8()?),
            system_init: optional(reader, time)?,
            body: text(reader)?,
        })
    }

    /// Sets the number of the input it came from.
    pub(super) const fn with_input(mut self, input: u32) -> Self {
        self.datagram.input = input;
        self
    }

    /// The waiting set of the domain with this key.
    pub(super) fn set(&self, key: &DomainKey) -> WaitingSet {
        WaitingSet {
            id: self.id,
            header: MessageHeader {
                protocol: key.protocol,
                exporter: SocketAddr::new(key.exporter.ip(), self.port),
                received: self.received,
                input: self.datagram.input,
                frame: self.datagram.frame,
                offset: place(self.message_offset),
                export_time: self.export_time,
                sys_uptime: self.sys_uptime,
                sequence: self.sequence,
                sequence_event: self.event,
                sequence_unit: self.unit,
                observation_domain: key.observation_domain,
                agent_address: None,
                sampling: None,
                system_init: self.system_init,
            },
            offset: place(self.offset),
            body: Box::from(self.body),
        }
    }
}

/// An offset in a datagram or message.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
