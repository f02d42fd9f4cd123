//! Reading a snapshot: the checks of the whole, sections, and what they are
//! made of.

use core::net::IpAddr;

use super::checksum::crc32;
use super::{CHECKSUM_LEN, HEADER_LEN, MAGIC, SnapshotError, VERSION};
use crate::time::Timestamp;
use crate::wire::reader::OctetReader;

/// One section.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Section<'a> {
    pub(crate) kind: u16,
    pub(crate) body: OctetReader<'a>,
}

/// Sections that follow each other. Ends after its first error.
#[derive(Debug, Clone)]
pub(crate) struct Sections<'a> {
    reader: OctetReader<'a>,
}

impl<'a> Sections<'a> {
    pub(crate) const fn new(reader: OctetReader<'a>) -> Self {
        Self { reader }
    }

    /// The sections of a snapshot that is whole.
    ///
    /// # Errors
    ///
    /// When it is not; the sections themselves are not looked into.
    pub(crate) fn open(snapshot: &'a [u8]) -> Result<Self, SnapshotError> {
        let mut reader = OctetReader::new(snapshot, 0);
        if reader.take(MAGIC.len()) != Some(&MAGIC) {
            return Err(SnapshotError::NotSnapshot);
        }
        let found = snapshot.len();
        let shortest = HEADER_LEN.saturating_add(CHECKSUM_LEN);
        let cut = SnapshotError::Length {
            length: u64::try_from(shortest).unwrap_or(u64::MAX),
            found,
        };
        let version = reader.u16().ok_or(cut)?;
        if version != VERSION {
            return Err(SnapshotError::Version { version });
        }
        let length = reader.u64().ok_or(cut)?;
        let len = reader.len().checked_sub(CHECKSUM_LEN).ok_or(cut)?;
        if usize::try_from(length) != Ok(found) {
            return Err(SnapshotError::Length { length, found });
        }
        let sections = OctetReader::new(reader.octets().get(..len).unwrap_or_default(), HEADER_LEN);
        reader.take(len);
        let stored = reader.u32().ok_or(cut)?;
        let covered = found.saturating_sub(CHECKSUM_LEN);
        let computed = crc32(snapshot.get(..covered).unwrap_or_default());
        if stored != computed {
            return Err(SnapshotError::Checksum { stored, computed });
        }
        Ok(Self::new(sections))
    }

    fn section(&mut self) -> Option<Section<'a>> {
        let kind = self.reader.u16()?;
        let length = usize::try_from(self.reader.u64()?).ok()?;
        let offset = self.reader.offset();
        let body = OctetReader::new(self.reader.take(length)?, offset);
        Some(Section { kind, body })
    }
}

impl<'a> Iterator for Sections<'a> {
    type Item = Result<Section<'a>, SnapshotError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.len() == 0 {
            return None;
        }
        let start = self.reader;
        let section = self.section().ok_or_else(|| malformed(&start));
        if section.is_err() {
            self.reader.rest();
        }
        Some(section)
    }
}

/// The entries of a section, by the function that reads one; it takes an octet
/// at least. Ends after its first error.
pub(crate) fn entries<'a, T>(
    mut body: OctetReader<'a>,
    read: impl Fn(&mut OctetReader<'a>) -> Option<T>,
) -> impl Iterator<Item = Result<T, SnapshotError>> {
    core::iter::from_fn(move || {
        if body.len() == 0 {
            return None;
        }
        let start = body;
        let entry = read(&mut body).ok_or_else(|| malformed(&start));
        if entry.is_err() {
            body.rest();
        }
        Some(entry)
    })
}

pub(crate) const fn malformed(reader: &OctetReader<'_>) -> SnapshotError {
    SnapshotError::Malformed {
        offset: reader.offset(),
    }
}

pub(crate) fn text<'a>(reader: &mut OctetReader<'a>) -> Option<&'a [u8]> {
    let len = reader.u16()?;
    reader.take(usize::from(len))
}

pub(crate) fn time(reader: &mut OctetReader<'_>) -> Option<Timestamp> {
    let nanos = reader.u64()?.to_be_bytes();
    Some(Timestamp::from_nanos(i64::from_be_bytes(nanos)))
}

/// A value that may be absent; its octets are there in any case.
pub(crate) fn optional<'a, T>(
    reader: &mut OctetReader<'a>,
    read: impl FnOnce(&mut OctetReader<'a>) -> Option<T>,
) -> Option<Option<T>> {
    let there = reader.u8()? != 0;
    let value = read(reader)?;
    Some(there.then_some(value))
}

/// An address or that there is none.
pub(crate) fn address(reader: &mut OctetReader<'_>) -> Option<Option<IpAddr>> {
    match reader.u8()? {
        0 => Some(None),
        4 => {
            let octets = <[u8; 4]>::try_from(reader.take(4)?).ok()?;
            Some(Some(octets.into()))
        }
        6 => {
            let octets = <[u8; 16]>::try_from(reader.take(16)?).ok()?;
            Some(Some(octets.into()))
        }
        _ => None,
    }
}
