//! One observation domain as a snapshot holds it.

use core::net::SocketAddr;

use super::PROTOCOLS;
use super::waiting::SavedWaiting;
use crate::datagram::{DatagramId, Protocol};
use crate::decoder::common_properties::AnnouncedProperties;
use crate::domain::DomainKey;
use crate::element::{DataType, ElementId, Semantics, TypeRecord, Units};
use crate::exporter::{CountingScheme, Learned, SavedCounts, SavedSeries, SavedSource, Sequence};
use crate::snapshot::{
    Section, Sections, SnapshotError, address, entries, kind, malformed, optional, text, time,
};
use crate::time::Timestamp;
use crate::wire::reader::OctetReader;

/// One observation domain of a snapshot. Its sections are parsed on each access.
#[derive(Debug, Clone)]
pub(super) struct SavedDomain<'a> {
    body: OctetReader<'a>,
    /// `None` if its protocol is not known here.
    pub(super) key: Option<DomainKey>,
    pub(super) account: Account,
    pub(super) sequence: Sequence,
    pub(super) sample_counts: SavedCounts,
}

/// The number of messages and when they arrived.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Account {
    pub(super) messages: u64,
    pub(super) first_received: Timestamp,
    pub(super) last_received: Timestamp,
    pub(super) clock_skew: Option<i64>,
}

/// A template of a snapshot.
#[derive(Debug, Clone, Copy)]
pub(super) struct SavedTemplate<'a> {
    pub(super) refreshed: Timestamp,
    pub(super) datagram: DatagramId,
    pub(super) options: bool,
    /// Records showed that its second counters are of the reverse direction.
    pub(super) reverse_counters: bool,
    /// The record as it is sent.
    pub(super) record: &'a [u8],
}

/// Common properties of a snapshot.
#[derive(Debug, Clone, Copy)]
pub(super) struct SavedProperties<'a> {
    pub(super) announced: AnnouncedProperties<'a>,
    /// The options template as it is sent.
    pub(super) record: &'a [u8],
}

impl<'a> SavedProperties<'a> {
    fn read(reader: &mut OctetReader<'a>) -> Option<Self> {
        let (id, first) = (reader.u64()?, reader.u16()?);
        let record = text(reader)?;
        let announced = AnnouncedProperties {
            id,
            first: first.into(),
            octets: text(reader)?,
        };
        Some(Self { announced, record })
    }
}

impl<'a> SavedDomain<'a> {
    /// Checks that every section is well-formed.
    pub(super) fn check(body: OctetReader<'a>) -> Result<(), SnapshotError> {
        Self::read(body)?;
        for section in Sections::new(body) {
            let Section { kind, body } = section?;
            match kind {
                kind::SOURCES => entries(body, SavedSource::read).try_for_each(done),
                kind::SERIES => entries(body, SavedSeries::read).try_for_each(done),
                kind::ELEMENTS => entries(body, element).try_for_each(done),
                kind::TEMPLATES => entries(body, SavedTemplate::read).try_for_each(done),
                kind::COMMON_PROPERTIES => entries(body, SavedProperties::read).try_for_each(done),
                kind::WAITING => entries(body, SavedWaiting::read).try_for_each(done),
                kind::INPUTS => entries(body, SavedInput::read).try_for_each(done),
                kind if Learned::KINDS.contains(&kind) => {
                    entries(body, |reader| Learned::read(kind, reader)).try_for_each(done)
                }
                _ => Ok(()),
            }?;
        }
        Ok(())
    }

    /// Reads what it has once. Of a duplicated section, the last is used.
    pub(super) fn read(body: OctetReader<'a>) -> Result<Self, SnapshotError> {
        let mut key = None;
        let mut sequence = None;
        let mut domain = Self {
            body,
            key: None,
            account: Account::default(),
            sequence: Sequence::new(CountingScheme::Messages),
            sample_counts: SavedCounts::default(),
        };
        for section in Sections::new(body) {
            let Section { kind, mut body } = section?;
            let fault = malformed(&body);
            let reader = &mut body;
            match kind {
                kind::KEY => key = Some(self::key(reader).ok_or(fault)?),
                kind::ACCOUNT => domain.account = Account::read(reader).ok_or(fault)?,
                kind::SEQUENCE => sequence = Some(body),
                kind::SAMPLE_COUNTS => {
                    domain.sample_counts = SavedCounts::read(reader).ok_or(fault)?;
                }
                _ => {}
            }
        }
        domain.key = key.ok_or_else(|| malformed(&body))?;
        let protocol = domain.key.map(|key| key.protocol);
        let standard = CountingScheme::of_protocol(protocol.unwrap_or(Protocol::NetflowV9));
        domain.sequence = match sequence {
            Some(mut body) => {
                let fault = malformed(&body);
                Sequence::load(&mut body, standard).ok_or(fault)?
            }
            None => Sequence::new(standard),
        };
        Ok(domain)
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = SavedSource> {
        self.sections(kind::SOURCES)
            .flat_map(|body| entries(body, SavedSource::read).flatten())
    }

    /// The series of numbers of the sources.
    pub(super) fn series(&self) -> impl Iterator<Item = SavedSeries> {
        self.sections(kind::SERIES)
            .flat_map(|body| entries(body, SavedSeries::read).flatten())
    }

    /// The elements; `None` if one is of a type that is not known here.
    pub(super) fn elements(&self) -> impl Iterator<Item = Option<TypeRecord<'a>>> {
        self.sections(kind::ELEMENTS)
            .flat_map(|body| entries(body, element).flatten())
    }

    pub(super) fn templates(&self) -> impl Iterator<Item = SavedTemplate<'a>> {
        let templates = self
            .sections(kind::TEMPLATES)
            .flat_map(|body| entries(body, SavedTemplate::read).flatten());
        self.with_inputs(kind::TEMPLATES, templates)
            .map(|(mut template, input)| {
                template.datagram.input = input;
                template
            })
    }

    pub(super) fn common_properties(&self) -> impl Iterator<Item = SavedProperties<'a>> {
        self.sections(kind::COMMON_PROPERTIES)
            .flat_map(|body| entries(body, SavedProperties::read).flatten())
    }

    /// The data that waits, oldest first.
    pub(super) fn waiting(&self) -> impl Iterator<Item = SavedWaiting<'a>> {
        let sets = self
            .sections(kind::WAITING)
            .flat_map(|body| entries(body, SavedWaiting::read).flatten());
        self.with_inputs(kind::WAITING, sets)
            .map(|(set, input)| set.with_input(input))
    }

    /// What options announced.
    pub(super) fn learned(&self) -> impl Iterator<Item = Learned<'a>> {
        Learned::KINDS.into_iter().flat_map(|kind| {
            let learned = self.sections(kind).flat_map(move |body| {
                entries(body, move |reader| Learned::read(kind, reader)).flatten()
            });
            self.with_inputs(kind, learned)
                .map(|(learned, input)| learned.with_input(input))
        })
    }

    /// The entries of the sections of a kind, each with the number of the input that it
    /// came from.
    fn with_inputs<T>(
        &self,
        kind: u16,
        entries: impl Iterator<Item = T>,
    ) -> impl Iterator<Item = (T, u32)> {
        let mut inputs = self
            .sections(kind::INPUTS)
            .flat_map(|body| self::entries(body, SavedInput::read).flatten())
            .filter(move |input| u16::from(input.kind) == kind)
            .peekable();
        (0_u32..).zip(entries).map(move |(index, entry)| {
            let saved = inputs.next_if(|input| input.index == index);
            (entry, saved.map_or(0, |saved| saved.input))
        })
    }

    fn sections(&self, kind: u16) -> impl Iterator<Item = OctetReader<'a>> + use<'a> {
        Sections::new(self.body)
            .flatten()
            .filter(move |section| section.kind == kind)
            .map(|section| section.body)
    }
}

impl Account {
    fn read(reader: &mut OctetReader<'_>) -> Option<Self> {
        Some(Self {
            messages: reader.u64()?,
            first_received: time(reader)?,
            last_received: time(reader)?,
            clock_skew: optional(reader, time)?.map(Timestamp::as_nanos),
        })
    }
}

/// The input of an entry of another section.
#[derive(Debug, Clone, Copy)]
struct SavedInput {
    /// The kind of the section.
    kind: u8,
    /// Entries of the section before it.
    index: u32,
    input: u32,
}

impl SavedInput {
    fn read(reader: &mut OctetReader<'_>) -> Option<Self> {
        Some(Self {
            kind: reader.u8()?,
            index: reader.u32()?,
            input: reader.u32()?,
        })
    }
}

impl<'a> SavedTemplate<'a> {
    pub(super) const OPTIONS: u8 = 1;
    pub(super) const REVERSE_COUNTERS: u8 = 2;

    fn read(reader: &mut OctetReader<'a>) -> Option<Self> {
        let (refreshed, frame, flags) = (time(reader)?, reader.u64()?, reader.u8()?);
        Some(Self {
            refreshed,
            datagram: DatagramId { input: 0, frame },
            options: flags & Self::OPTIONS != 0,
            reverse_counters: flags & Self::REVERSE_COUNTERS != 0,
            record: text(reader)?,
        })
    }
}

/// The key; `Some(None)` if its protocol is not known here.
fn key(reader: &mut OctetReader<'_>) -> Option<Option<DomainKey>> {
    let number = reader.u8()?;
    let (port, observation_domain) = (reader.u16()?, reader.u32()?);
    let exporter = address(reader)??;
    let agent = address(reader)?;
    let protocol = PROTOCOLS.iter().find(|(known, _)| *known == number);
    let exporter = SocketAddr::new(exporter.to_canonical(), port);
    Some(protocol.map(|(_, protocol)| {
        DomainKey::new(exporter, *protocol, observation_domain).with_agent_address(agent)
    }))
}

/// An element; `Some(None)` if its type is not known here.
fn element<'a>(reader: &mut OctetReader<'a>) -> Option<Option<TypeRecord<'a>>> {
    let id = ElementId::new(reader.u32()?, reader.u16()?);
    let (data_type, semantics, units) = (reader.u8()?, reader.u8()?, reader.u8()?);
    let name = text(reader)?;
    Some(DataType::from_number(data_type).and_then(|data_type| {
        Some(TypeRecord {
            id,
            name: core::str::from_utf8(name).ok()?,
            data_type,
            semantics: Semantics::from_number(semantics).unwrap_or(Semantics::Default),
            units: Units::from_number(units).unwrap_or(Units::None),
        })
    }))
}

fn done<T>(entry: Result<T, SnapshotError>) -> Result<(), SnapshotError> {
    entry.map(|_| ())
}
